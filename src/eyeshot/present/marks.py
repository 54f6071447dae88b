"""Marks: what a reader of a table must know of a row besides its numbers, and the line that explains each."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eyeshot.analyses.results import AxisField, LayerField
from eyeshot.present.escape import visible
from eyeshot.present.numerals import numeral

__all__ = ["Mark", "Marked", "explanations", "marks_of"]

_MOST_NAMED = 3


class Mark(enum.Enum):
    """A sign in a table; each that occurs is explained below it."""

    GLOBAL = "∀"
    BOTH = "+∀"
    CAUSAL = "↤"
    ANTICAUSAL = "↦"
    BEYOND = ">"
    MISALIGNED = "!"
    BOUNDED = "≤"
    UNSUPPORTED = "?"
    PARTIAL = "⊣"


_SAID = {
    Mark.GLOBAL: "global: every feature reads a whole map along the axis",
    Mark.BOTH: "local and global: the numbers are of the local paths; another path reads a whole map along the axis",
    Mark.CAUSAL: "causal: each feature reads all up to its place, the last one everything",
    Mark.ANTICAUSAL: "anticausal: each feature reads all from its place on, the first one everything",
    Mark.BEYOND: "larger than the image: a part of the field always lies outside it",
    Mark.PARTIAL: "partial: the model was read up to here only; what comes after it is not known",
}
"""Explanations that are the same in every table."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark at a row, with the names of the axes it holds for; no names if it holds for all."""

    mark: Mark
    axes: tuple[str, ...]

    def __str__(self) -> str:
        return self.mark.value + ",".join(self.axes)


def marks_of(row: LayerField, axes: Sequence[AxisField], extents: Sequence[int]) -> tuple[Marked, ...]:
    """Marks of a row for the axes of one input, which has `extents` pixels along them."""
    found = []
    for mark in Mark:
        held = [field.axis for field, n in zip(axes, extents, strict=True) if _holds(mark, field, n)]
        of_row = mark.name.lower() == row.status.value and (not axes or mark is Mark.PARTIAL)
        if held or of_row:
            found.append(Marked(mark, () if of_row or len(held) == len(axes) else tuple(map(visible, held))))
    return tuple(found)


def _holds(mark: Mark, field: AxisField, extent: int) -> bool:
    match mark:
        case Mark.GLOBAL:
            return field.is_global and field.local_size is None
        case Mark.BOTH:
            return field.is_global and field.local_size is not None
        case Mark.CAUSAL | Mark.ANTICAUSAL:
            return field.reach == mark.name.lower()
        case Mark.BEYOND:
            return field.local_size is not None and field.local_size > extent
        case Mark.MISALIGNED:
            return field.misaligned != 0
        case _:
            return field.status.value == mark.name.lower()


def explanations(marked: Iterable[tuple[LayerField, tuple[Marked, ...]]]) -> list[tuple[Mark, str]]:
    """One line for each mark that occurs in a table, in the order of `Mark`."""
    rows: dict[Mark, list[LayerField]] = {mark: [] for mark in Mark}
    for row, marks in marked:
        for mark in marks:
            rows[mark.mark].append(row)
    return [(mark, _explained(mark, found)) for mark, found in rows.items() if found]


def _explained(mark: Mark, rows: list[LayerField]) -> str:
    match mark:
        case Mark.MISALIGNED:
            where = (f"{_distance(row)} at {visible(row.name)}" for row in rows)
            return f"misaligned: branches whose centres lie apart meet here, {_listed(where)}"
        case Mark.BOUNDED:
            return f"bounded: data or random numbers decide what is read; an outer bound, because of {_blamed(rows)}"
        case Mark.UNSUPPORTED:
            return f"unsupported: taken as reading everything, because of {_blamed(rows)}"
        case _:
            return _SAID[mark]


def _distance(row: LayerField) -> str:
    apart = [field.misaligned for field in row.axes]
    known = [one for one in apart if one is not None]
    return f"{numeral(max(known))} px" if len(known) == len(apart) else "no one distance"


def _blamed(rows: list[LayerField]) -> str:
    return _listed(visible(name) for name in dict.fromkeys(name for row in rows for name in row.blamed))


def _listed(texts: Iterable[str]) -> str:
    """Some texts, and how many more there are."""
    every = list(texts)
    more = len(every) - _MOST_NAMED
    if more <= 0:
        return ", ".join(every)
    return f"{', '.join(every[:_MOST_NAMED])} and {more} more"
