"""Rearrangements: every element is kept and none is read twice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Link, Regroup, Shape
from eyeshot.graph.core import Op

__all__ = ["Permute", "Reshape"]


@dataclass(frozen=True, slots=True)
class Reshape(Op):
    """The same elements in row-major order under another shape.

    What it reads
        Output element number k reads input element number k. Flattened tokens, split windows and pixel shuffles
        are reshapes and permutations.
    Limits
        Of merged dimensions only the leading one is thought to go on beyond its end.
    Source
        numpy.reshape, order "C".

    Examples
    --------
    >>> Reshape((1, 49, 8)).infer_shape((1, 7, 7, 8))
    (1, 49, 8)
    """

    kind: ClassVar[str] = "reshape"
    shape: tuple[int, ...]

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if min(self.shape, default=1) < 1 or math.prod(self.shape) != math.prod(shape):
            raise ShapeError(f"{shape} cannot be reshaped to {self.shape}: the number of elements must stay the same")
        return self.shape

    def accesses(self, *shapes: Shape) -> tuple[Regroup, ...]:
        return (Regroup(shapes[0], self.shape),)


@dataclass(frozen=True, slots=True)
class Permute(Op):
    """Dimensions in another order: output dimension d is input dimension ``order[d]``.

    What it reads
        Each output element reads one input element at the permuted position.
    Source
        torch.permute.

    Examples
    --------
    >>> Permute((0, 2, 3, 1)).infer_shape((1, 3, 5, 7))
    (1, 5, 7, 3)
    """

    kind: ClassVar[str] = "permute"
    order: tuple[int, ...]

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if sorted(self.order) != list(range(len(shape))):
            raise ShapeError(f"order {self.order} must name each dimension of shape {shape} once")
        return tuple(shape[d] for d in self.order)

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        place = {n: d for d, n in enumerate(self.order)}
        return (Access(tuple(Link(place[d]) for d in range(len(shapes[0])))),)
