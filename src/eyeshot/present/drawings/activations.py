"""Channels of a layer as a grid, and one channel over the image at the places where its features stand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eyeshot.counted import counted
from eyeshot.errors import InputError
from eyeshot.present.drawings.sheet import HEAD, MARGIN, sheet
from eyeshot.present.drawings.tiles import Tile, grey, png_of, tiles_scene
from eyeshot.present.escape import visible
from eyeshot.present.numerals import measured, numeral
from eyeshot.present.scene.scene import Mark, Paint, Panel, Path, Photo, Rect, Scene

if TYPE_CHECKING:
    from eyeshot.effects.activations import Activations

__all__ = ["activations_scene", "map_tile", "overlay_scene", "shown"]

_PER_PAGE = 64
_SIDE = 420.0
_STRONG = "vermillion"
_MOST_CELLS = 20_000


def activations_scene(
    found: Activations, *, page: int = 1, scale: str = "layer", strongest: bool = False, at: Sequence[int] = ()
) -> Scene:
    """The channels of a layer, one tile each.

    Parameters
    ----------
    found : Activations
        The maps.
    page : int
        From 1, 64 channels on each.
    scale : {"layer", "tile"}
        Whether shades mean the same in all tiles, or each has its own black and white.
    strongest : bool
        Whether channels stand in the order of their largest value.
    at : sequence of int
        The slice that is drawn, where a map has more than two axes; the middle by default.

    Raises
    ------
    InputError
        If there is no such page, slice or scale.
    """
    if scale not in {"layer", "tile"}:
        raise InputError(f"scale must be layer or tile; found {scale!r}")
    count = math.ceil(len(found.values) / _PER_PAGE)
    if not 1 <= page <= count:
        raise InputError(f"page must be one of 1 … {count}, but is {page}")
    order = found.strongest() if strongest else tuple(range(len(found.values)))
    channels = order[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    dead, where = set(found.dead), _slice(found, at)
    least, most = float(found.values.min()), float(found.values.max())
    tiles = []
    for channel in channels:
        own = found.values[channel]
        ends = (least, most) if scale == "layer" else (float(own.min()), float(own.max()))
        outline = _STRONG if channel in dead else ""
        name = f"channel {channel}" + (", zero everywhere" if channel in dead else "")
        tiles.append(map_tile(own[where], ends, str(channel), outline, name))
    columns = min(8, math.ceil(math.sqrt(len(tiles))))
    rows = [tiles[i : i + columns] for i in range(0, len(tiles), columns)]
    title = f"{found.model} · {found.layer} · activations"
    return tiles_scene(
        rows,
        title=title,
        description=f"Activations of {visible(title)}.",
        notes=list(_notes(found, scale, (least, most), where, count, page, strongest=strongest)),
        side=62,
    )


def map_tile(own: Any, ends: tuple[float, float], label: str, outline: str, name: str) -> Tile:
    """One channel as a tile: a map in shades between two numbers, or a curve."""
    if own.ndim == 1:
        span = max(abs(ends[0]), abs(ends[1])) or 1.0
        return Tile(curve=tuple(float(v) / span for v in own), label=label, outline=outline, name=name)
    return Tile(grey(own, *ends), label=label, outline=outline, name=name)


def _slice(found: Activations, at: Sequence[int]) -> tuple[int, ...]:
    """Indices of all axes but the last two."""
    lead = found.values.shape[1:-2]
    if at and len(at) != len(lead):
        raise InputError(
            f"a slice must have {counted(len(lead), 'number')}, one for each axis before the last two, but has "
            f"{len(at)}"
        )
    for i, n in zip(at, lead, strict=False):
        if not -n <= i < n:
            raise InputError(f"a slice must lie within the {n} of the map, but is {i}")
    return tuple(i % n for i, n in zip(at, lead, strict=True)) if at else tuple(n // 2 for n in lead)


def _notes(
    found: Activations,
    scale: str,
    ends: tuple[float, float],
    where: tuple[int, ...],
    count: int,
    page: int,
    *,
    strongest: bool,
) -> Iterator[str]:
    sizes = "×".join(map(str, found.values.shape[1:]))
    yield f"{counted(len(found.values), 'channel')} of {sizes} for {visible(found.image.name)}; {found.image.prepared}."
    yield _scale(ends, scale, is_curve=found.values.ndim == 2)
    if found.dead:
        dead = counted(len(found.dead), "channel is", "channels are")
        yield f"{dead} zero everywhere; a dashed outline marks those here."
    if where:
        axes = ", ".join(f"{visible(axis)} = {i}" for axis, i in zip(found.axes, where, strict=False))
        yield f"The slice at {axes} is drawn."
    if strongest:
        yield "The channel with the largest value comes first."
    if count > 1:
        yield f"Page {page} of {count}."


def _scale(ends: tuple[float, float], scale: str, *, is_curve: bool) -> str:
    """What heights or shades mean; a curve has 0 in the middle, so that none is taken for silence that is not."""
    if is_curve:
        span = measured(max(map(abs, ends)))
        return (
            f"Tiles reach from −{span} to {span}; the line in the middle is 0."
            if scale == "layer"
            else "Each tile has its own scale, as far up as down; the line in the middle is 0."
        )
    if scale == "layer":
        return f"Black is {measured(ends[0])}, white {measured(ends[1])}, in all tiles."
    return "Each tile has its own scale, from its smallest value to its largest."


# ---------------------------------------------------------------------- over the image


def overlay_scene(found: Activations, channel: int, *, at: Sequence[int] = ()) -> Scene:
    """One channel over the image: each value at its feature's centre, one jump wide.

    Parameters
    ----------
    found : Activations
        The maps.
    channel : int
        The channel.
    at : sequence of int
        As for `activations_scene`.

    Raises
    ------
    InputError
        If there is no such channel, or it has too many values to be drawn one by one.
    """
    if not -len(found.values) <= channel < len(found.values):
        raise InputError(f"channel must be one of 0 … {len(found.values) - 1}, but is {channel}")
    channel %= len(found.values)
    own, where = found.values[channel], _slice(found, at)
    if own[where].size > _MOST_CELLS:
        raise InputError(
            f"an overlay may have {_MOST_CELLS:,} values, but this one has {own[where].size:,}; take a deeper layer"
        )
    extents = found.image.numbers.shape[1:]
    title = f"{found.model} · {found.layer} · channel {channel}"
    least, most = float(own.min()), float(own.max())
    strip = len(extents) == 1
    width, height = float(extents[-1]), 1.0 if strip else float(extents[-2])
    size = (_SIDE, 110.0) if strip else (width * _SIDE / max(width, height), height * _SIDE / max(width, height))
    marks = tuple(_cells(found, own, where, least, most, strip=strip))
    ground = tuple(_wave(found) if strip else _photo(found, where))
    view = (0.0, 0.0, width, height)
    place = (MARGIN, HEAD, *size)
    jump = "×".join(numeral(j) for j in found.jump)
    notes = [
        f"Each value at the centre of its feature's field, one jump ({jump} px) wide; clear is {measured(least)}, "
        f"full {measured(most)}.",
        f"{visible(found.image.name)}; {found.image.prepared}.",
    ]
    if found.has_global:
        notes.append("Paths that read whole maps stand nowhere; centres are those of the others.")
    if where:
        axes = ", ".join(f"{visible(axis)} = {i}" for axis, i in zip(found.axes, where, strict=False))
        notes.append(f"The slice at {axes} is drawn.")
    panels = [Panel("ground", place, view, ground, clip=True), Panel("image", place, view, marks, clip=True)]
    return sheet(
        (max(size[0], 300.0) + 2 * MARGIN, HEAD + size[1] + 6),
        panels,
        title=title,
        description=f"Activations of {visible(title)} over the image.",
        notes=notes,
        main="" if strip else "image",
        ground="" if strip else "ground",
    )


def _cells(
    found: Activations, own: Any, where: tuple[int, ...], least: float, most: float, *, strip: bool
) -> Iterator[Mark]:
    import numpy as np

    span = most - least or 1.0
    for index in np.ndindex(*own.shape[len(where) :]):
        feature = (*where, *index)
        if np.isnan(found.centers[(0, *feature)]):
            continue
        cells, share = found.cells(feature), (float(own[feature]) - least) / span
        x0, x1 = cells[-1]
        y0, y1 = (0.0, 1.0) if strip else cells[-2]
        name = f"{found.layer} {feature}"
        yield Rect(x0, y0, x1, y1, Paint(_STRONG, opacity=round(0.85 * share, 3)), name)


def _wave(found: Activations) -> Iterator[Mark]:
    """A signal as a line across the strip."""
    signal = found.image.pixels[0]
    top = float(max(abs(signal.min()), abs(signal.max()))) or 1.0
    points = tuple((i + 0.5, 0.5 - 0.45 * float(v) / top) for i, v in enumerate(signal))
    yield Rect(0, 0, len(signal), 1, Paint("cell"))
    yield Path(points, Paint("", "ink", 0.7), name="signal")


def _photo(found: Activations, where: tuple[int, ...]) -> Iterator[Mark]:
    import numpy as np

    pixels = found.image.pixels
    for i, extents in zip(where, pixels.shape[1:-2], strict=False):
        # The slice of the image in the middle of what the features of the drawn slice see.
        at = int(np.nanmedian(found.centers[(0, i)])) if extents > 1 else 0
        pixels = pixels[:, min(max(at, 0), extents - 1)]
    height, width = pixels.shape[-2:]
    yield Photo(0, 0, width, height, png_of(shown(pixels)), "image")


def shown(pixels: Any) -> Any:
    """Pixels, (channels, height, width), as colours: three channels between 0 and 1 as they are, all else in shades."""
    import numpy as np

    if len(pixels) == 3 and pixels.min() >= 0 and pixels.max() <= 1:
        return np.rint(np.moveaxis(pixels, 0, -1) * 255).astype(np.uint8)
    one = pixels.mean(0)
    return grey(one, float(one.min()), float(one.max()))
