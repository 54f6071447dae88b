"""Image sizes near one that cannot be tiled, at which the strides of a network fit together.

A network that resamples to the size of a skip connection has a regular grid only where its strides divide the image.
Elsewhere the ratio of two sizes is one of large numbers without a common divisor, the grid on which tiles may begin is
larger than any image, and the same network a few pixels further on has a grid of 32 pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["Nearest", "nearest"]

Size = tuple[int, ...]

_STEPS = (32, 96, 240)
"""Multiples that are tried where the strides say nothing; most networks halve, some go by 3 or 5."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Sizes around that of an image.

    Parameters
    ----------
    steps : tuple of int
        Per axis: multiples of this many pixels are good.
    padded : tuple of int
        The smallest good size that holds the image.
    cropped : tuple of int or None
        The largest that the image holds; None if there is none, or if it is the other.
    """

    steps: Size
    padded: Size
    cropped: Size | None

    def __str__(self) -> str:
        steps = self.steps[:1] if len(set(self.steps)) == 1 else self.steps
        crop = f", or crop it to {_by(self.cropped)}" if self.cropped is not None else ""
        return f"sizes that are multiples of {_by(steps)} can be tiled: pad the image to {_by(self.padded)}{crop}"


def nearest(extents: Size, strides: Size, grid_at: Callable[[Size], Size | None]) -> Nearest | None:
    """Find sizes of which the network's own grid is a divisor.

    Parameters
    ----------
    extents : tuple of int
        Pixels of the image per axis.
    strides : tuple of int
        Least common multiples of the strides that are known, per axis.
    grid_at : callable
        The alignment of the network for an image of some size; None if it does not run there, or has none.
    """
    for steps in _candidates(strides):
        grid = grid_at(_rounded(extents, steps, up=True))
        if grid is not None and all(step % one == 0 for step, one in zip(steps, grid, strict=True)):
            padded, cropped = _rounded(extents, grid, up=True), _rounded(extents, grid, up=False)
            return Nearest(grid, padded, cropped if min(cropped) > 0 and cropped != padded else None)
    return None


def _candidates(strides: Size) -> Iterator[Size]:
    """Steps per axis, the network's own strides first."""
    if max(strides) > 1:
        yield strides
    for step in _STEPS:
        yield tuple(math.lcm(step, stride) for stride in strides)


def _rounded(extents: Size, steps: Size, *, up: bool) -> Size:
    return tuple(-(-n // step) * step if up else n // step * step for n, step in zip(extents, steps, strict=True))


def _by(sizes: Size) -> str:
    return "×".join(map(str, sizes))
