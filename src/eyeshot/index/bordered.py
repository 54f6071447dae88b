"""Finite interval sequences: the actual field of every feature along one axis, exact at both borders.

On a real image padding holds no information, so the features near the borders read less than the law says. All
others still follow it. So a sequence of n intervals is stored as a head, one period of the body and a tail, and
its cost depends on the depth of the network and not on the size of the image. A sequence without a body is a
plain list: that is how values are held that are not periodic at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from eyeshot.errors import LimitError
from eyeshot.index.explicit import NOTHING, Ints, Pair, bounded, cover, zeroed
from eyeshot.index.gathering import hulls
from eyeshot.index.maps import IndexMap

if TYPE_CHECKING:
    from eyeshot.index.intervals import Periodic

__all__ = ["Bordered"]


@dataclass(frozen=True, eq=False)
class Bordered:
    """Intervals of features ``0 … n − 1`` along one axis; beyond them there is nothing.

    Parameters
    ----------
    n : int
        Number of features.
    head, tail : int
        How many features at the two borders are listed one by one; ``head == n`` if there is no body.
    period, advance : int
        Law of the body: ``lo(i + period) = lo(i) + advance``; ``period == 0`` if there is no body.
    lo, hi : int64 array, length ``head + period + tail``
        Intervals of the head, of one period of the body, and of the tail. ``hi ≤ lo`` says that nothing is read.
    """

    n: int
    head: int
    tail: int
    period: int
    advance: int
    lo: Ints
    hi: Ints

    # ------------------------------------------------------------------ constructors

    @staticmethod
    def pixels(n: int) -> Bordered:
        """The input itself: pixel i is ``[i, i + 1)``."""
        return Bordered(n, 0, 0, 1, 1, np.zeros(1, np.int64), np.ones(1, np.int64))

    @staticmethod
    def constant(n: int, lo: int, hi: int) -> Bordered:
        """All features read the same interval."""
        return Bordered(n, 0, 0, 1, 0, np.array([lo], np.int64), np.array([hi], np.int64))

    @staticmethod
    def listed(lo: Ints, hi: Ints) -> Bordered:
        """Intervals listed one by one."""
        return Bordered(len(lo), len(lo), 0, 0, 0, lo, hi)

    @staticmethod
    def sampled(sequence: Periodic, n: int) -> Bordered:
        """The first `n` features of an endless sequence."""
        far = sequence.interval(n)
        if max(map(abs, (*sequence.lo, *sequence.hi, *far))) + abs(sequence.advance) >= NOTHING:
            raise LimitError(f"a field that is not periodic must stay below {NOTHING:,} pixels, but reaches {far[1]:,}")
        lo, hi = np.array(sequence.lo, np.int64), np.array(sequence.hi, np.int64)
        body = Bordered(n, 0, 0, sequence.period, sequence.advance, lo, hi)
        return body if n >= sequence.period else Bordered.listed(*body.intervals(np.arange(n)))

    # ------------------------------------------------------------------ reading

    def intervals(self, i: Ints) -> Pair:
        """Intervals of features `i`, all within ``[0, n)``, as arrays of lo and hi."""
        if self.period == 0:
            return self.lo[i], self.hi[i]
        body_end = self.n - self.tail
        turns, phase = np.divmod(i - self.head, self.period)
        in_body = (i >= self.head) & (i < body_end)
        slot = np.where(i < self.head, i, np.where(in_body, self.head + phase, i - body_end + self.head + self.period))
        moved = np.where(in_body, turns * self.advance, 0)
        lo, hi = self.lo[slot], self.hi[slot]
        return zeroed(lo + moved, hi + moved) if self.has_gaps else (lo + moved, hi + moved)

    def interval(self, i: int) -> tuple[int, int]:
        """Interval ``[lo, hi)`` of feature `i`; ``(0, 0)`` outside ``[0, n)`` or if it reads nothing."""
        if not 0 <= i < self.n:
            return (0, 0)
        lo, hi = self.intervals(np.array([i]))
        return (int(lo[0]), int(hi[0])) if hi[0] > lo[0] else (0, 0)

    def arrays(self) -> Pair:
        """Intervals of all features as two arrays of length n; ``lo == hi == 0`` where nothing is read."""
        bounded(self.n)
        return zeroed(*self.intervals(np.arange(self.n)))

    def extent(self) -> tuple[int, int]:
        """The smallest interval that holds those of all features; ``(0, 0)`` if all are empty."""
        lo, hi = self.intervals(self._ends())
        full = hi > lo
        return (int(lo[full].min()), int(hi[full].max())) if full.any() else (0, 0)

    def _ends(self) -> Ints:
        """Features that decide any minimum, maximum or order: the borders, both ends of the body, one seam in it."""
        if self.period == 0:
            return np.arange(self.n)
        body_end = self.n - self.tail
        first = np.arange(min(self.head + self.period + 1, body_end))
        last = np.arange(max(len(first), body_end - self.period), self.n)
        return np.concatenate((first, last))

    @cached_property
    def has_gaps(self) -> bool:
        """Whether some features read nothing."""
        return bool((self.hi <= self.lo).any())

    def gaps(self) -> tuple[int, ...]:
        """A key that is equal for sequences of one length in which the same features read nothing."""
        if not self.has_gaps:
            return ()
        empty = self.hi <= self.lo
        listed = np.arange(len(self.lo))
        if self.period and not empty[self.head : self.head + self.period].any():
            shift = self.n - self.head - self.period - self.tail
            listed = np.where(listed < self.head, listed, listed + shift)
            return tuple(int(i) for i in listed[empty])
        lo, hi = self.arrays()
        return tuple(int(i) for i in np.flatnonzero(hi <= lo))

    def key(self) -> tuple[object, ...]:
        """Something hashable that is equal for sequences stored alike."""
        return (self.n, self.head, self.tail, self.period, self.advance, self.lo.tobytes(), self.hi.tobytes())

    @cached_property
    def is_rising(self) -> bool:
        """Whether lo and hi never fall from one feature to the next and no feature is empty."""
        if self.advance < 0 or self.has_gaps:
            return False
        lo, hi = self.intervals(self._ends()) if self.period else (self.lo, self.hi)
        return bool((lo[1:] >= lo[:-1]).all() and (hi[1:] >= hi[:-1]).all())

    # ------------------------------------------------------------------ algebra

    def through(self, reading: IndexMap) -> Bordered:
        """The sequence of a feature map that reads this one by an index map; taps outside follow its border."""
        start, stop = (self.head, self.n - self.tail) if self.period else (0, 0)
        a, b = reading.regular(start, stop) if reading.lawful and stop > start else (0, 0)
        period = advance = 0
        if b > a:
            turns = self.period // math.gcd(reading.advance, self.period)
            period = reading.period * turns
            advance = reading.advance * turns // self.period * self.advance
        return _listing(reading.n_out, a, b, period, advance, lambda outs: hulls(self, reading, outs))

    def union(self, other: Bordered) -> Bordered:
        """Feature-wise hull of two sequences of the same length."""
        if self.n != other.n:
            raise ValueError(f"sequences must have equally many features, but got {self.n} and {other.n}")
        full = not (self.has_gaps or other.has_gaps)
        if full and self._law == other._law:
            return Bordered(*self._law, np.minimum(self.lo, other.lo), np.maximum(self.hi, other.hi))
        a, b = max(self.head, other.head), self.n - max(self.tail, other.tail)
        period = advance = 0
        if self.period and other.period and self.advance * other.period == other.advance * self.period:
            period = math.lcm(self.period, other.period)
            advance = self.advance * (period // self.period)
        else:
            a = b = 0
        return _listing(self.n, a, b, period, advance, lambda i: cover(self.intervals(i), other.intervals(i)))

    @property
    def _law(self) -> tuple[int, int, int, int, int]:
        return (self.n, self.head, self.tail, self.period, self.advance)


def _listing(n: int, a: int, b: int, period: int, advance: int, intervals: Callable[[Ints], Pair]) -> Bordered:
    """A sequence with body ``[a, b)`` if that is longer than two periods, else listed."""
    if period == 0 or b - a < 2 * period:
        bounded(n)
        return Bordered.listed(*intervals(np.arange(n, dtype=np.int64)))
    bounded(a + period + n - b)
    slots = np.concatenate((np.arange(a + period, dtype=np.int64), np.arange(b, n, dtype=np.int64)))
    lo, hi = intervals(slots)
    return Bordered(n, a, n - b, period, advance, lo, hi)
