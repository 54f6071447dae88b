"""Index maps: which input indices each output index of an op reads, along one dimension.

Every op of every network comes down to one idea. Output index ``o`` reads a short list of input indices, its
*taps*, and the list repeats: ``taps(o + period) = taps(o) + advance``. A convolution has period 1 and advances by
its stride; a transposed convolution has its stride as period and advances by 1; a resampling by 3/2 has period 3
and advances by 2. What happens to taps outside the input is said by the border.

The law holds for all integers, so it also tells what a feature would read on an unbounded input. The few maps
that have no law (a gather by a list, a roll) are finite tables with ``lawful=False``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from eyeshot.errors import LimitError
from eyeshot.index.border import Border
from eyeshot.index.taps import Taps, bounded, stamps, tidy

__all__ = ["MAX_PERIOD", "IndexMap"]

MAX_PERIOD = 100_000
"""Longest period of a resampling, and of a field that is held in closed form."""


@dataclass(frozen=True, slots=True)
class IndexMap:
    """Taps of every output index along one dimension.

    Parameters
    ----------
    n_in, n_out : int
        Indices along the input and the output dimension.
    period : int
        Output indices after which the taps repeat, at least 1.
    advance : int
        Input indices by which the taps have moved after one period; may be zero or negative.
    taps : tuple of (range or tuple of int)
        Taps of output indices ``0 … period − 1``, not clipped to the input.
    border : Border
        What taps outside ``[0, n_in)`` mean.
    lawful : bool
        Whether the law may be extended beyond ``[0, n_out)``; false for finite tables.

    Examples
    --------
    >>> conv = IndexMap.window(n_in=5, n_out=3, kernel=3, stride=2, pad=1)
    >>> [conv.reads(o) for o in range(3)]
    [(0, 1), (1, 2, 3), (3, 4)]
    >>> list(conv.law(0))
    [-1, 0, 1]
    """

    n_in: int
    n_out: int
    period: int
    advance: int
    taps: tuple[Taps, ...]
    border: Border = Border.NOTHING
    lawful: bool = True

    # ------------------------------------------------------------------ constructors

    @staticmethod
    def identity(n: int) -> IndexMap:
        """Each index reads itself."""
        return IndexMap(n, n, 1, 1, (range(1),))

    @staticmethod
    def whole(n_in: int, n_out: int = 1) -> IndexMap:
        """Each index reads all of the input (a reduction)."""
        return IndexMap(n_in, n_out, 1, 0, (range(n_in),))

    @staticmethod
    def window(n_in: int, n_out: int, kernel: int, *, stride: int = 1, dilation: int = 1, pad: int = 0) -> IndexMap:
        """``{stride·o − pad + dilation·t : 0 ≤ t < kernel}`` [1]_.

        References
        ----------
        .. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning",
           arXiv:1603.07285, relationships 1–6.
        """
        return IndexMap(n_in, n_out, 1, stride, (range(-pad, dilation * kernel - pad, dilation),))

    @staticmethod
    def transposed(n_in: int, n_out: int, kernel: int, *, stride: int = 1, dilation: int = 1, pad: int = 0) -> IndexMap:
        """``{i : stride·i − pad + dilation·t = o, 0 ≤ t < kernel}``: the window read backwards."""
        return IndexMap(
            n_in,
            n_out,
            stride,
            1,
            tuple(stamps(phase + pad, kernel, stride, dilation) for phase in range(bounded(stride))),
        )

    @staticmethod
    def strided(n_in: int, n_out: int, *, start: int = 0, step: int = 1) -> IndexMap:
        """``{start + step·o}``: slices, flips (step −1), single selected indices."""
        return IndexMap(n_in, n_out, 1, step, (range(start, start + 1),))

    @staticmethod
    def placed(n_in: int, n_out: int, *, at: int, border: Border = Border.NOTHING) -> IndexMap:
        """The input laid into a longer output from index `at` on: padding, one part of a concatenation."""
        return IndexMap(n_in, n_out, 1, 1, (range(-at, -at + 1),), border)

    @staticmethod
    def rolled(n: int, shift: int) -> IndexMap:
        """``{(o − shift) mod n}``. It wraps for real, so it has no law beyond its ends."""
        return IndexMap(n, n, 1, 1, (range(-shift, -shift + 1),), Border.WRAP, lawful=False)

    @staticmethod
    def blocks(groups: int, n_in: int, n_out: int) -> IndexMap:
        """The channels of a grouped convolution: each output reads the inputs of its own group."""
        per_in, per_out = n_in // groups, n_out // groups
        return IndexMap(n_in, n_out, per_out, per_in, (range(per_in),) * bounded(per_out))

    @staticmethod
    def repeated(n_in: int, n_out: int, times: int) -> IndexMap:
        """``{o // times}``: each input index stands `times` times in a row."""
        return IndexMap(n_in, n_out, times, 1, (range(1),) * bounded(times))

    @staticmethod
    def table(n_in: int, taps: Iterable[Iterable[int]]) -> IndexMap:
        """Taps listed one output index at a time; nothing is known beyond the list."""
        listed = tuple(tidy(entry) for entry in taps)
        bounded(sum(map(len, listed)) + len(listed))
        return IndexMap(n_in, len(listed), max(1, len(listed)), 0, listed or ((),), lawful=False)

    @staticmethod
    def picked(n_in: int, indices: Sequence[int]) -> IndexMap:
        """One tap of each output index, listed; nothing is known beyond the list."""
        bounded(2 * len(indices))
        # Lists are long and name the same few indices again and again.
        alone = {i: range(i, i + 1) for i in set(indices)}
        taps = tuple([alone[i] for i in indices])
        return IndexMap(n_in, len(taps), max(1, len(taps)), 0, taps or ((),), lawful=False)

    @staticmethod
    def adaptive(n_in: int, n_out: int) -> IndexMap:
        """``[⌊o·n_in/n_out⌋, ⌈(o+1)·n_in/n_out⌉)``: adaptive pooling and area resampling."""
        shared = math.gcd(n_in, n_out)
        period = _bounded_period(n_out // shared)
        taps = tuple(range(o * n_in // n_out, -(-(o + 1) * n_in // n_out)) for o in range(period))
        return IndexMap(n_in, n_out, period, n_in // shared, taps)

    @staticmethod
    def resampled(n_in: int, n_out: int, ratio: Fraction, offset: Fraction, reach: int) -> IndexMap:
        """Interpolation at ``x(o) = ratio·o + offset``, taps whose weight is exactly zero left out.

        Parameters
        ----------
        n_in, n_out : int
            Indices along the input and the output dimension.
        ratio, offset : Fraction
            Input indices for each output index, and the position of output index 0.
        reach : int
            0 nearest (``⌊x⌋``), 1 linear (``⌊x⌋, ⌊x⌋+1``), 2 cubic (``⌊x⌋−1 … ⌊x⌋+2``). Where ``x`` is an integer,
            linear and cubic weights vanish except at ``x`` itself.
        """
        period = _bounded_period(ratio.denominator)
        taps = []
        for o in range(period):
            x = ratio * o + offset
            base = math.floor(x)
            between = reach > 0 and x != base
            taps.append(range(base - reach + 1, base + reach + 1) if between else range(base, base + 1))
        return IndexMap(n_in, n_out, period, ratio.numerator, tuple(taps), Border.CLAMP)

    # ------------------------------------------------------------------ what an index reads

    def law(self, o: int) -> Taps:
        """Taps of output index `o` by the law, not clipped; `o` may be any integer.

        Examples
        --------
        >>> list(IndexMap.transposed(4, 8, 2, stride=2).law(-1))
        [-1]
        """
        turns, phase = divmod(o, self.period)
        taps, moved = self.taps[phase], turns * self.advance
        if isinstance(taps, range):
            return range(taps.start + moved, taps.stop + moved, taps.step)
        return tuple(tap + moved for tap in taps)

    def reads(self, o: int) -> tuple[int, ...]:
        """Input indices inside the input that output index `o` really reads, in rising order."""
        fold, n = self.border.fold, self.n_in
        inside = {fold(tap, n) for tap in self.law(o)}
        inside.discard(-1)
        return tuple(sorted(inside))

    def fold(self, tap: int) -> int:
        """The input index that a tap means by the border rule, or −1 if it means nothing."""
        return self.border.fold(tap, self.n_in)

    @property
    def is_identity(self) -> bool:
        """Whether every index reads exactly itself."""
        return self.n_in == self.n_out and self.period == self.advance == 1 and self.taps[0] == range(1)

    @property
    def is_shift(self) -> bool:
        """Whether every index reads the one at a fixed distance, or nothing (a part of a concatenation, a crop)."""
        return self.period == self.advance == len(self.taps[0]) == 1 and self.border is Border.NOTHING

    @property
    def is_whole(self) -> bool:
        """Whether every output index reads all of the input."""
        return self.advance == 0 and self.period == 1 and self.taps[0] == range(self.n_in)

    @property
    def is_constant(self) -> bool:
        """Whether every output index reads the same."""
        return self.advance == 0 and self.period == 1 and self.lawful

    def stays_inside(self) -> bool:
        """Whether no output index has a tap outside the input."""
        return self.regular(0, self.n_in, exact=True) == (0, self.n_out)

    def regular(self, start: int, stop: int, *, exact: bool = False) -> tuple[int, int]:
        """Output indices ``[a, b)`` within the output whose taps all lie in ``[start, stop)``.

        With ``exact=False`` and a period above 1 the range may be up to a period too short at either end; it is
        never too long. It is empty, ``(0, 0)``, if there are none.
        """
        if exact and self.period > 1:
            return self._regular_exact(start, stop)
        first, last = 0, (self.n_out - 1) // self.period
        for taps in self.taps:
            if len(taps) == 0:
                continue
            low, high = min(taps[0], taps[-1]), max(taps[0], taps[-1])
            if self.advance == 0:
                if low < start or high >= stop:
                    return (0, 0)
            elif self.advance > 0:
                first = max(first, -((low - start) // self.advance))
                last = min(last, (stop - 1 - high) // self.advance)
            else:
                first = max(first, -((stop - 1 - high) // -self.advance))
                last = min(last, (low - start) // -self.advance)
        a, b = first * self.period, min((last + 1) * self.period, self.n_out)
        return (a, b) if a < b else (0, 0)

    def _regular_exact(self, start: int, stop: int) -> tuple[int, int]:
        good = [
            o
            for o in range(self.n_out)
            if all(start <= tap < stop for tap in self.law(o))
        ]  # fmt: skip
        return (good[0], good[-1] + 1) if good and good[-1] - good[0] + 1 == len(good) else (0, 0)


def _bounded_period(period: int) -> int:
    if period > MAX_PERIOD:
        raise LimitError(
            f"a resampling may repeat after at most {MAX_PERIOD:,} indices, but this one repeats after {period:,}; "
            "choose sizes or scales with a simpler ratio"
        )
    return period
