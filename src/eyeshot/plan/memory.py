"""How much memory a network's values take while it runs, from its graph alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Constant, Expand, Permute, Reshape, Slice

__all__ = ["Taken", "peak_bytes"]

_VIEWS = (Expand, Permute, Reshape, Slice)
"""Ops whose result shares the memory of their operand."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Bytes that runs on tiles take at a time, weights apart."""

    alone: int
    """One run by itself, or one after the other on tiles of one shape."""
    among: int
    """Runs on tiles of several shapes, one after the other: none fits into the holes that another leaves."""


def peak_bytes(graph: Graph, item: int) -> int:
    """The largest sum of the values that are alive at a time, in the order of execution.

    A value lives from the node that makes it to the last one that reads it; the input and the outputs live to the
    end. Weights, and what a kernel takes for itself, are not in it.

    Parameters
    ----------
    graph : Graph
        The network at the size of one tile.
    item : int
        Bytes of one number.
    """
    owner: dict[str, str] = {}
    last: dict[str, int] = {}
    for place, node in enumerate(graph.nodes):
        is_view = isinstance(node.op, _VIEWS) and node.inputs
        owner[node.name] = owner.get(node.inputs[0], node.inputs[0]) if is_view else node.name
        for name in node.inputs:
            last[owner.get(name, name)] = place
    for name in graph.outputs:
        last[owner.get(name, name)] = len(graph.nodes)
    size = {node.name: math.prod(node.shape) for node in graph.nodes if owner[node.name] == node.name}
    size.update({node.name: 0 for node in graph.nodes if isinstance(node.op, Constant)})
    alive = peak = sum(math.prod(value.shape) for value in graph.inputs)
    ends: dict[int, int] = {}
    for place, node in enumerate(graph.nodes):
        taken = size.get(node.name, 0)
        alive += taken
        peak = max(peak, alive)
        end = max(place, last.get(node.name, place))
        ends[end] = ends.get(end, 0) + taken
        alive -= ends.pop(place, 0)
    return peak * item
