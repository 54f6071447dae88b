"""Where results go: arrays in memory, or files that are whole, or visibly unfinished."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats.nifti_target import NiftiTarget, nifti_target
from eyeshot.measure.tiles.holds import check_array, check_numbers
from eyeshot.measure.tiles.sources import Source, library

if TYPE_CHECKING:
    from eyeshot.plan.results import Tiling

__all__ = ["UNFINISHED", "Target", "check_path", "made", "targets_of"]

UNFINISHED = ".unfinished"
"""What the name of a file that is being written ends with."""

_SUFFIXES = (".npy", ".zarr", ".tif", ".tiff", ".nii")


@dataclass
class Target:
    """The place of one output.

    Parameters
    ----------
    name : str
        The output.
    shape : tuple of int
        Its shape for the whole image.
    path : Path or None
        The file, if it is one.
    array : array-like or None
        What takes slices; None until it is made.
    nifti : NiftiTarget or None
        How the file is written, if it is of NIfTI.
    """

    name: str
    shape: tuple[int, ...]
    path: Path | None
    array: Any = None
    nifti: NiftiTarget | None = None

    @property
    def partial(self) -> Path:
        """The file's name while it is being written."""
        assert self.path is not None  # noqa: S101 - for the type checker: only files are asked
        return self.path.with_name(self.path.name + UNFINISHED)

    def flush(self) -> None:
        """Hand everything written to the system's disk."""
        if isinstance(self.array, np.memmap):
            self.array.flush()

    def discard(self) -> None:
        """Remove what was begun."""
        if self.path is None:
            return
        self.array = None
        if self.partial.is_dir():
            shutil.rmtree(self.partial)
        else:
            self.partial.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give the file its name: now it is whole."""
        self.flush()
        if self.path is not None:
            if isinstance(self.array, np.memmap):
                self.array = None
            self.partial.replace(self.path)


def targets_of(out: Any, tiling: Tiling, source: Source) -> list[Target]:
    """Places for all outputs of a plan; files must not exist yet.

    Parameters
    ----------
    out : None, array, path, or one of them for each output
        A list in the order of the outputs, or a mapping by their names. A single path serves several outputs: all but
        the first get their number before the suffix.
    tiling : Tiling
        The plan.
    source : Source
        The image; a file of NIfTI lies where it lies.
    """
    listed = _listed(out, tiling)
    found = []
    for output, one in zip(tiling.outputs, listed, strict=True):
        if isinstance(one, str | os.PathLike):
            path = Path(one)
            check_path(path)
            nifti = nifti_target(source, tiling, output) if path.suffix.lower() == ".nii" else None
            found.append(Target(output.name, output.shape, path, nifti=nifti))
        else:
            check_array(one, output.shape, output.name)
            found.append(Target(output.name, output.shape, None, one))
    if len({target.path is None for target in found}) > 1:
        # After an interruption the files would be there, and the arrays gone.
        raise InputError("the targets must be all files or all arrays, but are some of each")
    return found


def _listed(out: Any, tiling: Tiling) -> list[Any]:
    count = len(tiling.outputs)
    if isinstance(out, Mapping):
        names = [output.name for output in tiling.outputs]
        unknown = [name for name in out if name not in names]
        if unknown or len(out) != count:
            raise InputError(f"targets must be given for the outputs {names}, but are for {list(out)}")
        return [out[name] for name in names]
    if isinstance(out, Sequence) and not isinstance(out, str):
        if len(out) != count:
            raise InputError(f"there must be {count} targets, one for each output, but there are {len(out)}")
        return list(out)
    if isinstance(out, str | os.PathLike) and count > 1:
        path = Path(out)
        return [path.with_name(f"{path.stem}{f'.{k}' if k else ''}{path.suffix}") for k in range(count)]
    if out is not None and count > 1:
        raise InputError(f"there must be {count} targets, one for each output, but there is one array")
    return [out] * count


def check_path(path: Path) -> None:
    """Refuse a file that cannot be a target.

    Raises
    ------
    InputError
        If it exists, lies in no folder, or is of no kind that can be written.
    """
    if path.name.lower().endswith(".nii.gz"):
        raise InputError(
            f"the target {str(path)!r} must be written piece by piece, which a compressed file cannot be; name "
            f"{path.stem}, and compress it when it is whole (`gzip {path.stem}`)"
        )
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(f"the target {str(path)!r} must end in {', '.join(_SUFFIXES)}")
    if path.exists() or path.is_symlink():
        raise InputError(f"the target {str(path)!r} exists; name another, or remove it")
    if not path.parent.is_dir():
        raise InputError(f"the target {str(path)!r} must lie in a folder that exists")
    if path.suffix.lower() == ".zarr":
        library("zarr")
    elif path.suffix.lower() == ".nii":
        library("nibabel")
    elif path.suffix.lower() != ".npy":
        library("tifffile")


def made(target: Target, dtype: Any, chunks: tuple[int, ...], *, again: bool) -> None:
    """Make a target's array, or open it again where an interrupted run left it.

    Raises
    ------
    InputError
        If there is no room for it.
    """
    check_numbers(target.array, target.path, target.name, dtype)
    if target.path is None:
        if target.array is None:
            target.array = np.empty(target.shape, dtype)
        return
    suffix, partial = target.path.suffix.lower(), target.partial
    if not again:
        _check_room(partial, int(np.prod(target.shape, dtype=object)) * np.dtype(dtype).itemsize)
    if suffix == ".zarr":
        zarr = library("zarr")
        if again:
            target.array = zarr.open(str(partial), mode="r+")
        else:
            target.array = zarr.create_array(
                store=str(partial), shape=target.shape, chunks=chunks, dtype=np.dtype(dtype)
            )
    else:
        target.array = _mapped(target, dtype, again=again)
    if suffix != ".zarr" and not again:
        _reserve(partial)
    if suffix != ".zarr" and target.array.shape != target.shape:
        target.array = target.array.reshape(target.shape)


def _mapped(target: Target, dtype: Any, *, again: bool) -> Any:
    """A file that is mapped into memory as an array."""
    assert target.path is not None  # noqa: S101 - for the type checker: only files are asked
    partial = target.partial
    if target.nifti is not None:
        return target.nifti.open(partial) if again else target.nifti.make(partial, dtype)
    if target.path.suffix.lower() == ".npy":
        return np.lib.format.open_memmap(
            partial, mode="r+" if again else "w+", dtype=None if again else dtype, shape=None if again else target.shape
        )
    tifffile = library("tifffile")
    if again:
        return tifffile.memmap(partial, mode="r+", series=0)
    return tifffile.memmap(
        partial, shape=target.shape, dtype=dtype, bigtiff=True, photometric="minisblack", metadata=None
    )


def _check_room(path: Path, size: int) -> None:
    free = shutil.disk_usage(path.parent).free
    if size > free:
        raise InputError(f"the target {str(path)!r} needs {size:,} bytes, but its disk has {free:,} left")


def _reserve(path: Path) -> None:
    """Take the room of a memory-mapped file now: a disk that is full later would end the program."""
    if not hasattr(os, "posix_fallocate"):
        return
    with path.open("r+b") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                path.unlink()
                raise InputError(f"the target {str(path)!r} does not fit onto its disk; name another place") from None
            if error.errno not in {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS}:
                raise
