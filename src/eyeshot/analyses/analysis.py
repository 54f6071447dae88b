"""All analyses of one graph, each done when first asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from eyeshot.analyses.layout import Layout, layout_of
from eyeshot.analyses.outline import Entry, outline
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
        self._rows: dict[str, LayerField] = {}
        self._layouts: dict[str, Layout] = {}
        self._outlines: dict[tuple[bool, int | None], tuple[Entry, ...]] = {}

    @cached_property
    def theoretical(self) -> Walk:
        """Fields on an unbounded input."""
        return forward(self.graph, Extent.ENDLESS)

    @cached_property
    def actual(self) -> Walk:
        """Fields on the input as it is."""
        return forward(self.graph, Extent.FINITE)

    @property
    def table(self) -> Table:
        """The receptive-field table with the rows that stand for the network."""
        return self.table_of()

    def table_of(self, *, every: bool = False, depth: int | None = None) -> Table:
        """A receptive-field table; `every` and `depth` as for `outline`. Rows that it does not show are not made."""
        entries = self.outline(every=every, depth=depth)
        return Table(
            model=self.graph.name,
            status=self.status,
            inputs=self.inputs,
            rows=tuple(replace(self.row(node), name=name, source=kind) for name, node, kind in entries),
            notes=self.graph.notes,
            operations=len(self.graph.nodes),
        )

    @property
    def status(self) -> Status:
        """The worst status of any operation."""
        return Status.worst(Status.EXACT, *self.theoretical.not_exact.values())

    @property
    def inputs(self) -> tuple[InputInfo, ...]:
        """The network's inputs."""
        return tuple(
            InputInfo(value.name, value.shape, tuple((axis.name, axis.dim) for axis in value.axes))
            for value in self.graph.inputs
        )

    def outline(self, *, every: bool = False, depth: int | None = None) -> tuple[Entry, ...]:
        """The rows of a table, as `eyeshot.analyses.outline.outline` chooses them."""
        key = (every, depth)
        if key not in self._outlines:
            self._outlines[key] = outline(self.graph, self.theoretical, self.row, every=every, depth=depth)
        return self._outlines[key]

    @cached_property
    def layer_ends(self) -> dict[str, str]:
        """For each layer of the user's model the name of the last node that belongs to it."""
        return {node.layer: node.name for node in self.graph.nodes}

    def row(self, name: str) -> LayerField:
        """The numbers of a node."""
        if name not in self._rows:
            self._rows[name] = row_of(self.graph, self.graph.by_name[name], self.theoretical)
        return self._rows[name]

    def layout(self, name: str) -> Layout:
        """The numbering of a node's features."""
        if name not in self._layouts:
            self._layouts[name] = layout_of(self.graph, self.graph.by_name[name], self.theoretical.fields[name])
        return self._layouts[name]
