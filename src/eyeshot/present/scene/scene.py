"""Shapes and text in the coordinates of what they show, and the panels that place them on a page.

A panel maps its own coordinates, such as pixels of an input, to a rectangle of the page, which is measured in points
from the upper left corner. Widths of lines, sizes of texts and radii of discs are in points everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

__all__ = [
    "Arrow",
    "Disc",
    "Mark",
    "Paint",
    "Panel",
    "Path",
    "Photo",
    "Point",
    "Rect",
    "Scene",
    "Text",
    "page_panel",
    "placed",
]

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Paint:
    """How a shape looks.

    Parameters
    ----------
    fill, stroke : str
        Names of colours of the palette, or ``#rrggbb``; empty for none.
    width : float
        Of the stroke, in points.
    dash : tuple of float
        Lengths of strokes and gaps in points; empty for a solid line.
    opacity : float
        Of the fill.
    hatch : str
        Colour of diagonal lines over the fill; empty for none.
    """

    fill: str = ""
    stroke: str = ""
    width: float = 0.8
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    hatch: str = ""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle from one corner to the other; `name` says what it is."""

    x0: float
    y0: float
    x1: float
    y1: float
    paint: Paint
    name: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points, or a polygon."""

    points: tuple[Point, ...]
    paint: Paint
    closed: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Disc:
    """A filled circle with its radius in points."""

    x: float
    y: float
    radius: float
    paint: Paint
    name: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A straight arrow; `both` for a head at either end."""

    x0: float
    y0: float
    x1: float
    y1: float
    paint: Paint
    both: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text whose middle height is at `y`; `anchor` is ``"start"``, ``"middle"`` or ``"end"``."""

    x: float
    y: float
    text: str
    size: float
    color: str = "ink"
    anchor: str = "middle"
    bold: bool = False
    halo: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """An image, as a PNG file, from one corner to the other."""

    x0: float
    y0: float
    x1: float
    y1: float
    png: bytes = field(repr=False)
    name: str = ""


Mark = Rect | Path | Disc | Arrow | Text | Photo


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page with coordinates of its own.

    Parameters
    ----------
    name : str
        What it shows.
    place : tuple of float
        Left, top, width and height on the page in points.
    view : tuple of float
        Coordinates of its left, top, right and bottom edge; upwards where top is more than bottom.
    marks : tuple of Mark
        Back to front.
    clip : bool
        Whether what lies outside is cut off.
    log_y : bool
        Whether y is drawn on a logarithmic scale.
    key : tuple of (str, Paint)
        What a legend beside it would say: names, and how the lines that have them look.
    """

    name: str
    place: tuple[float, float, float, float]
    view: tuple[float, float, float, float]
    marks: tuple[Mark, ...]
    clip: bool = False
    log_y: bool = False
    key: tuple[tuple[str, Paint], ...] = ()

    def x(self, x: float) -> float:
        """From the panel's coordinates to the page."""
        left, _, width, _ = self.place
        return left + (x - self.view[0]) / (self.view[2] - self.view[0]) * width

    def y(self, y: float) -> float:
        """From the panel's coordinates to the page."""
        _, top, _, height = self.place
        first, last = self.view[1], self.view[3]
        if self.log_y:
            y, first, last = math.log10(y), math.log10(first), math.log10(last)
        return top + (y - first) / (last - first) * height


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole picture.

    Parameters
    ----------
    width, height : float
        In points.
    title, description : str
        What it is, and what can be read off it, for those who cannot see it.
    panels : tuple of Panel
        Back to front.
    main : str
        Name of the panel that can be drawn alone onto axes with its coordinates; empty if none can.
    ground : str
        Name of the panel below that one, with the same coordinates, for axes that do not show an image yet.
    """

    width: float
    height: float
    title: str
    description: str
    panels: tuple[Panel, ...]
    main: str = ""
    ground: str = ""

    def panel(self, name: str) -> Panel:
        """The panel of that name."""
        return next(panel for panel in self.panels if panel.name == name)

    def texts(self) -> Iterator[str]:
        """All texts of the picture."""
        return (mark.text for panel in self.panels for mark in panel.marks if isinstance(mark, Text))


def page_panel(width: float, height: float, marks: tuple[Mark, ...], name: str = "page") -> Panel:
    """A panel whose coordinates are those of the page.

    Examples
    --------
    >>> panel = page_panel(200, 100, ())
    >>> panel.x(50), panel.y(25)
    (50.0, 25.0)
    """
    return Panel(name, (0, 0, width, height), (0, 0, width, height), marks)


def placed(panel: Panel) -> Iterator[Mark]:
    """The marks of a panel in points of the page."""
    for mark in panel.marks:
        match mark:
            case Rect() | Photo():
                x0, x1 = sorted((panel.x(mark.x0), panel.x(mark.x1)))
                y0, y1 = sorted((panel.y(mark.y0), panel.y(mark.y1)))
                yield replace(mark, x0=x0, x1=x1, y0=y0, y1=y1)
            case Arrow():
                yield replace(mark, x0=panel.x(mark.x0), x1=panel.x(mark.x1), y0=panel.y(mark.y0), y1=panel.y(mark.y1))
            case Path():
                yield replace(mark, points=tuple((panel.x(x), panel.y(y)) for x, y in mark.points))
            case _:
                yield replace(mark, x=panel.x(mark.x), y=panel.y(mark.y))
