"""Index maps against brute force, and the laws of their algebra."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import index_maps

from eyeshot.errors import LimitError
from eyeshot.index.maps import MAX_TABLE, Border, IndexMap

sizes = st.integers(1, 12)
indices = st.integers(-15, 25)
small = st.integers(1, 5)
pads = st.integers(0, 6)

# -------------------------------------------------------------------------------------- constructors


@given(sizes, sizes, indices)
def test_identity_and_whole(n: int, m: int, o: int) -> None:
    assert list(IndexMap.identity(n).law(o)) == [o]
    assert IndexMap.identity(n).is_identity
    assert list(IndexMap.whole(n, m).law(o)) == list(range(n))
    assert IndexMap.whole(n, m).is_whole


@given(sizes, sizes, small, small, small, pads, indices)
def test_window(n: int, m: int, kernel: int, stride: int, dilation: int, pad: int, o: int) -> None:
    reading = IndexMap.window(n, m, kernel, stride=stride, dilation=dilation, pad=pad)
    assert sorted(reading.law(o)) == sorted(stride * o - pad + dilation * t for t in range(kernel))


@given(sizes, sizes, small, small, small, pads, indices)
def test_transposed_is_the_window_read_backwards(
    n: int, m: int, kernel: int, stride: int, dilation: int, pad: int, o: int
) -> None:
    reading = IndexMap.transposed(n, m, kernel, stride=stride, dilation=dilation, pad=pad)
    window = IndexMap.window(m, n, kernel, stride=stride, dilation=dilation, pad=pad)
    assert list(reading.law(o)) == [i for i in range(-60, 60) if o in window.law(i)]


@given(sizes, sizes, st.integers(-5, 9), st.integers(-4, 4), indices)
def test_strided(n: int, m: int, start: int, step: int, o: int) -> None:
    assert list(IndexMap.strided(n, m, start=start, step=step).law(o)) == [start + step * o]


@given(sizes, sizes, st.integers(-5, 9), st.sampled_from(Border), indices)
def test_placed(n: int, m: int, at: int, border: Border, o: int) -> None:
    reading = IndexMap.placed(n, m, at=at, border=border)
    assert list(reading.law(o)) == [o - at]
    assert reading.border is border


@given(sizes, st.data())
def test_rolled(n: int, data: st.DataObject) -> None:
    shift = data.draw(st.integers(0, n - 1))
    reading = IndexMap.rolled(n, shift)
    assert [reading.reads(o) for o in range(n)] == [((o - shift) % n,) for o in range(n)]
    assert not reading.lawful


@given(small, small, small)
def test_blocks(groups: int, per_in: int, per_out: int) -> None:
    reading = IndexMap.blocks(groups, groups * per_in, groups * per_out)
    for o in range(groups * per_out):
        assert reading.reads(o) == tuple(i for i in range(groups * per_in) if i // per_in == o // per_out)


@given(sizes, small, indices)
def test_repeated(n: int, times: int, o: int) -> None:
    assert list(IndexMap.repeated(n, n * times, times).law(o)) == [math.floor(Fraction(o, times))]


@given(sizes, st.data())
def test_table(n: int, data: st.DataObject) -> None:
    taps = data.draw(st.lists(st.lists(st.integers(0, n - 1)), min_size=1, max_size=8))
    reading = IndexMap.table(n, taps)
    assert [reading.reads(o) for o in range(len(taps))] == [tuple(sorted(set(entry))) for entry in taps]
    assert not reading.lawful


def test_empty_table() -> None:
    assert IndexMap.table(3, []).n_out == 0


@given(sizes, sizes, indices)
def test_adaptive(n: int, m: int, o: int) -> None:
    start, stop = math.floor(Fraction(o * n, m)), math.ceil(Fraction((o + 1) * n, m))
    assert list(IndexMap.adaptive(n, m).law(o)) == list(range(start, stop))


@given(
    sizes,
    sizes,
    st.fractions(0, 4, max_denominator=6),
    st.fractions(-2, 2, max_denominator=6),
    st.integers(0, 2),
    indices,
)
def test_resampled(n: int, m: int, ratio: Fraction, offset: Fraction, reach: int, o: int) -> None:
    x = ratio * o + offset
    if reach == 0:
        near = [math.floor(x)]
    else:
        # Kernels of half width `reach` vanish at all whole distances but 0.
        near = [i for i in range(-80, 130) if abs(x - i) < reach and (x == i or (x - i).denominator > 1)]
    reading = IndexMap.resampled(n, m, ratio, offset, reach)
    assert list(reading.law(o)) == near
    assert reading.border is Border.CLAMP


# -------------------------------------------------------------------------------------- borders


@pytest.mark.parametrize(
    ("border", "expected"),
    [
        (Border.NOTHING, [-1, -1, -1, -1, 0, 1, 2, -1, -1, -1, -1]),
        (Border.CLAMP, [0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2]),
        (Border.REFLECT, [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]),
        (Border.WRAP, [2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]),
    ],
)
def test_fold(border: Border, expected: list[int]) -> None:
    reading = IndexMap.placed(3, 11, at=4, border=border)
    assert [reading.fold(tap) for tap in range(-4, 7)] == expected


@given(st.sampled_from(Border), st.integers(-9, 9))
def test_fold_onto_one_index(border: Border, tap: int) -> None:
    reading = IndexMap.placed(1, 5, at=2, border=border)
    assert reading.fold(tap) == (-1 if border is Border.NOTHING and tap != 0 else 0)


@given(index_maps(), indices)
def test_law_repeats(reading: IndexMap, o: int) -> None:
    moved = [tap + reading.advance for tap in reading.law(o)]
    assert list(reading.law(o + reading.period)) == moved


@given(index_maps())
def test_reads_are_folded_taps(reading: IndexMap) -> None:
    for o in range(reading.n_out):
        folded = {reading.fold(tap) for tap in reading.law(o)} - {-1}
        assert reading.reads(o) == tuple(sorted(folded))
        assert all(0 <= i < reading.n_in for i in folded)


@given(index_maps())
def test_taps_rise(reading: IndexMap) -> None:
    assert all(list(taps) == sorted(set(taps)) for taps in reading.taps)


@given(index_maps())
def test_flags_say_what_is_read(reading: IndexMap) -> None:
    reads = [reading.reads(o) for o in range(reading.n_out)]
    if reading.is_identity:
        assert reads == [(o,) for o in range(reading.n_out)]
    if reading.is_whole:
        assert reads == [tuple(range(reading.n_in))] * reading.n_out
    inside = all(0 <= tap < reading.n_in for o in range(reading.n_out) for tap in reading.law(o))
    assert reading.stays_inside() == inside


# -------------------------------------------------------------------------------------- regular ranges


@given(index_maps(), indices, st.integers(0, 20), st.booleans())
def test_regular_is_sound(reading: IndexMap, start: int, length: int, exact: bool) -> None:
    stop = start + length
    good = {o for o in range(reading.n_out) if all(start <= tap < stop for tap in reading.law(o))}
    a, b = reading.regular(start, stop, exact=exact)
    assert 0 <= a <= b <= reading.n_out
    assert set(range(a, b)) <= good


@given(index_maps(), indices, st.integers(0, 20))
def test_regular_is_complete(reading: IndexMap, start: int, length: int) -> None:
    """Exact ranges leave nothing out; others less than a period at either end."""
    stop = start + length
    good = [o for o in range(reading.n_out) if all(start <= tap < stop for tap in reading.law(o))]
    gapless = bool(good) and good[-1] - good[0] + 1 == len(good)
    if not gapless or reading.advance == 0:
        return
    assert reading.regular(start, stop, exact=True) == (good[0], good[-1] + 1)
    a, b = reading.regular(start, stop)
    if all(len(taps) for taps in reading.taps):
        assert len(good) - (b - a) < 2 * reading.period


# -------------------------------------------------------------------------------------- algebra


def reads_of(reading: IndexMap) -> list[tuple[int, ...]]:
    return [reading.reads(o) for o in range(reading.n_out)]


def laws_of(reading: IndexMap) -> list[list[int]]:
    return [list(reading.law(o)) for o in range(-8, reading.n_out + 8)]


@st.composite
def chains(draw: Callable[[st.SearchStrategy[int]], int], length: int) -> list[IndexMap]:
    """Maps of which each reads the output of the next."""
    extents = [draw(sizes) for _ in range(length + 1)]
    return [
        draw(index_maps(st.just(n_in), st.just(n_out)))  # type: ignore[arg-type]
        for n_out, n_in in itertools.pairwise(extents)
    ]


@given(chains(2))
def test_composition_reads_through_both(maps: list[IndexMap]) -> None:
    first, second = maps
    both = first.then(second)
    for o in range(first.n_out):
        assert set(both.reads(o)) == {i for m in first.reads(o) for i in second.reads(m)}
    if both.lawful:
        for o in range(-8, first.n_out + 8):
            assert set(both.law(o)) == {i for m in first.law(o) for i in second.law(m)}


@given(chains(3))
def test_composition_associates(maps: list[IndexMap]) -> None:
    a, b, c = maps
    left, right = a.then(b).then(c), a.then(b.then(c))
    assert reads_of(left) == reads_of(right)
    if left.lawful and right.lawful:
        assert laws_of(left) == laws_of(right)


@given(index_maps())
def test_identity_is_neutral(reading: IndexMap) -> None:
    assert reads_of(IndexMap.identity(reading.n_out).then(reading)) == reads_of(reading)
    assert reads_of(reading.then(IndexMap.identity(reading.n_in))) == reads_of(reading)


@st.composite
def twins(draw: Callable[[st.SearchStrategy[int]], int], count: int) -> list[IndexMap]:
    """Maps between the same dimensions."""
    n_in, n_out = draw(sizes), draw(sizes)
    return [draw(index_maps(st.just(n_in), st.just(n_out))) for _ in range(count)]  # type: ignore[arg-type]


@given(twins(2))
def test_union_reads_either(maps: list[IndexMap]) -> None:
    first, second = maps
    both = first.union(second)
    assert reads_of(both) == [tuple(sorted({*first.reads(o), *second.reads(o)})) for o in range(first.n_out)]
    if both.lawful:
        for o in range(-8, first.n_out + 8):
            assert set(both.law(o)) == {*first.law(o), *second.law(o)}


@given(twins(3))
def test_union_is_commutative_associative_idempotent(maps: list[IndexMap]) -> None:
    a, b, c = maps
    assert reads_of(a.union(b)) == reads_of(b.union(a))
    assert reads_of(a.union(b).union(c)) == reads_of(a.union(b.union(c)))
    assert reads_of(a.union(a)) == reads_of(a)


@given(chains(2), st.data())
def test_composition_distributes_over_union(maps: list[IndexMap], data: st.DataObject) -> None:
    first, second = maps
    other = data.draw(index_maps(st.just(second.n_in), st.just(second.n_out)))
    assert reads_of(first.then(second.union(other))) == reads_of(first.then(second).union(first.then(other)))


@given(index_maps(), st.data())
def test_restriction(reading: IndexMap, data: st.DataObject) -> None:
    start, stop = (data.draw(st.integers(-1, reading.n_out)) for _ in range(2))
    outs = range(reading.n_out)[max(start, 0) : max(stop, 0) : data.draw(st.sampled_from([1, 2, 3]))]
    if data.draw(st.booleans()):
        outs = outs[::-1]
    some = reading.restrict(outs)
    assert some.n_out == len(outs)
    assert reads_of(some) == [reading.reads(o) for o in outs]


def test_maps_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="maps do not fit: 3 indices meet 4"):
        IndexMap.identity(3).then(IndexMap.identity(4))
    with pytest.raises(ValueError, match="maps do not fit: 3 → 3 indices against 4 → 4"):
        IndexMap.identity(3).union(IndexMap.identity(4))


def test_tables_are_bounded() -> None:
    n = MAX_TABLE + 1
    with pytest.raises(LimitError, match="at most 4,000,000 taps, but needs 4,000,001"):
        replace(IndexMap.identity(n), lawful=False).then(IndexMap.identity(n))


def test_periods_are_bounded() -> None:
    with pytest.raises(LimitError, match="at most 100,000 indices, but this one repeats after 1,000,000; choose sizes"):
        IndexMap.resampled(10**6 - 1, 10**6, Fraction(10**6 - 1, 10**6), Fraction(0), 0)
    with pytest.raises(LimitError, match="repeats after 1,000,000"):
        IndexMap.adaptive(10**6 - 1, 10**6)
    with pytest.raises(LimitError, match="at most 4,000,000 taps, but needs 4,000,001"):
        IndexMap.transposed(1, 1, 1, stride=MAX_TABLE + 1)
