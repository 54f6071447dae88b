"""Where results go: arrays in memory, or files that are whole, or visibly unfinished."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats.nifti_target import NiftiTarget, nifti_target
from eyeshot.measure.tiles.holds import check_array, check_numbers
from eyeshot.measure.tiles.network import told
from eyeshot.measure.tiles.sources import Source, library
from eyeshot.running.disk import Disk, stands

if TYPE_CHECKING:
    from eyeshot.plan.results import Tiling

__all__ = ["UNFINISHED", "Target", "check_path", "journal_of", "targets_of"]

UNFINISHED = ".unfinished"
"""What the name of a file that is being written ends with."""

_SYNCED_TOGETHER = 16
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
    _unsynced: set[Path] = field(default_factory=set)

    @property
    def file(self) -> Path:
        """The file's name when it is whole."""
        assert self.path is not None  # noqa: S101 - for the type checker: only files are asked
        return self.path

    @property
    def partial(self) -> Path:
        """The file's name while it is being written."""
        return self.file.with_name(self.file.name + UNFINISHED)

    @property
    def is_named(self) -> bool:
        """Whether the file has its name already: the run was interrupted while it gave the names."""
        return self.file.exists() and not self.partial.exists()

    def put(self, where: tuple[slice, ...], values: npt.NDArray[Any], disk: Disk) -> None:
        """Write a part."""
        if self.path is None or not isinstance(self.array, np.memmap):
            # An array of the caller's, or a zarr array, whose chunks come by `disk` one by one.
            self.array[where] = values
        else:
            disk.put(self.partial, self.array, where, values)

    def make(self, dtype: Any, chunks: tuple[int, ...], disk: Disk) -> None:
        """Make the array.

        Raises
        ------
        InputError
            If there is no room for it.
        """
        check_numbers(self.array, self.path, self.name, dtype)
        if self.path is None:
            if self.array is None:
                self.array = np.empty(self.shape, dtype)
            return
        _check_room(self.partial, int(np.prod(self.shape, dtype=object)) * np.dtype(dtype).itemsize)
        if self.path.suffix.lower() == ".zarr":
            self.array = _zarr_made(self, np.dtype(dtype), chunks, disk)
        else:
            self.array = disk.make(self.partial, lambda: _mapped(self, dtype)).reshape(self.shape)
        self.sync(disk)
        disk.sync(self.partial.parent)

    def open(self, dtype: Any, disk: Disk) -> None:
        """Open the array where an interrupted run left it.

        Raises
        ------
        InputError
            If it is not what that run made.
        """
        place = self.file if self.is_named else self.partial
        try:
            if self.file.suffix.lower() == ".zarr":
                disk.sweep(place)
                found = library("zarr").open_array(store=_store(self, place, disk), mode="r+")
                # What the run before has written may be nowhere but in memory.
                self._unsynced.update(place.rglob("*"), {place})
            elif self.nifti is not None:
                nifti = self.nifti
                found = disk.make(place, lambda: nifti.open(place))
            elif self.file.suffix.lower() == ".npy":
                found = disk.make(place, lambda: np.lib.format.open_memmap(place, mode="r+"))
            else:
                found = disk.make(place, lambda: library("tifffile").memmap(place, mode="r+", series=0))
        except InputError:
            raise
        except Exception as error:
            # Each library has errors of its own for a file that is broken.
            raise InputError(_damaged(place, told(error))) from error
        if found.dtype != np.dtype(dtype) or int(np.prod(found.shape)) != int(np.prod(self.shape)):
            raise InputError(_damaged(place, f"holds {'×'.join(map(str, found.shape))} {found.dtype}"))
        self.array = found if hasattr(found, "chunks") else found.reshape(self.shape)

    def frame(self) -> str:
        """A digest of all in the file but the numbers: what says how they are to be read."""
        place = self.file if self.is_named else self.partial
        if place.is_dir():
            return hashlib.blake2b((place / "zarr.json").read_bytes(), digest_size=16).hexdigest()
        with place.open("rb") as file:
            before = file.read(self.array.offset)
            file.seek(self.array.offset + self.array.nbytes)
            return hashlib.blake2b(before + file.read(), digest_size=16).hexdigest()

    def wrote(self, path: Path) -> None:
        """Note a file that has been written and has to be synced."""
        self._unsynced.update({path, *(parent for parent in path.parents if parent.is_relative_to(self.partial))})

    def sync(self, disk: Disk) -> None:
        """Hand everything written to the system's disk."""
        place = self.file if self.is_named else self.partial
        if isinstance(self.array, np.memmap):
            disk.sync(place, self.array)
        # A chunk that holds nothing is removed again.
        paths = [path for path in self._unsynced if path.exists()]
        with ThreadPoolExecutor(_SYNCED_TOGETHER) as pool:
            # Files before the folders that name them; many at a time, because a disk takes them together.
            for are_folders in (False, True):
                list(pool.map(disk.sync, [path for path in paths if path.is_dir() == are_folders]))
        self._unsynced.clear()

    def discard(self, disk: Disk) -> None:
        """Remove what was begun."""
        self.array = None
        self._unsynced.clear()
        disk.remove(self.partial)

    def finish(self, disk: Disk) -> None:
        """Give the file its name: now it is whole."""
        if isinstance(self.array, np.memmap):
            self.array = None
        if not self.is_named:
            disk.rename(self.partial, self.file)


