"""Numbers in the cells of an animation: values, weights, and what each output comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from eyeshot.errors import InputError
from eyeshot.present.arithmetic.cells import Cell, Frame
from eyeshot.present.arithmetic.frames import Frames
from eyeshot.present.numerals import numeral

__all__ = ["EXAMPLE_KERNEL", "EXAMPLE_VALUES", "Numbers", "number_text", "numbers_for"]

Grid = tuple[tuple[int, ...], ...]

EXAMPLE_VALUES: Grid = ((3, 3, 2, 1, 0), (0, 0, 1, 3, 1), (3, 1, 2, 2, 3), (2, 0, 0, 2, 2), (2, 0, 0, 0, 1))
"""The input of the numerical examples of Dumoulin and Visin, arXiv:1603.07285."""

EXAMPLE_KERNEL: Grid = ((0, 1, 2), (2, 2, 0), (0, 1, 2))
"""Their kernel."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values of the input, weights of the kernel, and how they come together.

    Parameters
    ----------
    values : tuple of tuple of int
        One for each input cell, row by row.
    weights : tuple of tuple of int
        One for each cell of the kernel; empty for a pooling.
    rule : {"sum", "max", "mean"}
        Sum of products, largest value, or mean over the kernel, whose cells in the padding count as zero.
    cells : int
        Cells of the kernel, by which the mean divides.
    """

    values: Grid
    weights: Grid
    rule: str
    cells: int

    def terms(self, frame: Frame) -> list[tuple[int, int]]:
        """Each value that a frame reads, with its weight (1 where there is none); empty cells are left out."""
        return [
            (self.values[read.source[0]][read.source[1]], self._weight(read.weight))
            for read in frame.reads
            if read.source is not None
        ]

    def _weight(self, at: Cell | None) -> int:
        return self.weights[at[0]][at[1]] if at is not None and self.weights else 1

    def result(self, frame: Frame) -> Fraction | None:
        """What the output of a frame comes to; None for the largest of no value."""
        terms = self.terms(frame)
        if self.rule == "max":
            return Fraction(max(value for value, _ in terms)) if terms else None
        total = Fraction(sum(value * weight for value, weight in terms))
        return total / self.cells if self.rule == "mean" else total

    def results(self, frames: Frames) -> dict[Cell, Fraction | None]:
        """What every output that is drawn comes to; when stamping, what has been added up in the end."""
        if frames.way != "stamp":
            return {frame.writes[0].at: self.result(frame) for frame in frames.frames}
        found: dict[Cell, Fraction | None] = {}
        for frame in frames.frames:
            ((value, _),) = self.terms(frame)
            for write in frame.writes:
                found[write.at] = (found.get(write.at) or Fraction(0)) + value * self._weight(write.weight)
        return found

    def sentence(self, frame: Frame) -> str:
        """How the output of a frame is computed, with its result."""
        result = self.result(frame)
        shown = "–" if result is None else _exact_text(result)
        if self.rule == "max":
            return f"max({', '.join(str(value) for value, _ in self.terms(frame))}) = {shown}"
        if self.rule == "mean":
            return f"({' + '.join(str(value) for value, _ in self.terms(frame))}) / {self.cells} = {shown}"
        return " + ".join(f"{value}·{_factor(weight)}" for value, weight in self.terms(frame)) + f" = {shown}"


def numbers_for(frames: Frames, values: Sequence[Sequence[int]] = (), kernel: Sequence[Sequence[int]] = ()) -> Numbers:
    """Numbers for a layer: the given ones, or those of Dumoulin and Visin's examples, repeated as far as they must.

    Parameters
    ----------
    frames : Frames
        The animation.
    values, kernel : sequence of sequence of int
        Rows of the input and of the kernel; they must have the layer's sizes.

    Raises
    ------
    InputError
        If the layer computes nothing that numbers could show, or if the sizes differ.
    """
    rule = {"maxpool": "max", "avgpool": "mean"}.get(frames.steps.source, "sum")
    known = {"window": rule, "transposed": "sum"}.get(frames.steps.op)
    layer = frames.steps.layer
    if known is None:
        source = frames.steps.source
        raise InputError(
            f"numbers can be shown for a convolution or a pooling, but `{layer}` is of kind {source}; leave them out"
        )
    if frames.channels != (1, 1):
        raise InputError(
            f"numbers can be shown where one channel is drawn, but of `{layer}` {max(frames.channels)} are; leave out "
            "the numbers or the groups"
        )
    sizes = frames.input.sizes
    kernel_sizes = tuple(axis.setting("kernel", 1) for axis in frames.steps.axes[-2:])
    kernel_sizes = (1, *kernel_sizes) if len(kernel_sizes) == 1 else kernel_sizes
    weighted = known == "sum"
    return Numbers(
        _grid(values or _repeated(EXAMPLE_VALUES, sizes), sizes, "values"),
        _grid(kernel or _repeated(EXAMPLE_KERNEL, kernel_sizes), kernel_sizes, "kernel") if weighted else (),
        known,
        kernel_sizes[0] * kernel_sizes[1],
    )


def number_text(value: Fraction) -> str:
    """A number with one decimal where it has any, as there is little room in a cell."""
    text = numeral(value) if value.denominator == 1 else f"{float(value):.1f}"
    return text.replace("-", "−")


def _exact_text(value: Fraction) -> str:
    """A number as it is; where one decimal is not enough for that, as a fraction with the number it is about.

    Examples
    --------
    >>> _exact_text(Fraction(5, 2)), _exact_text(Fraction(11, 9))
    ('2.5', '11/9 ≈ 1.2')
    """
    shown = number_text(value)
    return shown if value * 10 == int(value * 10) else f"{value} ≈ {shown}".replace("-", "−")


def _factor(weight: int) -> str:
    return f"(−{-weight})" if weight < 0 else str(weight)


def _repeated(grid: Grid, sizes: tuple[int, ...]) -> Grid:
    return tuple(tuple(grid[i % len(grid)][j % len(grid[0])] for j in range(sizes[1])) for i in range(sizes[0]))


def _grid(rows: Sequence[Sequence[int]], sizes: tuple[int, ...], what: str) -> Grid:
    if len(rows) != sizes[0] or any(len(row) != sizes[1] for row in rows):
        found = f"{len(rows)}×{len(rows[0]) if rows else 0}"
        raise InputError(f"the {what} must be {sizes[0]}×{sizes[1]} numbers, but are {found}")
    return tuple(tuple(row) for row in rows)
