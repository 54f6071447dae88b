"""What a long run has done: a file of checked lines by which it goes on after any interruption.

The first line says what the work is, each further one which step is done. A line begins with a digest of itself and of
the run that it belongs to, so half a line, a damaged one, and one of another run do not count. Nothing here knows what
the steps are.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from pathlib import Path
from typing import Any

from eyeshot.errors import InputError
from eyeshot.running.disk import DISK, Disk, saying

__all__ = ["Journal"]

_SCHEMA = "eyeshot.journal/2"
_BEGUN = re.compile(rb"[0-9a-f]{0,15}|[0-9a-f]{16}( (\{.*)?)?")
"""What half of a first line looks like; whatever else a file holds is somebody's, and is left alone."""


class Journal:
    """A record of finished steps.

    Parameters
    ----------
    path : Path
        The file.
    disk : Disk
        By what it is written.

    Attributes
    ----------
    head : dict or None
        What the work is, as it was when it began; None before.
    entries : list of dict
        The steps that are done, in their order.
    lost : int
        Lines that were damaged, and so do not count.
    """

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self.path, self._disk = path, disk
        self.head: dict[str, Any] | None = None
        self.entries: list[dict[str, Any]] = []
        self.lost = 0

    def read(self) -> None:
        """Read what a run before has left; nothing if there is no file, or only half of its first line.

        Raises
        ------
        InputError
            If the file is no journal, or its first line is damaged, so that nobody knows whose the others are.
        """
        if not self.path.exists():
            return
        with saying(self.path):
            *lines, half = self.path.read_bytes().split(b"\n")
        if not lines and _BEGUN.fullmatch(half):
            return
        if not lines:
            raise InputError(
                f"{str(self.path)!r} must be the journal of an interrupted run, but is none; name another file"
            )
        found = _checked(lines[0], "")
        if found is None or found.get("schema") != _SCHEMA:
            raise InputError(
                f"{str(self.path)!r} must be the journal of an interrupted run, but is damaged, or of another version "
                "of eyeshot; remove it together with what is unfinished, or name another target"
            )
        self.head = found
        entries = [_checked(line, found["run"]) for line in lines[1:]]
        self.entries = [entry for entry in entries if entry is not None]
        self.lost = len(entries) - len(self.entries)
        if self.lost or half:
            # Else the next line would be glued to the half one.
            self._disk.write(self.path, self._text(), synced=True)

    def begin(self, head: dict[str, Any]) -> None:
        """Say what the work is, on the disk before any of it is done: whoever finds a part knows whose it is."""
        self.head = {**head, "schema": _SCHEMA, "run": secrets.token_hex(8)}
        self._disk.write(self.path, self._text(), synced=True)
        self._disk.sync(self.path.parent)

    def add(self, entry: dict[str, Any]) -> None:
        """Say that a step is done: at once for a run that is killed, from the next `sync` on for a power cut."""
        assert self.head is not None  # noqa: S101 - for the type checker: it has begun
        self._disk.append(self.path, _line(entry, self.head["run"]))
        self.entries.append(entry)

    def sync(self) -> None:
        """Make what was added last."""
        self._disk.sync(self.path)

    def remove(self) -> None:
        """Nothing to remember: the run is over, or begins anew."""
        self.head, self.entries, self.lost = None, [], 0
        self._disk.remove(self.path)

    def _text(self) -> bytes:
        assert self.head is not None  # noqa: S101 - as above
        return b"".join([_line(self.head, ""), *(_line(entry, self.head["run"]) for entry in self.entries)])


def _line(what: dict[str, Any], run: str) -> bytes:
    text = json.dumps(what, separators=(",", ":"), sort_keys=True).encode()
    return _sum(text, run) + b" " + text + b"\n"


def _checked(line: bytes, run: str) -> dict[str, Any] | None:
    """What a line says; None if it is not as it was written."""
    found, _, text = line.partition(b" ")
    return dict(json.loads(text)) if found == _sum(text, run) else None


def _sum(text: bytes, run: str) -> bytes:
    return hashlib.blake2b(text, digest_size=8, key=run.encode()).hexdigest().encode()
