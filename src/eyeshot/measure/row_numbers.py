"""The numbers of a row along one axis, derived again from intervals that were measured.

Nothing here asks how a row is made. A number that no measured feature shows is not shown; it is never taken for right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.results import AxisField, Scope

__all__ = ["VARIES", "Along", "Bools", "Finding", "Ints", "Number", "findings"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Number = Fraction | int | str

VARIES = "varies"


@dataclass(frozen=True, slots=True)
class Along:
    """What was measured along one axis of an input.

    Parameters
    ----------
    n : int or None
        Features along the axis, as their numbering has it; None if nothing shows it.
    pixels : int
        Pixels of the image along the axis.
    sizes : int array
        Sizes of all features whose field lies inside the image.
    known : bool array
        Features, in the order of their numbers, whose field lies inside the image.
    lo, hi : int array
        Their fields.
    reads : bool array
        Features that are said to read anything.
    """

    n: int | None
    pixels: int
    sizes: Ints
    known: Bools
    lo: Ints
    hi: Ints
    reads: Bools

    @property
    def first(self) -> int:
        """The first feature that is said to read anything."""
        return int(self.reads.argmax()) if self.reads.size else 0

    @property
    def is_whole(self) -> bool:
        """Whether all features are known that are said to read anything."""
        return bool(self.known.any() and (self.known == self.reads).all())


@dataclass(frozen=True, slots=True)
class Finding:
    """One number of a row: what is said, and what was measured; None if no feature shows it at this size."""

    number: str
    said: Number
    measured: Number | None

    @property
    def is_wrong(self) -> bool:
        """Whether the running model contradicts it."""
        return self.measured is not None and self.measured != self.said


def findings(row: AxisField, along: Along) -> Iterator[Finding]:
    """Every number of a row along one axis, held against what was measured.

    Parameters
    ----------
    row : AxisField
        What is said.
    along : Along
        What was measured.
    """
    yield Finding("n", row.n, along.n)
    yield Finding("size", row.size, _largest(row.size, along))
    yield Finding("size_min", row.size_min, _smallest(row.size_min, along))
    if row.reach is Scope.GLOBAL:
        yield from _global(row, along)
    elif row.reach is Scope.LOCAL:
        yield from _local(row, along)
    else:
        yield from _running(row, along)
    if row.reach is not Scope.LOCAL and row.local_size is not None:
        # What the other paths read is hidden behind the path that reads all.
        yield Finding("local_size", row.local_size, None)


# ---------------------------------------------------------------------- sizes


def _largest(said: int, along: Along) -> int | None:
    """The largest size, if a feature has it or one has more."""
    if not along.sizes.size:
        return None
    most = int(along.sizes.max())
    return most if most >= said else None


def _smallest(said: int, along: Along) -> int | None:
    """The smallest size, if a feature has it or one has less."""
    if not along.sizes.size:
        return None
    least = int(along.sizes.min())
    return least if least <= said else None


# ---------------------------------------------------------------------- local paths


def _local(row: AxisField, along: Along) -> Iterator[Finding]:
    jump = _jump(row, along)
    yield Finding("jump", _said(row.jump), jump)
    places = _first(along)
    if row.period is not None and row.jump is not None and jump == row.jump:
        places = _origins(row.jump, row.period, along)
    yield from _places(row, places)
    if row.period is not None:
        yield Finding("period", row.period, _period(row.period, row.jump or Fraction(0), along))


def _said(jump: Fraction | None) -> Number:
    return VARIES if jump is None else jump


def _jump(row: AxisField, along: Along) -> Number | None:
    """The jump that all pairs of features a period apart show; one that contradicts, if there is one."""
    if row.jump is None or row.period is None:
        return _advance(row.jump, along)
    step = row.period
    at = _pairs(along, step)
    centres = along.lo + along.hi
    found = sorted({Fraction(int(d), 2 * step) for d in np.unique(centres[at + step] - centres[at])})
    return next((jump for jump in found if jump != row.jump), row.jump) if found else None


def _advance(said: Fraction | None, along: Along) -> Number | None:
    """The jump of fields of which it is not said after how many features they repeat."""
    if said is None:
        return _unlike(along) if along.is_whole else None
    if along.is_whole and along.known.sum() == 1:
        # One alone stands still.
        return Fraction(0)
    # At the ends of the image they may be cut off.
    inner = along.known & (along.lo > 0) & (along.hi < along.pixels)
    if any(law == said for known in (along.known, inner) for law in _laws(along, known)):
        return said
    return VARIES if along.is_whole else None


def _unlike(along: Along) -> Number:
    """That neighbours lie now so far apart, now otherwise; how far, if they are alike and always lie alike."""
    at = np.flatnonzero(along.known)
    steps = np.unique(np.diff(np.stack([along.lo[at], along.hi[at]])))
    in_row = bool(np.ptp(at) + 1 == len(at))
    return Fraction(int(steps[0])) if in_row and len(at) > 2 and len(steps) == 1 else VARIES


def _pairs(along: Along, step: int) -> Ints:
    """Features that are known together with the one a step further on."""
    if step >= len(along.known):
        return np.zeros(0, np.int64)
    return np.flatnonzero(along.known[:-step] & along.known[step:])


def _laws(along: Along, known: Bools) -> Iterator[Fraction]:
    """The jumps by which neighbouring known fields repeat, at least twice, after so and so many features.

    Fields that go to and fro on the spot repeat, but have no jump.
    """
    at = np.flatnonzero(known)
    if len(at) < 2 or at[-1] - at[0] + 1 != len(at):
        return
    lo, hi = along.lo[at], along.hi[at]
    for step in range(1, len(at) // 2 + 1):
        moved = lo[step:] - lo[:-step]
        if (moved == moved[0]).all() and (hi[step:] - hi[:-step] == moved[0]).all() and (moved[0] or step == 1):
            yield Fraction(int(moved[0]), step)


def _first(along: Along) -> list[tuple[Fraction, Fraction]]:
    """The field of the first feature, if it is known."""
    k = along.first
    return [(Fraction(int(along.lo[k])), Fraction(int(along.hi[k])))] if along.known[k : k + 1].any() else []


def _origins(jump: Fraction, step: int, along: Along) -> list[tuple[Fraction, Fraction]]:
    """Where the first feature lies by each feature of its phase, when the jump is known."""
    at = [int(i) for i in np.flatnonzero(along.known) if (i - along.first) % step == 0]
    return [(int(along.lo[i]) - (i - along.first) * jump, int(along.hi[i]) - (i - along.first) * jump) for i in at]


def _places(row: AxisField, shown: list[tuple[Fraction, Fraction]]) -> Iterator[Finding]:
    yield Finding("start", row.start, _agreed(row.start, [(lo + hi) / 2 for lo, hi in shown]))
    yield Finding("padding", row.padding, _agreed(row.padding, [-lo for lo, _ in shown]))


def _agreed(said: Number, shown: list[Fraction]) -> Number | None:
    """What all show; one that contradicts, if there is one."""
    return next((value for value in shown if value != said), said) if shown else None


def _period(period: int, jump: Fraction, along: Along) -> Number | None:
    """The period, if a feature of each phase repeats after it and none does otherwise."""
    at, advance = _pairs(along, period), int(period * jump)
    lo, hi = along.lo[at + period] - along.lo[at], along.hi[at + period] - along.hi[at]
    if ((lo != advance) | (hi != advance)).any():
        return "other fields"
    return period if len(np.unique(at % period)) == period else None


# ---------------------------------------------------------------------- paths that read all


def _global(row: AxisField, along: Along) -> Iterator[Finding]:
    if row.local_size is not None:
        said = (("jump", _said(row.jump)), ("start", row.start), ("padding", row.padding), ("period", row.period))
        yield from (Finding(name, number, None) for name, number in said if number is not None)
        return
    lo, hi = along.lo[along.known], along.hi[along.known]
    still = len(lo) > 0 and bool((lo == lo[0]).all() and (hi == hi[0]).all())
    jump = None if not len(lo) else Fraction(0) if still else VARIES
    if still and row.jump is None and not along.known[along.reads].all():
        # Those that differ may be among the features whose fields lie beyond the image.
        jump = None
    yield Finding("jump", _said(row.jump), jump)
    if len(lo) and (not still or row.jump is None):
        # Where features differ, start and padding are those of the first one.
        yield from _places(row, _first(along))
        return
    yield from _places(row, [(Fraction(int(a)), Fraction(int(b))) for a, b in zip(lo, hi, strict=True)])


def _running(row: AxisField, along: Along) -> Iterator[Finding]:
    """All up to here, or all from here on: one end stays, the other advances."""
    still, moving = (along.lo, along.hi) if row.reach is Scope.CAUSAL else (along.hi, along.lo)
    yield Finding("reach", str(row.reach), _direction(str(row.reach), still[along.known], moving[along.known]))
    moves = Along(along.n, along.pixels, along.sizes, along.known, moving, moving, along.reads)
    yield Finding("jump", _said(row.jump), _advance(row.jump, moves))
    yield from _places(row, _first(along))


def _direction(said: str, still: Ints, moving: Ints) -> str | None:
    if len(still) < 2:
        return None
    if (still != still[0]).any():
        return "another reach"
    # Features that all have come to the end of the axis show no way to it.
    return said if (moving != moving[0]).any() else None
