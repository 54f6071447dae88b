"""Pages of maps: the common drawing, the fixed-size drawing, or both of the same layers and features side by side."""

from __future__ import annotations

from eyeshot.analyses.views import Views
from eyeshot.present.drawings.common import LABEL, Cell, common_panels
from eyeshot.present.drawings.fixed import fixed_panels, fixed_view, is_cut
from eyeshot.present.drawings.plane import extent, full_name, size_text
from eyeshot.present.drawings.sheet import HEAD, MARGIN, remarks, sheet, title_of
from eyeshot.present.escape import visible
from eyeshot.present.scene.metrics import text_width
from eyeshot.present.scene.scene import Panel, Scene, Text, page_panel

__all__ = ["common_scene", "fixed_scene", "pair_scene"]

_SIDE, _GAP = 158.0, 22.0
_SMALL_SIDE, _SMALL_GAP = 116.0, 14.0
"""Of maps in a long row, so that its labels can still be read where the page is shown smaller."""

_STRIP, _STRIP_GAP = 46.0, 10.0
_BETWEEN = 34.0
_FEW = 4

_COMMON = "Common drawing: each map by its number of features; marked is what the chosen feature reads on its way."
_FIXED = "Fixed-size drawing: each map at the input's size, each feature at the centre of its field."


def common_scene(views: Views) -> Scene:
    """The common drawing of some layers: strips below each other, other maps beside each other."""
    strips = _are_strips(views)
    cells = (_column if strips else _row)(len(views.layers) + 1, MARGIN, HEAD, _common_cell(views))
    panels = common_panels(views, cells, downwards=strips)
    return _page(views, panels, cells, [_COMMON, *_scale(views)])


def fixed_scene(views: Views) -> Scene:
    """The fixed-size drawing of some layers: strips below each other, other maps in rows."""
    count = len(views.layers) + 1
    cell = _fixed_cell(views, _SIDE)
    cells: list[Cell] = []
    if _are_strips(views):
        cells = _column(count, MARGIN, HEAD, cell)
    else:
        for first in range(0, count, _FEW):
            cells += _row(min(_FEW, count - first), MARGIN, HEAD + first // _FEW * (cell[1] + _GAP), cell)
    return _page(views, fixed_panels(views, cells, downwards=_are_strips(views)), cells, [_FIXED, *_fields(views)])


def pair_scene(views: Views) -> Scene:
    """Both drawings: side by side where there are few maps or strips, else one above the other."""
    count = len(views.layers) + 1
    downwards = count <= _FEW or _are_strips(views)
    left, right = _common_cell(views), _fixed_cell(views, _SIDE if downwards else _side(views))
    if downwards:
        high = max(left[1], right[1])
        x = MARGIN + left[0] + _BETWEEN
        first = _column(count, MARGIN, HEAD + 16, (left[0], high))
        second = _column(count, x, HEAD + 16, (right[0], high))
        heads = [(MARGIN, HEAD, "common"), (x, HEAD, "fixed size")]
    else:
        first = _row(count, MARGIN, HEAD + 16, left)
        y = HEAD + 16 + left[1] + _BETWEEN
        second = _row(count, MARGIN, y + 16, right)
        heads = [(MARGIN, HEAD, "common"), (MARGIN, y, "fixed size")]
    titles = tuple(Text(x, y, text, 10, "soft", "start") for x, y, text in heads)
    panels = [
        *common_panels(views, first, downwards=downwards),
        *fixed_panels(views, second, downwards=downwards),
        page_panel(1, 1, titles, "titles"),
    ]
    return _page(views, panels, [*first, *second], [_COMMON, _FIXED, *_scale(views), *_fields(views)])


def _are_strips(views: Views) -> bool:
    return len(views.input.axes) == 1


def _side(views: Views) -> float:
    return _SIDE if len(views.layers) < _FEW else _SMALL_SIDE


def _common_cell(views: Views) -> tuple[float, float]:
    if _are_strips(views):
        return _SIDE * 2, LABEL + _STRIP / 2
    width, height = extent(views.input.extents)
    side = _side(views)
    return side, LABEL + min(side, side * height / width)


def _fixed_cell(views: Views, side: float) -> tuple[float, float]:
    if _are_strips(views):
        return _SIDE * 2, LABEL + _STRIP
    x0, y0, x1, y1 = fixed_view(views)
    return side, LABEL + min(side, side * (y1 - y0) / (x1 - x0))


def _row(count: int, x: float, y: float, cell: tuple[float, float]) -> list[Cell]:
    gap = _GAP if cell[0] >= _SIDE else _SMALL_GAP
    return [Cell(x + i * (cell[0] + gap), y, *cell) for i in range(count)]


def _column(count: int, x: float, y: float, cell: tuple[float, float]) -> list[Cell]:
    gap = _GAP if cell[0] <= _SIDE else _STRIP_GAP
    return [Cell(x, y + i * (cell[1] + gap), *cell) for i in range(count)]


def _scale(views: Views) -> list[str]:
    if max(*extent(views.input.extents), *(n for view in views.layers for n in view.extents)) <= 20:
        return []
    return ["Sides in the common drawing go with the square root of the number of features."]


def _fields(views: Views) -> list[str]:
    """What is drawn of the fields, and what is not."""
    beyond = any(view.focus.padding_fraction for view in views.layers)
    notes = [
        "Outlined: the field of the dark feature; filled: what of it lies in the image"
        f"{'; hatched: what lies beyond it' if beyond else ''}."
    ]
    thinned = [view for view in views.layers if max(view.every) > 1]
    steps = {"×".join(map(str, view.every)) for view in thinned}
    if len(steps) == 1 and len(thinned) == len(views.layers) > 1:
        notes.append(f"Thinned out: one feature is drawn for each {steps.pop()} of every map.")
    elif thinned:
        each = ", ".join(f"{'×'.join(map(str, view.every))} of {visible(view.field.name)}" for view in thinned)
        notes.append(f"Thinned out: one feature is drawn for each {each}.")
    if is_cut(views):
        notes.append("Fields go on beyond the drawing.")
    return notes


def _page(views: Views, panels: list[Panel], cells: list[Cell], notes: list[str]) -> Scene:
    right = max(cell.x + cell.width for cell in cells) + MARGIN
    bottom = max(cell.y + cell.height for cell in cells)
    title = title_of(views)
    width = max(right, min(text_width(title, 13, bold=True) + 2 * MARGIN, 700))
    rows = "; ".join(f"{full_name(view.field.name, view.node)} {size_text(view.extents)}" for view in views.layers)
    description = f"Feature maps of {visible(title)}: {rows}."
    return sheet((width, bottom), panels, title=title, description=description, notes=[*notes, *remarks(views)])
