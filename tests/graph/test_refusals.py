"""What graphs, and texts of graphs, are refused for that no single op knows."""

import json
from dataclasses import replace

import pytest

from eyeshot.errors import GraphError, LimitError, ShapeError
from eyeshot.graph.build import GraphBuilder, axes_of
from eyeshot.graph.core import Axis, Graph, Node, Op
from eyeshot.graph.ops import AdaptivePool, Cumulative, Flip, Permute, Resample, Roll, Window
from eyeshot.graph.validate import validate
from eyeshot.index.taps import MAX_TABLE


def one(op: Op) -> Graph:
    build = GraphBuilder("net")
    return build.finish(build.add(op, build.input("x", (1, 2, 6)), name="y"))


@pytest.mark.parametrize("layout", ["NCHY", "XW", "dz", "NCLT"])
def test_two_letters_of_one_axis(layout: str) -> None:
    with pytest.raises(GraphError, match=r"must name different axes, but H is y, W is x, D is z and L is t$"):
        axes_of((1,) * len(layout), layout)


def test_names_of_axes_differ() -> None:
    graph = one(Flip((2,)))
    twice = replace(graph.inputs[0], axes=(Axis("t", 1), Axis("t", 2)))
    with pytest.raises(GraphError, match=r"^input `x`: axes must have different names, but are called \['t', 't'\]$"):
        validate(replace(graph, inputs=(twice,)))


@pytest.mark.parametrize("op", [AdaptivePool((3,)), Cumulative(2), Flip((2,)), Roll((2,), (1,))], ids=str)
@pytest.mark.parametrize("count", [0, 2])
def test_ops_of_one_operand_take_no_other_number(op: Op, count: int) -> None:
    text = rf"^node `y`: `{op.kind}` cannot take {count} operands$"
    with pytest.raises(GraphError, match=text):
        validate(replace(one(op), nodes=(Node("y", op, ("x",) * count, (1, 2, 6)),)))
    build = GraphBuilder("net")
    build.input("x", (1, 2, 6))
    with pytest.raises(ShapeError, match=text):
        build.add(op, *("x",) * count, name="y")


def test_an_op_without_a_short_law_is_named() -> None:
    build = GraphBuilder("net")
    shuffle = Window((1,), (1,), (1,), (0,), (0,), channels=2 * MAX_TABLE + 2, groups=2)
    graph = build.finish(build.add(shuffle, build.input("x", (2, 8), "CT"), name="wide"))
    with pytest.raises(LimitError, match=r"^node `wide`: an index map .* at most 4,000,000 taps, but needs 4,000,001;"):
        validate(graph)


def test_a_permutation_of_many_dimensions_takes_no_time() -> None:
    (access,) = Permute((*range(1, 100_000), 0)).accesses((1,) * 100_000)
    assert access.links[0].dim == 99_999


@pytest.mark.parametrize("scale", ["1/0", "1e9", "1e999999999", "abc", "", "1/-3", " 1", "1_0", 2, 0.5])
def test_scales_are_plain_fractions(scale: object) -> None:
    data = json.loads(one(Resample((4,))).to_json())
    data["nodes"][0]["fields"]["scales"] = [scale]
    with pytest.raises(GraphError, match=r"^node `y`: field `scales` of `resample` must be tuple\[fractions\.Fraction"):
        Graph.from_json(json.dumps(data))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "1.5", "true", '"1"', "null", "[1]"])
def test_sizes_are_whole_numbers(number: str) -> None:
    text = one(Flip((2,))).to_json().replace('"shape": [1,', f'"shape": [{number},', 1)
    with pytest.raises(GraphError, match=r" must be a list of int$"):
        Graph.from_json(text)


@pytest.mark.parametrize("depth", [200, 490, 900, 960, 990, 100_000])
@pytest.mark.parametrize("place", ["name", "notes", "groups"])
def test_nesting_of_any_depth(place: str, depth: int) -> None:
    data = {**json.loads(one(Flip((2,))).to_json()), place: "deep"}
    text = json.dumps(data).replace('"deep"', "[" * depth + "]" * depth)
    try:
        Graph.from_json(text)
    except GraphError:
        return
    assert place == "name"
