"""Optional libraries: loaded when a file needs one, with one sentence where one is missing."""

from __future__ import annotations

import importlib
from typing import Any

from eyeshot.errors import InputError

__all__ = ["library", "needs"]

_EXTRAS = {"nibabel": "hospital", "pydicom": "hospital", "imagecodecs": "hospital"}
"""The extra of pyproject.toml that installs a library, where it is not `tiles`."""


def library(name: str) -> Any:
    """An optional library.

    Raises
    ------
    InputError
        If it is not installed, with the line that installs it.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        raise InputError(f"this {needs(name)}") from None


def needs(name: str) -> str:
    """The end of a sentence that begins with what cannot be done without a library."""
    extra = _EXTRAS.get(name.partition(".")[0], "tiles")
    return f"needs {name}, which is not installed; run: pip install 'eyeshot[{extra}]'"
