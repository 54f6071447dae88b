"""The rules that every graph keeps, checked after every frontend and after reading JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable

from eyeshot.errors import GraphError, LimitError, ShapeError
from eyeshot.graph.access import Access, Reading, Shape
from eyeshot.graph.core import Graph, Node, Value

__all__ = ["MAX_ELEMENTS", "MAX_EXTENT", "MAX_NODES", "check_size", "validate"]

MAX_EXTENT = 1_000_000_000
"""Most indices along one dimension."""
MAX_ELEMENTS = 10**15
"""Most elements of one value."""
MAX_NODES = 1_000_000
"""Most nodes of a graph."""


def check_size(name: str, shape: Shape) -> None:
    """Refuse values that no machine could hold, before anything is computed from them."""
    if any(n < 1 for n in shape):
        raise GraphError(f"node `{name}`: every dimension must be at least 1, but the shape is {shape}")
    if any(n > MAX_EXTENT for n in shape) or math.prod(shape) > MAX_ELEMENTS:
        shown = "×".join(map(str, shape))
        raise LimitError(
            f"node `{name}`: a value may have {MAX_EXTENT:,} indices along a dimension and {MAX_ELEMENTS:,} "
            f"elements in all, but the shape is {shown[:80]}; choose a smaller input"
        )


def validate(graph: Graph) -> Graph:
    """Re-derive every shape and check every reference.

    Returns
    -------
    Graph
        The same graph.

    Raises
    ------
    GraphError
        Naming the first node that breaks a rule, and how.
    """
    if len(graph.nodes) > MAX_NODES:
        raise LimitError(f"a graph may have {MAX_NODES:,} nodes, but `{graph.name}` has {len(graph.nodes):,}")
    if not graph.inputs:
        raise GraphError(f"graph `{graph.name}` must have at least one input")
    known: dict[str, Shape] = {}
    for value in graph.inputs:
        _check_new(value.name, value.shape, known)
        _check_axes(value)
    for node in graph.nodes:
        _check_node(node, known)
        _check_new(node.name, node.shape, known)
    _check_refs("output", graph.outputs, known)
    _check_refs("result of a group", (result for _, result in graph.groups), known)
    _check_calls(graph)
    return graph


def _check_new(name: str, shape: Shape, known: dict[str, Shape]) -> None:
    if name in known:
        raise GraphError(f"node `{name}`: names must be unique, but this one stands twice")
    check_size(name, shape)
    known[name] = shape


def _check_axes(value: Value) -> None:
    names = [axis.name for axis in value.axes]
    if len(set(names)) != len(names):
        raise GraphError(f"input `{value.name}`: axes must have different names, but are called {names}")
    dims = [axis.dim for axis in value.axes]
    if not dims or len(set(dims)) != len(dims) or not all(0 <= d < len(value.shape) for d in dims):
        raise GraphError(f"input `{value.name}`: axes must name different dimensions of {value.shape}, but name {dims}")


def _check_node(node: Node, known: dict[str, Shape]) -> None:
    missing = [name for name in node.inputs if name not in known]
    if missing:
        raise GraphError(f"node `{node.name}`: operand `{missing[0]}` must stand before it, but there is no such value")
    shapes = [known[name] for name in node.inputs]
    try:
        shape = node.op.infer_shape(*shapes)
    except ShapeError as error:
        raise ShapeError(f"node `{node.name}`: {error}") from None
    except (TypeError, ValueError) as error:
        raise GraphError(f"node `{node.name}`: `{node.op.kind}` cannot take {len(shapes)} operands") from error
    check_size(node.name, shape)
    if shape != node.shape:
        raise GraphError(f"node `{node.name}`: its shape must be {shape}, but is given as {node.shape}")
    try:
        readings = node.op.accesses(*shapes)
    except LimitError as error:
        raise LimitError(f"node `{node.name}`: {error}") from None
    _check_readings(node, shapes, readings)


def _check_readings(node: Node, shapes: list[Shape], readings: tuple[Reading, ...]) -> None:
    for shape, reading in zip(shapes, readings, strict=True):
        if not isinstance(reading, Access):
            continue
        used = [link.dim for link in reading.links if link.dim is not None]
        if len(reading.links) != len(shape) or len(set(used)) != len(used):
            raise GraphError(f"node `{node.name}`: `{node.op.kind}` must link each dimension of {shape} once")


def _check_refs(what: str, names: Iterable[str], known: dict[str, Shape]) -> None:
    for name in names:
        if name not in known:
            raise GraphError(f"{what} `{name}` must be a value of the graph")


def _check_calls(graph: Graph) -> None:
    """Calls lie within each other or apart, outer ones first."""
    ends = [len(graph.nodes)]
    before = 0
    for call in graph.calls:
        while len(ends) > 1 and ends[-1] <= call.first:
            ends.pop()
        if not (before <= call.first <= call.stop <= ends[-1] and call.depth >= 0):
            raise GraphError(
                f"call `{call.name}` must lie within the call around it, nodes {before} … {ends[-1]}, "
                f"but has the nodes {call.first} … {call.stop}"
            )
        before = call.first
        ends.append(call.stop)
