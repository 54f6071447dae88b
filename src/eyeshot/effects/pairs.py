"""Layers of two networks side by side: those that see equally much, wherever they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from eyeshot.analyses.results import LayerField, Table
from eyeshot.counted import counted
from eyeshot.effects.views import Views
from eyeshot.errors import InputError, nearest

__all__ = ["FARTHEST", "MOST", "Comparison", "Match", "Pair", "Side", "compared", "sizes_of"]

FARTHEST = 0.25
"""By how much the fields of a pair may differ, in parts of the smaller one."""
MOST = 6
"""How many pairs stand for two networks in a picture."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    r"""What one network of a pair makes of an image: the strongest feature of the layer's strongest channel.

    Parameters
    ----------
    views : Views
        The feature, its pixels, and what came back to them.
    activation : float32 array, shape (\*features)
        The map of its channel.
    """

    views: Views
    activation: npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A pair with what both networks make of an image.

    Parameters
    ----------
    pair : Pair
        The layers.
    first, second : Side
        Their features.
    """

    pair: Pair
    first: Side
    second: Side


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
    extents : tuple of two tuples of int
        Pixels of both networks' images along each axis.
    drawn : tuple of int
        Numbers of the pairs that stand for all in a picture.
    is_named : bool
        Whether these were named.
    matches : tuple of Match
        What both networks make of an image, for each of these; empty without one.
    unheld : tuple of int
        Numbers of matched pairs that cannot be shown with an image, because a value stands within one operation.
    """

    first: str
    second: str
    pairs: tuple[Pair, ...]
    unmatched: tuple[LayerField, ...]
    extents: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    drawn: tuple[int, ...] = ()
    is_named: bool = False
    matches: tuple[Match, ...] = ()
    unheld: tuple[int, ...] = ()

    @property
    def matched(self) -> tuple[int, ...]:
        """Numbers of the pairs that have a second layer."""
        return tuple(k for k, pair in enumerate(self.pairs) if pair.second is not None)

    def __repr__(self) -> str:
        told = f"{len(self.matched)} of {counted(len(self.pairs), 'layer')} matched"
        told += f" · {len(self.matches)} with an image" if self.matches else ""
        return f"Comparison({self.first} · {self.second} · {told})"

    def choosing(self, layers: Sequence[str] | None, most: int) -> Comparison:
        """The same with other pairs for a picture.

        Parameters
        ----------
        layers : sequence of str, optional
            Layers of the first network; by default those whose fields are spread most widely.
        most : int
            How many then.

        Raises
        ------
        InputError
            If there is no such layer, or it has no match.
        """
        if most < 1:
            raise InputError(f"at least 1 pair must be drawn, but {most} are wanted")
        if layers is None:
            able = [k for k in self.matched if k not in self.unheld]
            return replace(self, drawn=_spread(self.pairs, able, most), is_named=False)
        return replace(self, drawn=tuple(dict.fromkeys(map(self._number, layers))), is_named=True)

    def _number(self, layer: str) -> int:
        found = [k for k, pair in enumerate(self.pairs) if layer in {pair.first.layer, pair.first.name}]
        if not found:
            known = [pair.first.layer for pair in self.pairs]
            raise InputError(
                f"layers must be layers of `{self.first}` that have a map, but `{layer}` is none{nearest(layer, known)}"
            )
        pair = self.pairs[found[0]]
        if pair.second is None:
            raise InputError(
                f"`{layer}` of `{self.first}` must have a match to be drawn, but no layer of `{self.second}` has a "
                "field within a quarter of its own"
            )
        return found[0]


def compared(first: Table, second: Table) -> Comparison:
    """Pair the layers of two networks by the sizes of their fields, then by their jumps.

    Parameters
    ----------
    first, second : Table
        Their tables.
    """
    mine, theirs = _with_maps(first.rows), _with_maps(second.rows)
    pairs = tuple(_pair(row, theirs) for row in mine)
    taken = {pair.second.name for pair in pairs if pair.second is not None}
    unmatched = tuple(row for row in theirs if row.name not in taken)
    extents = (first.inputs[0].extents, second.inputs[0].extents)
    return Comparison(first.model, second.model, pairs, unmatched, extents).choosing(None, MOST)


def _with_maps(rows: Sequence[LayerField]) -> list[LayerField]:
    return [row for row in rows if row.axes and all(sizes_of(row))]


def sizes_of(row: LayerField) -> tuple[int, ...]:
    """Sides of the field along the axes of the first input, of the paths that are local."""
    return tuple(axis.local_size or 0 for axis in row.axes if axis.input == row.axes[0].input)


def _jumps(row: LayerField) -> tuple[float, ...]:
    return tuple(float(axis.jump or 0) for axis in row.axes if axis.input == row.axes[0].input)


def _pair(row: LayerField, others: Sequence[LayerField]) -> Pair:
    found = [(_apart(sizes_of(row), sizes_of(other)), _distance(row, other), k) for k, other in enumerate(others)]
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


def _spread(pairs: Sequence[Pair], matched: Sequence[int], most: int) -> tuple[int, ...]:
    """Some of the matched pairs, in order: the smallest and the largest field, then whichever is farthest from all."""
    fields = {k: math.log(max(sizes_of(pairs[k].first))) for k in matched}
    chosen: list[int] = []
    for _ in range(min(most, len(fields))):
        # Far from those that are chosen already; of equally far ones the pair that agrees best, then the first.
        far = {
            k: min((abs(field - fields[one]) for one in chosen), default=-field)
            for k, field in fields.items()
            if k not in chosen
        }
        best = max(far, key=lambda k: (far[k], -pairs[k].apart, -k))
        if chosen and not far[best]:
            # All that is left sees as much as something that is chosen.
            break
        chosen.append(best)
    return tuple(sorted(chosen))
