"""Values that read no input, and ops without a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Shape, Status
from eyeshot.graph.core import Op

__all__ = ["Constant", "Opaque"]


@dataclass(frozen=True, slots=True)
class Constant(Op):
    """A value that depends on no input: weights, position embeddings, class tokens.

    What it reads
        Nothing.

    Examples
    --------
    >>> Constant((1, 1, 192)).infer_shape()
    (1, 1, 192)
    """

    kind: ClassVar[str] = "constant"
    shape: tuple[int, ...]

    def infer_shape(self, *shapes: Shape) -> Shape:
        if shapes:
            raise ShapeError("a constant takes no operands")
        if min(self.shape, default=1) < 1:
            raise ShapeError(f"dimensions must be at least 1, but are {self.shape}")
        return self.shape

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Opaque(Op):
    """An op that eyeshot has no exact rule for.

    What it reads
        Everything of every operand, as far as anyone can tell: the answer is marked ``unsupported``, or ``bounded``
        if `bounded` says that the op is known to look where its data say.
    Formula
        None; `name` says which op it is.

    Examples
    --------
    >>> Opaque("fft", (1, 3, 8, 8)).accesses((1, 3, 8, 8))[0].status
    <Status.UNSUPPORTED: 'unsupported'>
    """

    kind: ClassVar[str] = "opaque"
    name: str
    shape: tuple[int, ...]
    bounded: bool = False

    def infer_shape(self, *shapes: Shape) -> Shape:
        if min(self.shape, default=1) < 1:
            raise ShapeError(f"dimensions must be at least 1, but are {self.shape}")
        return self.shape

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        status = Status.BOUNDED if self.bounded else Status.UNSUPPORTED
        return tuple(Access.everything(shape, status) for shape in shapes)
