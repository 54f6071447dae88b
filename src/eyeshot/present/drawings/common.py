"""The common drawing: maps that get smaller with depth, and in each of them the window that one feature reads."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from eyeshot.analyses.results import Box
from eyeshot.analyses.views import Views
from eyeshot.present.drawings.plane import corners, extent, size_text, slice_text
from eyeshot.present.scene.metrics import fitting, shortened
from eyeshot.present.scene.palette import category
from eyeshot.present.scene.scene import Mark, Paint, Panel, Path, Rect, Text, page_panel

__all__ = ["LABEL", "Cell", "common_panels", "map_label", "map_sides"]

LABEL = 30.0
"""Height of the two lines above a map."""

_LEAST_CELL = 4.0
"""Points that a cell must be wide to be drawn as one."""

_EQUAL_CELLS = 20
_LEAST_SIDE = 16.0


@dataclass(frozen=True, slots=True)
class Cell:
    """Room for one map on the page: left, top, width and height, with the label's."""

    x: float
    y: float
    width: float
    height: float


def map_sides(views: Views, room: tuple[float, float]) -> list[tuple[float, float]]:
    """Width and height of each map on the page, the input's first.

    Cells are equally large in all maps where the input is small; else sides go with the square root of the number of
    features, so that deep maps can still be seen.
    """
    sizes = [extent(views.input.extents), *(extent(view.extents) for view in views.layers)]
    padded = [extent([n + sum(pads) for n, pads in zip(size, rings, strict=True)]) for size, rings in _rings(views)]
    widest, highest = max(w for w, _ in padded), max(h for _, h in padded)
    if max(widest, highest) <= _EQUAL_CELLS:
        cell = min(room[0] / widest, room[1] / highest)
        return [(w * cell, h * cell) for w, h in sizes]
    shrunk = [(w / math.sqrt(max(w, h)), h / math.sqrt(max(w, h))) for w, h in sizes]
    unit = min(room[0] / max(w for w, _ in shrunk), room[1] / max(h for _, h in shrunk))
    least = min(_LEAST_SIDE, room[1])
    return [(max(w * unit, least), max(h * unit, least)) for w, h in shrunk]


def _rings(views: Views) -> list[tuple[tuple[int, ...], tuple[tuple[int, int], ...]]]:
    """Extents of each map and the padding that the next one reads around it."""
    sizes = [views.input.extents, *(view.extents for view in views.layers)]
    none = ((0, 0),) * len(views.input.axes)
    return list(zip(sizes, [*(view.padding or none for view in views.layers), none], strict=True))


def common_panels(views: Views, cells: list[Cell], *, downwards: bool) -> list[Panel]:
    """Panels of the common drawing.

    Parameters
    ----------
    views : Views
        What to draw.
    cells : list of Cell
        Room for the input and each layer.
    downwards : bool
        Whether maps stand below each other rather than beside each other.

    Returns
    -------
    list of Panel
        One for each map, in feature indices of that map, and one for the ribbons between them.
    """
    sides = map_sides(views, (cells[0].width, cells[0].height - LABEL))
    pixels = views.layers[-1].focus.pixels
    maps: list[tuple[str, tuple[int, ...], Box]] = [(views.input.name, views.input.extents, pixels)]
    maps += [(view.field.name, view.extents, view.window) for view in views.layers]
    panels = []
    for number, ((name, extents, window), side, cell) in enumerate(zip(maps, sides, cells, strict=True)):
        place = (
            cell.x + (cell.width - side[0]) / 2,
            cell.y + LABEL + (cell.height - LABEL - side[1]) / 2,
            *side,
        )
        panels.append(_map_panel(name, extents, window, place, number))
        rings = _rings(views)[number][1]
        if _shows_cells(extents, place) and any(map(any, rings)):
            panels[-1] = replace(panels[-1], marks=(*_ring(extents, rings, name), *panels[-1].marks))
    labels = [
        mark
        for number, cell in enumerate(cells)
        for mark in map_label(cell, *_words(views, number), aside=downwards, halo=downwards)
    ]
    ribbons = _ribbons([window for _, _, window in maps], panels, downwards=downwards)
    return [
        page_panel(cells[-1].x + cells[-1].width, cells[-1].y + cells[-1].height, (*ribbons, *labels), "common"),
        *panels,
    ]


