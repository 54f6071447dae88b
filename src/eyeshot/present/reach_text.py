"""What one pixel reaches, for a terminal: a table of layers, and the map of a single one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

from eyeshot.analyses.results import Reach
from eyeshot.present.columns import Column, fitted, lines_of
from eyeshot.present.drawing import Drawable, drawing
from eyeshot.present.numerals import interval, percentage
from eyeshot.present.screen import TERMINAL, Line, Screen, ansi_text, explained, wrapped
from eyeshot.present.sketch import HOLE, READ, REST

__all__ = ["reach_text"]

_WORDS = {READ: "reads the pixel", HOLE: "in the box, does not read it", REST: "does not read it"}
_STATUS_SIGNS = {"exact": "", "bounded": "≤", "unsupported": "?", "partial": "⊣"}
_SIGN_WORDS = {
    "≤": "bounded: data or random numbers decide what is read; the true set is a part of this one",
    "?": "unsupported: an op on the way has no rule and is taken as reading everything",
    "⊣": "partial: the model was read up to here only; what comes after it is not known",
}


def reach_text(reaches: Iterable[Reach], screen: Screen = TERMINAL) -> str:
    """Projective fields as a table; of a single layer also drawn in characters.

    Parameters
    ----------
    reaches : iterable of Reach
        Of one pixel, at least one.
    screen : Screen
        Width, and whether colours and Unicode are shown.

    Returns
    -------
    str
        Lines ended by a newline, none longer than the screen is wide.
    """
    return ansi_text(_lines(list(reaches), screen), screen)


def _lines(reaches: list[Reach], screen: Screen) -> Iterator[Line]:
    pixel = ", ".join(map(str, reaches[0].pixel))
    yield from wrapped(f"pixel ({pixel}) of {screen.name(reaches[0].input)} reaches", screen, style="title")
    yield ()
    yield from _table(reaches, screen)
    signs = [sign for sign in _SIGN_WORDS if sign in {_STATUS_SIGNS[reach.status.value] for reach in reaches}]
    if signs:
        yield ()
    yield from explained(((sign, "mark", _SIGN_WORDS[sign]) for sign in signs), screen)
    if len(reaches) == 1 and reaches[0].count:
        yield ()
        yield from drawing(_drawable(reaches[0], screen), screen)


def _table(reaches: list[Reach], screen: Screen) -> list[Line]:
    columns = [
        Column("layer", tuple(screen.name(reach.layer) for reach in reaches), least=12),
        *_boxes(reaches, screen),
        Column("features", tuple(f"{reach.count:,}" for reach in reaches), "title", is_number=True),
        Column("of", tuple(f"{prod(reach.extents):,}" for reach in reaches), "dim", is_number=True, optional=True),
        Column("share", tuple(map(_share, reaches)), is_number=True),
        Column("", tuple(_STATUS_SIGNS[reach.status.value] for reach in reaches), "mark"),
    ]
    shown = fitted(columns, screen)
    if shown is not None:
        return lines_of(shown, [""] * len(reaches))
    heads = [column.head for column in columns]
    rows = zip(*(column.cells for column in columns), strict=True)
    texts = (", ".join(f"{head} {cell}".strip() for head, cell in zip(heads, row, strict=True) if cell) for row in rows)
    return [line for text in texts for line in wrapped(text, screen, indent="  ")]


def _boxes(reaches: list[Reach], screen: Screen) -> Iterator[Column]:
    """One column for each axis that some layer has."""
    for axis in dict.fromkeys(axis for reach in reaches for axis in reach.axes):
        yield Column(screen.name(axis), tuple(_along(reach, axis) for reach in reaches), is_number=True)


def _along(reach: Reach, axis: str) -> str:
    found = dict(zip(reach.axes, reach.features, strict=True))
    return interval(found[axis]) if axis in found and reach.count else "–"


def _share(reach: Reach) -> str:
    whole = prod(reach.extents)
    return percentage(reach.count / whole) if whole else "–"


def _drawable(reach: Reach, screen: Screen) -> Drawable:
    axes = tuple(map(screen.name, reach.axes))
    holes = prod(high - low for low, high in reach.features) - reach.count
    return Drawable(axes, reach.extents, reach.products, reach.features, "feature", _WORDS, holes)
