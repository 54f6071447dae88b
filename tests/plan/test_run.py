"""Running a plan: every kind of source and target, interruptions, refusals, a cluster."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tile_nets import ROUNDING, Net, Pyramid, Slow, ValidUNet, image_of
from torch import nn

import eyeshot
from eyeshot.api.plan import Plan
from eyeshot.errors import InputError, LimitError, RunError
from eyeshot.running.disk import Disk, saying

SHAPE = (1, 3, 60, 84)


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return Net().eval()


@pytest.fixture
def plan(net: nn.Module) -> Plan:
    return eyeshot.tile(net, SHAPE, tile=(32, 40))


@pytest.fixture
def image() -> Any:
    return image_of(SHAPE).numpy()


def whole(net: nn.Module, image: Any) -> Any:
    with torch.no_grad():
        return net(torch.from_numpy(np.ascontiguousarray(image, np.float32)).reshape(SHAPE)).numpy()


def close(found: Any, net: nn.Module, image: Any) -> None:
    expected = whole(net, image)
    assert found.shape == expected.shape
    assert np.abs(np.asarray(found) - expected).max() <= ROUNDING * expected.std()


def test_arrays_in_and_out(net: nn.Module, plan: Plan, image: Any) -> None:
    close(plan.run(net, image), net, image)
    close(plan.run(net, image[0]), net, image)
    close(plan.run(net, image[0].transpose(1, 2, 0)), net, image)
    close(plan.run(net, torch.from_numpy(image), batch=3), net, image)
    out = np.zeros((1, 2, 60, 84), np.float32)
    assert plan.run(net, image, out=out) is out
    close(out, net, image)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", ">i2", "float64", "bool"])
def test_numbers_become_those_of_the_model(net: nn.Module, plan: Plan, image: Any, dtype: str) -> None:
    numbers = (np.abs(image) * 50).astype(dtype)
    close(plan.run(net, numbers), net, numbers)


def test_npy(net: nn.Module, plan: Plan, image: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", image)
    assert plan.run(net, tmp_path / "in.npy", out=tmp_path / "out.npy") == tmp_path / "out.npy"
    close(np.load(tmp_path / "out.npy"), net, image)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.npy", "out.npy"]


def test_zarr(net: nn.Module, plan: Plan, image: Any, tmp_path: Path) -> None:
    zarr = pytest.importorskip("zarr")
    source = zarr.create_array(store=str(tmp_path / "in.zarr"), shape=image.shape, chunks=(1, 3, 16, 16), dtype="f4")
    source[:] = image
    plan.run(net, str(tmp_path / "in.zarr"), out=str(tmp_path / "out.zarr"))
    close(zarr.open(str(tmp_path / "out.zarr"))[:], net, image)
    close(plan.run(net, source), net, image)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.zarr", "out.zarr"]


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tiff(net: nn.Module, plan: Plan, image: Any, tmp_path: Path, compression: str | None) -> None:
    tifffile = pytest.importorskip("tifffile")
    photo = (np.abs(image[0]) * 50).astype(np.uint8).transpose(1, 2, 0)
    tifffile.imwrite(tmp_path / "in.tif", photo, photometric="rgb", compression=compression)
    plan.run(net, tmp_path / "in.tif", out=tmp_path / "out.tif")
    close(tifffile.imread(tmp_path / "out.tif").reshape(1, 2, 60, 84), net, photo.transpose(2, 0, 1))


def test_dask_array_as_source(net: nn.Module, plan: Plan, image: Any) -> None:
    da = pytest.importorskip("dask.array")
    lazy = da.from_array(image, chunks=(1, 3, 20, 20))
    close(plan.run(net, lazy), net, image)
    result = plan.to_dask(net, lazy)
    assert result.chunks[2] == (28, 28, 4)
    close(result.compute(scheduler="synchronous"), net, image)


def test_several_outputs(tmp_path: Path) -> None:
    model = Pyramid().eval()
    image = image_of((1, 3, 96, 128))
    plan = eyeshot.tile(model, (1, 3, 96, 128), tile=(48, 64))
    with torch.no_grad():
        expected = list(model(image).values())
    for found in (
        plan.run(model, image),
        [np.load(path) for path in plan.run(model, image, out=tmp_path / "out.npy")],
        [lazy.compute(scheduler="synchronous") for lazy in plan.to_dask(model, image.numpy())],
    ):
        for mine, theirs in zip(found, expected, strict=True):
            assert np.abs(mine - theirs.numpy()).max() <= ROUNDING * float(theirs.std())
    assert {path.name for path in tmp_path.iterdir()} == {"out.npy", "out.1.npy", "out.2.npy"}


def test_output_of_a_module(net: nn.Module, image: Any) -> None:
    plan = eyeshot.tile(net, SHAPE, tile=(32, 40), output="down")
    assert [output.shape for output in plan.outputs] == [(1, 4, 15, 21)]
    with torch.no_grad():
        expected = net.down(torch.from_numpy(image)).numpy()
    assert np.abs(plan.run(net, image) - expected).max() <= ROUNDING * expected.std()


# ---------------------------------------------------------------------- interruptions


class Stopped(Net):
    """Breaks off at a call."""

    # Of the class: on the model itself it would be put back.
    calls = 0

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        Stopped.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.untyped_storage().device.type != "meta":
            Stopped.calls += 1
            if self.calls == self.at:
                raise RuntimeError("out of memory, say")
        return super().forward(x)


@pytest.mark.parametrize("suffix", [".npy", ".zarr", ".tif"])
def test_interrupted_run_goes_on(image: Any, tmp_path: Path, suffix: str) -> None:
    torch.manual_seed(0)
    model = Stopped(4).eval()
    plan = eyeshot.tile(model, SHAPE, tile=(32, 40))
    out = tmp_path / f"out{suffix}"
    with pytest.raises(RunError, match=r"tile \(1,0\) of 3×3, which reads y .*: RuntimeError: out of memory, say"):
        plan.run(model, image, out=out)
    assert not out.exists()
    assert (tmp_path / f"out{suffix}.unfinished").exists()
    seen: list[tuple[int, int]] = []
    plan.run(model, image, out=out, progress=lambda done, of: seen.append((done, of)))
    assert model.calls == 4 + 2 + len(plan) - 3, "what was done is not done again, but for two tiles to compare"
    assert (seen[0], seen[-1]) == ((3, 9), (9, 9))
    found = {".npy": np.load, ".zarr": _zarr, ".tif": _tiff}[suffix](out)
    close(found.reshape(1, 2, 60, 84), model, image)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def _zarr(path: Path) -> Any:
    import zarr

    return zarr.open(str(path))[:]


def _tiff(path: Path) -> Any:
    import tifffile

    return tifffile.imread(path)


def test_another_model_does_not_go_on(image: Any, tmp_path: Path) -> None:
    model = Stopped(4).eval()
    plan = eyeshot.tile(model, SHAPE, tile=(32, 40))
    with pytest.raises(RunError):
        plan.run(model, image, out=tmp_path / "out.npy")
    with torch.no_grad():
        next(model.parameters()).add_(1)
    with pytest.raises(InputError, match="must belong to this plan, model and image"):
        plan.run(model, image, out=tmp_path / "out.npy")
    (tmp_path / "out.npy.unfinished.journal").unlink()
    with pytest.raises(InputError, match="whose journal is gone"):
        plan.run(model, image, out=tmp_path / "out.npy")


def test_half_a_line_of_the_journal_does_not_count(image: Any, tmp_path: Path) -> None:
    model = Stopped(4).eval()
    plan = eyeshot.tile(model, SHAPE, tile=(32, 40))
    with pytest.raises(RunError):
        plan.run(model, image, out=tmp_path / "out.npy")
    with (tmp_path / "out.npy.unfinished.journal").open("a") as journal:
        journal.write("1,")
    plan.run(model, image, out=tmp_path / "out.npy")
    close(np.load(tmp_path / "out.npy"), model, image)


def test_journal_of_which_nothing_counts_begins_anew(image: Any, tmp_path: Path) -> None:
    model, out = Stopped(4).eval(), tmp_path / "out.npy"
    plan = eyeshot.tile(model, SHAPE, tile=(32, 40))
    journal = tmp_path / "out.npy.unfinished.journal"
    with pytest.raises(RunError):
        plan.run(model, image, out=out)
    first = journal.read_text().split("\n")[0]
    partial = tmp_path / "out.npy.unfinished"
    for left, is_there in ((first[:20], False), (first + "\n", True), (first + "\n0,0\n", False)):
        journal.write_text(left)
        partial.unlink(missing_ok=True)
        if is_there:
            partial.write_bytes(b"cut off while it was made")
        Stopped.calls = 4
        plan.run(model, image, out=out)
        assert model.calls == 4 + len(plan), "all tiles are run"
        close(np.load(out), model, image)
        out.unlink()
        assert not list(tmp_path.iterdir())


_SLOW = """
import sys, time, torch
from torch import nn
import eyeshot

