"""Fields on a photo: boxes of features at their true place, the grid of centres, and padding beyond the image."""

from __future__ import annotations

from collections.abc import Iterator

from eyeshot.analyses.results import Region
from eyeshot.analyses.views import LayerView, Views
from eyeshot.present.drawings.plane import Corners, corners, extent, full_name, numbers, point, slice_text
from eyeshot.present.drawings.sheet import HEAD, MARGIN, sheet, title_of
from eyeshot.present.escape import visible
from eyeshot.present.numerals import percentage
from eyeshot.present.photo import FittedPhoto
from eyeshot.present.scene.metrics import shortened
from eyeshot.present.scene.palette import category
from eyeshot.present.scene.scene import Disc, Mark, Paint, Panel, Photo, Rect, Scene, Text, page_panel

__all__ = ["boxes_scene"]

_SIDE = 420.0
_BEYOND = 0.75
_DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2.5), (2, 2), (8, 2, 2, 2), (4, 4))
_LEGEND = 15.0
_DISC = 4.8
_CHECKS = 14


def boxes_scene(views: Views, photo: FittedPhoto | None = None, *, is_chosen: bool = False) -> Scene:
    """Fields of several features and layers on the image.

    Parameters
    ----------
    views : Views
        Layers and features.
    photo : FittedPhoto, optional
        The image, fitted to the input; a checkerboard if there is none.
    is_chosen : bool
        Whether the layer was chosen by the drawing.
    """
    view = _view(views)
    scale = _SIDE / max(view[2] - view[0], view[3] - view[1], 1)
    strip = len(views.input.axes) == 1
    size = (_SIDE, 80.0) if strip else ((view[2] - view[0]) * scale, (view[3] - view[1]) * scale)
    place = (MARGIN, HEAD, *size)
    marks = (_edge(views), *_centers(views), *_fields(views))
    key = tuple((visible(layer.field.name), _outline(number)) for number, layer in enumerate(views.layers))
    ground = Panel("ground", place, view, tuple(_background(views, view, photo)), clip=True)
    panel = Panel("image", place, view, marks, clip=True, key=key)
    legend, below = _legend(views, HEAD + size[1] + 14, max(size[0], 300))
    width = max(size[0], 300) + 2 * MARGIN
    title = title_of(views)
    notes = list(_notes(views, view, photo, is_chosen=is_chosen))
    return sheet(
        (width, below),
        [ground, panel, page_panel(width, below, tuple(legend), "legend")],
        title=title,
        description=f"Receptive fields of {visible(title)} on the image. " + " ".join(_sentences(views)),
        notes=notes,
        main="" if strip else "image",
        ground="" if strip else "ground",
    )


def _regions(views: Views) -> Iterator[Region]:
    return (region for layer in views.layers for region in layer.regions)


def _sentences(views: Views) -> Iterator[str]:
    for layer in views.layers:
        for region in layer.regions:
            box = " × ".join(f"[{lo}, {hi})" for lo, hi in region.box)
            yield f"{full_name(region.layer, layer.node)} {_index(region)} sees {box}."


def _index(region: Region) -> str:
    return f"({', '.join(map(str, region.feature))})"


def _view(views: Views) -> Corners:
    """The image and what of the fields lies beyond it, up to three quarters of its size."""
    width, height = extent(views.input.extents)
    boxes = [corners(region.box) for region in _regions(views)]
    x0 = max(-_BEYOND * width, min(0, *(box[0] for box in boxes)))
    x1 = min((1 + _BEYOND) * width, max(width, *(box[2] for box in boxes)))
    if len(views.input.axes) == 1:
        return x0, -0.5, x1, 1.5
    y0 = max(-_BEYOND * height, min(0, *(box[1] for box in boxes)))
    y1 = min((1 + _BEYOND) * height, max(height, *(box[3] for box in boxes)))
    air = 0.015 * max(x1 - x0, y1 - y0)
    return x0 - air, y0 - air, x1 + air, y1 + air


def _background(views: Views, view: Corners, photo: FittedPhoto | None) -> Iterator[Mark]:
    """Padding hatched, and the image on it."""
    width, height = extent(views.input.extents)
    yield Rect(view[0], view[1], view[2], view[3], Paint("paper", "", hatch="line"), "outside the image")
    if photo is not None:
        yield Photo(0, 0, width, height, photo.png, "image")
    else:
        yield Rect(0, 0, width, height, Paint("paper"), "image")
        yield from _checkerboard(width, height)


