"""Blocks, sequences, repeats and names."""

import time
from typing import Any

import pytest

from eyeshot.errors import LayerListError, LimitError
from eyeshot.frontends.load import load
from eyeshot.graph.core import Graph


def net(*layers: Any, blocks: Any = None, **settings: Any) -> Graph:
    return load({"input": [4, 16, 16], "layers": list(layers), "blocks": blocks or {}, **settings})


def names(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes]


def refused(*layers: Any, blocks: Any = None) -> str:
    with pytest.raises(LayerListError) as caught:
        net(*layers, blocks=blocks)
    return str(caught.value)


UNIT = {"unit": ["conv k1", {"kind": "conv", "kernel": 3, "padding": 1, "channels": "$width"}]}


def test_sequence_numbers_its_parts_and_names_its_result() -> None:
    graph = net(
        {
            "name": "layer1",
            "sequence": ["relu", {"block": "unit", "repeat": 2, "with": {"width": 2}}, "relu name=last"],
        },
        "relu from=layer1",
        blocks=UNIT,
    )
    assert names(graph) == [
        "layer1.0", "layer1.1.conv1", "layer1.1.conv2", "layer1.2.conv1", "layer1.2.conv2", "layer1.last", "relu1",
    ]  # fmt: skip
    assert graph.groups == (
        ("layer1.1", "layer1.1.conv2"),
        ("layer1.2", "layer1.2.conv2"),
        ("layer1", "layer1.last"),
    )
    assert graph.nodes[-1].inputs == ("layer1.last",)


def test_unnamed_groups_have_names_too() -> None:
    graph = net({"block": "unit", "with": {"width": 2}}, {"sequence": ["relu"]}, {"sequence": ["relu"]}, blocks=UNIT)
    assert names(graph) == ["unit1.conv1", "unit1.conv2", "group1.0", "group2.0"]


def test_named_repeat_is_a_group() -> None:
    graph = net({"name": "body", "kind": "conv", "kernel": 3, "repeat": 3}, "relu from=body", "relu from=body.0")
    assert names(graph) == ["body.0", "body.1", "body.2", "relu1", "relu2"]
    assert graph.groups == (("body", "body.2"),)
    assert [node.inputs for node in graph.nodes[-2:]] == [("body.2",), ("body.0",)]


def test_repeat_of_one_has_the_same_names_as_of_many() -> None:
    assert names(net({"name": "body", "kind": "relu", "repeat": 1})) == ["body.0"]


def test_input_is_what_the_innermost_group_reads() -> None:
    block = {"residual": ["relu name=a", {"kind": "add", "from": ["a", "input"]}]}
    graph = net(
        "relu name=a", {"name": "r", "block": "residual"}, {"name": "s", "sequence": ["gap", "mul from=0,input"]},
        "add from=s,input", blocks=block,
    )  # fmt: skip
    assert {node.name: node.inputs for node in graph.nodes} == {
        "a": ("input",),
        "r.a": ("a",),
        "r.add1": ("r.a", "a"),
        "s.0": ("r.add1",),
        "s.1": ("s.0", "r.add1"),
        "add1": ("s.1", "input"),
    }


def test_own_names_come_before_those_around() -> None:
    block = {"b": ["relu name=x", {"kind": "add", "from": ["x", "y"]}]}
    graph = net("relu name=x", "relu name=y", {"name": "b", "block": "b"}, "relu from=b.x", blocks=block)
    assert graph.by_name["b.add1"].inputs == ("b.x", "y")
    assert graph.by_name["relu1"].inputs == ("b.x",)


def test_group_reads_what_from_says() -> None:
    graph = net(
        "conv k1 name=a", "conv k3", {"name": "b", "block": "unit", "from": "a", "with": {"width": 2}}, blocks=UNIT
    )
    assert graph.by_name["b.conv1"].inputs == ("a",)


def test_repeated_unnamed_layer_reads_from_only_once() -> None:
    graph = net("relu name=a", "conv k1", {"kind": "relu", "from": "a", "repeat": 2})
    assert [node.inputs for node in graph.nodes[-2:]] == [("a",), ("relu1",)]


