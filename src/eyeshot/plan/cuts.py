"""Cutting one axis of an image into aligned tiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from eyeshot.errors import InputError, LimitError
from eyeshot.plan.results import AxisCut, OutputLaw

__all__ = [
    "MAX_ALONG", "around", "cost", "cut_axis", "least_tile", "margins", "narrowed", "standing", "widths",
]  # fmt: skip

Pair = tuple[int, int]

MAX_ALONG = 1_000_000
"""Most tiles along an axis; what each of them reads is listed."""
_POINTS = 9
"""Most widths of margins between none and the exact ones."""
_MOST_LENGTHS = 5
"""Most different lengths of tiles along an axis; the network is captured at each."""


def margins(halo: Pair, alignment: int, extra: Pair = (0, 0)) -> Pair:
    """The halo up to the next multiple of the alignment, on either side.

    Examples
    --------
    >>> margins((15, 16), 8)
    (16, 16)
    """
    before, after = (max(0, side) + more for side, more in zip(halo, extra, strict=True))
    return -(-before // alignment) * alignment, -(-after // alignment) * alignment


def least_tile(margin: Pair, alignment: int) -> int:
    """Pixels of the smallest tile that gives anything: its margins and one step of the alignment."""
    return sum(margin) + alignment


def cut_axis(
    axis: str, n: int, alignment: int, laws: Sequence[OutputLaw], margin: Pair, size: int, *, even: bool = False
) -> AxisCut:
    """Tiles of at most `size` pixels, margins included; one tile if the image is no larger.

    Parameters
    ----------
    axis : str
        Name of the axis.
    n : int
        Pixels of the image along it.
    alignment : int
        Tiles begin at multiples of this.
    laws : sequence of OutputLaw
        The outputs along this axis.
    margin : (int, int)
        Pixels to read before and behind each tile, multiples of the alignment.
    size : int
        Pixels of a tile at most.
    even : bool
        Whether tiles at the image's borders are to be as large as the others.

    Raises
    ------
    InputError
        If a tile of that size gives nothing.
    LimitError
        If there would be more tiles than are listed.
    """
    halo = (max(law.before for law in laws), max(law.after for law in laws)) if laws else (0, 0)
    if size >= n:
        return AxisCut(axis, n, alignment, halo, margin, n, ((0, n),))
    least = least_tile(margin, alignment)
    if size < least:
        raise InputError(
            f"a tile must have at least {least} pixels along {axis} (halo {halo[0]} + {halo[1]}, on a grid of "
            f"{alignment}), but is to have {size}; take a larger tile"
        )
    core = (size - sum(margin)) // alignment * alignment
    covered = min(n, max(math.ceil(law.n * law.jump) for law in laws)) if laws else n
    count = max(1, -(-covered // core))
    if count > MAX_ALONG:
        raise LimitError(
            f"an image may be cut into {MAX_ALONG:,} tiles at most along {axis}, but tiles of {size:,} pixels are "
            f"{count:,}; take larger tiles"
        )
    reads = _clipped(n, count, core, margin)
    if even or len({stop - start for start, stop in reads}) > _MOST_LENGTHS:
        reads = _of_one_length(n, count, core, margin, alignment)
    return AxisCut(axis, n, alignment, halo, margin, core, tuple(reads))


def _clipped(n: int, count: int, core: int, margin: Pair) -> list[Pair]:
    """Each tile with its margins, as far as the image goes."""
    return [
        (max(0, k * core - margin[0]), n if k == count - 1 else min(n, (k + 1) * core + margin[1]))
        for k in range(count)
    ]


def _of_one_length(n: int, count: int, core: int, margin: Pair, alignment: int) -> list[Pair]:
    """Where margins are much wider than tiles, many tiles touch a border: they read on to the full length."""
    size = core + sum(margin)
    latest = -(-(n - size) // alignment) * alignment
    starts = [min(max(0, k * core - margin[0]), latest) for k in range(count)]
    return [(start, n if start == latest else start + size) for start in starts]


def narrowed(cut: AxisCut, margin: Pair) -> AxisCut:
    """The same tiles with other margins; with less than they need, their results are wrong near the cuts."""
    if len(cut.reads) == 1:
        return cut
    return replace(cut, margin=margin, reads=tuple(_clipped(cut.n, len(cut.reads), cut.core, margin)))


def around(cut: AxisCut, k: int) -> Pair:
    """Pixels of a crop around what the tile reads that has as much again beyond it, as far as the image goes.

    It begins on the grid and has as many pixels beyond a multiple of the alignment as the tile, so that the network
    runs on it as on the tile.

    Examples
    --------
    >>> around(AxisCut("x", 1000, 4, (5, 6), (8, 8), 64, ((0, 72), (56, 136), (120, 200))), 1)
    (48, 144)
    """
    start, stop = cut.reads[k]
    more = max(-(-max(cut.margin) // cut.alignment), 1) * cut.alignment
    return max(0, start - more), min(cut.n, stop + more)


def standing(cuts: Sequence[AxisCut]) -> list[tuple[int, ...]]:
    """Places of three tiles in the grid: within the image, at a side, in a corner; fewer if the grid has no such."""
    last = tuple(len(cut.reads) - 1 for cut in cuts)
    middle = tuple(n // 2 for n in last)
    return list(dict.fromkeys([middle, (0, *middle[1:]), last]))


def widths(cuts: Sequence[AxisCut]) -> list[tuple[tuple[int, int], ...]]:
    """Margins from none to the exact ones, on the grid of the alignment."""
    steps = max(max(cut.margin) // cut.alignment for cut in cuts)
    count = min(_POINTS - 1, steps)
    found = []
    for k in range(count + 1):
        share = k / count if count else 1.0
        found.append(
            tuple(
                (
                    math.ceil(share * cut.margin[0] / cut.alignment) * cut.alignment,
                    math.ceil(share * cut.margin[1] / cut.alignment) * cut.alignment,
                )
                for cut in cuts
            )
        )
    return list(dict.fromkeys(found))


def cost(cut: AxisCut, margin: tuple[int, int]) -> float:
    """Recomputation along an axis if tiles of the same size had a narrower margin."""
    if len(cut.reads) == 1:
        return 1.0
    core = (cut.core + sum(cut.margin) - sum(margin)) // cut.alignment * cut.alignment
    count = -(-cut.n // core)
    return narrowed(replace(cut, core=core, reads=((0, 0),) * count), margin).recomputation if count > 1 else 1.0
