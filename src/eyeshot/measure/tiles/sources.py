"""Images to read tiles from: arrays in memory, memory-mapped, in chunks, lazy, or in files of many kinds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats.files import open_image
from eyeshot.measure.tiles.formats.library import library
from eyeshot.measure.tiles.formats.opened import Grid, Opened
from eyeshot.measure.tiles.network import as_array, check_dtype

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
    opened : Opened or None
        The file that it is read from, which is closed at the end; a source is a context.
    """

    array: Any
    layout: tuple[int, ...]
    image: tuple[int, ...]
    dims: tuple[int, ...]
    opened: Opened | None = None

    @property
    def identity(self) -> str:
        """What tells this image, as it is now, from others in a journal; of a folder every file is looked at."""
        state = self.opened.state if self.opened is not None else ""
        return f"{state} {tuple(int(n) for n in self.array.shape)} {self.array.dtype}"

    @property
    def grid(self) -> Grid | None:
        """Where the voxels stand in the patient, if the file says so."""
        return self.opened.grid if self.opened is not None else None

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
        if found.dtype.name == "bfloat16":
            # A type of other libraries that torch does not take from numpy; each of its numbers is one of float32.
            found = found.astype(np.float32)
        if self.layout == tuple(range(found.ndim)):
            return found
        order = [d for d in self.layout if d >= 0]
        # What the model's input does not have is of one element.
        order += [d for d in range(found.ndim) if d not in order]
        full = [1 if d < 0 else found.shape[d] for d in self.layout]
        return found.transpose(order).reshape(full)

    def where(self, box: Box) -> tuple[slice, ...]:
        """A box as slices of the array."""
        wanted: list[slice] = [slice(None)] * len(self.array.shape)
        for d, (start, stop) in zip(self.dims, box, strict=True):
            if self.layout[d] >= 0:
                wanted[self.layout[d]] = slice(start, stop)
        return tuple(wanted)


def open_source(image: Any, tiling: Tiling) -> Source:
    """An image ready to be read.

    Parameters
    ----------
    image : array, zarr or dask array, tensor, str or path
        An array, or a path as `eyeshot.measure.tiles.formats.files.open_image` takes it. Its dimensions are those of
        the model's input, without those of size 1 if you like, channels before or behind the axes.
    tiling : Tiling
        The plan.

    Raises
    ------
    InputError
        If it cannot be read, or has another shape than the plan is for.
    """
    where, opened = "the image", None
    if isinstance(image, str | os.PathLike):
        path = Path(image)
        where = f"the image {str(path)!r}"
        opened = open_image(path, where)
        image = opened.array
    elif hasattr(image, "detach"):
        image = as_array(image)
    if not hasattr(image, "shape") or not hasattr(image, "dtype"):
        raise InputError(f"the image must be an array or a path, but is of type {type(image).__name__}")
    shape = tuple(int(n) for n in image.shape)
    try:
        check_dtype(image.dtype, where)
        layout = layout_of(shape, tiling.image, tiling.dims, where)
    except InputError:
        if opened is not None:
            opened.close()
        raise
    return Source(image, layout, tiling.image, tiling.dims, opened)


def shape_of(path: str | os.PathLike[str]) -> tuple[int, ...]:
    """Shape of the array in a file."""
    opened = open_image(Path(path), f"the image {os.fspath(path)!r}")
    opened.close()
    return tuple(int(n) for n in opened.array.shape)


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
    # A dimension of one element says nothing: OME-Zarr has a time and a depth, a slice of NIfTI a third axis.
    long = [k for k, n in enumerate(shape) if n > 1]
    for order in orders:
        wanted = [d for d in order if image[d] > 1]
        if [image[d] for d in wanted] == [shape[k] for k in long]:
            places = dict(zip(wanted, long, strict=True))
            return tuple(places.get(d, -1) for d in range(rank))
    shown = [tuple(image[d] for d in order) for order in orders]
    listed = " or ".join(dict.fromkeys("×".join(map(str, s)) for s in shown))
    raise InputError(
        f"{where} must have the shape that the plan is for, {listed}, but has {'×'.join(map(str, shape))}; "
        "make a plan for its size"
    )
