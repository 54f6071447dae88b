"""How the indices of a tile's values stand for indices of the whole image's values.

A network that runs on a tile makes the same values as on the whole image, only smaller. Along every dimension, tile
index ``i`` stands for whole index ``i + shift``, and some of the indices, a span in the middle, hold what the whole
has there: they are *right*. Near a cut they do not, because there the tile was padded where the image goes on.
A dimension that merges several (tokens, cells of pixels) has a part for each, in row-major order.
"""

from __future__ import annotations

import math
from typing import NamedTuple

__all__ = ["Dim", "Part", "collapsed", "fixed", "met", "regrouped", "tile_size", "whole_size"]


class Part(NamedTuple):
    """One factor of a dimension, in the whole and in the tile.

    Parameters
    ----------
    whole, tile : int
        Indices along it in either.
    shift : int or None
        Tile index i stands for whole index ``i + shift``; None if all indices hold the same.
    start, stop : int
        Tile indices ``[start, stop)`` that are right.
    axis : int
        The input axis that it comes from, or −1.
    """

    whole: int
    tile: int
    shift: int | None
    start: int
    stop: int
    axis: int = -1

    @property
    def is_complete(self) -> bool:
        """Whether the tile has all of it, and all of it right."""
        return self.whole == self.tile and not self.shift and self.start == 0 and self.stop == self.tile

    @property
    def is_uniform(self) -> bool:
        """Whether all indices hold the same, so that any stands for any."""
        return self.shift is None


Dim = tuple[Part, ...]
"""A dimension as the row-major product of its parts."""


def fixed(n: int, axis: int = -1) -> Part:
    """A dimension that a tile has whole: channels, batch, an axis that is not cut."""
    return Part(n, n, 0, 0, n, axis)


def whole_size(dim: Dim) -> int:
    """Indices along a dimension of the whole's value."""
    return math.prod(part.whole for part in dim)


def tile_size(dim: Dim) -> int:
    """Indices along a dimension of the tile's value."""
    return math.prod(part.tile for part in dim)


def collapsed(dim: Dim) -> Part | None:
    """A dimension as one part; None where parts that are cut stand behind others.

    Examples
    --------
    >>> collapsed((Part(8, 4, 2, 1, 4), fixed(2)))
    Part(whole=16, tile=8, shift=4, start=2, stop=8, axis=-1)
    """
    lead, *others = dim
    for part in others:
        if lead.is_complete and lead.whole == 1:
            lead = part
        elif part.is_complete:
            n = part.whole
            shift = None if lead.shift is None else lead.shift * n
            lead = Part(lead.whole * n, lead.tile * n, shift, lead.start * n, lead.stop * n, lead.axis)
        else:
            return None
    return lead


def met(a: Dim, b: Dim) -> Dim | None:
    """A dimension that two operands share: right where both are; None if they stand at different places.

    Examples
    --------
    >>> met((Part(8, 4, 2, 1, 4),), (Part(8, 4, 2, 0, 3),))
    (Part(whole=8, tile=4, shift=2, start=1, stop=3, axis=-1),)
    """
    if len(a) != len(b):
        one, other = collapsed(a), collapsed(b)
        return met((one,), (other,)) if one is not None and other is not None else None
    found = []
    for p, q in zip(a, b, strict=True):
        if (p.whole, p.tile) != (q.whole, q.tile):
            return None
        if p.is_uniform or q.is_uniform:
            found.append(q if p.is_uniform else p)
        elif p.shift == q.shift:
            start = max(p.start, q.start)
            found.append(p._replace(start=start, stop=max(start, min(p.stop, q.stop)), axis=max(p.axis, q.axis)))
        else:
            return None
    return tuple(found)


def regrouped(dims: tuple[Dim, ...], whole: tuple[int, ...], tile: tuple[int, ...]) -> tuple[Dim, ...] | None:
    """The same parts under another shape, in row-major order; None where a cut does not fall between elements.

    Parameters
    ----------
    dims : tuple of Dim
        Dimensions before.
    whole, tile : tuple of int
        The shape afterwards, in the whole and in the tile.

    Examples
    --------
    >>> regrouped(((Part(8, 4, 2, 1, 4),),), (4, 2), (2, 2))
    ((Part(whole=4, tile=2, shift=1, start=1, stop=2, axis=-1),), (Part(whole=2, tile=2, shift=0, ...axis=-1),))
    """
    left = [part for dim in dims for part in dim if (part.whole, part.tile) != (1, 1)]
    found: list[Dim] = []
    for sizes in reversed(list(zip(whole, tile, strict=True))):
        dim = _taken(left, sizes)
        if dim is None:
            return None
        one = collapsed(dim)
        found.append((one,) if one is not None else dim)
    return tuple(reversed(found)) if not left else None


def _taken(left: list[Part], sizes: tuple[int, int]) -> Dim | None:
    """Parts from the end of a list that make up one dimension."""
    whole, tile = sizes
    taken: list[Part] = []
    while (whole, tile) != (1, 1):
        if not left:
            return None
        part = left.pop()
        if whole % part.whole == 0 and tile % part.tile == 0:
            whole, tile = whole // part.whole, tile // part.tile
            taken.append(part)
            continue
        pieces = _split(part, whole) if whole == tile else None
        if pieces is None:
            return None
        left.append(pieces[0])
        taken.append(pieces[1])
        break
    return tuple(reversed(taken)) or (fixed(1),)


def _split(part: Part, inner: int) -> tuple[Part, Part] | None:
    """A part as runs of `inner` indices, and the indices within a run."""
    if part.whole % inner or part.tile % inner or (part.shift or 0) % inner:
        return None
    shift = None if part.shift is None else part.shift // inner
    start = -(-part.start // inner)
    stop = max(start, part.stop // inner)
    return Part(part.whole // inner, part.tile // inner, shift, start, stop, part.axis), fixed(inner)
