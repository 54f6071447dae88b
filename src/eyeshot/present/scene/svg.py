"""A scene as SVG: text stays text, a title and a description for those who cannot see it, the same bytes every time."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from html import escape

from eyeshot.present.escape import visible
from eyeshot.present.scene.metrics import FAMILY
from eyeshot.present.scene.palette import Theme
from eyeshot.present.scene.scene import Arrow, Disc, Mark, Paint, Path, Photo, Rect, Scene, Text, placed

__all__ = ["BASELINE", "arrow_heads", "svg"]

_HEAD = 4.5
"""Length of an arrow's head in points."""

BASELINE = 0.36
"""From the middle height of a line of text to its baseline, as a share of its size."""


def svg(scene: Scene, theme: Theme) -> str:
    """The scene as an SVG document.

    Parameters
    ----------
    scene : Scene
        The picture.
    theme : Theme
        Its colours.

    Returns
    -------
    str
        UTF-8 text that loads nothing; names are escaped.
    """
    width, height = _number(scene.width), _number(scene.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc" font-family="{FAMILY}">',
        f'<title id="title">{_text(scene.title)}</title>',
        f'<desc id="desc">{_text(scene.description)}</desc>',
        *_definitions(scene, theme),
        f'<rect width="{width}" height="{height}" fill="{theme.color("paper")}"/>',
    ]
    for number, panel in enumerate(scene.panels):
        clip = f' clip-path="url(#clip{number})"' if panel.clip else ""
        lines.append(f"<g{clip}>")
        lines += [_element(mark, theme) for mark in placed(panel)]
        lines.append("</g>")
    return "\n".join([*lines, "</svg>\n"])


def arrow_heads(arrow: Arrow) -> Iterator[tuple[tuple[float, float], ...]]:
    """Triangles at the ends of an arrow whose coordinates are points."""
    length = math.hypot(arrow.x1 - arrow.x0, arrow.y1 - arrow.y0)
    if not length:
        return
    ux, uy = (arrow.x1 - arrow.x0) / length, (arrow.y1 - arrow.y0) / length
    head = min(_HEAD, length / (2.5 if arrow.both else 1.5))
    ends = [(arrow.x1, arrow.y1, 1), (arrow.x0, arrow.y0, -1)]
    for x, y, sign in ends[: 2 if arrow.both else 1]:
        back_x, back_y = x - sign * ux * head, y - sign * uy * head
        half = 0.42 * head
        yield (x, y), (back_x - uy * half, back_y + ux * half), (back_x + uy * half, back_y - ux * half)


def _definitions(scene: Scene, theme: Theme) -> Iterator[str]:
    """Hatchings in the order in which their colours occur, and the edges of panels that cut."""
    hatches = dict.fromkeys(
        mark.paint.hatch
        for panel in scene.panels
        for mark in panel.marks
        if isinstance(mark, Rect | Path) and mark.paint.hatch
    )
    clips = [(number, panel.place) for number, panel in enumerate(scene.panels) if panel.clip]
    if not hatches and not clips:
        return
    yield "<defs>"
    for name in hatches:
        yield (
            f'<pattern id="{_hatch(name)}" width="5" height="5" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><path d="M0 0V5" stroke="{theme.color(name)}" stroke-width="1.1"/>'
            "</pattern>"
        )
    for number, (x, y, width, height) in clips:
        box = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
        yield f'<clipPath id="clip{number}"><rect {box}/></clipPath>'
    yield "</defs>"


def _hatch(color: str) -> str:
    return f"hatch-{color.removeprefix('#')}"


def _element(mark: Mark, theme: Theme) -> str:
    match mark:
        case Text():
            return _text_element(mark, theme)
        case Photo():
            data = base64.b64encode(mark.png).decode("ascii")
            form = f'image {_box(mark)} preserveAspectRatio="none" href="data:image/png;base64,{data}"'
            return _named(form, "", mark.name)
        case Rect():
            forms = f"rect {_box(mark)}"
        case Disc():
            forms = f'circle cx="{_number(mark.x)}" cy="{_number(mark.y)}" r="{_number(mark.radius)}"'
        case Path():
            forms = f'path d="{_points(mark.points, closed=mark.closed)}"'
        case Arrow():
            return _arrow(mark, theme)
    drawn = _named(forms, _painted(mark.paint, theme), mark.name)
    if mark.paint.hatch and not isinstance(mark, Disc):
        drawn += f'\n<{forms} fill="url(#{_hatch(mark.paint.hatch)})"/>'
    return drawn


def _arrow(arrow: Arrow, theme: Theme) -> str:
    color = theme.color(arrow.paint.stroke)
    line = f'path d="{_points(((arrow.x0, arrow.y0), (arrow.x1, arrow.y1)))}"'
    heads = "".join(_points(head, closed=True) for head in arrow_heads(arrow))
    return f'{_named(line, _painted(arrow.paint, theme), arrow.name)}\n<path d="{heads}" fill="{color}"/>'


def _text_element(mark: Text, theme: Theme) -> str:
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    weight = ' font-weight="bold"' if mark.bold else ""
    halo = f' stroke="{theme.color("paper")}" stroke-width="3" paint-order="stroke" stroke-linejoin="round"'
    at = f'x="{_number(mark.x)}" y="{_number(mark.y + BASELINE * mark.size)}"'
    return (
        f'<text {at} font-size="{_number(mark.size)}" fill="{theme.color(mark.color)}"{anchor}{weight}'
        f"{halo if mark.halo else ''}>{_text(mark.text)}</text>"
    )


def _painted(paint: Paint, theme: Theme) -> str:
    parts = [f'fill="{theme.color(paint.fill)}"' if paint.fill else 'fill="none"']
    if paint.fill and paint.opacity < 1:
        parts.append(f'fill-opacity="{_number(paint.opacity)}"')
    if paint.stroke:
        parts.append(f'stroke="{theme.color(paint.stroke)}" stroke-width="{_number(paint.width)}"')
        if paint.dash:
            parts.append(f'stroke-dasharray="{" ".join(map(_number, paint.dash))}"')
    return " " + " ".join(parts)


def _named(form: str, painted: str, name: str) -> str:
    if not name:
        return f"<{form}{painted}/>"
    return f"<{form}{painted}><title>{_text(name)}</title></{form.partition(' ')[0]}>"


def _box(mark: Rect | Photo) -> str:
    width, height = _number(mark.x1 - mark.x0), _number(mark.y1 - mark.y0)
    return f'x="{_number(mark.x0)}" y="{_number(mark.y0)}" width="{width}" height="{height}"'


def _points(points: tuple[tuple[float, float], ...], *, closed: bool = False) -> str:
    steps = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
    return f"M{steps}{'Z' if closed else ''}"


def _text(text: str) -> str:
    return escape(visible(text))


def _number(value: float) -> str:
    """Two decimals, and none that say nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
