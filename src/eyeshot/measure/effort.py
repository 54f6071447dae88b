"""How much a proof tries and takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eyeshot.errors import InputError

__all__ = ["Effort", "Progress"]

Progress = Callable[[int, int], None]
"""Told how many of how many runs are done."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a proof may try and take.

    Parameters
    ----------
    rows : int or None
        Most rows along an axis; None for all.
    pixels : int
        Single pixels of each input.
    seed : int
        Where random choices begin.
    memory : int
        Most bytes.
    layers : sequence of str
        Layers to look at; all if there are none.
    """

    rows: int | None = None
    pixels: int = 16
    seed: int = 0
    memory: int = 2_000_000_000
    layers: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.rows is not None and self.rows < 1:
            raise InputError(f"rows must be at least 1, but is {self.rows}")
        if self.pixels < 0:
            raise InputError(f"pixels must be at least 0, but is {self.pixels}")
        if not 0 <= self.seed < 2**63:
            raise InputError(f"the seed must lie between 0 and 2^63 - 1, but is {self.seed}")
