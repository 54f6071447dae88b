"""Cells of an animation: the boards that are drawn, and for each moment what is read and what is written."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Board", "Cell", "Frame", "Read", "Write"]

Cell = tuple[int, int]
"""Row and column."""


@dataclass(frozen=True, slots=True)
class Read:
    """A cell of the input board that is read.

    Parameters
    ----------
    at : (int, int)
        Its row and column; outside the input in the padding.
    source : (int, int) or None
        The input cell whose value it has; None where it is empty.
    weight : (int, int) or None
        The cell of the kernel that meets it; None where there is no kernel.
    """

    at: Cell
    source: Cell | None
    weight: Cell | None


@dataclass(frozen=True, slots=True)
class Write:
    """A cell of the output, and when stamping the cell of the kernel that it gets."""

    at: Cell
    weight: Cell | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment.

    Parameters
    ----------
    reads, writes : tuple of Read, tuple of Write
        What is read, and what is written.
    channel : int
        Channel of the output.
    channels : tuple of int
        Channels of the input that are read.
    """

    reads: tuple[Read, ...]
    writes: tuple[Write, ...]
    channel: int = 0
    channels: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Board:
    """The cells that are drawn of a map.

    Parameters
    ----------
    rows, columns : (int, int)
        First and behind the last one that are drawn, padding included.
    sizes : (int, int)
        Cells of the map itself along y and x.
    apart : (int, int)
        Distance of neighbouring cells of the map on the board; more than 1 with zeros between them.
    """

    rows: Cell
    columns: Cell
    sizes: Cell
    apart: Cell = (1, 1)

    def cell(self, at: Cell) -> Cell | None:
        """The map's cell at a place on the board; None in the padding and between cells."""
        found = []
        for i, n, step in zip(at, self.sizes, self.apart, strict=True):
            if i % step or not 0 <= i // step < n:
                return None
            found.append(i // step)
        return found[0], found[1]

    def places(self) -> Iterator[Cell]:
        """All places, row by row."""
        return itertools.product(range(*self.rows), range(*self.columns))
