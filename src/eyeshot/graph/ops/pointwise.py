"""Ops that move no index: activations, sums and products of branches, broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.graph.core import Op
from eyeshot.index.maps import IndexMap

__all__ = ["Expand", "Pointwise"]


@dataclass(frozen=True, slots=True)
class Pointwise(Op):
    """Any function of one element of each operand; operands broadcast as in numpy.

    What it reads
        Each output element reads the element at its own position of every operand. Fields of branches unite.
    Source
        numpy, "Broadcasting".

    Examples
    --------
    >>> Pointwise().infer_shape((1, 8, 7, 7), (8, 1, 1))
    (1, 8, 7, 7)
    """

    kind: ClassVar[str] = "pointwise"

    def infer_shape(self, *shapes: Shape) -> Shape:
        if not shapes:
            raise ShapeError("there must be at least one operand")
        rank = max(map(len, shapes))
        out = []
        for d in range(-rank, 0):
            sizes = {shape[d] for shape in shapes if len(shape) >= -d} - {1}
            if len(sizes) > 1:
                raise ShapeError(
                    f"operands must have equal shapes (or 1) along every dimension, but are {_listed(shapes)}"
                )
            out.append(sizes.pop() if sizes else 1)
        return tuple(out)

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        out = self.infer_shape(*shapes)
        return tuple(broadcast(shape, out) for shape in shapes)


@dataclass(frozen=True, slots=True)
class Expand(Op):
    """One operand broadcast to a shape.

    What it reads
        As `Pointwise`: dimensions of size 1 are read at their only index.
    Source
        torch.Tensor.expand.

    Examples
    --------
    >>> Expand((2, 8, 7, 7)).infer_shape((8, 1, 1))
    (2, 8, 7, 7)
    """

    kind: ClassVar[str] = "expand"
    shape: tuple[int, ...]

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        fits = len(shape) <= len(self.shape) and min(self.shape, default=1) >= 1
        if not fits or any(n not in (1, m) for n, m in zip(shape[::-1], self.shape[::-1], strict=False)):
            raise ShapeError(f"shape {shape} cannot be broadcast to {self.shape}")
        return self.shape

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        return (broadcast(shapes[0], self.shape),)


def broadcast(shape: Shape, out: Shape) -> Access:
    """What each element of a broadcast result reads of an operand."""
    shift = len(out) - len(shape)
    return Access(
        tuple(
            Link(d + shift, None if n == out[d + shift] else IndexMap.strided(1, out[d + shift], step=0))
            for d, n in enumerate(shape)
        )
    )


def _listed(shapes: tuple[Shape, ...]) -> str:
    return " and ".join("×".join(map(str, shape)) for shape in shapes)
