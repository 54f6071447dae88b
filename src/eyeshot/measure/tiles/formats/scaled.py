"""Stored numbers that mean others: slope and intercept, applied to what is read and to nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.measure.tiles.formats.opened import Sliced

__all__ = ["Scaled"]


@dataclass(frozen=True)
class Scaled:
    """An array whose numbers are ``stored * slope + intercept``, in float64 as nibabel and pydicom compute them.

    Parameters
    ----------
    stored : array-like
        What the file holds.
    slope, intercept : array, shape () or (n, 1, …)
        One number for all, or one for each index of the first dimension.
    """

    stored: Sliced
    slope: npt.NDArray[np.float64]
    intercept: npt.NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, ...]:
        """Elements per dimension."""
        return self.stored.shape

    @property
    def dtype(self) -> Any:
        """Type of the numbers."""
        return np.dtype(np.float64)

    def __getitem__(self, where: tuple[slice, ...]) -> npt.NDArray[np.float64]:
        slope, intercept = (one[where[:1]] if one.ndim else one for one in (self.slope, self.intercept))
        numbers = np.asarray(self.stored[where]).astype(np.float64)
        # In place: a tile of a volume is large, and there would be three of them.
        numbers *= slope
        numbers += intercept
        return numbers
