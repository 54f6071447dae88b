"""The rules that every graph keeps, broken one at a time."""

from dataclasses import replace
from typing import ClassVar

import pytest
from catalogue import conv

from eyeshot.errors import GraphError, LimitError, ShapeError
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Axis, Call, Graph, Node, Op, Value
from eyeshot.graph.ops import Constant, Pointwise
from eyeshot.graph.validate import MAX_NODES, validate


def small() -> Graph:
    build = GraphBuilder("net")
    x = build.input("image", (1, 2, 8))
    y = build.add(conv(3), x, name="conv")
    build.group("block", y)
    return build.finish(build.add(Pointwise(), y, name="relu"))


def with_node(graph: Graph, position: int, node: Node) -> Graph:
    return replace(graph, nodes=(*graph.nodes[:position], node, *graph.nodes[position + 1 :]))


class Careless(Op):
    """An op that links one output dimension twice."""

    kind: ClassVar[str] = "careless"

    def infer_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        return (Access(tuple(Link(0) for _ in shapes[0])),)


class Forgetful(Careless):
    """An op that forgets a dimension."""

    kind: ClassVar[str] = "forgetful"

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        return (Access(tuple(Link(d) for d in range(len(shapes[0]) - 1))),)


GRAPH = small()
CONV, RELU = GRAPH.nodes
IMAGE = GRAPH.inputs[0]
BROKEN: dict[str, tuple[Graph, type[Exception], str]] = {
    "no input": (replace(GRAPH, inputs=()), GraphError, "graph `net` must have at least one input"),
    "a name twice": (
        with_node(GRAPH, 1, replace(RELU, name="conv", inputs=("image",), shape=(1, 2, 8))),
        GraphError,
        "node `conv`: names must be unique, but this one stands twice",
    ),
    "an input's name twice": (
        replace(GRAPH, inputs=(IMAGE, IMAGE)),
        GraphError,
        "node `image`: names must be unique, but this one stands twice",
    ),
    "an empty input": (
        replace(GRAPH, inputs=(replace(IMAGE, shape=(1, 2, 0)),)),
        GraphError,
        "node `image`: every dimension must be at least 1, but the shape is (1, 2, 0)",
    ),
    "an axis that is no dimension": (
        replace(GRAPH, inputs=(replace(IMAGE, axes=(Axis("t", 3),)),)),
        GraphError,
        "input `image`: axes must name different dimensions of (1, 2, 8), but name [3]",
    ),
    "an axis twice": (
        replace(GRAPH, inputs=(replace(IMAGE, axes=(Axis("t", 2), Axis("s", 2))),)),
        GraphError,
        "input `image`: axes must name different dimensions of (1, 2, 8), but name [2, 2]",
    ),
    "no axis": (
        replace(GRAPH, inputs=(replace(IMAGE, axes=()),)),
        GraphError,
        "input `image`: axes must name different dimensions of (1, 2, 8), but name []",
    ),
    "a cycle": (
        with_node(GRAPH, 0, replace(CONV, inputs=("relu",))),
        GraphError,
        "node `conv`: operand `relu` must stand before it, but there is no such value",
    ),
    "a wrong shape": (
        with_node(GRAPH, 0, replace(CONV, shape=(1, 2, 8))),
        GraphError,
        "node `conv`: its shape must be (1, 2, 6), but is given as (1, 2, 8)",
    ),
    "shapes that an op cannot take": (
        with_node(GRAPH, 0, replace(CONV, op=conv(9))),
        ShapeError,
        "node `conv`: the window must fit its padded input, but it spans 9 (kernel 9, dilation 1) of 8 "
        "(input 8, padding 0+0); take a larger input, more padding or a smaller kernel",
    ),
    "too many operands": (
        with_node(GRAPH, 0, replace(CONV, inputs=("image", "image"))),
        GraphError,
        "node `conv`: `window` cannot take 2 operands",
    ),
    "an output that is not there": (
        replace(GRAPH, outputs=("y",)),
        GraphError,
        "output `y` must be a value of the graph",
    ),
    "a group without a result": (
        replace(GRAPH, groups=(("block", "y"),)),
        GraphError,
        "result of a group `y` must be a value of the graph",
    ),
    "a dimension linked twice": (
        with_node(GRAPH, 1, replace(RELU, op=Careless())),
        GraphError,
        "node `relu`: `careless` must link each dimension of (1, 2, 6) once",
    ),
    "a dimension not linked": (
        with_node(GRAPH, 1, replace(RELU, op=Forgetful())),
        GraphError,
        "node `relu`: `forgetful` must link each dimension of (1, 2, 6) once",
    ),
    "a value beyond all machines": (
        with_node(GRAPH, 1, Node("relu", Constant((10**9, 10**9)), (), (10**9, 10**9))),
        LimitError,
        "node `relu`: a value may have 1,000,000,000 indices along a dimension and 1,000,000,000,000,000 elements in "
        "all, but the shape is 1000000000×1000000000; choose a smaller input",
    ),
    "more nodes than all networks have": (
        replace(GRAPH, nodes=(CONV,) * (MAX_NODES + 1)),
        LimitError,
        "a graph may have 1,000,000 nodes, but `net` has 1,000,001",
    ),
}


@pytest.mark.parametrize("broken", sorted(BROKEN))
def test_a_broken_rule_is_named(broken: str) -> None:
    graph, error, text = BROKEN[broken]
    with pytest.raises(error) as raised:
        validate(graph)
    assert type(raised.value) is error
    assert str(raised.value) == text


def test_a_valid_graph_comes_back() -> None:
    assert validate(GRAPH) is GRAPH


def test_an_input_alone_is_a_graph() -> None:
    image = Value("image", (1, 1, 3), (Axis("t", 2),))
    assert validate(Graph("net", (image,), (), ("image",))).shapes == {"image": (1, 1, 3)}


@pytest.mark.parametrize(
    "calls",
    [
        [Call("", "Net", 0, 0, 9)],
        [Call("", "Net", 0, 0, 2), Call("a", "Conv", 1, 1, 3)],
        [Call("a", "Conv", 1, 1, 2), Call("b", "Conv", 1, 0, 1)],
        [Call("a", "Conv", -1, 0, 1)],
        [Call("a", "Conv", 1, 2, 1)],
    ],
)
def test_calls_lie_within_each_other_or_apart(calls: list[Call]) -> None:
    build = GraphBuilder("traced")
    value = build.input("x", (1, 1, 8, 8))
    for _ in range(3):
        value = build.add(Pointwise(), value)
    for call in calls:
        build.call(call)
    with pytest.raises(GraphError, match="must lie within the call around it"):
        validate(build.finish(value))
