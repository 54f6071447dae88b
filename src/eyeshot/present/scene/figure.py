"""A scene through matplotlib: PDF and PNG files, and drawings on axes of the user's own.

matplotlib's pixel `i` is centred at `i`, ours at `i + 0.5`; a panel that is drawn alone onto axes is moved by that
half, so that it lies right on what `imshow` shows there.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from eyeshot.errors import InputError
from eyeshot.present.escape import visible
from eyeshot.present.scene.palette import Theme
from eyeshot.present.scene.scene import Arrow, Disc, Mark, Paint, Panel, Path, Photo, Rect, Scene, Text, placed
from eyeshot.present.scene.svg import BASELINE, arrow_heads

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
    depth and field size. All others are drawn as a whole, in points with y downwards, and the axes' frame is taken
    away.

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
        ax.set_title(visible(scene.title).replace("$", r"\$"))
        if panel is None:
            _set_page(scene, ax)
            _add(ax, _page_marks(scene, ax), theme)
        else:
            _set_panel(panel, ax)
            shift = 0.0 if panel.log_y else -0.5
            _add(ax, ((mark, None) for mark in panel.marks), theme, shift=shift)


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
        _add(ax, _page_marks(scene, ax), theme)
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


def _set_panel(panel: Panel, ax: Axes) -> None:
    x0, y0, x1, y1 = panel.view
    if panel.log_y:
        ax.set_yscale("log")
        ax.set_xlabel("layer")
        ax.set_ylabel("receptive-field size in pixels")
        ax.set_xlim(x0, x1)
        ax.set_ylim(y1, y0)
    else:
        ax.set_aspect("equal")
        ax.set_xlim(x0 - 0.5, x1 - 0.5)
        ax.set_ylim(y1 - 0.5, y0 - 0.5)


def _page_marks(scene: Scene, ax: Axes) -> Iterator[tuple[Mark, Artist | None]]:
    """Marks on the page, each with what cuts it."""
    from matplotlib.patches import Rectangle

    for panel in scene.panels:
        x, y, width, height = panel.place
        cut = Rectangle((x, y), width, height, transform=ax.transData) if panel.clip else None
        yield from ((mark, cut) for mark in placed(panel))


# ---------------------------------------------------------------------- marks as artists


def _add(ax: Axes, marks: Iterable[tuple[Mark, Any]], theme: Theme, *, shift: float = 0.0) -> None:
    """Add marks in order; neighbours that look alike are one collection, which is what makes large pictures fast."""
    numbers = itertools.count(1)
    for (kind, _, _), group in itertools.groupby(marks, key=lambda pair: (type(pair[0]), _look(pair[0]), id(pair[1]))):
        pairs = list(group)
        for artist in _ARTISTS[kind](ax, [mark for mark, _ in pairs], theme, shift):
            artist.set_zorder(2 + next(numbers) / 1000)
            if pairs[0][1] is not None:
                artist.set_clip_path(pairs[0][1])


def _look(mark: Mark) -> object:
    """What marks must share to be drawn together."""
    if isinstance(mark, Path):
        return (mark.paint, mark.closed)
    return (mark.paint, getattr(mark, "radius", 0)) if isinstance(mark, Rect | Disc | Arrow) else id(mark)


def _polygons(ax: Axes, corners: list[Any], paint: Paint, theme: Theme) -> Iterator[Artist]:
    from matplotlib.collections import PolyCollection

    yield ax.add_collection(PolyCollection(corners, **_painted(paint, theme)), autolim=False)
    if paint.hatch:
        lines = PolyCollection(corners, facecolors="none", edgecolors=theme.color(paint.hatch), linewidths=0)
        lines.set_hatch("////")
        yield ax.add_collection(lines, autolim=False)


def _painted(paint: Paint, theme: Theme) -> dict[str, Any]:
    from matplotlib.colors import to_rgba

    stroke = theme.color(paint.stroke) if paint.stroke else "none"
    fill = to_rgba(theme.color(paint.fill), paint.opacity) if paint.fill else "none"
    dash: Any = (0, tuple(length / paint.width for length in paint.dash)) if paint.dash else "solid"
    width = paint.width if paint.stroke else 0
    return {"facecolors": [fill] if paint.fill else fill, "edgecolors": stroke, "linewidths": width, "linestyles": dash}


def _rects(ax: Axes, marks: list[Any], theme: Theme, shift: float) -> Iterator[Artist]:
    corners = [
        [(x + shift, y + shift) for x, y in ((m.x0, m.y0), (m.x1, m.y0), (m.x1, m.y1), (m.x0, m.y1))] for m in marks
    ]
    yield from _polygons(ax, corners, marks[0].paint, theme)


def _paths(ax: Axes, marks: list[Any], theme: Theme, shift: float) -> Iterator[Artist]:
    points = [[(x + shift, y + shift) for x, y in mark.points] for mark in marks]
    if marks[0].closed:
        yield from _polygons(ax, points, marks[0].paint, theme)
        return
    from matplotlib.collections import LineCollection

    look = _painted(marks[0].paint, theme)
    lines = LineCollection(points, colors=look["edgecolors"], linewidths=look["linewidths"])
    lines.set_linestyle(look["linestyles"])
    yield ax.add_collection(lines, autolim=False)


def _discs(ax: Axes, marks: list[Any], theme: Theme, shift: float) -> Iterator[Artist]:
    look = _painted(marks[0].paint, theme)
    xs, ys = [mark.x + shift for mark in marks], [mark.y + shift for mark in marks]
    size = (2 * marks[0].radius) ** 2
    faces, edges, widths = look["facecolors"], look["edgecolors"], look["linewidths"]
    yield ax.scatter(xs, ys, s=size, facecolors=faces, edgecolors=edges, linewidths=widths)


def _arrows(ax: Axes, marks: list[Any], theme: Theme, shift: float) -> Iterator[Artist]:
    color = theme.color(marks[0].paint.stroke)
    lines = [Path(((m.x0, m.y0), (m.x1, m.y1)), m.paint) for m in marks]
    yield from _paths(ax, lines, theme, shift)
    # Heads are measured in points, which only a whole page has as its coordinates.
    heads = [head for mark in marks for head in arrow_heads(mark)] if not shift else []
    yield from _polygons(ax, heads, Paint(fill=marks[0].paint.stroke), theme) if heads and color else ()


def _texts(ax: Axes, marks: list[Any], theme: Theme, shift: float) -> Iterator[Artist]:
    sides = {"start": "left", "middle": "center", "end": "right"}
    for mark in marks:
        text = ax.annotate(
            visible(mark.text),
            (mark.x + shift, mark.y + shift),
            (0, -BASELINE * mark.size),
            textcoords="offset points",
            fontsize=mark.size,
            color=theme.color(mark.color),
            ha=sides[mark.anchor],
            va="baseline",
            weight="bold" if mark.bold else "normal",
            parse_math=False,
        )
        if mark.halo:
            from matplotlib.patheffects import withStroke

            text.set_path_effects([withStroke(linewidth=3, foreground=theme.color("paper"))])
        yield text


def _photos(ax: Axes, marks: list[Any], theme: Theme, shift: float) -> Iterator[Artist]:  # noqa: ARG001 - as the others
    from matplotlib.image import imread

    for mark in marks:
        pixels = imread(io.BytesIO(mark.png), format="png")
        extent = (mark.x0 + shift, mark.x1 + shift, mark.y1 + shift, mark.y0 + shift)
        limits = ax.get_xlim(), ax.get_ylim(), ax.get_aspect()
        yield ax.imshow(pixels, extent=extent, interpolation="nearest", aspect="auto", origin="upper")
        ax.set_xlim(limits[0])
        ax.set_ylim(limits[1])
        ax.set_aspect(limits[2])


_ARTISTS: dict[type, Callable[[Axes, list[Any], Theme, float], Iterator[Any]]] = {
    Rect: _rects,
    Path: _paths,
    Disc: _discs,
    Arrow: _arrows,
    Text: _texts,
    Photo: _photos,
}
