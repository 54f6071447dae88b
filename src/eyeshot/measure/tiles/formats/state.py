"""The state of a file: what changes when somebody writes to it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["state_of", "states_of"]


def state_of(path: Path) -> str:
    """Place of a file or folder, and of a file its size and when it was last written."""
    found = path.stat()
    return f"{path.resolve()} {found.st_size} {found.st_mtime_ns} " if path.is_file() else f"{path.resolve()} "


def states_of(folder: Path, files: Iterable[Path]) -> str:
    """The same of all files in a folder that make an image together."""
    return state_of(folder) + "".join(map(state_of, sorted(files)))
