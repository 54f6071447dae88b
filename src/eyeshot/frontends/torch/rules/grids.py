"""Where `grid_sample` reads an image if the numbers of its grid are known: a few pixels around each position.

Positions are computed with numbers that are rounded. Where one comes to lie on a pixel but for rounding, its neighbours
have the weight zero but for rounding, and are not read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from eyeshot.graph.access import Shape

__all__ = ["NOTHING", "taps"]

Numbers = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOTHING = -1
"""The index of a tap outside the image, where that means zero."""

_ZEROS, _REFLECTION = 0, 2
_NEAREST, _CUBIC = 1, 2


def taps(grid: Any, sizes: Shape, mode: int, padding: int, *, corners: bool) -> list[Ints] | None:
    """The indices along each axis of an image that each position of a grid reads.

    Parameters
    ----------
    grid : Tensor
        Positions (…, axes), −1 … 1, those along the last axis first.
    sizes : tuple of int
        Pixels along each axis of the image.
    mode, padding : int
        As the operation has them: linear, nearest or cubic; zeros, border or reflection.
    corners : bool
        Whether −1 and 1 are the centres of the outermost pixels, not their ends.

    Returns
    -------
    list of int array, or None
        For each axis (…, taps), `NOTHING` where a tap reads nothing; None if it depends on how positions are rounded.
    """
    if not bool(grid.isfinite().all()):
        return None
    found = []
    for axis, n in enumerate(sizes):
        at = grid[..., len(sizes) - 1 - axis]
        own = _nearest(at, n, padding, corners=corners) if mode == _NEAREST else _around(
            at, n, padding, cubic=mode == _CUBIC, corners=corners
        )  # fmt: skip
        if own is None:
            return None
        found.append(own)
    return found


def _around(grid: Any, n: int, padding: int, *, cubic: bool, corners: bool) -> Ints:
    """Two pixels around each position, or four; one where it lies on a pixel."""
    at = _positions(grid, n, corners=corners)
    if not cubic and padding != _ZEROS:
        at = _inside(at, n, padding, corners=corners)
    whole = np.round(at)
    on_pixel = np.abs(at - whole) <= 4 * float(torch.finfo(grid.dtype).eps) * max(n, 2)
    first = np.where(on_pixel, whole, np.floor(at))
    listed = np.stack([np.where(on_pixel, first, first + t) for t in (range(-1, 3) if cubic else range(2))], -1)
    if cubic and padding != _ZEROS:
        listed = _inside(listed, n, padding, corners=corners)
    return np.where((listed >= 0) & (listed < n), listed, NOTHING).astype(np.int64)


def _nearest(grid: Any, n: int, padding: int, *, corners: bool) -> Ints | None:
    """The pixel next to each position, as the framework finds it; None if single and double precision disagree."""
    number = torch.arange(1, n + 1, dtype=torch.float64).reshape(1, 1, 1, n)
    places = torch.stack([grid.reshape(1, 1, -1), torch.zeros(1, 1, grid.numel(), dtype=grid.dtype)], -1)
    one, other = (
        torch.ops.aten.grid_sampler_2d(number.to(kind), places.to(kind), _NEAREST, padding, corners)
        for kind in (torch.float32, torch.float64)
    )
    if not torch.equal(one.double(), other):
        return None
    return np.asarray(other.reshape(*grid.shape, 1).numpy().astype(np.int64)) - 1


def _positions(grid: Any, n: int, *, corners: bool) -> Numbers:
    """Positions counted in pixels."""
    x = np.asarray(grid.double().numpy())
    return (x + 1) / 2 * (n - 1) if corners else ((x + 1) * n - 1) / 2


def _inside(at: Numbers, n: int, padding: int, *, corners: bool) -> Numbers:
    """Positions brought into the image."""
    if padding == _REFLECTION:
        first, span = (0.0, n - 1.0) if corners else (-0.5, float(n))
        away = np.abs(at - first)
        turns = np.floor(away / span) if span else np.zeros_like(away)
        rest = away - turns * span if span else np.zeros_like(away)
        at = np.where(turns % 2 == 0, rest, span - rest) + first
    return np.clip(at, 0, n - 1)
