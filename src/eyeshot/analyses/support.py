"""What one feature reads, and what one pixel reaches: exact, holes included.

A feature's elements are carried backwards through every access to the inputs; a pixel's elements forwards to every
value. Both cost what the network has nodes, not what the image has pixels.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from eyeshot.analyses.boxes import Boxes, backward, forward, mask_of, split_set, unite, volume
from eyeshot.analyses.grids import GridTerm
from eyeshot.analyses.hulls import intervals_along
from eyeshot.analyses.layout import checked_index, checked_pixel, locate_pixel
from eyeshot.analyses.results import Interval, Product, Reach, Region
from eyeshot.analyses.terms import Field, Term
from eyeshot.analyses.walk import Walk
from eyeshot.errors import FeatureError, LimitError
from eyeshot.graph.core import Graph, Node, Value
from eyeshot.index.bordered import Bordered
from eyeshot.index.explicit import NOTHING, Ints, zeroed
from eyeshot.index.intervals import Periodic, hull
from eyeshot.index.sets import IndexSet

if TYPE_CHECKING:
    from eyeshot.analyses.analysis import Analysis

__all__ = ["actual_intervals", "box_at", "elements_reached", "elements_read", "mask_of", "reach_of", "region_of"]

Sets = tuple[IndexSet, ...]


def region_of(analysis: Analysis, name: str, index: tuple[int, ...], value: Value) -> Region:
    """What the feature `index` of a node reads of one input.

    Parameters
    ----------
    analysis : Analysis
        The analyses of the network.
    name : str
        The node.
    index : tuple of int
        The feature; negative numbers count from the end.
    value : Value
        One of the inputs of the network.
    """
    graph, walk, node = analysis.graph, analysis.theoretical, analysis.graph.by_name[name]
    position = graph.inputs.index(value)
    layout = analysis.layout(name)
    index = checked_index(index, layout.extents, layout.names, f"layer `{node.name}`")
    sets = layout.locate(index)
    read = elements_read(graph, node, (sets,)).get(value.name, ())
    dims = [axis.dim for axis in value.axes]
    products = unite(tuple(box[d] for d in dims) for box in read)
    mine = tuple(term for term in walk.fields[name] if term.input == position)
    row = defaultdict(bool, {(axis.input, axis.axis): axis.is_global for axis in analysis.row(name).axes})
    return Region(
        layer=node.name,
        feature=index,
        input=value.name,
        axes=tuple(axis.name for axis in value.axes),
        extents=tuple(value.shape[d] for d in dims),
        box=box_at(mine, sets, len(dims)),
        pixels=_box_of(products, len(dims)),
        products=_runs(products),
        is_global=tuple(row[value.name, axis.name] for axis in value.axes),
        status=walk.status(node.name),
        read=volume(products),
    )


def elements_read(graph: Graph, node: Node, boxes: Boxes) -> dict[str, Boxes]:
    """Elements of every input that some elements of a node's value read."""
    pending: dict[str, Boxes] = {node.name: boxes}
    for current in reversed(graph.nodes[: graph.position[node.name] + 1]):
        wanted = pending.pop(current.name, None)
        if not wanted:
            continue
        for name, reading in graph.readings(current):
            found = backward(wanted, reading, graph.shapes[name])
            known = pending.get(name, ())
            if len(found) + len(known) > 1:
                pending[name] = unite((*known, *found))
            elif found:
                pending[name] = tuple(found)
    return pending


def reach_of(analysis: Analysis, pixel: tuple[int, ...], value: Value, only: Node | None = None) -> Iterator[Reach]:
    """Which features read a pixel of an input, for every node or for one."""
    graph = analysis.graph
    pixel = checked_pixel(value, pixel)
    reached = elements_reached(graph, value, (locate_pixel(value, pixel),), only)
    for node in graph.nodes if only is None else (only,):
        layout = analysis.layout(node.name)
        products = unite(p for box in reached.get(node.name, ()) for p in layout.positions(box))
        yield Reach(
            layer=node.name,
            input=value.name,
            pixel=pixel,
            axes=layout.names,
            extents=layout.extents,
            features=_box_of(products, len(layout.names)),
            products=_runs(products),
            count=volume(products),
            status=analysis.theoretical.status(node.name),
        )


def elements_reached(graph: Graph, value: Value, boxes: Boxes, only: Node | None = None) -> dict[str, Boxes]:
    """Elements of every node's value (up to one node) that read some elements of an input."""
    reached: dict[str, Boxes] = {value.name: boxes}
    last = len(graph.nodes) if only is None else graph.position[only.name] + 1
    for node in graph.nodes[:last]:
        found = [
            box
            for name, reading in graph.readings(node)
            if name in reached
            for box in forward(reached[name], reading, node.shape)
        ]
        if found:
            reached[node.name] = unite(found) if len(found) > 1 else tuple(found)
    return reached


