"""Borders: what taps outside a dimension mean."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Border"]

Tap = TypeVar("Tap", "int", "npt.NDArray[np.int64]")


class Border(enum.Enum):
    """What a tap outside the input means.

    Examples
    --------
    >>> [Border.REFLECT.fold(tap, 3) for tap in range(-3, 6)]
    [1, 2, 1, 0, 1, 2, 1, 0, 1]
    """

    NOTHING = "nothing"
    """It holds no information (zero padding, or the tap is left out)."""
    CLAMP = "clamp"
    """The nearest index inside (replicate padding, interpolation)."""
    REFLECT = "reflect"
    """The mirror image without repeating the edge."""
    WRAP = "wrap"
    """The index modulo the length (circular)."""

    def fold(self, tap: int, n: int) -> int:
        """The index within ``[0, n)`` that a tap means, or −1 if it means nothing."""
        if 0 <= tap < n:
            return tap
        if self is Border.NOTHING or n == 0:
            return -1
        if self is Border.CLAMP:
            return 0 if tap < 0 else n - 1
        return self._around(tap, n)

    def fold_all(
        self, taps: npt.NDArray[np.int64], there: npt.NDArray[Any], n: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """The same for an array of taps of which only some are `there`.

        Returns
        -------
        indices : int64 array
            What each tap means, 0 where it means nothing.
        there : bool array
            Whether it means something.
        """
        if self is Border.NOTHING:
            there = there & (taps >= 0) & (taps < n)
            return taps * there, there
        if self is Border.CLAMP:
            return taps.clip(0, n - 1), there.copy()
        return self._around(taps, n), there.copy()

    def _around(self, tap: Tap, n: int) -> Tap:
        """Where a tap, or each of many, comes to lie going round (WRAP) or to and fro (REFLECT)."""
        if self is Border.WRAP or n == 1:
            return tap % n
        last = n - 1
        return last - abs(tap % (2 * last) - last)
