"""The fixed-size drawing: every map at the size of the input, each feature at the centre of its field."""

from __future__ import annotations

from collections.abc import Iterator

from eyeshot.analyses.results import Region
from eyeshot.analyses.views import LayerView, Spot, Views
from eyeshot.present.drawings.common import LABEL, Cell, map_label
from eyeshot.present.drawings.plane import Corners, corners, extent, numbers, point, size_text
from eyeshot.present.scene.palette import category
from eyeshot.present.scene.scene import Arrow, Disc, Mark, Paint, Panel, Rect, page_panel

__all__ = ["fixed_panels", "fixed_view", "is_cut"]

_MOST_PIXELS = 16
_BEYOND, _CUT = 0.6, 0.3
"""How far a drawing goes beyond the image, as a share of its size: at most, and where more would be needed."""

_LEAST_ARROW = 9.0
_BELOW = 4.5
"""Points between a box and the arrow that measures it."""


def fixed_view(views: Views) -> Corners:
    """What all panels show: the image, and what of the fields lies beyond it."""
    width, height = extent(views.input.extents)
    strip = len(views.input.axes) == 1
    boxes = [corners(view.focus.box) for view in views.layers]
    if _shows_pixels(views) and not strip:
        centers = [point(spot.center) for view in views.layers for spot in view.spots]
        boxes += [(x - 0.5, y - 0.5, x + 0.5, y + 0.5) for x, y in centers]
    x0, x1 = _span(width, [(box[0], box[2]) for box in boxes])
    if strip:
        return x0, -0.6, x1, 1.6
    y0, y1 = _span(height, [(box[1], box[3]) for box in boxes])
    air = 0.05 * max(x1 - x0, y1 - y0)
    return x0 - air, y0 - air, x1 + air, y1 + air


def _span(size: int, bounds: list[tuple[float, float]]) -> tuple[float, float]:
    """The image along an axis with room for all bounds; with a little room where they go very far."""
    low, high = min(0, *(lo for lo, _ in bounds)), max(size, *(hi for _, hi in bounds))
    share = _BEYOND if max(-low, high - size) <= _BEYOND * size else _CUT
    return max(low, -share * size), min(high, (1 + share) * size)


def is_cut(views: Views) -> bool:
    """Whether a field goes on beyond the drawing."""
    x0, y0, x1, y1 = fixed_view(views)
    boxes = [corners(view.focus.box) for view in views.layers]
    return any(box[0] < x0 or box[1] < y0 or box[2] > x1 or box[3] > y1 for box in boxes)


def fixed_panels(views: Views, cells: list[Cell], *, downwards: bool) -> list[Panel]:
    """Panels of the fixed-size drawing.

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
        One for each map, in pixels of the input, and one for their labels.
    """
    view = fixed_view(views)
    labels: list[Mark] = []
    panels = []
    for number, cell in enumerate(cells):
        layer = views.layers[number - 1] if number else None
        place = _place(view, cell, strip=len(views.input.axes) == 1)
        marks = [
            *_beyond(views.layers[-1] if layer is None else layer),
            *_image(views),
            *(_input_marks(views) if layer is None else _layer(views, layer, number)),
        ]
        if layer is not None:
            marks += _size(layer, place, view)
        panels.append(Panel(f"fixed {number}", place, view, tuple(marks), clip=True))
        labels += map_label(cell, *_words(views, layer), aside=downwards)
    last = cells[-1]
    return [*panels, page_panel(last.x + last.width, last.y + last.height, tuple(labels), "fixed")]


def _place(view: Corners, cell: Cell, *, strip: bool) -> Corners:
    """The largest rectangle of the view's form in the middle of a cell."""
    wide, high = view[2] - view[0], view[3] - view[1]
    if strip:
        return cell.x, cell.y + LABEL, cell.width, cell.height - LABEL
    scale = min(cell.width / wide, (cell.height - LABEL) / high)
    x = cell.x + (cell.width - wide * scale) / 2
    return x, cell.y + LABEL + (cell.height - LABEL - high * scale) / 2, wide * scale, high * scale


def _shows_pixels(views: Views) -> bool:
    return max(extent(views.input.extents)) <= _MOST_PIXELS


def _words(views: Views, layer: LayerView | None) -> tuple[str, str]:
    """What stands above a map: its name, and its numbers."""
    if layer is None:
        return views.input.name, f"{size_text(views.input.extents)} pixels"
    return layer.field.name, numbers(layer, views.input.name)


