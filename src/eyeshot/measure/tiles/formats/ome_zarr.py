"""zarr: an array, or a group of them that OME-Zarr calls the levels of one image.

References
----------
.. [1] J. Moore et al., "OME-Zarr: a cloud-optimized bioimaging file format with international community support",
   Histochemistry and Cell Biology 160, 2023; the metadata is that of https://ngff.openmicroscopy.org, 0.4 and 0.5.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats.library import library
from eyeshot.measure.tiles.formats.opened import Opened

__all__ = ["SUFFIX", "level_of", "open_zarr"]

SUFFIX = ".zarr"
_MOST_NAMES = 5


def open_zarr(path: Path, where: str) -> Opened:
    """Open an array; of an image at several levels the first, which is the image itself.

    Raises
    ------
    InputError
        If it is a group that is no such image.
    """
    found = library("zarr").open(str(path), mode="r")
    if not hasattr(found, "dtype"):
        found = found[_levels(found, path, where)[0]]
    return Opened(found, path)


def level_of(path: Path, level: int, where: str) -> Path:
    """The array within a group that is one level of an image.

    Raises
    ------
    InputError
        If there is no such level.
    """
    found = library("zarr").open(str(path), mode="r")
    if hasattr(found, "dtype"):
        raise InputError(f"{where} is one array, which has no levels; name the group that it lies in")
    levels = _levels(found, path, where)
    if level >= len(levels):
        shapes = ", ".join(f"{k} ({'×'.join(map(str, found[one].shape))})" for k, one in enumerate(levels))
        raise InputError(f"{where} must have a level {level}, but has only {shapes}")
    return path / levels[level]


def _levels(group: Any, path: Path, where: str) -> list[str]:
    """Names of the arrays that are the levels of a group's image, the largest first, as the format wants them."""
    # Version 0.5 keeps all of its metadata below one key; of several images the first is meant where none is named.
    attributes = group.attrs.asdict()
    images = attributes.get("ome", attributes).get("multiscales", [])
    levels = [str(one["path"]) for image in images[:1] for one in image["datasets"]]
    if levels:
        return levels
    names = sorted(name for name, _ in group.members())
    listed = ", ".join(str(path / name) for name in names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    raise InputError(
        f"{where} must be a zarr array, or an image of OME-Zarr with its levels (`multiscales`), but is a group; "
        f"name what is within it: {listed or 'it is empty'}"
    )
