"""Intervals of terms along one axis, laid out or only those that differ."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.grids import GridTerm, read_at
from eyeshot.analyses.layout import Layout
from eyeshot.analyses.terms import Part, Term
from eyeshot.graph.access import Shape
from eyeshot.index.explicit import MAX_EXPLICIT, NOTHING, Ints, Pair, bounded

__all__ = ["Ends", "by_feature", "distinct_hulls", "distinct_intervals", "intervals_along"]


class Ends(NamedTuple):
    """Intervals of a value's elements along one axis, or of its features.

    Parameters
    ----------
    lo, hi : int64 array
        With size 1 along dimensions that do not matter.
    masks : tuple of bool array
        Where anything is read, along dimensions where nothing else changes: an attention matrix of which a part is
        written would not fit into memory if each was laid out.
    """

    lo: Ints
    hi: Ints
    masks: tuple[npt.NDArray[np.bool_], ...] = ()

    @property
    def shape(self) -> Shape:
        """What it has when it is laid out."""
        return np.broadcast_shapes(*(array.shape for array in (self.lo, *self.masks)))

    def laid_out(self) -> Pair:
        """The intervals without masks."""
        if not self.masks:
            return self.lo, self.hi
        bounded(math.prod(self.shape))
        there = functools.reduce(np.logical_and, self.masks)
        return np.where(there, self.lo, NOTHING), np.where(there, self.hi, -NOTHING)

    def of_features(self, layout: Layout) -> Ends:
        """The intervals of features; the masks of several dimensions hold each by itself, as elements do."""
        return Ends(
            by_feature(self.lo, layout, np.minimum),
            by_feature(self.hi, layout, np.maximum),
            tuple(by_feature(mask, layout, np.logical_or) for mask in self.masks),
        )


def intervals_along(term: Term | GridTerm, shape: Shape, axis: int) -> Ends:
    """Intervals of a term along one axis, shaped like the value with 1 along dimensions that do not matter."""
    if isinstance(term, GridTerm):
        masks = tuple(_standing(mask.mask(0, shape[d]), d, len(shape)) for d, mask in term.masks)
        return Ends(term.lo[axis], term.hi[axis], masks)
    # What is read along one axis depends on the others only where they read nothing.
    telling = {axis, *(number for number, seq in enumerate(term.seqs) if seq.has_gaps)}
    dims = tuple(tuple(p if p.mask or p.axis in telling else Part(p.size) for p in parts) for parts in term.dims)
    masked = [d for d, parts in enumerate(dims) if any(p.mask for p in parts) and not any(p.stride for p in parts)]
    bare = tuple((Part(shape[d]),) if d in masked else parts for d, parts in enumerate(dims))
    grid = GridTerm.of(term._replace(dims=bare), shape)
    masks = tuple(_standing(read_at(dims[d], shape[d]), d, len(shape)) for d in masked)
    return Ends(grid.lo[axis], grid.hi[axis], masks)


def _standing(along: npt.NDArray[np.bool_], d: int, rank: int) -> npt.NDArray[np.bool_]:
    """An array of one dimension as that of dimension `d`."""
    return along.reshape([-1 if e == d else 1 for e in range(rank)])


def by_feature(values: npt.NDArray[Any], layout: Layout, hull: np.ufunc) -> npt.NDArray[Any]:
    """Values of elements taken together for each feature.

    Parameters
    ----------
    values : array
        One for each element, with size 1 along dimensions that do not matter.
    layout : Layout
        Which elements a feature is.
    hull : ufunc
        `numpy.minimum` or `numpy.maximum`; `numpy.logical_or` of truth values.

    Returns
    -------
    array
        One dimension for each axis of features, of size 1 where the axis does not matter.
    """
    split: list[tuple[int, int, int]] = []
    for n, factors in zip(values.shape, layout.dims, strict=True):
        split += [(size if n > 1 else 1, size, axis) for size, axis in factors]
    values = values.reshape([now for now, _, _ in split])
    rest = tuple(k for k, (_, _, axis) in enumerate(split) if axis < 0)
    values = hull.reduce(values, axis=rest) if rest else values
    kept = [factor for factor in split if factor[2] >= 0]
    # A stable sort: the factors of an axis stay in row-major order.
    order = sorted(range(len(kept)), key=lambda k: kept[k][2])
    values = values.transpose(order)
    matters = {axis for now, _, axis in kept if now > 1}
    full = [kept[k][1] if kept[k][2] in matters else 1 for k in order]
    return np.broadcast_to(values, full).reshape([n if k in matters else 1 for k, n in enumerate(layout.extents)])


def distinct_hulls(terms: Sequence[Term | GridTerm], shape: Shape, axis: int) -> list[tuple[int, int]]:
    """The different hulls along one axis of what several terms read at each index, in rising order."""
    ends = [intervals_along(term, shape, axis) for term in terms]
    arrays: list[npt.NDArray[Any]] = [array for one in ends for array in (one.lo, one.hi, *one.masks)]
    for d in range(len(shape)):
        arrays = _once(arrays, d)
    left = iter(arrays)
    few = [Ends(next(left), next(left), tuple(next(left) for _ in one.masks)) for one in ends]
    bounded(math.prod(np.broadcast_shapes(*(one.shape for one in few))))
    los, his = zip(*(one.laid_out() for one in few), strict=True)
    return distinct_intervals(functools.reduce(np.minimum, los), functools.reduce(np.maximum, his))


def _once(arrays: list[npt.NDArray[Any]], d: int) -> list[npt.NDArray[Any]]:
    """Of all indices along a dimension that look alike in every array only one."""
    along = [np.moveaxis(array, d, 0).reshape(array.shape[d], -1) for array in arrays if array.shape[d] > 1]
    if not along:
        return arrays
    rows = np.concatenate(along, axis=1)
    one = list({row.tobytes(): i for i, row in enumerate(rows)}.values())
    return [array.take(one, d) if array.shape[d] > 1 else array for array in arrays]


def distinct_intervals(lo: Ints, hi: Ints) -> list[tuple[int, int]]:
    """The different intervals among those of two arrays of one shape, in rising order, empty ones left out."""
    there = hi > lo
    lo, hi = lo[there], hi[there]
    if not lo.size:
        return []
    first = int(lo.min())
    span = int(hi.max()) - first + 1
    if span * span > MAX_EXPLICIT:
        found = np.unique(np.stack([lo, hi]), axis=1)
        return list(zip(*found.tolist(), strict=True))
    # Marked in a table of all intervals that there could be: an attention matrix has millions, few of them different.
    seen = np.zeros(span * span, np.bool_)
    seen[(lo - first) * span + (hi - first)] = True
    los, his = np.divmod(np.flatnonzero(seen), span)
    return list(zip((los + first).tolist(), (his + first).tolist(), strict=True))
