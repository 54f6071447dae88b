"""The theoretical box of any feature of a value, in a form that needs no walk: a few interval sequences.

A field is a union of products of interval sequences over coordinates (`eyeshot.analyses.terms`). Here the coordinates
are those by which features are numbered, channels are taken together, and sequences with the same gaps are one.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.hulls import by_feature, intervals_along
from eyeshot.analyses.layout import Layout
from eyeshot.analyses.reduction import united_along
from eyeshot.analyses.results import Box
from eyeshot.analyses.terms import Field, Term
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Graph
from eyeshot.index.bordered import Bordered
from eyeshot.index.explicit import NOTHING
from eyeshot.index.intervals import Periodic
from eyeshot.index.sequences import union
from eyeshot.index.sets import IndexSet

__all__ = ["MAX_BOXES", "MAX_LISTED", "Along", "Outlook", "Piece", "feature_boxes", "outlooks_of"]

MAX_LISTED = 4096
"""Most features along an axis whose intervals are listed one by one."""

MAX_BOXES = 1024
"""Most features whose boxes are listed one by one."""

Runs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Along:
    """Intervals along one axis of an input.

    Parameters
    ----------
    axis : int
        The axis of features that they go by, or −1 if all features read the same.
    period, advance : int
        ``lo(i + period) = lo(i) + advance``.
    lo, hi : tuple of int, length `period`
        Intervals of the first features; ``hi ≤ lo`` if nothing is read.
    """

    axis: int
    period: int
    advance: int
    lo: tuple[int, ...]
    hi: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the paths: it counts for a feature if no interval is empty and every mask holds the feature.

    Parameters
    ----------
    along : tuple of Along
        One for each axis of the input.
    masks : tuple of (axis, runs)
        Features along an axis that have these paths, where not all do.
    """

    along: tuple[Along, ...]
    masks: tuple[tuple[int, Runs], ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """Theoretical boxes of all features of a value on one input.

    Parameters
    ----------
    pieces : tuple of Piece
        The box of a feature is the smallest that holds those of all pieces.
    listed : tuple of boxes
        Where there is no closed form: the box of every feature, in row-major order; `pieces` is empty then.
    global_axes : tuple of int
        Axes of the input that some path has reduced.
    """

    pieces: tuple[Piece, ...] = ()
    listed: tuple[Box, ...] = ()
    global_axes: tuple[int, ...] = ()


def outlooks_of(graph: Graph, field: Field, layout: Layout, shape: Shape) -> tuple[Outlook | None, ...]:
    """For each input of a graph the boxes of a value's features.

    None stands where they have no closed form and are too many to be listed.
    """
    found: list[Outlook | None] = []
    for position, value in enumerate(graph.inputs):
        terms = tuple(term for term in field if term.input == position)
        pieces = [_piece(term, layout) if isinstance(term, Term) else None for term in terms]
        closed = [piece for piece in pieces if piece is not None]
        outlook: Outlook | None = None
        if len(closed) == len(pieces):
            outlook = Outlook(_merged(closed, layout))
        elif math.prod(layout.extents) <= MAX_BOXES:
            outlook = Outlook(listed=_listed(terms, layout, shape, len(value.axes)))
        reduced = tuple(sorted({axis for term in terms for axis in term.global_axes}))
        found.append(None if outlook is None else replace(outlook, global_axes=reduced))
    return tuple(found)


# ---------------------------------------------------------------------- boxes listed one by one


def feature_boxes(
    terms: Field, layout: Layout, shape: Shape, axes: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The box of every feature, from some terms of one input; ``[0, 0)`` along every axis for one that reads nothing.

    Returns
    -------
    lo, hi : int64 arrays
        One dimension for the axes of the input, then one for each axis of features.
    """
    lows = [np.full((1,) * len(shape), NOTHING) for _ in range(axes)]
    highs = [np.full((1,) * len(shape), -NOTHING) for _ in range(axes)]
    for term in terms:
        sides = [intervals_along(term, shape, axis).laid_out() for axis in range(axes)]
        there = functools.reduce(np.logical_and, [hi > lo for lo, hi in sides])
        for axis, (lo, hi) in enumerate(sides):
            lows[axis] = np.minimum(lows[axis], np.where(there, lo, NOTHING))
            highs[axis] = np.maximum(highs[axis], np.where(there, hi, -NOTHING))
    los, his = np.zeros((2, axes, *layout.extents), np.int64)
    for axis in range(axes):
        los[axis] = by_feature(lows[axis], layout, np.minimum)
        his[axis] = by_feature(highs[axis], layout, np.maximum)
    reads = (his > los).all(axis=0)
    return np.where(reads, los, 0), np.where(reads, his, 0)


def _listed(terms: Field, layout: Layout, shape: Shape, axes: int) -> tuple[Box, ...]:
    """The box of every feature, in row-major order; ``(0, 0)`` everywhere for one that reads nothing."""
    los, his = feature_boxes(terms, layout, shape, axes)
    boxes = (zip(lo.ravel().tolist(), hi.ravel().tolist(), strict=True) for lo, hi in zip(los, his, strict=True))
    return tuple(zip(*boxes, strict=True))


# ---------------------------------------------------------------------- one term by the numbers of features


def _piece(term: Term, layout: Layout) -> Piece | None:
    """A term by the numbers of features; None if it has no such form."""
    for d, parts in enumerate(term.dims):
        if any(part.stride for part in parts) and all(axis < 0 for _, axis in layout.dims[d]):
            term = united_along(term, d)
    along = []
    for number, seq in enumerate(term.seqs):
        found = _along(term, number, seq, layout)
        if found is None:
            return None
        along.append(found)
    masks = _masks(term, layout)
    return None if masks is None else Piece(tuple(along), masks)


def _along(term: Term, number: int, seq: Periodic | Bordered, layout: Layout) -> Along | None:
    digits = _digits(term, number, layout)
    if digits is None:
        return None
    if not digits:
        lo, hi = seq.interval(0)
        return Along(-1, 1, 0, (lo,), (hi,))
    axes = {axis for axis, _, _, _ in digits}
    if len(axes) > 1:
        return None
    (axis,) = axes
    n = layout.extents[axis]
    plain = _is_number(digits, n)
    if plain and isinstance(seq, Periodic):
        return Along(axis, seq.period, seq.advance, seq.lo, seq.hi)
    if n > MAX_LISTED:
        return None
    intervals = [seq.interval(sum(i // inner % size * stride for _, inner, size, stride in digits)) for i in range(n)]
    return Along(axis, n, 0, tuple(lo for lo, _ in intervals), tuple(hi for _, hi in intervals))


def _digits(term: Term, number: int, layout: Layout) -> list[tuple[int, int, int, int]] | None:
    """The digits of feature numbers that make up a coordinate: (axis of features, unit, size, stride)."""
    found = []
    for d, parts in enumerate(term.dims):
        for p, part in enumerate(parts):
            if part.axis != number or not part.stride or part.size == 1:
                continue
            if tuple(q.size for q in parts) != tuple(size for size, _ in layout.dims[d]) or layout.dims[d][p][1] < 0:
                return None
            axis = layout.dims[d][p][1]
            found.append((axis, _unit(layout, axis, d, p), part.size, part.stride))
    return found


def _unit(layout: Layout, axis: int, d: int, p: int) -> int:
    """By how much the number of a feature grows with one step along a factor."""
    behind = [(e, q) for e, parts in enumerate(layout.dims) for q, (_, a) in enumerate(parts) if a == axis]
    return math.prod(layout.dims[e][q][0] for e, q in behind if (e, q) > (d, p))


def _is_number(digits: list[tuple[int, int, int, int]], n: int) -> bool:
    """Whether a coordinate is the feature's number itself."""
    whole = math.prod(size for _, _, size, _ in digits) == n
    return whole and all(inner == stride for _, inner, _, stride in digits)


def _masks(term: Term, layout: Layout) -> tuple[tuple[int, Runs], ...] | None:
    found = []
    for d, parts in enumerate(term.dims):
        for p, part in enumerate(parts):
            factors = layout.dims[d]
            if part.mask is None or all(axis < 0 for _, axis in factors):
                continue
            if tuple(q.size for q in parts) != tuple(size for size, _ in factors) or factors[p][1] < 0:
                return None
            axis, inner = factors[p][1], _unit(layout, factors[p][1], d, p)
            n = layout.extents[axis]
            if n > MAX_LISTED:
                return None
            inside = set(part.mask)
            found.append((axis, IndexSet.of(i for i in range(n) if i // inner % part.size in inside).runs))
    return tuple(found)


# ---------------------------------------------------------------------- terms that are one for features


def _merged(pieces: list[Piece], layout: Layout) -> tuple[Piece, ...]:
    """The same boxes in fewer pieces: those with the same gaps are united axis by axis."""
    merged: dict[object, Piece] = {}
    for piece in pieces:
        key = (piece.masks, tuple((along.axis, _sequence(along).gaps()) for along in piece.along))
        known = merged.get(key)
        merged[key] = piece if known is None else _united(known, piece, layout)
    return tuple(merged.values())


def _sequence(along: Along) -> Periodic:
    return Periodic(along.period, along.advance, along.lo, along.hi)


def _united(a: Piece, b: Piece, layout: Layout) -> Piece:
    both = []
    for mine, other in zip(a.along, b.along, strict=True):
        n = layout.extents[mine.axis] if mine.axis >= 0 else 1
        seq = union(_sequence(mine), _sequence(other), n)
        if isinstance(seq, Bordered):
            lo, hi = seq.arrays()
            seq = Periodic(n, 0, tuple(map(int, lo)), tuple(map(int, hi)))
        both.append(Along(mine.axis, seq.period, seq.advance, seq.lo, seq.hi))
    return replace(a, along=tuple(both))
