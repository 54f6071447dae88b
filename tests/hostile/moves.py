"""Steps that move places by slices, views and reshapes."""

from __future__ import annotations

from typing import Any

import torch
from hostile.step import Draw, Shape, Step, kind
from hostile.tables import along, axis_of
from torch import Tensor
from torch.nn import functional as F


@kind(1.5)
def sliced(draw: Draw, shape: Shape) -> Step | None:
    axis = axis_of(draw, shape)
    n = shape[1 + axis]
    step = draw.int(1, 3)
    first = draw.int(0, max(0, min(2, n - 1)))
    last = draw.int(first + 1, n)
    flips = draw.chance(0.3)

    def work(_: Any, x: Tensor) -> Tensor:
        y = x[along(axis, slice(first, last, step))]
        return y.flip(2 + axis) if flips else y

    return Step(f"x[{first}:{last}:{step}] of axis {axis}, flipped={flips}", work)


@kind()
def rolled(draw: Draw, shape: Shape) -> Step | None:
    r = len(shape) - 1
    shifts = draw.ints(r, -2, 2)
    return Step(f"roll(x, {shifts})", lambda _, x: torch.roll(x, shifts, tuple(range(2, 2 + r))))


@kind(2)
def written_in_place(draw: Draw, shape: Shape) -> Step | None:
    """Writes into views: every second place, a border, the diagonal, a strided view, with other places."""
    axis, r, c = axis_of(draw, shape), len(shape) - 1, shape[0]
    ways = ["every second", "border", "add to part", "swap halves", "strided"]
    way = draw.one([*ways, "diagonal", "diagonal"] if r == 2 else ways)
    n = shape[1 + axis]
    if n < 2 or (way == "strided" and r != 1):
        return None

    def work(m: Any, x: Tensor) -> Tensor:
        y = x.clone()
        if way == "every second":
            y[along(axis, slice(None, None, 2))] = torch.sin(x[along(axis, slice(0, 1))]) + 1
        elif way == "border":
            y[along(axis, 0)] = x[along(axis, n - 1)]
        elif way == "add to part":
            y[along(axis, slice(1, None))] += x[along(axis, slice(None, -1))] * 0.7
        elif way == "swap halves":
            half = n // 2
            y[along(axis, slice(0, half))], y[along(axis, slice(half, 2 * half))] = (
                x[along(axis, slice(half, 2 * half))], x[along(axis, slice(0, half))],
            )  # fmt: skip
        elif way == "diagonal":
            torch.diagonal(y, 0, 2, 3).copy_(torch.diagonal(x.flip(2), 0, 2, 3))
        else:
            y = y.contiguous()
            every = y.as_strided((*y.shape[:2], (n + 1) // 2), (*y.stride()[:2], 2))
            every.mul_(0.5).add_(m.w)
        return y

    return Step(f"{way} written in place, axis {axis}, channels {c}", work, w=torch.tensor(0.3).double())


@kind()
def strided(draw: Draw, shape: Shape) -> Step | None:
    """Windows by `as_strided` along the last axis."""
    r = len(shape) - 1
    n = shape[-1]
    if n < 3:
        return None
    size, step = draw.int(2, 3), draw.int(1, 2)
    count = (n - size) // step + 1
    labels: list[Any] = [None, None, *range(r), r - 1]

    def work(m: Any, x: Tensor) -> Tensor:
        x = x.contiguous()
        strides = x.stride()
        windows = x.as_strided((*x.shape[:-1], count, size), (*strides[:-1], step * strides[-1], strides[-1]))
        return m.show(windows, *labels) @ m.w

    return Step(f"as_strided windows of {size} by {step} of the last axis @ w", work, w=draw.weights(1, size)[0])


@kind(2)
def stacked_frames(draw: Draw, shape: Shape) -> Step | None:
    """Frames of an axis taken apart, each worked on alone or with its neighbour, and stacked or joined again."""
    r, c, axis = len(shape) - 1, shape[0], axis_of(draw, shape)
    way = draw.one(["stack", "cat", "reversed", "pairs", "differences"])
    if shape[1 + axis] < 2:
        return None

    def work(m: Any, x: Tensor) -> Tensor:
        frames = x.unbind(2 + axis)
        if way == "pairs":
            done = [torch.sin(a) + b for a, b in zip(frames[1:], frames[:-1], strict=True)]
        elif way == "differences":
            done = [frames[0], *(a - 0.37 * frames[0] for a in frames[1:])]
        else:
            done = [torch.einsum("nc...,kc->nk...", frame, m.w) for frame in frames]
            if r == 2:
                done = [F.conv1d(frame, m.kernel, padding=1) for frame in done]
        if way == "reversed":
            done.reverse()
        if way == "cat":
            return torch.cat([frame.unsqueeze(2 + axis) for frame in done], 2 + axis)
        return torch.stack(done, 2 + axis)

    return Step(f"frames of axis {axis}, {way}", work, w=draw.weights(c, c), kernel=draw.weights(c, c, 3))


@kind(1.5)
def joined_parts(draw: Draw, shape: Shape) -> Step | None:
    """Parts of an axis changed in order, and joined."""
    axis = axis_of(draw, shape)
    n = shape[1 + axis]
    parts = draw.int(2, 3)
    if n < parts:
        return None
    way = draw.one(["swapped", "constants around", "with mirror", "repeated", "interleaved", "tiled", "halves added"])

    def work(_: Any, x: Tensor) -> Tensor:
        d = 2 + axis
        if way == "swapped":
            return torch.cat(x.chunk(parts, d)[::-1], d)
        if way == "constants around":
            edge = torch.full_like(x.narrow(d, 0, 1), 0.4)
            return torch.cat([edge, x, edge, edge], d)
        if way == "with mirror":
            return torch.cat([x, x.flip(d)], d)
        if way == "repeated":
            return x.repeat_interleave(2, d)
        if way == "interleaved":
            return torch.stack([x, torch.sin(x.flip(d))], d + 1).flatten(d, d + 1)
        if way == "tiled":
            return x.repeat([2 if i == d else 1 for i in range(x.dim())])
        half = n // 2
        return x.narrow(d, 0, half) + x.narrow(d, n - half, half)

    return Step(f"parts ({parts}) of axis {axis}, {way}", work)


@kind()
def turned(draw: Draw, shape: Shape) -> Step | None:
    """The first two axes change places."""
    if len(shape) < 3:
        return None
    return Step("x.transpose(2, 3)", lambda _, x: x.transpose(2, 3), "swap")


@kind()
def reshaped(draw: Draw, shape: Shape) -> Step | None:
    """Factors of an axis put to channels, averaged, or changed in order."""
    axis, c = axis_of(draw, shape), shape[0]
    n = shape[1 + axis]
    factors = [f for f in (2, 3) if n % f == 0]
    if not factors:
        return None
    f = draw.one(factors)
    way = draw.one(["to channels", "mean of factor", "shuffled", "last of factor", "mean of blocks"])

    def work(_: Any, x: Tensor) -> Tensor:
        d = 2 + axis
        y = x.unflatten(d, (n // f, f))
        if way == "to channels":
            return y.movedim(d + 1, 2).flatten(1, 2)
        if way == "mean of factor":
            return y.mean(d + 1)
        if way == "shuffled":
            return y.transpose(d, d + 1).flatten(d, d + 1)
        if way == "last of factor":
            return y.select(d + 1, f - 1)
        return x.unflatten(d, (f, n // f)).mean(d)

    return Step(f"axis {axis} as ({n // f}, {f}), {way}, channels {c}", work)


@kind()
def rows_run_on(draw: Draw, shape: Shape) -> Step | None:
    """A convolution along the flattened map, which passes over the ends of rows."""
    if len(shape) != 3:
        return None
    c, k = shape[0], draw.int(2, 3)

    def work(m: Any, x: Tensor) -> Tensor:
        h, w = x.shape[2:]
        tokens = F.conv1d(x.flatten(2), m.w, padding=k // 2)[:, :, : h * w]
        return m.show(tokens, None, None, ((0, h), (1, w))).unflatten(2, (h, w))

    return Step(f"conv1d of {k} along the flattened map", work, w=draw.weights(c, c, k))


@kind(1.5)
def hooked(draw: Draw, shape: Shape) -> Step | None:
    """A convolution whose forward hook puts another result in place of its own, or whose pre-hook another operand."""
    from hostile.local import CONVS

    r, c = len(shape) - 1, shape[0]
    made = CONVS[r - 1](c, c, 3, padding=1)
    way = draw.one(["rolled", "sliced", "operand rolled"])
    last = tuple(range(2, 2 + r))

    def replaced(_m: Any, _args: Any, y: Tensor) -> Tensor:
        return torch.roll(y, 1, 2) if way == "rolled" else y[..., ::2]

    if way == "operand rolled":
        made.register_forward_pre_hook(lambda _, args: (torch.roll(args[0], 2, last[-1]),))
    else:
        made.register_forward_hook(replaced)
    return Step(f"conv of 3 with a hook: {way}", lambda m, x: m.conv(x), conv=made)


@kind(1.5)
def shifted_windows(draw: Draw, shape: Shape) -> Step | None:
    """Windows side by side after a roll, tokens mixed within each, rolled back."""
    if len(shape) != 3 or shape[1] % 2 or shape[2] % 2:
        return None
    c, h, w = shape
    p, q = (draw.one([d for d in (2, 3, 4) if n % d == 0]) for n in (h, w))
    shift = draw.int(0, 2)
    attends = draw.chance()

    def work(m: Any, x: Tensor) -> Tensor:
        x = torch.roll(x, (-shift, -shift), (2, 3))
        y = x.reshape(-1, c, h // p, p, w // q, q).permute(0, 2, 4, 3, 5, 1)
        tokens = m.show(
            y.reshape(-1, (h // p) * (w // q), p * q, c), None, ((0, h // p), (1, w // q)), ((0, p), (1, q)), None
        )
        if attends:
            tokens = F.scaled_dot_product_attention(tokens, tokens, tokens) + tokens
        else:
            tokens = (tokens.transpose(2, 3) @ m.w).transpose(2, 3)
        y = tokens.reshape(-1, h // p, w // q, p, q, c).permute(0, 5, 1, 3, 2, 4).reshape(-1, c, h, w)
        return torch.roll(y, (shift, shift), (2, 3))

    return Step(f"windows of {p}×{q}, shift {shift}, attention={attends}", work, w=draw.weights(p * q, p * q))
