"""Growth: receptive-field size against depth on a logarithmic axis, for one network or several."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eyeshot.analyses.results import AxisField, InputInfo, Table
from eyeshot.errors import InputError
from eyeshot.present.drawings.sheet import HEAD, MARGIN, sheet
from eyeshot.present.escape import visible
from eyeshot.present.scene.metrics import shortened
from eyeshot.present.scene.scene import Disc, Mark, Paint, Panel, Path, Rect, Scene, Text, page_panel

__all__ = ["growth_scene"]

MOST_NETWORKS = 8

_WIDTH, _HEIGHT = 460.0, 270.0
_LEFT, _FOOT, _TOP = 40.0, 46.0, HEAD + 14
_LEGEND = 14.0
_COLORS = ("blue", "orange", "green", "purple", "vermillion", "sky", "ink", "soft")
_DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2.5), (2, 2), (8, 2, 2, 2))
_MOST_MARKERS = 40


@dataclass(frozen=True, slots=True)
class Curve:
    """Sizes of one network along axes that agree.

    Parameters
    ----------
    name : str
        The network, and the axes where not all agree.
    pixels : tuple of int
        Sizes of the image along them, each once.
    points : tuple of (int, int, str)
        Place in the table, size, layer.
    whole : int
        Layers without a local field.
    """

    name: str
    pixels: tuple[int, ...]
    points: tuple[tuple[int, int, str], ...]
    whole: int


def growth_scene(tables: Sequence[Table], input_name: str | None = None) -> Scene:
    """Receptive-field size against depth.

    Parameters
    ----------
    tables : sequence of Table
        One for each network, at most eight.
    input_name : str, optional
        The input in whose pixels sizes are; the first one of each network by default.

    Raises
    ------
    InputError
        If there are too many networks, or none has a local field.
    """
    if len(tables) > MOST_NETWORKS:
        raise InputError(f"a plot has room for {MOST_NETWORKS} networks, but got {len(tables)}; draw fewer")
    curves = [curve for table in tables for curve in _curves(table, input_name)]
    if not any(curve.points for curve in curves):
        raise InputError(f"`{tables[0].model}` has no layer with a local field; there is no growth to draw")
    view = _view(curves)
    place = (MARGIN + _LEFT, _TOP, _WIDTH, _HEIGHT)
    marks = [mark for number, curve in enumerate(curves) for mark in _marks(curve, number, view)]
    key = tuple((curve.name, _line(number)) for number, curve in enumerate(curves))
    plot = Panel("growth", place, view, tuple(marks), clip=False, log_y=True, key=key)
    below = _TOP + _HEIGHT + _FOOT
    width = 2 * MARGIN + _LEFT + _WIDTH + 6
    page = page_panel(width, below, (*_frame(plot), *_legend(curves, below)), "frame")
    bottom = below + _LEGEND * len(curves)
    title = ", ".join(table.model for table in tables) + " · receptive-field growth"
    return sheet(
        (width, bottom),
        [page, plot],
        title=title,
        description=_description(curves),
        notes=_notes(curves),
        main="growth",
    )


def _curves(table: Table, input_name: str | None) -> Iterator[Curve]:
    """One curve where all axes agree, else one for each."""
    info = next((info for info in table.inputs if info.name == input_name), table.inputs[0])
    rows = [row for row in table.rows if any(axis.input == info.name for axis in row.axes)]
    found: dict[tuple[tuple[int, int, str], ...], list[tuple[str, int]]] = {}
    for axis, n in zip((axis for axis, _ in info.axes), info.extents, strict=True):
        sizes = ((i, _of(row.axes, info, axis), row.name) for i, row in enumerate(rows, 1))
        points = tuple((i, field.local_size, name) for i, field, name in sizes if field and field.local_size)
        found.setdefault(points, []).append((axis, n))
    for points, axes in found.items():
        along = f" along {', '.join(visible(axis) for axis, _ in axes)}" if len(found) > 1 else ""
        pixels = tuple(dict.fromkeys(n for _, n in axes))
        yield Curve(visible(table.model) + along, pixels, points, len(rows) - len(points))


def _of(axes: tuple[AxisField, ...], info: InputInfo, axis: str) -> AxisField | None:
    return next((field for field in axes if field.input == info.name and field.axis == axis), None)


def _view(curves: Sequence[Curve]) -> tuple[float, float, float, float]:
    """Depth from left to right, size upwards."""
    deepest = max(depth for curve in curves for depth, _, _ in curve.points)
    largest = max(size for curve in curves for size in (*curve.pixels, *(size for _, size, _ in curve.points)))
    return 0.5, largest * 1.6, deepest + 0.5, 0.9


def _marks(curve: Curve, number: int, view: tuple[float, float, float, float]) -> Iterator[Mark]:
    """The image's size as a line, the curve, and a disc for each layer: open where it is beyond the image."""
    color = _line(number).stroke
    for pixels in curve.pixels:
        line = ((view[0], pixels), (view[2], pixels))
        yield Path(line, Paint("", color, 0.8, (1.5, 3)), name=f"{curve.name} image")
    if len(curve.points) > 1:
        yield Path(tuple((x, size) for x, size, _ in curve.points), _line(number), name=curve.name)
    radius = 2.8 if len(curve.points) <= _MOST_MARKERS else 1.6
    for depth, size, layer in curve.points:
        beyond = size > min(curve.pixels)
        paint = Paint("paper" if beyond else color, color, 1.2)
        yield Disc(depth, size, radius, paint, f"{layer} {size}{' (beyond the image)' if beyond else ''}")


