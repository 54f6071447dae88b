"""Building graphs: what frontends rely on."""

import pytest
from catalogue import conv
from hypothesis import given
from strategies import graphs

from eyeshot.errors import GraphError, LimitError, ShapeError
from eyeshot.graph.build import GraphBuilder, axes_of
from eyeshot.graph.core import Axis, Graph
from eyeshot.graph.ops import Pointwise, Resample
from eyeshot.graph.validate import validate


def started() -> tuple[GraphBuilder, str]:
    build = GraphBuilder("net")
    return build, build.input("image", (1, 2, 8))


# -------------------------------------------------------------------------------------- axes


@pytest.mark.parametrize(
    ("shape", "layout", "axes"),
    [
        ((1, 3, 9), None, [("t", 2)]),
        ((1, 3, 9, 8), None, [("y", 2), ("x", 3)]),
        ((1, 3, 9, 8, 7), None, [("z", 2), ("y", 3), ("x", 4)]),
        ((9, 8), "HW", [("y", 0), ("x", 1)]),
        ((1, 9, 8, 3), "nhwc", [("y", 1), ("x", 2)]),
        ((9, 1), "LC", [("t", 0)]),
        ((1, 9, 3), "NSC", [("s", 1)]),
    ],
)
def test_axes(shape: tuple[int, ...], layout: str | None, axes: list[tuple[str, int]]) -> None:
    assert axes_of(shape, layout) == tuple(Axis(*axis) for axis in axes)


@pytest.mark.parametrize(
    ("shape", "layout", "text"),
    [
        ((1, 3), None, "axes must be given for an input of shape (1, 3), such as axes='NCHW'"),
        ((1, 3), "NCH", "axes 'NCH' must name each dimension of shape (1, 3) by a letter of its own"),
        ((1, 3), "HH", "axes 'HH' must name each dimension of shape (1, 3) by a letter of its own"),
        ((1, 3), "H1", "axes 'H1' must name each dimension of shape (1, 3) by a letter of its own"),
        ((1, 3), "NC", "axes 'NC' must name at least one spatial dimension besides N and C"),
    ],
)
def test_axes_that_do_not_fit(shape: tuple[int, ...], layout: str | None, text: str) -> None:
    with pytest.raises(GraphError) as raised:
        axes_of(shape, layout)
    assert str(raised.value) == text


# -------------------------------------------------------------------------------------- nodes


def test_nodes_know_where_they_come_from() -> None:
    build, x = started()
    y = build.add(conv(3), x, name="stem.conv", source="Conv1d", layer="stem")
    z = build.add(Pointwise(), y)
    first, second = build.finish(z).nodes
    assert (first.name, first.source, first.layer, first.shape) == ("stem.conv", "Conv1d", "stem", (1, 2, 6))
    assert (second.name, second.source, second.layer, second.inputs) == (
        "pointwise",
        "pointwise",
        "pointwise",
        ("stem.conv",),
    )


def test_names_are_made_unique() -> None:
    build, x = started()
    assert [build.add(Pointwise(), x, source="relu") for _ in range(3)] == ["relu", "relu.2", "relu.3"]
    assert build.free_name("relu") == "relu.4"
    assert build.free_name("gelu") == "gelu"
    assert build.has("relu.3")
    assert not build.has("relu.4")
    assert build.shape("relu") == (1, 2, 8)


def test_stack_joins_along_a_new_dimension() -> None:
    build, x = started()
    for dim, shape in [(0, (3, 1, 2, 8)), (1, (1, 3, 2, 8)), (3, (1, 2, 8, 3)), (-1, (1, 2, 8, 3)), (-4, (3, 1, 2, 8))]:
        assert build.shape(build.stack(dim, x, x, x)) == shape
    nodes = {node.name: node for node in build.finish(x).nodes}
    assert nodes["stack"].op.kind == "concat"
    assert {node.layer for name, node in nodes.items() if name.startswith("stack.0")} == {"stack"}


def test_groups_and_notes_are_kept() -> None:
    build, x = started()
    build.group("block", build.add(conv(3), x, name="conv"))
    build.note("the first sentence")
    graph = build.finish("conv")
    assert (graph.groups, graph.notes, graph.name, graph.outputs) == (
        (("block", "conv"),),
        ("the first sentence",),
        "net",
        ("conv",),
    )


@given(graphs())
def test_what_is_built_is_valid(graph: Graph) -> None:
    assert validate(graph) is graph
    assert list(graph.by_name) == [node.name for node in graph.nodes]
    assert all(graph.nodes[graph.position[name]].name == name for name in graph.by_name)


# -------------------------------------------------------------------------------------- refusals


def test_an_operand_must_exist() -> None:
    build, x = started()
    with pytest.raises(GraphError, match="node `add`: operand `y` must stand before it, but there is no such value"):
        build.add(Pointwise(), x, "y", name="add")


def test_a_shape_error_names_the_node() -> None:
    build, x = started()
    with pytest.raises(ShapeError, match=r"^node `wide`: the window must fit its padded input"):
        build.add(conv(9), x, name="wide")


def test_the_number_of_operands_is_checked() -> None:
    build, x = started()
    with pytest.raises(ShapeError, match="node `up`: `resample` cannot take 2 operands"):
        build.add(Resample((4,)), x, x, name="up")


def test_a_name_stands_once() -> None:
    build, x = started()
    build.add(Pointwise(), x, name="relu")
    with pytest.raises(GraphError, match="node `relu`: names must be unique, but this one stands twice"):
        build.add(Pointwise(), x, name="relu")
    with pytest.raises(GraphError, match="names must be unique"):
        build.input("image", (1, 1, 3))


def test_values_are_bounded() -> None:
    build, x = started()
    with pytest.raises(LimitError, match="node `up`: a value may have 1,000,000,000 indices along a dimension"):
        build.add(Resample((2 * 10**9,)), x, name="up")
    with pytest.raises(LimitError, match="but the shape is 1×1×100000000×100000000; choose a smaller input"):
        GraphBuilder("big").input("image", (1, 1, 10**8, 10**8))
    with pytest.raises(GraphError, match="every dimension must be at least 1, but the shape is"):
        GraphBuilder("small").input("image", (1, 0, 8))


def test_a_graph_has_an_input_and_known_outputs() -> None:
    with pytest.raises(GraphError, match="graph `none` must have at least one input"):
        GraphBuilder("none").finish()
    build, _ = started()
    with pytest.raises(GraphError, match="graph `net`: output `y` must be a value of the graph"):
        build.finish("y")