torch.manual_seed(0)
net = nn.Conv2d(1, 1, 3, padding=1).eval()

class Slow(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = net
    def forward(self, x):
        if x.untyped_storage().device.type != "meta":
            print("tile", flush=True)
            time.sleep(0.1)
        return self.net(x)

plan = eyeshot.tile(Slow().eval(), (1, 1, 100, 100), tile=22)
plan.run(Slow().eval(), sys.argv[1], out=sys.argv[2])
"""


def test_killed_process_goes_on(tmp_path: Path) -> None:
    image = image_of((1, 1, 100, 100)).numpy()
    np.save(tmp_path / "in.npy", image)
    command = [sys.executable, "-c", _SLOW, str(tmp_path / "in.npy"), str(tmp_path / "out.npy")]
    # What a model prints is no result: it goes to standard error.
    first = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert first.stderr is not None
    for _ in range(6):
        first.stderr.readline()
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stderr.close()
    assert not (tmp_path / "out.npy").exists()
    second = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 2 + 25 - 6 <= second.stderr.count("tile") <= 2 + 25 - 5, "two tiles are compared"
    torch.manual_seed(0)
    net = nn.Conv2d(1, 1, 3, padding=1)
    with torch.no_grad():
        assert np.abs(np.load(tmp_path / "out.npy") - net(torch.from_numpy(image)).numpy()).max() < 1e-5


# ---------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda image: image[..., 1:], "must have the shape that the plan is for, 1×3×60×84 or 3×60×84 or"),
        (lambda image: image.astype(complex), "must hold whole or real numbers, but its type is complex128"),
        (lambda image: image.astype(str), "must hold whole or real numbers"),
        (lambda _: "nothing.npy", "does not exist"),
        (lambda _: 5, "must be an array or a path"),
    ],
)
def test_wrong_image(net: nn.Module, plan: Plan, image: Any, change: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan.run(net, change(image))


def test_broken_files(net: nn.Module, plan: Plan, image: Any, tmp_path: Path) -> None:
    tifffile = pytest.importorskip("tifffile")
    np.save(tmp_path / "a.npy", image)
    tifffile.imwrite(tmp_path / "b.tif", image[0], photometric="minisblack")
    tifffile.imwrite(tmp_path / "c.tif", image[0], photometric="minisblack", compression="zlib")
    for name in ("a.npy", "b.tif", "c.tif"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:-900])
        with pytest.raises(InputError, match=r"cannot be read|is cut off"):
            plan.run(net, path)
    (tmp_path / "d.tif").write_bytes(b"II*\0")
    (tmp_path / "e.png").write_bytes(b"")
    (tmp_path / "f.zarr").mkdir()
    for name, message in (("d.tif", "cannot be read"), ("e.png", "must end in"), ("f.zarr", "cannot be read|group")):
        with pytest.raises(InputError, match=message):
            plan.run(net, tmp_path / name)


def test_wrong_target(net: nn.Module, plan: Plan, image: Any, tmp_path: Path) -> None:
    (tmp_path / "here.npy").write_bytes(b"mine")
    for out, message in (
        (tmp_path / "here.npy", "exists; name another"),
        (tmp_path / "out.png", r"must end in \.npy"),
        (tmp_path / "none" / "out.npy", "folder that exists"),
        (np.zeros((1, 2, 60, 83)), "must be an array of 1×2×60×84, but is 1×2×60×83"),
        ([None, None], "1 targets, one for each output, but there are 2"),
        ({"other": None}, "are for"),
        (image[:, :2], "must be another array than the image"),
    ):
        with pytest.raises(InputError, match=message):
            plan.run(net, image, out=out)
    assert (tmp_path / "here.npy").read_bytes() == b"mine"


def test_targets_of_both_kinds_are_refused(tmp_path: Path) -> None:
    model = Pyramid().eval()
    plan = eyeshot.tile(model, (1, 3, 96, 128), tile=(48, 64))
    with pytest.raises(InputError, match="must be all files or all arrays"):
        plan.run(model, image_of((1, 3, 96, 128)), out=[tmp_path / "a.npy", None, tmp_path / "c.npy"])
    assert not list(tmp_path.iterdir())


def test_full_disk(net: nn.Module, plan: Plan, image: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(InputError, match="does not fit onto its disk"):
        plan.run(net, image, out=tmp_path / "out.npy")
    assert list(tmp_path.iterdir()) == [], "nothing is left that looks like a result"


def test_disk_that_fills_up_on_the_way(
    net: nn.Module, plan: Plan, image: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(100))

    def put(_: object, path: Path, array: Any, where: Any, values: Any) -> None:
        with saying(path):
            if next(calls) == 3:
                raise OSError(errno.ENOSPC, "No space left on device")
            array[where] = values

    monkeypatch.setattr(Disk, "put", put)
    with pytest.raises(RunError, match=r"tile \(1,0\) .*No space left on device.*make room and run the same again"):
        plan.run(net, image, out=tmp_path / "out.npy")
    assert not (tmp_path / "out.npy").exists()
    plan.run(net, image, out=tmp_path / "out.npy")
    close(np.load(tmp_path / "out.npy"), net, image)


def test_wrong_model(net: nn.Module, plan: Plan, image: Any) -> None:
    with pytest.raises(InputError, match=r"run by a torch\.nn\.Module, but the model is of type str"):
        plan.run("net", image)
    with pytest.raises(InputError, match=r"`down\.3` \(BatchNorm2d\) must be in evaluation mode.*model\.eval\(\)"):
        plan.run(net.train(), image)
    with pytest.raises(InputError, match="must be in evaluation mode"):
        eyeshot.tile(net, SHAPE, tile=32)
    with pytest.raises(RunError, match=r"tile \(0,0\) .*must have the shape .*is it the same model"):
        plan.run(nn.Conv2d(3, 5, 1), image)
    with pytest.raises(InputError, match="the meta device"):
        plan.run(Net().eval().to("meta"), image)
    with pytest.raises(InputError, match="the device must be one that torch can use, but 'toaster' is not"):
        plan.run(Net().eval(), image, device="toaster")
    with pytest.raises(InputError, match="a batch must hold at least 1 tile"):
        plan.run(Net().eval(), image, batch=0)


class After(nn.Module):
    """Does something with what a convolution gives."""

    def __init__(self, work: Any) -> None:
        super().__init__()
        self.conv, self.work = nn.Conv2d(3, 2, 3, padding=1), work

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.work(self.conv(x))


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (lambda y: y - y.mean(0, keepdim=True), "`mean` reads the whole axis"),
        (lambda y: y.cumsum(0), "`cumsum` reads the whole axis"),
        (lambda y: y.flip(0), "`flip` mixes the images of a batch"),
        (lambda y: y + y[:1], "`add` steps by"),
        (lambda y: y * y.shape[0], "`other` is 1 in a tile but"),
        (lambda y: y + torch.tensor(float(y.shape[0])), "`add` uses another constant"),
        (lambda y: y + torch.arange(y.shape[0]).reshape(-1, 1, 1, 1), "uses a constant that depends on the size"),
        (lambda y: y * 2 if y.shape[0] > 3 else y, "^4 tiles.*`mul` is not executed"),
    ],
)
def test_batches_that_give_something_else_are_refused(work: Any, why: str, image: Any) -> None:
    model = After(work).eval()
    plan = eyeshot.tile(model, SHAPE, tile=32)
    with pytest.raises(InputError, match=why):
        plan.run(model, image, batch=4)


@pytest.mark.parametrize(
    "work",
    [
        torch.relu,
        lambda y: y + torch.zeros(y.shape[0], 1, 1, 1),
        lambda y: y.permute(1, 0, 2, 3).relu().permute(1, 0, 2, 3),
        lambda y: y.reshape(y.shape[0], 1, -1).relu().reshape(y.shape),
    ],
)
def test_batches_that_keep_apart_run(work: Any, image: Any) -> None:
    model = After(work).eval()
    plan = eyeshot.tile(model, SHAPE, tile=32)
    close(plan.run(model, image, batch=4), model, image)


def test_check_and_curve(net: nn.Module, plan: Plan) -> None:
    check = plan.check(net)
    assert check.holds, check
    assert 0 <= check.outputs[0].relative <= ROUNDING
    curve = plan.curve(net)
    errors = [max(one.relative for one in point.errors) for point in curve.points]
    assert errors[0] > 0.01
    assert errors[-1] <= ROUNDING
    assert curve.points[-1].margin == tuple(cut.margin for cut in plan.axes)
    assert curve.points[-1].recomputation == pytest.approx(plan.recomputation)


def test_check_on_an_image(net: nn.Module, plan: Plan, image: Any) -> None:
    assert plan.check(net, image).extents == (60, 84)
    with pytest.raises(InputError, match=r"dimensions of the model's input, but has shape \(\)"):
        plan.check(net, "image.npy")
    valid = ValidUNet().eval()
    assert eyeshot.tile(valid, (1, 1, 188, 172), tile=60).check(valid).holds


# ---------------------------------------------------------------------- a cluster


def test_cluster_survives_a_worker(net: nn.Module, image: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)
    distributed = pytest.importorskip("distributed")
    np.save(tmp_path / "in.npy", image)
    slow = Slow(net)
    plan = eyeshot.tile(slow, SHAPE, tile=(32, 40))
    lazy = plan.to_dask(slow, tmp_path / "in.npy", dtype="float32")
    options: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        future = client.compute(lazy)
        workers = list(client.run(os.getpid).values())
        assert len(workers) == 2
        time.sleep(0.5)
        os.kill(workers[0], signal.SIGKILL)
        assert np.array_equal(future.result(timeout=120), plan.run(net, image)), "the same bits as in one process"


def test_message_is_one_line(net: nn.Module, plan: Plan) -> None:
    with pytest.raises(InputError) as caught:
        plan.run(net, np.zeros((3, 5, 5)))
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------------- names and sizes


@pytest.mark.parametrize("suffix", [".npy", ".zarr", ".tif", ".nii"])
@pytest.mark.parametrize(("stem", "said"), [("a" * 300, "File name too long"), ("a\0b", "null byte")])
def test_names_that_the_system_does_not_take(
    net: nn.Module, plan: Plan, image: Any, tmp_path: Path, stem: str, said: str, suffix: str
) -> None:
    path = tmp_path / f"{stem}{suffix}"
    with pytest.raises(InputError, match=rf"the target .* must have a name that the system takes: .*{said}"):
        plan.run(net, image, out=path)
    with pytest.raises(InputError, match=rf"the image .* must have a name that the system takes: .*{said}"):
        plan.run(net, path)
    assert not list(tmp_path.iterdir())


def test_an_image_of_sixteen_bits(net: nn.Module, plan: Plan, image: Any) -> None:
    short = torch.from_numpy(image).bfloat16()
    close(plan.run(net, short), net, short.float().numpy())


@pytest.mark.parametrize("size", [(10**9, 10**6), (10**12, 10**12), (2**40, 3)])
def test_an_image_beyond_all_bounds_is_refused_at_once(net: nn.Module, size: tuple[int, int]) -> None:
    with pytest.raises(LimitError, match="choose a smaller input"):
        eyeshot.tile(net, (1, 3, *size))
    with pytest.raises(LimitError, match="choose a smaller input"):
        eyeshot.tile(net, (1, 3, *size), tile=512)
