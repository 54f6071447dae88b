"""Proof of a cut: every kind of tile is compared with the whole image, the network captured at its size.

Tiles in the middle of the image are alike up to a move along the grid, so one of each kind stands for all.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from eyeshot.errors import EyeshotError
from eyeshot.frontends.entered import Entries
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Graph
from eyeshot.plan.compare import compare
from eyeshot.plan.numbers import Reader
from eyeshot.plan.obstacle import Obstacle
from eyeshot.plan.parts import Dim, collapsed, tile_size
from eyeshot.plan.results import AxisCut, Output, OutputLaw, written

__all__ = ["Builder", "Proof", "prove"]

Builder = Callable[[tuple[int, ...]], Graph]
"""The network's graph for an image of some pixels per axis."""


@dataclass
class Proof:
    """What holding all kinds of tiles against the whole has shown.

    Parameters
    ----------
    obstacles : dict of str to Obstacle
        Nodes that make it impossible.
    short : set of (int, int)
        Axes and sides (0 before, 1 behind) on which the margin is too small.
    shapes : dict
        For each size of a tile the shapes of the outputs.
    """

    obstacles: dict[str, Obstacle] = field(default_factory=dict)
    short: set[tuple[int, int]] = field(default_factory=set)
    shapes: dict[tuple[int, ...], tuple[Shape, ...]] = field(default_factory=dict)

    @property
    def does_not_run(self) -> bool:
        """Whether the network failed at the size of some tile."""
        return "" in self.obstacles

    @property
    def holds(self) -> bool:
        """Whether all tiles give what the whole gives."""
        return not self.obstacles and not self.short


def prove(
    build: Builder,
    whole: Graph,
    cuts: Sequence[AxisCut],
    outputs: Sequence[Output],
    reader: Reader | None = None,
) -> Proof:
    """Hold one tile of each kind against the whole image.

    Parameters
    ----------
    build : callable
        Makes the network's graph at the size of a tile.
    whole : Graph
        Its graph at the size of the image.
    cuts : sequence of AxisCut
        The cuts along each axis.
    outputs : sequence of Output
        The outputs that are wanted.
    reader : Reader, optional
        Reads what enters the calls of the network; without one it is taken to compute the same at every size.
    """
    proof = Proof()
    names = [output.name for output in outputs]
    extents = tuple(cut.n for cut in cuts)
    for kinds in itertools.product(
        *(_kinds(cut, [output.laws[a] for output in outputs]) for a, cut in enumerate(cuts))
    ):
        size = tuple(kind.stop - kind.start for kind in kinds)
        if size == extents:
            proof.shapes[size] = tuple(output.shape for output in outputs)
            continue
        try:
            tile = build(size)
        except EyeshotError as error:
            _refuse(proof, size, error)
            break
        matches, obstacles = compare(whole, tile, [kind.start for kind in kinds], names, _both(reader, extents, size))
        proof.obstacles.update(obstacles)
        if obstacles:
            break
        found = [matches[name].dims or () for name in names]
        proof.shapes[size] = tuple(tuple(tile_size(dim) for dim in dims) for dims in found)
        for place, dims in enumerate(found):
            proof.short |= _short(dims, outputs[place], kinds, place)
    return proof


def _both(reader: Reader | None, whole: tuple[int, ...], tile: tuple[int, ...]) -> tuple[Entries, Entries] | None:
    """What enters at both sizes; None for a network that has no numbers of its own."""
    if reader is None:
        return None
    mine, theirs = reader.entered(whole), reader.entered(tile)
    return (mine, theirs) if mine is not None and theirs is not None else None


@dataclass(frozen=True, slots=True)
class _Kind:
    """Tiles along an axis that have one length and touch the same borders.

    Parameters
    ----------
    start, stop : int
        What the first of them reads.
    is_all : bool
        Whether that is all of the axis.
    gives : tuple of (int, int)
        For each output the features ``[a, b)`` of the tile's own output that any of them has to give.
    """

    start: int
    stop: int
    is_all: bool
    gives: tuple[tuple[int, int], ...]


def _kinds(cut: AxisCut, laws: Sequence[OutputLaw]) -> list[_Kind]:
    found: dict[tuple[int, bool, bool], _Kind] = {}
    for k, (start, stop) in enumerate(cut.reads):
        gives = []
        for law in laws:
            a, b = written(cut, law, k)
            shift = law.count(start)
            gives.append((a - shift, b - shift))
        key = (stop - start, start == 0, stop == cut.n)
        known = found.get(key)
        if known is None:
            found[key] = _Kind(start, stop, len(cut.reads) == 1, tuple(gives))
        else:
            hull = tuple((min(a, c), max(b, d)) for (a, b), (c, d) in zip(known.gives, gives, strict=True))
            found[key] = replace(known, gives=hull)
    return list(found.values())


def _refuse(proof: Proof, size: tuple[int, ...], error: EyeshotError) -> None:
    shown = "×".join(map(str, size))
    proof.obstacles.setdefault("", Obstacle("", "", "", f"does not run on a tile of {shown}: {error}"))


def _short(dims: Sequence[Dim], output: Output, kinds: Sequence[_Kind], place: int) -> set[tuple[int, int]]:
    """Axes and sides on which some feature that the tile has to give is not right."""
    found: set[tuple[int, int]] = set()
    for axis, (kind, law) in enumerate(zip(kinds, output.laws, strict=True)):
        a, b = kind.gives[place]
        if kind.is_all or a >= b:
            continue
        part = collapsed(dims[law.dim])
        if part is None or part.shift not in (int(kind.start / law.jump), None):
            found |= {(axis, 0), (axis, 1)}
            continue
        if a < part.start:
            found.add((axis, 0))
        if b > part.stop:
            found.add((axis, 1))
    return found
