"""Steps one after the other over neighbouring dimensions of a value, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from eyeshot.frontends.moves import moved
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Op
from eyeshot.graph.ops import Expand, Permute, Reshape

__all__ = ["Path"]

Ints = npt.NDArray[np.int64]


class Path:
    """Steps that work on some dimensions of a value and leave those before and behind as they are.

    Parameters
    ----------
    lead, core, tail : tuple of int
        Sizes of the dimensions before, of those that are worked on, and of those behind.
    """

    def __init__(self, lead: Shape, core: Shape, tail: Shape) -> None:
        self._lead, self._tail, self._begin = lead, tail, core
        self.core = core
        self.steps: list[Op] = []

    @property
    def first(self) -> int:
        """Number of the first dimension that is worked on."""
        return len(self._lead)

    @property
    def behind(self) -> int:
        """How many dimensions lie behind those that are worked on."""
        return len(self._tail)

    def add(self, op: Op) -> None:
        """One step."""
        shape = op.infer_shape((*self._lead, *self.core, *self._tail))
        self.core = shape[self.first : len(shape) - self.behind]
        self.steps.append(op)

    def reshape(self, core: Shape) -> None:
        """The same elements under another shape."""
        if core != self.core:
            self.add(Reshape((*self._lead, *core, *self._tail)))

    def split(self, d: int, sizes: Sequence[int]) -> None:
        """One dimension told apart into several."""
        self.reshape((*self.core[:d], *sizes, *self.core[d + 1 :]))

    def permute(self, order: Sequence[int]) -> None:
        """Another order of the dimensions."""
        if list(order) != list(range(len(order))):
            moved_dims = [self.first + d for d in order]
            rank = self.first + len(order) + self.behind
            self.add(Permute((*range(self.first), *moved_dims, *range(rank - self.behind, rank))))

    def expand(self, core: Shape) -> None:
        """Dimensions of size 1 broadcast."""
        if core != self.core:
            self.add(Expand((*self._lead, *core, *self._tail)))

    def numbers(self) -> Ints:
        """The elements that stand in the result, by their number in what the steps began with."""
        numbers = np.arange(math.prod((*self._lead, *self._begin, *self._tail))).reshape(
            (*self._lead, *self._begin, *self._tail)
        )
        for op in self.steps:
            numbers = moved(op, numbers)
        return numbers
