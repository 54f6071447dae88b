"""Going on with an interrupted run: what must be the same is compared, and what is damaged is done again."""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tile_faults import Subject
from torch import nn

import eyeshot
from eyeshot.api.plan import Plan
from eyeshot.errors import InputError, RunError
from eyeshot.measure.tiles import network as network_module
from eyeshot.measure.tiles.resume import ResumedWarning
from eyeshot.running.disk import Disk

SHAPE = (1, 1, 40, 52)


class Stopping(Subject):
    """Counts its calls, and breaks off at one."""

    # Of the class: on the model itself they would be put back, or be a number by which it differs.
    at = calls = 0

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        if x.untyped_storage().device.type != "meta":
            Stopping.calls += 1
            if self.calls == self.at:
                raise RuntimeError("broken off")
        return super().forward(x)


class Scene:
    """A run that broke off at its ninth tile."""

    def __init__(self, folder: Path, suffix: str = ".npy") -> None:
        torch.manual_seed(0)
        self.model = Stopping().eval()
        self.plan: Plan = eyeshot.tile(self.model, SHAPE, tile=14)
        self.image = np.random.default_rng(0).standard_normal(SHAPE, np.float32)
        self.expected = self.plan.run(self.model, self.image)
        self.folder, self.out, self.second = folder, folder / f"out{suffix}", folder / f"out.1{suffix}"
        self.journal = folder / f"out{suffix}.unfinished.journal"
        Stopping.calls, Stopping.at = 0, 9
        with pytest.raises(RunError, match="broken off"):
            self.run()
        Stopping.calls, Stopping.at = 0, 0

    def run(self, **named: Any) -> None:
        self.plan.run(self.model, self.image, out=self.out, **named)

    def check(self, calls: int) -> None:
        assert Stopping.calls == calls
        for path, want in zip((self.out, self.second), self.expected, strict=True):
            assert np.array_equal(_read(path), want)
        assert {path.name for path in self.folder.iterdir()} == {self.out.name, self.second.name}


def _read(path: Path) -> Any:
    if path.suffix == ".npy":
        return np.load(path)
    import zarr

    return zarr.open_array(str(path), mode="r")[:]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_goes_on(scene: Scene) -> None:
    scene.run()
    scene.check(2 + len(scene.plan) - 8)


# ---------------------------------------------------------------------- what must be the same


def _change(attribute: str, value: Any) -> Callable[[Scene], None]:
    return lambda scene: setattr(scene.model, attribute, value)


def _slope(scene: Scene) -> None:
    scene.model.act.negative_slope = 0.2


def _weight(scene: Scene) -> None:
    with torch.no_grad():
        scene.model.b.bias += 1


def _image(scene: Scene) -> None:
    scene.image = scene.image.copy()
    scene.image[0, 0, 1, 1] += 1e-3


def _tile(scene: Scene) -> None:
    scene.plan = eyeshot.tile(scene.model, SHAPE, tile=15)


def _forward(scene: Scene) -> None:
    """Nothing on the modules tells it: a number in the code."""
    own = type(scene.model).forward

    class Stopping(type(scene.model)):  # type: ignore[misc]
        def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
            return [own(self, x)[0] * 1.0001, own(self, x)[1]]

    scene.model.__class__ = Stopping
    scene.model.__class__.__qualname__ = "Stopping"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_change("act", nn.GELU()), "a model that differs in `act`"),
        (_slope, "a model that differs in `act`"),
        (_change("scale", 2.0001), "a model that differs in `the model itself`"),
        (_change("mean", torch.tensor(0.2501)), "a model that differs in `the model itself`"),
        (_weight, "a model that differs in `b`"),
        (_tile, "another plan"),
        (_image, r"another image: its pixels differ in tile \(0,0\) of"),
        (_forward, "other operations or numbers than the model calls now"),
    ],
)
def test_what_differs_is_refused(scene: Scene, change: Any, message: str) -> None:
    before = {path: path.read_bytes() for path in scene.folder.iterdir()}
    change(scene)
    with pytest.raises(
        InputError, match=f"must belong to this plan, model and image, but what is unfinished .*{message}"
    ):
        scene.run()
    assert {path: path.read_bytes() for path in scene.folder.iterdir()} == before


