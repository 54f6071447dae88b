"""Arrays of intervals read by index maps: one dimension gathered, shifted or cut, with an empty interval beyond it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from eyeshot.errors import LimitError
from eyeshot.index.bordered import MAX_EXPLICIT, fold
from eyeshot.index.maps import IndexMap

__all__ = ["NOTHING", "Ints", "bounded", "gathered"]

Ints = npt.NDArray[np.int64]

NOTHING = 2**62
"""lo of an index that reads nothing; its hi is −NOTHING. Minimum and maximum then need no care."""


def gathered(reading: IndexMap, lo: Ints, hi: Ints, at: int) -> tuple[Ints, Ints]:
    """Intervals along one dimension of two arrays after an index map."""
    n = lo.shape[at]
    steady = n == 1 and reading.n_in > 1
    if steady and reading.period == 1 and len(reading.taps[0]) and reading.stays_inside():
        # Channels that all read the same, sliced: nothing to list.
        return lo, hi
    if reading.is_shift and not steady:
        return _shifted(reading, lo, NOTHING, at), _shifted(reading, hi, -NOTHING, at)
    longest = max(len(taps) for taps in reading.taps)
    shape = (*lo.shape[:at], reading.n_out, *lo.shape[at + 1 :])
    bounded(math.prod(shape) * longest // 64)
    bounded(math.prod(shape))
    new_lo, new_hi = np.full(shape, NOTHING, np.int64), np.full(shape, -NOTHING, np.int64)
    outs = np.arange(reading.n_out, dtype=np.int64)
    turns, phase = np.divmod(outs, reading.period)
    for t in range(longest):
        tap = np.array([taps[t] if t < len(taps) else 0 for taps in reading.taps], np.int64)[phase]
        there = np.array([t < len(taps) for taps in reading.taps])[phase]
        index, there = fold(reading, tap + turns * reading.advance, there)
        picked = np.zeros_like(index) if steady else index
        reads = there.reshape([-1 if d == at else 1 for d in range(lo.ndim)])
        new_lo = np.where(reads, np.minimum(new_lo, lo.take(picked, at)), new_lo)
        new_hi = np.where(reads, np.maximum(new_hi, hi.take(picked, at)), new_hi)
    if steady and bool((new_lo == new_lo.take([0], at)).all()):
        return new_lo.take([0], at), new_hi.take([0], at)
    return new_lo, new_hi


def _shifted(reading: IndexMap, array: Ints, nothing: int, at: int) -> Ints:
    """An array after a slice, a crop or a place in a concatenation; a view of it where nothing is added."""
    distance, n = reading.taps[0][0], array.shape[at]
    first, stop = max(0, -distance), min(reading.n_out, n - distance)
    lead = (slice(None),) * at
    kept = array[(*lead, slice(first + distance, max(first, stop) + distance))]
    if (first, stop) == (0, reading.n_out):
        return kept
    shifted = np.full((*array.shape[:at], reading.n_out, *array.shape[at + 1 :]), nothing, np.int64)
    shifted[(*lead, slice(first, max(first, stop)))] = kept
    return shifted


def bounded(count: int) -> None:
    """Refuse, before any memory is taken, what would take too much."""
    if count > MAX_EXPLICIT:
        raise LimitError(
            f"a field that is not periodic may list at most {MAX_EXPLICIT:,} intervals, but this one needs "
            f"{count:,}; choose a smaller input"
        )
