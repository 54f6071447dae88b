"""Intervals gathered by index maps: the hull of what each of many output indices reads."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.index.border import Border
from eyeshot.index.explicit import NOTHING, Ints, Pair, bounded, zeroed
from eyeshot.index.maps import IndexMap

if TYPE_CHECKING:
    from eyeshot.index.bordered import Bordered

__all__ = ["gathered", "hulls"]

Progressions = tuple[Ints, Ints, Ints]
"""First tap, step and number of taps of each of many output indices."""


# ---------------------------------------------------------------------- from a sequence


def hulls(seq: Bordered, reading: IndexMap, outs: Ints) -> Pair:
    """Hull of what each of some output indices reads of a sequence; ``[0, 0)`` for nothing."""
    if reading.is_whole:
        start, stop = seq.extent()
        return np.full(len(outs), start), np.full(len(outs), stop)
    steps = _progressions(reading, outs)
    longest = _longest(reading)
    if steps is not None and longest > 1 and _is_rising(reading) and seq.n and seq.is_rising:
        return _of_rising(seq, steps)
    bounded(longest * max(1, len(outs)) // 16)
    lo, hi = np.full(len(outs), NOTHING, np.int64), np.full(len(outs), -NOTHING, np.int64)
    if seq.n == 0:
        return np.zeros_like(lo), np.zeros_like(hi)
    for index, there in _tap_by_tap(reading, outs, steps):
        tap_lo, tap_hi = seq.intervals(index)
        reads = there & (tap_hi > tap_lo)
        lo = np.where(reads, np.minimum(lo, tap_lo), lo)
        hi = np.where(reads, np.maximum(hi, tap_hi), hi)
    return zeroed(lo, hi)


def _is_rising(reading: IndexMap) -> bool:
    """Whether taps are evenly spaced, in rising order, and mean themselves or nothing."""
    return reading.border is Border.NOTHING and all(isinstance(t, range) and t.step > 0 for t in reading.taps)


def _of_rising(seq: Bordered, steps: Progressions) -> Pair:
    """Of rising intervals the first and the last tap inside say all."""
    first, step, count = steps
    low = first + step * np.maximum(0, -(first // step))
    high = first + step * np.minimum(count - 1, (seq.n - 1 - first) // step)
    some = low <= high
    if some.all():
        lo, hi = seq.intervals(np.concatenate((low, high)))
        return lo[: len(low)], hi[len(low) :]
    lo, hi = seq.intervals(np.concatenate((np.where(some, low, 0), np.where(some, high, 0))))
    return np.where(some, lo[: len(low)], 0), np.where(some, hi[len(low) :], 0)


# ---------------------------------------------------------------------- from arrays


def gathered(reading: IndexMap, lo: Ints, hi: Ints, at: int) -> Pair:
    """Intervals along one dimension of two arrays after an index map; NOTHING where nothing is read."""
    n = lo.shape[at]
    steady = n == 1 and reading.n_in > 1
    if steady and reading.period == 1 and len(reading.taps[0]) and reading.stays_inside():
        # Channels that all read the same, sliced: nothing to list.
        return lo, hi
    if reading.is_shift and not steady:
        return _shifted(reading, lo, NOTHING, at), _shifted(reading, hi, -NOTHING, at)
    shape = (*lo.shape[:at], reading.n_out, *lo.shape[at + 1 :])
    bounded(math.prod(shape) * _longest(reading) // 64)
    bounded(math.prod(shape))
    new_lo, new_hi = np.full(shape, NOTHING, np.int64), np.full(shape, -NOTHING, np.int64)
    outs = np.arange(reading.n_out, dtype=np.int64)
    for index, there in _tap_by_tap(reading, outs, _progressions(reading, outs)):
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


# ---------------------------------------------------------------------- taps of many output indices


def _longest(reading: IndexMap) -> int:
    """Most taps of one output index."""
    return max(len(taps) for taps in reading.taps)


def _progressions(reading: IndexMap, outs: Ints) -> Progressions | None:
    """The taps of output indices, if all are evenly spaced."""
    rows = [(taps.start, taps.step, len(taps)) for taps in reading.taps if isinstance(taps, range)]
    if len(rows) < reading.period:
        return None
    turns, phase = np.divmod(outs, reading.period)
    first, step, count = np.array(rows, np.int64)[phase].T
    return first + turns * reading.advance, step, count


def _tap_by_tap(reading: IndexMap, outs: Ints, steps: Progressions | None) -> Iterator[tuple[Ints, npt.NDArray[Any]]]:
    """For the first, second, … tap: the input index that it means for each output index, and whether there is one."""
    turns, phase = np.divmod(outs, reading.period)
    count = np.array([len(taps) for taps in reading.taps], np.int64)[phase]
    for t in range(_longest(reading)):
        if steps is not None:
            tap = steps[0] + steps[1] * t
        else:
            listed = np.array([taps[t] if t < len(taps) else 0 for taps in reading.taps], np.int64)
            tap = listed[phase] + turns * reading.advance
        yield reading.border.fold_all(tap, t < count, reading.n_in)
