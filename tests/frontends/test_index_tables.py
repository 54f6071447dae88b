"""Tables of indices in other words: the steps must give the very table, and be what a model would have written."""

from typing import Any

import numpy as np
import pytest

from eyeshot.errors import ShapeError
from eyeshot.frontends.moves import moved
from eyeshot.frontends.tables import picked
from eyeshot.graph.ops import Expand, Flip, Gather, Pad, Permute, Reshape, Roll, Slice, Unfold

A = np.arange
WINDOWS = (A(4)[:, None, None, None] + A(2)[:, None]) * 5 + A(4)[None, :, None, None] + A(2)
LAWS: dict[str, tuple[Any, tuple[int, ...], set[type]]] = {
    "itself": (A(8), (8,), set()),
    "one": (A(3, 4)[0], (8,), {Slice, Reshape}),
    "slice": (A(1, 8, 3), (9,), {Slice}),
    "flip": (A(8)[::-1], (8,), {Flip}),
    "flipped slice": (A(8)[::-2], (8,), {Slice, Flip}),
    "windows": (A(4)[:, None] + A(3), (6,), {Unfold, Reshape}),
    "windows in a row": ((A(4)[:, None] + A(3)).ravel(), (6,), {Unfold, Reshape}),
    "windows with holes": (A(3)[:, None] * 2 + A(2) * 3, (8,), {Unfold, Reshape}),
    "cells": (A(4)[:, None] * 2 + A(2), (8,), {Reshape}),
    "windows of both axes": (WINDOWS, (5, 5), {Unfold, Reshape, Permute}),
    "windows of a flat map": (WINDOWS, (25,), {Unfold, Reshape, Permute}),
    "channel shuffle": (A(12).reshape(3, 4).T.ravel(), (12,), {Reshape, Permute}),
    "pixel unshuffle": (A(64).reshape(4, 2, 4, 2).transpose(1, 3, 0, 2), (64,), {Reshape, Permute}),
    "transposed": (A(20).reshape(4, 5).T, (4, 5), {Permute}),
    "repeated": (A(10) // 2, (5,), {Reshape, Expand}),
    "tiled": (A(10) % 5, (5,), {Reshape, Expand}),
    "one everywhere": (np.full((2, 3), 4), (5,), {Slice, Reshape, Expand}),
    "rolled": ((A(5) + 2) % 5, (5,), {Roll}),
    "edge repeated": (np.clip(A(9) - 2, 0, 4), (5,), {Pad}),
    "reflected": (np.abs(A(8) - 3), (5,), {Pad}),
    "round and round": ((A(8) - 1) % 5, (5,), {Pad}),
}


def gathered(table: Any, sizes: tuple[int, ...], lead: tuple[int, ...], tail: tuple[int, ...]) -> list[Any]:
    """The steps for a table, after they have been done to numbers and held against numpy's own picking."""
    steps = picked(np.asarray(table), sizes, lead, tail)
    numbers = A(int(np.prod((*lead, *sizes, *tail)))).reshape(*lead, *sizes, *tail)
    wanted = numbers.reshape(*lead, -1, *tail)[(*(slice(None) for _ in lead), np.asarray(table))]
    for op in steps:
        shape = op.infer_shape(numbers.shape)
        result = moved(op, numbers)
        assert result.shape == shape
        numbers = result
    np.testing.assert_array_equal(numbers, wanted)
    return steps


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize(("lead", "tail"), [((), ()), ((2,), (3, 1))])
def test_a_table_with_a_law_is_said_by_it(name: str, lead: tuple[int, ...], tail: tuple[int, ...]) -> None:
    table, sizes, kinds = LAWS[name]
    assert {type(op) for op in gathered(table, sizes, lead, tail)} == kinds


def test_a_product_of_lists_is_picked_along_each_dimension() -> None:
    table = np.array([4, 0, 1])[:, None] * 6 + np.array([5, 5, 0, 2])
    assert [type(op) for op in gathered(table, (5, 6), (2,), ())] == [Gather, Gather]


def test_a_table_without_a_law_stays_a_gather() -> None:
    table = np.random.default_rng(0).permutation(30)
    assert sum(isinstance(op, Gather) for op in gathered(table, (5, 6), (), (2,))) == 1
    almost = np.array([0, 1, 2, 3, 5])
    assert [type(op) for op in gathered(almost, (6,), (), ())] == [Gather]


def test_numbers_outside_are_refused() -> None:
    with pytest.raises(ShapeError, match="within"):
        picked(np.array([[0, 7], [1, 8]]), (2, 3))


def table_of(random: np.random.Generator) -> tuple[Any, tuple[int, ...]]:
    """A table of one of many kinds, for dimensions of small sizes."""
    sizes = tuple(int(n) for n in random.integers(1, 6, random.integers(1, 4)))
    count = int(np.prod(sizes))
    shape = tuple(random.integers(1, 5, random.integers(0, 4)))
    numbers: Any = A(count).reshape(sizes)
    kind = random.integers(4)
    if kind == 0:
        return random.integers(0, count, shape), sizes
    if kind == 1:
        lines = [random.integers(-2, 3) * A(n) for n in shape]
        return np.asarray(sum(np.ix_(*lines)) if lines else 0) % count, sizes
    if kind == 2:
        for d, n in enumerate(sizes):
            numbers = numbers.take(random.integers(0, n, random.integers(1, 4)), d)
        return numbers.transpose(random.permutation(len(sizes))), sizes
    size = int(random.integers(1, sizes[-1] + 1))
    windows = np.lib.stride_tricks.sliding_window_view(numbers, size, -1)
    return (windows.ravel() if random.random() < 0.5 else windows), sizes


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_table_the_steps_give_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    for _ in range(50):
        table, sizes = table_of(random)
        lead, tail = (tuple(int(n) for n in random.integers(1, 3, random.integers(0, 3))) for _ in range(2))
        gathered(table, sizes, lead, tail)


@pytest.mark.parametrize("pad", ["constant", "replicate", "reflect", "circular"])
def test_padding_moves_what_the_framework_moves(pad: str) -> None:
    torch = pytest.importorskip("torch")
    numbers = A(12).reshape(1, 3, 4)
    for before, after in [(1, 2), (0, 1), (-1, 2), (1, -2)]:
        ours = moved(Pad((before,), (after,), pad), numbers)
        if pad == "circular" and min(before, after) < 0:
            continue
        theirs = torch.nn.functional.pad(torch.tensor(numbers).double(), (before, after), mode=pad)
        np.testing.assert_array_equal(ours, theirs.numpy())
