"""Periodic interval sequences: the theoretical field of every feature along one axis, in closed form.

Feature ``i`` reads ``[lo(i), hi(i))`` of an unbounded input, and

    lo(i + period) = lo(i) + advance,    hi(i + period) = hi(i) + advance,

so `period` pairs and one number describe all features, however many there are. With period 1 this is the
quadruple of receptive-field arithmetic: jump = advance, size = hi − lo, start = (lo + hi)/2 [1]_.

References
----------
.. [1] Dang Ha The Hien, "A guide to receptive field arithmetic for convolutional neural networks", 2017.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from eyeshot.errors import LimitError
from eyeshot.index.maps import MAX_PERIOD, IndexMap
from eyeshot.index.taps import Taps

if TYPE_CHECKING:
    from eyeshot.index.bordered import Bordered

__all__ = ["Interval", "Periodic", "hull"]

Interval = tuple[int, int]
"""``[lo, hi)``; ``hi ≤ lo`` says that nothing is read."""


class Periodic(NamedTuple):
    """Intervals of all features along one axis, for every integer index.

    One is made for every layer and axis, so it is a named tuple, which Python makes three times faster than a
    frozen dataclass.

    Parameters
    ----------
    period : int
        Features after which the intervals repeat.
    advance : int
        Pixels by which they have moved then; may be zero (a global reduction) or negative (a flip).
    lo, hi : tuple of int, length `period`
        Half-open intervals of features ``0 … period − 1`` in pixel indices. ``hi ≤ lo`` says that nothing is read.

    Examples
    --------
    >>> pixel = Periodic(1, 1, (0,), (1,))
    >>> conv1 = pixel.through(IndexMap.window(227, 55, 11, stride=4))
    >>> conv1.through(IndexMap.window(55, 27, 3, stride=2))
    Periodic(period=1, advance=8, lo=(0,), hi=(19,))
    """

    period: int
    advance: int
    lo: tuple[int, ...]
    hi: tuple[int, ...]

    @property
    def jump(self) -> Fraction:
        """Distance of neighbouring features in pixels, on average over the period."""
        return Fraction(self.advance, self.period)

    @property
    def has_gaps(self) -> bool:
        """Whether some features read nothing."""
        return any(hi <= lo for lo, hi in zip(self.lo, self.hi, strict=True))

    def interval(self, i: int) -> Interval:
        """Interval ``[lo, hi)`` of feature `i`, any integer; ``hi ≤ lo`` if it reads nothing."""
        turns, phase = divmod(i, self.period)
        moved = turns * self.advance
        return self.lo[phase] + moved, self.hi[phase] + moved

    def gaps(self) -> tuple[int, ...]:
        """Indices within the smallest period of gaps, and that period, as a key; ``()`` without gaps."""
        if self.period == 1:
            return () if self.hi[0] > self.lo[0] else (0, 1)
        empty = [hi <= lo for lo, hi in zip(self.lo, self.hi, strict=True)]
        if not any(empty):
            return ()
        period = next(
            p for p in range(1, len(empty) + 1)
            if len(empty) % p == 0 and all(empty[i] == empty[i % p] for i in range(len(empty)))
        )  # fmt: skip
        return (*(i for i in range(period) if empty[i]), period)

    def key(self) -> Periodic:
        """Something hashable that is equal for equal sequences."""
        return self

    def through(self, reading: IndexMap) -> Periodic | Bordered:
        """The sequence of a feature map that reads this one by an index map.

        It stays periodic where the map has a law; else it becomes a finite sequence.
        """
        if not reading.lawful:
            from eyeshot.index.bordered import Bordered

            return Bordered.sampled(self, reading.n_in).through(reading)
        if self.period == 1 and reading.period == 1:
            return self._through_window(reading)
        turns = self.period // math.gcd(reading.advance, self.period)
        period = _bounded(reading.period * turns)
        pairs = [self._hull(reading.law(o)) for o in range(period)]
        advance = reading.advance * turns * self.advance // self.period
        return _shortest(advance, pairs)

    def _through_window(self, reading: IndexMap) -> Periodic:
        """The seed's arithmetic: one interval, one stride."""
        taps, lo, hi, step = reading.taps[0], self.lo[0], self.hi[0], self.advance
        if len(taps) == 0 or hi <= lo:
            return Periodic(1, reading.advance * step, (0,), (0,))
        near, far = taps[0] * step, taps[-1] * step
        if far < near:
            near, far = far, near
        return Periodic(1, reading.advance * step, (lo + near,), (hi + far,))

    def _hull(self, taps: Taps) -> Interval:
        return hull(map(self.interval, self._telling(taps)))

    def _telling(self, taps: Taps) -> Iterator[int]:
        """The taps at which lo or hi can be extreme: along each residue class both are linear, so its two ends."""
        if not isinstance(taps, range) or len(taps) <= 2 * self.period:
            yield from taps
            return
        yield from taps[: self.period]
        yield from taps[-self.period :]

    def hull_of(self, n: int) -> Interval:
        """The smallest interval that holds those of features ``0 … n − 1``."""
        return self._hull(range(n))

    def union(self, other: Periodic) -> Periodic | None:
        """Feature-wise hull of two sequences, or None if their jumps differ (then only a finite union exists)."""
        if self.advance * other.period != other.advance * self.period:
            return None
        if self.period == other.period == 1 and self.hi[0] > self.lo[0] and other.hi[0] > other.lo[0]:
            if self.lo[0] <= other.lo[0] and self.hi[0] >= other.hi[0]:
                return self
            return Periodic(1, self.advance, (min(self.lo[0], other.lo[0]),), (max(self.hi[0], other.hi[0]),))
        period = _bounded(math.lcm(self.period, other.period))
        pairs = [hull((self.interval(i), other.interval(i))) for i in range(period)]
        return _shortest(self.advance * (period // self.period), pairs)

    def distance_from(self, other: Periodic, n: int) -> Fraction | None:
        """How far the centres of two sequences lie apart, in the mean over the first period of `n` features.

        Only features count that both read something at.

        Returns
        -------
        Fraction or None
            Pixels; 0 if there is no such feature, None if the distance grows or shrinks from feature to feature.

        Examples
        --------
        >>> pixels, pairs = Periodic(1, 1, (0,), (1,)), Periodic(1, 2, (0,), (2,))
        >>> pixels.distance_from(Periodic(1, 1, (-1,), (2,)), 8), pixels.distance_from(pairs, 8)
        (Fraction(0, 1), None)
        """
        turn = math.lcm(self.period, other.period)
        is_one = self.advance * other.period == other.advance * self.period
        if is_one and n >= turn and not self.has_gaps and not other.has_gaps:
            return abs(self._mean_centre() - other._mean_centre())
        twice: list[int] = []
        # Sequences of different jumps lie otherwise one turn further on.
        for i in range(min(n, turn if is_one else 2 * turn)):
            (a, b), (c, d) = self.interval(i), other.interval(i)
            if b <= a or d <= c:
                continue
            twice.append(a + b - c - d)
            if not is_one and twice[-1] != twice[0]:
                return None
        return abs(Fraction(sum(twice), 2 * len(twice))) if twice else Fraction(0)

    def _mean_centre(self) -> Fraction:
        """Mean over a period of centre(i) − jump·i."""
        centres = sum(self.lo) + sum(self.hi) - Fraction(self.advance * (self.period - 1))
        return Fraction(centres, 2 * self.period)


def hull(intervals: Iterable[Interval]) -> Interval:
    """The smallest interval that holds all that are not empty; ``(0, 0)`` if all are.

    Examples
    --------
    >>> hull([(4, 7), (0, 0), (2, 5)])
    (2, 7)
    """
    full = [(lo, hi) for lo, hi in intervals if hi > lo]
    return (min(lo for lo, _ in full), max(hi for _, hi in full)) if full else (0, 0)


def _shortest(advance: int, pairs: list[Interval]) -> Periodic:
    """The sequence with the shortest period that gives these pairs."""
    full = len(pairs)
    for period in _divisors(full):
        if advance * period % full:
            continue
        step = advance * period // full
        if all(_moved(pairs[i], step) == pairs[i + period] for i in range(full - period)):
            kept = pairs[:period]
            return Periodic(period, step, tuple(lo for lo, _ in kept), tuple(hi for _, hi in kept))
    raise AssertionError("a sequence repeats after its own length")


def _moved(pair: Interval, step: int) -> Interval:
    return (pair[0] + step, pair[1] + step) if pair[1] > pair[0] else (0, 0)


def _divisors(n: int) -> Iterator[int]:
    small = [d for d in range(1, math.isqrt(n) + 1) if n % d == 0]
    yield from small
    yield from (n // d for d in reversed(small) if d * d != n)


def _bounded(period: int) -> int:
    if period > MAX_PERIOD:
        raise LimitError(
            f"a field may repeat after at most {MAX_PERIOD:,} features, but this one repeats after {period:,}; "
            "choose sizes or scales with a simpler ratio"
        )
    return period