def _words(views: Views, number: int) -> tuple[str, str]:
    """What stands above a map: its name, and its size."""
    if number == 0:
        name, sizes, at = views.input.name, views.input.extents, slice_text(views)
    else:
        view = views.layers[number - 1]
        name, sizes, at = view.field.name, view.extents, slice_text(views, view)
    return name, size_text(sizes) + (f", at {at}" if at else "")


def map_label(cell: Cell, name: str, second: str, *, aside: bool, halo: bool = False) -> list[Mark]:
    """Two lines above a map: in its middle, or at its left, out of the way of ribbons from the map above.

    With a halo they can be read even where a ribbon crosses them.
    """
    x, anchor = (cell.x, "start") if aside else (cell.x + cell.width / 2, "middle")
    return [
        Text(x, cell.y + 8, shortened(name, cell.width, 10, bold=True), 10, anchor=anchor, bold=True, halo=halo),
        Text(x, cell.y + 21, second, fitting(second, cell.width, 8.5), "soft", anchor, halo=halo),
    ]


def _shows_cells(extents: tuple[int, ...], place: tuple[float, float, float, float]) -> bool:
    return place[2] / extent(extents)[0] >= _LEAST_CELL


def _map_panel(
    name: str, extents: tuple[int, ...], window: Box, place: tuple[float, float, float, float], number: int
) -> Panel:
    width, height = extent(extents)
    color = category(number)
    x0, y0, x1, y1 = corners(window)
    marks: list[Mark] = []
    if _shows_cells(extents, place):
        rest, read = Paint(color, "line", 0.6, opacity=0.22), Paint(color, "ink", 0.6, opacity=0.85)
        for y in range(height):
            for x in range(width):
                inside = x0 <= x < x1 and y0 <= y < y1
                marks.append(Rect(x, y, x + 1, y + 1, read if inside else rest, f"{name} cell"))
    else:
        marks.append(Rect(0, 0, width, height, Paint(color, "line", 0.8, opacity=0.22), name))
        if x1 > x0:
            marks.append(Rect(x0, y0, x1, y1, Paint(color, "ink", 0.6, opacity=0.85), f"{name} read"))
    if x1 > x0:
        marks.append(Rect(x0, y0, x1, y1, Paint("", "ink", 1.6), f"{name} window"))
    return Panel(f"common {number}", place, (0, 0, width, height), tuple(marks))


def _ring(extents: tuple[int, ...], rings: tuple[tuple[int, int], ...], name: str) -> Iterator[Mark]:
    """Cells of padding around a map."""
    width, height = extent(extents)
    left, right = rings[-1]
    above, below = rings[-2] if len(rings) > 1 else (0, 0)
    paint = Paint("", "line", 0.6, (2, 2))
    for y in range(-above, height + below):
        for x in range(-left, width + right):
            if not (0 <= x < width and 0 <= y < height):
                yield Rect(x, y, x + 1, y + 1, paint, f"{name} padding")


def _ribbons(windows: list[Box], panels: list[Panel], *, downwards: bool) -> list[Mark]:
    """Lines between the windows of neighbouring maps."""
    paint = Paint("", "soft", 0.7, (2.5, 2))
    found: list[Mark] = []
    edges = []
    for window, panel in zip(windows, panels, strict=True):
        x0, y0, x1, y1 = corners(window)
        if x1 > x0:
            edges.append((panel.x(x0), panel.y(y0), panel.x(x1), panel.y(y1)))
    for (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) in pairwise(edges):
        pairs = (
            (((ax0, ay1), (bx0, by0)), ((ax1, ay1), (bx1, by0)))
            if downwards
            else (((ax1, ay0), (bx0, by0)), ((ax1, ay1), (bx0, by1)))
        )
        found += [Path(pair, paint) for pair in pairs]
    return found
