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
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import LimitError
from eyeshot.index.maps import Border, IndexMap

if TYPE_CHECKING:
    from eyeshot.index.intervals import Periodic

__all__ = ["MAX_EXPLICIT", "Bordered"]

Ints = npt.NDArray[np.int64]
Pair = tuple[Ints, Ints]

MAX_EXPLICIT = 20_000_000
"""Most intervals that a sequence without a closed form may list."""

_MAX_PIXEL = 2**62
_NONE_LO, _NONE_HI = np.int64(_MAX_PIXEL), np.int64(-_MAX_PIXEL)


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
        if max(map(abs, (*sequence.lo, *sequence.hi, *far))) + abs(sequence.advance) >= _MAX_PIXEL:
            raise LimitError(
                f"a field that is not periodic must stay below {_MAX_PIXEL:,} pixels, but reaches {far[1]:,}"
            )
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
        if not self.has_gaps:
            return lo + moved, hi + moved
        empty = hi <= lo
        return np.where(empty, 0, lo + moved), np.where(empty, 0, hi + moved)

    def interval(self, i: int) -> tuple[int, int]:
        """Interval ``[lo, hi)`` of feature `i`; ``(0, 0)`` outside ``[0, n)`` or if it reads nothing."""
        if not 0 <= i < self.n:
            return (0, 0)
        lo, hi = self.intervals(np.array([i]))
        return (int(lo[0]), int(hi[0])) if hi[0] > lo[0] else (0, 0)

    def arrays(self) -> Pair:
        """Intervals of all features as two arrays of length n; ``lo == hi == 0`` where nothing is read."""
        _bounded(self.n)
        lo, hi = self.intervals(np.arange(self.n))
        empty = hi <= lo
        return np.where(empty, 0, lo), np.where(empty, 0, hi)

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

    def gaps(self) -> tuple[int, ...] | bytes:
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
        return _listing(reading.n_out, a, b, period, advance, lambda outs: self._hulls(reading, outs))

    def union(self, other: Bordered) -> Bordered:
        """Feature-wise hull of two sequences of the same length."""
        if self.n != other.n:
            raise ValueError(f"sequences must have equally many features, but got {self.n} and {other.n}")
        cover = _covers if self.has_gaps or other.has_gaps else _covers_full
        if self._law == other._law and cover is _covers_full:
            return Bordered(*self._law, *_covers_full((self.lo, self.hi), (other.lo, other.hi)))
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

    def _hulls(self, reading: IndexMap, outs: Ints) -> Pair:
        """Hull of what each of the output indices reads through an index map."""
        if reading.is_whole:
            lo, hi = self.extent()
            return np.full(len(outs), lo), np.full(len(outs), hi)
        turns, phase = np.divmod(outs, reading.period)
        longest = max(len(taps) for taps in reading.taps)
        progressions = [taps for taps in reading.taps if isinstance(taps, range)]
        if len(progressions) == reading.period:
            first, step, count = _steps(progressions, phase)
            first = first + turns * reading.advance
            lawful = reading.border is Border.NOTHING and all(taps.step > 0 for taps in progressions)
            if longest > 1 and lawful and self.n and self.is_rising:
                return self._hulls_of_rising(first, step, count)
            return self._hulls_tap_by_tap(reading, longest, len(outs), lambda t: (first + step * t, t < count))
        padded = np.array([[*taps, *[0] * (longest - len(taps))] for taps in reading.taps], np.int64)
        count = np.array([len(taps) for taps in reading.taps], np.int64)[phase]
        moved = turns * reading.advance
        return self._hulls_tap_by_tap(reading, longest, len(outs), lambda t: (padded[phase, t] + moved, t < count))

    def _hulls_of_rising(self, first: Ints, step: Ints, count: Ints) -> Pair:
        """Of rising intervals the first and the last tap inside say all."""
        low = first + step * np.maximum(0, -(first // step))
        high = first + step * np.minimum(count - 1, (self.n - 1 - first) // step)
        some = low <= high
        if some.all():
            lo, hi = self.intervals(np.concatenate((low, high)))
            return lo[: len(low)], hi[len(low) :]
        lo, hi = self.intervals(np.concatenate((np.where(some, low, 0), np.where(some, high, 0))))
        return np.where(some, lo[: len(low)], 0), np.where(some, hi[len(low) :], 0)

    def _hulls_tap_by_tap(
        self, reading: IndexMap, longest: int, outs: int, tap: Callable[[int], tuple[Ints, npt.NDArray[Any]]]
    ) -> Pair:
        _bounded(longest * max(1, outs) // 16)
        lo, hi = np.full(outs, _NONE_LO), np.full(outs, _NONE_HI)
        if self.n == 0:
            return np.zeros_like(lo), np.zeros_like(hi)
        for t in range(longest):
            index, there = tap(t)
            index, there = fold(reading, index, there)
            tap_lo, tap_hi = self.intervals(index)
            there &= tap_hi > tap_lo
            lo = np.where(there, np.minimum(lo, tap_lo), lo)
            hi = np.where(there, np.maximum(hi, tap_hi), hi)
        empty = hi <= lo
        return np.where(empty, 0, lo), np.where(empty, 0, hi)


def fold(reading: IndexMap, index: Ints, there: npt.NDArray[Any]) -> tuple[Ints, npt.NDArray[Any]]:
    """Indices that taps mean by the border rule (0 where they mean nothing), and whether they mean something."""
    n = reading.n_in
    inside = (index >= 0) & (index < n)
    if reading.border is Border.NOTHING:
        there = there & inside
        return np.where(there, index, 0), there
    if reading.border is Border.CLAMP:
        return np.clip(index, 0, n - 1), there.copy()
    if reading.border is Border.WRAP or n == 1:
        return index % n, there.copy()
    around = index % (2 * (n - 1))
    return np.minimum(around, 2 * (n - 1) - around), there.copy()


def _listing(n: int, a: int, b: int, period: int, advance: int, hulls: Callable[[Ints], Pair]) -> Bordered:
    """A sequence with body ``[a, b)`` if that is longer than two periods, else listed."""
    if period == 0 or b - a < 2 * period:
        _bounded(n)
        return Bordered.listed(*hulls(np.arange(n, dtype=np.int64)))
    _bounded(a + period + n - b)
    slots = np.concatenate((np.arange(a + period, dtype=np.int64), np.arange(b, n, dtype=np.int64)))
    lo, hi = hulls(slots)
    return Bordered(n, a, n - b, period, advance, lo, hi)


def _covers(a: Pair, b: Pair) -> Pair:
    """Element-wise hull of intervals of which any may be empty."""
    full_a, full_b = a[1] > a[0], b[1] > b[0]
    lo = np.minimum(np.where(full_a, a[0], _NONE_LO), np.where(full_b, b[0], _NONE_LO))
    hi = np.maximum(np.where(full_a, a[1], _NONE_HI), np.where(full_b, b[1], _NONE_HI))
    empty = hi <= lo
    return np.where(empty, 0, lo), np.where(empty, 0, hi)


def _covers_full(a: Pair, b: Pair) -> Pair:
    """Element-wise hull of intervals of which none is empty."""
    return np.minimum(a[0], b[0]), np.maximum(a[1], b[1])


def _steps(progressions: list[range], phase: Ints) -> tuple[Ints, Ints, Ints]:
    """First tap, step and number of taps of every output index in its phase."""
    rows = np.array([(taps.start, taps.step, len(taps)) for taps in progressions], np.int64)
    first, step, count = rows[phase].T
    return first, step, count


def _bounded(count: int) -> None:
    if count > MAX_EXPLICIT:
        raise LimitError(
            f"a field that is not periodic may list at most {MAX_EXPLICIT:,} intervals, but this one needs "
            f"{count:,}; choose a smaller input"
        )
