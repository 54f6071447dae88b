"""Files of a zarr array on their way to the disk: each is written by the layer through which all writes go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from eyeshot.measure.tiles.sources import library
from eyeshot.running.disk import Disk

__all__ = ["chunk_store"]


def chunk_store(folder: Path, disk: Disk, wrote: Callable[[Path], None]) -> Any:
    """A store of zarr in a folder that tells which files it has written.

    Parameters
    ----------
    folder : Path
        Where the array lies.
    disk : Disk
        By what files are written.
    wrote : callable
        Told the path of each file that is written or removed.
    """
    local = library("zarr.storage").LocalStore

    class Store(local):  # type: ignore[misc, valid-type]
        """The files of a folder; reading is zarr's own affair."""

        async def set(self, key: str, value: Any) -> None:
            """Write a file."""
            self.set_sync(key, value)

        async def set_if_not_exists(self, key: str, value: Any) -> None:
            """Write a file unless there is one."""
            if not (folder / key).exists():
                self.set_sync(key, value)

        async def delete(self, key: str) -> None:
            """Remove a file."""
            self.delete_sync(key)

        # Newer versions of zarr call these themselves.

        def set_sync(self, key: str, value: Any) -> None:
            """Write a file."""
            disk.write(folder / key, value.to_bytes())
            wrote(folder / key)

        def delete_sync(self, key: str) -> None:
            """Remove a file."""
            disk.remove(folder / key)
            wrote(folder / key)

    return Store(folder)
