"""Resampling of the last D dimensions: interpolation and adaptive pooling."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.graph.core import Op
from eyeshot.index.maps import IndexMap

__all__ = ["METHODS", "AdaptivePool", "Resample"]

METHODS = {"nearest": 0, "nearest_exact": 0, "linear": 1, "cubic": 2}
"""Interpolation methods and how many neighbours they reach to either side."""


@dataclass(frozen=True, slots=True)
class Resample(Op):
    """Interpolation to given sizes.

    What it reads
        The taps around ``x(o)``: nearest reads ``⌊x⌋``, linear ``⌊x⌋, ⌊x⌋+1``, cubic ``⌊x⌋−1 … ⌊x⌋+2``, clamped to
        the input. Taps whose weight is exactly zero (``x`` an integer) are not read.
    Formula
        With ``ratio = n_in/n_out`` (or ``1/scale`` where a scale is given): half-pixel centres
        ``x = ratio·(o + ½) − ½``; aligned corners ``x = o·(n_in − 1)/(n_out − 1)``; nearest ``x = ratio·o``;
        nearest_exact ``x = ratio·(o + ½)``. The period is the denominator of the ratio.
    Limits
        Antialiased kernels are not in this op.
    Source
        torch.nn.functional.interpolate.

    Examples
    --------
    >>> op = Resample((8,), "linear")
    >>> [op.accesses((1, 4))[0].links[1].reading.reads(o) for o in range(4)]
    [(0,), (0, 1), (0, 1), (1, 2)]
    """

    kind: ClassVar[str] = "resample"
    sizes: tuple[int, ...]
    method: str = "nearest"
    align_corners: bool = False
    scales: tuple[Fraction | None, ...] = ()

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if self.method not in METHODS:
            raise ShapeError(f"method must be one of {sorted(METHODS)}, but is {self.method!r}")
        if self.align_corners and METHODS[self.method] == 0:
            raise ShapeError(f"align_corners goes with linear and cubic, but the method is {self.method!r}")
        if self.scales and len(self.scales) != len(self.sizes):
            raise ShapeError(f"scales must be given for {len(self.sizes)} axes, but there are {len(self.scales)}")
        if any(scale is not None and scale <= 0 for scale in self.scales):
            raise ShapeError(f"scales must be positive, but are {[str(s) for s in self.scales]}")
        return _resized(shape, self.sizes)

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        first = len(shape) - len(self.sizes)
        links = [Link(d) for d in range(first)]
        links += [Link(first + d, self._reading(d, n_in)) for d, n_in in enumerate(shape[first:])]
        return (Access(tuple(links)),)

    def periods(self, shape: Shape) -> tuple[int, ...]:
        """Output indices after which the taps repeat, for each axis; told without listing any of them."""
        return tuple(ratio.denominator for ratio in self.ratios(shape))

    def ratios(self, shape: Shape) -> tuple[Fraction, ...]:
        """Indices of the input for one step of the output, for each axis."""
        return tuple(self._ratio(d, n) for d, n in enumerate(shape[-len(self.sizes) :]))

    @property
    def is_nearest(self) -> bool:
        """Whether every output index reads one place."""
        return METHODS[self.method] == 0

    def _ratio(self, d: int, n_in: int) -> Fraction:
        n_out, scale = self.sizes[d], self.scales[d] if self.scales else None
        if self.align_corners:
            return Fraction(n_in - 1, n_out - 1) if n_out > 1 else Fraction(0)
        return 1 / scale if scale is not None else Fraction(n_in, n_out)

    def _reading(self, d: int, n_in: int) -> IndexMap:
        reach, ratio, n_out = METHODS[self.method], self._ratio(d, n_in), self.sizes[d]
        if self.align_corners:
            return IndexMap.resampled(n_in, n_out, ratio, Fraction(0), reach)
        half = ratio / 2 if self.method != "nearest" else Fraction(0)
        return IndexMap.resampled(n_in, n_out, ratio, half - Fraction(reach > 0, 2), reach)


@dataclass(frozen=True, slots=True)
class AdaptivePool(Op):
    """Adaptive pooling, and area resampling, to given sizes.

    What it reads
        Output index ``o`` reads ``[⌊o·n_in/n_out⌋, ⌈(o+1)·n_in/n_out⌉)``. With one output along an axis it reads the
        whole axis and the path becomes global.
    Formula
        Period ``n_out/g``, advance ``n_in/g`` with ``g = gcd(n_in, n_out)``.
    Source
        torch.nn.AdaptiveAvgPool2d.

    Examples
    --------
    >>> AdaptivePool((2,)).accesses((1, 5))[0].links[1].reading.taps
    (range(0, 3), range(2, 5))
    """

    kind: ClassVar[str] = "adaptive"
    sizes: tuple[int, ...]

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        return _resized(shape, self.sizes)

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes
        first = len(shape) - len(self.sizes)
        links = [Link(d) for d in range(first)]
        for d, n_out in enumerate(self.sizes, first):
            if n_out == 1:
                links.append(Link(d, IndexMap.whole(shape[d]), reduces=True))
            else:
                links.append(Link(d, None if n_out == shape[d] else IndexMap.adaptive(shape[d], n_out)))
        return (Access(tuple(links)),)

    def periods(self, shape: Shape) -> tuple[int, ...]:
        """Output indices after which the taps repeat, for each axis; told without listing any of them."""
        return tuple(Fraction(n, m).denominator for n, m in zip(shape[-len(self.sizes) :], self.sizes, strict=True))


def _resized(shape: Shape, sizes: tuple[int, ...]) -> Shape:
    if not 0 < len(sizes) < len(shape):
        raise ShapeError(f"{len(sizes)} sizes do not fit an operand of shape {shape}")
    if min(sizes) < 1:
        raise ShapeError(f"sizes must be at least 1, but are {sizes}")
    return (*shape[: -len(sizes)], *sizes)
