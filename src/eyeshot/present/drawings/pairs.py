"""Two networks side by side without an image: fields to one scale around one centre, and the table of pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from eyeshot.counted import counted
from eyeshot.effects.pairs import sizes_of
from eyeshot.errors import InputError
from eyeshot.present.drawings.plane import extent, size_text
from eyeshot.present.drawings.sheet import HEAD, MARGIN, sheet
from eyeshot.present.escape import visible
from eyeshot.present.pairs_text import alone_words, apart_words, jump_words, size_words
from eyeshot.present.scene.metrics import shortened
from eyeshot.present.scene.palette import category
from eyeshot.present.scene.scene import Disc, Mark, Paint, Panel, Rect, Scene, Text, page_panel

if TYPE_CHECKING:
    from eyeshot.analyses.results import LayerField
    from eyeshot.effects.pairs import Comparison, Pair

__all__ = ["pairs_scene"]

_SIDE, _BETWEEN, _STRIP = 216.0, 24.0, 70.0
_LINE, _PER_PAGE = 13.0, 24
_DISC = 4.8
_DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2.5), (2, 2), (8, 2, 2, 2))
_CORNERS = ((1, -1), (-1, 1), (1, 1), (-1, -1))
_COLUMNS = (20.0, 154.0, 190.0, 208.0, 342.0, 378.0, 432.0)
"""Where the columns of the table begin, those of numbers where they end."""


def pairs_scene(found: Comparison, page: int = 1) -> Scene:
    """Fields of some pairs to one scale, and a table of all.

    Parameters
    ----------
    found : Comparison
        Two networks.
    page : int
        From 1, 24 pairs on each.

    Raises
    ------
    InputError
        If there is no such page, or nothing to draw.
    """
    if not found.pairs:
        raise InputError(f"some layer of `{found.first}` must have a map to be drawn, but none has")
    count = math.ceil(len(found.pairs) / _PER_PAGE)
    if not 1 <= page <= count:
        raise InputError(f"page must be one of 1 … {count}, but is {page}")
    panels, marks, top = _boxes(found) if found.drawn else ([], [], HEAD)
    width = 2 * _SIDE + _BETWEEN + 2 * MARGIN
    marks += _heads(found, top)
    first = (page - 1) * _PER_PAGE
    for k, pair in enumerate(found.pairs[first : first + _PER_PAGE], first):
        top += _LINE
        number = found.drawn.index(k) if k in found.drawn else None
        marks += _row(pair, number, top)
    title = f"{found.first} · {found.second} · layers that see equally much"
    rows = "; ".join(_sentence(pair) for pair in found.pairs[first : first + _PER_PAGE])
    return sheet(
        (width, top + 6),
        [*panels, page_panel(width, top + 6, tuple(marks), "table")],
        title=title,
        description=f"Pairs of {visible(title)}: {rows}.",
        notes=list(_notes(found, page, count)),
    )


def _boxes(found: Comparison) -> tuple[list[Panel], list[Mark], float]:
    """Both networks' fields around one centre, to one scale, the largest first; and where they end on the page."""
    pairs = [found.pairs[k] for k in found.drawn]
    layers = ([pair.first for pair in pairs], [pair.second for pair in pairs if pair.second is not None])
    is_strip = len(sizes_of(pairs[0].first)) == 1
    sizes = [extent(sizes_of(row)) for side in layers for row in side] + [extent(n) for n in found.extents]
    most_x, most_y = max(w for w, _ in sizes), max(h for _, h in sizes)
    height = _STRIP if is_strip else _SIDE * min(1.0, most_y / most_x)
    scale = min(_SIDE / most_x, height / (2 if is_strip else most_y)) * 0.94
    view = (-_SIDE / scale / 2, -1.1 if is_strip else -height / scale / 2)
    panels: list[Panel] = []
    marks: list[Mark] = []
    for number, name in enumerate((found.first, found.second)):
        left = MARGIN + number * (_SIDE + _BETWEEN)
        words = f"{visible(name)} · image {size_text(found.extents[number])}"
        marks.append(Text(left, HEAD + 2, shortened(words, _SIDE, 9), 9, anchor="start"))
        inside = tuple(_nested(layers[number], found.extents[number], scale, is_strip=is_strip))
        place = (left, HEAD + 12, _SIDE, height)
        panels.append(Panel(_SIDES[number], place, (*view, -view[0], -view[1]), inside))
    return panels, marks, HEAD + 12 + height + 16