def test_results_are_compared_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another library, say: all that can be read is the same, and what comes out is not."""
    own = network_module.as_array
    monkeypatch.setattr(network_module, "as_array", lambda tensor: own(tensor) * np.float32(1.0001))
    with pytest.raises(InputError, match=r"other results than the model gives now: `.*` differs by more than rounding"):
        scene.run()


def test_rounding_is_no_difference(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    own = network_module.as_array
    monkeypatch.setattr(network_module, "as_array", lambda tensor: own(tensor) * np.float32(1 + 1e-7))
    scene.run()


def test_rewritten_zarr(scene: Scene) -> None:
    zarr = pytest.importorskip("zarr")
    source, pixels = scene.folder / "in.zarr", scene.image

    def write(image: Any) -> None:
        made = zarr.create_array(store=str(source), shape=SHAPE, chunks=SHAPE, dtype="f4", overwrite=True)
        made[:] = image

    write(-pixels)
    scene.image = source
    with pytest.raises(InputError, match="another image"):
        scene.run()
    write(pixels)
    scene.run()
    shutil.rmtree(source)
    scene.check(2 + len(scene.plan) - 8)


def test_trusted_image(scene: Scene) -> None:
    with pytest.warns(ResumedWarning, match="the image was not read again for the 8 tiles that are done"):
        scene.run(trust_image=True)
    scene.check(2 + len(scene.plan) - 8)


def test_trusted_image_must_have_its_date(tmp_path: Path, scene: Scene) -> None:
    image = tmp_path / "in.npy"
    for path in scene.folder.glob("out*"):
        path.unlink()
    np.save(image, scene.image)
    scene.image, Stopping.calls, Stopping.at = image, 0, 9
    with pytest.raises(RunError):
        scene.run()
    Stopping.calls, Stopping.at = 0, 0
    os.utime(image, (1, 1))
    with pytest.raises(InputError, match="an image of another name, size or date"):
        scene.run(trust_image=True)
    scene.run()
    assert np.array_equal(np.load(scene.out), scene.expected[0])


# ---------------------------------------------------------------------- what is damaged


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_damaged_tile_is_done_again(scene: Scene) -> None:
    flip(scene.folder / "out.npy.unfinished", 128)
    with pytest.warns(ResumedWarning, match="1 tile of an interrupted run was damaged and is done again"):
        scene.run()
    scene.check(2 + len(scene.plan) - 7)


@pytest.mark.parametrize("how", ["flipped", "cut", "removed"])
def test_damaged_chunk(tmp_path: Path, how: str) -> None:
    scene = Scene(tmp_path, ".zarr")
    chunk = tmp_path / "out.zarr.unfinished" / "c" / "0" / "0" / "0" / "1"
    if how == "flipped":
        flip(chunk, 30)
    elif how == "cut":
        chunk.write_bytes(chunk.read_bytes()[:-9])
    else:
        chunk.unlink()
    with pytest.warns(ResumedWarning, match="1 tile"):
        scene.run()
    scene.check(2 + len(scene.plan) - 7)


def test_damaged_line_of_the_journal(scene: Scene) -> None:
    lines = scene.journal.read_bytes().split(b"\n")
    lines[3] = lines[3].replace(b"a", b"b")
    scene.journal.write_bytes(b"\n".join(lines))
    with pytest.warns(ResumedWarning, match="1 tile"):
        scene.run()
    scene.check(2 + len(scene.plan) - 7)


@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
def test_target_that_cannot_be_opened(tmp_path: Path, suffix: str) -> None:
    scene = Scene(tmp_path, suffix)
    partial = tmp_path / f"out{suffix}.unfinished"
    flip(partial if suffix == ".npy" else partial / "zarr.json", 2)
    with pytest.raises(InputError, match=r"an interrupted run left it, but is damaged: .*remove it together"):
        scene.run()
    assert not scene.out.exists()


@pytest.mark.parametrize(("suffix", "at"), [(".npy", 120), (".tif", 60), (".zarr", 3)])
def test_what_a_file_says_of_its_numbers(tmp_path: Path, suffix: str, at: int) -> None:
    """No tile has these bytes, but they decide how all are read."""
    scene = Scene(tmp_path, suffix)
    partial = tmp_path / f"out.1{suffix}.unfinished"
    if suffix == ".zarr":
        partial /= "zarr.json"
        partial.write_text(partial.read_text() + " ")
    else:
        flip(partial, at)
    with pytest.raises(InputError, match="must be as an interrupted run left it, but"):
        scene.run()


def test_chunks_have_checksums(tmp_path: Path) -> None:
    scene = Scene(tmp_path, ".zarr")
    scene.run()
    assert "crc32c" in [codec["name"] for codec in json.loads((scene.out / "zarr.json").read_text())["codecs"]]
    flip(scene.out / "c" / "0" / "0" / "0" / "0", 30)
    with pytest.raises(Exception, match=r"(?i)checksum"):
        _read(scene.out)


# ---------------------------------------------------------------------- the end


@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
@pytest.mark.parametrize("where", [0, 1, 2, 3])
def test_interrupted_while_it_gives_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, where: int
) -> None:
    scene = Scene(tmp_path, suffix)
    names = ["rename", "rename", "remove", "remove"]
    own, seen = getattr(Disk, names[where]), iter(range(9))

    def interrupted(*args: Any) -> None:
        is_last = args[1].suffix == ".journal"
        if (where < 2 and next(seen) == where) or (where == 2 and is_last):
            raise KeyboardInterrupt
        own(*args)
        if where == 3 and is_last:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Disk, names[where], interrupted)
        with pytest.raises(KeyboardInterrupt):
            scene.run()
    Stopping.calls = 0
    if where == 3:
        with pytest.raises(InputError, match="exists"):
            scene.run()
        scene.check(0)
        return
    scene.run()
    scene.check(2)


def test_both_names_of_one_file(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: Path, **_named: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            scene.run()
    assert scene.out.exists()
    assert (scene.folder / "out.npy.unfinished").exists()
    Stopping.calls = 0
    scene.run()
    scene.check(2)


@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
@pytest.mark.parametrize("links", [True, False])
def test_target_that_appears_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    scene = Scene(tmp_path, suffix)

    def appear(done: int, of: int) -> None:
        if done == of - 1:
            mine = scene.second if suffix == ".npy" else scene.second / "mine"
            mine.parent.mkdir(exist_ok=True)
            mine.write_text("mine")

    with pytest.raises(InputError, match=r"has appeared meanwhile; it is left alone. The result lies in"):
        scene.run(progress=appear)
    mine = scene.second if suffix == ".npy" else scene.second / "mine"
    assert mine.read_text() == "mine"
    if suffix == ".npy":
        mine.unlink()
    else:
        shutil.rmtree(scene.second)
    Stopping.calls = 0
    scene.run()
    scene.check(2)


def _no_links(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_file_system_without_links(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", _no_links)
    scene.run()
    scene.check(2 + len(scene.plan) - 8)


def test_damaged_after_it_has_its_name(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    own, seen = Disk.rename, iter(range(9))

    def interrupted(*args: Any) -> None:
        if next(seen) == 1:
            raise KeyboardInterrupt
        own(*args)

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt):
            scene.run()
    flip(scene.out, 128)
    with pytest.raises(InputError, match="must be as an interrupted run wrote it, but 1 of its tiles are damaged"):
        scene.run()


def test_one_file_for_two_outputs(scene: Scene) -> None:
    with pytest.raises(InputError, match="each output must have a file of its own"):
        scene.plan.run(scene.model, scene.image, out=[scene.folder / "a.npy", scene.folder / "a.npy"])


def test_folder_that_cannot_be_written(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(RunError, match=r"the system refuses it \(Permission denied\); mend that"):
        scene.run()


# ---------------------------------------------------------------------- what happens to whole processes


def endings(counts: dict[str, int], seed: int) -> dict[str, dict[str, int]]:
    """What `tile_faults` gives, run in a process that has no threads."""
    root = Path(__file__).parents[1]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(
        [sys.executable, str(root / "tile_faults.py"), json.dumps(counts), "--seed", str(seed)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def test_faults() -> None:
    counts = {"kills": 2, "fights": 3, "changes": 4, "damage": 5, "full disks": 2}
    found = endings(counts, 1)
    assert {name: sum(ends.values()) for name, ends in found.items()} == counts


def test_copies_are_the_same_model(scene: Scene) -> None:
    scene.model = copy.deepcopy(scene.model)
    scene.run()
    scene.check(2 + len(scene.plan) - 8)
