"""Elements of a value of which the number is known: what a mask put there, and what became of it.

Minus infinity before a softmax is zero behind it, and what is multiplied with that zero is not read. So a mask decides
what is read long after it was added. What is known goes along with a value through steps that only move elements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from eyeshot.frontends.moves import is_move, moved
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Op

__all__ = ["HIDDEN", "Bools", "Known", "carried", "tight", "united"]

Bools = npt.NDArray[np.bool_]

HIDDEN = -1e4
"""Numbers up to this one count as minus infinity before a softmax.

The weight of an element that lies so far below the others is zero in every type of floating-point numbers, not only
small: exp(-746) is zero in double precision. Models mask with -10,000, with -1e9 and with the lowest number of their
type. Exactly, the element would be read unless the others lie as far below.
"""

_STILL_HIDDEN = -1e3
"""The same for what has become of such numbers: a mask may be scaled with the scores."""

_OUT_OF_REACH = 1e30
"""No data is as large: beside such a number all that is added to it counts for nothing."""

_MOST = 1 << 26
"""Most elements of a value that are told apart one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Elements of a value of which the number is known.

    Parameters
    ----------
    where : bool array
        True for these elements; of size 1 along dimensions where that is the same everywhere.
    number : float
        The number of each of them; of several the largest.
    is_read : bool
        Whether they read something all the same, because moderate numbers of data were added.
    matters : bool
        Whether what is read would be said too wide if this was forgotten.
    """

    where: Bools
    number: float
    is_read: bool = False
    matters: bool = False

    @property
    def is_hidden(self) -> bool:
        """Whether these elements count for nothing in a softmax."""
        return self.number <= _STILL_HIDDEN

    @property
    def is_sure(self) -> bool:
        """Whether a function of single elements makes the same of them whatever data were added."""
        return not self.is_read or abs(self.number) >= _OUT_OF_REACH

    def fills_a_line(self, dim: int) -> bool:
        """Whether nothing but such elements lies anywhere along a dimension."""
        return bool(self.where.all(axis=dim).any())

    def with_where(self, where: Bools) -> Known:
        """The same of other elements."""
        return replace(self, where=tight(where))


def united(knowns: Sequence[Known]) -> Known:
    """All elements of which any of these tells; their arrays must fit together."""
    where = knowns[0].where
    for known in knowns[1:]:
        where = where | known.where
    return _told_by(knowns, where)


def _told_by(knowns: Sequence[Known], where: Bools) -> Known:
    """What several tell, of these elements."""
    return Known(
        where,
        max(known.number for known in knowns),
        any(known.is_read for known in knowns),
        any(known.matters for known in knowns),
    )


def tight(where: Bools) -> Bools:
    """An array without copies: of size 1 along each dimension where it is the same everywhere."""
    for d in range(where.ndim):
        first = where.take([0], d)
        if where.shape[d] > 1 and bool((where == first).all()):
            where = first
    return where


def carried(op: Op, shapes: Sequence[Shape], knowns: Sequence[Known | None]) -> tuple[Known | None, bool]:
    """What is known after a step, and whether something that matters was lost.

    Only steps that move elements carry anything. Of operands of which different numbers are known, those are kept that
    matter.
    """
    present = [known for known in knowns if known is not None]
    vital = [known for known in present if known.matters]
    kept = vital or present
    if not is_move(op) or len({known.number for known in kept}) > 1 or sum(map(math.prod, shapes)) > _MOST:
        return None, bool(vital)
    wheres = [
        np.broadcast_to(known.where if known in kept else np.False_, shape)
        for known, shape in zip(knowns, shapes, strict=True)
    ]
    where = tight(moved(op, *wheres))
    if not where.any():
        return None, False
    return _told_by(kept, where), False
