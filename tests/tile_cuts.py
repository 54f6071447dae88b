"""A disk that remembers what was done to it, and what a power cut would have left of that.

Contents and names are apart, as on a disk: a sync of a file makes its contents last, a sync of a folder the names in
it. Of what was not synced any part may be there, in any order: that is harsher than any file system is.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import nn

import eyeshot
from eyeshot.measure.tiles import done as done_module
from eyeshot.measure.tiles import run as running
from eyeshot.running.disk import Disk


@dataclass
class Change:
    """One change: to the contents of a file, by its number, or to a name."""

    kind: str
    path: Path
    file: int = -1
    at: int = 0
    data: bytes = b""
    old: Path | None = None


@dataclass
class Sync:
    """A file's contents or a folder's names last from here on."""

    path: Path
    file: int | None


@dataclass
class Recorder(Disk):
    """Does everything, and remembers it."""

    log: list[Change | Sync] = field(default_factory=list)
    names: dict[Path, int] = field(default_factory=dict)
    count: int = 0

    def _new(self, path: Path) -> int:
        self.count += 1
        self.names[path] = self.count
        return self.count

    def folder(self, path: Path) -> None:
        for folder in (*reversed(path.parents), path):
            if not folder.exists():
                self.names[folder] = 0
                self.log.append(Change("folder", folder))
        super().folder(path)

    def write(self, path: Path, data: Any, *, synced: bool = False) -> None:
        super().write(path, data, synced=synced)
        number = self._new(path)
        self.log.append(Change("data", path, number, 0, bytes(data)))
        if synced:
            self.log.append(Sync(path, number))
        self.log.append(Change("name", path, number))

    def append(self, path: Path, data: bytes) -> None:
        at = path.stat().st_size
        super().append(path, data)
        self.log.append(Change("data", path, self.names[path], at, data))

    def make(self, path: Path, make: Callable[[], Any]) -> Any:
        known = path in self.names
        made = super().make(path, make)
        if not known:
            number = self._new(path)
            self.log.append(Change("name", path, number))
            # The size and the header are two things.
            data = path.read_bytes()
            self.log.append(Change("data", path, number, 0, bytes(len(data))))
            self.log.append(Change("data", path, number, 0, data))
        return made

    def put(self, path: Path, array: Any, where: tuple[slice, ...], values: Any) -> None:
        before = np.frombuffer(path.read_bytes(), np.uint8)
        super().put(path, array, where, values)
        after = np.frombuffer(path.read_bytes(), np.uint8)
        differs = np.flatnonzero(before != after)
        # In two parts, of which one may be lost; pages are much larger.
        for part in np.array_split(differs, 2):
            if part.size:
                start, stop = int(part[0]), int(part[-1]) + 1
                self.log.append(Change("data", path, self.names[path], start, after[start:stop].tobytes()))

    def sync(self, path: Path, array: Any = None) -> None:
        super().sync(path, array)
        self.log.append(Sync(path, None if path.is_dir() else self.names[path]))

    def rename(self, old: Path, new: Path) -> None:
        is_folder = old.is_dir()
        super().rename(old, new)
        if is_folder:
            self.log.append(Change("move", new, old=old))
            moved = [path for path in self.names if path.is_relative_to(old)]
            self.names.update({new / path.relative_to(old): self.names.pop(path) for path in moved})

    def link(self, old: Path, new: Path) -> None:
        super().link(old, new)
        self.names[new] = self.names[old]
        self.log.append(Change("name", new, self.names[new]))

    def remove(self, path: Path) -> None:
        super().remove(path)
        for name in [name for name in self.names if name.is_relative_to(path)]:
            self.log.append(Change("gone", name))
            del self.names[name]


def lasting(log: list[Change | Sync]) -> set[int]:
    """Which changes last whatever happens after the last of these."""
    synced: set[int] = set()
    files: set[int] = set()
    folders: set[Path] = set()
    for number in reversed(range(len(log))):
        one = log[number]
        if isinstance(one, Sync):
            if one.file is None:
                folders.add(one.path)
            else:
                files.add(one.file)
        elif (one.kind == "data" and one.file in files) or (one.kind != "data" and one.path.parent in folders):
            synced.add(number)
    return synced


def cut(log: list[Change | Sync], draw: random.Random, root: Path, place: Path) -> None:
    """Lay out in a folder what may be left after a cut behind the last of these changes.

    Parameters
    ----------
    log : list
        What was done, in order.
    draw : Random
        Says what is lost.
    root, place : Path
        The folder in which it was done, and the one in which to lay it out.
    """
    kept, share = lasting(log), draw.choice((0.0, 0.3, 0.7, 1.0))
    names: dict[Path, int] = {root: 0}
    contents: dict[int, bytearray] = {}
    for number, one in enumerate(log):
        if isinstance(one, Sync) or not (number in kept or draw.random() < share):
            continue
        if one.kind == "data":
            held = contents.setdefault(one.file, bytearray())
            held.extend(bytes(max(0, one.at + len(one.data) - len(held))))
            held[one.at : one.at + len(one.data)] = one.data
        elif one.kind == "gone":
            names.pop(one.path, None)
        elif one.kind == "move" and one.old is not None:
            moved = [path for path in names if path.is_relative_to(one.old)]
            names.update({one.path / path.relative_to(one.old): names.pop(path) for path in moved})
        else:
            names[one.path] = one.file if one.kind == "name" else 0
    laid: dict[int, Path] = {}
    for path in sorted(names):
        if path == root or not all(parent in names for parent in path.parents if parent.is_relative_to(root)):
            continue
        there = place / path.relative_to(root)
        if names[path] == 0:
            there.mkdir()
        elif names[path] in laid:
            # Two names of one file, as between the steps of a rename.
            os.link(laid[names[path]], there)
        else:
            there.write_bytes(contents.get(names[path], b""))
            laid[names[path]] = there


# ---------------------------------------------------------------------- runs that are cut


class Counted(nn.Module):
    """Two outputs, and how often it was called on numbers."""

    # Of the class: on the model itself it would be put back.
    calls = 0

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 1, 1)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        if x.untyped_storage().device.type != "meta":
            Counted.calls += 1
        y = self.a(x)
        return [self.b(y), y]


class Cut:
    """A run that was recorded, and what it must come to after a cut anywhere.

    Parameters
    ----------
    folder : Path
        An empty folder.
    suffix : str
        The kind of its targets.
    """

    def __init__(self, folder: Path, suffix: str) -> None:
        torch.manual_seed(0)
        self.model, self.suffix = Counted().eval(), suffix
        self.plan = eyeshot.tile(self.model, (1, 1, 20, 28), tile=10)
        self.image = np.random.default_rng(0).standard_normal((1, 1, 20, 28), np.float32)
        self.expected = self.plan.run(self.model, self.image)
        self.done, self.left = folder / "done", folder / "left"
        self.done.mkdir()
        self.log = self._recorded()

    def _recorded(self) -> list[Change | Sync]:
        """Everything that a run does to the disk, with a sync after every third tile or so."""
        recorder, clock = Recorder(), itertools.count()
        with (
            patch.object(running, "DISK", recorder),
            patch.object(time, "monotonic", lambda: float(next(clock))),
            patch.object(done_module, "SYNC_SECONDS", 4.0),
        ):
            self.plan.run(self.model, self.image, out=self.done / f"out{self.suffix}")
        return recorder.log

    def check(self, end: int, draw: random.Random) -> str:
        """Cut behind so many changes, and go on: what looks whole is right, and what was promised is kept."""
        self.left.mkdir()
        cut(self.log[:end], draw, self.done, self.left)
        finals = [self.left / f"out{self.suffix}", self.left / f"out.1{self.suffix}"]
        self._check_right([path for path in finals if path.exists()], finals, f"looks whole after {end}")
        how = "whole"
        if not all(path.exists() for path in finals) or list(self.left.glob("*.journal")):
            before = Counted.calls
            self.plan.run(self.model, self.image, out=finals[0])
            self._check_right(finals, finals, f"after {end}")
            again = Counted.calls - before
            assert again <= len(self.plan) - promised(self.log[:end]) + 2, f"what was synced before {end} is kept"
            assert {path.name for path in self.left.iterdir()} == {path.name for path in finals}
            how = "went on" if again < len(self.plan) else "began anew"
        shutil.rmtree(self.left)
        return how

    def _check_right(self, there: list[Path], finals: list[Path], when: str) -> None:
        for path in there:
            want = self.expected[finals.index(path)]
            assert np.array_equal(read(path).reshape(want.shape), want), f"{path.name} {when}"


def promised(log: list[Change | Sync]) -> int:
    """Tiles whose line in the journal lasts."""
    kept = lasting(log)
    lines = [
        number
        for number, one in enumerate(log)
        if isinstance(one, Change) and one.path.suffix == ".journal" and b'"tile"' in one.data
    ]
    return sum(number in kept for number in lines)


def read(path: Path) -> Any:
    """The array in a target."""
    if path.suffix == ".npy":
        return np.load(path)
    if path.suffix == ".zarr":
        import zarr

        return zarr.open_array(str(path), mode="r")[:]
    import tifffile

    return tifffile.imread(path)
