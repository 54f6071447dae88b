"""Finite interval sequences against plain lists of intervals, and large ones against small ones."""

import itertools
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import index_maps, periodic

from eyeshot.errors import LimitError
from eyeshot.index.border import Border
from eyeshot.index.bordered import Bordered
from eyeshot.index.explicit import MAX_EXPLICIT
from eyeshot.index.intervals import Periodic
from eyeshot.index.maps import IndexMap

Interval = tuple[int, int]
Known = tuple[Bordered, list[Interval]]
"""A sequence and the intervals that it must have."""


def hull(intervals: list[Interval]) -> Interval:
    full = [(lo, hi) for lo, hi in intervals if hi > lo]
    return (min(lo for lo, _ in full), max(hi for _, hi in full)) if full else (0, 0)


def listed(sequence: Bordered) -> list[Interval]:
    return [sequence.interval(i) for i in range(sequence.n)]


def read_through(intervals: list[Interval], reading: IndexMap) -> list[Interval]:
    return [hull([intervals[i] for i in reading.reads(o)]) for o in range(reading.n_out)]


@st.composite
def bordered(draw: Callable[[st.SearchStrategy[object]], object], n: int | None = None) -> Known:
    """A sequence, mostly with head, body and tail, and its intervals as a list."""
    size = draw(st.integers(1, 40)) if n is None else n
    assert isinstance(size, int)
    start = draw(st.sampled_from(["pixels", "constant", "listed", "sampled"]))
    if start == "pixels":
        known = Bordered.pixels(size), [(i, i + 1) for i in range(size)]
    elif start == "constant":
        known = Bordered.constant(size, -2, 5), [(-2, 5)] * size
    elif start == "listed":
        pairs = st.tuples(st.integers(-9, 9), st.integers(0, 4)).map(lambda p: (p[0], p[0] + p[1]))
        chosen = draw(st.lists(pairs, min_size=size, max_size=size))
        assert isinstance(chosen, list)
        lo, hi = (np.array([pair[k] for pair in chosen], np.int64) for k in (0, 1))
        known = Bordered.listed(lo, hi), [hull([pair]) for pair in chosen]
    else:
        sequence = draw(periodic())
        assert isinstance(sequence, Periodic)
        known = Bordered.sampled(sequence, size), [hull([sequence.interval(i)]) for i in range(size)]
    for last in range(depth := int(str(draw(st.integers(0, 2))))):
        n_out = st.just(size) if n is not None and last == depth - 1 else st.integers(1, 40)
        reading = draw(index_maps(st.just(known[0].n), n_out))
        assert isinstance(reading, IndexMap)
        known = known[0].through(reading), read_through(known[1], reading)
    if n is not None and known[0].n != n:
        known = Bordered.pixels(n), [(i, i + 1) for i in range(n)]
    return known


@given(bordered())
def test_reading(known: Known) -> None:
    sequence, intervals = known
    assert listed(sequence) == intervals
    assert sequence.interval(-1) == sequence.interval(sequence.n) == (0, 0)
    lo, hi = sequence.arrays()
    assert list(zip(lo.tolist(), hi.tolist(), strict=True)) == intervals
    assert sequence.extent() == hull(intervals)


@given(bordered())
def test_gaps(known: Known) -> None:
    sequence, intervals = known
    assert sequence.has_gaps == any(hi <= lo for lo, hi in intervals)
    rising = all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(intervals))
    if sequence.is_rising:
        assert rising
        assert not sequence.has_gaps


@given(bordered(n=24), bordered(n=24))
def test_gaps_are_a_key(one: Known, other: Known) -> None:
    same = [hi > lo for lo, hi in one[1]] == [hi > lo for lo, hi in other[1]]
    assert (one[0].gaps() == other[0].gaps()) == same


@given(bordered(), st.data())
def test_through(known: Known, data: st.DataObject) -> None:
    sequence, intervals = known
    reading = data.draw(index_maps(st.just(sequence.n), st.integers(1, 40)))
    found = sequence.through(reading)
    assert found.n == reading.n_out
    assert listed(found) == read_through(intervals, reading)


@given(bordered(n=24), bordered(n=24))
def test_union(one: Known, other: Known) -> None:
    both = one[0].union(other[0])
    assert listed(both) == [hull([a, b]) for a, b in zip(one[1], other[1], strict=True)]
    assert listed(other[0].union(one[0])) == listed(both)


