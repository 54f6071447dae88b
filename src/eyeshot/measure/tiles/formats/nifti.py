"""NIfTI: a volume with a header that says where it lies in the patient."""

from __future__ import annotations

import gzip
import math
import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats.library import library
from eyeshot.measure.tiles.formats.opened import Grid, Opened, nothing
from eyeshot.measure.tiles.formats.scaled import Scaled

__all__ = ["SUFFIXES", "open_nifti"]

SUFFIXES = (".nii", ".nii.gz")


def open_nifti(path: Path, where: str) -> Opened:
    """Open a volume; dimensions are the header's, i, j, k and what stands behind them, as nibabel has them.

    A compressed file can be read from its beginning only: it is unpacked once, into a file without a name, which is
    gone when it is closed.

    Raises
    ------
    InputError
        If the file ends before its voxels do, or cannot be unpacked.
    """
    nibabel = library("nibabel")
    image = nibabel.load(path)
    header = image.header
    if not isinstance(header, nibabel.Nifti1Header):
        raise InputError(f"{where} must be of NIfTI, but is of {type(image).__name__}")
    # Of what stands in the file the header that nibabel returns has lost offset and scale; its proxy has them.
    proxy = image.dataobj
    shape, dtype, begin = proxy.shape, proxy.dtype, proxy.offset
    size = begin + math.prod(shape) * dtype.itemsize
    if path.suffix.lower() == ".gz":
        file = _unpacked(path, size, where)
        source: Path | IO[bytes] = file
        close, found = file.close, file.seek(0, 2)
    else:
        source, close, found = path, nothing, path.stat().st_size
    if found < size:
        close()
        raise InputError(f"{where} must hold all of its voxels, but is cut off: they end at byte {size:,} of {found:,}")
    stored = np.memmap(source, dtype, "r", begin, shape, order="F")
    array = _meant(stored, float(proxy.slope), float(proxy.inter))
    return Opened(array, path, Grid(np.array(image.affine, np.float64), header), close)


def _meant(stored: Any, slope: float, intercept: float) -> Any:
    """The voxels with the header's slope and intercept, where they change anything."""
    if (slope, intercept) == (1, 0):
        return stored
    return Scaled(stored, np.array(slope, np.float64), np.array(intercept, np.float64))


def _unpacked(path: Path, size: int, where: str) -> IO[bytes]:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if size > free:
        raise InputError(
            f"{where} takes {size:,} bytes unpacked, but {folder!r} has {free:,} left; unpack it elsewhere "
            "(`gunzip`), or set TMPDIR to a folder with more room"
        )
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the image
    try:
        with gzip.open(path) as packed:
            shutil.copyfileobj(packed, file, 1 << 20)
        file.flush()
    except BaseException as error:
        file.close()
        if isinstance(error, EOFError | gzip.BadGzipFile):
            raise InputError(f"{where} must be a whole gzip file, but is cut off or damaged: {error}") from None
        raise
    return file
