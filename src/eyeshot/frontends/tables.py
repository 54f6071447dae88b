"""Tables of indices in other words: a slice, windows, a reshape, where a table says no more than these.

A table picks elements by number, and of a list of numbers no law is known. Most tables that models make do have one:
strides, windows, shuffled channels, cells of pixels. Each way to say a table is tried on its own numbers and taken only
if it gives the whole table, so that none is ever taken by hope; what is said by no law stays a gather.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from eyeshot.frontends.path import Path
from eyeshot.frontends.strides import lay_out
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Op

__all__ = ["picked"]

Ints = npt.NDArray[np.int64]


def picked(table: Ints, sizes: Shape, lead: Shape = (), tail: Shape = ()) -> list[Op]:
    """Steps from a value to ``value[lead…, table, tail…]``, elements of some neighbouring dimensions by number.

    Parameters
    ----------
    table : int array
        Numbers of elements in row-major order of `sizes`, none of them negative.
    sizes : tuple of int
        Sizes of the dimensions that are picked from.
    lead, tail : tuple of int
        Sizes of the dimensions before and behind them, which stay as they are.

    Returns
    -------
    list of Op
        To be done one after the other; the result has the shape ``(*lead, *table.shape, *tail)``.

    Examples
    --------
    >>> picked(np.array([0, 2, 4]), (5,))
    [Slice(dim=0, start=0, stop=5, step=2)]
    >>> picked(np.array([[0, 1], [1, 2], [2, 3]]), (4,))
    [Unfold(dim=0, size=2, step=1, dilation=1), Reshape(shape=(3, 2))]
    >>> picked(np.array([3, 0, 2]), (4,))
    [Gather(dim=0, indices=(3, 0, 2), count=0)]
    """
    path = Path(lead, sizes, tail)
    if len(sizes) > 1 and table.size and table.min() >= 0 and table.max() < math.prod(sizes):
        coordinates = [c.astype(np.int64, copy=False) for c in np.unravel_index(table, sizes)]
        dims = _dims_apart(coordinates)
        if dims is not None:
            _by_dimensions(path, table.shape, coordinates, dims)
            return path.steps
    path.reshape((math.prod(sizes),))
    lay_out(path, 0, table)
    return path.steps


def _dims_apart(coordinates: list[Ints]) -> list[tuple[int, ...]] | None:
    """Along which dimensions of a table each coordinate changes; None if two change along the same."""
    found = [_changing(c) for c in coordinates]
    listed = [d for dims in found for d in dims]
    return found if len(set(listed)) == len(listed) else None


def _changing(numbers: Ints) -> tuple[int, ...]:
    """Dimensions along which an array is not the same everywhere."""
    return tuple(d for d in range(numbers.ndim) if bool((numbers != numbers.take([0], d)).any()))


def _by_dimensions(path: Path, shape: Shape, coordinates: list[Ints], dims: list[tuple[int, ...]]) -> None:
    """Pick along each dimension for itself, then bring the results into the order of the table."""
    # From behind, so that the numbers of the dimensions before stay as they are.
    for s in range(len(coordinates) - 1, -1, -1):
        alone = coordinates[s][tuple(slice(None) if d in dims[s] else 0 for d in range(len(shape)))]
        lay_out(path, s, np.asarray(alone))
    order = [d for own in dims for d in own]
    path.permute(sorted(range(len(order)), key=order.__getitem__))
    path.reshape(tuple(n if d in order else 1 for d, n in enumerate(shape)))
    path.expand(shape)
