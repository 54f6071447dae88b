"""Layers of two networks side by side: those that see equally much, wherever they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from eyeshot.analyses.results import LayerField, Table
from eyeshot.counted import counted

__all__ = ["FARTHEST", "Comparison", "Pair", "compared"]

FARTHEST = 0.25
"""By how much the fields of a pair may differ, in parts of the smaller one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A layer of the first network, and the one of the second that sees most nearly as much.

    Parameters
    ----------
    first : LayerField
        The layer.
    second : LayerField or None
        Its partner; None if none is within a quarter of its field.
    apart : float
        By how much their fields differ, in parts of the smaller one, along the axis where that is most.
    """

    first: LayerField
    second: LayerField | None
    apart: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The layers of one network beside those of another.

    Parameters
    ----------
    first, second : str
        The networks.
    pairs : tuple of Pair
        One for each layer of the first network that has a map, in order.
    unmatched : tuple of LayerField
        Layers of the second network that are nobody's partner.
    """

    first: str
    second: str
    pairs: tuple[Pair, ...]
    unmatched: tuple[LayerField, ...]

    def __repr__(self) -> str:
        matched = sum(pair.second is not None for pair in self.pairs)
        return f"Comparison({self.first} · {self.second} · {matched} of {counted(len(self.pairs), 'layer')} matched)"


def compared(first: Table, second: Table) -> Comparison:
    """Pair the layers of two networks by the sizes of their fields, then by their jumps.

    Parameters
    ----------
    first, second : Table
        Their tables.
    """
    mine, theirs = _with_maps(first.rows), _with_maps(second.rows)
    pairs = [_pair(row, theirs) for row in mine]
    taken = {pair.second.name for pair in pairs if pair.second is not None}
    unmatched = tuple(row for row in theirs if row.name not in taken)
    return Comparison(first.model, second.model, tuple(pairs), unmatched)


def _with_maps(rows: Sequence[LayerField]) -> list[LayerField]:
    return [row for row in rows if row.axes and all(size for size in _sizes(row))]


def _sizes(row: LayerField) -> tuple[int, ...]:
    """Sides of the field along the axes of the first input, of the paths that are local."""
    return tuple(axis.local_size or 0 for axis in row.axes if axis.input == row.axes[0].input)


def _jumps(row: LayerField) -> tuple[float, ...]:
    return tuple(float(axis.jump or 0) for axis in row.axes if axis.input == row.axes[0].input)


def _pair(row: LayerField, others: Sequence[LayerField]) -> Pair:
    found = [(_apart(_sizes(row), _sizes(other)), _distance(row, other), k) for k, other in enumerate(others)]
    known = [one for one in found if math.isfinite(one[0])]
    if not known:
        return Pair(row, None, math.inf)
    apart, _, k = min(known)
    return Pair(row, others[k] if apart <= FARTHEST else None, apart)


def _apart(mine: Sequence[int], theirs: Sequence[int]) -> float:
    if len(mine) != len(theirs):
        return math.inf
    return max(max(a, b) / min(a, b) - 1 for a, b in zip(mine, theirs, strict=True))


def _distance(row: LayerField, other: LayerField) -> float:
    return sum(abs(a - b) for a, b in zip(_jumps(row), _jumps(other), strict=False))
