"""A call of an operation: the function, its inputs, and what is to be said of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch_elements import drawn

__all__ = ["Call", "D", "call", "numbers"]

C = torch.complex128
D = torch.float64


@dataclass(frozen=True)
class Call:
    """A function of tensors.

    Parameters
    ----------
    function : callable
        Returns a tensor or several.
    inputs : tuple of (shape, dtype)
        What it takes.
    bounded : tuple of int or bool
        Whether the answer is a bound, or for which of several results it is one.
    unseen : str
        Why some of what is read never shows in a result; empty if all of it does.
    nan : bool
        Whether the function takes NaN.
    """

    function: Callable[..., object]
    inputs: tuple[tuple[tuple[int, ...], torch.dtype], ...]
    bounded: bool | tuple[int, ...] = False
    unseen: str = ""
    nan: bool = True

    def arguments(self) -> list[Tensor]:
        """Inputs with numbers."""
        return [drawn(shape, dtype, torch.Generator().manual_seed(k)) for k, (shape, dtype) in enumerate(self.inputs)]

    def is_bounded(self, result: int) -> bool:
        """Whether the answer for a result is a bound."""
        return self.bounded if isinstance(self.bounded, bool) else result in self.bounded


def call(
    function: Callable[..., object],
    *inputs: Sequence[int] | tuple[tuple[int, ...], torch.dtype],
    bounded: bool | tuple[int, ...] = False,
    unseen: str = "",
    nan: bool = True,
) -> Call:
    """A call; inputs of which only the shape is said are float64."""
    listed = tuple(
        given if len(given) == 2 and isinstance(given[1], torch.dtype) else (tuple(given), D) for given in inputs
    )
    return Call(function, listed, bounded, unseen, nan)  # type: ignore[arg-type]


def numbers(*shape: int, dtype: torch.dtype = D) -> Tensor:
    """Constant loud numbers, none of them zero; they are not drawn, for what is drawn in a model is no constant."""
    places = torch.arange(math.prod(shape), dtype=D).reshape(shape)
    waves = 2.3 * torch.sin(places * 12.9898 + 1)
    return torch.complex(waves, 1.7 * torch.cos(places * 78.233)) if dtype.is_complex else waves
