"""A map of an index space in characters: what is read, what is left out, and what lies outside.

The map is computed from runs of indices, one test for each character and run, so it costs the same for an
image of any size. One character stands for a block of indices, and twice as many rows as columns, since
characters are about twice as high as wide.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from eyeshot.analyses.results import Box, Interval, Product
from eyeshot.present.screen import Line

__all__ = ["HOLE", "MOST_COLUMNS", "MOST_ROWS", "OUTSIDE", "READ", "REST", "STYLES", "Sketch", "sketch"]

READ, HOLE, OUTSIDE, REST = "█", "░", "\u2571", "·"
STYLES = {READ: "read", HOLE: "hole", OUTSIDE: "padding", REST: "dim"}
_FLAT = ((0, 1),)
MOST_ROWS = 24
MOST_COLUMNS = 60

Runs = tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """Characters of one column or row: indices ``[start, stop)``, or an edge of the image at ``start == stop``."""

    start: int
    stop: int
    is_inside: bool

    @property
    def is_edge(self) -> bool:
        """Whether it is where the image begins or ends."""
        return self.start == self.stop

    def meets(self, bounds: Interval) -> bool:
        """Whether it holds an index of an interval; for an edge, whether the interval goes across it."""
        if self.is_edge:
            return bounds[0] < self.start < bounds[1]
        return self.start < bounds[1] and bounds[0] < self.stop


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawn map.

    Parameters
    ----------
    lines : tuple of Line
        The drawing.
    signs : str
        Characters that occur in it, in the order in which a legend names them.
    block : tuple of int
        Indices that one character stands for along each axis.
    repeat : int
        Characters that show one block.
    """

    lines: tuple[Line, ...]
    signs: str
    block: tuple[int, ...]
    repeat: int


def sketch(products: Sequence[Product], box: Box, extents: Sequence[int], window: Box, columns: int) -> Sketch:
    """Draw the indices that lie in a union of products of runs, for one or two axes.

    Parameters
    ----------
    products : sequence of Product
        What is read.
    box : tuple of (int, int)
        Box around it: indices in it that are not read are drawn as holes, what of it lies outside as such.
    extents : sequence of int
        Size of the index space.
    window : tuple of (int, int)
        What is drawn.
    columns : int
        Room; at most 60 are used.

    Returns
    -------
    Sketch
        Of at most 24 rows besides those of the image's edges.
    """
    if len(extents) == 1:
        return _strip(products, box, extents, window, columns)
    room = min(columns, MOST_COLUMNS) - 2
    block, repeat = _block(window, room)
    rows, across = (_slots(*part) for part in zip(window, extents, (block[0], block[1]), strict=True))
    hits = _hits(products, rows, across)
    grid = [
        [_sign(row, slot, hit >> i & 1, box) for i, slot in enumerate(across)]
        for row, hit in zip(rows, hits, strict=True)
    ]
    return _drawn(grid, across, repeat, block)


def _strip(products: Sequence[Product], box: Box, extents: Sequence[int], window: Box, columns: int) -> Sketch:
    """One axis: a single row without upper and lower edge."""
    room = min(columns, MOST_COLUMNS) - 2
    px = _px((window[0][1] - window[0][0],), (room,), (1,))
    across = _slots(window[0], extents[0], px)
    flat = [Slot(0, 1, is_inside=True)]
    hits = _hits([(_FLAT, product[0]) for product in products], flat, across)
    signs = [_sign(flat[0], slot, hits[0] >> i & 1, (_FLAT[0], box[0])) for i, slot in enumerate(across)]
    return _drawn([signs], across, 1, (px,))


def _block(window: Box, room: int) -> tuple[tuple[int, int], int]:
    """Indices per character along y and x, and how many characters show one block."""
    high, wide = (stop - start for start, stop in window)
    if high <= MOST_ROWS and 2 * wide <= room:
        return (1, 1), 2
    px = _px((high, wide), (MOST_ROWS, room), (2, 1))
    return (2 * px, px), 1


def _px(sizes: Sequence[int], rooms: Sequence[int], factors: Sequence[int]) -> int:
    """The least indices per character with which each size fits its room, with up to two blocks cut by edges."""
    return max(
        1,
        *(-(-size // (factor * max(1, room - 2))) for size, room, factor in zip(sizes, rooms, factors, strict=True)),
    )


def _slots(window: Interval, extent: int, px: int) -> list[Slot]:
    """Rows or columns of a drawing: outside, edge, inside, edge, outside, as far as they lie in the window."""
    low, high = window
    slots = [Slot(*part, is_inside=False) for part in _parts(low, min(0, high), px, from_end=True)]
    if low <= 0:
        slots.append(Slot(0, 0, is_inside=False))
    slots += [Slot(*part, is_inside=True) for part in _parts(max(0, low), min(extent, high), px)]
    if high >= extent:
        slots.append(Slot(extent, extent, is_inside=False))
    return slots + [Slot(*part, is_inside=False) for part in _parts(max(extent, low), high, px)]


def _parts(start: int, stop: int, px: int, *, from_end: bool = False) -> Iterator[Interval]:
    """An interval in pieces of `px`; the incomplete one is the last, or with `from_end` the first."""
    cut = (stop - start) % px
    if from_end and stop > start and cut:
        yield start, start + cut
        start += cut
    for at in range(start, stop, px):
        yield at, min(at + px, stop)


def _hits(products: Sequence[Product], rows: Sequence[Slot], across: Sequence[Slot]) -> list[int]:
    """For each row the columns in which something is read, as bits."""
    hits = [0] * len(rows)
    for row_runs, column_runs in products:
        bits = sum(1 << i for i, slot in enumerate(across) if _holds(column_runs, slot))
        for i, row in enumerate(rows):
            if _holds(row_runs, row):
                hits[i] |= bits
    return hits


def _holds(runs: Runs, slot: Slot) -> bool:
    """Whether a slot inside holds an index of some run."""
    if not slot.is_inside:
        return False
    i = bisect_left(runs, slot.stop, key=itemgetter(0))
    return i > 0 and runs[i - 1][1] > slot.start


def _sign(row: Slot, slot: Slot, hit: int, box: Box) -> str:
    in_box = row.meets(box[0]) and slot.meets(box[1])
    if row.is_inside and slot.is_inside:
        return READ if hit else HOLE if in_box else REST
    if not (row.is_inside or row.is_edge) or not (slot.is_inside or slot.is_edge):
        return OUTSIDE if in_box else " "
    return _border(row, slot)


def _border(row: Slot, slot: Slot) -> str:
    if row.is_inside:
        return "│"
    if slot.is_inside:
        return "─"
    return "┌┐└┘"[2 * (row.start > 0) + (slot.start > 0)]


def _drawn(grid: list[list[str]], across: list[Slot], repeat: int, block: tuple[int, ...]) -> Sketch:
    wide = [1 if slot.is_edge else repeat for slot in across]
    lines = tuple(tuple((sign * n, STYLES.get(sign, "")) for sign, n in zip(row, wide, strict=True)) for row in grid)
    found = {sign for row in grid for sign in row}
    return Sketch(tuple(map(_merged, lines)), "".join(sign for sign in STYLES if sign in found), block, repeat)


def _merged(line: Line) -> Line:
    """Neighbouring pieces of one style as one piece."""
    pieces: list[tuple[str, str]] = []
    for text, style in line:
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + text, style)
        else:
            pieces.append((text, style))
    return tuple(pieces)