def _damaged(path: Path, found: str) -> str:
    return (
        f"{str(path)!r} must be as an interrupted run left it, but is damaged: {found}; remove it together with its "
        "journal to begin anew, or name another target"
    )


def _mapped(target: Target, dtype: Any) -> Any:
    if target.nifti is not None:
        return target.nifti.make(target.partial, dtype)
    if target.file.suffix.lower() == ".npy":
        return np.lib.format.open_memmap(target.partial, mode="w+", dtype=dtype, shape=target.shape)
    return library("tifffile").memmap(
        target.partial, shape=target.shape, dtype=dtype, bigtiff=True, photometric="minisblack", metadata=None
    )


def _zarr_made(target: Target, dtype: Any, chunks: tuple[int, ...], disk: Disk) -> Any:
    """A zarr array whose chunks are checked by a checksum when they are read."""
    zarr, codecs = library("zarr"), library("zarr.codecs")
    disk.folder(target.partial)
    return zarr.create_array(
        store=_store(target, target.partial, disk),
        shape=target.shape,
        chunks=chunks,
        dtype=dtype,
        compressors=(codecs.ZstdCodec(), codecs.Crc32cCodec()),
    )


def _store(target: Target, place: Path, disk: Disk) -> Any:
    from eyeshot.measure.tiles.chunks import chunk_store

    return chunk_store(place, disk, target.wrote)


def journal_of(path: Path) -> Path:
    """The journal of a run whose first target is a file."""
    return path.with_name(path.name + UNFINISHED + ".journal")


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
    found: list[Target] = []
    for output, one in zip(tiling.outputs, listed, strict=True):
        if isinstance(one, str | os.PathLike):
            path = Path(one)
            check_path(path, journal_of(found[0].path) if found and found[0].path is not None else None)
            nifti = nifti_target(source, tiling, output) if path.suffix.lower() == ".nii" else None
            found.append(Target(output.name, output.shape, path, nifti=nifti))
        else:
            check_array(one, output.shape, output.name)
            found.append(Target(output.name, output.shape, None, one))
    files = [target.path for target in found if target.path is not None]
    if len(set(files)) < len(files):
        raise InputError("each output must have a file of its own, but two of the targets are the same")
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


def check_path(path: Path, journal: Path | None = None) -> None:
    """Refuse a file that cannot be a target.

    Parameters
    ----------
    path : Path
        The file.
    journal : Path, optional
        By what an interrupted run goes on; its own by default. While it is there, the file may be there too, because
        the run was interrupted when it gave the names to its files.

    Raises
    ------
    InputError
        If it exists, lies in no folder, or is of no kind that can be written.
    """
    where = f"the target {str(path)!r}"
    if path.name.lower().endswith(".nii.gz"):
        raise InputError(
            f"{where} must be written piece by piece, which a compressed file cannot be; name "
            f"{path.stem}, and compress it when it is whole (`gzip {path.stem}`)"
        )
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(f"{where} must end in {', '.join(_SUFFIXES)}")
    begun, is_taken = stands(journal or journal_of(path), where), stands(path, where)
    if is_taken and not begun:
        raise InputError(f"{where} exists; name another, or remove it")
    if not path.parent.is_dir():
        raise InputError(f"{where} must lie in a folder that exists")
    if path.suffix.lower() == ".zarr":
        library("zarr")
    elif path.suffix.lower() == ".nii":
        library("nibabel")
    elif path.suffix.lower() != ".npy":
        library("tifffile")


def _check_room(path: Path, size: int) -> None:
    free = shutil.disk_usage(path.parent).free
    if size > free:
        raise InputError(f"the target {str(path)!r} needs {size:,} bytes, but its disk has {free:,} left")
