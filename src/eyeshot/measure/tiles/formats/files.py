"""From the name of an image to the image: every kind of file, and the levels within one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from eyeshot.errors import EyeshotError, InputError
from eyeshot.measure.tiles.formats import dicom, nifti, ome_zarr, tiff
from eyeshot.measure.tiles.formats.opened import Opened
from eyeshot.measure.tiles.network import told
from eyeshot.running.disk import stands

__all__ = ["at_level", "open_image"]

_ENDINGS = (".npy", ome_zarr.SUFFIX, *tiff.SUFFIXES, *nifti.SUFFIXES)


def open_image(path: Path, where: str) -> Opened:
    """Open the image in a file or folder.

    Parameters
    ----------
    path : Path
        A file, a zarr array or group, an array within a zarr group, or a folder with a series of DICOM. A level of a
        pyramid within a TIFF file is named as if the file were a folder: ``slide.svs/1``.
    where : str
        The image, as errors call it.

    Raises
    ------
    InputError
        If it cannot be read; whatever its library says, in one line.
    """
    file, level = _located(path)
    if not stands(file, where) or not file.exists():
        raise InputError(f"{where} does not exist")
    try:
        return _opened(file, level, where)
    except EyeshotError:
        raise
    except Exception as error:
        # Every library has errors of its own for a file that is broken; all mean the same to the reader.
        raise InputError(f"{where} cannot be read: {told(error)}") from error


def _opened(path: Path, level: int, where: str) -> Opened:
    name = path.name.lower()
    if name.endswith(".npy"):
        return Opened(np.load(path, mmap_mode="r", allow_pickle=False), path)
    if name.endswith(tiff.SUFFIXES):
        return tiff.open_tiff(path, level, where)
    if name.endswith(nifti.SUFFIXES):
        return nifti.open_nifti(path, where)
    if _is_in_zarr(path):
        return ome_zarr.open_zarr(path, where)
    if path.is_dir():
        return dicom.open_series(path, where)
    if name.endswith((".dcm", ".ima")):
        raise InputError(f"{where} is one slice of DICOM; name the folder that holds its series")
    raise InputError(f"{where} must end in {', '.join(_ENDINGS)}, or be a folder with a series of DICOM")


def at_level(image: Any, level: int) -> Any:
    """The name of one level of an image that is stored at several.

    Parameters
    ----------
    image : str, path or array
        A TIFF file, or a zarr group; all else has level 0 only.
    level : int
        Its level; 0 is the image itself, larger numbers are smaller images.

    Returns
    -------
    str, path or array
        The image itself at level 0, else a name for `open_image`.

    Raises
    ------
    InputError
        If it has no such level, or is of a kind that has none.
    """
    if level < 0:
        raise InputError(f"a level must be 0 or more, but is {level}")
    if level == 0:
        return image
    if not isinstance(image, str | os.PathLike):
        raise InputError(f"an image that is no path has no levels, but level {level} is wanted; give that array")
    path, where = Path(image), f"the image {os.fspath(image)!r}"
    if not stands(path, where) or not path.exists():
        raise InputError(f"{where} does not exist")
    try:
        if path.name.lower().endswith(tiff.SUFFIXES):
            tiff.check_level(path, level, where)
            return str(path / str(level))
        if _is_in_zarr(path):
            return str(ome_zarr.level_of(path, level, where))
    except EyeshotError:
        raise
    except Exception as error:
        raise InputError(f"{where} cannot be read: {told(error)}") from error
    raise InputError(f"{where} has no levels; only TIFF files and groups of OME-Zarr have them")


def _located(path: Path) -> tuple[Path, int]:
    """The file that holds an image, and the level within it."""
    is_level = path.name.isascii() and path.name.isdigit() and path.parent.name.lower().endswith(tiff.SUFFIXES)
    if is_level and path.parent.is_file():
        return path.parent, int(path.name)
    return path, 0


def _is_in_zarr(path: Path) -> bool:
    """Whether a path is a zarr store, or an array or group within one."""
    return path.is_dir() and any(one.suffix.lower() == ome_zarr.SUFFIX for one in (path, *path.parents))
