"""What one feature reads, for a terminal: in numbers and drawn in characters."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from eyeshot.analyses.results import Region
from eyeshot.present.columns import Column, fitted, lines_of
from eyeshot.present.drawing import Drawable, drawing
from eyeshot.present.numerals import interval, numeral, percentage
from eyeshot.present.screen import TERMINAL, Line, Screen, ansi_text, wrapped
from eyeshot.present.sketch import HOLE, OUTSIDE, READ, REST

__all__ = ["region_text"]

_WORDS = {
    READ: "read",
    HOLE: "in the box, never read",
    OUTSIDE: "in the box, outside the image",
    REST: "image, not in the box",
}


def region_text(region: Region, screen: Screen = TERMINAL) -> str:
    """The region in words and drawn in characters.

    Parameters
    ----------
    region : Region
        What to show.
    screen : Screen
        Width, and whether colours and Unicode are shown.

    Returns
    -------
    str
        Lines ended by a newline, none longer than the screen is wide.
    """
    return ansi_text(_lines(region, screen), screen)


def _lines(region: Region, screen: Screen) -> Iterator[Line]:
    yield from wrapped(_title(region, screen), screen, style="title")
    yield ()
    yield from _axes(region, screen)
    yield ()
    for label, text in _facts(region):
        yield from wrapped(text, screen, first=f"{label:9}", indent=" " * 9)
    if region.read or region.padding_fraction:
        yield ()
        yield from drawing(_drawable(region, screen), screen)


def _title(region: Region, screen: Screen) -> str:
    feature = ", ".join(map(str, region.feature))
    size = "×".join(map(str, region.extents))
    layer, name = screen.name(region.layer), screen.name(region.input)
    return f"{layer} at ({feature}) · {name} {size} · {region.status.value}"


def _axes(region: Region, screen: Screen) -> list[Line]:
    columns = [
        Column("axis", tuple(map(screen.name, region.axes))),
        Column("box", tuple(map(interval, region.box)), is_number=True),
        Column("size", tuple(map(str, region.size)), "title", is_number=True),
        Column("centre", tuple(map(numeral, region.center)), is_number=True),
        Column("pixels read", tuple(map(interval, region.pixels)), is_number=True),
        Column("image", tuple(map(str, region.extents)), "dim", is_number=True, optional=True),
    ]
    shown = fitted(columns, screen)
    if shown is not None:
        return lines_of(shown, [""] * len(region.axes))
    rows = zip(*(column.cells for column in columns), strict=True)
    heads = [column.head for column in columns]
    texts = (", ".join(f"{head} {cell}" for head, cell in zip(heads, row, strict=True)) for row in rows)
    return [line for text in texts for line in wrapped(text, screen, indent="  ")]


def _facts(region: Region) -> Iterator[tuple[str, str]]:
    """Labels and sentences."""
    image = prod(region.extents)
    share = f" ({percentage(region.read / image)})" if image else ""
    yield "reads", f"{region.read:,} of {image:,} pixels{share}" if region.read else "no pixel of the image"
    if region.read:
        whole = region.read + region.holes
        some = f"{region.holes:,} of {whole:,} pixels in the box of what is read"
        yield "holes", f"{some} ({percentage(region.holes / whole)})" if region.holes else "none"
    outside = region.padding_fraction
    yield "padding", f"{percentage(outside)} of the box lies outside the image" if outside else "none"
    whole_axes = [axis for axis, is_global in zip(region.axes, region.is_global, strict=True) if is_global]
    if whole_axes:
        yield "global", f"along {', '.join(whole_axes)}: some path reads a whole map along it"
    if region.status.value == "bounded":
        yield "bounded", "data or random numbers decide what is read; the true set is a part of this one"
    if region.status.value == "unsupported":
        yield "", "An op on the way has no rule and is taken as reading everything."


def _drawable(region: Region, screen: Screen) -> Drawable:
    axes = tuple(map(screen.name, region.axes))
    return Drawable(axes, region.extents, region.products, region.box, "pixel", _WORDS, region.holes)
