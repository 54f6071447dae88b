"""The drawn map against a mask of every single index."""

from itertools import product
from time import perf_counter

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from present.samples import REGIONS

from eyeshot.analyses.results import Box, Product
from eyeshot.present.region_text import region_text
from eyeshot.present.sketch import HOLE, OUTSIDE, READ, REST, sketch

PIXELS = {READ, HOLE, REST}


@st.composite
def runs(draw: st.DrawFn, n: int) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.integers(0, n), min_size=2, max_size=8)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def maps(draw: st.DrawFn, rank: int) -> tuple[tuple[Product, ...], Box, tuple[int, ...]]:
    extents = draw(st.tuples(*[st.integers(1, 90)] * rank))
    products = tuple(draw(st.lists(st.tuples(*map(runs, extents)), min_size=1, max_size=3)))
    spans = [[span for product in products for span in product[axis]] for axis in range(rank)]
    box = tuple(
        (min(a for a, _ in span) - draw(st.integers(0, 20)), max(b for _, b in span) + draw(st.integers(0, 20)))
        for span in spans
    )
    return products, box, extents


def mask_of(products: tuple[Product, ...], extents: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(extents, np.bool_)
    for sets in products:
        for spans in product(*sets):
            mask[tuple(slice(*span) for span in spans)] = True
    return mask


def window_of(box: Box, extents: tuple[int, ...]) -> Box:
    return tuple((min(low, 0), max(high, n)) for (low, high), n in zip(box, extents, strict=True))


@given(maps(2))
def test_each_character_says_what_its_block_holds(drawn: tuple[tuple[Product, ...], Box, tuple[int, int]]) -> None:
    products, box, extents = drawn
    found = sketch(products, box, extents, window_of(box, extents), 60)
    rows = ["".join(text for text, _ in line) for line in found.lines]
    inner = [[sign for sign in row if sign in PIXELS][:: found.repeat] for row in rows]
    inner = [row for row in inner if row]
    mask, (high, wide) = mask_of(products, extents), found.block
    assert len(inner) == -(-extents[0] // high)
    for i, row in enumerate(inner):
        assert len(row) == -(-extents[1] // wide)
        for k, sign in enumerate(row):
            block = mask[i * high : (i + 1) * high, k * wide : (k + 1) * wide]
            assert (sign == READ) == bool(block.any())


@given(maps(1))
def test_strip_says_what_its_blocks_hold(drawn: tuple[tuple[Product, ...], Box, tuple[int]]) -> None:
    products, box, extents = drawn
    found = sketch(products, box, extents, window_of(box, extents), 60)
    ((text,),) = [("".join(text for text, _ in line),) for line in found.lines]
    inner = text[text.index("│") + 1 : text.rindex("│")]
    mask = mask_of(products, extents)
    (size,) = found.block
    assert [sign == READ for sign in inner] == [bool(mask[i : i + size].any()) for i in range(0, extents[0], size)]
    assert (OUTSIDE in text) == (box[0][0] < 0 or box[0][1] > extents[0])


@given(maps(2), st.integers(20, 80))
def test_drawing_keeps_its_room(drawn: tuple[tuple[Product, ...], Box, tuple[int, int]], columns: int) -> None:
    products, box, extents = drawn
    found = sketch(products, box, extents, window_of(box, extents), columns)
    assert len({sum(len(text) for text, _ in line) for line in found.lines}) == 1
    assert sum(len(text) for text, _ in found.lines[0]) <= min(columns, 60)
    assert len(found.lines) <= 26


def test_size_of_the_image_does_not_matter() -> None:
    def seconds(name: str) -> float:
        start = perf_counter()
        region_text(REGIONS[name])
        return perf_counter() - start

    seconds("plain")
    assert min(seconds("huge") for _ in range(5)) < 0.1
