"""Dimensions of several parts made ready for index maps, which act on a single part that is alone on its axis.

The parts that stand in the way are isolated: one term for each choice of their indices, which become masks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from eyeshot.analyses.terms import Part, Term, with_mask
from eyeshot.index.maps import IndexMap
from eyeshot.index.sets import IndexSet

__all__ = ["MAX_ISOLATED", "isolated"]

MAX_ISOLATED = 1024
"""Most terms into which one term is split to keep closed forms."""


def isolated(term: Term, dims: Iterable[int]) -> list[Term] | None:
    """Terms in which each of some dimensions has a single part, alone on its axis; None if there are none such."""
    pieces = [term]
    for d in dims:
        found = _each(pieces, partial(_single, d=d))
        if found is None or len(found) > MAX_ISOLATED:
            return None
        pieces = found
    return pieces


def _each(pieces: Sequence[Term], split: Callable[[Term], list[Term] | None]) -> list[Term] | None:
    """All that the pieces are split into; None if one of them cannot be."""
    found: list[Term] = []
    for piece in pieces:
        some = split(piece)
        if some is None:
            return None
        found.extend(some)
    return found


def _single(term: Term, d: int) -> list[Term] | None:
    """Terms in which one dimension has a single part, alone on its axis."""
    parts = term.dims[d]
    if len(parts) > 1:
        return _masked(term, d)
    (part,) = parts
    others = [other for other in term.parts_of(part.axis) if other is not part] if part.stride else []
    if not others:
        return [term]
    return _split(term, others, part.axis) if all(part.stride > other.stride for other in others) else None


def _masked(term: Term, d: int) -> list[Term] | None:
    """Terms that do not change along a dimension of several parts, but have a mask there."""
    pieces = [term]
    for axis in sorted({part.axis for part in term.dims[d] if part.stride}):
        mine = [part for part in term.dims[d] if part.axis == axis and part.stride]
        rest = [part for part in term.parts_of(axis) if not any(part is other for other in mine)]
        if not rest or max(part.stride for part in mine) > min(part.stride for part in rest):
            return None
        found = _each(pieces, partial(_split, fixed=mine, axis=axis))
        if found is None:
            return None
        pieces = found
    return [_fused(piece, d) for piece in pieces]


def _split(term: Term, fixed: Sequence[Part], axis: int) -> list[Term] | None:
    """One term for each choice of indices along some parts of an axis, which become masks."""
    if math.prod(part.size for part in fixed) > MAX_ISOLATED:
        return None
    places = [
        (d, p) for d, parts in enumerate(term.dims) for p, part in enumerate(parts) if any(part is f for f in fixed)
    ]
    bare, n, unit = term.without(fixed, axis)
    pieces = []
    for choice in itertools.product(*(range(part.size) for part in fixed)):
        offset = sum(part.stride * index for part, index in zip(fixed, choice, strict=True))
        reading = IndexMap(term.extent(axis), n, 1, unit, (range(offset, offset + 1),))
        dims = bare
        for (d, p), part, index in zip(places, fixed, choice, strict=True):
            if part.size > 1:
                dims = with_mask(dims, d, p, IndexSet.of([index]))
        pieces.append(term.with_parts(dims, term.with_seq(axis, term.seqs[axis].through(reading))))
    return pieces


def _fused(term: Term, d: int) -> Term:
    """A dimension of parts that only have masks as a single part with the product of the masks."""
    from eyeshot.analyses.boxes import merge_sets

    parts = term.dims[d]
    sizes = tuple(part.size for part in parts)
    masks = tuple(part.mask if part.mask is not None else IndexSet.span(0, part.size) for part in parts)
    size, mask = math.prod(sizes), merge_sets(masks, sizes)
    labels = {part.axis for part in parts}
    label = labels.pop() if len(labels) == 1 else -1
    whole = Part(size, label, 0, None if mask.is_span(size) else mask)
    return term.with_parts((*term.dims[:d], (whole,), *term.dims[d + 1 :]), term.seqs)
