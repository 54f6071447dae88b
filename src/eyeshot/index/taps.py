"""Taps: the input indices that one output index reads, in rising order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from eyeshot.errors import LimitError

__all__ = ["MAX_TABLE", "Taps", "bounded", "stamps", "tidy"]

Taps = Sequence[int]
"""Input indices of one output index: a range, or a tuple in rising order."""

MAX_TABLE = 4_000_000
"""Most taps that a map without a closed form may list."""


def tidy(taps: Iterable[int]) -> Taps:
    """Rising taps without repetition, as a range where they are evenly spaced."""
    listed = sorted(set(taps))
    if len(listed) == 1:
        return range(listed[0], listed[0] + 1)
    if len(listed) > 1:
        step = listed[1] - listed[0]
        evenly = range(listed[0], listed[-1] + 1, step)
        if len(evenly) == len(listed) and all(a == b for a, b in zip(evenly, listed, strict=True)):
            return evenly
    return tuple(listed)


def stamps(position: int, kernel: int, stride: int, dilation: int) -> range:
    """Input indices ``i`` with ``stride·i + dilation·t = position`` for some ``0 ≤ t < kernel``."""
    shared = math.gcd(stride, dilation)
    if position % shared:
        return range(0)
    # t runs through one residue class modulo stride / shared; i falls by dilation / shared as t rises by that.
    step_t, step_i = stride // shared, dilation // shared
    first_t = (position // shared * pow(step_i, -1, step_t)) % step_t if step_t > 1 else 0
    if first_t >= kernel:
        return range(0)
    count = (kernel - 1 - first_t) // step_t + 1
    highest = (position - dilation * first_t) // stride
    return range(highest - (count - 1) * step_i, highest + 1, step_i)


def bounded(count: int) -> int:
    """A number of taps that is small enough to be listed, else refused before memory is taken."""
    if count > MAX_TABLE:
        raise LimitError(
            f"an index map without a closed form must list at most {MAX_TABLE:,} taps, but needs {count:,}; "
            "choose a smaller input or a simpler ratio"
        )
    return count
