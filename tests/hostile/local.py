"""Steps that read a neighbourhood: convolutions, pools, resizing, borders, computed kernels."""

from __future__ import annotations

from typing import Any

import torch
from hostile.step import Draw, Shape, Step, kind
from torch import Tensor, nn
from torch.nn import functional as F

CONV = (F.conv1d, F.conv2d, F.conv3d)
CONVS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
DECONVS = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
LINEAR = ("linear", "bilinear", "trilinear")


@kind(3)
def conv(draw: Draw, shape: Shape) -> Step | None:
    c, *space = shape
    r = len(space)
    k, d = draw.ints(r, 1, 4), draw.ints(r, 1, 2 if r > 1 else 3)
    s = [draw.one([1, 1, 1, 2, n + 1]) for n in k]
    p = [draw.int(0, (n - 1) * m) for n, m in zip(k, d, strict=True)]
    mode = draw.one(["zeros", "zeros", "zeros", "circular", "reflect", "replicate"])
    groups = c if draw.chance(0.2) else 1
    out = groups * draw.int(1, 2) if groups > 1 else draw.int(1, 4)
    made = CONVS[r - 1](c, out, k, s, p, d, groups, padding_mode=mode)
    return Step(str(made), lambda m, x: m.conv(x), conv=made)


@kind(1.5)
def causal_conv(draw: Draw, shape: Shape) -> Step | None:
    c, *space = shape
    r, k, d, s = len(space), draw.int(2, 3), draw.int(1, 3), draw.one([1, 1, 1, 2])
    before = draw.chance(0.75)
    pads = [(k - 1) * d if (side == 0) == before else 0 for _ in space for side in (0, 1)]
    mode = draw.one(["constant", "constant", "replicate"])

    def work(m: Any, x: Tensor) -> Tensor:
        return CONV[r - 1](F.pad(x, pads, mode), m.w, stride=s, dilation=d)

    out = draw.int(1, 3)
    return Step(f"conv(pad(x, {pads}, {mode}), k={k}, s={s}, d={d})", work, w=draw.weights(out, c, *[k] * r))


@kind(1.5)
def deconv(draw: Draw, shape: Shape) -> Step | None:
    c, *space = shape
    r = len(space)
    k, s = draw.ints(r, 1, 4), draw.ints(r, 1, 3)
    d = draw.one([1, 1, 2])
    p = [draw.int(0, (n - 1) * d) for n in k]
    more = [draw.int(0, max(n, d) - 1) for n in s]
    made = DECONVS[r - 1](c, draw.int(1, 3), k, s, p, more, 1, dilation=d)
    return Step(str(made), lambda m, x: m.conv(x), conv=made)


