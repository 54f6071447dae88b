"""Padding and cropping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.graph.core import Op
from eyeshot.index.border import Border
from eyeshot.index.maps import IndexMap

__all__ = ["PAD_MODES", "Pad"]

PAD_MODES = {
    "constant": Border.NOTHING,
    "replicate": Border.CLAMP,
    "reflect": Border.REFLECT,
    "circular": Border.WRAP,
}


@dataclass(frozen=True, slots=True)
class Pad(Op):
    """Padding of the last D dimensions; negative amounts crop.

    What it reads
        Output index ``o`` reads ``o − before``; outside the input nothing (constant), the nearest element
        (replicate), the mirror image without the edge (reflect) or the other end (circular).
    Formula
        ``n_out = n_in + before + after``. The theoretical field shifts by ``before`` in every mode; modes differ
        in the actual field only.
    Limits
        Reflection takes less than ``n_in``, circular padding at most ``n_in``, as in PyTorch.
    Source
        torch.nn.functional.pad.

    Examples
    --------
    >>> Pad((1, 2), (0, -1)).infer_shape((1, 3, 5, 5))
    (1, 3, 6, 6)
    """

    kind: ClassVar[str] = "pad"
    before: tuple[int, ...]
    after: tuple[int, ...]
    mode: str = "constant"

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        axes = len(self.before)
        if not 0 < axes == len(self.after) <= len(shape):
            raise ShapeError(f"padding of {axes} and {len(self.after)} dimensions does not fit shape {shape}")
        if self.mode not in PAD_MODES:
            raise ShapeError(f"padding mode must be one of {sorted(PAD_MODES)}, but is {self.mode!r}")
        first = len(shape) - axes
        sizes = []
        for n, before, after in zip(shape[first:], self.before, self.after, strict=True):
            most = {"reflect": n - 1, "circular": n}.get(self.mode)
            if most is not None and max(before, after) > most:
                raise ShapeError(
                    f"{self.mode} padding must be at most {most} for {n} elements, but is {before}+{after}"
                )
            if n + before + after < 1:
                raise ShapeError(f"cropping {-before}+{-after} of {n} elements leaves nothing")
            sizes.append(n + before + after)
        return (*shape[:first], *sizes)

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        first = len(shape) - len(self.before)
        links = [Link(d) for d in range(first)]
        for d, before, after in zip(range(first, len(shape)), self.before, self.after, strict=True):
            reading = IndexMap.placed(shape[d], shape[d] + before + after, at=before, border=PAD_MODES[self.mode])
            links.append(Link(d, None if before == after == 0 else reading))
        return (Access(tuple(links)),)
