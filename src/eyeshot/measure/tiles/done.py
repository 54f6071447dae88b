"""Which tiles are done: the journal of a run, and when what was written is handed to the disk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eyeshot.measure.tiles.targets import Target, journal_of
from eyeshot.running.disk import Disk
from eyeshot.running.journal import Journal

__all__ = ["SYNC_SECONDS", "Done", "Seal"]

SYNC_SECONDS = 10.0
"""What a power cut may undo: so much work, and the tiles that were running."""


@dataclass(frozen=True)
class Seal:
    """What a finished tile has read and written, by digests.

    Parameters
    ----------
    read : str
        Digest of its pixels.
    wrote : tuple of str
        Digest of its part of each output.
    """

    read: str
    wrote: tuple[str, ...]


class Done:
    """The tiles of a run that are done.

    Parameters
    ----------
    targets : sequence of Target
        The files that are written.
    disk : Disk
        By what they are written.

    Attributes
    ----------
    tiles : dict of str to Seal
        For each finished tile, by its name, what it has read and written.
    frames : list of str
        For each file a digest of what it holds besides numbers.
    is_complete : bool
        Whether all tiles are, and on the disk: what is left is to give the files their names.
    """

    def __init__(self, targets: Sequence[Target], disk: Disk) -> None:
        self._targets, self._disk = targets, disk
        self.journal = Journal(journal_of(targets[0].file), disk)
        self.tiles: dict[str, Seal] = {}
        self.frames: list[str] = []
        self.is_complete = False
        self._synced = time.monotonic()

    @property
    def head(self) -> dict[str, Any] | None:
        """What the journal says of the run; None before it has begun."""
        return self.journal.head

    def read(self) -> None:
        """Read what a run before has done."""
        self.journal.read()
        for entry in self.journal.entries:
            # Before it says what the files are like, nobody knows whether they are still so.
            self.frames = entry.get("frames", self.frames)
            if "tile" in entry and self.frames:
                # A tile that was done again was damaged before.
                self.tiles[entry["tile"]] = Seal(entry["read"], tuple(entry["wrote"]))
            self.is_complete = bool(entry.get("complete"))

    def begin(self, head: dict[str, Any]) -> None:
        """Write down what the run is, before anything of it is there."""
        self.journal.begin(head)
        self._synced = time.monotonic()

    def made(self) -> None:
        """Write down what the files are like, but for what will be in them."""
        self.frames = [target.frame() for target in self._targets]
        self.journal.add({"frames": self.frames})

    def add(self, tile: str, seal: Seal) -> None:
        """Say that a tile is done; every few seconds all that was said is made to last."""
        self.journal.add({"tile": tile, "read": seal.read, "wrote": list(seal.wrote)})
        self.tiles[tile], self.is_complete = seal, False
        if time.monotonic() - self._synced >= SYNC_SECONDS:
            self.sync()

    def sync(self) -> None:
        """Make all that was done last: first what was written, then that it was."""
        for target in self._targets:
            target.sync(self._disk)
        self.journal.sync()
        self._synced = time.monotonic()

    def finish(self) -> None:
        """Give the files their names, when all that is in them will last, and forget the run."""
        if not self.is_complete:
            self.sync()
            self.journal.add({"complete": True})
        # Also where a run before has said so: it may have been killed before this.
        self.journal.sync()
        for target in self._targets:
            target.finish(self._disk)
        # The names must last before the journal goes that says that they are still to be given.
        for folder in sorted({target.file.parent for target in self._targets}):
            self._disk.sync(folder)
        self.journal.remove()

    def discard(self) -> None:
        """Remove what was begun."""
        for target in self._targets:
            target.discard(self._disk)
        self.journal.remove()
        self.tiles, self.frames, self.is_complete = {}, [], False
