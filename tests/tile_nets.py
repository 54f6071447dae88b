"""Networks to be run in tiles, and what running them in tiles gives; small, so that many sizes can be tried."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
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
from eyeshot.plan.results import Tile, Tiling

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
    """Takes its time, so that a worker is killed at work."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net.eval()

    def forward(self, x: Tensor) -> Tensor:
        if x.untyped_storage().device.type != "meta":
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


class PaddedToMultiple(nn.Module):
    """Pads its input to multiples of its stride where it has to, and crops the result."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(2, 4, 3, 2, 1), nn.Conv2d(4, 4, 3, 2, 1), nn.ConvTranspose2d(4, 2, 4, 4))

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        bottom, right = -height % 4, -width % 4
        if bottom or right:
            x = F.pad(x, (0, right, 0, bottom))
        return self.net(x)[..., :height, :width]


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


def listed(model: nn.Module) -> Callable[[Tensor], list[Tensor]]:
    """A model's outputs as a list."""

    def work(x: Tensor) -> list[Tensor]:
        with torch.no_grad():
            y: Any = model(x)
        return [y] if isinstance(y, Tensor) else list(y.values() if isinstance(y, dict) else y)

    return work


def error(
    tiling: Tiling, work: Callable[[Tensor], list[Tensor]], image: Tensor, most: int | None = None, seed: int = 0
) -> float:
    """Largest difference between tiles and whole over all outputs, in standard deviations.

    Where margins are much wider than steps there are thousands of tiles of few kinds: `most` of them stand for all.
    """
    check_cover(tiling)
    whole = work(image)
    worst = 0.0
    for tile in chosen(tiling, most, seed):
        where = [slice(None)] * image.dim()
        for d, (start, stop) in zip(tiling.dims, tile.read, strict=True):
            where[d] = slice(start, stop)
        results = work(image[tuple(where)].contiguous())
        pieces = zip(tiling.outputs, whole, results, tile.write, tile.crop, strict=True)
        for output, theirs, mine, write, crop in pieces:
            # Where all numbers are the same there is no deviation to measure by.
            distance = (theirs[output.where(write)] - mine[output.where(crop)]).abs().max() / (float(theirs.std()) or 1)
            assert not distance.isnan()
            worst = max(worst, float(distance))
    return worst


def chosen(tiling: Tiling, most: int | None, seed: int) -> Iterator[Tile]:
    """All tiles, or some: those in the corners and on the sides of the grid, and others at random."""
    if most is None or len(tiling) <= most:
        yield from tiling.tiles()
        return
    draw = np.random.default_rng(seed)
    outer = corners(tiling.grid)
    places = dict.fromkeys(outer[k] for k in draw.permutation(len(outer))[:most])
    while len(places) < most:
        places[tuple(int(draw.integers(n)) for n in tiling.grid)] = None
    yield from map(tiling.tile, places)


def check_cover(tiling: Tiling) -> None:
    """Every feature of every output is written by exactly one tile."""
    counts = [np.zeros([law.n for law in output.laws], np.int32) for output in tiling.outputs]
    for tile in tiling.tiles():
        for count, box in zip(counts, tile.write, strict=True):
            count[tuple(slice(*interval) for interval in box)] += 1
    assert all((count == 1).all() for count in counts)


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
