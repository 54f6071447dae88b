"""Joining values along a dimension."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Shape
from eyeshot.graph.core import Op
from eyeshot.graph.ops.select import along, within
from eyeshot.index.maps import IndexMap

__all__ = ["Concat"]


@dataclass(frozen=True, slots=True)
class Concat(Op):
    """Operands laid one after the other along one dimension. A stack is a concat of reshaped operands.

    What it reads
        The part of the output that an operand fills reads that operand, and nothing else does. Along channels,
        branches keep their own fields until something mixes them.
    Formula
        ``n_out = Σ n_in`` along `dim`.
    Source
        torch.cat.

    Examples
    --------
    >>> Concat(1).infer_shape((1, 64, 28, 28), (1, 32, 28, 28))
    (1, 96, 28, 28)
    """

    kind: ClassVar[str] = "concat"
    dim: int

    def infer_shape(self, *shapes: Shape) -> Shape:
        if not shapes:
            raise ShapeError("there must be at least one operand")
        dim = within(self.dim, shapes[0])
        rest = {(*shape[:dim], *shape[dim + 1 :]) for shape in shapes}
        if len(rest) > 1 or len({len(shape) for shape in shapes}) > 1:
            listed = " and ".join("×".join(map(str, shape)) for shape in shapes)
            raise ShapeError(f"operands must have equal shapes except along dimension {dim}, but are {listed}")
        return (*shapes[0][:dim], sum(shape[dim] for shape in shapes), *shapes[0][dim + 1 :])

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        dim = within(self.dim, shapes[0])
        total = sum(shape[dim] for shape in shapes)
        found, at = [], 0
        for shape in shapes:
            # A part ends where the next begins, so its law must not be extended.
            part = replace(IndexMap.placed(shape[dim], total, at=at), lawful=False)
            found.append(along(dim, shape, part if shape[dim] != total else IndexMap.identity(total)))
            at += shape[dim]
        return tuple(found)
