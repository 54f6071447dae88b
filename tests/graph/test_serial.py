"""Graphs as JSON: nothing is lost on the way, and nothing but eyeshot's own errors comes of a bad text."""

import copy
import dataclasses
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from catalogue import CATALOGUE, conv
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs

from eyeshot.errors import GraphError, LimitError, ShapeError
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph, Op
from eyeshot.graph.ops import OPS
from eyeshot.graph.serial import SCHEMA, from_json, to_json

Json = Any
Path = tuple[str | int, ...]

words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=5)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 20)
    | st.sampled_from([2**31, 10**9, 10**12, 2**62, 2**63, 10**30, -(10**18)])
    | st.floats()
    | words
    | st.sampled_from(["window", "gather", "image", "1/0", "3/7", "-2", "1e999999999", "NaN"])
)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))


def places(data: Json, path: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value."""
    yield path
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def changed(data: Json, path: Path, change: Callable[[Json, str | int], None]) -> Json:
    """A copy of a JSON value, changed in one place below its root."""
    whole = copy.deepcopy(data)
    parent = whole
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return whole


def read(text: str) -> Graph | None:
    """The graph, or None where eyeshot refuses the text in one line; any other error goes on."""
    try:
        return from_json(text)
    except (GraphError, LimitError) as error:
        said = str(error)
    assert "\n" not in said
    assert 0 < len(said) < 1000
    return None


# -------------------------------------------------------------------------------------- there and back


@pytest.mark.parametrize("graph", CATALOGUE.values(), ids=list(CATALOGUE))
def test_round_trip_of_the_catalogue(graph: Graph) -> None:
    assert from_json(to_json(graph)) == graph
    assert Graph.from_json(graph.to_json()) == graph


@given(graphs())
def test_round_trip(graph: Graph) -> None:
    text = to_json(graph)
    assert from_json(text) == graph
    assert to_json(from_json(text)) == text
    assert json.loads(text)["schema"] == SCHEMA


def test_names_groups_and_notes_survive() -> None:
    build = GraphBuilder('net "\\ \n é')
    x = build.input("image", (1, 3, 8), "NCS")
    build.group("block", build.add(conv(3), x, name="layer.0/conv:0", source="Conv1d", layer="layer.0"))
    build.note("a sentence.")
    graph = build.finish("layer.0/conv:0", x)
    assert from_json(to_json(graph)) == graph


# -------------------------------------------------------------------------------------- bad texts


@given(st.text() | anything.map(json.dumps))
def test_any_text_is_refused(text: str) -> None:
    assert read(text) is None


@given(st.sampled_from(list(CATALOGUE.values())), st.data())
def test_a_value_exchanged(graph: Graph, data: st.DataObject) -> None:
    plain = json.loads(to_json(graph))
    path = data.draw(st.sampled_from([place for place in places(plain) if place]))
    new = data.draw(anything)

    def change(parent: Json, key: str | int) -> None:
        parent[key] = new

    found = read(json.dumps(changed(plain, path, change)))
    if found is not None:
        assert from_json(to_json(found)) == found


@given(st.sampled_from(list(CATALOGUE.values())), st.data())
def test_a_value_left_out_or_doubled(graph: Graph, data: st.DataObject) -> None:
    plain = json.loads(to_json(graph))
    path = data.draw(st.sampled_from([place for place in places(plain) if place]))
    doubled = data.draw(st.booleans())

    def change(parent: Json, key: str | int) -> None:
        if isinstance(parent, list) and doubled:
            parent.append(parent[int(key)])
        else:
            del parent[key]

    read(json.dumps(changed(plain, path, change)))


@given(st.sampled_from(list(CATALOGUE.values())), st.data())
def test_characters_exchanged(graph: Graph, data: st.DataObject) -> None:
    text = to_json(graph)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text = text[:at] + data.draw(st.text(max_size=2)) + text[at + data.draw(st.integers(0, 2)) :]
    read(text)


@pytest.mark.sweep
@given(graphs(), st.data())
def test_many_values_exchanged(graph: Graph, data: st.DataObject) -> None:
    plain = json.loads(to_json(graph))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([place for place in places(plain) if place]))
        new = data.draw(anything)

        def change(parent: Json, key: str | int, new: Json = new) -> None:
            parent[key] = new

        plain = changed(plain, path, change)
    read(json.dumps(plain))


@pytest.mark.parametrize("large", [10**6, 10**9 - 1, 10**9, 2**62])
@pytest.mark.parametrize("kind", sorted(OPS))
def test_large_numbers_exhaust_nothing(kind: str, large: int) -> None:
    """Every number of every field by itself: stride, kernel, padding, size, index …, with the shape that follows."""
    for graph in CATALOGUE.values():
        for node in graph.nodes:
            if node.op.kind != kind:
                continue
            for op in with_large_numbers(node.op, large):
                build = GraphBuilder("large")
                operands = [graph.shapes[name] for name in node.inputs]
                build.input("image", (1,), "T")
                names = [build.input(f"x{k}", shape, "ABDEFGH"[: len(shape)]) for k, shape in enumerate(operands)]
                try:
                    made = build.finish(build.add(op, *names))
                except (GraphError, LimitError):
                    continue
                read(to_json(made))


def with_large_numbers(op: Op, large: int) -> Iterator[Op]:
    """The op with each of its numbers exchanged for a large one."""
    for name, value in ((f.name, getattr(op, f.name)) for f in dataclasses.fields(op)):  # type: ignore[arg-type]
        if type(value) is int:
            yield dataclasses.replace(op, **{name: large})  # type: ignore[type-var]
        elif isinstance(value, tuple):
            for k, item in enumerate(value):
                if type(item) is int:
                    yield dataclasses.replace(op, **{name: (*value[:k], large, *value[k + 1 :])})  # type: ignore[type-var]
                elif isinstance(item, Fraction):
                    for odd in (Fraction(large, large - 1), Fraction(1, large), Fraction(large)):
                        yield dataclasses.replace(op, **{name: (*value[:k], odd, *value[k + 1 :])})  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda data: data.update(schema="eyeshot.graph/9"), "a graph must say its schema 'eyeshot.graph/1'"),
        (lambda data: data.pop("nodes"), "a graph in JSON must be complete, but: KeyError: 'nodes'"),
        (lambda data: data["nodes"][0].update(op="windw"), "node `conv`: unknown op `windw`; did you mean `window`?"),
        (
            lambda data: data["nodes"][0]["fields"].update(strides=[1]),
            "node `conv`: `window` has no field `strides`; did you mean `stride`?",
        ),
        (
            lambda data: data["nodes"][0]["fields"].update(stride="1"),
            "node `conv`: field `stride` of `window` must be tuple[int, ...], but is '1'",
        ),
        (
            lambda data: data["nodes"][0]["fields"].update(stride=[1.5]),
            "node `conv`: field `stride` of `window` must be tuple[int, ...], but is [1.5]",
        ),
        (
            lambda data: data["nodes"][0]["fields"].pop("stride"),
            "node `conv`: `window` must have a field `stride`, but it is missing",
        ),
    ],
)
def test_what_is_wrong_is_said(change: Callable[[Json], object], text: str) -> None:
    build = GraphBuilder("net")
    plain = json.loads(to_json(build.finish(build.add(conv(3), build.input("image", (1, 2, 8)), name="conv"))))
    change(plain)
    with pytest.raises(GraphError) as raised:
        from_json(json.dumps(plain))
    assert str(raised.value).startswith(text)


def test_numbers_of_any_length_are_refused() -> None:
    with pytest.raises(GraphError, match="numbers must fit 64 bits, but 99999999999999999999… does not"):
        from_json("9" * 100_000)


def test_depth_of_any_kind_is_refused() -> None:
    with pytest.raises(GraphError, match="a graph must be JSON, but"):
        from_json("[" * 1_000_000)


def test_a_shape_that_does_not_follow_is_refused() -> None:
    build = GraphBuilder("net")
    text = to_json(build.finish(build.add(conv(3), build.input("image", (1, 2, 8)), name="conv")))
    with pytest.raises(GraphError, match=r"node `conv`: its shape must be \(1, 2, 6\), but is given as \(1, 2, 8\)"):
        from_json(text.replace('"shape": [1, 2, 6]', '"shape": [1, 2, 8]'))
    with pytest.raises(ShapeError, match="node `conv`: the window must fit its padded input"):
        from_json(text.replace('"kernel": [3]', '"kernel": [9]'))