def _line(number: int) -> Paint:
    """How a curve looks."""
    return Paint("", _COLORS[number % len(_COLORS)], 1.6, _DASHES[number % len(_DASHES)])


def _frame(plot: Panel) -> Iterator[Mark]:
    """Edge, ticks and labels of the plot, on the page."""
    left, top, width, height = plot.place
    yield Rect(left, top, left + width, top + height, Paint("", "line", 0.8), "plot")
    for size in _decades(plot.view[1]):
        y = plot.y(size)
        yield Path(((left, y), (left + width, y)), Paint("", "line", 0.4))
        yield Text(left - 6, y, f"{size:,}", 8.5, "soft", "end")
    for depth in _depths(int(plot.view[2])):
        x = plot.x(depth)
        yield Path(((x, top + height), (x, top + height + 3)), Paint("", "soft", 0.8))
        yield Text(x, top + height + 10, str(depth), 8.5, "soft")
    yield Text(left + width / 2, top + height + 23, "layer, counted along the table", 8.5, "soft")
    yield Text(MARGIN, top - 9, "receptive-field size in pixels (logarithmic)", 8.5, "soft", "start")


def _decades(largest: float) -> list[int]:
    """1, 10, 100 …, with 2 and 5 between them where there are few."""
    decades = [10**k for k in range(int(math.log10(largest)) + 1)]
    steps = (1, 2, 5) if len(decades) <= 4 else (1,)
    return [decade * step for decade in decades for step in steps if decade * step < largest]


def _depths(deepest: int) -> list[int]:
    """About ten round numbers from 1 on."""
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**3, 10**4, 10**6) if deepest / s <= 12)
    return [1, *range(step if step > 1 else 2, deepest + 1, step)]


def _legend(curves: Sequence[Curve], top: float) -> Iterator[Mark]:
    for number, curve in enumerate(curves):
        y = top + number * _LEGEND
        x = MARGIN + _LEFT
        line = _line(number)
        yield Path(((x, y), (x + 26, y)), line)
        yield Disc(x + 13, y, 2.8, Paint(line.stroke, line.stroke, 1.2))
        last = curve.points[-1][1] if curve.points else 0
        text = f"{curve.name}: up to {max((s for _, s, _ in curve.points), default=0):,} pixels, {last:,} at the end"
        yield Text(x + 33, y, shortened(f"{text}; image {_image(curve)}", _WIDTH - 40, 9), 9, anchor="start")


def _image(curve: Curve) -> str:
    return " and ".join(f"{n:,}" for n in curve.pixels)


def _notes(curves: Sequence[Curve]) -> Iterator[str]:
    where = " along an axis" if any(len(curve.pixels) > 1 for curve in curves) else ""
    yield f"Dotted: size of the image. Open circles: layers whose field is larger than the image{where}."
    if any(a > b for curve in curves for (_, a, _), (_, b, _) in pairwise(curve.points)):
        yield "Layers stand in the order of the table: a curve falls where a branch begins anew."
    whole = {curve.name: curve.whole for curve in curves if curve.whole}
    if whole:
        parts = ", ".join(f"{count} of {name}" for name, count in whole.items())
        yield f"Not drawn: layers that see everything by global paths only ({parts})."


def _description(curves: Sequence[Curve]) -> str:
    parts = [
        f"{curve.name}: " + ", ".join(f"{visible(name)} {size}" for _, size, name in curve.points[-1:])
        for curve in curves
    ]
    return "Receptive-field size against depth. " + "; ".join(parts) + "."
