"""Periodic interval sequences against brute force over a long range of indices, negative ones too."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import index_maps, periodic

from eyeshot.errors import LimitError
from eyeshot.index.bordered import Bordered
from eyeshot.index.intervals import Periodic
from eyeshot.index.maps import IndexMap

RANGE = range(-30, 31)
Interval = tuple[int, int]


def hull(intervals: list[Interval]) -> Interval:
    full = [(lo, hi) for lo, hi in intervals if hi > lo]
    return (min(lo for lo, _ in full), max(hi for _, hi in full)) if full else (0, 0)


def plain(interval: Interval) -> Interval:
    """The same interval, with ``(0, 0)`` for any that is empty."""
    return interval if interval[1] > interval[0] else (0, 0)


@given(periodic(), st.integers(-50, 50))
def test_intervals_repeat(sequence: Periodic, i: int) -> None:
    lo, hi = sequence.interval(i)
    assert sequence.interval(i + sequence.period) == (lo + sequence.advance, hi + sequence.advance)
    assert sequence.jump == Fraction(sequence.advance, sequence.period)


@given(periodic(), index_maps())
def test_through_is_the_hull_of_what_is_read(sequence: Periodic, reading: IndexMap) -> None:
    found = sequence.through(reading)
    if reading.lawful:
        assert isinstance(found, Periodic)
        for o in RANGE:
            assert plain(found.interval(o)) == hull([sequence.interval(i) for i in reading.law(o)])
    else:
        assert isinstance(found, Bordered)
        for o in range(reading.n_out):
            assert found.interval(o) == hull([sequence.interval(i) for i in reading.reads(o)])


@given(periodic(), index_maps())
def test_through_has_the_shortest_period(sequence: Periodic, reading: IndexMap) -> None:
    assume(reading.lawful)
    found = sequence.through(reading)
    assert isinstance(found, Periodic)
    for period in range(1, found.period):
        moves = {(plain(found.interval(i + period)), plain(found.interval(i))) for i in range(2 * found.period)}
        steps = {b[0] - a[0] for b, a in moves if a[1] > a[0] and b[1] > b[0]}
        same_gaps = all((a[1] > a[0]) == (b[1] > b[0]) for b, a in moves)
        same_sizes = all(b[1] - b[0] == a[1] - a[0] for b, a in moves)
        law = Fraction(found.advance * period, found.period)
        assert not (same_gaps and same_sizes and steps <= {law} and law.denominator == 1)


@given(periodic(), periodic())
def test_union_is_the_hull_of_both(a: Periodic, b: Periodic) -> None:
    both = a.union(b)
    if a.jump != b.jump:
        assert both is None
        return
    assert both is not None
    for i in RANGE:
        assert plain(both.interval(i)) == hull([a.interval(i), b.interval(i)])


@given(periodic(), periodic(), st.integers(-6, 6))
def test_union_where_jumps_agree(a: Periodic, b: Periodic, jump: int) -> None:
    a = Periodic(a.period, jump * a.period, a.lo, a.hi)
    b = Periodic(b.period, jump * b.period, b.lo, b.hi)
    both = a.union(b)
    assert both is not None
    assert [plain(both.interval(i)) for i in RANGE] == [hull([a.interval(i), b.interval(i)]) for i in RANGE]
    other_way = b.union(a)
    assert other_way is not None
    assert [plain(other_way.interval(i)) for i in RANGE] == [plain(both.interval(i)) for i in RANGE]


@given(periodic(), st.integers(0, 40))
def test_hull_of(sequence: Periodic, n: int) -> None:
    assert sequence.hull_of(n) == hull([sequence.interval(i) for i in range(n)])


@given(periodic(), periodic())
def test_gaps_tell_where_nothing_is_read(a: Periodic, b: Periodic) -> None:
    def empty(sequence: Periodic) -> list[bool]:
        return [sequence.interval(i)[1] <= sequence.interval(i)[0] for i in RANGE]

    assert a.has_gaps == any(empty(a))
    assert (a.gaps() == b.gaps()) == (empty(a) == empty(b))


@given(periodic(), periodic(), st.integers(1, 40))
def test_distance_is_that_of_the_centres_feature_by_feature(a: Periodic, b: Periodic, n: int) -> None:
    turn = math.lcm(a.period, b.period)
    pairs = [(a.interval(i), b.interval(i)) for i in range(n)]
    apart = [Fraction(p + q - r - s, 2) for (p, q), (r, s) in pairs if q > p and s > r]
    found = a.distance_from(b, n)
    assert found == b.distance_from(a, n)
    if a.jump != b.jump:
        assert found == (abs(apart[0]) if len(set(apart)) == 1 else 0 if not apart else None)
    else:
        first = [Fraction(p + q - r - s, 2) for (p, q), (r, s) in pairs[:turn] if q > p and s > r]
        assert found == (abs(sum(first)) / len(first) if first else 0)


@given(periodic(), st.integers(-20, 20), st.integers(1, 40))
def test_a_moved_sequence_lies_as_far_away_as_it_was_moved(sequence: Periodic, by: int, n: int) -> None:
    pairs = list(zip(sequence.lo, sequence.hi, strict=True))
    lo, hi = (tuple(end + by if full else end for end, full in zip(ends, [q > p for p, q in pairs], strict=True))
              for ends in (sequence.lo, sequence.hi))  # fmt: skip
    moved = Periodic(sequence.period, sequence.advance, lo, hi)
    reads = any(q > p for p, q in map(sequence.interval, range(n)))
    assert moved.distance_from(sequence, n) == (abs(by) if reads else 0)


def test_quadruple_of_the_first_layers_of_alexnet() -> None:
    sequence = Periodic(1, 1, (0,), (1,))
    for n_in, n_out, kernel, stride, pad in [(227, 55, 11, 4, 0), (55, 27, 3, 2, 0), (27, 27, 5, 1, 2)]:
        found = sequence.through(IndexMap.window(n_in, n_out, kernel, stride=stride, pad=pad))
        assert isinstance(found, Periodic)
        sequence = found
    lo, hi = sequence.interval(0)
    assert (sequence.jump, hi - lo, Fraction(lo + hi, 2)) == (8, 51, 9.5)


def test_period_is_bounded() -> None:
    once, again = (IndexMap.resampled(10**6, 10**6, Fraction(1, n), Fraction(0), 0) for n in (331, 317))
    found = Periodic(1, 1, (0,), (1,)).through(once)
    with pytest.raises(LimitError, match=r"a field may repeat after at most 100,000 features, but .* after 104,927"):
        found.through(again)
