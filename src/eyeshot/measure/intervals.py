"""The field of every element along one axis, as the runs have shown it: first row, and one behind the last."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.hulls import by_feature
from eyeshot.analyses.layout import Layout
from eyeshot.graph.access import Shape

__all__ = ["Intervals"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.signedinteger[Any]]


class Intervals:
    """What rows along one axis of one input have reached of one value.

    Parameters
    ----------
    dims : int
        Dimensions of the value.
    rows : int
        Rows along the axis.
    """

    def __init__(self, dims: int, rows: int) -> None:
        # An attention matrix has millions of elements, and of several all are held at a time.
        self._type = np.int16 if rows < np.iinfo(np.int16).max else np.int32
        # First row of an element that none has reached; one behind its last is 0.
        self._none = np.iinfo(self._type).max
        # Shaped like the value, with 1 along dimensions whose elements are all reached alike.
        self._lo: Ints = np.full((1,) * dims, self._none, self._type)
        self._hi: Ints = np.zeros((1,) * dims, self._type)

    def add(self, rows: Sequence[int], reached: Bools, keep: Sequence[int]) -> None:
        """Take the elements that some rows reached.

        Parameters
        ----------
        rows : sequence of int
            The rows, rising.
        reached : bool array
            For each row, over the dimensions `keep` of the value.
        keep : sequence of int
            Dimensions along which not all elements are alike.
        """
        numbers = np.asarray(rows, self._type)
        there = reached.any(axis=0)
        first = np.where(there, numbers[reached.argmax(axis=0)], self._none)
        last = np.where(there, numbers[::-1][reached[::-1].argmax(axis=0)] + 1, 0)
        sizes = iter(there.shape)
        shape = [next(sizes) if d in keep else 1 for d in range(self._lo.ndim)]
        self._lo = np.minimum(self._lo, first.reshape(shape).astype(self._type))
        self._hi = np.maximum(self._hi, last.reshape(shape).astype(self._type))

    def sliced(self, dim: int, start: int, stop: int | None) -> Intervals:
        """Those of the elements ``[start, stop)`` along one dimension of the value."""
        here = (slice(None),) * dim + (slice(start, stop),)
        return self._with(self._lo[here], self._hi[here]) if self._lo.shape[dim] > 1 else self

    def split(self, old: Shape, new: Shape) -> Intervals:
        """The same elements, one dimension of the value told apart in several."""
        dim = next(d for d, (n, m) in enumerate(zip(old, new, strict=False)) if n != m)
        inner = new[dim : dim + len(new) - len(old) + 1]
        sizes = inner if self._lo.shape[dim] > 1 else (1,) * len(inner)
        shape = (*self._lo.shape[:dim], *sizes, *self._lo.shape[dim + 1 :])
        return self._with(self._lo.reshape(shape), self._hi.reshape(shape))

    def _with(self, lo: Ints, hi: Ints) -> Intervals:
        found = copy.copy(self)
        found._lo, found._hi = lo, hi
        return found

    def of_features(self, layout: Layout) -> tuple[Ints, Ints]:
        """The smallest interval that holds those of all elements of each feature; ``hi = 0`` if there are none."""
        lo, hi = by_feature(self._lo, layout, np.minimum), by_feature(self._hi, layout, np.maximum)
        return np.broadcast_to(lo, layout.extents), np.broadcast_to(hi, layout.extents)
