"""A step of a hostile network: a few lines of PyTorch on a map (N, C, *spatial), drawn from one seed.

A kind of step is a function that draws one for a given shape of map, or answers None where it has none. All are
entered in `KINDS` by their decorator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["KINDS", "Draw", "Kind", "Step", "kind"]

Choice = TypeVar("Choice")
Shape = tuple[int, ...]
Label = tuple[tuple[int, int], ...]
"""What a dimension numbers: factors (axis, size) of its index, row-major; empty for channels and batch."""


class Draw:
    """Draws of one step, from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def int(self, least: int, most: int) -> int:
        """A whole number, both ends among them."""
        return int(self._random.integers(least, most + 1))

    def chance(self, share: float = 0.5) -> bool:
        """Whether something of this likelihood happens."""
        return bool(self._random.random() < share)

    def one(self, choices: Sequence[Choice]) -> Choice:
        """One of several things."""
        return choices[self.int(0, len(choices) - 1)]

    def ints(self, count: int, least: int, most: int) -> list[int]:
        """Several whole numbers."""
        return [self.int(least, most) for _ in range(count)]

    def order(self, n: int) -> list[int]:
        """The numbers below n in any order."""
        return [int(i) for i in self._random.permutation(n)]

    def weights(self, *shape: int) -> Tensor:
        """Numbers away from 0, of a size that keeps a sum over all but the first dimension near 1."""
        fan = max(1, int(np.prod(shape[1:])))
        numbers = self._random.uniform(0.5, 1.5, shape) * self._random.choice([-1, 1], shape)
        return torch.tensor(numbers / fan**0.5, dtype=torch.float64)


class Step(nn.Module):
    """One step.

    Parameters
    ----------
    text : str
        The step with all its settings, for a report.
    work : function of the step and of its operands
        What it computes.
    traits : str
        Words among: ``hides`` (NaN goes further than numbers do, so only changes tell what is read), ``gate`` (with
        `is_off` the step gives back its operand), ``second`` (it takes the second input beside the map), ``swap``
        (the first two axes change places), ``pads`` (it pads one branch to the size of another),
        ``faint`` (what is read may change too little to be seen, or is multiplied with places that are always 0),
        ``zeros`` (some of its taps may have weight 0, and NaN comes through), ``weightless`` (it has weights of 0,
        which count as read).
    **parts : Tensor or Module
        Weights, which become parameters; numbers and masks, which become buffers; modules.
    """

    def __init__(self, text: str, work: Callable[..., Tensor], traits: str = "", **parts: Any) -> None:
        super().__init__()
        self.text, self.work, self.traits = text, work, frozenset(traits.split())
        self.kind = ""
        self.scale = 1.0
        self.is_off = False
        self.seen: list[tuple[Tensor, tuple[Label, ...]]] = []
        for name, part in parts.items():
            if isinstance(part, Tensor) and part.is_floating_point():
                setattr(self, name, nn.Parameter(part, requires_grad=False))
            elif isinstance(part, Tensor):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)

    def forward(self, *operands: Tensor) -> Tensor:
        """The map that comes out."""
        self.seen.clear()
        if self.is_off:
            return operands[0]
        y = self.work(self, *operands)
        if y.shape[0] != operands[0].shape[0]:
            raise ValueError(f"{self!r} is made for another size: {tuple(operands[0].shape)} became {tuple(y.shape)}")
        return y if self.scale == 1.0 else y * self.scale

    def show(self, value: Tensor, *labels: Label | int | None) -> Tensor:
        """Let a value within the step be compared too; each dimension is an axis, factors of axes, or neither."""
        full = tuple(
            ((label, n),) if isinstance(label, int) else label or ()
            for label, n in zip(labels, value.shape, strict=True)
        )
        self.seen.append((value, full))
        return value

    def __repr__(self) -> str:
        return f"{self.kind}: {self.text}"


Maker = Callable[[Draw, Shape], Step | None]


@dataclass(frozen=True)
class Kind:
    """A kind of step, and how often it is drawn beside others."""

    name: str
    make: Maker
    weight: float


KINDS: dict[str, Kind] = {}


def kind(weight: float = 1.0) -> Callable[[Maker], Maker]:
    """Enter a kind of step by the name of its function."""

    def enter(make: Maker) -> Maker:
        name = make.__name__.replace("_", " ")
        KINDS[name] = Kind(name, make, weight)
        return make

    return enter
