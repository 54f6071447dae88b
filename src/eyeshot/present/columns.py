"""Columns of text that fit a width: aligned, the flexible ones shortened, the optional ones left out if they must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rich.cells import cell_len

from eyeshot.present.screen import Line, Screen

__all__ = ["Column", "fitted", "lines_of"]

_GAP = 2
_COMFORT = 26


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    head : str
        Its heading.
    cells : tuple of str
        One text for each row.
    style : str
        Style of its cells.
    is_number : bool
        Right-aligned, at the decimal point where there is one number in a cell.
    least : int
        Columns of the screen to which its texts may be shortened; 0 if they may not.
    optional : bool
        Whether it may be left out on a narrow screen.
    """

    head: str
    cells: tuple[str, ...]
    style: str = ""
    is_number: bool = False
    least: int = 0
    optional: bool = False

    @cached_property
    def width(self) -> int:
        """Columns of the screen that it takes; asked for every line, so it is measured once."""
        return max(map(cell_len, (self.head, *self.cells)))


def fitted(columns: Sequence[Column], screen: Screen) -> list[Column] | None:
    """The columns made to fit the screen, or None if they cannot.

    Flexible columns are shortened first, to `_COMFORT` at least; then optional columns are left out, from the
    last to the first, and flexible ones shortened to their least width.
    """
    left = [_aligned(column) for column in columns if any(column.cells)]
    spare = [column for column in left if column.optional]
    for dropped in range(len(spare) + 1):
        kept = [column for column in left if column not in spare[len(spare) - dropped :]]
        shrunk = _shrunk(kept, screen, comfort=_COMFORT)
        if shrunk is None and (dropped or not spare):
            shrunk = _shrunk(kept, screen)
        if shrunk is not None:
            return shrunk
    return None


def lines_of(columns: Sequence[Column], row_styles: Sequence[str]) -> list[Line]:
    """Heading, rule and rows; a row's own style goes before that of its columns."""
    lines = [_line(columns, [column.head for column in columns], ["head"] * len(columns))]
    lines.append((("─" * _total(columns), "dim"),))
    for cells, style in zip(zip(*(column.cells for column in columns), strict=True), row_styles, strict=True):
        lines.append(_line(columns, cells, [style or column.style for column in columns]))
    return lines


def _total(columns: Sequence[Column]) -> int:
    return sum(column.width for column in columns) + _GAP * (len(columns) - 1)


def _shrunk(columns: list[Column], screen: Screen, *, comfort: int = 0) -> list[Column] | None:
    """The columns with flexible ones cut down, the widest first, until all fit; None if they cannot."""
    widths = [column.width for column in columns]
    least = [max(column.least, comfort) for column in columns]
    over = sum(widths) + _GAP * (len(columns) - 1) - screen.width
    while over > 0:
        flexible = [i for i, column in enumerate(columns) if column.least and widths[i] > least[i]]
        if not flexible:
            return None
        widest = max(flexible, key=widths.__getitem__)
        floor = max([least[widest], *(widths[i] for i in flexible if i != widest)])
        cut = max(1, min(over, widths[widest] - floor))
        widths[widest] -= cut
        over -= cut
    return [_cut(column, width, screen) for column, width in zip(columns, widths, strict=True)]


def _cut(column: Column, width: int, screen: Screen) -> Column:
    if column.width <= width:
        return column
    return replace(column, cells=tuple(screen.shortened(cell, width) for cell in column.cells))


def _aligned(column: Column) -> Column:
    """Numbers with blanks behind them, so that decimal points stand below each other."""
    if not column.is_number:
        return column
    behind = [len(cell.partition(".")[2]) + ("." in cell) if _is_numeral(cell) else 0 for cell in column.cells]
    most = max(behind)
    cells = (
        cell + " " * (most - places) if _is_numeral(cell) else cell
        for cell, places in zip(column.cells, behind, strict=True)
    )
    return replace(column, cells=tuple(cells))


def _is_numeral(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()


def _line(columns: Sequence[Column], cells: Sequence[str], styles: Sequence[str]) -> Line:
    pieces: list[tuple[str, str]] = []
    for column, cell, style in zip(columns, cells, styles, strict=True):
        blank = " " * (column.width - cell_len(cell))
        gap = " " * _GAP if pieces else ""
        pieces += [(gap + blank, ""), (cell, style)] if column.is_number else [(gap, ""), (cell, style), (blank, "")]
    return tuple(piece for piece in pieces if piece[0])
