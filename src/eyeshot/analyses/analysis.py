"""All analyses of one graph, each done when first asked for."""

from __future__ import annotations

from functools import cached_property

from eyeshot.analyses.results import InputInfo, LayerField, Table
from eyeshot.analyses.rows import row_of
from eyeshot.analyses.walk import Extent, Walk, forward
from eyeshot.graph.access import Status
from eyeshot.graph.core import Graph

__all__ = ["Analysis"]


class Analysis:
    """The analyses of a graph, computed once and kept.

    Parameters
    ----------
    graph : Graph
        A valid graph.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def theoretical(self) -> Walk:
        """Fields on an unbounded input."""
        return forward(self.graph, Extent.ENDLESS)

    @cached_property
    def actual(self) -> Walk:
        """Fields on the input as it is."""
        return forward(self.graph, Extent.FINITE)

    @cached_property
    def table(self) -> Table:
        """The receptive-field table."""
        rows = tuple(self.row(node.name) for node in self.graph.nodes)
        return Table(
            model=self.graph.name,
            status=Status.worst(*(row.status for row in rows)),
            inputs=tuple(
                InputInfo(value.name, value.shape, tuple((axis.name, axis.dim) for axis in value.axes))
                for value in self.graph.inputs
            ),
            rows=rows,
            notes=self.graph.notes,
        )

    @cached_property
    def layer_ends(self) -> dict[str, str]:
        """For each layer of the user's model the name of the last node that belongs to it."""
        return {node.layer: node.name for node in self.graph.nodes}

    @cached_property
    def _rows(self) -> dict[str, LayerField]:
        return {}

    def row(self, name: str) -> LayerField:
        """The row of a node."""
        if name not in self._rows:
            node = self.graph.by_name[name]
            is_row = self.layer_ends[node.layer] == name
            self._rows[name] = row_of(self.graph, node, self.theoretical, is_row=is_row)
        return self._rows[name]
