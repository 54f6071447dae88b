"""Networks to be run in tiles, and what running them in tiles gives; small, so that many sizes can be tried."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import TransposedWindow, Window
from eyeshot.measure.stand_in import StandIn
from eyeshot.plan.results import Tiling

ROUNDING = 1e-5
"""Largest difference that float32 sums in another order explain, in standard deviations of the output."""


class Net(nn.Module):
    """A small encoder and decoder: stride 4, three channels in, two out."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 4, 3, 2, 1), nn.BatchNorm2d(4))
        self.up = nn.Sequential(nn.ConvTranspose2d(4, 4, 2, 2), nn.ReLU(), nn.ConvTranspose2d(4, 2, 2, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.up(self.down(x))


class Slow(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = net
    def forward(self, x):
        if not x.is_meta:
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
    first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    for _ in range(6):
        first.stdout.readline()
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()
    assert not (tmp_path / "out.npy").exists()
    second = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 25 - 6 <= second.stdout.count("tile") <= 25 - 5
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
        (lambda image: "nothing.npy", "does not exist"),
        (lambda image: 5, "must be an array or a path"),
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
    ):
        with pytest.raises(InputError, match=message):
            plan.run(net, image, out=out)
    assert (tmp_path / "here.npy").read_bytes() == b"mine"


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

    def flush(_: object) -> None:
        if next(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(running.Target, "flush", flush)
    with pytest.raises(RunError, match=r"tile \(1,0\) .*No space left on device"):
        plan.run(net, image, out=tmp_path / "out.npy")
    assert not (tmp_path / "out.npy").exists()


def test_wrong_model(net: nn.Module, plan: Plan, image: Any) -> None:
    with pytest.raises(InputError, match="run by a torch.nn.Module, but the model is of type str"):
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


class Mixing(nn.Module):
    """Normalises over the batch."""

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(0, keepdim=True)


def test_batch_that_mixes_is_refused(image: Any) -> None:
    plan = eyeshot.tile(Mixing(), SHAPE, tile=32)
    with pytest.raises(InputError, match="mixes the images of a batch"):
        plan.run(Mixing(), image, batch=2)


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
    valid = ValidUNet().eval()
    assert eyeshot.tile(valid, (1, 1, 188, 172), tile=60).check(valid).holds


# ---------------------------------------------------------------------- a cluster


def test_cluster_survives_a_worker(net: nn.Module, image: Any, tmp_path: Path) -> None:
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
        close(future.result(timeout=120), net, image)


class Slow(nn.Module):
    """Takes its time, so that a worker is killed at work."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net.eval()

    def forward(self, x: Tensor) -> Tensor:
        if not x.is_meta:
            time.sleep(0.3)
        return self.net(x)


class ValidUNet(nn.Module):
    """As published: no padding, the skip cropped in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3)
        self.c, self.d = nn.Conv2d(4, 8, 3), nn.Conv2d(8, 8, 3)
        self.up, self.e = nn.ConvTranspose2d(8, 4, 2, 2), nn.Conv2d(8, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.b(self.a(x).relu()).relu()
        y = self.up(self.d(self.c(F.max_pool2d(x, 2)).relu()).relu())
        top, left = ((n - m) // 2 for n, m in zip(x.shape[-2:], y.shape[-2:], strict=True))
        return self.e(torch.cat([x[..., top:-top, left:-left], y], 1))


class Causal(nn.Module):
    """Dilated causal convolutions, their zeros put in front in one of three ways."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
        self.convs = nn.ModuleList([nn.Conv1d(2, 2, 3, dilation=2**i) for i in range(5)])

    def forward(self, x: Tensor) -> Tensor:
        for conv in self.convs:
            n = 2 * conv.dilation[0]
            if self.way == "pad":
                y = conv(F.pad(x, (n, 0)))
            elif self.way == "cat":
                y = conv(torch.cat([torch.zeros(*x.shape[:-1], n), x], -1))
            else:
                y = F.conv1d(x, conv.weight, conv.bias, padding=n, dilation=conv.dilation)[..., :-n]
            x = x + y.tanh()
        return x


class SuperResolution(nn.Module):
    """Four times as many pixels along each axis, by a pixel shuffle."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1, padding_mode="reflect")
        self.b = nn.Conv2d(8, 48, 3, padding=1, padding_mode="replicate")
        self.c = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.c(F.pixel_shuffle(self.b(self.a(x).relu()), 4))


class Pyramid(nn.Module):
    """Three outputs of different strides."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 2, 1)
        self.c = nn.Conv2d(8, 2, 3, padding=1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        fine = self.a(x)
        coarse = self.b(fine)
        out = F.interpolate(self.c(coarse), scale_factor=4, mode="bilinear")
        return {"fine": fine, "coarse": coarse, "out": out}


class CroppedThenPadded(nn.Module):
    """Fields say that nothing beyond the tile is read, but the padding behind the crop is wrong at a cut."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv1d(1, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.a(x[..., 6:-6])


class Space(nn.Module):
    """Space to depth and back by reshapes, a flip, and windows that attend within themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.mix = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        y = self.conv(F.pixel_unshuffle(x, 2))
        windows = F.pixel_shuffle(y, 2).reshape(n, c, h // 4, 4, w // 4, 4).permute(0, 2, 4, 3, 5, 1)
        tokens = windows.reshape(-1, 16, c)
        tokens = torch.softmax(tokens @ tokens.transpose(1, 2), -1) @ self.mix(tokens)
        back = tokens.reshape(n, h // 4, w // 4, 4, 4, c).permute(0, 5, 1, 3, 2, 4).reshape(n, c, h, w)
        return x + back.flip(-1).flip(-1)


def tiled(tiling: Tiling, work: Callable[[Tensor], list[Tensor]], image: Tensor) -> list[Tensor]:
    """The results of all tiles put together."""
    found: list[Tensor] = []
    for tile in tiling.tiles():
        where = [slice(None)] * image.dim()
        for d, (start, stop) in zip(tiling.dims, tile.read, strict=True):
            where[d] = slice(start, stop)
        results = work(image[tuple(where)].contiguous())
        if not found:
            found = [
                torch.full(o.shape, torch.nan, dtype=r.dtype) for o, r in zip(tiling.outputs, results, strict=True)
            ]
        for whole, output, result, write, crop in zip(
            found, tiling.outputs, results, tile.write, tile.crop, strict=True
        ):
            whole[output.where(write)] = result[output.where(crop)]
    return found


def listed(model: nn.Module) -> Callable[[Tensor], list[Tensor]]:
    """A model's outputs as a list."""

    def work(x: Tensor) -> list[Tensor]:
        with torch.no_grad():
            y: Any = model(x)
        return [y] if isinstance(y, Tensor) else list(y.values() if isinstance(y, dict) else y)

    return work


def error(tiling: Tiling, work: Callable[[Tensor], list[Tensor]], image: Tensor) -> float:
    """Largest difference between tiles and whole over all outputs, in standard deviations; NaN if one is missing."""
    pairs = zip(tiled(tiling, work, image), work(image), strict=True)
    return max(float((mine - whole).abs().max() / whole.std()) for mine, whole in pairs)


def image_of(shape: Sequence[int], seed: int = 0) -> Tensor:
    """Noise."""
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(tuple(shape), np.float32))


# ---------------------------------------------------------------------- the built-in networks, running


def slim(graph: Graph, outputs: Sequence[str], most: int = 4) -> Graph:
    """The same network with few channels, up to some nodes: it reads what it read, and runs fast."""
    build = GraphBuilder(graph.name)
    value = graph.inputs[0]
    build.input(value.name, (1, min(value.shape[1], most), *value.shape[2:]), _layout(graph))
    needed = set(outputs)
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed.update(node.inputs)
    for node in graph.nodes:
        if node.name in needed:
            build.add(_slim_op(node.op, build.shape(node.inputs[0])[1], most), *node.inputs, name=node.name)
    return build.finish(*outputs)


def _slim_op(op: Any, channels: int, most: int) -> Any:
    if not isinstance(op, Window | TransposedWindow) or op.channels is None:
        return op
    if op.groups > 1:
        return replace(op, channels=channels, groups=channels)
    return replace(op, channels=min(op.channels, most))


def _layout(graph: Graph) -> str:
    return {3: "NCT", 4: "NCHW", 5: "NCDHW"}[len(graph.inputs[0].shape)]


def zoo_builder(name: str, output: str) -> Callable[[tuple[int, ...]], Graph]:
    """A built-in network at any size, slim."""

    def build(extents: tuple[int, ...]) -> Graph:
        channels = eyeshot.load(name).inputs[0].shape[1]
        graph = eyeshot.load(name, input_shape=(1, channels, *extents))
        return slim(graph, [output or graph.outputs[0]])

    return build


def zoo_runner(build: Callable[[tuple[int, ...]], Graph]) -> Callable[[Tensor], list[Tensor]]:
    """Runs a network of the zoo with random weights, the same at every size."""

    def work(x: Tensor) -> list[Tensor]:
        graph = build(tuple(x.shape[2:]))
        seen: dict[str, Tensor] = {}
        wanted = set(graph.outputs)

        def keep(name: str, value: Tensor) -> None:
            if name in wanted:
                seen[name] = value[0]

        StandIn(graph, torch.float32, 0).run({graph.inputs[0].name: x[None]}, keep)
        return [seen[name] for name in graph.outputs]

    return work


def corners(counts: Sequence[int]) -> list[tuple[int, ...]]:
    """Places of tiles in a grid: first, middle, last along each axis."""
    return list(itertools.product(*(sorted({0, n // 2, n - 1}) for n in counts)))
