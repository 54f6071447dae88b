"""The union of terms: as few of them as exactness allows.

Branches with different fields, channels with different fields and paths with another set of global axes are kept
apart; terms with the same gaps are merged, because only then is the hull per axis exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from eyeshot.analyses.terms import Field, Term, with_mask
from eyeshot.errors import LimitError
from eyeshot.graph.access import Shape
from eyeshot.index.sequences import union

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.index.bordered import Bordered
    from eyeshot.index.intervals import Periodic

__all__ = ["MAX_TERMS", "merge"]

MAX_TERMS = 4096
"""Most terms of one value."""


def merge(terms: Sequence[Term | GridTerm], shape: Shape) -> Field:
    """The same field in as few terms as exactness allows.

    Parameters
    ----------
    terms : sequence of Term or GridTerm
        Terms of one value.
    shape : tuple of int
        The shape of the value.
    """
    if len(terms) < 2:
        return tuple(terms)
    products = [term for term in terms if isinstance(term, Term)]
    if len(products) < len(terms):
        from eyeshot.analyses.grid_union import merge_grids

        return merge_grids(terms, shape)
    count, joined = len(terms) + 1, _unite(products)
    while 1 < len(joined) < count:
        count = len(joined)
        joined = _unite(_join_axes(_stacked(_join_masks(joined))))
    if len(joined) > MAX_TERMS:
        raise LimitError(
            f"a value may have at most {MAX_TERMS:,} branches with different fields, but has {len(joined):,}"
        )
    return tuple(joined)


def _unite(terms: Iterable[Term]) -> list[Term]:
    """Terms that read something at the same indices, made one."""
    united: dict[object, Term] = {}
    for term in terms:
        key = (term.input, term.global_axes, term.running_axes, term.dims, *(seq.gaps() for seq in term.seqs))
        known = united.get(key)
        united[key] = term if known is None else _united(known, term)
    return list(united.values())


def _stacked(terms: list[Term]) -> list[Term]:
    """Terms at single places of a dimension made one that follows it, where there are several such."""
    if len(terms) < 2 or not any(part.mask for term in terms for parts in term.dims for part in parts):
        return terms
    from eyeshot.analyses.stacking import stacked

    return stacked(terms)


def _join_axes(terms: Iterable[Term]) -> list[Term]:
    """Terms that differ along one axis only, made one: their union is a product, whatever gaps they have."""
    found = list(terms)
    for axis in range(max((len(term.seqs) for term in found), default=0)):
        joined: dict[object, Term] = {}
        for term in found:
            others = (seq.key() for number, seq in enumerate(term.seqs) if number != axis)
            key = (term.input, term.global_axes, term.running_axes, term.dims, len(term.seqs) > axis, *others)
            known = joined.get(key)
            joined[key] = term if known is None else _united(known, term)
        found = list(joined.values())
    return found


def _united(a: Term, b: Term) -> Term:
    """Hull of two terms with equal dimensions, of which the gaps or all axes but one are equal too."""
    if a is b or all(p is q for p, q in zip(a.seqs, b.seqs, strict=True)):
        return a
    # Axes that are treated alike go on sharing their sequence.
    made: dict[tuple[int, int, int], Periodic | Bordered] = {}
    seqs = []
    for axis, (p, q) in enumerate(zip(a.seqs, b.seqs, strict=True)):
        n = a.extent(axis)
        key = (id(p), id(q), n)
        if key not in made:
            made[key] = union(p, q, n)
        seqs.append(made[key])
    return Term(a.input, a.dims, tuple(seqs), a.global_axes, a.is_plain, a.running_axes)


def _join_masks(terms: Iterable[Term]) -> list[Term]:
    """Terms that differ in the mask of one part only, made one: channels with the same field are one class."""
    joined: dict[object, Term] = {}
    for term in terms:
        masked = [(d, p) for d, parts in enumerate(term.dims) for p, part in enumerate(parts) if part.mask]
        if len(masked) != 1:
            joined[id(term)] = term
            continue
        d, p = masked[0]
        bare = with_mask(term.dims, d, p, None)
        key = (term.input, term.global_axes, term.running_axes, d, p, bare, *(seq.key() for seq in term.seqs))
        known = joined.get(key)
        if known is None:
            joined[key] = term
            continue
        mine, theirs = term.dims[d][p].mask, known.dims[d][p].mask
        if mine is None or theirs is None:
            continue
        both = mine | theirs
        full = both.is_span(term.dims[d][p].size)
        joined[key] = known._replace(dims=with_mask(known.dims, d, p, None if full else both))
    return list(joined.values())