def _edge(views: Views) -> Rect:
    width, height = extent(views.input.extents)
    return Rect(0, 0, width, height, Paint("", "ink", 0.9), "edge of the image")


def _outline(number: int) -> Paint:
    """How the boxes of a layer look."""
    return Paint("", category(number), 2.0, _DASHES[number % len(_DASHES)])


def _checkerboard(width: int, height: int) -> Iterator[Mark]:
    side = max(1, max(width, height) // _CHECKS)
    for y in range(0, height, side):
        for x in range(0, width, side):
            if (x // side + y // side) % 2:
                yield Rect(x, y, min(x + side, width), min(y + side, height), Paint("check"))


def _centers(views: Views) -> Iterator[Mark]:
    """Centres of the features of the last layer."""
    layer = views.layers[-1]
    color = category(len(views.layers) - 1)
    for spot in layer.spots:
        x, y = point(spot.center)
        yield Disc(x, y, 1.9, Paint(color, "paper", 0.5), f"{layer.field.name} {spot.feature}")


def _fields(views: Views) -> Iterator[Mark]:
    """Boxes and centres of the features that are singled out, those of the largest fields first."""
    pairs = [(number, region) for number, layer in enumerate(views.layers) for region in layer.regions]
    for number, region in sorted(pairs, key=lambda pair: -max(pair[1].size)):
        color = category(number)
        x0, y0, x1, y1 = corners(region.box)
        if x1 <= x0:
            continue
        name = f"{region.layer} {_index(region)} field"
        # A pale rim on either side keeps the outline visible on any photo.
        yield Rect(x0, y0, x1, y1, Paint("", "paper", 4.0))
        yield Rect(x0, y0, x1, y1, _outline(number), name)
        x, y = point(region.center)
        yield Disc(x, y, _DISC, Paint(color, "paper", 1.2), f"{region.layer} {_index(region)} centre")
        yield Text(x, y, str(number + 1), 7, "paper", bold=True)


def _legend(views: Views, top: float, width: float) -> tuple[list[Mark], float]:
    """A line for each layer: how its boxes look, its numbers, and which features they are of."""
    marks: list[Mark] = []
    for number, layer in enumerate(views.layers):
        y = top + number * 2 * _LEGEND
        color = category(number)
        marks.append(Rect(MARGIN + 1, y - 5, MARGIN + 23, y + 5, _outline(number)))
        marks.append(Disc(MARGIN + 12, y, _DISC, Paint(color, "paper", 1.2)))
        marks.append(Text(MARGIN + 12, y, str(number + 1), 7, "paper", bold=True))
        room = width - 30
        first = f"{visible(layer.field.name)} · {numbers(layer, views.input.name)}"
        marks.append(Text(MARGIN + 30, y, shortened(first, room, 9), 9, anchor="start"))
        marks.append(Text(MARGIN + 30, y + 12, shortened(_features(layer), room, 8), 8, "soft", "start"))
    return marks, top + len(views.layers) * 2 * _LEGEND - 10


def _features(layer: LayerView) -> str:
    parts = []
    for region in layer.regions:
        share = f", {percentage(region.padding_fraction)} outside" if region.padding_fraction else ""
        parts.append(f"{_index(region)}{share}")
    return "fields of " + " · ".join(parts)


def _notes(views: Views, view: Corners, photo: FittedPhoto | None, *, is_chosen: bool) -> Iterator[str]:
    last = views.layers[-1]
    name = visible(last.field.name)
    step = f", one for each {'×'.join(map(str, last.every))} features" if max(last.every) > 1 else ""
    yield f"Dots: centres of {name}{step}. Hatched: outside the image, where padding would lie."
    if photo is not None and photo.note:
        yield photo.note
    at = slice_text(views)
    if at:
        depths = {region.feature[: len(views.input.axes) - 2] for layer in views.layers for region in layer.regions}
        along = ", ".join(visible(axis) for axis, _ in views.input.axes[:-2])
        yield f"The slice at {at} is drawn." if len(depths) == 1 else f"Seen along {along}: dots lie at {at}."
    boxes = [corners(region.box) for region in _regions(views)]
    if any(b[0] < view[0] or b[1] < view[1] or b[2] > view[2] or b[3] > view[3] for b in boxes):
        yield "Some fields go on beyond the drawing."
    if is_chosen:
        sizes = [(axis.size, n) for axis, n in zip(last.field.axes, views.input.extents, strict=False)]
        which = (
            "up to which all fields are smaller than the image" if all(size < n for size, n in sizes) else "with a map"
        )
        yield f"No layer was named: {name} is the last one {which}."
