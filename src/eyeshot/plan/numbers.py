"""Whether a tile computes with the numbers that the whole computes with, call by call.

The accesses of two graphs say that a tile reads what the whole reads. What stands beside the values must be the same
too: every plain number, and every constant tensor. A constant that follows the image's size must be the whole's, cut at
the tile's place. What nobody can tell is taken for other numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from eyeshot.frontends.entered import ConstantTensor, Entered, Entries, same_numbers
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Graph, Node
from eyeshot.plan.parts import Dim, Part, tile_size, whole_size

__all__ = ["ROUNDED", "Beside", "Reader", "unlike"]

ROUNDED = "is rounded to another type in a tile than in the whole"
_BLOCK = 1 << 20
"""Numbers of a constant that are compared at a time."""


class Reader(Protocol):
    """Reads a network at sizes of its image, in pixels per axis, with what enters its calls."""

    def entered(self, size: tuple[int, ...]) -> Entries | None:
        """What enters at a size at which the graph was built; None for a network without numbers of its own."""
        ...

    def repeated(self, sizes: Sequence[tuple[int, ...]]) -> Sequence[tuple[tuple[int, ...], Graph, Entries]]:
        """What is read when the network runs again, as earlier runs have left it: the first size, perhaps others."""
        ...

    def evaluated(self, size: tuple[int, ...]) -> tuple[Graph, Entries] | None:
        """What is read in evaluation mode; None for a network that is in it, or has none."""
        ...


class Beside:
    """What enters the calls of two graphs of one network, held side by side.

    Parameters
    ----------
    whole, tile : Entries
        What enters at the size of the image and at that of the tile.
    graph : Graph
        The whole's graph.
    needed : set of str
        Its nodes that count.
    """

    def __init__(self, whole: Entries, tile: Entries, graph: Graph, needed: Iterable[str]) -> None:
        self._whole, self._tile = whole, tile
        self._places = _places(whole, graph, set(needed))

    def unlike(self, mine: Node, theirs: Node, dims: tuple[Dim, ...] | None) -> list[str]:
        """Why a node computes otherwise in the tile than its partner in the whole; nothing if it does not.

        Parameters
        ----------
        mine, theirs : Node
            The node of the whole's graph, and that of the tile's.
        dims : tuple of Dim or None
            How their indices correspond.
        """
        found = [ROUNDED] if self.is_rounded_otherwise(mine.name, theirs.name) else []
        call = self._places.get(mine.name)
        if call is None:
            return found
        other = self._tile.by_node.get(theirs.name)
        if other is None:
            return [*found, "is executed otherwise in a tile"]
        changed = self._whole.changed | self._tile.changed
        return [*found, *unlike(self._whole.calls[call], self._tile.calls[other], dims, changed)]

    def is_rounded_otherwise(self, mine: str, theirs: str) -> bool:
        """Whether copies of a value are cast to other types in the tile than in the whole."""
        return self._whole.casts.get(mine) != self._tile.casts.get(theirs)


def _places(entries: Entries, graph: Graph, needed: set[str]) -> dict[str, int]:
    """For each call the one node that stands for it: the last with the shape of its result, or the last of all."""
    found: dict[int, str] = {}
    fits: set[int] = set()
    for node in graph.nodes:
        call = entries.by_node.get(node.name)
        if call is None or node.name not in needed:
            continue
        is_result = any(shape == node.shape for shape, _ in entries.calls[call].results)
        if is_result or call not in fits:
            found[call] = node.name
        if is_result:
            fits.add(call)
    return {name: call for call, name in found.items()}


def unlike(whole: Entered, tile: Entered, dims: tuple[Dim, ...] | None, changed: set[str]) -> Iterator[str]:
    """Why one call computes otherwise in a tile than in the whole, each as the end of a sentence.

    Parameters
    ----------
    whole, tile : Entered
        What enters it.
    dims : tuple of Dim or None
        How the indices of its result correspond.
    changed : set of str
        Tensors of the model that a run writes to.
    """
    if whole.draws or tile.draws:
        yield "draws random numbers, which are others for every tile"
        return
    if whole.is_hidden or tile.is_hidden:
        yield "computes by functions that are handed to it, which cannot be compared"
        return
    if whole.name != tile.name or len(whole.constants) != len(tile.constants):
        yield f"is {_short(tile.name)} in a tile but {_short(whole.name)} in the whole"
        return
    yield from _unlike_plain(dict(whole.plain), dict(tile.plain))
    if [dtype for _, dtype in whole.results] != [dtype for _, dtype in tile.results]:
        yield "gives numbers of another type in a tile than in the whole"
    for mine, theirs in zip(whole.constants, tile.constants, strict=True):
        reason = _unlike_constant(mine, theirs, dims if whole.is_pointwise else None, changed)
        if reason is not None:
            yield reason
            return


def _unlike_plain(whole: Mapping[str, Any], tile: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys([*whole, *tile]):
        mine, theirs = whole.get(name), tile.get(name)
        if not _same(mine, theirs):
            yield (
                f"is called with numbers that depend on the size of the image: `{name}` is {theirs} in a tile but "
                f"{mine} in the whole"
            )


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        return len(mine) == len(theirs) and all(map(_same, mine, theirs))
    if isinstance(mine, float) and isinstance(theirs, float) and math.isnan(mine):
        return math.isnan(theirs)
    return type(mine) is type(theirs) and bool(mine == theirs)


def _unlike_constant(
    whole: ConstantTensor, tile: ConstantTensor, dims: tuple[Dim, ...] | None, changed: set[str]
) -> str | None:
    """Why a constant of the tile is not the whole's."""
    if whole.is_drawn or tile.is_drawn:
        return "uses random numbers, which are others for every tile"
    written = sorted((whole.made_of | tile.made_of) & changed)
    if written:
        return f"uses `{written[0]}`, which every run of the model changes"
    if whole.is_index and tile.is_index:
        # What it reads by them stands in the accesses.
        return None
    if whole.dtype != tile.dtype:
        return "uses a constant of another type in a tile than in the whole"
    return _unlike_numbers(whole, tile, dims)


