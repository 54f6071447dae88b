"""Boards of cells on a page: flat, or lying slanted above each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from eyeshot.present.arithmetic.cells import Board, Cell
from eyeshot.present.scene.scene import Arrow, Mark, Paint, Panel, Path, Rect, Text, page_panel

__all__ = ["Plane"]

_SLANT = 0.42
_FLATTEN = 0.52
_CLEAR = 0.3
"""How far an arrow stays away from the middle of a cell, in cells."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Where a board lies on the page.

    Parameters
    ----------
    name : str
        ``"input"`` or ``"output"``, with a channel's number where there are several.
    board : Board
        Its cells.
    left, top : float
        Upper left corner on the page in points, of the bounding box where it is slanted.
    unit : float
        Width of a cell in points.
    slanted : bool
        Whether it lies slanted.
    """

    name: str
    board: Board
    left: float
    top: float
    unit: float
    slanted: bool = False

    @property
    def rows(self) -> int:
        """Rows that are drawn."""
        return self.board.rows[1] - self.board.rows[0]

    @property
    def columns(self) -> int:
        """Columns that are drawn."""
        return self.board.columns[1] - self.board.columns[0]

    @property
    def width(self) -> float:
        """Width on the page."""
        return (self.columns + (_SLANT * self.rows if self.slanted else 0)) * self.unit

    @property
    def height(self) -> float:
        """Height on the page."""
        return self.rows * self.unit * (_FLATTEN if self.slanted else 1)

    def point(self, y: float, x: float) -> tuple[float, float]:
        """From the board to the page."""
        row, column = y - self.board.rows[0], x - self.board.columns[0]
        if not self.slanted:
            return self.left + column * self.unit, self.top + row * self.unit
        return self.left + (column + _SLANT * (self.rows - row)) * self.unit, self.top + row * self.unit * _FLATTEN

    def cell(self, at: Cell, paint: Paint, name: str = "") -> Mark:
        """One cell."""
        return self.block(at, (at[0] + 1, at[1] + 1), paint, name)

    def block(self, first: Cell, behind: Cell, paint: Paint, name: str = "") -> Mark:
        """Cells from one to before another."""
        if not self.slanted:
            return Rect(first[1], first[0], behind[1], behind[0], paint, name)
        corners = ((first[0], first[1]), (first[0], behind[1]), (behind[0], behind[1]), (behind[0], first[1]))
        return Path(tuple(self.point(y, x) for y, x in corners), paint, closed=True, name=name)

    def text(self, at: Cell, text: str, share: float, color: str, *, shift: tuple[float, float] = (0, 0)) -> Mark:
        """A text in the middle of a cell, its size a share of the cell's; `shift` in cells."""
        y, x = at[0] + 0.5 + shift[0], at[1] + 0.5 + shift[1]
        size = share * self.unit * (0.72 if self.slanted else 1)
        if self.slanted:
            px, py = self.point(y, x)
            return Text(px, py, text, size, color)
        return Text(x, y, text, size, color)

    def arrow(self, source: Cell, target: Cell, paint: Paint, name: str) -> Mark:
        """From a cell to another; it keeps clear of what is written in the middle of either."""
        (y0, x0), (y1, x1) = ((cell[0] + 0.5, cell[1] + 0.5) for cell in (source, target))
        length = math.hypot(y1 - y0, x1 - x0)
        dy, dx = (_CLEAR * (y1 - y0) / length, _CLEAR * (x1 - x0) / length)
        ends = [(y0 + dy, x0 + dx), (y1 - dy, x1 - dx)]
        (ax, ay), (bx, by) = (self.point(*end) if self.slanted else (end[1], end[0]) for end in ends)
        return Arrow(ax, ay, bx, by, paint, name=name)

    def panel(self, marks: Sequence[Mark], page: tuple[float, float]) -> Panel:
        """Marks of this plane as a panel; flat ones have the coordinates of the board."""
        if self.slanted:
            return page_panel(*page, tuple(marks), self.name)
        rows, columns = self.board.rows, self.board.columns
        place = (self.left, self.top, self.width, self.height)
        return Panel(self.name, place, (columns[0], rows[0], columns[1], rows[1]), tuple(marks))
