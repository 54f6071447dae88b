"""Windows side by side: the patches that local attention looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Shape
from eyeshot.graph.core import Op
from eyeshot.graph.ops.select import along, within
from eyeshot.index.maps import IndexMap

__all__ = ["Unfold"]


@dataclass(frozen=True, slots=True)
class Unfold(Op):
    """The windows along one dimension laid one after the other, elements that several of them share as often.

    What it reads
        Output index ``o`` is place ``t = o mod size`` of window ``w = o // size`` and reads
        ``step·w + dilation·t``. A reshape to ``(windows, size)`` then tells windows and places apart.
    Formula
        ``n_out = size·(⌊(n_in − dilation·(size − 1) − 1) / step⌋ + 1)``.
    Limits
        At least one window must fit.
    Source
        torch.Tensor.unfold; torch.nn.Unfold, one dimension at a time.

    Examples
    --------
    >>> Unfold(1, 3, 2).infer_shape((1, 7))
    (1, 9)
    >>> [Unfold(1, 3, 2).accesses((1, 7))[0].links[1].reading.reads(o)[0] for o in range(9)]
    [0, 1, 2, 2, 3, 4, 4, 5, 6]
    """

    kind: ClassVar[str] = "unfold"
    dim: int
    size: int
    step: int = 1
    dilation: int = 1

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        dim = within(self.dim, shape)
        if min(self.size, self.step, self.dilation) < 1:
            raise ShapeError(
                f"size, step and dilation must be at least 1, but are {self.size}, {self.step} and {self.dilation}"
            )
        windows = self._windows(shape[dim])
        if windows < 1:
            reach = self.dilation * (self.size - 1) + 1
            raise ShapeError(f"a window over {reach} elements must fit into {shape[dim]}")
        return (*shape[:dim], windows * self.size, *shape[dim + 1 :])

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        dim = within(self.dim, shape)
        taps = tuple(range(t * self.dilation, t * self.dilation + 1) for t in range(self.size))
        n = shape[dim]
        return (along(dim, shape, IndexMap(n, self._windows(n) * self.size, self.size, self.step, taps)),)

    def _windows(self, n: int) -> int:
        return (n - self.dilation * (self.size - 1) - 1) // self.step + 1