_SIDES = ("first", "second")


def _nested(rows: Sequence[LayerField], image: Sequence[int], scale: float, *, is_strip: bool) -> Iterator[Mark]:
    width, height = extent(image)
    down = 1.0 if is_strip else height / 2
    yield Rect(-width / 2, -down, width / 2, down, Paint("cell", "line", 0.8), "image")
    discs: list[Mark] = []
    for number in sorted(range(len(rows)), key=lambda k: -max(sizes_of(rows[k]))):
        w, h = extent(sizes_of(rows[number]))
        y = 0.9 * (number + 1) / len(rows) if is_strip else h / 2
        yield Rect(-w / 2, -y, w / 2, y, Paint("", "paper", 3.2))
        yield Rect(-w / 2, -y, w / 2, y, _outline(number), f"{rows[number].layer} field {size_words(rows[number])}")
        # Beside a corner, so that the smallest boxes can be seen; at another one than their neighbours.
        right, low = _CORNERS[number % 4]
        out = 0.0 if is_strip else 0.7 * _DISC / scale
        at = (right * (w / 2 + out), 0.0 if is_strip else low * (y + out))
        discs += _disc(number, *at)
    yield from discs


def _disc(number: int, x: float, y: float) -> Iterator[Mark]:
    yield Disc(x, y, _DISC, Paint(category(number), "paper", 1.0))
    yield Text(x, y, str(number + 1), 7, "paper", bold=True)


def _outline(number: int) -> Paint:
    return Paint("", category(number), 1.6, _DASHES[number % len(_DASHES)])


def _heads(found: Comparison, top: float) -> Iterator[Mark]:
    heads = (found.first, "field", "jump", found.second, "field", "jump", "apart")
    for column, (word, x) in enumerate(zip(heads, _COLUMNS, strict=True)):
        is_name = column in {0, 3}
        text = shortened(word, 100, 8, bold=True) if is_name else word
        yield Text(MARGIN + x, top, text, 8, "ink" if is_name else "soft", "start" if is_name else "end", bold=is_name)


def _row(pair: Pair, number: int | None, top: float) -> Iterator[Mark]:
    if number is not None:
        yield from _disc(number, MARGIN + 7, top)
    is_matched = pair.second is not None
    texts = (
        pair.first.layer, size_words(pair.first), jump_words(pair.first),
        pair.second.layer if pair.second is not None else "no match", size_words(pair.second), jump_words(pair.second),
        apart_words(pair.apart) if is_matched else "",
    )  # fmt: skip
    for column, (text, x) in enumerate(zip(texts, _COLUMNS, strict=True)):
        is_name = column in {0, 3}
        color = "ink" if is_matched else "soft"
        yield Text(MARGIN + x, top, shortened(text, 100 if is_name else 60, 8), 8, color, "start" if is_name else "end")


def _sentence(pair: Pair) -> str:
    partner = f"{visible(pair.second.layer)} {size_words(pair.second)}" if pair.second is not None else "no match"
    return f"{visible(pair.first.layer)} {size_words(pair.first)}, {partner}"


def _notes(found: Comparison, page: int, count: int) -> Iterator[str]:
    if found.drawn:
        which = "named" if found.is_named else "spread most widely"
        some = f" Boxes: {len(found.drawn)} of {counted(len(found.matched), 'matched pair')}, {which}."
        yield (
            "Fields of local paths in pixels, without padding or borders, around one centre and to one scale for both "
            f"networks; grey is the image.{some * (len(found.drawn) < len(found.matched))}"
        )
        if len(sizes_of(found.pairs[found.drawn[0]].first)) > 2:
            yield "Of more than two axes the last two are drawn."
    yield alone_words(found, visible(found.second))
    if count > 1:
        yield f"Page {page} of {count}."
