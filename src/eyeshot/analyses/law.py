"""The law of intervals that are listed one by one: after how many features they repeat, and how far on.

Values that are held as lists (windows, tokens, gathered elements) may repeat all the same. Some of them repeat but for
the features at the border, whose windows are cut there: then the distance of neighbours is that of all the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from eyeshot.index.explicit import Ints

__all__ = ["Law", "law_of"]

_TELLING = 8
"""Features by which it is guessed where a list begins again; then all of it is compared."""
_MOST_TRIED = 4096
_FIRST_BLOCK = 1024


class Law(NamedTuple):
    """``lo(i + period) = lo(i) + advance``, and the same for hi.

    Parameters
    ----------
    period, advance : int
        Features after which the intervals repeat, and pixels by which they have moved then.
    is_cut : bool
        Whether that holds only where no end of the image cuts an interval off.
    """

    period: int
    advance: int
    is_cut: bool

    @property
    def jump(self) -> Fraction | None:
        """Distance of neighbouring features, on average over the period; None where they only go to and fro."""
        return None if self.period > 1 and not self.advance else Fraction(self.advance, self.period)


def law_of(lo: Ints, hi: Ints, extent: int) -> Law | None:
    """The law of some intervals in a row.

    Parameters
    ----------
    lo, hi : int64 arrays
        Intervals of neighbouring features, none of them empty.
    extent : int
        Pixels of the image along the axis.

    Returns
    -------
    Law or None
        The shortest law that all of them keep, or all but those that the image cuts off; None if there is none that
        at least two repetitions show, or if the intervals go now forwards, now backwards. A single one stands still.

    Examples
    --------
    >>> import numpy as np
    >>> law_of(np.array([0, 2, 4]), np.array([3, 5, 7]), 9)
    Law(period=1, advance=2, is_cut=False)
    >>> law_of(np.array([0, 0, 1, 2, 3, 4]), np.array([2, 3, 4, 5, 6, 6]), 6)
    Law(period=1, advance=1, is_cut=True)
    """
    import numpy as np

    if len(lo) == 1:
        return Law(1, 0, is_cut=False)
    found = _repeating(lo, hi)
    if found is not None:
        return Law(*found, is_cut=False)
    inside = np.flatnonzero((lo > 0) & (hi < extent))
    if len(inside) < 2 or inside[-1] - inside[0] + 1 != len(inside):
        return None
    first, stop = int(inside[0]), int(inside[-1]) + 1
    found = _repeating(lo[first:stop], hi[first:stop])
    if found is None:
        return None
    whole = (_continued(ends, first, stop, *found) for ends in (lo, hi))
    cut_lo, cut_hi = (ends.clip(0, extent) for ends in whole)
    return Law(*found, is_cut=True) if (cut_lo == lo).all() and (cut_hi == hi).all() else None


def _continued(ends: Ints, first: int, stop: int, period: int, advance: int) -> Ints:
    """Ends of intervals as the law of some of them, ``[first, stop)``, says for all."""
    import numpy as np

    turns, phase = np.divmod(np.arange(len(ends)) - first, period)
    found: Ints = ends[first:stop][phase] + turns * advance
    return found


def _repeating(lo: Ints, hi: Ints) -> tuple[int, int] | None:
    """Shortest period and its advance; at least two periods must be there, of period 1 two features."""
    import numpy as np

    steps = np.stack([np.diff(lo), np.diff(hi)])
    # Blocks in another order repeat too, but their neighbours lie now this way, now that.
    rises, falls = bool((steps >= 0).all()), bool((steps <= 0).all())
    if not rises and not falls:
        return None
    for period in _candidates(steps, len(lo)):
        advance = int(lo[period] - lo[0])
        goes_on = rises if advance >= 0 else falls
        if goes_on and advance == hi[period] - hi[0] and _comes_again(steps, period):
            return period, advance
    return None


def _comes_again(steps: Ints, period: int) -> bool:
    """Whether all steps come again after a period, looked at in growing blocks: most that do not, differ soon."""
    first, size, stop = 0, _FIRST_BLOCK, steps.shape[1] - period
    while first < stop:
        last = min(first + size, stop)
        if (steps[:, first + period : last + period] != steps[:, first:last]).any():
            return False
        first, size = last, 2 * size
    return True


def _candidates(steps: Ints, n: int) -> Iterator[int]:
    """Periods after which the first few steps come again, the shortest first."""
    if n < 2:
        return
    import numpy as np

    most = n // 2
    telling = min(_TELLING, n - 1 - most)
    alike = np.ones(most, np.bool_)
    for k in range(telling):
        alike &= (steps[:, k + 1 : k + 1 + most] == steps[:, k : k + 1]).all(axis=0)
    yield from (np.flatnonzero(alike)[:_MOST_TRIED] + 1).tolist()
