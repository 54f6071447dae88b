"""A graph with other settings, without some layers and with others: what the page's editor does, done with eyeshot."""

from dataclasses import dataclass, field, replace
from typing import Any

import eyeshot
from eyeshot.errors import ShapeError
from eyeshot.graph.core import Graph, Node, Op, Value
from eyeshot.graph.ops import Resample, TransposedWindow, Window

SETTINGS = ("kernel", "stride", "dilation", "pad_before", "pad_after")


@dataclass(frozen=True)
class Change:
    """What is changed: layers by name as text, names of layers left out, layers put in behind others, the input."""

    edits: dict[str, str] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)
    added: list[tuple[str, str]] = field(default_factory=list)
    size: tuple[int, ...] | None = None

    def words(self) -> list[list[str]]:
        """As the page's address says it; groups are not the editor's to change."""

        def plain(text: str) -> str:
            return " ".join(word for word in text.split() if not word.startswith("g"))

        return [
            *([["size", "x".join(map(str, self.size))]] if self.size else []),
            *(["edit", f"{plain(text)}@{name}"] for name, text in self.edits.items()),
            *(["out", name] for name in self.out),
            *(["add", f"{text}@{after}"] for after, text in self.added),
        ]


def parsed(text: str, axes: int) -> tuple[str, Op]:
    """A layer's name and operation, as eyeshot reads them."""
    (node,) = eyeshot.load(text, input_shape=(1, 4096, *(4096,) * axes)).nodes
    return node.name, node.op


def sized(op: Op, shape: tuple[int, ...]) -> Op:
    """A resampling by a scale has the size that follows from it."""
    if isinstance(op, Resample) and op.scales:
        spatial = shape[-len(op.scales) :]
        return replace(op, sizes=tuple(int(n * scale) for n, scale in zip(spatial, op.scales, strict=True)))
    return op


def changed(op: Op, text: str, axes: int) -> Op:
    _, other = parsed(text, axes)
    assert isinstance(op, Window | TransposedWindow)
    assert type(op) is type(other)
    settings: dict[str, Any] = {key: getattr(other, key) for key in SETTINGS}
    return replace(op, **settings)


def revised(graph: Graph, change: Change) -> tuple[Graph, dict[str, str]]:
    """The graph of what is left, and for every layer that is not why, "" if it only stands behind one."""
    known = {node.name for node in graph.nodes}
    assert {*change.edits, *change.out} <= known, "a change must name a layer"
    inputs = tuple(resized(value, change.size) if change.size else value for value in graph.inputs)
    axes = len(inputs[0].axes)
    shapes = {value.name: value.shape for value in inputs}
    alias: dict[str, str] = {}
    lost: dict[str, str] = {}
    nodes: list[Node] = []

    def put(name: str, op: Op, sources: tuple[str, ...], source: str, layer: str) -> None:
        if any(one in lost for one in sources):
            lost[name] = ""
            return
        op = sized(op, shapes[sources[0]]) if sources else op
        try:
            shape = op.infer_shape(*(shapes[one] for one in sources))
        except ShapeError as error:
            lost[name] = str(error)
            return
        shapes[name] = shape
        nodes.append(Node(name, op, sources, shape, source, layer))

    for node in graph.nodes:
        sources = tuple(alias.get(name, name) for name in node.inputs)
        if node.name in change.out:
            alias[node.name] = sources[0]
        else:
            text = change.edits.get(node.name)
            put(node.name, changed(node.op, text, axes) if text else node.op, sources, node.source, node.layer)
        grow(node.name, change, alias, put, shapes, axes)
    return Graph(graph.name, inputs, tuple(nodes), (nodes[-1].name,)), lost


def grow(name: str, change: Change, alias: dict[str, str], put: Any, shapes: Any, axes: int) -> None:
    """Layers put in behind a layer, and those behind them; whoever read the layer reads the last of them."""
    waiting = [(name, text) for after, text in change.added if after == name]
    while waiting:
        _, text = waiting.pop(0)
        new, op = parsed(text, axes)
        source = alias.get(name, name)
        if isinstance(op, Window) and op.channels is not None and source in shapes:
            op = replace(op, channels=shapes[source][1])
        put(new, op, (source,), text.split()[0], new)
        alias[name] = new
        waiting = [(new, deeper) for after, deeper in change.added if after == new] + waiting


def resized(value: Value, size: tuple[int, ...]) -> Value:
    shape = list(value.shape)
    for axis, n in zip(value.axes, size, strict=True):
        shape[axis.dim] = n
    return replace(value, shape=tuple(shape))
