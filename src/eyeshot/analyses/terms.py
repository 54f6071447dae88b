"""Terms: the field of a value as a union of products, one interval sequence per input axis.

Parts and terms are named tuples and not frozen dataclasses: some are made for every layer, and these are cheaper.

A term says: "at every index of this value, some paths read, along axis a, the interval ``seqs[a](i_a)``". The
coordinate ``i_a`` is put together from *parts* of the value's dimensions, as ``Σ stride · index``. A plain feature
map has one part per dimension. Flattened tokens have two parts in one dimension, split windows one axis in two
dimensions; so reshapes keep the closed form.

Branches with different fields, channels with different fields and paths with another set of global axes are kept
apart as separate terms; terms with the same gaps are merged, because only then is the hull per axis exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from eyeshot.errors import LimitError
from eyeshot.graph.access import Shape
from eyeshot.index.intervals import Periodic
from eyeshot.index.maps import IndexMap

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.index.bordered import Bordered
    from eyeshot.index.sets import IndexSet

__all__ = ["MAX_TERMS", "Field", "Part", "Term", "constant", "finite", "merge", "reads_nothing", "union", "with_global"]

MAX_TERMS = 4096
"""Most terms of one value."""

Field = tuple["Term | GridTerm", ...]
"""The field of one value; empty if it reads no input."""


class Part(NamedTuple):
    """One factor of a dimension; a dimension is the row-major product of its parts.

    Parameters
    ----------
    size : int
        Indices along the part.
    axis : int
        The input axis that it belongs to, or −1.
    stride : int
        What one step adds to the coordinate along the axis; 0 if the field does not change along the part.
    mask : IndexSet or None
        Indices at which the term reads anything, where not all; only with stride 0.
    """

    size: int
    axis: int = -1
    stride: int = 0
    mask: IndexSet | None = None


class Term(NamedTuple):
    """Some paths from a value to one input.

    Parameters
    ----------
    input : int
        Position of the graph input.
    dims : tuple of tuple of Part
        Parts of every dimension of the value.
    seqs : tuple of Periodic or Bordered
        The interval sequence along each axis of the input; an axis without parts is read at coordinate 0.
    global_axes : tuple of int
        Axes that the paths have reduced, in rising order.
    is_plain : bool
        Whether every dimension has one part and every axis at most one: then no map needs preparation.
    """

    input: int
    dims: tuple[tuple[Part, ...], ...]
    seqs: tuple[Periodic | Bordered, ...]
    global_axes: tuple[int, ...]
    is_plain: bool = False

    def parts_of(self, axis: int) -> list[Part]:
        """Parts along which the coordinate of an axis changes, in the order of dimensions."""
        return [part for parts in self.dims for part in parts if part.axis == axis and part.stride]

    def extent(self, axis: int) -> int:
        """Number of coordinates along an axis."""
        return 1 + sum((part.size - 1) * part.stride for part in self.parts_of(axis))

    def features(self, axis: int) -> int:
        """Number of features along an axis: the product of all parts that belong to it."""
        return math.prod(part.size for parts in self.dims for part in parts if part.axis == axis)

    @property
    def is_empty(self) -> bool:
        """Whether the term reads nothing anywhere."""
        return any(reads_nothing(seq) for seq in self.seqs)

    def with_seq(self, axis: int, seq: Periodic | Bordered) -> tuple[Periodic | Bordered, ...]:
        """The sequences with that of one axis exchanged."""
        return (*self.seqs[:axis], seq, *self.seqs[axis + 1 :])


def constant(seq: Periodic | Bordered, reading: IndexMap) -> Periodic | Bordered:
    """The sequence of something that reads the same at every index: the taps of index 0."""
    only = seq.through(replace(reading, n_out=1, period=1, taps=reading.taps[:1]))
    lo, hi = only.interval(0)
    if isinstance(seq, Periodic):
        return Periodic(1, 0, (lo,), (hi,))
    return type(seq).constant(1, lo, hi)


def with_global(axes: tuple[int, ...], *more: int) -> tuple[int, ...]:
    """Global axes after some more were reduced."""
    return axes if all(axis in axes for axis in more) else tuple(sorted({*axes, *more}))


def reads_nothing(seq: Periodic | Bordered) -> bool:
    """Whether a sequence is empty at every feature."""
    if seq.hi[0] > seq.lo[0]:
        return False
    return not any(hi > lo for lo, hi in zip(seq.lo, seq.hi, strict=True))


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
        joined = _unite(_join_axes(_join_masks(joined)))
    if len(joined) > MAX_TERMS:
        raise LimitError(
            f"a value may have at most {MAX_TERMS:,} branches with different fields, but has {len(joined):,}"
        )
    return tuple(joined)


def _unite(terms: Iterable[Term]) -> list[Term]:
    """Terms that read something at the same indices, made one."""
    united: dict[object, Term] = {}
    for term in terms:
        key = (term.input, term.global_axes, term.dims, *(seq.gaps() for seq in term.seqs))
        known = united.get(key)
        united[key] = term if known is None else _united(known, term)
    return list(united.values())


def _join_axes(terms: Iterable[Term]) -> list[Term]:
    """Terms that differ along one axis only, made one: their union is a product, whatever gaps they have."""
    found = list(terms)
    for axis in range(max((len(term.seqs) for term in found), default=0)):
        joined: dict[object, Term] = {}
        for term in found:
            others = (seq.key() for number, seq in enumerate(term.seqs) if number != axis)
            key = (term.input, term.global_axes, term.dims, len(term.seqs) > axis, *others)
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
    return Term(a.input, a.dims, tuple(seqs), a.global_axes, a.is_plain)


def union(a: Periodic | Bordered, b: Periodic | Bordered, n: int) -> Periodic | Bordered:
    """Feature-wise hull of two sequences of `n` features; it stays periodic where both have the same jump."""
    if isinstance(a, Periodic) and isinstance(b, Periodic):
        both = a.union(b)
        if both is not None:
            return both
    return finite(a, n).union(finite(b, n))


def finite(seq: Periodic | Bordered, n: int) -> Bordered:
    """The first `n` features of a sequence."""
    from eyeshot.index.bordered import Bordered

    return Bordered.sampled(seq, n) if isinstance(seq, Periodic) else seq


def _join_masks(terms: Iterable[Term]) -> list[Term]:
    """Terms that differ in the mask of one part only, made one: channels with the same field are one class."""
    joined: dict[object, Term] = {}
    for term in terms:
        masked = [(d, p) for d, parts in enumerate(term.dims) for p, part in enumerate(parts) if part.mask]
        if len(masked) != 1:
            joined[id(term)] = term
            continue
        d, p = masked[0]
        bare = _with_mask(term.dims, d, p, None)
        key = (term.input, term.global_axes, d, p, bare, *(seq.key() for seq in term.seqs))
        known = joined.get(key)
        if known is None:
            joined[key] = term
            continue
        mine, theirs = term.dims[d][p].mask, known.dims[d][p].mask
        if mine is None or theirs is None:
            continue
        both = mine | theirs
        full = both.is_span(term.dims[d][p].size)
        joined[key] = known._replace(dims=_with_mask(known.dims, d, p, None if full else both))
    return list(joined.values())


def _with_mask(
    dims: tuple[tuple[Part, ...], ...], d: int, p: int, mask: IndexSet | None
) -> tuple[tuple[Part, ...], ...]:
    parts = dims[d]
    changed = (*parts[:p], parts[p]._replace(mask=mask), *parts[p + 1 :])
    return (*dims[:d], changed, *dims[d + 1 :])
