"""Whether a target holds the numbers that a model gives: none may be cut, wrapped or rounded on its way there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from eyeshot.errors import InputError
from eyeshot.measure.tiles.network import check_dtype

__all__ = ["check_array", "check_numbers"]


def check_array(array: Any, shape: tuple[int, ...], name: str) -> None:
    """Refuse an array of the caller's that cannot take an output, as far as that shows before the model runs.

    Raises
    ------
    InputError
        If it takes no slices, has another shape, holds no numbers, or may not be written to.
    """
    if array is None:
        return
    where = f"the target of `{name}`"
    if not hasattr(array, "__setitem__") or tuple(getattr(array, "shape", ())) != shape:
        found = "×".join(map(str, getattr(array, "shape", ()))) or type(array).__name__
        raise InputError(f"{where} must be an array of {'×'.join(map(str, shape))}, but is {found}")
    if hasattr(array, "detach") or not hasattr(array, "dtype"):
        raise InputError(f"{where} must be an array as numpy's, but is {type(array).__name__}; give `out.numpy()`")
    check_dtype(array.dtype, where)
    if isinstance(array, np.ndarray) and not array.flags.writeable:
        raise InputError(f"{where} must be an array that can be written to, but is read-only")


def check_numbers(array: Any, path: Path | None, name: str, dtype: Any) -> None:
    """Refuse a target that would change numbers of some type.

    Only a model that has run says what it gives: the first tile's results are asked, before anything is written.

    Raises
    ------
    InputError
        With the types of both.
    """
    gives = np.dtype(dtype)
    if array is not None and path is None and not np.can_cast(gives, np.dtype(array.dtype), "safe"):
        raise InputError(
            f"the target of `{name}` must hold every number that the model gives, of type {gives}, but is of type "
            f"{np.dtype(array.dtype)}; give an array of {gives}, or let the model convert them"
        )
    if path is not None and path.suffix.lower() in {".tif", ".tiff"} and gives == np.bool_:
        raise InputError(
            f"the target {str(path)!r} must hold numbers of whole bytes, but `{name}` gives {gives}; let the model "
            "give uint8, or name a .npy or .zarr"
        )
