"""Marks as matplotlib's artists."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eyeshot.present.escape import visible
from eyeshot.present.scene.palette import Theme
from eyeshot.present.scene.scene import Arrow, Disc, Mark, Paint, Path, Photo, Point, Rect, Text
from eyeshot.present.scene.svg import BASELINE, arrow_heads

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.transforms import TransformedBbox

__all__ = ["Manner", "add_marks", "painted"]

_NO_COLOR = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Manner:
    """How marks are drawn onto axes.

    Parameters
    ----------
    theme : Theme
        Their colours.
    shift : float
        From their coordinates to those of the axes.
    scale : float
        Of everything that is measured in points: widths of lines, sizes of texts, radii of discs.
    """

    theme: Theme
    shift: float = 0.0
    scale: float = 1.0


def add_marks(ax: Axes, marks: Iterable[tuple[Mark, TransformedBbox | None]], manner: Manner) -> None:
    """Add marks in order, each with what cuts it.

    Neighbours that can share an artist do, which is what makes large pictures fast.
    """
    numbers = itertools.count(1)
    for (kind, _, _), group in itertools.groupby(marks, key=lambda pair: (*_look(pair[0]), id(pair[1]))):
        pairs = list(group)
        for artist in _ARTISTS[kind](ax, [mark for mark, _ in pairs], manner):
            artist.set_zorder(2 + next(numbers) / 1000)
            if pairs[0][1] is not None:
                artist.set_clip_box(pairs[0][1])


def _look(mark: Mark) -> tuple[type, object]:
    """What draws a mark, and what it must share with its neighbours to be drawn together with them."""
    if isinstance(mark, Rect | Path | Arrow):
        return (Path, mark.paint.hatch)
    return (Disc, (mark.paint, mark.radius)) if isinstance(mark, Disc) else (type(mark), None)


def _shapes(ax: Axes, marks: list[Any], manner: Manner) -> Iterator[Artist]:
    """Rectangles, lines, polygons and arrows, however they look, as one collection; hatching over them."""
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path as Outline

    shapes = [shape for mark in marks for shape in _outlines(mark, heads=not manner.shift)]
    outlines = []
    for points, _, closed in shapes:
        corners = [(x + manner.shift, y + manner.shift) for x, y in points]
        outlines.append(Outline([*corners, corners[0]] if closed else corners, closed=closed))
    looks = [painted(paint, manner) for _, paint, _ in shapes]
    together = {key: [look[key] for look in looks] for key in looks[0]}
    yield ax.add_collection(PathCollection(outlines, **together), autolim=False)
    if marks[0].paint.hatch:
        lines = PathCollection(
            outlines, facecolors="none", edgecolors=manner.theme.color(marks[0].paint.hatch), linewidths=0
        )
        lines.set_hatch("////")
        yield ax.add_collection(lines, autolim=False)


def _outlines(mark: Rect | Path | Arrow, *, heads: bool) -> Iterator[tuple[Sequence[Point], Paint, bool]]:
    """Points, look, and whether the last one is joined to the first."""
    match mark:
        case Rect():
            yield ((mark.x0, mark.y0), (mark.x1, mark.y0), (mark.x1, mark.y1), (mark.x0, mark.y1)), mark.paint, True
        case Path():
            yield mark.points, mark.paint, mark.closed
        case Arrow():
            yield ((mark.x0, mark.y0), (mark.x1, mark.y1)), mark.paint, False
            # Heads are measured in points, which only a whole page has as its coordinates.
            for head in arrow_heads(mark) if heads else ():
                yield head, Paint(fill=mark.paint.stroke), True


def painted(paint: Paint, manner: Manner) -> dict[str, Any]:
    """How a collection is told of a paint."""
    from matplotlib.colors import to_rgba

    theme = manner.theme
    return {
        "facecolors": to_rgba(theme.color(paint.fill), paint.opacity) if paint.fill else _NO_COLOR,
        "edgecolors": to_rgba(theme.color(paint.stroke)) if paint.stroke else _NO_COLOR,
        "linewidths": paint.width * manner.scale if paint.stroke else 0,
        "linestyles": (0, tuple(length / paint.width for length in paint.dash)) if paint.dash else "solid",
    }


def _discs(ax: Axes, marks: list[Any], manner: Manner) -> Iterator[Artist]:
    from matplotlib.collections import CircleCollection

    look = {key: [value] for key, value in painted(marks[0].paint, manner).items()}
    places = [(mark.x + manner.shift, mark.y + manner.shift) for mark in marks]
    # Collections measure circles by their area in square points.
    area = math.pi * (marks[0].radius * manner.scale) ** 2
    discs = CircleCollection([area], offsets=places, offset_transform=ax.transData, **look)
    yield ax.add_collection(discs, autolim=False)


def _texts(ax: Axes, marks: list[Any], manner: Manner) -> Iterator[Artist]:
    from matplotlib.transforms import ScaledTranslation

    sides = {"start": "left", "middle": "center", "end": "right"}
    theme, points = manner.theme, ax.figure.dpi_scale_trans
    for mark in marks:
        size = mark.size * manner.scale
        lowered = ScaledTranslation(0, -BASELINE * size / 72, points)
        text = ax.text(
            mark.x + manner.shift,
            mark.y + manner.shift,
            visible(mark.text),
            transform=ax.transData + lowered,
            fontsize=size,
            color=theme.color(mark.color),
            ha=sides[mark.anchor],
            va="baseline",
            weight="bold" if mark.bold else "normal",
            parse_math=False,
        )
        if mark.halo:
            from matplotlib.patheffects import withStroke

            text.set_path_effects([withStroke(linewidth=3 * manner.scale, foreground=theme.color("paper"))])
        yield text


def _photos(ax: Axes, marks: list[Any], manner: Manner) -> Iterator[Artist]:
    from matplotlib.image import imread

    for mark in marks:
        pixels = imread(io.BytesIO(mark.png), format="png")
        s = manner.shift
        extent = (mark.x0 + s, mark.x1 + s, mark.y1 + s, mark.y0 + s)
        limits = ax.get_xlim(), ax.get_ylim(), ax.get_aspect()
        yield ax.imshow(pixels, extent=extent, interpolation="nearest", aspect="auto", origin="upper")
        ax.set_xlim(limits[0])
        ax.set_ylim(limits[1])
        ax.set_aspect(limits[2])


_ARTISTS: dict[type, Callable[[Axes, list[Any], Manner], Iterator[Any]]] = {
    Path: _shapes,
    Disc: _discs,
    Text: _texts,
    Photo: _photos,
}
