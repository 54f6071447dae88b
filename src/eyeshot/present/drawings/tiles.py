"""Small images and curves in a grid, each with a line of words: kernels, channels, patches, views."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eyeshot.errors import InputError
from eyeshot.present.drawings.sheet import HEAD, MARGIN, sheet
from eyeshot.present.scene.metrics import shortened
from eyeshot.present.scene.raster import pillow
from eyeshot.present.scene.scene import Mark, Paint, Path, Photo, Rect, Scene, Text, page_panel

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Tile", "diverging", "grey", "png_of", "rgb", "tile_marks", "tiles_scene"]

_GAP, _APART, _LABEL = 5.0, 9.0, 11.0
_LEAST_SPOT = 3.5
_LEAST_PIXELS = 96
"""Pixels of the longer side of an image in a file: whoever shows it smooths what is much smaller."""
_LOW, _MIDDLE, _HIGH = (33, 102, 172), (247, 247, 247), (178, 24, 43)
"""Blue, almost white, red: told apart by any eye, and by how dark they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One image of a grid.

    Parameters
    ----------
    image : uint8 array, shape (height, width, 3), or None
        What it shows.
    curve : tuple of float
        Or a line through these numbers, between -1 and 1.
    label : str
        Words below it.
    outline : str
        Colour of a line around it; empty for the usual one.
    name : str
        What it is, for those who look into the picture.
    spot : tuple of float
        Left, top, right and bottom of what is outlined in it, as parts of its sides; empty for nothing.
    """

    image: npt.NDArray[np.uint8] | None = None
    curve: tuple[float, ...] = ()
    label: str = ""
    outline: str = ""
    name: str = ""
    spot: tuple[float, ...] = ()


def tiles_scene(
    rows: Sequence[Sequence[Tile | None]],
    *,
    title: str,
    description: str,
    notes: Sequence[str] = (),
    side: float = 44.0,
    heads: Sequence[str] = (),
    split: int = 0,
) -> Scene:
    """Tiles in rows.

    Parameters
    ----------
    rows : sequence of sequence of Tile or None
        From the top; rows may be of different lengths. None leaves a place free.
    title, description, notes
        As for `eyeshot.present.drawings.sheet.sheet`.
    side : float
        Longer side of a tile in points.
    heads : sequence of str
        Words before the rows; one without goes with the row above it.
    split : int
        After so many tiles each the next ones stand a little apart; 0 where all belong together.
    """
    if not any(rows):
        raise InputError("there must be something to draw, but there is nothing")
    width, height = _cell(rows, side)
    has_labels = any(tile.label for row in rows for tile in row if tile is not None)
    step = height + _GAP + (_LABEL if has_labels else 0)
    lead = 58.0 if heads else 0.0
    marks: list[Mark] = []
    # Rows that go together stand a little apart from the next ones.
    has_blocks = not all(heads)
    top = HEAD - step
    for r, row in enumerate(rows):
        top += step + (_APART if has_blocks and heads[r] and r else 0)
        if heads and heads[r]:
            marks.append(Text(MARGIN, top + height / 2, shortened(heads[r], lead - 6, 7.5), 7.5, "soft", "start"))
        for c, tile in enumerate(row):
            left = MARGIN + lead + c * (width + _GAP) + (_APART * (c // split) if split else 0)
            marks += tile_marks(tile, left, top, width, height) if tile is not None else ()
    most = max(map(len, rows))
    across = most * (width + _GAP) - _GAP + lead + 2 * MARGIN + (_APART * ((most - 1) // split) if split else 0)
    down = top + step
    page = page_panel(across, down, tuple(marks), "tiles")
    return sheet((across, down), [page], title=title, description=description, notes=notes)


def _cell(rows: Sequence[Sequence[Tile | None]], side: float) -> tuple[float, float]:
    """Width and height of every tile: those of the image that is widest and highest."""
    shapes = [tile.image.shape[:2] for row in rows for tile in row if tile is not None and tile.image is not None]
    if not shapes:
        return side * 1.6, side
    height, width = max(h for h, _ in shapes), max(w for _, w in shapes)
    scale = side / max(height, width)
    return max(width * scale, 6.0), max(height * scale, 6.0)


def tile_marks(tile: Tile, left: float, top: float, width: float, height: float) -> Iterator[Mark]:
    """A tile within a rectangle of the page, in its own form."""
    if tile.image is not None:
        h, w = tile.image.shape[:2]
        scale = min(width / w, height / h)
        x, y = left + (width - w * scale) / 2, top + (height - h * scale) / 2
        yield Photo(x, y, x + w * scale, y + h * scale, png_of(tile.image), tile.name)
        yield Rect(x, y, x + w * scale, y + h * scale, _edge(tile), tile.name)
        yield from _spot(tile, x, y, w * scale, h * scale)
    else:
        yield Rect(left, top, left + width, top + height, Paint("cell"), tile.name)
        middle = top + height / 2
        yield Path(((left, middle), (left + width, middle)), Paint("", "line", 0.5))
        last = max(1, len(tile.curve) - 1)
        points = tuple(
            (left + width * i / last, middle - value * (height / 2 - 2)) for i, value in enumerate(tile.curve)
        )
        # A line through more points than the tile has room for is thin, or it would fill the tile.
        yield Path(points, Paint("", "blue", 1.0 if last < 2 * width else 0.5), name=tile.name)
        yield Rect(left, top, left + width, top + height, _edge(tile))
        yield from _spot(tile, left, top, width, height)
    if tile.label:
        words = shortened(tile.label, width + _GAP - 1, 6.5)
        yield Text(left + width / 2, top + height + 6.5, words, 6.5, "soft")


def _spot(tile: Tile, left: float, top: float, width: float, height: float) -> Iterator[Mark]:
    """An outline around a part of a tile, wide enough to be seen; on shades a rim keeps it visible."""
    if not tile.spot:
        return
    x0, y0, x1, y1 = tile.spot
    x, y = left + (x0 + x1) / 2 * width, top + (y0 + y1) / 2 * height
    half_x = max((x1 - x0) * width / 2 + 1, _LEAST_SPOT)
    half_y = max((y1 - y0) * height / 2 + 1, _LEAST_SPOT)
    box = (x - half_x, y - half_y, x + half_x, y + half_y)
    if tile.image is not None:
        yield Rect(*box, Paint("", "paper", 2.8))
    yield Rect(*box, Paint("", "vermillion", 1.3), f"{tile.name} spot")


def _edge(tile: Tile) -> Paint:
    return Paint("", tile.outline, 1.6, (3, 2)) if tile.outline else Paint("", "line", 0.4)


# ---------------------------------------------------------------------- numbers as colours


def rgb(values: Any, most: float) -> npt.NDArray[np.uint8]:
    """Numbers between ``-most`` and ``most`` of three channels, (3, height, width), as colours; 0 is grey."""
    import numpy as np

    shown = np.moveaxis(np.asarray(values, np.float64), 0, -1) / (2 * most or 1.0) + 0.5
    return _bytes(shown)


def grey(values: Any, least: float, most: float) -> npt.NDArray[np.uint8]:
    """Numbers of one map, (height, width), as shades from black to white."""
    import numpy as np

    span = most - least or 1.0
    return _bytes(np.repeat(((np.asarray(values, np.float64) - least) / span)[..., None], 3, -1))


def diverging(values: Any, most: float) -> npt.NDArray[np.uint8]:
    """Numbers of one map, (height, width), from blue over almost white, which is 0, to red."""
    import numpy as np

    share = np.clip(np.asarray(values, np.float64) / (most or 1.0), -1, 1)[..., None]
    low, middle, high = (np.array(color, np.float64) / 255 for color in (_LOW, _MIDDLE, _HIGH))
    return _bytes(np.where(share < 0, middle + (low - middle) * -share, middle + (high - middle) * share))


def _bytes(shown: Any) -> npt.NDArray[np.uint8]:
    import numpy as np

    found: npt.NDArray[np.uint8] = np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)
    return found


def png_of(image: npt.NDArray[np.uint8]) -> bytes:
    """An image as a PNG file, its pixels repeated where there are few, so that they stay squares."""
    import numpy as np

    times = max(1, math.ceil(_LEAST_PIXELS / max(image.shape[:2])))
    large = np.repeat(np.repeat(image, times, 0), times, 1)
    file = io.BytesIO()
    pillow().Image.fromarray(large).save(file, format="PNG", optimize=False)
    return file.getvalue()
