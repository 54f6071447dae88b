"""Steps that look at whole axes, hide places, or make numbers of another sort: gates, norms, masks, spectra, grids."""

from __future__ import annotations

from typing import Any

import torch
from hostile.step import Draw, Shape, Step, kind
from torch import Tensor, nn
from torch.nn import functional as F


@kind(1.5)
def gate(draw: Draw, shape: Shape) -> Step | None:
    """What all places say together changes every place: squeeze-excite, a mean that is added, along some axes."""
    r, c = len(shape) - 1, shape[0]
    axes = [2 + a for a in range(r) if draw.chance(0.7)] or [2]
    way = draw.one(["times", "plus", "largest", "pooled"])

    def work(m: Any, x: Tensor) -> Tensor:
        if way == "pooled":
            y = F.adaptive_avg_pool1d(x, 1) if r == 1 else x.mean(tuple(range(2, 2 + r)), keepdim=True)
        else:
            y = x.amax(axes, keepdim=True) if way == "largest" else x.mean(axes, keepdim=True)
        y = torch.einsum("nc...,kc->nk...", y, m.w)
        return x + y if way == "plus" else x * torch.sigmoid(y)

    return Step(f"gate {way} over dims {axes}", work, "gate", w=draw.weights(c, c))


@kind(1.5)
def norm(draw: Draw, shape: Shape) -> Step | None:
    r, (c, *space) = len(shape) - 1, shape
    name = draw.one(["batch", "instance", "group", "layer over channels", "layer over all", "rms", "l2"])
    made: nn.Module | None = None
    if name == "batch":
        made = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[r - 1](c)
    elif name == "instance":
        made = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)[r - 1](c, affine=draw.chance())
    elif name == "group":
        made = nn.GroupNorm(1, c)
    elif name == "layer over all":
        made = nn.LayerNorm(shape)
    elif name == "layer over channels":
        made = nn.LayerNorm(c)
    if (name == "instance" and max(space) * min(space) < 2) or (name.startswith("layer over ch") and c < 3):
        return None

    def work(m: Any, x: Tensor) -> Tensor:
        if name == "layer over channels":
            return m.norm(x.movedim(1, -1)).movedim(-1, 1)
        if name == "rms":
            return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 0.1)
        if name == "l2":
            return x / (x.norm(dim=1, keepdim=True) + 0.5)
        return m.norm(x)

    more = {"norm": made} if made is not None else {}
    return Step(f"norm: {name}", work, **more)


@kind(1.5)
def masked(draw: Draw, shape: Shape) -> Step | None:
    """Places hidden by a known mask."""
    mask = draw.weights(*shape[1:]) > 0
    way = draw.one(["where", "masked_fill", "where other", "where rolled"])

    def work(m: Any, x: Tensor) -> Tensor:
        if way == "where":
            return torch.where(m.mask, x, torch.tensor(0.5, dtype=x.dtype))
        if way == "masked_fill":
            return x.masked_fill(m.mask, 0.25)
        if way == "where other":
            return torch.where(m.mask, x, x.mean(1, keepdim=True))
        return torch.where(m.mask, x, torch.roll(x, 1, 2))

    return Step(f"{way} mask {mask.int().tolist()}", work, mask=mask)


@kind()
def dense_along(draw: Draw, shape: Shape) -> Step | None:
    """A linear layer along an axis; sometimes triangular, sometimes banded by a mask of ones and zeros."""
    r = len(shape) - 1
    axis = draw.int(0, r - 1)
    n = shape[1 + axis]
    way = draw.one(["full", "tril", "triu", "fewer"])
    w = draw.weights(max(1, n - 1) if way == "fewer" else n, n)

    def work(m: Any, x: Tensor) -> Tensor:
        weight = torch.tril(m.w) if way == "tril" else torch.triu(m.w, -1) if way == "triu" else m.w
        return F.linear(x.movedim(2 + axis, -1), weight).movedim(-1, 2 + axis)

    return Step(f"linear along axis {axis}, {way}", work, "weightless" if way in ("tril", "triu") else "", w=w)


@kind()
def attention_along(draw: Draw, shape: Shape) -> Step | None:
    """Attention within each line along an axis, by several heads; lines and heads are one batch."""
    r, c = len(shape) - 1, shape[0]
    axis, heads = draw.int(0, r - 1), draw.int(2, 3)
    lines = [a for a in range(r) if a != axis]
    heads_first = draw.chance()

    def work(m: Any, x: Tensor) -> Tensor:
        y = torch.einsum("nc...,hkc->nhk...", x, m.w)
        dims = [1, *(3 + a for a in lines)] if heads_first else [*(3 + a for a in lines), 1]
        order = [0, *dims, 3 + axis, 2]
        y = y.permute(order)
        batch = y.reshape(-1, *y.shape[-2:])
        # Scores of moderate size, however loud the input: else a batch is rounded otherwise than its parts.
        q = torch.sin(batch)
        mixed = ((q @ q.transpose(1, 2)).softmax(-1) @ batch).reshape(y.shape)
        labels: list[int | None] = [None, *lines] if heads_first else [*lines, None]
        mixed = m.show(mixed, None, *labels, axis, None)
        back = mixed.permute([order.index(d) for d in range(len(order))])
        return torch.einsum("nhk...,hkc->nc...", back, m.w) + x

    text = f"attention of {heads} heads{' first' if heads_first else ''} along axis {axis}"
    return Step(text, work, "hides", w=draw.weights(heads, 2, c))


