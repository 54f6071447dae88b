"""Steps that read and write places by tables of indices."""

from __future__ import annotations

from typing import Any

import torch
from hostile.step import Draw, Shape, Step, kind
from torch import Tensor
from torch.nn import functional as F


def axis_of(draw: Draw, shape: Shape) -> int:
    return draw.int(0, len(shape) - 2)


def along(axis: int, index: Any) -> tuple[Any, ...]:
    """An index along one axis of a map."""
    return (slice(None),) * (2 + axis) + (index,)


def _table(draw: Draw, n: int) -> Tensor | None:
    """Windows of an axis as a table of indices: in order, side by side, overlapping, or in any order."""
    size = draw.int(2, 3)
    if n < size:
        return None
    step = draw.one([1, size, size, 2])
    starts = list(range(0, n - size + 1, step))
    if draw.chance(0.15):
        starts = [starts[i] for i in draw.order(len(starts))]
    dilation = 2 if draw.chance(0.2) and n >= 2 * size - 1 else 1
    starts = [a for a in starts if a + (size - 1) * dilation < n]
    return torch.tensor([[a + i * dilation for i in range(size)] for a in starts])


@kind(2)
def windows_by_table(draw: Draw, shape: Shape) -> Step | None:
    """`x[:, :, table]` along one axis: windows mixed, or within themselves, or laid side by side."""
    r, axis = len(shape) - 1, axis_of(draw, shape)
    table = _table(draw, shape[1 + axis])
    if table is None:
        return None
    how = draw.one(["mixed", "beside", "conv"])
    size = table.shape[1]
    labels = [None, None, *[i for a in range(r) for i in ((a, a) if a == axis else (a,))]]

    def work(m: Any, x: Tensor) -> Tensor:
        windows = m.show(x[along(axis, m.table)], *labels)
        if how == "mixed":
            return (windows.movedim(3 + axis, -1) @ m.w)[..., 0]
        if how == "conv":
            n, c = windows.shape[:2]
            moved = windows.movedim((2 + axis, 3 + axis), (1, -1)).reshape(-1, c, size)
            moved = F.conv1d(moved, m.kernel, padding=1)
            rest = [d for a, d in enumerate(x.shape[2:]) if a != axis]
            windows = moved.reshape(n, -1, c, *rest, size).movedim((1, -1), (2 + axis, 3 + axis))
            return windows.flatten(2 + axis, 3 + axis)
        return windows.flatten(2 + axis, 3 + axis)

    step = f"windows {table.tolist()} of axis {axis}, {how}"
    if how == "conv" and r > 1:
        return None
    w, kernel = draw.weights(1, size).T.contiguous(), draw.weights(shape[0], shape[0], 3)
    return Step(step, work, table=table, w=w, kernel=kernel)


@kind(2)
def windows_by_tables(draw: Draw, shape: Shape) -> Step | None:
    """Index tables on both axes, reshaped to windows, then a convolution within each or over all."""
    if len(shape) != 3:
        return None
    c = shape[0]
    rows, columns = _table(draw, shape[1]), _table(draw, shape[2])
    if rows is None or columns is None:
        return None
    within = draw.chance()
    (a, p), (b, q) = rows.shape, columns.shape

    def work(m: Any, x: Tensor) -> Tensor:
        windows = (
            x[:, :, m.rows][:, :, :, :, m.columns]
            if m.split
            else x[:, :, m.rows[:, None, :, None], m.columns[None, :, None, :]]
        )
        if m.split:
            windows = windows.permute(0, 1, 2, 4, 3, 5)
        windows = m.show(windows, None, None, 0, 1, 0, 1)
        if within:
            inner = windows.permute(0, 2, 3, 1, 4, 5).reshape(-1, c, p, q)
            inner = F.conv2d(inner, m.w, padding=1).reshape(-1, a, b, c, p, q)
            return inner.permute(0, 3, 1, 4, 2, 5).reshape(-1, c, a * p, b * q)
        laid = windows.permute(0, 1, 4, 5, 2, 3).reshape(-1, c * p * q, a, b)
        return F.conv2d(laid, m.over, padding=1)

    made = Step(
        f"tables {rows.tolist()}, {columns.tolist()}, conv {'within' if within else 'over'} windows",
        work, rows=rows, columns=columns, w=draw.weights(c, c, 3, 3), over=draw.weights(c, c * p * q, 3, 3),
    )  # fmt: skip
    made.split = draw.chance()
    return made


