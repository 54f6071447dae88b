"""Terms that each stand at one place of a dimension, made one that follows it.

Frames that are taken one by one, and put side by side again, read each its own part of the time axis: the dimension in
which they stand is that axis again, although no operation says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from eyeshot.analyses.terms import Part, Term
from eyeshot.index.intervals import Periodic

if TYPE_CHECKING:
    from eyeshot.index.bordered import Bordered
    from eyeshot.index.explicit import Ints

__all__ = ["stacked"]


class _Place(NamedTuple):
    """Where a term could follow an axis: a part of a dimension, and what else tells terms apart."""

    d: int
    p: int
    axis: int
    key: object


def stacked(terms: Sequence[Term]) -> list[Term]:
    """The same terms, those made one that differ in their place and in what they read along one axis."""
    groups: dict[object, list[tuple[Term, _Place]]] = {}
    for term in terms:
        for place in _places(term):
            groups.setdefault(place.key, []).append((term, place))
    gone: set[int] = set()
    found: list[Term] = []
    for members in groups.values():
        left = [(term, place) for term, place in members if id(term) not in gone]
        whole = _following([term for term, _ in left], left[0][1]) if len(left) > 1 else None
        if whole is not None:
            gone.update(id(term) for term, _ in left)
            found.append(whole)
    return [*(term for term in terms if id(term) not in gone), *found] if found else list(terms)


def _places(term: Term) -> Iterator[_Place]:
    """Parts along which a term may be one of several: masked ones, and those that it follows as a list already."""
    for d, parts in enumerate(term.dims):
        for p, part in enumerate(parts):
            for axis in range(len(term.seqs)):
                if _may_follow(term, part, axis):
                    yield _Place(d, p, axis, _key(term, d, p, axis))


def _may_follow(term: Term, part: Part, axis: int) -> bool:
    if axis in term.global_axes:
        return False
    if part.stride:
        return part.axis == axis and part.stride == 1 and _is_list(term, axis) and len(term.parts_of(axis)) == 1
    # An axis that still has a dimension of its own is followed there, if at all: these are channels.
    elsewhere = any(other.axis == axis for parts in term.dims for other in parts if other is not part)
    return part.mask is not None and len(part.mask) == 1 and part.axis in {-1, axis} and not elsewhere


def _is_list(term: Term, axis: int) -> bool:
    seq = term.seqs[axis]
    return not isinstance(seq, Periodic) and not seq.period


def _key(term: Term, d: int, p: int, axis: int) -> object:
    parts = term.dims[d]
    bare = (*term.dims[:d], (*parts[:p], Part(parts[p].size), *parts[p + 1 :]), *term.dims[d + 1 :])
    others = tuple(seq.key() for number, seq in enumerate(term.seqs) if number != axis)
    return term.input, term.global_axes, term.running_axes, d, p, axis, bare, others


def _following(terms: Sequence[Term], place: _Place) -> Term | None:
    """One term that follows an axis along a part, with what each of some terms reads at its places.

    None if what is read does not go along the axis with the place: branches side by side are no frames.
    """
    import numpy as np

    from eyeshot.index.bordered import Bordered
    from eyeshot.index.explicit import NOTHING, bounded, zeroed

    d, p, axis, _ = place
    first, n = terms[0], terms[0].dims[d][p].size
    bounded(n)
    lo, hi = np.full(n, NOTHING, np.int64), np.full(n, -NOTHING, np.int64)
    for term in terms:
        at, low, high = _read_at(term.dims[d][p], term.seqs[axis])
        lo[at], hi[at] = np.minimum(lo[at], low), np.maximum(hi[at], high)
    if not _goes_along(lo[hi > lo], hi[hi > lo]):
        return None
    parts = (*first.dims[d][:p], Part(n, axis, 1), *first.dims[d][p + 1 :])
    dims = (*first.dims[:d], parts, *first.dims[d + 1 :])
    return first.with_parts(dims, first.with_seq(axis, Bordered.listed(*zeroed(lo, hi))))


def _read_at(part: Part, seq: Periodic | Bordered) -> tuple[Ints, Ints, Ints]:
    """Places along a part at which anything is read, and the intervals there."""
    import numpy as np

    from eyeshot.index.sequences import finite

    if part.stride:
        lo, hi = finite(seq, part.size).arrays()
        at = np.flatnonzero(hi > lo)
        return at, lo[at], hi[at]
    low, high = seq.interval(0)
    at = np.array(list(part.mask) if part.mask is not None else [], np.int64)
    return at, np.full(len(at), low), np.full(len(at), high)


def _goes_along(lo: Ints, hi: Ints) -> bool:
    """Whether both ends of intervals rise, or both fall, with the place."""
    rises = (lo[1:] >= lo[:-1]).all() and (hi[1:] >= hi[:-1]).all()
    falls = (lo[1:] <= lo[:-1]).all() and (hi[1:] <= hi[:-1]).all()
    return bool(rises or falls)
