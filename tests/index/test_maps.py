"""Index maps against brute force, and the laws of their algebra."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import index_maps

from eyeshot.errors import LimitError
from eyeshot.index.border import Border
from eyeshot.index.maps import IndexMap
from eyeshot.index.taps import MAX_TABLE

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


# -------------------------------------------------------------------------------------- the law


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


def test_periods_are_bounded() -> None:
    with pytest.raises(LimitError, match="at most 100,000 indices, but this one repeats after 1,000,000; choose sizes"):
        IndexMap.resampled(10**6 - 1, 10**6, Fraction(10**6 - 1, 10**6), Fraction(0), 0)
    with pytest.raises(LimitError, match="repeats after 1,000,000"):
        IndexMap.adaptive(10**6 - 1, 10**6)
    with pytest.raises(LimitError, match="at most 4,000,000 taps, but needs 4,000,001"):
        IndexMap.transposed(1, 1, 1, stride=MAX_TABLE + 1)
