"""The laws of the algebra of index maps."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import index_maps

from eyeshot.errors import LimitError
from eyeshot.index.algebra import compose, restrict, union
from eyeshot.index.maps import IndexMap
from eyeshot.index.taps import MAX_TABLE

sizes = st.integers(1, 12)


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
    both = compose(first, second)
    for o in range(first.n_out):
        assert set(both.reads(o)) == {i for m in first.reads(o) for i in second.reads(m)}
    if both.lawful:
        for o in range(-8, first.n_out + 8):
            assert set(both.law(o)) == {i for m in first.law(o) for i in second.law(m)}


@given(chains(3))
def test_composition_associates(maps: list[IndexMap]) -> None:
    a, b, c = maps
    left, right = compose(compose(a, b), c), compose(a, compose(b, c))
    assert reads_of(left) == reads_of(right)
    if left.lawful and right.lawful:
        assert laws_of(left) == laws_of(right)


@given(index_maps())
def test_identity_is_neutral(reading: IndexMap) -> None:
    assert reads_of(compose(IndexMap.identity(reading.n_out), reading)) == reads_of(reading)
    assert reads_of(compose(reading, IndexMap.identity(reading.n_in))) == reads_of(reading)


@st.composite
def twins(draw: Callable[[st.SearchStrategy[int]], int], count: int) -> list[IndexMap]:
    """Maps between the same dimensions."""
    n_in, n_out = draw(sizes), draw(sizes)
    return [draw(index_maps(st.just(n_in), st.just(n_out))) for _ in range(count)]  # type: ignore[arg-type]


@given(twins(2))
def test_union_reads_either(maps: list[IndexMap]) -> None:
    first, second = maps
    both = union(first, second)
    assert reads_of(both) == [tuple(sorted({*first.reads(o), *second.reads(o)})) for o in range(first.n_out)]
    if both.lawful:
        for o in range(-8, first.n_out + 8):
            assert set(both.law(o)) == {*first.law(o), *second.law(o)}


@given(twins(3))
def test_union_is_commutative_associative_idempotent(maps: list[IndexMap]) -> None:
    a, b, c = maps
    assert reads_of(union(a, b)) == reads_of(union(b, a))
    assert reads_of(union(union(a, b), c)) == reads_of(union(a, union(b, c)))
    assert reads_of(union(a, a)) == reads_of(a)


@given(chains(2), st.data())
def test_composition_distributes_over_union(maps: list[IndexMap], data: st.DataObject) -> None:
    first, second = maps
    other = data.draw(index_maps(st.just(second.n_in), st.just(second.n_out)))
    assert reads_of(compose(first, union(second, other))) == reads_of(
        union(compose(first, second), compose(first, other))
    )


@given(index_maps(), st.data())
def test_restriction(reading: IndexMap, data: st.DataObject) -> None:
    start, stop = (data.draw(st.integers(-1, reading.n_out)) for _ in range(2))
    outs = range(reading.n_out)[max(start, 0) : max(stop, 0) : data.draw(st.sampled_from([1, 2, 3]))]
    if data.draw(st.booleans()):
        outs = outs[::-1]
    some = restrict(reading, outs)
    assert some.n_out == len(outs)
    assert reads_of(some) == [reading.reads(o) for o in outs]


def test_maps_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="maps do not fit: 3 indices meet 4"):
        compose(IndexMap.identity(3), IndexMap.identity(4))
    with pytest.raises(ValueError, match="maps do not fit: 3 → 3 indices against 4 → 4"):
        union(IndexMap.identity(3), IndexMap.identity(4))


def test_tables_are_bounded() -> None:
    n = MAX_TABLE + 1
    with pytest.raises(LimitError, match="at most 4,000,000 taps, but needs 4,000,001"):
        compose(replace(IndexMap.identity(n), lawful=False), IndexMap.identity(n))
