"""TIFF and what scanners of slides make of it, read block by block, at any level of a pyramid."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats.library import library, needs
from eyeshot.measure.tiles.formats.opened import Opened

__all__ = ["SUFFIXES", "check_level", "open_tiff"]

SUFFIXES = (".tif", ".tiff", ".btf", ".svs", ".ndpi", ".scn", ".bif", ".qptiff", ".zif")
"""Endings of files that tifffile reads as TIFF; what it reads of a scanner's format is the slide at its levels."""

_MOST_BLOCK = 1 << 28
"""Bytes of the largest compressed block: any pixel of it costs all of it, time and memory."""


def open_tiff(path: Path, level: int, where: str) -> Opened:
    """Open the first image in a file at one level of its pyramid; level 0 is the image itself.

    Raises
    ------
    InputError
        If there is no such level, or the file is cut off, or its blocks are too large to be read one by one.
    """
    tifffile = library("tifffile")
    with tifffile.TiffFile(path) as file:
        series = _at(file.series[0].levels, level, where)
        _check_whole(series, path.stat().st_size, where)
        plain = series.dataoffset is not None
        if not plain:
            _check_blocks(series, where)
    if plain:
        # Plain pixels one after the other: the file itself is the array.
        return Opened(tifffile.memmap(path, mode="r", series=0, level=level), path)
    zarr, store = library("zarr"), tifffile.imread(path, aszarr=True, series=0, level=level)
    try:
        array = zarr.open(store, mode="r")
        _try_codec(array, where)
    except BaseException:
        store.close()
        raise
    return Opened(array, path, close=store.close)


def check_level(path: Path, level: int, where: str) -> None:
    """Refuse a level that a file does not have.

    Raises
    ------
    InputError
        With the shapes of those that there are.
    """
    with library("tifffile").TiffFile(path) as file:
        _at(file.series[0].levels, level, where)


def _at(levels: Any, level: int, where: str) -> Any:
    if level >= len(levels):
        shapes = ", ".join(f"{k} ({'×'.join(map(str, one.shape))})" for k, one in enumerate(levels))
        raise InputError(f"{where} must have a level {level}, but has only {shapes}")
    return levels[level]


def _check_whole(series: Any, size: int, where: str) -> None:
    """Refuse a file that ends before its pixels do: they would read as zeros, or end the run on its way."""
    for number, page in enumerate(series.pages):
        ends = [at + n for at, n in zip(page.dataoffsets, page.databytecounts, strict=True)]
        if max(ends, default=0) > size:
            raise InputError(
                f"{where} must hold all of its pixels, but is cut off: page {number} ends at byte {max(ends):,} "
                f"of {size:,}"
            )


def _check_blocks(series: Any, where: str) -> None:
    chunks, item = series.keyframe.chunks, np.dtype(series.dtype).itemsize
    size = math.prod(chunks) * item
    if size > _MOST_BLOCK:
        shown = "×".join(map(str, chunks))
        raise InputError(
            f"{where} must be compressed in blocks that are read one by one, but a block of {shown} "
            f"takes {size:,} bytes; write it anew in tiles, as tifffile.imwrite(…, tile=(512, 512)) does"
        )


def _try_codec(array: Any, where: str) -> None:
    """Read one pixel: whether there is a decoder for the file shows nowhere else."""
    try:
        array[tuple(slice(0, 1) for _ in array.shape)]
    except ValueError as error:
        if "'imagecodecs'" not in str(error):
            raise
        raise InputError(f"{where} is compressed in a way that {needs('imagecodecs')}") from None
