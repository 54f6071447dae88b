"""All analyses of one graph, each done when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from eyeshot.analyses.layout import Layout, layout_of
from eyeshot.analyses.outline import outline
from eyeshot.analyses.repeats import Entry
from eyeshot.analyses.results import InputInfo, LayerField, Table
from eyeshot.analyses.rows import row_of
from eyeshot.analyses.terms import Term
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
    whole : Analysis, optional
        Of the same network without the parts that `graph` has in addition.
    parts : mapping of str to tuple of str
        Values of the network, each with its parts; they stand in its place in a table.
    """

    def __init__(
        self, graph: Graph, *, whole: Analysis | None = None, parts: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.graph = graph
        self.parts = parts or {}
        self._whole = whole
        self._rows: dict[str, LayerField] = {}
        self._layouts: dict[tuple[object, ...], Layout] = {}
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
        rows = [replace(self.row(node), name=name, source=kind, repeats=n) for name, node, kind, n in entries]
        if self.graph.ended and rows:
            rows[-1] = _as_partial(rows[-1])
        return Table(
            model=self.graph.name,
            status=self.status,
            inputs=self.inputs,
            rows=tuple(rows),
            notes=self.graph.notes,
            operations=len((self._whole or self).graph.nodes),
        )

    @property
    def status(self) -> Status:
        """The worst status of any operation; partial, whatever they are, if the network was read no further."""
        if self.graph.ended:
            return Status.PARTIAL
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
            if self._whole is None:
                self._outlines[key] = outline(self.graph, self.theoretical, self._own_row, every=every, depth=depth)
            else:
                whole = self._whole.outline(every=every, depth=depth)
                self._outlines[key] = whole if every else tuple(self._by_parts(whole))
        return self._outlines[key]

    def _by_parts(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            for part in self.parts.get(entry.node, (entry.node,)):
                yield entry._replace(name=entry.name + part.removeprefix(entry.node), node=part)

    @cached_property
    def by_parts(self) -> Analysis:
        """The analysis of the network with grids of patches apart from other tokens; itself if it has none."""
        if self._whole is not None or all(isinstance(t, Term) for f in self.theoretical.fields.values() for t in f):
            return self
        from eyeshot.analyses.token_grids import grids_of, with_token_grids

        names = dict.fromkeys([*(entry.node for entry in self.outline()), *(name for _, name in self.graph.groups)])
        grids = grids_of(self.graph, self.theoretical, names)
        if not grids:
            return self
        graph, parts = with_token_grids(self.graph, grids)
        return Analysis(graph, whole=self, parts=parts)

    @cached_property
    def layer_ends(self) -> dict[str, str]:
        """For each layer of the user's model the name of the last node that belongs to it."""
        return {node.layer: node.name for node in (self._whole or self).graph.nodes}

    @cached_property
    def last_read(self) -> str:
        """The node of the last row, if the network was read no further; empty if it was read to its end."""
        return self.outline()[-1].node if self.graph.ended and self.outline() else ""

    def row(self, name: str) -> LayerField:
        """The numbers of a node, which are as they are although the network was read no further than there."""
        return _as_partial(self._own_row(name)) if name == self.last_read else self._own_row(name)

    def _own_row(self, name: str) -> LayerField:
        if name not in self._rows:
            self._rows[name] = row_of(self.graph, self.graph.by_name[name], self.theoretical)
        return self._rows[name]

    def layout(self, name: str) -> Layout:
        """The numbering of a node's features; values whose fields are the same share it."""
        node, field = self.graph.by_name[name], self.theoretical.fields[name]
        key = (*map(id, field), node.shape)
        if key not in self._layouts:
            self._layouts[key] = layout_of(self.graph, node, field)
        return self._layouts[key]


def _as_partial(row: LayerField) -> LayerField:
    """A row behind which more may come; the status of its axes says how far its numbers can be trusted."""
    return replace(row, status=Status.worst(row.status, Status.PARTIAL))
