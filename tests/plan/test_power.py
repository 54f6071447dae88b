"""Power cuts: whatever a cut may leave of a run, what looks whole is right, and what was promised to last is there."""

import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tile_cuts import Change, Cut, Sync, cut

from eyeshot.running.disk import Disk

SUFFIXES = [".npy", ".zarr", ".tif"]


@pytest.mark.filterwarnings("ignore::eyeshot.measure.tiles.resume.ResumedWarning")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_cuts(tmp_path: Path, suffix: str) -> None:
    draw, run = random.Random(suffix), Cut(tmp_path, suffix)
    everywhere = range(len(run.log) + 1)
    for end in sorted(draw.sample(everywhere, 8 if suffix == ".zarr" else 25)):
        run.check(end, draw)


def test_what_is_not_synced_shows(tmp_path: Path) -> None:
    """Without syncs a cut leaves wrong files of the right names: this test can fail."""
    run, draw, wrong = Cut(tmp_path, ".npy"), random.Random(0), 0
    log = [one for one in run.log if isinstance(one, Change)]
    for _ in range(30):
        run.left.mkdir()
        cut(log, draw, run.done, run.left)
        path = run.left / "out.npy"
        is_whole = path.exists() and path.read_bytes()[:6] == b"\x93NUMPY"
        wrong += is_whole and not np.array_equal(np.load(path), run.expected[0])
        shutil.rmtree(run.left)
    assert wrong


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_changes_go_through_the_disk(tmp_path: Path, suffix: str) -> None:
    """What was recorded, all of it kept, is what lies there: nothing is written past it."""
    run = Cut(tmp_path, suffix)
    run.left.mkdir()
    folders = [Sync(path, None) for path in (run.done, *run.done.rglob("*")) if path.is_dir()]
    cut([*run.log, *folders], random.Random(0), run.done, run.left)
    there, wanted = (
        {path.relative_to(place): path.read_bytes() for path in place.rglob("*") if path.is_file()}
        for place in (run.left, run.done)
    )
    assert there == wanted


def test_syncs_are_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a run that is shorter than the time between two syncs there are those of its beginning and its end."""
    run, count, own = Cut(tmp_path, ".npy"), 0, Disk.sync

    def sync(self: Disk, path: Path, array: Any = None) -> None:
        nonlocal count
        count += 1
        own(self, path, array)

    monkeypatch.setattr(Disk, "sync", sync)
    run.plan.run(run.model, run.image, out=tmp_path / "out.npy")
    assert len(run.plan) >= 12
    assert count <= 12
