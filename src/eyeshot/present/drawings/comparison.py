"""Two networks side by side with an image: rows are layers that see equally much, columns what a feature looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eyeshot.counted import counted
from eyeshot.present.drawings.activations import map_tile
from eyeshot.present.drawings.sheet import HEAD, MARGIN, sheet
from eyeshot.present.drawings.tiles import Tile, tile_marks
from eyeshot.present.drawings.views import patch_tile, reduced_words, scale_words, view_tile, zero_words
from eyeshot.present.escape import visible
from eyeshot.present.numerals import measured
from eyeshot.present.pairs_text import apart_words, size_words
from eyeshot.present.scene.metrics import shortened, text_width
from eyeshot.present.scene.scene import Mark, Scene, Text, page_panel

if TYPE_CHECKING:
    from eyeshot.analyses.results import LayerField
    from eyeshot.effects.pairs import Comparison, Side

__all__ = ["comparison_scene", "prepared_words"]

_SIDE, _GAP, _BETWEEN = 84.0, 5.0, 26.0
_HEADS, _WORDS, _APART = 30.0, 24.0, 10.0
"""Heights of the heads of columns and of the words above a row, and what is between rows."""


def comparison_scene(found: Comparison) -> Scene:
    """Patch, map and view of one feature of each layer, for both networks.

    Parameters
    ----------
    found : Comparison
        Two networks with an image.
    """
    columns = ("patch", "activation", *(view.rule.value for view in found.matches[0].first.views.views))
    half = len(columns) * (_SIDE + _GAP) - _GAP
    marks: list[Mark] = []
    for name, left in zip((found.first, found.second), (MARGIN, MARGIN + half + _BETWEEN), strict=True):
        marks.append(Text(left, HEAD + 2, shortened(name, half, 10, bold=True), 10, anchor="start", bold=True))
        for c, word in enumerate(columns):
            marks.append(Text(left + c * (_SIDE + _GAP), HEAD + 17, word, 8, "soft", "start"))
    top = HEAD + _HEADS
    for match in found.matches:
        apart = f"{apart_words(match.pair.apart)} apart"
        marks += _half(match.first, match.pair.first, MARGIN, top, half, "")
        marks += _half(match.second, match.pair.second, MARGIN + half + _BETWEEN, top, half, apart)
        top += _WORDS + _SIDE + _APART
    size = (2 * MARGIN + 2 * half + _BETWEEN, top - _APART)
    title = f"{found.first} · {found.second} · layers that see equally much"
    return sheet(
        size,
        [page_panel(*size, tuple(marks), "tiles")],
        title=title,
        description=f"Features of {visible(title)}.",
        notes=list(_notes(found)),
    )


def _half(side: Side, row: LayerField | None, left: float, top: float, width: float, apart: str) -> Iterator[Mark]:
    """One network's words and tiles of a row."""
    views = side.views
    room = width - (text_width(apart, 7.5) + 8 if apart else 0)
    head = f"{views.layer} · field {size_words(row)} px"
    yield Text(left, top + 4, shortened(head, room, 8.5), 8.5, anchor="start")
    if apart:
        yield Text(left + width, top + 4, apart, 7.5, "soft", "end")
    where = ", ".join(map(str, views.feature))
    words = f"channel {views.channel} at ({where}): {measured(views.value)}{_met(side)}"
    yield Text(left, top + 15, shortened(words, width, 7.5), 7.5, "soft", "start")
    for c, tile in enumerate(_tiles(side)):
        yield from tile_marks(tile, left + c * (_SIDE + _GAP), top + _WORDS, _SIDE, _SIDE)


def _met(side: Side) -> str:
    if not side.views.views:
        return ""
    met = side.views.views[0].met
    return f" · {counted(met, 'rectifier') if met else 'no rectifiers'}"


def _tiles(side: Side) -> Iterator[Tile]:
    views, own = side.views, side.activation
    name = f"{views.model} {views.layer}"
    yield _named(patch_tile(views.patch, ""), f"{name} patch")
    shown = own[views.feature[:-2]] if own.ndim > 2 else own
    ends = (float(shown.min()), float(shown.max()))
    yield _named(map_tile(shown, ends, "", "", ""), f"{name} activation", _spot(side))
    for view in views.views:
        yield _named(view_tile(view, ""), f"{name} {view.rule.value}")


def _named(tile: Tile, name: str, spot: tuple[float, ...] = ()) -> Tile:
    return Tile(tile.image, tile.curve, name=name, spot=spot)


def _spot(side: Side) -> tuple[float, ...]:
    """Where the feature lies in its map, as parts of the map's sides."""
    extents, at = side.activation.shape[-2:], side.views.feature[-2:]
    if len(extents) == 1:
        # Along a curve values stand at points, the first and the last at its ends.
        x = at[0] / max(1, extents[0] - 1)
        return x, 0.0, x, 1.0
    (height, width), (y, x) = extents, at
    return x / width, y / height, (x + 1) / width, (y + 1) / height


def _notes(found: Comparison) -> Iterator[str]:
    sides = [side for match in found.matches for side in (match.first, match.second)]
    is_strip = sides[0].activation.ndim == 1
    yield (
        "Of each layer the strongest feature of its strongest channel: the pixels of its exact field, the channel's "
        f"map with the feature outlined{', and what came back from it' if sides[0].views.views else ''}."
    )
    which = "those that were named" if found.is_named else "those whose fields are spread most widely"
    matched, alone = len(found.matched), len(found.pairs) - len(found.matched)
    if len(found.matches) < matched:
        yield f"Drawn: {len(found.matches)} of {counted(matched, 'matched pair')}, {which}."
    if alone:
        layers = counted(alone, f"layer of {visible(found.first)} has", f"layers of {visible(found.first)} have")
        yield f"{layers} no match in {visible(found.second)}."
    if found.unheld:
        pairs = counted(len(found.unheld), "matched pair")
        yield f"Left out: {pairs} with a value that stands within one operation."
    maps = "" if is_strip else "Maps go from black to white, each on its own scale. "
    yield f"{maps}Whatever their size, {'curves' if is_strip else 'patches'} fill their tiles."
    if sides[0].views.views:
        yield from _of_views(found)
    yield from reduced_words(sides[0].views.patch)
    if any(side.activation.ndim > 2 for side in sides):
        yield "Of a map the slice that holds the feature is drawn."
    yield f"{visible(sides[0].views.image.name)}: {prepared_words(found)}."


def _of_views(found: Comparison) -> Iterator[str]:
    sides = [side for match in found.matches for side in (match.first, match.second)]
    plain = " Without rectifiers on the way it is the plain gradient." * any(not s.views.views[0].met for s in sides)
    yield f"{zero_words(sides[0].views.patch)} is 0 in a view; {scale_words(sides[0].views.patch)}.{plain}"
    parts = []
    for which, own in (("first", [m.first for m in found.matches]), ("second", [m.second for m in found.matches])):
        names = list(dict.fromkeys(visible(side.views.layer) for side in own if side.views.is_whole))
        if names:
            parts.append(f"{which} network, {', '.join(names[:4])}" + f" and {len(names) - 4} more" * (len(names) > 4))
    if parts:
        yield f"The whole image was run where no part of it surely gives the feature the same: {'; '.join(parts)}."
    yield "A network with random weights gives such views as well: they show what passes, not why."


def prepared_words(found: Comparison) -> str:
    """What was done to the image, for each network where that differs.

    Parameters
    ----------
    found : Comparison
        Two networks with an image.
    """
    first, second = (side.views.image.prepared for side in (found.matches[0].first, found.matches[0].second))
    return first if first == second else f"{first}; for the second network {second}"
