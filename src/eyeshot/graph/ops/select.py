"""Selecting elements along one or more dimensions: slices, flips, rolls, gathers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Link, Shape, Status
from eyeshot.graph.core import Op
from eyeshot.index.maps import IndexMap
from eyeshot.index.taps import MAX_TABLE

__all__ = ["Flip", "Gather", "Roll", "Slice"]


@dataclass(frozen=True, slots=True)
class Slice(Op):
    """``x[..., start:stop:step, ...]`` along one dimension, with Python's meaning of negative numbers.

    What it reads
        Output index ``o`` reads ``start + step·o``; the jump is multiplied by `step`, which may be negative.
    Formula
        ``n_out = len(range(n_in)[start:stop:step])``.
    Limits
        A slice must leave something.
    Source
        Python data model, ``slice.indices``.

    Examples
    --------
    >>> Slice(1, None, None, 2).infer_shape((1, 5))
    (1, 3)
    """

    kind: ClassVar[str] = "slice"
    dim: int
    start: int | None = None
    stop: int | None = None
    step: int = 1

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        dim = within(self.dim, shape)
        if self.step == 0:
            raise ShapeError("step must not be 0")
        kept = len(self._kept(shape[dim]))
        if kept == 0:
            raise ShapeError(f"the slice {self.start}:{self.stop}:{self.step} of {shape[dim]} elements is empty")
        return (*shape[:dim], kept, *shape[dim + 1 :])

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        dim = within(self.dim, shape)
        kept = self._kept(shape[dim])
        reading = IndexMap.strided(shape[dim], len(kept), start=kept.start, step=kept.step)
        return (along(dim, shape, reading),)

    def _kept(self, n: int) -> range:
        return range(n)[self.start : self.stop : self.step]


@dataclass(frozen=True, slots=True)
class Flip(Op):
    """The order of some dimensions turned round.

    What it reads
        Output index ``o`` reads ``n − 1 − o``: the jump becomes negative.
    Source
        torch.flip.

    Examples
    --------
    >>> Flip((1,)).accesses((1, 5))[0].links[1].reading.reads(0)
    (4,)
    """

    kind: ClassVar[str] = "flip"
    dims: tuple[int, ...]

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        for dim in self.dims:
            within(dim, shape)
        return shape

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        turned = {within(dim, shape) for dim in self.dims}
        return (
            Access(
                tuple(
                    Link(d, IndexMap.strided(n, n, start=n - 1, step=-1) if d in turned else None)
                    for d, n in enumerate(shape)
                )
            ),
        )


@dataclass(frozen=True, slots=True)
class Roll(Op):
    """Elements shifted along some dimensions; those that leave at one end come in at the other.

    What it reads
        Output index ``o`` reads ``(o − shift) mod n``, so that neighbours at the seam read far apart pixels: the
        value is not periodic.
    Source
        torch.roll.

    Examples
    --------
    >>> Roll((1,), (2,)).accesses((1, 5))[0].links[1].reading.reads(0)
    (3,)
    """

    kind: ClassVar[str] = "roll"
    dims: tuple[int, ...]
    shifts: tuple[int, ...]

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(self.dims) != len(self.shifts):
            raise ShapeError(f"each dimension needs one shift, but there are {len(self.dims)} and {len(self.shifts)}")
        if len({within(dim, shape) for dim in self.dims}) != len(self.dims):
            raise ShapeError(f"dimensions must differ, but are {self.dims}")
        return shape

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        links = [Link(d) for d in range(len(shape))]
        for dim, shift in zip(self.dims, self.shifts, strict=True):
            d = within(dim, shape)
            if shift % shape[d]:
                links[d] = Link(d, IndexMap.rolled(shape[d], shift % shape[d]))
        return (Access(tuple(links)),)


@dataclass(frozen=True, slots=True)
class Gather(Op):
    """Elements picked along one dimension by a list of indices.

    What it reads
        Output index ``o`` reads ``indices[o]``. If the indices are computed by the network (`indices` None, `count`
        of them), any output may read any input: the answer is a bound.
    Limits
        Listed indices: at most four million.
    Source
        torch.index_select.

    Examples
    --------
    >>> Gather(1, (4, 0, 0)).infer_shape((1, 5))
    (1, 3)
    """

    kind: ClassVar[str] = "gather"
    dim: int
    indices: tuple[int, ...] | None
    count: int = 0

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        dim = within(self.dim, shape)
        kept = self.count if self.indices is None else len(self.indices)
        if not 0 < kept <= MAX_TABLE:
            raise ShapeError(f"a gather must pick 1 to {MAX_TABLE:,} elements, but picks {kept:,}")
        wrong = [i for i in self.indices or () if not -shape[dim] <= i < shape[dim]]
        if wrong:
            raise ShapeError(f"indices must lie within {shape[dim]} elements, but {wrong[0]} does not")
        return (*shape[:dim], kept, *shape[dim + 1 :])

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        dim = within(self.dim, shape)
        n = shape[dim]
        if self.indices is None:
            links = [Link(d) for d in range(len(shape))]
            links[dim] = Link(dim, IndexMap.whole(n, self.count), reduces=True)
            return (Access(tuple(links), Status.BOUNDED),)
        return (along(dim, shape, IndexMap.picked(n, [i % n for i in self.indices])),)


def within(dim: int, shape: Shape) -> int:
    """A dimension counted from the front."""
    if not -len(shape) <= dim < len(shape):
        raise ShapeError(f"dimension {dim} must lie within shape {shape}")
    return dim % len(shape)


def along(dim: int, shape: Shape, reading: IndexMap) -> Access:
    """Reading along one dimension, the identity along all others."""
    links = [Link(d) for d in range(len(shape))]
    links[dim] = Link(dim, None if reading.is_identity else reading)
    return Access(tuple(links))
