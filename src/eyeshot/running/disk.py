"""The one place where a long run changes files: writes, names and syncs.

What lies in a file after a power cut is known only of what was synced before: `sync` hands a file's contents, or a
folder's names, to the disk; all else may be lost, or be there without what came before it. Whoever needs an order
syncs in between. Tests put a recorder in the place of `DISK` and replay what a cut leaves.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError, RunError

__all__ = ["DISK", "Disk", "saying", "stands"]

Made = TypeVar("Made")
_SCRAP = ".eyeshot-scrap"
"""What the name of a file ends with that is being written, to take the place of another."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}


@contextmanager
def saying(path: Path) -> Iterator[None]:
    """Say what the system refuses in a sentence, and what to do about it.

    Raises
    ------
    RunError
        For every error of the system within the context.
    """
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error) or type(error).__name__
        if error.errno in _FULL:
            raise RunError(
                f"{str(path)!r} must fit onto its disk, but that is full ({said}); make room and run the same again: "
                "what is done stays done"
            ) from error
        raise RunError(
            f"{str(path)!r} must be read and written, but the system refuses it ({said}); mend that and run the same "
            "again: what is done stays done"
        ) from error


def stands(path: Path, what: str) -> bool:
    """Whether anything has a name, be it a link to nothing.

    Parameters
    ----------
    path : Path
        The name.
    what : str
        What has it, for the message.

    Raises
    ------
    InputError
        If the system takes no such name: it is too long, or holds what no name may hold.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(f"{what} must have a name that the system takes: {reason}") from None
    return True


class Disk:
    """Changes to files, each either synced by name or not known to last."""

    def write(self, path: Path, data: Any, *, synced: bool = False) -> None:
        """Give a file new contents, all at once: whoever reads it finds the old ones or the new.

        Parameters
        ----------
        path : Path
            The file; folders are made as needed.
        data : bytes
            The contents.
        synced : bool
            Whether that holds after a power cut too.
        """
        scrap = path.with_name(path.name + _SCRAP)
        self.folder(path.parent)
        with saying(path):
            with scrap.open("wb") as file:
                file.write(data)
                if synced:
                    file.flush()
                    os.fsync(file.fileno())
            scrap.replace(path)

    def folder(self, path: Path) -> None:
        """Make a folder, and those in which it lies; it may be there."""
        with saying(path):
            path.mkdir(parents=True, exist_ok=True)

    def append(self, path: Path, data: bytes) -> None:
        """Write behind the end of a file."""
        with saying(path), path.open("ab", buffering=0) as file:
            written = file.write(data)
            if written != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def make(self, path: Path, make: Callable[[], Made]) -> Made:
        """Let a library make a file, and take the room that it needs: a full disk found later would end the program."""
        with saying(path):
            made = make()
            _reserve(path)
        return made

    def put(self, path: Path, array: Any, where: tuple[slice, ...], values: npt.NDArray[Any]) -> None:
        """Write a part of a file that is mapped into memory as an array."""
        with saying(path):
            array[where] = values

    def sync(self, path: Path, array: Any = None) -> None:
        """Hand a file's contents, or the names in a folder, to the disk, and wait until it has them.

        Parameters
        ----------
        path : Path
            The file or folder.
        array : memmap, optional
            The same file as an array, where it is mapped into memory.
        """
        if isinstance(array, np.memmap):
            with saying(path):
                array.flush()
        if os.name == "nt" and path.is_dir():
            # Windows has no way to sync a folder; it keeps a journal of names by itself.
            return
        with saying(path):
            handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file or folder another name, unless something has it.

        Raises
        ------
        InputError
            If something has appeared under the new name; it is left alone.
        """
        with saying(old):
            try:
                if old.is_dir():
                    # Of what may be there, a system replaces only an empty folder.
                    old.rename(new)
                else:
                    self.link(old, new)
            except OSError as error:
                if error.errno not in {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}:
                    raise
                raise InputError(
                    f"{str(new)!r} must not exist before the run ends, but has appeared meanwhile; it is left alone. "
                    f"The result lies in {str(old)!r}: move away what is there, and run the same again to finish"
                ) from None

        if old.exists():
            # Else a cut could take the old name and not give the new one.
            self.sync(new.parent)
            self.remove(old)

    def link(self, old: Path, new: Path) -> None:
        """Give a file a second name, unless something has it; where there are no second names, another one."""
        try:
            os.link(old, new)
        except FileExistsError:
            # A run that was killed before it took the old name away left both.
            if not (new.exists() and new.samefile(old)):
                raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # The new name is claimed by an empty file, which nobody else can do then.
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            old.replace(new)

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder with all that is in it; it need not be there."""
        with saying(path):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def sweep(self, folder: Path) -> None:
        """Remove what a killed process had begun to write in a folder and the folders in it."""
        for path in sorted(folder.rglob("*" + _SCRAP)):
            self.remove(path)


def _reserve(path: Path) -> None:
    if path.is_dir() or not hasattr(os, "posix_fallocate"):
        return
    with path.open("r+b") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
        except OSError as error:
            if error.errno in _FULL:
                raise InputError(f"the target {str(path)!r} does not fit onto its disk; name another place") from None
            if error.errno not in {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS}:
                raise


DISK = Disk()
"""The disk of whoever does not bring another."""
