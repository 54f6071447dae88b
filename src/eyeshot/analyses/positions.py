"""Which parts of a field tell positions apart, and which tell channels apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eyeshot.analyses.terms import Field, Term
from eyeshot.analyses.transport import united_along
from eyeshot.graph.core import Graph, Value

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm

__all__ = ["positions_of"]


def positions_of(graph: Graph, field: Field) -> Field:
    """The field of positions: what a pixel unshuffle moved into the channels is taken together there.

    In a value with as many dimensions as the input, an axis is followed along its own dimension; what else of it
    stands in other dimensions tells channels apart, not positions.
    """
    return tuple(_without_channels(term, graph.inputs[term.input]) for term in field)


def _without_channels(term: Term | GridTerm, value: Value) -> Term | GridTerm:
    own = {axis.dim: number for number, axis in enumerate(value.axes)}
    if not isinstance(term, Term) or term.is_plain or len(term.dims) != len(value.shape):
        return term
    at_home = {number for d, number in own.items() if any(p.axis == number and p.stride for p in term.dims[d])}
    for d, parts in enumerate(term.dims):
        axes = {part.axis for part in parts if part.stride}
        if d not in own and axes and axes <= at_home:
            term = united_along(term, d)
    return term
