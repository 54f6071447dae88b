"""Runs of tiles that are killed, fought over, changed, damaged, or without room: what comes out is right, or nothing.

Run as a program it does so many of each and prints how they ended. Each run is a fork of this process, so that a kill
costs milliseconds. Whatever looks whole and is wrong ends it with an error.
"""

from __future__ import annotations

import argparse
import copy
import errno
import functools
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tile_cuts import Cut, read
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import EyeshotError, InputError
from eyeshot.measure.tiles import done as done_module
from eyeshot.measure.tiles import run as running
from eyeshot.measure.tiles.resume import ResumedWarning
from eyeshot.running.disk import Disk, saying

SUFFIXES = (".npy", ".zarr", ".tif")
_REFUSED, _FAILED = 2, 3
_LOOK = os.WEXITED | os.WNOHANG | os.WNOWAIT
_SHAPE = (1, 1, 40, 52)


class Subject(nn.Module):
    """A network of two outputs that takes its time."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__()
        self.a, self.act, self.b = nn.Conv2d(1, 4, 3, padding=1), nn.LeakyReLU(0.1), nn.Conv2d(4, 1, 3, padding=1)
        self.register_buffer("mean", torch.tensor(0.25), persistent=False)
        self.scale, self.pause = 2.0, pause

    def forward(self, x: Tensor) -> list[Tensor]:
        if x.untyped_storage().device.type != "meta":
            time.sleep(self.pause)
        y = self.act(self.a(x - self.mean))
        return [self.b(y) * self.scale, y]


@functools.cache
def _plan() -> Any:
    return eyeshot.tile(Subject().eval(), _SHAPE, tile=14)


class Scene:
    """A folder with an image, a model, a plan and the right answer."""

    def __init__(self, draw: random.Random, folder: Path, suffix: str | None = None) -> None:
        self.draw, self.folder = draw, folder
        torch.manual_seed(draw.randrange(1000))
        self.model = Subject(0.002).eval()
        self.image = np.random.default_rng(draw.randrange(1000)).standard_normal(_SHAPE, np.float32)
        self.suffix = suffix or draw.choice(SUFFIXES)
        self.source = folder / f"in{draw.choice(('.npy', '.zarr'))}"
        self.out = folder / f"out{self.suffix}"
        self.plan = _plan()
        self.write_image()

    def write_image(self) -> None:
        if self.source.suffix == ".npy":
            np.save(self.source, self.image)
        else:
            import zarr

            made = zarr.create_array(
                store=str(self.source), shape=_SHAPE, chunks=(1, 1, 16, 16), dtype="f4", overwrite=True
            )
            made[:] = self.image

    def run(self) -> None:
        self.plan.run(self.model, self.source, out=self.out)

    def fork(self) -> int:
        """Run in another process; 0 if it ends well."""
        pid = os.fork()
        if pid:
            return pid
        status = _FAILED
        try:
            warnings.simplefilter("ignore")
            self.run()
            status = 0
        except InputError as error:
            status = _REFUSED
            (self.folder / f"said.{os.getpid()}").write_text(str(error))
        except BaseException as error:  # noqa: BLE001 - the parent reads it
            (self.folder / f"failed.{os.getpid()}").write_text(f"{type(error).__name__}: {error}")
        finally:
            os._exit(status)

    def wait(self, pid: int) -> int | None:
        """How a process ended; None if it was killed."""
        status = os.waitpid(pid, 0)[1]
        if os.WIFSIGNALED(status):
            return None
        code = os.WEXITSTATUS(status)
        assert code != _FAILED, (self.folder / f"failed.{pid}").read_text()
        return code

    def paths(self) -> list[Path]:
        return [self.out, self.out.with_name(f"out.1{self.suffix}")]

    def check(self) -> None:
        """What looks whole is right, and nothing else lies about."""
        expected = self.plan.run(self.model, self.image)
        for path, want in zip(self.paths(), expected, strict=True):
            assert np.array_equal(read(path).reshape(want.shape), want), f"{path} is wrong"
        left = {path.name for path in self.folder.iterdir() if not path.name.startswith("said.")}
        assert left == {self.source.name, *(path.name for path in self.paths())}, left

    def lines(self) -> int:
        """Lines of the journal, which goes when the run ends."""
        try:
            return self.out.with_name(self.out.name + ".unfinished.journal").read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def kill_behind(self, lines: int, pid: int) -> None:
        """Kill a process when its journal has grown to so many lines and a moment later, or it has ended by itself."""
        limit = time.monotonic() + 60
        while time.monotonic() < limit and self.lines() < lines and os.waitid(os.P_PID, pid, _LOOK) is None:
            time.sleep(0.001)
        time.sleep(self.draw.uniform(0.0, 0.01))
        os.kill(pid, signal.SIGKILL)

    def until_killed_halfway(self) -> None:
        """Start it and kill it when some tiles are done, but not all."""
        while True:
            pid = self.fork()
            self.kill_behind(self.draw.randrange(4, 12), pid)
            if self.wait(pid) is None and self.lines() > 3:
                return
            for path in self.folder.glob("out*"):
                _remove(path)

    def ends(self) -> str:
        """Go on: it finishes and is right, or is refused."""
        code = self.wait(self.fork())
        if code == _REFUSED:
            return "refused"
        self.check()
        return "finished"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


# ---------------------------------------------------------------------- what happens


def kill(scene: Scene) -> str:
    """Killed again and again, it ends by itself and is right."""
    times = 0
    while True:
        pid = scene.fork()
        if times < scene.draw.randrange(1, 6):
            scene.kill_behind(scene.draw.randrange(scene.lines() + 6), pid)
        code = scene.wait(pid)
        if code is not None:
            break
        times += 1
    assert code == 0, "a killed run must go on without help"
    scene.check()
    return f"finished after {times} kills"


def fight(scene: Scene) -> str:
    """Two want one target; one of them may be killed. Nobody is told that it ended well if it did not."""
    pids = [scene.fork(), scene.fork()]
    if scene.draw.random() < 0.6:
        scene.kill_behind(scene.draw.randrange(15), scene.draw.choice(pids))
    codes = [scene.wait(pid) for pid in pids]
    assert codes.count(0) <= 1, "only one can have written it"
    if 0 not in codes:
        assert scene.wait(scene.fork()) == 0, "the next one goes on without help"
    scene.check()
    names = {0: "finished", _REFUSED: "refused", None: "killed"}
    return " and ".join(sorted(names[code] for code in codes))


def _other_pixels(scene: Scene) -> None:
    y, x = scene.draw.randrange(_SHAPE[2]), scene.draw.randrange(_SHAPE[3])
    scene.image[..., y, x] += 1
    scene.write_image()


def _other_image(scene: Scene) -> None:
    scene.image = scene.image[..., ::-1].copy()
    scene.write_image()


def _other_number(scene: Scene) -> None:
    scene.model.scale = 2.5


def _other_slope(scene: Scene) -> None:
    scene.model.act.negative_slope = 0.2


def _other_activation(scene: Scene) -> None:
    scene.model.act = nn.ReLU()


def _other_buffer(scene: Scene) -> None:
    scene.model.mean += 0.5


def _other_weight(scene: Scene) -> None:
    with torch.no_grad():
        scene.model.a.weight[0] += 0.1


def _other_code(scene: Scene) -> None:
    class Subject(globals()["Subject"]):  # type: ignore[misc]
        def forward(self, x: Tensor) -> list[Tensor]:
            first, second = super().forward(x)
            return [first + 0.5, second]

    Subject.__qualname__ = "Subject"
    scene.model = copy.deepcopy(scene.model)
    scene.model.__class__ = Subject


CHANGES = (
    _other_pixels, _other_image, _other_number, _other_slope, _other_activation, _other_buffer, _other_weight,
    _other_code,
)  # fmt: skip


def change(scene: Scene) -> str:
    """Image or model are others when it goes on: refused, or all of it is that of the new ones."""
    scene.until_killed_halfway()
    what = scene.draw.choice(CHANGES)
    what(scene)
    end = scene.ends()
    # One pixel may lie where no tile was done yet: then all of the result is that of the new image.
    assert end == "refused" or what is _other_pixels, f"{what.__name__} went unnoticed"
    return f"{end}: {what.__name__.strip('_').replace('_', ' ')}"


def damage(scene: Scene) -> str:
    """A file of an interrupted run is damaged: refused, or what was damaged is done again."""
    scene.until_killed_halfway()
    files = [path for path in scene.folder.rglob("*") if path.is_file() and "unfinished" in str(path)]
    path = scene.draw.choice([path for path in files if not path.name.endswith(".lock")])
    data = bytearray(path.read_bytes())
    how = scene.draw.choice(("flipped", "zeroed", "cut", "removed", "grown"))
    at = scene.draw.randrange(len(data)) if data else 0
    if how == "removed":
        path.unlink()
    else:
        if how == "flipped" and data:
            data[at] ^= 1 << scene.draw.randrange(8)
        elif how == "zeroed":
            data[at : at + 100] = bytes(len(data[at : at + 100]))
        elif how == "cut":
            del data[at:]
        else:
            data += bytes(50)
        path.write_bytes(data)
    kind = "journal" if path.name.endswith(".journal") else "target"
    return f"{scene.ends()}: {kind} {how}"


class FullDisk(Disk):
    """Has room for so many writes, and then for none."""

    def __init__(self, room: int) -> None:
        self.room = room

    def _take(self, path: Path) -> None:
        self.room -= 1
        if self.room < 0:
            with saying(path):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(self, path: Path, data: Any, *, synced: bool = False) -> None:
        self._take(path)
        super().write(path, data, synced=synced)

    def append(self, path: Path, data: bytes) -> None:
        self._take(path)
        super().append(path, data)

    def put(self, path: Path, array: Any, where: tuple[slice, ...], values: Any) -> None:
        self._take(path)
        super().put(path, array, where, values)

    def sync(self, path: Path, array: Any = None) -> None:
        self._take(path)
        super().sync(path, array)


def full(scene: Scene) -> str:
    """The disk fills up somewhere: a sentence says so, nothing looks whole, and with room it goes on."""
    own, running.DISK = running.DISK, FullDisk(scene.draw.randrange(70))
    said = ""
    try:
        scene.run()
    except EyeshotError as error:
        said = str(error)
    finally:
        running.DISK = own
    if said:
        assert "No space left on device" in said, said
        assert "make room and run the same again" in said, said
        assert scene.ends() == "finished"
        return "went on"
    scene.check()
    return "had room enough"


def power(scene: Scene) -> str:
    """A run is cut off from its power behind every change to the disk, and goes on each time."""
    run = Cut(scene.folder, scene.suffix)
    found = Counter(run.check(end, scene.draw) for end in range(len(run.log) + 1))
    return f"{scene.suffix}: " + ", ".join(f"{count} {how}" for how, count in sorted(found.items()))


FAULTS: dict[str, Callable[[Scene], str]] = {
    "kills": kill,
    "fights": fight,
    "changes": change,
    "damage": damage,
    "full disks": full,
    "power cuts": power,
}


def endings(counts: dict[str, int], seed: int) -> dict[str, Counter[str]]:
    """Let things happen, so many of each; how often each ended how."""
    found: dict[str, Counter[str]] = {}
    for name, count in counts.items():
        print(f"{name}: {count}", file=sys.stderr, flush=True)  # noqa: T201 - a program of its own
        found[name] = Counter()
        for number in range(count):
            draw = random.Random(f"{seed} {name} {number}")  # noqa: S311 - no secret
            warnings.simplefilter("ignore", ResumedWarning)
            done_module.SYNC_SECONDS = draw.choice((0.0, 0.02, 10.0))
            with tempfile.TemporaryDirectory() as folder:
                try:
                    found[name][FAULTS[name](Scene(draw, Path(folder)))] += 1
                except Exception as error:
                    raise AssertionError(f"{name} {number} of seed {seed}: {error}") from error
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("counts", help='as JSON, such as {"kills": 5}')
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(json.dumps(endings(json.loads(given.counts), given.seed), indent=1))  # noqa: T201 - a program of its own


if __name__ == "__main__":
    main()
