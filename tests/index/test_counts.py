"""Path counts against sums over single paths, and against binomials."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import index_maps

from eyeshot.errors import LimitError
from eyeshot.index.counts import MAX_COUNTED, Counts, pull
from eyeshot.index.maps import IndexMap

multisets = st.dictionaries(st.integers(-4, 12), st.integers(1, 5)).map(Counter)


def counter(counts: Counts) -> Counter[int]:
    """Counts as a multiset, without the indices that have none."""
    return +Counter({counts.start + k: int(count) for k, count in enumerate(counts.values)})


@given(multisets)
def test_collect(plain: Counter[int]) -> None:
    assert counter(Counts.collect(plain.items())) == plain
    assert counter(Counts.ones(plain.elements())) == plain


@given(multisets, multisets)
def test_sum(a: Counter[int], b: Counter[int]) -> None:
    one, other = Counts.collect(a.items()), Counts.collect(b.items())
    assert counter(one + other) == a + b
    assert (one + other).same(other + one)
    assert one.same(other) == (a == b)


@given(index_maps(), st.data())
def test_pull_follows_every_tap(reading: IndexMap, data: st.DataObject) -> None:
    outs = data.draw(st.dictionaries(st.integers(0, reading.n_out - 1), st.integers(1, 5)))
    paths: Counter[int] = Counter()
    for o, count in outs.items():
        for tap in reading.law(o):
            if reading.fold(tap) >= 0:
                paths[reading.fold(tap)] += count
    assert counter(pull(reading, Counts.collect(outs.items()))) == paths


@given(st.data())
def test_pull_is_linear(data: st.DataObject) -> None:
    reading = data.draw(index_maps())
    parts = st.dictionaries(st.integers(0, reading.n_out - 1), st.integers(1, 5))
    a, b = (Counts.collect(data.draw(parts).items()) for _ in range(2))
    assert counter(pull(reading, a + b)) == counter(pull(reading, a)) + counter(pull(reading, b))


@given(st.data())
def test_the_support_of_the_counts_is_what_is_read(data: st.DataObject) -> None:
    reading = data.draw(index_maps())
    o = data.draw(st.integers(0, reading.n_out - 1))
    assert set(counter(pull(reading, Counts.ones([o])))) == set(reading.reads(o))


@pytest.mark.parametrize("depth", [1, 2, 5, 80])
def test_stacked_windows_of_two_give_binomials(depth: int) -> None:
    counts = Counts.ones([0])
    for layer in range(depth):
        counts = pull(IndexMap.window(layer + 2, layer + 1, 2), counts)
    assert counts.values.tolist() == [math.comb(depth, k) for k in range(depth + 1)]


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_stacked_windows_of_three_give_trinomials(depth: int) -> None:
    counts = Counts.ones([0])
    for layer in range(depth):
        counts = pull(IndexMap.window(2 * layer + 3, 2 * layer + 1, 3), counts)
    trinomials = [1]
    for _ in range(depth):
        padded = [0, 0, *trinomials, 0, 0]
        trinomials = [sum(padded[k : k + 3]) for k in range(len(trinomials) + 2)]
    assert counts.values.tolist() == trinomials


def test_counts_are_bounded() -> None:
    with pytest.raises(LimitError, match="at most 5,000,000 indices along a dimension, but 5,000,001"):
        pull(IndexMap.whole(MAX_COUNTED + 1), Counts.ones([0]))
