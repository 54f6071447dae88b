"""A scene as pixels, drawn by Pillow: fast enough for the frames of a moving picture.

Everything is drawn at twice the size and taken together in fours, which smooths slanted lines.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from eyeshot.errors import InputError
from eyeshot.present.escape import visible
from eyeshot.present.scene.palette import Theme
from eyeshot.present.scene.scene import Arrow, Disc, Mark, Paint, Path, Photo, Rect, Scene, Text, placed
from eyeshot.present.scene.svg import BASELINE, arrow_heads

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

__all__ = ["pillow", "raster"]

_SMOOTH = 2
_HATCH = 5.0
_NO_LIBRARY = "Pillow and matplotlib must be installed for this, and are not: `pip install 'eyeshot[draw]'`"


def pillow() -> Any:
    """The library, or an error that says how to get it."""
    try:
        import PIL.Image
        import PIL.ImageDraw
        import PIL.ImageFont
    except ImportError as error:
        raise InputError(_NO_LIBRARY) from error
    return PIL


def raster(scene: Scene, theme: Theme, *, scale: float = 1.5) -> Image:
    """The scene as an image.

    Parameters
    ----------
    scene : Scene
        The picture.
    theme : Theme
        Its colours.
    scale : float
        Pixels for each point.

    Returns
    -------
    PIL.Image.Image
        In RGB.
    """
    library = pillow()
    factor = scale * _SMOOTH
    size = (math.ceil(scene.width * scale) * _SMOOTH, math.ceil(scene.height * scale) * _SMOOTH)
    image = library.Image.new("RGB", size, theme.color("paper"))
    for panel in scene.panels:
        target = image.copy() if panel.clip else image
        pen = _Pen(target, library.ImageDraw.Draw(target), theme, factor)
        for mark in placed(panel):
            pen.draw(mark)
        if panel.clip:
            x, y, width, height = panel.place
            cut = tuple(round(v * factor) for v in (x, y, x + width, y + height))
            image.paste(target.crop(cut), cut)
    return image.reduce(_SMOOTH)  # type: ignore[no-any-return] # Pillow is loaded late


class _Pen:
    """Draws marks, given in points, onto an image."""

    def __init__(self, image: Image, draw: ImageDraw, theme: Theme, factor: float) -> None:
        self.image = image
        self.pen = draw
        self.theme = theme
        self.factor = factor

    def draw(self, mark: Mark) -> None:
        """Draw one mark."""
        match mark:
            case Rect():
                corners = ((mark.x0, mark.y0), (mark.x1, mark.y0), (mark.x1, mark.y1), (mark.x0, mark.y1))
                self._polygon(corners, mark.paint)
            case Path():
                if mark.closed:
                    self._polygon(mark.points, mark.paint)
                else:
                    self._line(mark.points, mark.paint)
            case Disc():
                self._disc(mark)
            case Arrow():
                self._line(((mark.x0, mark.y0), (mark.x1, mark.y1)), mark.paint)
                for head in arrow_heads(mark):
                    self.pen.polygon(self._scaled(head), fill=self.theme.color(mark.paint.stroke))
            case Text():
                self._text(mark)
            case Photo():
                self._photo(mark)

    def _scaled(self, points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
        return [(x * self.factor, y * self.factor) for x, y in points]

    def _fill(self, paint: Paint) -> str | None:
        """The colour of a fill; one that shines through is mixed with the paper."""
        if not paint.fill:
            return None
        color = self.theme.color(paint.fill)
        if paint.opacity >= 1:
            return color
        return _mixed(color, self.theme.color("paper"), paint.opacity)

    def _polygon(self, points: tuple[tuple[float, float], ...], paint: Paint) -> None:
        corners = self._scaled(points)
        if paint.fill:
            self.pen.polygon(corners, fill=self._fill(paint))
        if paint.hatch:
            self._hatch(points, paint.hatch)
        if paint.stroke:
            self._line((*points, points[0]), paint)

    def _line(self, points: tuple[tuple[float, float], ...], paint: Paint) -> None:
        width = max(1, round(paint.width * self.factor))
        color = self.theme.color(paint.stroke)
        if paint.dash:
            for piece in _dashes(points, paint.dash):
                self.pen.line(self._scaled(piece), fill=color, width=width)
        else:
            self.pen.line(self._scaled(points), fill=color, width=width, joint="curve")
            for x, y in self._scaled(points) if width > 2 else ():
                half = width / 2 - 0.5
                self.pen.rectangle((x - half, y - half, x + half, y + half), fill=color)

    def _hatch(self, points: tuple[tuple[float, float], ...], color: str) -> None:
        """Diagonal lines across a convex polygon."""
        sums = [x + y for x, y in points]
        first = math.ceil(min(sums) / _HATCH)
        for number in range(first, math.floor(max(sums) / _HATCH) + 1):
            ends = _crossings(points, number * _HATCH)
            if len(ends) == 2:
                self.pen.line(self._scaled(ends), fill=self.theme.color(color), width=max(1, round(0.8 * self.factor)))

    def _disc(self, mark: Disc) -> None:
        box = tuple(
            v * self.factor
            for v in (mark.x - mark.radius, mark.y - mark.radius, mark.x + mark.radius, mark.y + mark.radius)
        )
        stroke = self.theme.color(mark.paint.stroke) if mark.paint.stroke else None
        width = max(1, round(mark.paint.width * self.factor)) if stroke else 0
        self.pen.ellipse(box, fill=self._fill(mark.paint), outline=stroke, width=width)

    def _text(self, mark: Text) -> None:
        side = {"start": "l", "middle": "m", "end": "r"}[mark.anchor]
        at = (mark.x * self.factor, (mark.y + BASELINE * mark.size) * self.factor)
        font = _font(round(mark.size * self.factor), mark.bold)
        self.pen.text(
            at,
            visible(mark.text),
            fill=self.theme.color(mark.color),
            font=font,
            anchor=f"{side}s",
            stroke_width=round(1.5 * self.factor) if mark.halo else 0,
            stroke_fill=self.theme.color("paper"),
        )

    def _photo(self, mark: Photo) -> None:
        library = pillow()
        size = (round((mark.x1 - mark.x0) * self.factor), round((mark.y1 - mark.y0) * self.factor))
        with library.Image.open(io.BytesIO(mark.png)) as image:
            pixels = image.convert("RGB").resize(size, library.Image.Resampling.NEAREST)
        self.image.paste(pixels, (round(mark.x0 * self.factor), round(mark.y0 * self.factor)))


def _mixed(color: str, paper: str, share: float) -> str:
    """A colour that shines through, as it looks on paper."""
    parts = zip((color[i : i + 2] for i in (1, 3, 5)), (paper[i : i + 2] for i in (1, 3, 5)), strict=True)
    return "#" + "".join(f"{round(int(a, 16) * share + int(b, 16) * (1 - share)):02X}" for a, b in parts)


@lru_cache(maxsize=64)
def _font(size: int, bold: bool) -> Any:
    """DejaVu Sans, which matplotlib brings along."""
    try:
        import matplotlib
    except ImportError as error:
        raise InputError(_NO_LIBRARY) from error
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return pillow().ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/{name}", size)


def _dashes(
    points: tuple[tuple[float, float], ...], dash: tuple[float, ...]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The strokes of a dashed line; each part between two points begins anew."""
    pieces = []
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        at, turn = 0.0, 0
        while at < length:
            end = min(at + dash[turn % len(dash)], length)
            if turn % 2 == 0:
                a, b = at / length, end / length
                pieces.append(((x0 + a * (x1 - x0), y0 + a * (y1 - y0)), (x0 + b * (x1 - x0), y0 + b * (y1 - y0))))
            at, turn = end, turn + 1
    return pieces


def _crossings(points: tuple[tuple[float, float], ...], total: float) -> tuple[tuple[float, float], ...]:
    """Where the line ``x + y = total`` crosses the edges of a polygon."""
    found: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True):
        a, b = x0 + y0 - total, x1 + y1 - total
        if (a < 0) != (b < 0):
            share = a / (a - b)
            found.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    return tuple(found)