@kind(1.5)
def pool(draw: Draw, shape: Shape) -> Step | None:
    r = len(shape) - 1
    k, s = draw.ints(r, 1, 3), draw.ints(r, 1, 4)
    p = [draw.int(0, n // 2) for n in k]
    ceil = draw.chance(0.4)
    if draw.chance():
        made: nn.Module = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)[r - 1](k, s, p, ceil, draw.chance())
    else:
        made = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[r - 1](k, s, p, draw.int(1, 2), False, ceil)
    return Step(str(made), lambda m, x: m.pool(x), pool=made)


@kind()
def adaptive_pool(draw: Draw, shape: Shape) -> Step | None:
    r = len(shape) - 1
    sizes = [draw.int(1, n + 1) for n in shape[1:]]
    classes: tuple[Any, ...] = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
    if draw.chance(0.4):
        classes = (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d)
    made = classes[r - 1](sizes)
    return Step(str(made), lambda m, x: m.pool(x), pool=made)


@kind(2)
def resize(draw: Draw, shape: Shape) -> Step | None:
    r = len(shape) - 1
    mode = draw.one(["nearest", "nearest-exact", LINEAR[r - 1], LINEAR[r - 1], "area", *["bicubic"] * (r == 2)])
    how: dict[str, Any] = {"mode": mode}
    if draw.chance():
        how["size"] = [max(1, n + draw.int(-2, 3)) if draw.chance(0.7) else draw.int(1, 3) for n in shape[1:]]
    else:
        how["scale_factor"] = [draw.one([0.5, 0.9, 0.95, 1.0, 1.05, 1.1, 1.5, 2.0, 2.0, 1.3]) for _ in range(r)]
        if draw.chance(0.3):
            how["recompute_scale_factor"] = True
    if mode in (*LINEAR, "bicubic"):
        how["align_corners"] = draw.chance()
        if r == 2 and mode != "trilinear" and draw.chance(0.25):
            how["antialias"] = True
    return Step(f"interpolate(x, {how})", lambda _, x: F.interpolate(x, **how), "zeros")


@kind(1.5)
def pad(draw: Draw, shape: Shape) -> Step | None:
    r = len(shape) - 1
    mode = draw.one(["constant", "reflect", "replicate", "circular"])
    axes = draw.int(1, r) if mode == "constant" else r
    pads = [draw.int(-1, 2) for _ in range(2 * axes)]
    if mode == "constant":
        # Not 0: what is multiplied by a 0 that stands in every run never shows that it is read.
        return Step(f"pad(x, {pads}, 0.3)", lambda _, x: F.pad(x, pads, "constant", 0.3))
    return Step(f"pad(x, {pads}, {mode})", lambda _, x: F.pad(x, pads, mode))


@kind()
def smooth(draw: Draw, shape: Shape) -> Step | None:
    name = draw.one(["sin", "tanh", "softplus", "gelu", "silu", "relu", "celu"])
    function = getattr(torch, name, None) or getattr(F, name)
    return Step(f"{name}(x)", lambda _, x: function(x))


@kind()
def channels(draw: Draw, shape: Shape) -> Step | None:
    out = draw.int(1, 4)
    if draw.chance():
        made = nn.Linear(shape[0], out)
        return Step(f"linear over channels, {out}", lambda m, x: m.linear(x.movedim(1, -1)).movedim(-1, 1), linear=made)
    return Step(
        f"einsum over channels, {out}",
        lambda m, x: torch.einsum("nc...,kc->nk...", x, m.w),
        w=draw.weights(out, shape[0]),
    )


@kind(0.7)
def pixel_shuffle(draw: Draw, shape: Shape) -> Step | None:
    if len(shape) != 3:
        return None
    w = draw.weights(4 * draw.int(1, 2), shape[0], 1, 1)
    return Step("pixel_shuffle(conv1x1(x), 2)", lambda m, x: F.pixel_shuffle(F.conv2d(x, m.w), 2), w=w)


@kind(0.7)
def pixel_unshuffle(draw: Draw, shape: Shape) -> Step | None:
    if len(shape) != 3 or shape[1] % 2 or shape[2] % 2:
        return None
    return Step("pixel_unshuffle(x, 2)", lambda _, x: F.pixel_unshuffle(x, 2))


@kind(0.7)
def kernels_computed_everywhere(draw: Draw, shape: Shape) -> Step | None:
    """Each place makes its own kernel from what is there, as involution does."""
    if len(shape) != 3:
        return None
    k, c = draw.int(2, 3), shape[0]

    def work(m: Any, x: Tensor) -> Tensor:
        columns = F.unfold(x, k, padding=k // 2).reshape(x.shape[0], c, k * k, -1)
        kernel = torch.tanh(F.conv2d(x, m.w))
        if k == 2:
            kernel = F.pad(kernel, (0, 1, 0, 1))
        kernel = kernel.reshape(x.shape[0], 1, k * k, -1)
        size = [n + 2 * (k // 2) - k + 1 for n in x.shape[2:]]
        return (columns * (kernel + 1.5)).sum(2).reshape(x.shape[0], c, *size)

    return Step(f"unfold(x, {k}) · kernels computed at each place", work, w=draw.weights(k * k, c, 1, 1))


@kind(0.7)
def kernel_computed_from_all(draw: Draw, shape: Shape) -> Step | None:
    """A grouped convolution whose groups are the images of the batch, each with its own computed kernel."""
    r, c, k = len(shape) - 1, shape[0], draw.int(1, 3)
    out = draw.int(1, 2)

    def work(m: Any, x: Tensor) -> Tensor:
        n = x.shape[0]
        kernel = (x.flatten(2).mean(2) @ m.w).reshape(n * out, c, *[k] * r) + 0.3
        y = CONV[r - 1](x.reshape(1, n * c, *x.shape[2:]), kernel, padding=k // 2, groups=n)
        return y.reshape(n, out, *y.shape[2:])

    return Step(f"grouped conv, kernel {k} computed from mean(x)", work, w=draw.weights(c, out * c * k**r))


@kind(0.7)
def unfold_fold(draw: Draw, shape: Shape) -> Step | None:
    if len(shape) != 3:
        return None
    c = shape[0]
    k, s, p = draw.int(1, 3), draw.int(1, 3), draw.int(0, 1)
    mixes = draw.chance()

    def work(m: Any, x: Tensor) -> Tensor:
        columns = F.unfold(x, k, padding=p, stride=s)
        columns = (m.w @ columns) if mixes else torch.sin(columns)
        return F.fold(columns, x.shape[2:], k, padding=p, stride=s)

    text = f"fold(unfold(x, {k}, {p}, {s})), mixed={mixes}"
    return Step(text, work, "faint", w=draw.weights(c * k * k, c * k * k))


@kind()
def windows_by_unfold(draw: Draw, shape: Shape) -> Step | None:
    """`Tensor.unfold` along one axis, its windows mixed or put beside each other."""
    r = len(shape) - 1
    axis = draw.int(0, r - 1)
    if shape[1 + axis] < 2:
        return None
    size, step = draw.int(2, min(4, shape[1 + axis])), draw.int(1, 3)
    labels: list[Any] = [None, None, *range(r)]

    def work(m: Any, x: Tensor) -> Tensor:
        windows = m.show(x.unfold(2 + axis, size, step), *labels, axis)
        return windows @ m.w

    return Step(f"x.unfold({2 + axis}, {size}, {step}) @ w", work, w=draw.weights(1, size)[0])