def _beyond(layer: LayerView) -> Iterator[Mark]:
    """The box of a field, hatched: the image lies on it, so that what shows is what lies beyond the image."""
    if any(hi > lo for lo, hi in layer.focus.box):
        yield Rect(*corners(layer.focus.box), Paint("paper", hatch="line"), "beyond the image")


def _image(views: Views) -> list[Mark]:
    """The image, with its pixels where there is room for them."""
    width, height = extent(views.input.extents)
    if not _shows_pixels(views):
        return [Rect(0, 0, width, height, Paint("cell", "line", 0.9), "image")]
    paint = Paint("cell", "line", 0.6)
    return [Rect(x, y, x + 1, y + 1, paint, "pixel") for y in range(height) for x in range(width)]


def _input_marks(views: Views) -> list[Mark]:
    """Pixels that the traced feature really reads, and the box that it would read of an endless image."""
    reads, outline = _field(views.layers[-1].focus, 0)
    return [*reads, *outline]


def _field(region: Region, number: int) -> tuple[list[Mark], list[Mark]]:
    """What a feature really reads, filled, and the box of its field, outlined."""
    color = category(number)
    feature = ", ".join(map(str, region.feature))
    reads: list[Mark] = []
    if region.read:
        reads.append(Rect(*corners(region.pixels), Paint(color, opacity=0.28), f"{region.layer} ({feature}) reads"))
    if any(hi > lo for lo, hi in region.box):
        name = f"{region.layer} ({feature}) field"
        return reads, [Rect(*corners(region.box), Paint("", color, 1.8), name)]
    return reads, []


def _layer(views: Views, layer: LayerView, number: int) -> list[Mark]:
    color = category(number)
    reads, outline = _field(layer.focus, number)
    window = [spot for spot in layer.spots if _is_in_window(spot, layer) and spot.feature != layer.focus.feature]
    others = [spot for spot in layer.spots if not _is_in_window(spot, layer) and spot.feature != layer.focus.feature]
    focus = [spot for spot in layer.spots if spot.feature == layer.focus.feature]
    marks = list(reads)
    for spots, paint in (
        (others, Paint(color, "soft" if _shows_pixels(views) else "", 0.5, opacity=0.5)),
        (window, Paint(color, "ink", 0.6)),
        (focus, Paint("ink", "paper", 0.9)),
    ):
        marks += [_spot(views, layer, spot, paint) for spot in spots]
    jump = _jump(layer)
    return [*marks, *outline, *([jump] if jump is not None else [])]


def _is_in_window(spot: Spot, layer: LayerView) -> bool:
    return all(lo <= i < hi for i, (lo, hi) in zip(spot.feature, layer.window, strict=True))


def _spot(views: Views, layer: LayerView, spot: Spot, paint: Paint) -> Mark:
    x, y = point(spot.center)
    name = f"{layer.field.name} ({', '.join(map(str, spot.feature))})"
    if _shows_pixels(views):
        return Rect(x - 0.36, y - 0.36, x + 0.36, y + 0.36, paint, name)
    return Disc(x, y, 3.0 if spot.feature == layer.focus.feature else 2.0, paint, name)


def _jump(layer: LayerView) -> Arrow | None:
    """From the focus to its neighbour along the last axis, where that one is drawn."""
    if layer.every[-1] != 1:
        return None
    at = {spot.feature: spot for spot in layer.spots}
    here = layer.focus.feature
    for step in (1, -1):
        there = (*here[:-1], here[-1] + step)
        if there in at and here in at:
            (x0, y0), (x1, y1) = point(at[here].center), point(at[there].center)
            return Arrow(x0, y0, x1, y1, Paint("", "ink", 1.0), name=f"{layer.field.name} jump")
    return None


def _size(layer: LayerView, place: Corners, view: Corners) -> list[Mark]:
    """The size of the field along the last axis, as an arrow below its box."""
    x0, _, x1, y1 = corners(layer.focus.box)
    scale = place[2] / (view[2] - view[0])
    if (x1 - x0) * scale < _LEAST_ARROW:
        return []
    below = y1 + _BELOW * (view[3] - view[1]) / place[3]
    return [Arrow(x0, below, x1, below, Paint("", "soft", 0.9), both=True, name=f"{layer.field.name} size")]
