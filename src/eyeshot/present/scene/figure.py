"""A scene through matplotlib: PDF and PNG files, and drawings on axes of the user's own.

matplotlib's pixel `i` is centred at `i`, ours at `i + 0.5`; a panel that is drawn alone onto axes is moved by that
half, so that it lies right on what `imshow` shows there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from eyeshot.errors import InputError
from eyeshot.present.escape import visible
from eyeshot.present.scene.artists import Manner, add_marks, painted
from eyeshot.present.scene.palette import Theme
from eyeshot.present.scene.scene import Mark, Paint, Panel, Rect, Scene, placed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import TransformedBbox

__all__ = ["draw_on", "pdf", "png"]

_DPI = 150
_SETTINGS = {
    "font.family": ["DejaVu Sans"],
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "text.usetex": False,
    "text.parse_math": False,
    "path.simplify": False,
}
_NO_LIBRARY = "matplotlib must be installed for this, and is not: `pip install 'eyeshot[draw]'`"


def pdf(scene: Scene, theme: Theme) -> bytes:
    """The scene as a PDF file; the same bytes every time."""
    return _saved(scene, theme, format="pdf", metadata={"CreationDate": None, "Title": visible(scene.title)})


def png(scene: Scene, theme: Theme, *, dpi: float = _DPI) -> bytes:
    """The scene as a PNG file; the same bytes every time."""
    about = {"Software": None, "Title": visible(scene.title), "Description": visible(scene.description)}
    return _saved(scene, theme, format="png", dpi=dpi, metadata=about)


def draw_on(scene: Scene, ax: Axes, theme: Theme) -> None:
    """Draw onto axes.

    A scene with a main panel is drawn in the coordinates of that panel: input pixels as `imshow` shows them, or
    depth and field size; what lies below it only where the axes show no image yet. All others are drawn as a whole, in
    points with y downwards, as large as the axes are now, and the axes' frame is taken away.

    Parameters
    ----------
    scene : Scene
        The picture.
    ax : matplotlib.axes.Axes
        Where to draw.
    theme : Theme
        Its colours.
    """
    _library()
    panel = next((panel for panel in scene.panels if panel.name == scene.main), None)
    with _settings():
        if panel is None:
            _set_page(scene, ax)
            paper = Rect(0, 0, scene.width, scene.height, Paint("paper"))
            add_marks(ax, [(paper, None), *_page_marks(scene, ax)], Manner(theme, scale=_scale(scene, ax)))
            return
        ground = scene.panel(scene.ground).marks if scene.ground and not ax.images else ()
        ax.set_title(visible(scene.title).replace("$", r"\$"))
        _set_panel(panel, ax)
        manner = Manner(theme, shift=0.0 if panel.log_y else -0.5)
        add_marks(ax, ((mark, None) for mark in (*ground, *panel.marks)), manner)
        _set_legend(panel, ax, manner)


def _library() -> Any:
    try:
        import matplotlib
    except ImportError as error:
        raise InputError(_NO_LIBRARY) from error
    return matplotlib


def _settings() -> Any:
    return _library().rc_context(_SETTINGS)


def _saved(scene: Scene, theme: Theme, **how: Any) -> bytes:
    _library()
    with _settings():
        figure, ax = _page(scene, theme)
        add_marks(ax, _page_marks(scene, ax), Manner(theme))
        file = io.BytesIO()
        figure.savefig(file, facecolor=theme.color("paper"), **how)
    return file.getvalue()


def _page(scene: Scene, theme: Theme) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(scene.width / 72, scene.height / 72), facecolor=theme.color("paper"))
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    _set_page(scene, ax)
    return figure, ax


def _set_page(scene: Scene, ax: Axes) -> None:
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.set_xlim(0, scene.width)
    ax.set_ylim(scene.height, 0)


def _scale(scene: Scene, ax: Axes) -> float:
    """Points of the axes for each point of the page."""
    ax.apply_aspect()
    return float(ax.get_window_extent().width / ax.figure.dpi * 72 / scene.width)


def _set_legend(panel: Panel, ax: Axes, manner: Manner) -> None:
    from matplotlib.lines import Line2D

    looks = [(visible(name).replace("$", r"\$"), painted(paint, manner)) for name, paint in panel.key]
    lines = [
        Line2D([], [], color=look["edgecolors"], linewidth=look["linewidths"], linestyle=look["linestyles"], label=name)
        for name, look in looks
    ]
    ax.legend(handles=lines)


def _set_panel(panel: Panel, ax: Axes) -> None:
    x0, y0, x1, y1 = panel.view
    if panel.log_y:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:,.0f}")
        ax.set_xlabel("layer")
        ax.set_ylabel("receptive-field size in pixels")
        ax.set_xlim(x0, x1)
        ax.set_ylim(y1, y0)
    else:
        ax.set_aspect("equal")
        ax.set_xlim(x0 - 0.5, x1 - 0.5)
        ax.set_ylim(y1 - 0.5, y0 - 0.5)


def _page_marks(scene: Scene, ax: Axes) -> Iterator[tuple[Mark, TransformedBbox | None]]:
    """Marks on the page, each with what cuts it."""
    from matplotlib.transforms import Bbox, TransformedBbox

    for panel in scene.panels:
        cut = TransformedBbox(Bbox.from_bounds(*panel.place), ax.transData) if panel.clip else None
        yield from ((mark, cut) for mark in placed(panel))
