"""Power cuts: whatever a cut may leave of a run, what looks whole is right, and what was promised to last is there."""

import itertools
import random
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tile_cuts import Change, Recorder, Sync, cut, lasting
from torch import nn

import eyeshot
from eyeshot.api.plan import Plan
from eyeshot.measure.disk import Disk
from eyeshot.measure.tiles import done as done_module
from eyeshot.measure.tiles import run as running

SHAPE = (1, 1, 20, 28)


class Counted(nn.Module):
    """Two outputs, and how often it was called on numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 1, 1)
        self.calls = 0

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        if x.untyped_storage().device.type != "meta":
            self.calls += 1
        y = self.a(x)
        return [self.b(y), y]


@pytest.fixture(scope="module")
def model() -> Counted:
    torch.manual_seed(0)
    return Counted().eval()


@pytest.fixture(scope="module")
def plan(model: Counted) -> Plan:
    return eyeshot.tile(model, SHAPE, tile=10)


@pytest.fixture(scope="module")
def image() -> Any:
    return np.random.default_rng(0).standard_normal(SHAPE, np.float32)


def read(path: Path) -> Any:
    if path.suffix == ".npy":
        return np.load(path)
    if path.suffix == ".zarr":
        import zarr

        return zarr.open_array(str(path), mode="r")[:]
    import tifffile

    return tifffile.imread(path)


def recorded(model: Counted, plan: Plan, image: Any, out: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Everything that a run does to the disk, with a sync after every third tile or so."""
    recorder, clock = Recorder(), itertools.count()
    with monkeypatch.context() as patch:
        patch.setattr(running, "DISK", recorder)
        patch.setattr(time, "monotonic", lambda: float(next(clock)))
        patch.setattr(done_module, "SYNC_SECONDS", 4.0)
        plan.run(model, image, out=out)
    return recorder


def promised(log: list[Change | Sync]) -> int:
    """Tiles whose line in the journal lasts."""
    kept = lasting(log)
    lines = [
        number
        for number, one in enumerate(log)
        if isinstance(one, Change) and one.path.suffix == ".journal" and b'"tile"' in one.data
    ]
    return sum(number in kept for number in lines)


@pytest.mark.filterwarnings("ignore::eyeshot.measure.tiles.resume.ResumedWarning")
@pytest.mark.parametrize("suffix", [".npy", ".zarr", ".tif"])
@pytest.mark.parametrize("times", [pytest.param(0, id="sample"), pytest.param(6, id="all", marks=pytest.mark.sweep)])
def test_every_cut(
    model: Counted, plan: Plan, image: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, times: int
) -> None:
    draw = random.Random(suffix)
    done = tmp_path / "done"
    done.mkdir()
    log = recorded(model, plan, image, done / f"out{suffix}", monkeypatch).log
    expected = plan.run(model, image)
    everywhere = range(len(log) + 1)
    ends = [end for end in everywhere for _ in range(times)]
    for end in ends or sorted(draw.sample(everywhere, 8 if suffix == ".zarr" else 25)):
        place = tmp_path / "left"
        place.mkdir()
        cut(log[:end], draw, done, place)
        finals = [place / f"out{suffix}", place / f"out.1{suffix}"]
        for path, want in zip(finals, expected, strict=True):
            if path.exists():
                assert np.array_equal(read(path).reshape(want.shape), want), f"{path.name} after {end} looks whole"
        if all(path.exists() for path in finals) and not list(place.glob("*.journal")):
            shutil.rmtree(place)
            continue
        before = model.calls
        plan.run(model, image, out=finals[0])
        for path, want in zip(finals, expected, strict=True):
            assert np.array_equal(read(path).reshape(want.shape), want), f"{path.name} after {end}"
        assert model.calls - before <= len(plan) - promised(log[:end]) + 2, f"what was synced before {end} is kept"
        assert {path.name for path in place.iterdir()} == {path.name for path in finals}
        shutil.rmtree(place)


def test_what_is_not_synced_shows(
    model: Counted, plan: Plan, image: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without syncs a cut leaves wrong files of the right names: this test can fail."""
    done = tmp_path / "done"
    done.mkdir()
    log = [one for one in recorded(model, plan, image, done / "out.npy", monkeypatch).log if isinstance(one, Change)]
    expected, draw = plan.run(model, image)[0], random.Random(0)
    wrong = 0
    for _ in range(30):
        place = tmp_path / "left"
        place.mkdir()
        cut(log, draw, done, place)
        path = place / "out.npy"
        wrong += path.exists() and path.read_bytes()[:6] == b"\x93NUMPY" and not np.array_equal(np.load(path), expected)
        shutil.rmtree(place)
    assert wrong


def test_all_changes_go_through_the_disk(
    model: Counted, plan: Plan, image: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded, all of it kept, is what lies there: nothing is written past it."""
    for suffix in (".npy", ".zarr", ".tif"):
        done, place = tmp_path / f"done{suffix}", tmp_path / f"again{suffix}"
        done.mkdir()
        place.mkdir()
        log = recorded(model, plan, image, done / f"out{suffix}", monkeypatch).log
        cut(
            [*log, *(Sync(path, None) for path in (done, *done.rglob("*")) if path.is_dir())],
            random.Random(0),
            done,
            place,
        )
        found = {path.relative_to(place): path.read_bytes() for path in place.rglob("*") if path.is_file()}
        assert found == {path.relative_to(done): path.read_bytes() for path in done.rglob("*") if path.is_file()}


def test_syncs_are_few(model: Counted, plan: Plan, image: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a run that is shorter than the time between two syncs there are those of its beginning and its end."""
    count = 0
    own = Disk.sync

    def sync(self: Disk, path: Path, array: Any = None) -> None:
        nonlocal count
        count += 1
        own(self, path, array)

    monkeypatch.setattr(Disk, "sync", sync)
    plan.run(model, image, out=tmp_path / "out.npy")
    assert len(plan) >= 12
    assert count <= 12
