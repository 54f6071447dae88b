"""Path counts along one dimension: how many paths lead from a feature to each input index.

The same walk as that of sets, over (+, ×) in place of (or, and): stacked windows convolve, so n stacked 3-windows
give the trinomial coefficients. Counts are exact integers of any size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyeshot.errors import LimitError
from eyeshot.index.maps import IndexMap

__all__ = ["MAX_COUNTED", "Counts", "pull"]

MAX_COUNTED = 5_000_000
"""Most indices over which counts are held along one dimension."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Number of paths for each index ``start, start + 1, …``; zero elsewhere.

    Parameters
    ----------
    start : int
        First index with an entry.
    values : array of Python int
        Exact counts.
    """

    start: int
    values: npt.NDArray[np.object_]

    @staticmethod
    def ones(indices: Iterable[int]) -> Counts:
        """One path for each of the listed indices."""
        listed = list(indices)
        return Counts.collect((i, 1) for i in listed)

    @staticmethod
    def collect(pairs: Iterable[tuple[int, int]]) -> Counts:
        """Sum of ``(index, count)`` pairs."""
        total: dict[int, int] = {}
        for index, count in pairs:
            total[index] = total.get(index, 0) + count
        if not total:
            return Counts(0, np.zeros(0, object))
        start, stop = min(total), max(total) + 1
        values = np.zeros(_bounded(stop - start), object)
        for index, count in total.items():
            values[index - start] = count
        return Counts(start, values)

    def __add__(self, other: Counts) -> Counts:
        if not len(self.values):
            return other
        if not len(other.values):
            return self
        start = min(self.start, other.start)
        stop = max(self.start + len(self.values), other.start + len(other.values))
        total = np.zeros(_bounded(stop - start), object)
        for part in (self, other):
            total[part.start - start : part.start - start + len(part.values)] += part.values
        return Counts(start, total)

    def same(self, other: Counts) -> bool:
        """Whether two counts are equal everywhere."""
        return (
            self.start == other.start
            and len(self.values) == len(other.values)
            and bool((self.values == other.values).all())
        )


def pull(reading: IndexMap, outs: Counts) -> Counts:
    """Counts over the input indices, given counts over the output indices that read them.

    Examples
    --------
    >>> twice = pull(IndexMap.window(8, 6, 3), pull(IndexMap.window(6, 4, 3), Counts.ones([0])))
    >>> twice.values.tolist()
    [1, 2, 3, 2, 1]
    """
    if reading.is_identity:
        return outs
    if reading.is_whole:
        return Counts(0, np.full(_bounded(reading.n_in), int(sum(outs.values)), object))
    pairs = (
        (reading.fold(tap), count) for o, count in enumerate(outs.values, outs.start) if count for tap in reading.law(o)
    )
    return Counts.collect((index, count) for index, count in pairs if index >= 0)


def _bounded(count: int) -> int:
    if count > MAX_COUNTED:
        raise LimitError(
            f"paths may be counted over at most {MAX_COUNTED:,} indices along a dimension, but {count:,} are needed; "
            "choose a smaller input"
        )
    return count