@kind(2)
def picked(draw: Draw, shape: Shape) -> Step | None:
    """Places of an axis by a known index: any order, repeated, fewer, more; six ways to write it."""
    axis = axis_of(draw, shape)
    n = shape[1 + axis]
    index = draw.one([draw.order(n), draw.ints(draw.int(1, n + 2), 0, n - 1), sorted(draw.ints(n, 0, n - 1))])
    way = draw.one(["index", "index_select", "gather", "take_along_dim", "take", "negative"])

    def work(m: Any, x: Tensor) -> Tensor:
        d = 2 + axis
        if way == "index":
            return x[along(axis, m.index)]
        if way == "negative":
            return x[along(axis, m.index - n)]
        if way == "index_select":
            return x.index_select(d, m.index)
        if way == "take":
            one = torch.arange(x[0, 0].numel()).reshape(x.shape[2:]).index_select(axis, m.index)
            flat = torch.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], *[1] * (x.dim() - 2))
            return torch.take(x, flat * x[0, 0].numel() + one)
        shape = [1] * x.dim()
        shape[d] = len(index)
        laid = m.index.reshape(shape)
        if way == "take_along_dim":
            return torch.take_along_dim(x, laid, d)
        return x.gather(d, laid.expand(*x.shape[:d], len(index), *x.shape[d + 1 :]))

    return Step(f"{way} of {index} along axis {axis}", work, index=torch.tensor(index))


@kind(2)
def placed(draw: Draw, shape: Shape) -> Step | None:
    """Places written by a known index, with sources larger than the index and places that come twice."""
    axis, c = axis_of(draw, shape), shape[0]
    n = shape[1 + axis]
    twice = draw.chance()
    count = draw.int(1, n)
    index = draw.ints(count, 0, n - 1) if twice else draw.order(n)[:count]
    ways = ["scatter_add", "scatter_reduce", "index_add", "index_put_", "scatter with reduce"]
    way = draw.one(ways if twice else [*ways, "scatter", "index_copy", "index_put", "scatter_value"])
    reduce = draw.one(["sum", "mean", "prod", "amax"])
    include = draw.chance()
    kept = "other" if draw.chance() else "self"

    def work(m: Any, x: Tensor) -> Tensor:
        d = 2 + axis
        source = torch.sin(x) * 1.5
        if kept == "other":
            source = torch.roll(source, 1, d)
        base = x.clone()
        at = m.index.reshape([-1 if i == d else 1 for i in range(x.dim())]).expand(
            *x.shape[:d], count, *x.shape[d + 1 :]
        )
        fitting = source.narrow(d, 0, count)
        if way == "scatter":
            return base.scatter(d, at, source)
        if way == "scatter_value":
            return base.scatter(d, at, 0.5)
        if way == "scatter with reduce":
            return base.scatter(d, at, source, reduce="add" if include else "multiply")
        if way == "scatter_add":
            return base.scatter_add(d, at, source)
        if way == "scatter_reduce":
            return base.scatter_reduce(d, at, source, reduce, include_self=include)
        if way == "index_add":
            return base.index_add(d, m.index, fitting, alpha=0.5)
        if way == "index_copy":
            return base.index_copy(d, m.index, fitting)
        if way == "index_put":
            base[along(axis, m.index)] = fitting
            return base
        moved = base.movedim(d, 0).contiguous()
        moved.index_put_((m.index,), fitting.movedim(d, 0), accumulate=True)
        return moved.movedim(0, d)

    text = f"{way} at {index} of axis {axis}, {reduce}, include_self={include}, channels {c}, {kept}"
    return Step(text, work, index=torch.tensor(index))
