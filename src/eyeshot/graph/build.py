"""Building a graph node by node; every frontend uses this and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eyeshot.errors import GraphError, ShapeError
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Axis, Call, Graph, Node, Op, Value
from eyeshot.graph.ops import Concat, Reshape
from eyeshot.graph.validate import check_size

__all__ = ["AXIS_NAMES", "GraphBuilder", "axes_of"]

AXIS_NAMES = {"H": "y", "W": "x", "D": "z", "L": "t"}
"""Letters of a layout such as NCHW that have another name as an axis."""

_LAYOUTS = {3: "NCT", 4: "NCHW", 5: "NCDHW"}


def axes_of(shape: Shape, layout: str | None = None) -> tuple[Axis, ...]:
    """Spatial axes of an input of a shape by a layout such as ``"NCHW"``; N and C are batch and channels.

    Examples
    --------
    >>> axes_of((1, 3, 224, 224))
    (Axis(name='y', dim=2), Axis(name='x', dim=3))
    """
    letters = layout if layout is not None else _LAYOUTS.get(len(shape))
    if letters is None:
        raise GraphError(f"axes must be given for an input of shape {shape}, such as axes='NCHW'")
    letters = letters.upper()
    if len(letters) != len(shape) or len(set(letters)) != len(letters) or not letters.isalpha():
        raise GraphError(f"axes {letters!r} must name each dimension of shape {shape} by a letter of its own")
    axes = tuple(Axis(AXIS_NAMES.get(a, a.lower()), d) for d, a in enumerate(letters) if a not in "NC")
    if len({axis.name for axis in axes}) != len(axes):
        raise GraphError(f"axes {letters!r} must name different axes, but H is y, W is x, D is z and L is t")
    if not axes:
        raise GraphError(f"axes {letters!r} must name at least one spatial dimension besides N and C")
    return axes


class GraphBuilder:
    """Collects nodes in order and makes a validated graph of them.

    Examples
    --------
    >>> from eyeshot.graph.ops import Window
    >>> build = GraphBuilder("tiny")
    >>> x = build.input("image", (1, 3, 8, 8))
    >>> y = build.add(Window((3, 3), (1, 1), (1, 1), (0, 0), (0, 0), channels=4), x, name="conv")
    >>> build.finish(y).shapes["conv"]
    (1, 4, 6, 6)
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._inputs: list[Value] = []
        self._nodes: list[Node] = []
        self._groups: list[tuple[str, str]] = []
        self._notes: list[str] = []
        self._calls: list[Call] = []
        self._loops: tuple[tuple[str, ...], ...] = ()
        self._ended = ""
        self._shapes: dict[str, Shape] = {}
        # Equal ops are one object, so that analyses can recognise repeated layers.
        self._ops: dict[Op, Op] = {}
        # What equal ops make of equal shapes is derived once.
        self._derived: dict[tuple[Any, ...], tuple[Op, Shape]] = {}

    def input(self, name: str, shape: Sequence[int], axes: str | None = None) -> str:
        """Add a graph input; returns its name."""
        value = Value(name, tuple(shape), axes_of(tuple(shape), axes))
        check_size(name, value.shape)
        self._take_name(name, value.shape)
        self._inputs.append(value)
        return name

    def add(self, op: Op, *inputs: str, name: str | None = None, source: str = "", layer: str | None = None) -> str:
        """Add a node; returns its name (made unique from the op's kind if none is given)."""
        label = name if name is not None else self.free_name(source or op.kind)
        missing = [i for i in inputs if i not in self._shapes]
        if missing:
            raise GraphError(f"node `{label}`: operand `{missing[0]}` must stand before it, but there is no such value")
        shapes = [self._shapes[i] for i in inputs]
        known = self._derived.get((op, *shapes))
        if known is None:
            known = self._derived[op, *shapes] = self._derive(label, op, *shapes)
        op, shape = known
        self._take_name(label, shape)
        self._nodes.append(Node(label, op, inputs, shape, source or op.kind, layer if layer is not None else label))
        return label

    def _derive(self, label: str, op: Op, *shapes: Shape) -> tuple[Op, Shape]:
        """The one object that stands for an op, and the shape of its result."""
        try:
            shape = op.infer_shape(*shapes)
        except ShapeError as error:
            raise ShapeError(f"node `{label}`: {error}") from None
        except (ValueError, TypeError) as error:
            raise ShapeError(f"node `{label}`: `{op.kind}` cannot take {len(shapes)} operands") from error
        check_size(label, shape)
        return self._ops.setdefault(op, op), shape

    def stack(self, dim: int, *inputs: str, name: str | None = None, source: str = "stack", layer: str = "") -> str:
        """Join values along a new dimension."""
        label = name if name is not None else self.free_name(source)
        laid = []
        for i, value in enumerate(inputs):
            shape = self.shape(value)
            at = dim % (len(shape) + 1)
            laid.append(
                self.add(
                    Reshape((*shape[:at], 1, *shape[at:])),
                    value,
                    name=self.free_name(f"{label}.{i}"),
                    source=source,
                    layer=layer or label,
                )
            )
        return self.add(Concat(dim), *laid, name=label, source=source, layer=layer or label)

    def group(self, name: str, result: str) -> None:
        """Say that a module or block of the user's model ends in a value."""
        self._groups.append((name, result))

    def note(self, sentence: str) -> None:
        """Say something to the reader of any result."""
        self._notes.append(sentence)

    def call(self, call: Call) -> None:
        """Say which nodes a module call of a watched program made; outer calls before those within them."""
        self._calls.append(call)

    def loops(self, loops: tuple[tuple[str, ...], ...]) -> None:
        """Say which layers and module calls one place in a program made again and again."""
        self._loops = loops

    def end(self, where: str) -> None:
        """Say where and why the network is read no further."""
        self._ended = where

    def shape(self, value: str) -> Shape:
        """Shape of a value added before."""
        return self._shapes[value]

    def has(self, name: str) -> bool:
        """Whether a value of that name exists."""
        return name in self._shapes

    def free_name(self, stem: str) -> str:
        """`stem`, or `stem` with the first number that makes it new."""
        if stem not in self._shapes:
            return stem
        number = 2
        while f"{stem}.{number}" in self._shapes:
            number += 1
        return f"{stem}.{number}"

    def finish(self, *outputs: str) -> Graph:
        """The graph with these outputs."""
        if not self._inputs:
            raise GraphError(f"graph `{self._name}` must have at least one input")
        missing = [name for name in outputs if name not in self._shapes]
        if missing:
            raise GraphError(f"graph `{self._name}`: output `{missing[0]}` must be a value of the graph")
        return Graph(
            self._name,
            tuple(self._inputs),
            tuple(self._nodes),
            outputs,
            tuple(self._groups),
            tuple(self._notes),
            tuple(self._calls),
            self._loops,
            self._ended,
        )

    def _take_name(self, name: str, shape: Shape) -> None:
        if name in self._shapes:
            raise GraphError(f"node `{name}`: names must be unique, but this one stands twice")
        self._shapes[name] = shape
