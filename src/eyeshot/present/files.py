"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

__all__ = ["write_folder", "write_whole"]


def write_whole(output: str, data: bytes) -> None:
    """Write a file beside its place and move it there; devices and pipes are written directly.

    Parameters
    ----------
    output : str
        The file; it is replaced by the whole of `data` or left as it was.
    data : bytes
        What it is to hold.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    target = Path(os.path.realpath(output))
    if target.exists() and not target.is_file():
        if target.is_dir():
            raise IsADirectoryError(0, "it is a directory")
        target.write_bytes(data)
        return
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(_mode(target))
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def write_folder(output: str, files: Mapping[str, bytes]) -> None:
    """Write a new folder of files beside its place and move it there.

    Parameters
    ----------
    output : str
        The folder; it must not exist, or be empty.
    files : mapping of str to bytes
        Names of files and what they hold.

    Raises
    ------
    OSError
        If it holds something already, or cannot be written.
    """
    target = Path(os.path.realpath(output))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(0, "it exists and is not an empty folder; name a new one")
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
    try:
        for name, data in files.items():
            (beside / name).write_bytes(data)
        beside.chmod(0o777 & ~_mask())
        if target.exists():
            target.rmdir()
        beside.replace(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _mode(target: Path) -> int:
    """Permissions of the file that is replaced, or those that a new file would get."""
    return target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_mask()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
