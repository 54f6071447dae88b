"""Which parts of a field tell positions apart, which tell channels apart, and where features are pairs of positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eyeshot.analyses.reduction import united_along
from eyeshot.analyses.spreading import spread
from eyeshot.analyses.terms import Field, Term
from eyeshot.graph.core import Graph, Value

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm

__all__ = ["are_pairs", "followed", "positions_of", "stands_twice"]


def positions_of(graph: Graph, field: Field) -> Field:
    """The field of positions: what a pixel unshuffle moved into the channels is taken together there.

    In a value with as many dimensions as the input, an axis is followed along its own dimension; what else of it
    stands in other dimensions tells channels apart, not positions.
    """
    return tuple(_without_channels(_laid_out(term), graph.inputs[term.input]) for term in field)


def _laid_out(term: Term | GridTerm) -> Term | GridTerm:
    """With elements that lie in turn (frames of two kinds, every second one written) numbered one by one."""
    if isinstance(term, Term) and not term.is_plain:
        for d, parts in enumerate(term.dims):
            if any(part.mask for part in parts):
                term = spread(term, d)
    return term


def _without_channels(term: Term | GridTerm, value: Value) -> Term | GridTerm:
    if not isinstance(term, Term) or len(term.dims) != len(value.shape) or not stands_twice(term):
        return term
    own = _leading_homes(term, value)
    # Where no dimension leads, windows that became a batch keep their places; what went to channels does not.
    first = 0 if own else 1
    own = own or {axis.dim: number for number, axis in enumerate(value.axes)}
    at_home = {number for d, number in own.items() if any(part.axis == number for part in term.dims[d])}
    for d, parts in enumerate(term.dims):
        axes = {part.axis for part in parts if part.axis >= 0}
        if d not in own and d >= first and axes and axes <= at_home:
            term = united_along(term, d)
    return term


def stands_twice(term: Term) -> bool:
    """Whether some axis has several parts, be it that nothing changes along some of them any more."""
    labels = [part.axis for parts in term.dims for part in parts if part.axis >= 0]
    return len(labels) > len(set(labels))


def are_pairs(field: Field) -> bool:
    """Whether the features of a value are pairs of positions, as in the matrix of an attention.

    Different paths then follow one axis along different dimensions: queries along one, keys along the other.
    """
    seen: dict[tuple[int, int], list[set[int]]] = {}
    for term in field if len(field) > 1 else ():
        for axis in range(len(term.seqs) if isinstance(term, Term) else len(term.carried)):
            dims = followed(term, axis)
            if dims:
                seen.setdefault((term.input, axis), []).append(dims)
    return any(a - b and b - a for found in seen.values() for i, a in enumerate(found) for b in found[:i])


def followed(term: Term | GridTerm, axis: int | None = None) -> set[int]:
    """Dimensions along which a term moves on along an axis, or along any."""
    if not isinstance(term, Term):
        return set().union(*term.carried) if axis is None else set(term.carried[axis])

    def moves(axis_of_part: int) -> bool:
        return axis_of_part == axis if axis is not None else axis_of_part >= 0

    return {d for d, parts in enumerate(term.dims) if any(part.stride and moves(part.axis) for part in parts)}


def _leading_homes(term: Term, value: Value) -> dict[int, int]:
    """Dimensions that are the input's own axes, and lead them; one to the left of them where channels stand last."""
    for shift in (0, 1):
        homes = {axis.dim - shift: number for number, axis in enumerate(value.axes)}
        if min(homes, default=0) >= 0 and all(_leads(term, d, number) for d, number in homes.items()):
            return homes
    return {}


def _leads(term: Term, d: int, axis: int) -> bool:
    """Whether a dimension holds the largest steps along an axis."""
    strides = [part.stride for part in term.parts_of(axis)]
    return not strides or max(strides) in [part.stride for part in term.dims[d] if part.axis == axis]
