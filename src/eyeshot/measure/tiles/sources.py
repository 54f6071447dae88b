"""Images to read tiles from: arrays in memory, memory-mapped, in chunks, lazy, or in a TIFF file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError
from eyeshot.measure.tiles.network import check_dtype, told

if TYPE_CHECKING:
    from eyeshot.plan.results import Tiling

__all__ = ["Source", "layout_of", "library", "open_source", "shape_of"]

Box = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Source:
    """An image, read box by box.

    Parameters
    ----------
    array : array-like
        Whatever takes slices and gives arrays.
    layout : tuple of int
        For each dimension of the model's input the array's dimension that it is, or −1 if the array has none.
    image : tuple of int
        Shape of the model's input.
    dims : tuple of int
        The input's dimensions that are spatial axes.
    identity : str
        What tells this image from others in a journal.
    opened : object or None
        What has to be closed at the end; a source is a context.
    """

    array: Any
    layout: tuple[int, ...]
    image: tuple[int, ...]
    dims: tuple[int, ...]
    identity: str
    opened: Any = None

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        if self.opened is not None:
            self.opened.close()

    def read(self, box: Box) -> npt.NDArray[Any]:
        """The pixels of a box, shaped like an input of the model."""
        piece = self.array[self.where(box)]
        if hasattr(piece, "compute"):
            piece = piece.compute()
        found = np.asarray(piece)
        if self.layout == tuple(range(found.ndim)):
            return found
        order = [d for d in self.layout if d >= 0]
        full = [1 if d < 0 else found.shape[d] for d in self.layout]
        return found.transpose(order).reshape(full)

    def where(self, box: Box) -> tuple[slice, ...]:
        """A box as slices of the array."""
        wanted: list[slice] = [slice(None)] * len(self.array.shape)
        for d, (start, stop) in zip(self.dims, box, strict=True):
            wanted[self.layout[d]] = slice(start, stop)
        return tuple(wanted)


def open_source(image: Any, tiling: Tiling) -> Source:
    """An image ready to be read.

    Parameters
    ----------
    image : array, zarr or dask array, tensor, str or path
        An array, or the path of a ``.npy``, ``.zarr``, ``.tif`` or ``.tiff``. Its dimensions are those of the model's
        input, without those of size 1 if you like, channels before or behind the axes.
    tiling : Tiling
        The plan.

    Raises
    ------
    InputError
        If it cannot be read, or has another shape than the plan is for.
    """
    where, identity, opened = "the image", "", None
    if isinstance(image, str | os.PathLike):
        path = Path(image)
        where = f"the image {str(path)!r}"
        (image, opened), identity = _opened(path, where), _identity(path)
    elif hasattr(image, "detach"):
        image = image.detach().cpu().numpy()
    if not hasattr(image, "shape") or not hasattr(image, "dtype"):
        raise InputError(f"the image must be an array or a path, but is of type {type(image).__name__}")
    check_dtype(image.dtype, where)
    shape = tuple(int(n) for n in image.shape)
    layout = layout_of(shape, tiling.image, tiling.dims, where)
    return Source(image, layout, tiling.image, tiling.dims, f"{identity}{shape}{image.dtype}", opened)


def shape_of(path: str) -> tuple[int, ...]:
    """Shape of the array in a file."""
    array, opened = _opened(Path(path), f"the image {path!r}")
    if opened is not None:
        opened.close()
    return tuple(int(n) for n in array.shape)


def layout_of(shape: Sequence[int], image: tuple[int, ...], dims: tuple[int, ...], where: str) -> tuple[int, ...]:
    """Which dimension of an array is which of the model's input.

    Examples
    --------
    >>> layout_of((600, 800, 3), (1, 3, 600, 800), (2, 3), "the image")
    (-1, 2, 0, 1)
    """
    rank = len(image)
    ones = [d for d in range(rank) if image[d] == 1 and d not in dims]
    others = [d for d in range(rank) if d not in dims]
    orders = [
        tuple(range(rank)),
        *([d for d in range(rank) if d not in ones[:k]] for k in range(1, len(ones) + 1)),
        [*dims, *(d for d in others if d not in ones)],
        [*(d for d in others if d in ones), *dims, *(d for d in others if d not in ones)],
    ]
    for order in orders:
        if tuple(image[d] for d in order) == tuple(shape):
            return tuple(list(order).index(d) if d in order else -1 for d in range(rank))
    shown = [tuple(image[d] for d in order) for order in orders]
    listed = " or ".join(dict.fromkeys("×".join(map(str, s)) for s in shown))
    raise InputError(
        f"{where} must have the shape that the plan is for, {listed}, but has {'×'.join(map(str, shape))}; "
        "make a plan for its size"
    )


def _opened(path: Path, where: str) -> tuple[Any, Any]:
    """The array in a file, and what has to be closed when it is no longer read."""
    if not path.exists():
        raise InputError(f"{where} does not exist")
    suffix = path.suffix.lower()
    try:
        if suffix == ".npy":
            return np.load(path, mmap_mode="r", allow_pickle=False), None
        if suffix == ".zarr":
            return _zarr_array(path, where), None
        if suffix in {".tif", ".tiff"}:
            return _tiff(path, where)
    except InputError:
        raise
    except Exception as error:
        # Every library has errors of its own for a file that is broken; all mean the same to the reader.
        raise InputError(f"{where} cannot be read: {told(error)}") from error
    raise InputError(f"{where} must end in .npy, .zarr, .tif or .tiff")


def _zarr_array(path: Path, where: str) -> Any:
    found = library("zarr").open(str(path), mode="r")
    if not hasattr(found, "dtype"):
        raise InputError(f"{where} must be a zarr array, but is a group; name the array within it")
    return found


def _tiff(path: Path, where: str) -> tuple[Any, Any]:
    tifffile = library("tifffile")
    size = path.stat().st_size
    with tifffile.TiffFile(path) as file:
        series = file.series[0]
        for number, page in enumerate(series.pages):
            ends = [at + n for at, n in zip(page.dataoffsets, page.databytecounts, strict=True)]
            if max(ends, default=0) > size:
                raise InputError(
                    f"{where} must hold all of its pixels, but is cut off: page {number} ends at byte {max(ends):,} "
                    f"of {size:,}"
                )
        if series.dataoffset is not None:
            # Plain pixels one after the other: the file itself is the array.
            return tifffile.memmap(path, mode="r", series=0), None
    zarr, store = library("zarr"), tifffile.imread(path, aszarr=True, series=0)
    return zarr.open(store, mode="r"), store


def _identity(path: Path) -> str:
    found = path.stat()
    return f"{path.resolve()} {found.st_size} {found.st_mtime_ns} " if path.is_file() else f"{path.resolve()} "


def library(name: str) -> Any:
    """An optional library, or one line that says how to get it."""
    import importlib

    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        raise InputError(f"this needs {name}, which is not installed; run: pip install 'eyeshot[tiles]'") from None
