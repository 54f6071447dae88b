"""Intervals of terms along one axis, laid out or only those that differ."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.grids import GridTerm
from eyeshot.analyses.layout import Layout
from eyeshot.analyses.terms import Part, Term
from eyeshot.graph.access import Shape
from eyeshot.index.explicit import MAX_EXPLICIT, Ints, bounded

__all__ = ["by_feature", "distinct_hulls", "distinct_intervals", "intervals_along"]


def intervals_along(term: Term | GridTerm, shape: Shape, axis: int) -> tuple[Ints, Ints]:
    """Intervals of a term along one axis, shaped like the value with 1 along dimensions that do not matter."""
    if isinstance(term, GridTerm):
        grid = term.laid_out(shape)
        return grid.lo[axis], grid.hi[axis]
    # What is read along one axis depends on the others only where they read nothing.
    telling = {axis, *(number for number, seq in enumerate(term.seqs) if seq.has_gaps)}
    dims = tuple(tuple(p if p.mask or p.axis in telling else Part(p.size) for p in parts) for parts in term.dims)
    grid = GridTerm.of(term._replace(dims=dims), shape)
    return grid.lo[axis], grid.hi[axis]


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
    arrays = [array for term in terms for array in intervals_along(term, shape, axis)]
    for d in range(len(shape)):
        arrays = _once(arrays, d)
    bounded(math.prod(max(array.shape[d] for array in arrays) for d in range(len(shape))))
    lo, hi = functools.reduce(np.minimum, arrays[::2]), functools.reduce(np.maximum, arrays[1::2])
    return distinct_intervals(lo, hi)


def _once(arrays: list[Ints], d: int) -> list[Ints]:
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