@kind()
def spectrum(draw: Draw, shape: Shape) -> Step | None:
    """Through the spectrum of an axis and back, or complex numbers that stay where they are."""
    r, c = len(shape) - 1, shape[0]
    d = 2 + draw.int(0, r - 1)
    way = draw.one(["filter", "rotary", "imaginary", "absolute", "shift"])

    def work(m: Any, x: Tensor) -> Tensor:
        if way == "filter":
            waves = torch.fft.rfft(x, dim=d).movedim(d, -1)
            waves = waves * (torch.cos(torch.arange(waves.shape[-1]) * 1.7) + 1.5)
            return torch.fft.irfft(waves.movedim(-1, d), n=x.shape[d], dim=d) + x
        if way == "shift":
            return torch.fft.fftshift(x, dim=d)
        if way == "absolute":
            return torch.fft.rfft(x, dim=d).abs()
        turned = torch.complex(x, torch.sin(x)) * torch.polar(m.w * 0 + 1, m.w)
        return turned.imag if way == "imaginary" else torch.view_as_real(turned).sum(-1)

    return Step(f"spectrum {way} of dim {d}", work, w=draw.weights(c, *[1] * r))


@kind()
def grid(draw: Draw, shape: Shape) -> Step | None:
    """`grid_sample` at known positions: shifted, mirrored, or anywhere."""
    if len(shape) != 3:
        return None
    _, h, w = shape
    align = draw.chance()
    mode, border = draw.one(["bilinear", "nearest"]), draw.one(["zeros", "border", "reflection"])
    way = draw.one(["shift", "mirror", "any"])
    theta = torch.tensor([[[1.0, 0, 0.31], [0, 1.0, -0.17]]]).double()
    if way == "mirror":
        theta = torch.tensor([[[-1.0, 0, 0.011], [0, 1.0, 0.013]]]).double()
    align = align and min(h, w) > 1
    places = F.affine_grid(theta, [1, 1, h, w], align_corners=align)
    if way == "any":
        places = (draw.weights(1, h * w * 2) * 0.9 * (h * w * 2) ** 0.5 * 0.7).reshape(1, h, w, 2)
    how: dict[str, Any] = {"mode": mode, "padding_mode": border, "align_corners": align}

    def work(m: Any, x: Tensor) -> Tensor:
        return F.grid_sample(x, m.places.expand(x.shape[0], -1, -1, -1), **how)

    return Step(f"grid_sample {way} {how}", work, "zeros", places=places)


@kind(0.7)
def summary(draw: Draw, shape: Shape) -> Step | None:
    """An axis mixed with what a softmax over it, or its sorted or largest values, say."""
    r = len(shape) - 1
    d = 2 + draw.int(0, r - 1)
    # The softmax of a single number is 1, whatever the number is: it is read, and tells nothing.
    alone = ["softmax"] if shape[d - 1] > 1 else []
    way = draw.one([*alone, "mean kept", "amax kept", "logsumexp", "norm", "sorted"])

    def work(_: Any, x: Tensor) -> Tensor:
        if way == "softmax":
            return x.softmax(d)
        if way == "mean kept":
            return x.mean(d, keepdim=True)
        if way == "amax kept":
            return x.amax(d, keepdim=True)
        if way == "logsumexp":
            return x - torch.logsumexp(x, d, keepdim=True)
        if way == "norm":
            return x / (x.norm(dim=d, keepdim=True) + 0.5)
        return x.sort(dim=d).values

    # What is added to all places alike leaves their distance from all of them as it is; a softmax always sums to 1.
    return Step(f"{way} of dim {d}", work, "faint" if way in ("logsumexp", "softmax") else "")


@kind(0.7)
def second_input(draw: Draw, shape: Shape) -> Step | None:
    """The second input beside the map: added, multiplied, joined to the channels, put in front, looked at."""
    r = len(shape) - 1
    way = draw.one(["added", "times", "channels", "front", "looked at", "shifted"])

    def work(m: Any, x: Tensor, z: Tensor) -> Tensor:
        from hostile.net import fitted

        z = torch.einsum("nc...,kc->nk...", z, m.w)
        if way == "front":
            return torch.cat(fitted(z, x, 1), 2)
        if way == "looked at":
            q, v = x.flatten(2).transpose(1, 2), z.flatten(2).transpose(1, 2)
            return F.scaled_dot_product_attention(q, v, v).transpose(1, 2).reshape(x.shape) + x
        x, z = fitted(x, z)
        if way == "shifted":
            z = torch.roll(z, 1, 2)
        return x * (torch.sin(z) + 1.5) if way == "times" else torch.cat([x, z], 1) if way == "channels" else x + z

    return Step(f"second input {way}, {r} axes", work, "second", w=draw.weights(shape[0], 2))
