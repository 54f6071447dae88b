"""What holds for both kinds of interval sequences, the endless and the finite ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eyeshot.index.intervals import Periodic
from eyeshot.index.maps import IndexMap

if TYPE_CHECKING:
    from eyeshot.index.bordered import Bordered

__all__ = ["constant", "finite", "reads_as_much", "reads_nothing", "union"]


def finite(seq: Periodic | Bordered, n: int) -> Bordered:
    """The first `n` features of a sequence."""
    from eyeshot.index.bordered import Bordered

    return Bordered.sampled(seq, n) if isinstance(seq, Periodic) else seq


def constant(seq: Periodic | Bordered, reading: IndexMap) -> Periodic | Bordered:
    """The sequence of something that reads the same at every index: the taps of index 0."""
    only = seq.through(replace(reading, n_out=1, period=1, taps=reading.taps[:1]))
    lo, hi = only.interval(0)
    if isinstance(seq, Periodic):
        return Periodic(1, 0, (lo,), (hi,))
    return type(seq).constant(1, lo, hi)


def union(a: Periodic | Bordered, b: Periodic | Bordered, n: int) -> Periodic | Bordered:
    """Feature-wise hull of two sequences of `n` features; it stays periodic where both have the same jump."""
    if isinstance(a, Periodic) and isinstance(b, Periodic):
        both = a.union(b)
        if both is not None:
            return both
    return finite(a, n).union(finite(b, n))


def reads_as_much(after: Periodic | Bordered, before: Periodic | Bordered) -> bool:
    """Whether each feature of a sequence reads as much as all features of another one together.

    Only finite sequences read so much: without an end there is always more.
    """
    if isinstance(after, Periodic) or isinstance(before, Periodic):
        return False
    lo, hi = before.extent()
    return after.n > 0 and bool((after.lo == lo).all() and (after.hi == hi).all()) and not after.advance


def reads_nothing(seq: Periodic | Bordered) -> bool:
    """Whether a sequence is empty at every feature."""
    if seq.hi[0] > seq.lo[0]:
        return False
    return not any(hi > lo for lo, hi in zip(seq.lo, seq.hi, strict=True))
