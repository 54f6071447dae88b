"""The graph: a network as plain, frozen, framework-free data.

A graph has inputs, nodes in the order of execution, and outputs. A node makes one value: the result of one op of
the closed set in `eyeshot.graph.ops`. Nodes of one layer of the user's model carry that layer's name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from eyeshot.graph.access import Reading, Shape

__all__ = ["Axis", "Call", "Graph", "Node", "Op", "Value"]


class Op(ABC):
    """One operation of the closed set; its subclasses are frozen dataclasses with plain fields.

    An op answers two questions and nothing else: the shape of its result, and what it reads.
    """

    kind: ClassVar[str]
    """The name of the op in JSON and tables."""

    @abstractmethod
    def infer_shape(self, *shapes: Shape) -> Shape:
        """Shape of the result for operands of these shapes.

        Raises
        ------
        ShapeError
            If the op cannot take them; the message does not name the node.
        """

    @abstractmethod
    def accesses(self, *shapes: Shape) -> tuple[Reading, ...]:
        """What the op reads of each operand, for operands of these (valid) shapes."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A spatial axis of an input: its name, and which dimension of the input it is."""

    name: str
    dim: int


@dataclass(frozen=True, slots=True)
class Value:
    """An input of the graph.

    Parameters
    ----------
    name : str
        Unique in the graph.
    shape : tuple of int
        All dimensions, batch and channels included.
    axes : tuple of Axis
        The spatial axes, in the order in which users give indices.
    """

    name: str
    shape: Shape
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One operation in its place.

    Parameters
    ----------
    name : str
        Unique in the graph: the layer's name, with a suffix where a layer takes several nodes.
    op : Op
        What is done.
    inputs : tuple of str
        Names of earlier nodes or graph inputs.
    shape : tuple of int
        Shape of the result.
    source : str
        What the op is called in the user's model (``"conv"``, ``"maxpool"``).
    layer : str
        The layer of the user's model that the node belongs to.
    """

    name: str
    op: Op
    inputs: tuple[str, ...]
    shape: Shape
    source: str = ""
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a module, in the trace of a program.

    Parameters
    ----------
    name : str
        Path of the module and, from its second call on, the call's number, ``"block#2"``; empty for the model itself.
    kind : str
        The module's class.
    depth : int
        Parts of its path: 0 for the model itself, 2 for ``layer1.0``.
    first, stop : int
        It made the nodes ``nodes[first:stop]``, those of the calls within it included.
    """

    name: str
    kind: str
    depth: int
    first: int
    stop: int


@dataclass(frozen=True)
class Graph:
    """A network: inputs, nodes in order of execution, outputs.

    Built by `eyeshot.graph.build.GraphBuilder` or a frontend, which also validate it.

    Parameters
    ----------
    name : str
        The model's name.
    inputs : tuple of Value
        Network inputs; receptive fields are measured in their elements.
    nodes : tuple of Node
        In an order in which operands stand before their users.
    outputs : tuple of str
        Names of the values that the network returns.
    groups : tuple of (str, str)
        Names of modules or blocks, each with the name of the node that holds its result.
    notes : tuple of str
        What a frontend has to say to the reader of any result, one sentence each.
    calls : tuple of Call
        The module calls of a program that was watched, outer ones before those within them. None in a list that
        somebody wrote, of which every layer is meant to be seen.
    loops : tuple of tuple of str
        Layers and module calls that one place in a program made again and again, in a loop: the names of each such
        place.
    ended : str
        Where and why the network was read no further (``"in `rpn` at the operation nonzero"``); empty if it was read
        to its end. Then `outputs` are the values that nothing read reads, not what the network returns.

    Examples
    --------
    >>> import eyeshot
    >>> eyeshot.load("conv k3 | pool k2 s2", input_shape=(1, 1, 8, 8)).nodes[-1].shape
    (1, 1, 3, 3)
    """

    name: str
    inputs: tuple[Value, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    groups: tuple[tuple[str, str], ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    calls: tuple[Call, ...] = field(default=())
    loops: tuple[tuple[str, ...], ...] = field(default=())
    ended: str = ""

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Shape of every value by name."""
        return {
            **{value.name: value.shape for value in self.inputs},
            **{node.name: node.shape for node in self.nodes},
        }

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Every node by name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def position(self) -> dict[str, int]:
        """Position of every node by name."""
        return {node.name: i for i, node in enumerate(self.nodes)}

    @cached_property
    def _known_readings(self) -> dict[str, tuple[tuple[str, Reading], ...]]:
        """What has been asked of `readings`: every walk backwards asks it of each node again."""
        return {}

    def readings(self, node: Node) -> tuple[tuple[str, Reading], ...]:
        """Each operand of a node with what the node reads of it."""
        known = self._known_readings
        if node.name not in known:
            shapes = [self.shapes[name] for name in node.inputs]
            known[node.name] = tuple(zip(node.inputs, node.op.accesses(*shapes), strict=True))
        return known[node.name]

    def to_json(self) -> str:
        """The graph as JSON text (schema ``eyeshot.graph/1``)."""
        from eyeshot.graph.serial import to_json

        return to_json(self)

    @staticmethod
    def from_json(text: str) -> Graph:
        """The graph that `to_json` wrote, validated."""
        from eyeshot.graph.serial import from_json

        return from_json(text)
