"""The page around a drawing: a title above it, remarks below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eyeshot.analyses.views import Views
from eyeshot.present.drawings.plane import size_text
from eyeshot.present.escape import visible
from eyeshot.present.scene.metrics import shortened, wrapped_text
from eyeshot.present.scene.scene import Panel, Scene, Text, page_panel

__all__ = ["HEAD", "MARGIN", "remarks", "sheet", "title_of"]

MARGIN = 16.0
HEAD = 44.0
"""Height of the title, with the margin above it."""

_TITLE, _NOTE = 13.0, 8.5
_LINE = 12.5
_LEAST_WIDTH = 300.0


def sheet(
    size: tuple[float, float],
    panels: Sequence[Panel],
    *,
    title: str,
    description: str,
    notes: Iterable[str] = (),
    main: str = "",
    ground: str = "",
) -> Scene:
    """A scene with its title and remarks.

    Parameters
    ----------
    size : tuple of float
        Width and height that the panels take, the title's room above them included.
    panels : sequence of Panel
        The drawing.
    title, description : str
        For the head of the page, and for those who cannot see it.
    notes : iterable of str
        Sentences below the drawing.
    main, ground : str
        As for `Scene`.
    """
    width = max(_LEAST_WIDTH, size[0])
    room = width - 2 * MARGIN
    lines = [line for note in notes for line in wrapped_text(note, room, _NOTE)]
    marks = [Text(MARGIN, MARGIN + 8, shortened(title, room, _TITLE, bold=True), _TITLE, anchor="start", bold=True)]
    top = size[1] + 12
    marks += [Text(MARGIN, top + i * _LINE, line, _NOTE, "soft", "start") for i, line in enumerate(lines)]
    height = top + _LINE * len(lines) + (MARGIN - 6 if lines else 0)
    page = page_panel(width, height, tuple(marks), "sheet")
    return Scene(width, height, visible(title), " ".join([description, *notes]), (page, *panels), main, ground)


def remarks(views: Views) -> list[str]:
    """What a drawing does not show, and why."""
    found = []
    shown = sum(len(view.folded) for view in views.layers)
    folded = [view for view in views.layers if len(view.folded) > 1]
    if folded:
        found.append(
            f"Folded: neighbouring layers are one map, the last of them; maps drawn: {len(views.layers)}, standing "
            f"for {shown} of {views.rows} layers."
        )
    elif shown + len(views.left_out) < views.rows:
        found.append(f"{shown} of {views.rows} layers are drawn.")
    if views.left_out:
        names = ", ".join(visible(name) for name in views.left_out[:4])
        more = f" and {len(views.left_out) - 4} more" if len(views.left_out) > 4 else ""
        found.append(f"Left out, without a map to draw: {names}{more}.")
    return found


def title_of(views: Views) -> str:
    """The network and its input."""
    return f"{views.model} · {views.input.name} {size_text(views.input.extents)}"
