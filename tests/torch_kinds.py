"""What random networks are made of: sorts of steps, each with the way in which its settings are drawn."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it
from torch_steps import Call, Recurrent, SqueezeExcite, WindowAttention
from torch_steps import functions as do

__all__ = ["KINDS", "Chooser"]


class Chooser:
    """Draws settings."""

    def __init__(self, draw: Callable[..., Any], axes: int) -> None:
        self._draw, self.axes = draw, axes

    def number(self, least: int, most: int) -> int:
        return self._draw(st.integers(least, max(least, most)))  # type: ignore[no-any-return]

    def one(self, choices: Sequence[Any]) -> Any:
        return self._draw(st.sampled_from(choices))

    def flag(self) -> bool:
        return self._draw(st.booleans())  # type: ignore[no-any-return]

    def numbers(self, least: int, most: int) -> tuple[int, ...]:
        """One for each axis."""
        return tuple(self.number(least, most) for _ in range(self.axes))

    def layer(self, name: str) -> Any:
        """A class of `torch.nn` for this number of axes."""
        return getattr(nn, f"{name}{self.axes}d")


Maker = Callable[..., nn.Module]
KINDS: dict[str, tuple[int, Maker]] = {}
"""What a network is made of: how many values it takes, and how its settings are drawn."""


def kind(maker: Maker) -> Maker:
    """Enter a way to go on; it gets the chooser and the values that it is for."""
    KINDS[maker.__name__] = (maker.__code__.co_argcount - 1, maker)
    return maker


# ---------------------------------------------------------------------- windows


@kind
def conv(d: Chooser, x: Tensor) -> nn.Module:
    groups = d.one([g for g in (1, 2, x.shape[1]) if x.shape[1] % g == 0])
    mode = d.one(["zeros", "zeros", "reflect", "replicate", "circular"])
    kernel, out = d.numbers(1, 4), groups * d.number(1, 3)
    if d.number(0, 4) == 0:
        return d.layer("Conv")(x.shape[1], out, kernel, 1, "same", d.numbers(1, 2), groups, padding_mode=mode)  # type: ignore[no-any-return]
    settings = d.numbers(1, 3), d.numbers(0, 2), d.numbers(1, 2)
    return d.layer("Conv")(x.shape[1], out, kernel, *settings, groups, padding_mode=mode)  # type: ignore[no-any-return]


@kind
def deconv(d: Chooser, x: Tensor) -> nn.Module:
    groups = d.one([g for g in (1, x.shape[1]) if x.shape[1] % g == 0])
    stride, dilation, kernel = d.numbers(1, 2), d.numbers(1, 2), d.numbers(1, 4)
    stride = stride if d.axes > 1 else d.numbers(1, 3)
    more = tuple(d.number(0, max(s, e) - 1) for s, e in zip(stride, dilation, strict=True))
    out = groups * d.number(1, 2)
    return d.layer("ConvTranspose")(  # type: ignore[no-any-return]
        x.shape[1], out, kernel, stride, d.numbers(0, 2), more, groups, dilation=dilation
    )


@kind
def max_pool(d: Chooser, _x: Tensor) -> nn.Module:
    kernel = d.numbers(1, 4)
    padding = tuple(d.number(0, k // 2) for k in kernel)
    return d.layer("MaxPool")(kernel, d.numbers(1, 3), padding, d.numbers(1, 2), ceil_mode=d.flag())  # type: ignore[no-any-return]


@kind
def avg_pool(d: Chooser, _x: Tensor) -> nn.Module:
    kernel = d.numbers(1, 4)
    padding = tuple(d.number(0, k // 2) for k in kernel)
    return d.layer("AvgPool")(kernel, d.numbers(1, 3), padding, d.flag(), d.flag())  # type: ignore[no-any-return]


@kind
def lp_pool(d: Chooser, _x: Tensor) -> nn.Module:
    sizes = d.numbers(1, 3), d.numbers(1, 2)
    # Along one axis it takes plain numbers only.
    kernel, stride = sizes if d.axes > 1 else (sizes[0][0], sizes[1][0])
    return d.layer("LPPool")(2, kernel, stride, ceil_mode=d.flag())  # type: ignore[no-any-return]


@kind
def adaptive_pool(d: Chooser, x: Tensor) -> nn.Module:
    sizes = tuple(d.number(1, n + 2) for n in x.shape[2:])
    return d.layer(d.one(["AdaptiveAvgPool", "AdaptiveMaxPool"]))(sizes)  # type: ignore[no-any-return]


@kind
def unfold(d: Chooser, x: Tensor) -> nn.Module:
    axis = d.number(0, d.axes - 1)
    return Call(do.unfolded, dim=2 + axis, size=d.number(1, x.shape[2 + axis]), step=d.number(1, 3))


# ---------------------------------------------------------------------- other sizes


@kind
def interpolate(d: Chooser, x: Tensor) -> nn.Module:
    smooth = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}[d.axes]
    mode = d.one(["nearest", "nearest-exact", "area", *smooth])
    more: dict[str, Any] = {"mode": mode}
    if mode in smooth:
        more["align_corners"] = d.flag()
        more["antialias"] = d.axes == 2 and d.flag()
    if d.flag():
        return Call(F.interpolate, size=tuple(d.number(1, 2 * n) for n in x.shape[2:]), **more)
    scales = tuple(d.one([0.5, 0.7, 1.5, 2.0, 2.3]) for _ in range(d.axes))
    return Call(F.interpolate, scale_factor=scales, recompute_scale_factor=d.one([None, True]), **more)


@kind
def pixel_shuffle(d: Chooser, x: Tensor) -> nn.Module:
    wide = d.layer("Conv")(x.shape[1], d.number(1, 2) * 2**d.axes, 1)
    return nn.Sequential(wide, nn.PixelShuffle(2) if d.axes == 2 else Call(do.depth_to_space, factor=2))


@kind
def pixel_unshuffle(d: Chooser, x: Tensor) -> nn.Module:
    if d.axes == 2 and d.flag():
        return nn.PixelUnshuffle(2)
    factors = tuple(d.one([f for f in (1, 2, 3) if n % f == 0]) for n in x.shape[2:])
    return Call(do.space_to_depth, factors=factors)


@kind
def pad(d: Chooser, _x: Tensor) -> nn.Module:
    mode = d.one(["constant", "reflect", "replicate", "circular"])
    least = -2 if mode == "constant" else 0
    return Call(F.pad, pad=tuple(d.number(least, 2) for _ in range(2 * d.axes)), mode=mode)


@kind
def part(d: Chooser, x: Tensor) -> nn.Module:
    return Call(do.part, slices=slices(d, x))


def slices(d: Chooser, x: Tensor) -> tuple[slice, ...]:
    """A slice along each axis, counted from either end."""
    found = []
    for n in x.shape[2:]:
        start, step = d.number(-n, n - 1), d.number(1, 3)
        found.append(slice(start, d.one([None, None, -1, n - 1]), step))
    return tuple(found)


@kind
def picked(d: Chooser, x: Tensor) -> nn.Module:
    axis = d.number(0, d.axes - 1)
    n = x.shape[2 + axis]
    return Call(do.picked, dim=2 + axis, places=tuple(d.number(-n, n - 1) for _ in range(d.number(1, 6))))


@kind
def repeated(d: Chooser, _x: Tensor) -> nn.Module:
    if d.flag():
        return Call(torch.repeat_interleave, repeats=d.number(1, 3), dim=2 + d.number(0, d.axes - 1))
    return Call(do.tiled, times=d.numbers(1, 2))


# ---------------------------------------------------------------------- the same size


@kind
def norm(d: Chooser, x: Tensor) -> nn.Module:
    channels = x.shape[1]
    return d.one(  # type: ignore[no-any-return]
        [
            d.layer("BatchNorm")(channels),
            d.layer("InstanceNorm")(channels, affine=True),
            nn.GroupNorm(1, channels),
            nn.GroupNorm(channels, channels),
            nn.LayerNorm(x.shape[-1]),
            Call(do.channels_last_norm),
            nn.LocalResponseNorm(2),
        ]
    )


@kind
def activation(d: Chooser, _x: Tensor) -> nn.Module:
    return d.one([nn.GELU(), nn.SiLU(), nn.LeakyReLU(0.1), nn.Tanh(), nn.Softplus(), nn.ELU(), nn.Hardswish()])  # type: ignore[no-any-return]


@kind
def moved(d: Chooser, _x: Tensor) -> nn.Module:
    dims = tuple(range(2, 2 + d.axes))
    if d.flag():
        return Call(torch.flip, dims=tuple(dim for dim in dims if d.flag()))
    return Call(torch.roll, shifts=d.numbers(-3, 3), dims=dims)


@kind
def channels(d: Chooser, x: Tensor) -> nn.Module:
    even = x.shape[1] % 2 == 0
    return d.one(  # type: ignore[no-any-return]
        [
            d.layer("Conv")(x.shape[1], d.one([2, 3, 4, 4, 8]), 1),
            *([nn.ChannelShuffle(2), nn.GLU(1), Call(do.halves_swapped)] if even and d.axes < 3 else []),
        ]
    )


@kind
def running(d: Chooser, _x: Tensor) -> nn.Module:
    return Call(torch.cumsum, dim=2 + d.number(0, d.axes - 1))


@kind
def gate(d: Chooser, x: Tensor) -> nn.Module:
    dim = 2 + d.number(0, d.axes - 1)
    return d.one(  # type: ignore[no-any-return]
        [
            SqueezeExcite(x.shape[1]),
            Call(do.gated_along, dim=dim),
            Call(do.normalised_globally),
            Call(torch.softmax, dim=dim),
            Call(F.normalize, dim=dim),
        ]
    )


@kind
def window_attention(d: Chooser, x: Tensor) -> nn.Module:
    windows = tuple(d.one([w for w in range(1, n + 1) if n % w == 0]) for n in x.shape[2:])
    shifts = tuple(d.number(0, w - 1) for w in windows) if d.flag() else (0,) * d.axes
    return WindowAttention(x.shape[1], windows, shifts, d.one(["sdpa", "softmax", "causal"]))


@kind
def linear(d: Chooser, x: Tensor) -> nn.Module:
    return nn.Linear(x.shape[-1], d.number(1, 6))


@kind
def recurrent(d: Chooser, x: Tensor) -> nn.Module:
    return Recurrent(d.one([nn.GRU, nn.LSTM, nn.RNN])(x.shape[1], 2, bidirectional=d.flag()))


@kind
def triangle(d: Chooser, _x: Tensor) -> nn.Module:
    return Call(d.one([torch.tril, torch.triu]), diagonal=d.number(-2, 2))


@kind
def written(d: Chooser, x: Tensor) -> nn.Module:
    name = d.one([do.doubled_in, do.average_written, do.spread_out])
    return Call(name, slices=slices(d, x))


# ---------------------------------------------------------------------- two values


@kind
def joined(d: Chooser, _x: Tensor, _y: Tensor) -> nn.Module:
    return Call(do.joined, how=d.one(["add", "add", "mul", "max", "cat", "cat"]), centred=d.flag())


@kind
def written_from(d: Chooser, x: Tensor, _y: Tensor) -> nn.Module:
    return Call(do.written_from, slices=slices(d, x), adds=d.flag())


@kind
def cross_attention(d: Chooser, _x: Tensor, _y: Tensor) -> nn.Module:
    return Call(do.cross_attention, is_causal=d.flag())
