"""Graphs as JSON: a stable, versioned schema, read with the same checks as any other input."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from fractions import Fraction
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from eyeshot.errors import GraphError, nearest
from eyeshot.graph.core import Axis, Call, Graph, Node, Op, Value
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
        **({"calls": [dataclasses.astuple(call) for call in graph.calls]} if graph.calls else {}),
        **({"loops": graph.loops} if graph.loops else {}),
        **({"ended": graph.ended} if graph.ended else {}),
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
        data = json.loads(text, parse_int=_int64)
    except (ValueError, RecursionError) as error:
        raise GraphError(f"a graph must be JSON, but: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise GraphError(f"a graph must say its schema {SCHEMA!r}, but this text does not")
    try:
        graph = Graph(
            str(data["name"]),
            tuple(_value(v) for v in data["inputs"]),
            tuple(_node(n) for n in data["nodes"]),
            _typed(data["outputs"], str),
            tuple((str(name), str(result)) for name, result in data.get("groups", [])),
            _typed(data.get("notes", []), str),
            tuple(_call(*call) for call in data.get("calls", [])),
            tuple(_typed(names, str) for names in data.get("loops", [])),
            _ended(data),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, GraphError):
            raise
        raise GraphError(f"a graph in JSON must be complete, but: {type(error).__name__}: {error}") from None
    return validate(graph)


def _int64(digits: str) -> int:
    """A number of JSON; larger ones would only make overflows and endless messages."""
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        raise ValueError(f"numbers must fit 64 bits, but {digits[:20]}{'…' * (len(digits) > 20)} does not")
    return int(digits)


def _typed(data: Any, kind: type) -> tuple[Any, ...]:
    """A JSON list of integers or texts, which nothing else is converted to."""
    if not isinstance(data, list) or any(type(item) is not kind for item in data):
        raise TypeError(f"{str(data)[:80]} must be a list of {kind.__name__}")
    return tuple(data)


def _value(data: dict[str, Any]) -> Value:
    dims = _typed(list(data["axes"].values()), int)
    axes = tuple(Axis(str(name), dim) for name, dim in zip(data["axes"], dims, strict=True))
    return Value(str(data["name"]), _typed(data["shape"], int), axes)


def _call(name: Any, kind: Any, *numbers: Any) -> Call:
    return Call(*_typed([name, kind], str), *_typed(list(numbers), int))


def _ended(data: dict[str, Any]) -> str:
    """Where the network was read no further; older versions said so in a note only."""
    if "ended" in data:
        (ended,) = _typed([data["ended"]], str)
        return str(ended)
    found = (re.match(r"The capture ended (in .*), which needs", note) for note in data.get("notes", []))
    return next((match[1] for match in found if match), "")


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
        _typed(data["inputs"], str),
        _typed(data["shape"], int),
        str(data["source"]),
        str(data["layer"]),
    )


def _op(node: str, kind: str, fields: dict[str, Any]) -> Op:
    if kind not in OPS:
        raise GraphError(f"node `{node}`: unknown op `{kind}`{nearest(kind, OPS)}")
    known = _fields(kind)
    found = {}
    for field, value in fields.items():
        if field not in known:
            raise GraphError(f"node `{node}`: `{kind}` has no field `{field}`{nearest(field, known)}")
        wanted, _ = known[field]
        try:
            found[field] = _parsed(value, wanted)
        except ValueError:
            shown = wanted.__name__ if isinstance(wanted, type) else str(wanted)
            raise GraphError(
                f"node `{node}`: field `{field}` of `{kind}` must be {shown}, but is {repr(value)[:80]}"
            ) from None
    missing = [field for field, (_, needed) in known.items() if needed and field not in fields]
    if missing:
        raise GraphError(f"node `{node}`: `{kind}` must have a field `{missing[0]}`, but it is missing")
    return OPS[kind](**found)


@functools.cache
def _fields(kind: str) -> dict[str, tuple[Any, bool]]:
    """Type of every field of an op, and whether it must be given."""
    hints = get_type_hints(OPS[kind])
    return {
        f.name: (hints[f.name], f.default is dataclasses.MISSING)
        for f in dataclasses.fields(OPS[kind])  # type: ignore[arg-type]
    }


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _parsed(value: Any, wanted: Any) -> Any:
    """The value of a field of a type; `ValueError` if the JSON value is of another."""
    parts = get_args(wanted)
    if get_origin(wanted) is tuple and isinstance(value, list):
        items = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        return tuple(_parsed(item, part) for item, part in zip(value, items, strict=True))
    if NoneType in parts:
        return None if value is None else _parsed(value, parts[0])
    # No exponents: "1e999999999" would take all memory.
    if wanted is Fraction and isinstance(value, str) and re.fullmatch(r"-?[0-9]+(/0*[1-9][0-9]*)?", value):
        return Fraction(value)
    if type(value) is not wanted:
        raise ValueError
    return value
