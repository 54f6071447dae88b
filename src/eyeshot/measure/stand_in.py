"""A network of a graph's own operations, done by PyTorch with random weights: what a layer list means, running."""

from __future__ import annotations

from typing import Any

import torch

from eyeshot.errors import InputError
from eyeshot.graph.core import Graph, Node
from eyeshot.graph.ops import Resample
from eyeshot.measure.operations import WORK, Weights
from eyeshot.measure.passage import Passage
from eyeshot.measure.runner import Seen

__all__ = ["StandIn"]


class StandIn:
    """Runs a graph; as `eyeshot.measure.runner.Runner`.

    Parameters
    ----------
    graph : Graph
        The network.
    number : dtype
        Type of its numbers.
    seed : int
        Where its random weights begin.
    """

    def __init__(self, graph: Graph, number: Any, seed: int) -> None:
        self.graph = graph
        self.looked_up: frozenset[str] = frozenset()
        self.tables: frozenset[str] = frozenset()
        self.held = frozenset(node.name for node in graph.nodes)
        self.passages: dict[str, tuple[Passage, str]] = {
            node.name: (Passage.INVENTS, f"{node.op.method} interpolation")
            for node in graph.nodes
            if isinstance(node.op, Resample) and node.op.method in {"linear", "cubic"}
        }
        generator = torch.Generator().manual_seed(seed)
        self._weights = {node.name: Weights(generator, number) for node in graph.nodes}
        self._last_use = {name: i for i, node in enumerate(graph.nodes) for name in node.inputs}

    def run(self, inputs: dict[str, Any], sees: Seen) -> str:
        """Run the network on a batch."""
        values = dict(inputs)
        with torch.no_grad():
            for i, node in enumerate(self.graph.nodes):
                value = self._done(node, [values[name] for name in node.inputs], len(next(iter(inputs.values()))))
                values[node.name] = value
                sees(node.name, value)
                for name in {node.name, *node.inputs}:
                    if self._last_use.get(name, -1) <= i:
                        del values[name]
        return ""

    def _done(self, node: Node, operands: list[Any], count: int) -> Any:
        weights = self._weights[node.name]
        weights.begin()
        if not operands:
            return weights.draw(node.shape).expand(count, *node.shape)
        value = WORK[type(node.op)](node.op, operands, weights)
        if tuple(value.shape[1:]) != node.shape:
            raise InputError(
                f"`{node.name}` must have the shape {node.shape}, but PyTorch makes {tuple(value.shape[1:])} of "
                f"{[tuple(x.shape[1:]) for x in operands]}; this is a fault of eyeshot, please report it"
            )
        return value
