"""Which tiles are done: a small file beside the target, by which an interrupted run goes on where it stopped."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO

from eyeshot.errors import InputError

__all__ = ["Journal"]

_SCHEMA = "eyeshot.tiles/1"


class Journal:
    """A record of finished tiles; a context that keeps its file open.

    The first line says of which plan, model and image; each further line names a tile whose results have been
    written. A line without its end was being written when the run was interrupted, and does not count.

    Parameters
    ----------
    path : Path
        The file.
    fingerprint : str
        Digest of plan, model and image.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path, self._fingerprint = path, fingerprint
        self._file: IO[str] | None = None
        self.done: set[str] = set()
        self.dtypes: list[str] = []

    @property
    def exists(self) -> bool:
        """Whether a run was interrupted here."""
        return self._path.exists()

    def resume(self) -> None:
        """Read which tiles are done.

        Raises
        ------
        InputError
            If the interrupted run was another one.
        """
        whole, _, rest = self._path.read_text(encoding="utf-8").rpartition("\n")
        if not whole:
            # Not even the first line: whoever wrote it had done nothing yet.
            return
        lines = whole.split("\n")
        try:
            head = json.loads(lines[0])
        except ValueError:
            head = {}
        if not isinstance(head, dict) or head.get("schema") != _SCHEMA or head.get("fingerprint") != self._fingerprint:
            raise InputError(
                f"{str(self._path)!r} must belong to this plan, model and image, but is of another run; name another "
                "target, or remove the unfinished one"
            )
        self.dtypes = list(head["dtypes"])
        self.done = set(lines[1:])
        if rest:
            os.truncate(self._path, len(whole.encode()) + 1)

    def begin(self, dtypes: list[str]) -> None:
        """Write the first line."""
        self.dtypes = dtypes
        head = {"schema": _SCHEMA, "fingerprint": self._fingerprint, "dtypes": dtypes}
        self._write(json.dumps(head))

    def add(self, tile: str) -> None:
        """Say that a tile is done."""
        self._write(tile)
        self.done.add(tile)

    def _write(self, line: str) -> None:
        if self._file is None:
            self._file = self._path.open("a", encoding="utf-8")
        self._file.write(line + "\n")
        self._file.flush()

    def remove(self) -> None:
        """Nothing to remember: the run is over, or begins anew."""
        self._close()
        self.done = set()
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
