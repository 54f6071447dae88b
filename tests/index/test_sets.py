"""Index sets against Python's sets, and their images and preimages against brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import index_maps, index_sets

from eyeshot.errors import LimitError
from eyeshot.index.maps import IndexMap
from eyeshot.index.sets import MAX_RUNS, IndexSet, image, preimage

plain_sets = st.sets(st.integers(-3, 20))


def is_tidy(found: IndexSet) -> bool:
    """Rising runs that neither touch nor are empty."""
    return all(a < b for a, b in found.runs) and all(p[1] < q[0] for p, q in itertools.pairwise(found.runs))


# -------------------------------------------------------------------------------------- one set


@given(plain_sets)
def test_a_set_holds_what_it_is_made_of(plain: set[int]) -> None:
    made = IndexSet.of(plain)
    assert is_tidy(made)
    assert set(made) == plain
    assert list(made) == sorted(plain)
    assert len(made) == len(plain)
    assert bool(made) == bool(plain)
    assert all((i in made) == (i in plain) for i in range(-5, 25))
    assert made.hull == ((min(plain), max(plain) + 1) if plain else (0, 0))


@given(plain_sets, st.integers(-6, 22), st.integers(0, 20))
def test_mask(plain: set[int], start: int, length: int) -> None:
    mask = IndexSet.of(plain).mask(start, start + length)
    assert mask.tolist() == [i in plain for i in range(start, start + length)]


@given(st.lists(st.booleans()), st.integers(-5, 5))
def test_from_mask(mask: list[bool], start: int) -> None:
    made = IndexSet.from_mask(np.array(mask, np.bool_), start)
    assert is_tidy(made)
    assert set(made) == {start + i for i, inside in enumerate(mask) if inside}


@given(st.integers(-5, 5), st.integers(-5, 9))
def test_span(start: int, stop: int) -> None:
    assert list(IndexSet.span(start, stop)) == list(range(start, stop))


@given(plain_sets, st.integers(0, 6))
def test_is_span(plain: set[int], n: int) -> None:
    assert IndexSet.of(range(n)).is_span(n) == (n > 0)
    assert IndexSet.of(plain).is_span(n) == (plain == set(range(n)) and n > 0)


# -------------------------------------------------------------------------------------- algebra


@given(plain_sets, plain_sets)
def test_union_intersection_and_inclusion(a: set[int], b: set[int]) -> None:
    one, other = IndexSet.of(a), IndexSet.of(b)
    assert is_tidy(one | other)
    assert set(one | other) == a | b
    assert is_tidy(one & other)
    assert set(one & other) == a & b
    assert (one <= other) == (a <= b)


# -------------------------------------------------------------------------------------- through maps


@given(index_maps(), st.data())
def test_image(reading: IndexMap, data: st.DataObject) -> None:
    outs = data.draw(index_sets(0, reading.n_out))
    found = image(reading, outs)
    assert is_tidy(found)
    assert set(found) == {i for o in outs for i in reading.reads(o)}


@given(index_maps(), st.data())
def test_preimage(reading: IndexMap, data: st.DataObject) -> None:
    ins = data.draw(index_sets(0, reading.n_in))
    found = preimage(reading, ins)
    assert is_tidy(found)
    assert set(found) == {o for o in range(reading.n_out) if set(reading.reads(o)) & set(ins)}


@given(index_maps(n_in=st.integers(20, 200), n_out=st.integers(20, 200)), st.data())
def test_image_and_preimage_of_long_maps(reading: IndexMap, data: st.DataObject) -> None:
    """Long enough for an inner part that obeys the law, and borders beside it."""
    outs = IndexSet.span(*sorted((data.draw(st.integers(0, reading.n_out)), data.draw(st.integers(0, reading.n_out)))))
    outs |= data.draw(index_sets(0, reading.n_out))
    ins = IndexSet.span(*sorted((data.draw(st.integers(0, reading.n_in)), data.draw(st.integers(0, reading.n_in)))))
    ins |= data.draw(index_sets(0, reading.n_in))
    assert set(image(reading, outs)) == {i for o in outs for i in reading.reads(o)}
    assert set(preimage(reading, ins)) == {o for o in range(reading.n_out) if set(reading.reads(o)) & set(ins)}


@given(index_maps(), st.data())
def test_image_and_preimage_are_adjoint(reading: IndexMap, data: st.DataObject) -> None:
    """Some output of O reads something of I, seen from either side."""
    outs, ins = data.draw(index_sets(0, reading.n_out)), data.draw(index_sets(0, reading.n_in))
    assert bool(image(reading, outs) & ins) == bool(outs & preimage(reading, ins))


@given(index_maps(), st.data())
def test_image_and_preimage_respect_unions(reading: IndexMap, data: st.DataObject) -> None:
    a, b = data.draw(index_sets(0, reading.n_out)), data.draw(index_sets(0, reading.n_out))
    assert image(reading, a | b) == image(reading, a) | image(reading, b)
    c, d = data.draw(index_sets(0, reading.n_in)), data.draw(index_sets(0, reading.n_in))
    assert preimage(reading, c | d) == preimage(reading, c) | preimage(reading, d)


@given(st.data())
def test_image_of_a_composition(data: st.DataObject) -> None:
    first = data.draw(index_maps())
    second = data.draw(index_maps(n_out=st.just(first.n_in)))
    outs, ins = data.draw(index_sets(0, first.n_out)), data.draw(index_sets(0, second.n_in))
    both = first.then(second)
    assert image(both, outs) == image(second, image(first, outs))
    assert preimage(both, ins) == preimage(first, preimage(second, ins))


# -------------------------------------------------------------------------------------- large maps


@pytest.mark.parametrize("n", [10**4, 10**9])
def test_a_window_on_a_large_input(n: int) -> None:
    reading = IndexMap.window(n, n, 3, pad=1)
    middle = n // 2
    assert image(reading, IndexSet.of([0, middle, n - 1])).runs == ((0, 2), (middle - 1, middle + 2), (n - 2, n))
    assert preimage(reading, IndexSet.of([0, middle])).runs == ((0, 2), (middle - 1, middle + 2))
    assert image(reading, IndexSet.span(0, n)).is_span(n)


def test_holes_are_bounded() -> None:
    holes = np.zeros(2 * MAX_RUNS + 2, np.bool_)
    holes[::2] = True
    with pytest.raises(LimitError, match="at most 1,000,000 separate runs, but this one has 1,000,001"):
        IndexSet.from_mask(holes)


def test_single_taps_are_bounded() -> None:
    reading = IndexMap.window(10**9, 10**8, 3, stride=10)
    with pytest.raises(LimitError, match="limited to 50,000,000 of them"):
        image(reading, IndexSet.span(0, 10**8))