def test_parameters_reach_every_corner() -> None:
    blocks = {
        "outer": [
            {"sequence": [{"block": "inner", "repeat": "$n", "with": {"k": "$k", "left": ["$k", 0]}}], "name": "s"}
        ],
        "inner": [{"name": "c", "kind": "conv", "kernel": "$k"}, {"kind": "pad", "padding": ["$left", [0, 0]]}],
    }
    graph = net({"name": "o", "block": "outer", "with": {"n": 2, "k": 3}}, blocks=blocks)
    assert names(graph) == ["o.s.0.c", "o.s.0.pad1", "o.s.1.c", "o.s.1.pad1"]
    assert graph.nodes[-1].shape == (1, 4, 18, 12)


def test_kind_may_be_a_parameter() -> None:
    blocks = {"b": [{"kind": "$pool", "kernel": 2}]}
    assert net({"block": "b", "with": {"pool": "avgpool"}}, blocks=blocks).nodes[0].source == "avgpool"
    assert refused({"block": "b", "with": {"pool": "relu"}}, blocks=blocks) == (
        "layer `b1.relu1`: `relu` has no `kernel`; it takes `name`, `kind`, `from`, `repeat`"
    )
    assert refused({"block": "b", "with": {"pool": 3}}, blocks=blocks) == "layer `b1.31`: unknown kind 3"
    assert refused({"block": "b", "with": {"pool": "pol"}}, blocks=blocks) == (
        "layer `b1.pol1`: unknown kind 'pol'; did you mean `pool`?"
    )


def test_outputs() -> None:
    assert net("relu", "relu", {"name": "g", "sequence": ["relu"]}).outputs == ("g.0",)
    assert net("relu", "relu", {"name": "g", "sequence": ["relu"]}, outputs=["g", "relu1"]).outputs == ("g.0", "relu1")


LOOP = {"a": [{"block": "b"}], "b": [{"block": "c"}], "c": [{"block": "a"}]}


@pytest.mark.parametrize(
    ("layers", "blocks", "message"),
    [
        ([{"block": "unti", "with": {"width": 2}}], UNIT,
         "layer `unti1`: there is no block 'unti'; did you mean `unit`?"),
        ([{"block": 3}], UNIT, "layer `31`: there is no block 3"),
        ([{"block": "unit"}], UNIT, "layer `unit1`: block `unit` needs the parameter `width` in `with`"),
        ([{"block": "unit", "with": 3}], UNIT, "layer 1: `with` must be a table of parameters, but is 3"),
        ([{"block": "unit", "kernel": 3}], UNIT, "layer 1: a block has no `kernel`"),
        ([{"block": "a"}], LOOP, "layer `a1.b1.c1.a1`: a block must not use itself, but: a → b → c → a"),
        ([{"name": "x"}], None, "layer `x`: a layer must have one of `kind`, `block`, `sequence`, but has none"),
        ([{"knid": "relu"}], None,
         "layer 1: a layer must have one of `kind`, `block`, `sequence`, but has none; did you mean `kind`?"),
        ([{"kind": "relu", "sequence": []}], None,
         "layer 1: a layer must have one of `kind`, `block`, `sequence`, but has `kind`, `sequence`"),
        ([{"name": "g", "sequence": []}], None, "layer 1: a sequence must have at least one layer, but is empty"),
        ([{"name": "g", "sequence": "relu"}], None,
         "layer 1: a sequence must be a list of layers, but is 'relu'"),
        ([{"name": "g", "sequence": ["relu", "rleu"]}], None,
         "layer 1, entry 2: unknown kind `rleu`; did you mean `relu`?"),
        (["relu"], {"b": []}, "block `b`: block `b` must have at least one layer, but is empty"),
        (["relu"], {"b": 3}, "block `b`: block `b` must be a list of layers, but is 3"),
        (["relu"], ["relu"], "blocks: `blocks` must be lists of layers by name, but is ['relu']"),
        (["relu"], {3: ["relu"]}, "blocks: a name must be text, but is 3"),
        (["relu"], {"b": ["rleu"]}, "block `b`, entry 1: unknown kind `rleu`; did you mean `relu`?"),
        ([3], None, "layer 1: a layer must be a table such as {kind = 'conv', kernel = 3}, but is 3"),
        ([None], None, "layer 1: a layer must be a table such as {kind = 'conv', kernel = 3}, but is None"),
        ([""], None, "layer 1: a layer must be a table such as {kind = 'conv', kernel = 3}, but is None"),
        ([{"kind": 3}], None, "layer 1: kind must be text, but is 3"),
        ([{3: "relu"}], None, "layer 1: a key must be text, but is 3"),
        ([{"kind": "relu", "name": 3}], None, "layer 1: a name must be text, but is 3"),
        ([{"kind": "relu", "name": "a b"}], None,
         "layer 1: a name must have no spaces and none of , | ; = in it, but is 'a b'"),
        ([{"kind": "relu", "name": "a" * 201}], None,
         "layer 1: a name must have at most 200 characters, but has 201: "
         "'aaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaa'"),
        ([{"kind": "conv", "kernel": 1, "kernel_size": 3}], None,
         "layer 1: `kernel` must be given once, but `kernel_size` gives it again"),
        (["relu name=a", {"name": "a", "sequence": ["relu"]}], None,
         "layer `a`: names must be unique, but `a` stands twice"),
        (["relu", "relu name=a.b", {"name": "a", "sequence": ["relu name=b"]}], None,
         "layer `a.b`: names must be unique, but `a.b` stands twice"),
        ([{"kind": "relu", "from": 3}], None,
         "layer 1: `from` must be the name of a layer or a list of names, but is 3"),
        ([{"kind": "relu", "from": []}], None, "layer 1: `from` must have 1 to 1,000 names, but has 0"),
        (["relu", {"name": "g", "sequence": ["relu"], "from": ["relu1", "input"]}], None,
         "layer `g`: a group reads one layer, but `from` names 2"),
        ([{"name": "g", "sequence": ["relu from=g"]}], None,
         "layer `g.0`: `from` must name a layer before this one, but `g` is a group around it"),
        ([{"name": "g", "sequence": ["relu from=1", "relu"]}], None,
         "layer `g.0`: `from` must name a layer before this one, but `1` stands after it; "
         "a network must have no cycles"),
        ([{"kind": "relu", "repeat": 2.0}], None, "layer 1: repeat must be an integer, but is 2.0"),
        ([{"kind": "relu", "repeat": True}], None, "layer 1: repeat must be an integer, but is True"),
        ([{"name": "a" * 150, "sequence": ["relu name=" + "b" * 60]}], None,
         "…`: a name with its groups must have at most 200 characters, but has 211"),
    ],
)  # fmt: skip
def test_message(layers: list[Any], blocks: Any, message: str) -> None:
    assert message in refused(*layers, blocks=blocks)


