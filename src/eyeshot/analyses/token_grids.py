"""Tokens in a row that are a grid of patches, with others before or behind them: class tokens, registers.

The row of all tokens has no axes: the class token is no patch. So the table has a row for the patches, which stand in
a grid along the axes of the image, and one for the tokens beside them. Each is a value of its own: a slice of the
tokens, and a reshape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import NamedTuple

from eyeshot.analyses.grids import GridTerm
from eyeshot.analyses.layout import layout_of
from eyeshot.analyses.walk import Walk
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Graph, Node, Op
from eyeshot.graph.ops import Reshape, Slice
from eyeshot.index.explicit import Ints

__all__ = ["TokenGrid", "grids_of", "with_token_grids"]

GRID, FIRST, LAST = "[grid]", "[tokens]", "[last tokens]"
"""What is put behind the name of a value for its patches, and for the tokens before and behind them."""


class TokenGrid(NamedTuple):
    """Where the patches are among the tokens.

    Parameters
    ----------
    dim : int
        Dimension of the value along which tokens stand.
    start, stop : int
        The patches are the tokens ``[start, stop)``.
    sizes : tuple of int
        Patches along each axis of the image; row-major.
    """

    dim: int
    start: int
    stop: int
    sizes: tuple[int, ...]


def grids_of(graph: Graph, walk: Walk, names: Iterable[str]) -> dict[str, TokenGrid]:
    """The grids of patches among the tokens of some nodes, for those that have one."""
    found = {}
    for name in names:
        grid = _grid_of(graph, graph.by_name[name], walk) if name in graph.by_name else None
        if grid is not None:
            found[name] = grid
    return found


def _grid_of(graph: Graph, node: Node, walk: Walk) -> TokenGrid | None:
    field = walk.fields[node.name]
    if not any(isinstance(term, GridTerm) for term in field):
        return None
    layout = layout_of(graph, node, field)
    dims = [d for d, factors in enumerate(layout.dims) if any(axis >= 0 for _, axis in factors)]
    inputs = {term.input for term in field}
    if layout.names != tuple(f"dim {d}" for d in dims) or len(dims) != 1 or len(inputs) != 1:
        return None
    (dim,) = dims
    axes = len(graph.inputs[inputs.pop()].axes)
    local = [term for term in field if not term.global_axes and isinstance(term, GridTerm)]
    if len(local) != 1 or local[0].lo.size != local[0].lo.shape[0] * node.shape[dim]:
        return None
    rows = [(local[0].lo[axis].ravel(), local[0].hi[axis].ravel()) for axis in range(axes)]
    return _found(dim, rows)


def _found(dim: int, rows: list[tuple[Ints, Ints]]) -> TokenGrid | None:
    """The grid, if the tokens that read a part of the image are neighbours, and go through it row by row."""
    import numpy as np

    places = np.flatnonzero(np.logical_and.reduce([hi > lo for lo, hi in rows]))
    if not len(places) or places[-1] - places[0] + 1 != len(places) or len(places) == len(rows[0][0]):
        return None
    start, stop = int(places[0]), int(places[-1]) + 1
    inside = [np.stack([lo[start:stop], hi[start:stop]]) for lo, hi in rows]
    runs = [_run(ends) for ends in inside]
    steps = [stop - start, *runs]
    if any(b == 0 or a % b or a == b for a, b in pairwise(steps)) or runs[-1] != 1:
        return None
    sizes = tuple(a // b for a, b in pairwise(steps))
    for axis, ends in enumerate(inside):
        shaped = ends.reshape(2, *sizes)
        line = shaped[(slice(None), *(slice(None) if k == axis else slice(0, 1) for k in range(len(sizes))))]
        if (shaped != line).any():
            return None
    return TokenGrid(dim, start, stop, sizes)


def _run(ends: Ints) -> int:
    """After how many tokens their interval is another one for the first time."""
    differs = (ends != ends[:, :1]).any(axis=0)
    return int(differs.argmax())


# ---------------------------------------------------------------------- the graph with them


def with_token_grids(graph: Graph, grids: dict[str, TokenGrid]) -> tuple[Graph, dict[str, tuple[str, ...]]]:
    """A graph in which patches, and the tokens beside them, are values of their own.

    Returns
    -------
    graph : Graph
        The same, with more nodes right behind those of the tokens.
    parts : dict of str to tuple of str
        For each value of tokens the names of its parts: the grid, and the tokens before and behind it.
    """
    nodes: list[Node] = []
    parts: dict[str, tuple[str, ...]] = {}
    added = []
    for node in graph.nodes:
        more = list(_parts(node, grids[node.name])) if node.name in grids else []
        nodes += [node, *more]
        added.append(len(more))
        if more:
            parts[node.name] = tuple(one.name for one in more if one.name.endswith("]"))
    before = [0, *accumulate(added)]
    calls = tuple(replace(c, first=c.first + before[c.first], stop=c.stop + before[c.stop]) for c in graph.calls)
    return replace(graph, nodes=tuple(nodes), calls=calls), parts


def _parts(node: Node, grid: TokenGrid) -> Iterator[Node]:
    dim, start, stop, sizes = grid
    n = node.shape[dim]
    if start:
        yield _sliced(node, FIRST, dim, 0, start)
    cut = f"{node.name}{GRID}.slice" if len(sizes) > 1 else f"{node.name}{GRID}"
    patches = replace(_sliced(node, GRID, dim, start, stop), name=cut)
    yield patches
    if len(sizes) > 1:
        shape = (*node.shape[:dim], *sizes, *node.shape[dim + 1 :])
        yield _part(node, GRID, Reshape(shape), cut, shape)
    if stop < n:
        yield _sliced(node, LAST, dim, stop, n)


def _sliced(node: Node, suffix: str, dim: int, start: int, stop: int) -> Node:
    shape = (*node.shape[:dim], stop - start, *node.shape[dim + 1 :])
    return _part(node, suffix, Slice(dim, start, stop), node.name, shape)


def _part(node: Node, suffix: str, op: Op, operand: str, shape: Shape) -> Node:
    name = f"{node.name}{suffix}"
    return Node(name, op, (operand,), shape, node.source, name)
