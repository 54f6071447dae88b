"""Graphs as JSON: a stable, versioned schema, read with the same checks as any other input."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from typing import Any

from eyeshot.errors import GraphError, nearest
from eyeshot.graph.core import Axis, Graph, Node, Op, Value
from eyeshot.graph.ops import OPS
from eyeshot.graph.validate import validate

__all__ = ["SCHEMA", "from_json", "to_json"]

SCHEMA = "eyeshot.graph/1"


def to_json(graph: Graph) -> str:
    """A graph as JSON text.

    Examples
    --------
    >>> import eyeshot
    >>> graph = eyeshot.load("conv k3", input_shape=(1, 1, 8, 8))
    >>> from_json(to_json(graph)) == graph
    True
    """
    data = {
        "schema": SCHEMA,
        "name": graph.name,
        "inputs": [
            {"name": v.name, "shape": v.shape, "axes": {axis.name: axis.dim for axis in v.axes}} for v in graph.inputs
        ],
        "nodes": [_node_data(node) for node in graph.nodes],
        "outputs": graph.outputs,
        "groups": graph.groups,
        "notes": graph.notes,
    }
    return json.dumps(data, ensure_ascii=False)


def from_json(text: str) -> Graph:
    """The graph that `to_json` wrote.

    Raises
    ------
    GraphError
        If the text is no such graph; the message says where.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GraphError(f"a graph must be JSON, but: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise GraphError(f"a graph must say its schema {SCHEMA!r}, but this text does not")
    try:
        graph = Graph(
            str(data["name"]),
            tuple(_value(v) for v in data["inputs"]),
            tuple(_node(n) for n in data["nodes"]),
            tuple(map(str, data["outputs"])),
            tuple((str(name), str(result)) for name, result in data.get("groups", [])),
            tuple(map(str, data.get("notes", []))),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, GraphError):
            raise
        raise GraphError(f"a graph in JSON must be complete, but: {type(error).__name__}: {error}") from None
    return validate(graph)


def _value(data: dict[str, Any]) -> Value:
    axes = tuple(Axis(str(name), int(dim)) for name, dim in data["axes"].items())
    return Value(str(data["name"]), tuple(map(int, data["shape"])), axes)


def _node_data(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "op": node.op.kind,
        "fields": {
            f.name: _plain(getattr(node.op, f.name))
            for f in dataclasses.fields(node.op)  # type: ignore[arg-type]
            if getattr(node.op, f.name) != f.default
        },
        "inputs": node.inputs,
        "shape": node.shape,
        "source": node.source,
        "layer": node.layer,
    }


def _node(data: dict[str, Any]) -> Node:
    name = str(data["name"])
    return Node(
        name,
        _op(name, str(data["op"]), data["fields"]),
        tuple(map(str, data["inputs"])),
        tuple(map(int, data["shape"])),
        str(data["source"]),
        str(data["layer"]),
    )


def _op(node: str, kind: str, fields: dict[str, Any]) -> Op:
    if kind not in OPS:
        raise GraphError(f"node `{node}`: unknown op `{kind}`{nearest(kind, OPS)}")
    known = {f.name: str(f.type) for f in dataclasses.fields(OPS[kind])}  # type: ignore[arg-type]
    for field, value in fields.items():
        if field not in known:
            raise GraphError(f"node `{node}`: `{kind}` has no field `{field}`{nearest(field, known)}")
        if not _fits(value, known[field]):
            raise GraphError(f"node `{node}`: field `{field}` of `{kind}` must be {known[field]}, but is {value!r}")
    return OPS[kind](**{field: _frozen(value, known[field]) for field, value in fields.items()})


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _frozen(value: Any, annotation: str) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item, annotation) for item in value)
    return Fraction(value) if "Fraction" in annotation and isinstance(value, str) else value


def _fits(value: object, annotation: str) -> bool:
    """Whether a JSON value has the field's type, as far as a wrong one could do harm."""
    if value is None:
        return "None" in annotation
    if isinstance(value, list):
        inner = annotation.replace("tuple[", "", 1) if annotation.startswith("tuple[") else annotation
        return ("tuple" in annotation or annotation == "Ints") and all(_fits(item, inner) for item in value)
    words = {bool: "bool", int: "int", str: "str"}
    word = words.get(type(value))
    if word == "int" and annotation == "Ints":
        return True
    return word is not None and (word in annotation or (word == "str" and "Fraction" in annotation))
