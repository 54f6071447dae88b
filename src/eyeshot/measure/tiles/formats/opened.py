"""An image file that is open: what is read from it, and where it lies in space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from eyeshot.measure.tiles.formats.state import state_of

__all__ = ["Grid", "Opened", "Sliced", "nothing"]


class Sliced(Protocol):
    """Whatever gives arrays for slices."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Elements per dimension."""
        ...

    @property
    def dtype(self) -> Any:
        """Type of the elements."""
        ...

    def __getitem__(self, where: tuple[slice, ...], /) -> Any: ...


@dataclass(frozen=True)
class Grid:
    """Where the voxels of an image stand in the patient.

    Parameters
    ----------
    affine : array, shape (4, 4)
        From an index along the first three dimensions of the array to millimetres, or the header's unit, towards
        right, anterior and superior, as NIfTI and nibabel have it.
    header : nibabel header or None
        The header that the image came with, if it is of NIfTI.
    """

    affine: npt.NDArray[np.float64]
    header: Any = None


def nothing() -> None:
    """Close what has nothing to be closed."""


@dataclass(frozen=True)
class Opened:
    """An image file that is open.

    Parameters
    ----------
    array : array-like
        Takes slices and reads no more than they need.
    path : Path
        The file or folder.
    grid : Grid or None
        Where the voxels stand, for formats that say so.
    close : callable
        Gives back what was opened.
    """

    array: Sliced
    path: Path
    grid: Grid | None = None
    close: Callable[[], None] = nothing

    @property
    def state(self) -> str:
        """What tells the file, or all files of a folder, as they are now from what they were before."""
        return state_of(self.path)
