"""Kernels of a convolution as a grid: small photos, maps of weights around 0, or curves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eyeshot.errors import InputError, nearest
from eyeshot.present.drawings.tiles import Tile, diverging, rgb, tiles_scene
from eyeshot.present.escape import visible
from eyeshot.present.numerals import measured
from eyeshot.present.scene.scene import Scene

if TYPE_CHECKING:
    from eyeshot.effects.filters import Kernels

__all__ = ["PER_PAGE", "SCALES", "kernels_scene", "pages_of"]

PER_PAGE = (16, 24)
"""Most filters and channels on a page of a deeper layer."""
SCALES = ("layer", "tile")
_ALONE_PAGE = 256
"""Most filters on a page where each is one tile."""
_MOST_COLUMNS = 16
_FINER, _BETWEEN = 6, 110
"""How much thinner than a weight the line between two slices is, and its shade."""


def pages_of(kernels: Kernels) -> int:
    """How many pages all kernels take."""
    if _are_alone(kernels):
        return math.ceil(len(kernels.weights) / _ALONE_PAGE)
    filters, channels = kernels.weights.shape[:2]
    return math.ceil(int(filters) / PER_PAGE[0]) * math.ceil(int(channels) / PER_PAGE[1])


def kernels_scene(kernels: Kernels, page: int = 1, *, scale: str = "layer") -> Scene:
    """One page of the kernels.

    Parameters
    ----------
    kernels : Kernels
        All of them.
    page : int
        From 1; first along the channels, then along the filters.
    scale : {"layer", "tile"}
        Whether colours mean the same in all tiles, or each goes as far as its own largest weight.

    Raises
    ------
    InputError
        If there is no such page or scale.
    """
    import numpy as np

    if scale not in SCALES:
        raise InputError(f"scale must be {' or '.join(SCALES)}; found {scale!r}{nearest(scale, SCALES)}")
    count = pages_of(kernels)
    if not 1 <= page <= count:
        raise InputError(f"page must be one of 1 … {count}, but is {page}")
    most = float(np.abs(kernels.weights).max())
    one = f"from −{measured(most)} to {measured(most)} on one scale"
    own = f"each on its own scale, which ends at its largest; the largest of all is {measured(most)}"
    notes = [f"{kernels.caption}.", f"Weights {one if scale == 'layer' else own}; {_zero(kernels)} is 0."]
    if kernels.ordered_by != "index":
        notes.append(f"In the order of their {kernels.ordered_by}.")
    if count > 1:
        notes.append(f"Page {page} of {count}.")
    title = f"{kernels.model} · {kernels.layer} · kernels"
    if _are_alone(kernels):
        shown = kernels.order[(page - 1) * _ALONE_PAGE : page * _ALONE_PAGE]
        tiles = [_alone(kernels, i, most if scale == "layer" else None) for i in shown]
        # As many across as make the page about square; slices of a volume lie side by side in one tile.
        wide = kernels.weights.shape[2] if kernels.weights.ndim > 4 else 1
        columns = max(1, min(_MOST_COLUMNS, math.ceil(math.sqrt(len(tiles) / wide))))
        rows = [tiles[i : i + columns] for i in range(0, len(tiles), columns)]
        return tiles_scene(rows, title=title, description=f"Kernels of {visible(title)}.", notes=notes, side=34 * wide)
    across = math.ceil(kernels.weights.shape[1] / PER_PAGE[1])
    down, right = divmod(page - 1, across)
    filters = kernels.order[down * PER_PAGE[0] : (down + 1) * PER_PAGE[0]]
    channels = range(right * PER_PAGE[1], min((right + 1) * PER_PAGE[1], kernels.weights.shape[1]))
    notes.append(f"Rows are filters, columns their channels {channels.start} … {channels.stop - 1}.")
    rows = [[_plain(kernels, i, c, most if scale == "layer" else None) for c in channels] for i in filters]
    return tiles_scene(
        rows,
        title=title,
        description=f"Kernels of {visible(title)}.",
        notes=notes,
        side=22,
        heads=[f"filter {i}" for i in filters],
    )


def _are_alone(kernels: Kernels) -> bool:
    """Whether each filter is one tile: a small photo, or the only channel that there is."""
    return kernels.is_color or kernels.weights.shape[1] == 1


def _alone(kernels: Kernels, i: int, most: float | None) -> Tile:
    """One filter as one tile; without a largest weight it goes as far as its own."""
    kernel = kernels.weights[i]
    most = float(abs(kernel).max()) if most is None else most
    tile = Tile(rgb(kernel, most)) if kernels.is_color else _plain(kernels, i, 0, most)
    return replace(tile, label=str(i), name=f"kernel {i}")


def _zero(kernels: Kernels) -> str:
    if kernels.is_color:
        return "grey"
    return "the middle line" if kernels.weights.ndim == 3 else "white"


def _plain(kernels: Kernels, i: int, c: int, most: float | None) -> Tile:
    """One channel of one filter: a curve, a map, or the slices of a volume side by side."""
    import numpy as np

    kernel, name = kernels.weights[i, c], f"kernel {i} channel {c}"
    most = float(abs(kernel).max()) if most is None else most
    if kernel.ndim == 1:
        return Tile(curve=tuple(float(value) / (most or 1.0) for value in kernel), name=name)
    if kernel.ndim == 2:
        return Tile(diverging(kernel, most), name=name)
    slices = [_larger(diverging(part, most)) for part in kernel.reshape(-1, *kernel.shape[-2:])]
    gap = np.full((len(slices[0]), 1, 3), _BETWEEN, np.uint8)
    parts = [part for one in slices for part in (one, gap)][:-1]
    return Tile(np.concatenate(parts, 1), name=name)


def _larger(image: Any) -> Any:
    """An image whose pixels are squares of several, so that a line between two images is thinner than a pixel."""
    return image.repeat(_FINER, 0).repeat(_FINER, 1)