def nested(depth: int) -> Any:
    return {"sequence": [nested(depth - 1)]} if depth else "relu"


def test_nesting_has_a_limit() -> None:
    assert net(nested(31)).nodes[0].name == "group1" + ".0" * 31
    assert "deep within one another" in refused(nested(40))
    chain = {f"b{i}": [{"block": f"b{i + 1}"}] for i in range(500)} | {"b500": ["relu"]}
    assert "blocks and sequences must lie at most 32 deep within one another" in refused({"block": "b0"}, blocks=chain)


def test_a_billion_layers_are_refused_at_once() -> None:
    begin = time.perf_counter()
    inner = {"sequence": [{"sequence": [{"sequence": ["relu x1000"], "repeat": 1000}], "repeat": 1000}]}
    assert "a network must have at most 100,000 layers, repeats counted, but has more" in refused(inner)
    doubling = {f"b{i}": [{"block": f"b{i + 1}", "repeat": 2}] for i in range(30)} | {"b30": ["relu"]}
    assert "at most 100,000 layers" in refused({"block": "b0"}, blocks=doubling)
    two = {f"b{i}": [{"block": f"b{i + 1}"}, {"block": f"b{i + 1}"}] for i in range(30)} | {"b30": ["relu"]}
    assert refused({"block": "b0"}, blocks=two) == (
        "layer 1: a network must have at most 100,000 layers, repeats counted, but has more"
    )
    by_parameter = {"b": [{"sequence": ["relu x1000"], "repeat": "$n"}]}
    assert "layer `all`: a network must have at most" in refused(
        {"name": "all", "block": "b", "with": {"n": 1000}}, blocks=by_parameter
    )
    assert time.perf_counter() - begin < 10


def test_more_pixels_than_any_machine_holds_are_refused() -> None:
    with pytest.raises(LimitError) as caught:
        net("upsample scale1000 x5")
    assert str(caught.value).startswith("layer `upsample2`: a value may have 1,000,000,000 indices along a dimension")
    with pytest.raises(LimitError) as caught:
        net("upsample size=999999937")
    assert str(caught.value).startswith("layer `upsample1`: a value may have")
    with pytest.raises(LimitError) as caught:
        load("resize size=5000011", input_shape=(1, 1, 5000011 - 1))
    assert str(caught.value).startswith("layer `resize1`: a resampling may repeat after at most 100,000 indices")
