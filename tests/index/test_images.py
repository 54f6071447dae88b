"""Images and preimages of index sets against brute force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import index_maps, index_sets

from eyeshot.errors import LimitError
from eyeshot.index.algebra import compose
from eyeshot.index.images import image, preimage
from eyeshot.index.maps import IndexMap
from eyeshot.index.sets import IndexSet


@given(index_maps(), st.data())
def test_image(reading: IndexMap, data: st.DataObject) -> None:
    outs = data.draw(index_sets(0, reading.n_out))
    found = image(reading, outs)
    assert found == IndexSet.of(i for o in outs for i in reading.reads(o))


@given(index_maps(), st.data())
def test_preimage(reading: IndexMap, data: st.DataObject) -> None:
    ins = data.draw(index_sets(0, reading.n_in))
    found = preimage(reading, ins)
    assert found == IndexSet.of(o for o in range(reading.n_out) if set(reading.reads(o)) & set(ins))


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
    both = compose(first, second)
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


def test_single_taps_are_bounded() -> None:
    reading = IndexMap.window(10**9, 10**8, 3, stride=10)
    with pytest.raises(LimitError, match="limited to 50,000,000 of them"):
        image(reading, IndexSet.span(0, 10**8))
