"""A series of DICOM: one slice in each file of a folder, put in order by where the slices stand in the patient.

References
----------
.. [1] DICOM PS3.3, C.7.6.2 Image Plane Module: position and orientation; C.7.6.16.2.9: rescale slope and intercept.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats.dicom_slices import Slice, in_order, slice_of, step_of
from eyeshot.measure.tiles.formats.library import library
from eyeshot.measure.tiles.formats.opened import Grid, Opened
from eyeshot.measure.tiles.formats.scaled import Scaled

__all__ = ["open_series"]

_KEPT = 1 << 28
"""Bytes of decoded slices that are kept: neighbouring tiles read the same ones."""


def open_series(folder: Path, where: str) -> Opened:
    """Open the series in a folder; dimensions are slices, rows and columns, the slices along their normal.

    Raises
    ------
    InputError
        If a file in it is of no DICOM, if there are several series, if slices are missing, stand twice or differ.
    """
    pydicom = library("pydicom")
    # The index that comes with a medium is no slice; neither are the hidden files that file managers leave behind.
    files = sorted(one for one in folder.iterdir() if one.name != "DICOMDIR" and not one.name.startswith("."))
    if not files:
        raise InputError(f"{where} is a folder without files; a folder must hold a series of DICOM")
    slices = in_order([slice_of(pydicom, file, where) for file in files], where)
    first = slices[0]
    stored = _Stack(tuple(one.path for one in slices), (first.rows, first.columns), _reader(pydicom, first))
    slope, intercept = (_column([getattr(one, name) for one in slices]) for name in ("slope", "intercept"))
    is_plain = bool((slope == 1).all() and (intercept == 0).all())
    array = stored if is_plain else Scaled(stored, slope, intercept)
    return Opened(array, folder, _grid(slices))


def _column(numbers: Sequence[float]) -> npt.NDArray[np.float64]:
    """A number for each slice, for all of its rows and columns."""
    return np.array(numbers, np.float64).reshape(-1, 1, 1)


@dataclass(frozen=True)
class _Stack:
    """Slices, one on the other, decoded as they are read."""

    files: tuple[Path, ...]
    size: tuple[int, int]
    decode: Callable[[Path], npt.NDArray[Any]]

    @property
    def shape(self) -> tuple[int, ...]:
        """Slices, rows, columns."""
        return (len(self.files), *self.size)

    @functools.cached_property
    def dtype(self) -> Any:
        """Type of the stored numbers, which the first slice shows when it is decoded."""
        return self.decode(self.files[0]).dtype

    def __getitem__(self, where: tuple[slice, ...]) -> npt.NDArray[Any]:
        along, *within = where
        pieces = [self.decode(file)[tuple(within)] for file in self.files[along]]
        return np.stack(pieces) if pieces else np.empty((0, 0, 0), self.dtype)


def _reader(pydicom: Any, first: Slice) -> Callable[[Path], npt.NDArray[Any]]:
    def decode(path: Path) -> npt.NDArray[Any]:
        pixels: npt.NDArray[Any] = pydicom.dcmread(path).pixel_array
        return pixels

    return functools.lru_cache(max(1, _KEPT // first.bytes))(decode)


def _grid(slices: Sequence[Slice]) -> Grid | None:
    """Where slices, rows and columns stand; DICOM's axes point to the left and to the back, NIfTI's the other way."""
    first = slices[0]
    if first.position is None or first.spacing is None:
        return None
    affine = np.eye(4)
    affine[:3, 0] = step_of(slices)
    affine[:3, 1] = first.down * first.spacing[0]
    affine[:3, 2] = first.across * first.spacing[1]
    affine[:3, 3] = first.position
    return Grid(np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine)