# ---------------------------------------------------------------------- the box of a feature, from a walk


def box_at(field: Field, sets: Sets, axes: int) -> tuple[Interval, ...]:
    """The box that a walk gives for some elements of a value; ``(0, 0)`` everywhere if they read nothing.

    With the theoretical walk this is the theoretical box, with the actual one the hull of the pixels read.
    """
    found = [box for term in field for box in _boxes_at(term, sets)]
    if not found:
        return ((0, 0),) * axes
    return tuple((min(box[a][0] for box in found), max(box[a][1] for box in found)) for a in range(axes))


def _boxes_at(term: Term | GridTerm, sets: Sets) -> Iterator[tuple[Interval, ...]]:
    if not isinstance(term, Term):
        yield from _grid_box(term, sets)
        return
    choices = [split_set(inside, tuple(p.size for p in parts)) for inside, parts in zip(sets, term.dims, strict=True)]
    for choice in itertools.product(*choices):
        coordinates = _coordinates(term, choice)
        if coordinates is None:
            continue
        box = tuple(_hull_over(seq, along) for seq, along in zip(term.seqs, coordinates, strict=True))
        if all(hi > lo for lo, hi in box):
            yield box


def _coordinates(term: Term, choice: tuple[Sets, ...]) -> list[list[int]] | None:
    """Coordinates along every axis that a product of sets of part indices covers; None if masks leave nothing."""
    steps: list[list[tuple[int, IndexSet]]] = [[] for _ in term.seqs]
    for parts, insides in zip(term.dims, choice, strict=True):
        for part, inside in zip(parts, insides, strict=True):
            if part.mask is not None and not part.mask & inside:
                return None
            if part.stride:
                steps[part.axis].append((part.stride, inside))
    found = []
    for pairs in steps:
        sums = [0]
        for stride, inside in pairs:
            if len(sums) * len(inside) > 10_000_000:
                raise LimitError("a feature that stands for more than ten million positions has no box of its own")
            sums = [s + stride * i for s in sums for i in inside]
        found.append(sums)
    return found


def _hull_over(seq: Periodic | Bordered, coordinates: list[int]) -> Interval:
    if isinstance(seq, Periodic):
        return hull(map(seq.interval, coordinates))
    lo, hi = seq.intervals(np.array(coordinates, np.int64))
    return hull(zip(lo.tolist(), hi.tolist(), strict=True))


def _grid_box(grid: GridTerm, sets: Sets) -> Iterator[tuple[Interval, ...]]:
    if not all(mask & sets[d] for d, mask in grid.masks):
        return
    lo, hi = grid.lo, grid.hi
    for d, inside in enumerate(sets, 1):
        if lo.shape[d] > 1:
            taken = np.array(list(inside))
            lo, hi = lo.take(taken, d), hi.take(taken, d)
    axes = len(lo)
    lows, highs = lo.reshape(axes, -1).min(axis=1), hi.reshape(axes, -1).max(axis=1)
    if (highs > lows).all():
        yield tuple((int(a), int(b)) for a, b in zip(lows, highs, strict=True))


def _box_of(products: Boxes, axes: int) -> tuple[Interval, ...]:
    if not products:
        return ((0, 0),) * axes
    return tuple(
        (min(box[a].hull[0] for box in products), max(box[a].hull[1] for box in products)) for a in range(axes)
    )


def _runs(products: Boxes) -> tuple[Product, ...]:
    return tuple(tuple(inside.runs for inside in box) for box in products)


# ---------------------------------------------------------------------- the actual field of every feature


def actual_intervals(graph: Graph, walk: Walk, name: str, value: Value, axis: str) -> tuple[Ints, Ints]:
    """Intervals along one axis for every feature, shaped like the value with 1 where nothing changes."""
    names = [a.name for a in value.axes]
    if axis not in names:
        raise FeatureError(f"input `{value.name}` has no axis `{axis}`; it has {names}")
    number, position, shape = names.index(axis), graph.inputs.index(value), graph.shapes[name]
    lo, hi = np.full((1,) * len(shape), NOTHING), np.full((1,) * len(shape), -NOTHING)
    for term in walk.fields[name]:
        if term.input == position:
            term_lo, term_hi = intervals_along(term, shape, number).laid_out()
            lo, hi = np.minimum(lo, term_lo), np.maximum(hi, term_hi)
    return zeroed(lo, hi)
