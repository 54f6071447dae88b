"""Which nodes of a network read a whole axis, where no tile can be tried."""

from __future__ import annotations

from collections.abc import Sequence

from eyeshot.analyses.terms import Field, Term
from eyeshot.analyses.walk import Walk
from eyeshot.graph.access import Access, Reading
from eyeshot.graph.core import Graph
from eyeshot.plan.compare import Obstacle, ancestors

__all__ = ["reduces_axes"]


def reduces_axes(graph: Graph, walk: Walk, wanted: Sequence[str]) -> list[Obstacle]:
    """Nodes on the way to some values that reduce a dimension along which features stand."""
    needed = ancestors(graph, wanted)
    return [
        Obstacle(node.name, node.layer, node.source, "reads the whole axis")
        for node in graph.nodes
        if node.name in needed and any(_reduces(walk.fields[name], reading) for name, reading in graph.readings(node))
    ]


def _reduces(field: Field, reading: Reading) -> bool:
    if not isinstance(reading, Access):
        return False
    reduced = [d for d, link in enumerate(reading.links) if link.reduces]
    for term in field:
        if not isinstance(term, Term):
            if any(set(reduced) & dims for dims in term.carried):
                return True
        elif any(part.stride for d in reduced for part in term.dims[d]):
            return True
    return False
