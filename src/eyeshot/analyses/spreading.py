"""Features that each stand several times in a row, in one dimension, as features of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from eyeshot.analyses.terms import Part, Term
from eyeshot.index.maps import IndexMap
from eyeshot.index.sets import IndexSet

__all__ = ["spread"]


def spread(term: Term, d: int) -> Term:
    """A term with the parts of a dimension made one: behind a pixel shuffle, or of elements laid in turn.

    If only some of the places read anything (every second one was written), the others are gaps of the sequence. A
    dimension of other parts stays as it is.
    """
    part, *rest = term.dims[d]
    alone = part.stride == 1 and len(term.parts_of(part.axis)) == 1
    if not rest or not alone or any(p.stride for p in rest):
        return term
    times = math.prod(p.size for p in rest)
    repeated = IndexMap.repeated(part.size, part.size * times, times)
    if any(p.mask for p in rest):
        there = _places(rest)
        repeated = replace(repeated, taps=tuple(range(int(place in there)) for place in range(times)))
    seq = term.seqs[part.axis].through(repeated)
    whole = (Part(part.size * times, part.axis, 1),)
    return term.with_parts((*term.dims[:d], whole, *term.dims[d + 1 :]), term.with_seq(part.axis, seq))


def _places(parts: Sequence[Part]) -> IndexSet:
    """Row-major numbers at which some parts read anything."""
    from eyeshot.analyses.boxes import merge_sets

    masks = tuple(part.mask if part.mask is not None else IndexSet.span(0, part.size) for part in parts)
    return merge_sets(masks, tuple(part.size for part in parts))