def _unlike_numbers(whole: ConstantTensor, tile: ConstantTensor, dims: tuple[Dim, ...] | None) -> str | None:
    if whole.shape != tile.shape:
        return None if _is_cut(whole, tile, dims) else (
            f"uses a constant that depends on the size of the image ({_shown(tile.shape)} in a tile, "
            f"{_shown(whole.shape)} in the whole) and is not the whole's at the place of the tile"
        )  # fmt: skip
    holds = whole.holds_what(tile)
    if holds:
        return None
    other = "another constant" if holds is False else "what may be another constant"
    return f"uses {other} in a tile than in the whole ({_shown(whole.shape)})"


def _is_cut(whole: ConstantTensor, tile: ConstantTensor, dims: tuple[Dim, ...] | None) -> bool:
    """Whether a constant of the tile surely is that of the whole, cut at the tile's place."""
    mine, theirs = whole.array(), tile.array()
    if mine is None or theirs is None:
        return False
    if not mine.size or not theirs.size:
        return mine.size == theirs.size
    if _uniform(mine) and _uniform(theirs) and same_numbers(mine.flat[:1], theirs.flat[:1]):
        return True
    if dims is None or len(whole.shape) != len(tile.shape) or len(whole.shape) > len(dims):
        return False
    places = _cut_at(whole.shape, tile.shape, dims[len(dims) - len(whole.shape) :])
    if places is None:
        return False
    shapes, there, here = places
    return _equal_in_blocks(mine.reshape(shapes[0])[there], theirs.reshape(shapes[1])[here])


def _uniform(array: npt.NDArray[Any]) -> bool:
    """Whether all numbers of an array are the same; what repeats without memory is looked at once."""
    core = array[tuple(slice(0, 1) if stride == 0 else slice(None) for stride in array.strides)]
    return all(same_numbers(block, np.broadcast_to(core.flat[0], block.shape)) for block in _blocks(core))


def _cut_at(
    whole: Shape, tile: Shape, dims: Sequence[Dim]
) -> tuple[tuple[list[int], list[int]], tuple[slice, ...], tuple[slice, ...]] | None:
    """Shapes by parts, and where the tile's right numbers lie in either; None where nobody can tell."""
    sizes: tuple[list[int], list[int]] = ([], [])
    there: list[slice] = []
    here: list[slice] = []
    for n, m, dim in zip(whole, tile, dims, strict=True):
        parts: Sequence[Part] = dim
        if n == m == 1:
            parts = (Part(1, 1, 0, 0, 1),)
        elif (n, m) != (whole_size(dim), tile_size(dim)):
            return None
        for part in parts:
            if part.shift is None:
                return None
            sizes[0].append(part.whole)
            sizes[1].append(part.tile)
            there.append(slice(part.start + part.shift, part.stop + part.shift))
            here.append(slice(part.start, part.stop))
    return sizes, tuple(there), tuple(here)


def _equal_in_blocks(mine: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> bool:
    return mine.shape == theirs.shape and all(
        same_numbers(a, b) for a, b in zip(_blocks(mine), _blocks(theirs), strict=True)
    )


def _blocks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """An array piece by piece, along its first dimensions."""
    if array.size <= _BLOCK or not array.ndim:
        yield array
    elif array[0].size > _BLOCK:
        for row in array:
            yield from _blocks(row)
    else:
        step = max(1, _BLOCK // max(1, array[0].size))
        for start in range(0, len(array), step):
            yield array[start : start + step]


def _short(name: str) -> str:
    return f"`{name.removeprefix('aten::').removesuffix('.default')}`"


def _shown(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "one number"
