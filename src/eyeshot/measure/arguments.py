"""Numbers for the inputs of a model."""

from __future__ import annotations

from typing import Any

import torch

from eyeshot.graph.core import Value

__all__ = ["clean_tensor"]


def clean_tensor(value: Value, number: Any, generator: torch.Generator, *, below: int) -> Any:
    """Random numbers for an input: between 0.1 and 1.1, or, where they are integers, below `below`."""
    if number.is_floating_point or number.is_complex:
        real = torch.float64 if number.is_complex else number
        return (torch.rand(value.shape, generator=generator, dtype=real) + 0.1).to(number)
    if number is torch.bool:
        return torch.rand(value.shape, generator=generator) < 0.5
    return torch.randint(0, below, value.shape, generator=generator).to(number)
