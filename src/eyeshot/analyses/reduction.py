"""Dimensions of a term that are read as a whole: the union over all their indices."""

from __future__ import annotations

import math
from collections.abc import Iterable

from eyeshot.analyses.terms import Part, Term, with_global
from eyeshot.graph.access import Link
from eyeshot.index.intervals import Periodic
from eyeshot.index.maps import IndexMap
from eyeshot.index.sequences import constant, reads_as_much

__all__ = ["reduced", "united_along"]


def reduced(term: Term, links: Iterable[tuple[int, Link]]) -> Term | None:
    """The term after the dimensions of some links, which read all of them, were reduced; None if it reads nothing."""
    for d, link in links:
        for axis in {part.axis for part in term.dims[d] if part.stride}:
            term = _without_axis(term, d, axis, reduces=link.reduces)
        n_out = 1 if link.reading is None else link.reading.n_out
        labels = {part.axis for part in term.dims[d]}
        label = labels.pop() if len(labels) == 1 else -1
        term = term._replace(dims=(*term.dims[:d], (Part(n_out, label),), *term.dims[d + 1 :]))
    return None if term.is_empty else term


def united_along(term: Term, d: int) -> Term:
    """The term with all indices of one dimension taken together; nothing becomes global by that."""
    for axis in {part.axis for part in term.dims[d] if part.stride}:
        term = _without_axis(term, d, axis, reduces=False)
    whole = (Part(math.prod(part.size for part in term.dims[d])),)
    return term.with_parts((*term.dims[:d], whole, *term.dims[d + 1 :]), term.seqs)


def _without_axis(term: Term, d: int, axis: int, *, reduces: bool) -> Term:
    """The union over all indices of the parts of one axis within one dimension."""
    global_axes = term.global_axes
    # Looked up anew each time: the strides of the parts that are left change.
    while part := next((part for part in term.dims[d] if part.axis == axis and part.stride), None):
        others = [other for other in term.parts_of(axis) if other is not part]
        before = term.seqs[axis]
        term = _without_part(term, part, alone=not others)
        if reduces and all(part.stride > other.stride for other in others):
            # Of a list the parts may each have only some: keys of a mask, summed over its queries.
            is_whole = not others or isinstance(before, Periodic) or reads_as_much(term.seqs[axis], before)
            global_axes = with_global(global_axes, axis) if is_whole else global_axes
    return term._replace(global_axes=global_axes)


def _without_part(term: Term, part: Part, *, alone: bool) -> Term:
    """The union over all indices of one part, which may be `alone` on its axis."""
    axis = part.axis
    taps = (range(0, part.stride * part.size, part.stride),)
    if alone:
        dims = tuple(tuple(Part(p.size, axis) if p is part else p for p in parts) for parts in term.dims)
        seq = constant(term.seqs[axis], IndexMap(term.extent(axis), 1, 1, 0, taps))
    else:
        dims, n, unit = term.without([part], axis)
        seq = term.seqs[axis].through(IndexMap(term.extent(axis), n, 1, unit, taps))
    return Term(term.input, dims, term.with_seq(axis, seq), term.global_axes, term.is_plain, term.running_axes)
