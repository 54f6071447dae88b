"""The jump of a field that does not repeat: how far one feature typically lies from the next."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby, pairwise

__all__ = ["typical_jump"]

Pair = tuple[int, int]


def typical_jump(pairs: Sequence[Pair], n: int) -> Fraction:
    """The median distance of neighbouring features in pixels.

    Features that share one interval (windows of attention) share the way to the next one. Where fields differ in
    size, only the smallest count: in rolled windows those at the seam hold both ends of the image and have their
    centres in its middle.

    Parameters
    ----------
    pairs : sequence of (int, int)
        Intervals of features in order, or fewer of them, for all that are different.
    n : int
        Number of features.

    Examples
    --------
    >>> typical_jump([(0, 3), (2, 5), (4, 7)], 3)
    Fraction(2, 1)
    >>> typical_jump([(0, 28), (28, 56), (56, 84)], 21)
    Fraction(4, 1)
    """
    runs = [(pair, sum(1 for _ in same)) for pair, same in groupby(pairs)]
    least = min((hi - lo for (lo, hi), _ in runs), default=0)
    neighbours = list(pairwise(runs))
    small = [pair for pair in neighbours if all(hi - lo == least for (lo, hi), _ in pair)]
    steps = sorted(
        (Fraction(sum(after) - sum(before), 2 * length), length) for (before, length), (after, _) in small or neighbours
    )
    left = sum(length for _, length in steps)
    for step, length in steps:
        left -= 2 * length
        if left <= 0:
            return step * len(pairs) / n
    return Fraction(0)
