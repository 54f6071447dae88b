"""Reductions over whole dimensions, and running ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.graph.core import Op
from eyeshot.graph.ops.select import within
from eyeshot.index.maps import IndexMap
from eyeshot.index.taps import MAX_TABLE

__all__ = ["Cumulative", "Reduce"]


@dataclass(frozen=True, slots=True)
class Reduce(Op):
    """Sum, mean, maximum, softmax statistics … over whole dimensions.

    What it reads
        Everything along the reduced dimensions: the path becomes global along their axes.
    Source
        torch.mean, torch.amax.

    Examples
    --------
    >>> Reduce((2, 3)).infer_shape((1, 8, 7, 7)), Reduce((2, 3), keepdims=True).infer_shape((1, 8, 7, 7))
    ((1, 8), (1, 8, 1, 1))
    """

    kind: ClassVar[str] = "reduce"
    dims: tuple[int, ...]
    keepdims: bool = False

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        gone = {within(dim, shape) for dim in self.dims}
        if self.keepdims:
            return tuple(1 if d in gone else n for d, n in enumerate(shape))
        return tuple(n for d, n in enumerate(shape) if d not in gone)

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        gone = {within(dim, shape) for dim in self.dims}
        links, out = [], 0
        for d, n in enumerate(shape):
            if d not in gone:
                links.append(Link(out))
            elif self.keepdims:
                links.append(Link(out, IndexMap.whole(n), reduces=True))
            else:
                links.append(Link(None, reduces=True))
            out += d not in gone or self.keepdims
        return (Access(tuple(links)),)


@dataclass(frozen=True, slots=True)
class Cumulative(Op):
    """Running sum, product, maximum … along one dimension.

    What it reads
        Output index ``o`` reads ``[0, o]``, or ``[o, n)`` if reversed: the path becomes causal along the axis, or
        anticausal. In both directions, one after the other, it is global.
    Limits
        At most four million elements along the dimension.
    Source
        torch.cumsum.

    Examples
    --------
    >>> Cumulative(1).accesses((1, 3))[0].links[1].reading.taps
    (range(0, 1), range(0, 2), range(0, 3))
    """

    kind: ClassVar[str] = "cumulative"
    dim: int
    reverse: bool = False

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if shape[within(self.dim, shape)] > MAX_TABLE:
            raise ShapeError(f"a running reduction takes at most {MAX_TABLE:,} elements, but gets shape {shape}")
        return shape

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        dim = within(self.dim, shape)
        n = shape[dim]
        taps = tuple(range(o, n) if self.reverse else range(o + 1) for o in range(n))
        links = [Link(d) for d in range(len(shape))]
        links[dim] = Link(dim, IndexMap(n, n, n, 0, taps, lawful=False), runs=True)
        return (Access(tuple(links)),)