def test_union_needs_equal_lengths() -> None:
    with pytest.raises(ValueError, match="equally many features, but got 3 and 4"):
        Bordered.pixels(3).union(Bordered.pixels(4))


@given(periodic(), st.integers(1, 60))
def test_sampled_is_the_beginning_of_the_endless_one(sequence: Periodic, n: int) -> None:
    found = Bordered.sampled(sequence, n)
    assert listed(found) == [hull([sequence.interval(i)]) for i in range(n)]


# -------------------------------------------------------------------------------------- large values

_SMALL = 144
_MORE = 2**6 * 3**4 * 200
"""Pixels that the large image has more: divisible by all strides, so that both end in the same phase."""


@st.composite
def layers(draw: Callable[[st.SearchStrategy[int]], int]) -> Callable[[int], IndexMap]:
    """A reading for an input of any size, as a network would have it."""
    kernel, stride, pad = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(0, 3))
    dilation, at = draw(st.integers(1, 2)), draw(st.integers(-3, 3))
    ratio = Fraction(draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    border = draw(st.sampled_from([Border.NOTHING, Border.CLAMP, Border.REFLECT]))  # type: ignore[arg-type]
    kinds: list[Callable[[int], IndexMap]] = [
        lambda n: IndexMap.window(
            n,
            (n + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1,
            kernel,
            stride=stride,
            dilation=dilation,
            pad=pad,
        ),
        lambda n: IndexMap.transposed(
            n,
            (n - 1) * stride - 2 * pad + dilation * (kernel - 1) + 1,
            kernel,
            stride=stride,
            dilation=dilation,
            pad=pad,
        ),
        lambda n: IndexMap.placed(n, n + at + pad, at=at, border=border),
        lambda n: IndexMap.strided(n, -(-n // stride), step=stride),
        lambda n: IndexMap.resampled(n, math.floor(n / ratio), ratio, ratio / 2 - Fraction(1, 2), 1),
        lambda n: IndexMap.resampled(n, math.floor(n / ratio), ratio, Fraction(0), 0),
    ]
    return draw(st.sampled_from(kinds))  # type: ignore[arg-type]


@given(st.lists(layers(), min_size=1, max_size=3))
def test_a_large_value_has_the_borders_of_a_small_one(stack: list[Callable[[int], IndexMap]]) -> None:
    small, large = Bordered.pixels(_SMALL), Bordered.pixels(_SMALL + _MORE)
    for layer in stack:
        below, above = layer(small.n), layer(large.n)
        assume(below.n_out >= 12)
        small, large = small.through(below), large.through(above)
    # A quarter of the features at either end is out of sight of the other border.
    for i in range(small.n // 4):
        assert large.interval(i) == small.interval(i)
        lo, hi = small.interval(small.n - 1 - i)
        moved = (lo + _MORE, hi + _MORE) if hi > lo else (0, 0)
        assert large.interval(large.n - 1 - i) == moved
    assert len(large.lo) < 200
    lo, hi = small.extent()
    assert large.extent() == ((lo, hi + _MORE) if hi > lo else (0, 0))
    assert large.has_gaps == small.has_gaps


@given(st.lists(layers(), min_size=1, max_size=3), st.integers(0, 10**6))
def test_the_body_of_a_large_value_follows_the_endless_law(stack: list[Callable[[int], IndexMap]], at: int) -> None:
    n = 10**8
    endless: Periodic | Bordered = Periodic(1, 1, (0,), (1,))
    actual = Bordered.pixels(n)
    for layer in stack:
        reading = layer(actual.n)
        endless, actual = endless.through(reading), actual.through(reading)
    middle = actual.n // 2 + at
    assert isinstance(endless, Periodic)
    assert actual.interval(middle) == hull([endless.interval(middle)])


def test_lists_are_bounded() -> None:
    n = MAX_EXPLICIT + 1
    with pytest.raises(LimitError, match="at most 20,000,000 intervals, but this one needs 20,000,001"):
        Bordered.pixels(n).through(IndexMap.rolled(n, 1))
    with pytest.raises(LimitError, match="at most 20,000,000 intervals"):
        Bordered.pixels(n).arrays()


def test_pixels_are_bounded() -> None:
    with pytest.raises(LimitError, match=r"must stay below .* pixels, but reaches"):
        Bordered.sampled(Periodic(1, 2**40, (0,), (1,)), 2**30)
