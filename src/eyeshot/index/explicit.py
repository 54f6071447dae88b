"""Intervals listed one by one: arrays of lo and hi, element by element."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from eyeshot.errors import LimitError

__all__ = ["MAX_EXPLICIT", "NOTHING", "Ints", "Pair", "bounded", "cover", "zeroed"]

Ints = npt.NDArray[np.int64]
Pair = tuple[Ints, Ints]
"""lo and hi, of one shape; ``hi ≤ lo`` says that nothing is read."""

MAX_EXPLICIT = 20_000_000
"""Most intervals that may be listed."""

NOTHING = 2**62
"""lo of an index that reads nothing; its hi is −NOTHING. Minimum and maximum then need no care."""


def bounded(count: int) -> None:
    """Refuse, before any memory is taken, what would take too much."""
    if count > MAX_EXPLICIT:
        raise LimitError(
            f"a field that is not periodic may list at most {MAX_EXPLICIT:,} intervals, but this one needs "
            f"{count:,}; choose a smaller input"
        )


def zeroed(lo: Ints, hi: Ints) -> Pair:
    """The same intervals, those that are empty as ``[0, 0)``."""
    empty = hi <= lo
    return np.where(empty, 0, lo), np.where(empty, 0, hi)


def cover(a: Pair, b: Pair) -> Pair:
    """Hulls of two intervals each, of which any may be empty."""
    full_a, full_b = a[1] > a[0], b[1] > b[0]
    lo = np.minimum(np.where(full_a, a[0], NOTHING), np.where(full_b, b[0], NOTHING))
    hi = np.maximum(np.where(full_a, a[1], -NOTHING), np.where(full_b, b[1], -NOTHING))
    return zeroed(lo, hi)
