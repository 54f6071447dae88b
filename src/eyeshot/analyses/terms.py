"""Terms: the field of a value as a union of products, one interval sequence per input axis.

A term says: "at every index of this value, some paths read, along axis a, the interval ``seqs[a](i_a)``". The
coordinate ``i_a`` is put together from *parts* of the value's dimensions, as ``Σ stride · index``. A plain feature
map has one part per dimension. Flattened tokens have two parts in one dimension, split windows one axis in two
dimensions; so reshapes keep the closed form.

Parts and terms are named tuples and not frozen dataclasses: some are made for every layer, and these are cheaper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from eyeshot.index.sequences import reads_nothing

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.index.bordered import Bordered
    from eyeshot.index.intervals import Periodic
    from eyeshot.index.sets import IndexSet

__all__ = ["Dims", "Field", "Part", "Term", "with_global", "with_mask"]

Field = tuple["Term | GridTerm", ...]
"""The field of one value; empty if it reads no input."""


class Part(NamedTuple):
    """One factor of a dimension; a dimension is the row-major product of its parts.

    Parameters
    ----------
    size : int
        Indices along the part.
    axis : int
        The input axis that it belongs to, or −1.
    stride : int
        What one step adds to the coordinate along the axis; 0 if the field does not change along the part.
    mask : IndexSet or None
        Indices at which the term reads anything, where not all; only with stride 0.
    """

    size: int
    axis: int = -1
    stride: int = 0
    mask: IndexSet | None = None


Dims = tuple[tuple[Part, ...], ...]
"""The parts of every dimension of a value."""


class Term(NamedTuple):
    """Some paths from a value to one input.

    Parameters
    ----------
    input : int
        Position of the graph input.
    dims : tuple of tuple of Part
        Parts of every dimension of the value.
    seqs : tuple of Periodic or Bordered
        The interval sequence along each axis of the input; an axis without parts is read at coordinate 0.
    global_axes : tuple of int
        Axes that the paths have reduced, in rising order.
    is_plain : bool
        Whether every dimension has one part and every axis at most one: then no map needs preparation.
    running_axes : tuple of int
        Axes along which the paths have passed a running reduction and do not read everything everywhere.
    """

    input: int
    dims: Dims
    seqs: tuple[Periodic | Bordered, ...]
    global_axes: tuple[int, ...]
    is_plain: bool = False
    running_axes: tuple[int, ...] = ()

    def parts_of(self, axis: int) -> list[Part]:
        """Parts along which the coordinate of an axis changes, in the order of dimensions."""
        return [part for parts in self.dims for part in parts if part.axis == axis and part.stride]

    def extent(self, axis: int) -> int:
        """Number of coordinates along an axis."""
        return 1 + sum((part.size - 1) * part.stride for part in self.parts_of(axis))

    def features(self, axis: int) -> int:
        """Number of features along an axis: the product of all parts that belong to it."""
        return math.prod(part.size for parts in self.dims for part in parts if part.axis == axis)

    @property
    def is_empty(self) -> bool:
        """Whether the term reads nothing anywhere."""
        return any(reads_nothing(seq) for seq in self.seqs)

    def with_seq(self, axis: int, seq: Periodic | Bordered) -> tuple[Periodic | Bordered, ...]:
        """The sequences with that of one axis exchanged."""
        return (*self.seqs[:axis], seq, *self.seqs[axis + 1 :])

    def with_parts(self, dims: Dims, seqs: tuple[Periodic | Bordered, ...]) -> Term:
        """The same paths over other parts."""
        axes = [part.axis for parts in dims for part in parts if part.stride]
        plain = all(len(parts) == 1 for parts in dims) and len(axes) == len(set(axes))
        return Term(self.input, dims, seqs, self.global_axes, plain, self.running_axes)

    def without(self, gone: Sequence[Part], axis: int) -> tuple[Dims, int, int]:
        """What is left when some parts of an axis no longer count.

        Parameters
        ----------
        gone : sequence of Part
            Parts of this term along which the coordinate changes; not all that the axis has.
        axis : int
            The axis.

        Returns
        -------
        dims : tuple of tuple of Part
            The dimensions, with the remaining strides in a unit of their own.
        n : int
            Number of coordinates that are left.
        unit : int
            How many of the coordinates before make one of them.
        """
        kept = [part for part in self.parts_of(axis) if not any(part is other for other in gone)]
        unit = math.gcd(*(part.stride for part in kept))
        n = sum((part.size - 1) * part.stride for part in kept) // unit + 1

        def changed(part: Part) -> Part:
            if part.axis != axis or not part.stride:
                return part
            if any(part is other for other in gone):
                return Part(part.size, axis)
            return part._replace(stride=part.stride // unit)

        return tuple(tuple(changed(part) for part in parts) for parts in self.dims), n, unit


def with_global(axes: tuple[int, ...], *more: int) -> tuple[int, ...]:
    """Global axes after some more were reduced."""
    return axes if all(axis in axes for axis in more) else tuple(sorted({*axes, *more}))


def with_mask(dims: Dims, d: int, p: int, mask: IndexSet | None) -> Dims:
    """Dimensions with the mask of one part exchanged."""
    parts = dims[d]
    changed = (*parts[:p], parts[p]._replace(mask=mask), *parts[p + 1 :])
    return (*dims[:d], changed, *dims[d + 1 :])
