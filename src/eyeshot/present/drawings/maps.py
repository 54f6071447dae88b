"""Pages of maps: the common drawing, the fixed-size drawing, or both of the same layers and features side by side."""

from __future__ import annotations

from eyeshot.analyses.views import Views
from eyeshot.present.drawings.common import LABEL, Cell, common_panels
from eyeshot.present.drawings.fixed import fixed_panels, fixed_view, is_cut
from eyeshot.present.drawings.plane import extent
from eyeshot.present.drawings.sheet import HEAD, MARGIN, remarks, sheet, title_of
from eyeshot.present.escape import visible
from eyeshot.present.scene.metrics import text_width
from eyeshot.present.scene.scene import Panel, Scene, Text, page_panel

__all__ = ["common_scene", "fixed_scene", "pair_scene"]

_SIDE = 158.0
_STRIP = 46.0
_GAP = 22.0
_BETWEEN = 34.0
_MOST_DOWNWARDS = 4
_MOST_ACROSS = 4

_COMMON = "Common drawing: each map by its number of features; marked is what the chosen feature reads on its way."
_FIXED = "Fixed-size drawing: each map at the input's size, each feature at the centre of its field."


def common_scene(views: Views) -> Scene:
    """The common drawing of some layers."""
    cells = _row(len(views.layers) + 1, MARGIN, HEAD, _common_cell(views))
    return _page(views, common_panels(views, cells, downwards=False), cells, [_COMMON, *_scale(views)])


def fixed_scene(views: Views) -> Scene:
    """The fixed-size drawing of some layers."""
    cell = _fixed_cell(views)
    count = len(views.layers) + 1
    cells: list[Cell] = []
    for first in range(0, count, _MOST_ACROSS):
        y = HEAD + first // _MOST_ACROSS * (cell[1] + _GAP)
        cells += _row(min(_MOST_ACROSS, count - first), MARGIN, y, cell)
    return _page(views, fixed_panels(views, cells), cells, [_FIXED, *_fields(views)])


def pair_scene(views: Views) -> Scene:
    """Both drawings: side by side where there are few maps, else one above the other."""
    left, right = _common_cell(views), _fixed_cell(views)
    count = len(views.layers) + 1
    if count <= _MOST_DOWNWARDS:
        high = max(left[1], right[1])
        first = [Cell(MARGIN, HEAD + 16 + i * (high + _GAP), left[0], high) for i in range(count)]
        x = MARGIN + left[0] + _BETWEEN
        second = [Cell(x, HEAD + 16 + i * (high + _GAP), right[0], high) for i in range(count)]
        heads = [(MARGIN, HEAD, "common"), (x, HEAD, "fixed size")]
    else:
        first = _row(count, MARGIN, HEAD + 16, (max(left[0], right[0]), left[1]))
        y = HEAD + 16 + left[1] + _BETWEEN
        second = _row(count, MARGIN, y + 16, (max(left[0], right[0]), right[1]))
        heads = [(MARGIN, HEAD, "common"), (MARGIN, y, "fixed size")]
    titles = tuple(Text(x, y, text, 10, "soft", "start") for x, y, text in heads)
    panels = [*common_panels(views, first, downwards=count <= _MOST_DOWNWARDS), *fixed_panels(views, second)]
    panels.append(page_panel(1, 1, titles, "titles"))
    return _page(views, panels, [*first, *second], [_COMMON, _FIXED, *_scale(views), *_fields(views)])


def _common_cell(views: Views) -> tuple[float, float]:
    width, height = extent(views.input.extents)
    return _SIDE, LABEL + (_STRIP / 2 if len(views.input.axes) == 1 else min(_SIDE, _SIDE * height / width))


def _fixed_cell(views: Views) -> tuple[float, float]:
    if len(views.input.axes) == 1:
        return _SIDE * 2, LABEL + _STRIP
    x0, y0, x1, y1 = fixed_view(views)
    return _SIDE, LABEL + min(_SIDE, _SIDE * (y1 - y0) / (x1 - x0))


def _row(count: int, x: float, y: float, cell: tuple[float, float]) -> list[Cell]:
    return [Cell(x + i * (cell[0] + _GAP), y, *cell) for i in range(count)]


def _scale(views: Views) -> list[str]:
    if max(*extent(views.input.extents), *(n for view in views.layers for n in view.extents)) <= 20:
        return []
    return ["Sides in the common drawing go with the square root of the number of features."]


def _fields(views: Views) -> list[str]:
    """What is drawn of the fields, and what is not."""
    notes = ["Outlined: the field of the dark feature; filled: what of it lies in the image."]
    if any(step > 1 for view in views.layers for step in view.every):
        steps = [
            f"{'×'.join(map(str, view.every))} of {visible(view.field.name)}"
            for view in views.layers
            if max(view.every) > 1
        ]
        notes.append(f"Thinned out: one feature is drawn for each {', '.join(steps)}.")
    if is_cut(views):
        notes.append("Fields go on beyond the drawing.")
    return notes


def _page(views: Views, panels: list[Panel], cells: list[Cell], notes: list[str]) -> Scene:
    right = max(cell.x + cell.width for cell in cells) + MARGIN
    bottom = max(cell.y + cell.height for cell in cells)
    title = title_of(views)
    width = max(right, min(text_width(title, 13, bold=True) + 2 * MARGIN, 700))
    rows = "; ".join(f"{view.field.name} {'×'.join(map(str, view.extents))}" for view in views.layers)
    description = f"Feature maps of {visible(title)}: {visible(rows)}."
    return sheet((width, bottom), panels, title=title, description=description, notes=[*notes, *remarks(views)])
