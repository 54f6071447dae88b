"""Sampling at places, and other operations that look where data say: bounds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.frontends.torch.rules.grids import NOTHING, taps
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Expand, Permute, Reduce

__all__: list[str] = []

Ints = npt.NDArray[np.int64]

_MOST_TAPS = 4_000_000
"""Most pixels that are listed one by one; of larger grids only a bound is said."""
_MOST_APART = 65_536
"""Most pixels of all images of a batch whose images have places of their own: each is then followed by itself."""


@rule("grid_sampler", "grid_sampler_2d", "grid_sampler_3d", "_grid_sampler_2d_cpu_fallback", "cudnn_grid_sampler")
def grid_sample(call: Call) -> Value:
    """At the places of a grid that is known, else anywhere; of a computed grid the entry at the element's own place."""
    image, grid = call.args[:2]
    shape = call.shape
    parts = []
    value = call.value(image)
    if value is not None:
        parts.append(_at_places(call, value, grid, shape) or _anywhere(call, value, shape))
    places = call.value(grid)
    if places is not None:
        where = call.add(Reduce((len(places.shape) - 1,)), places)
        parts.append(call.reshape(where, (where.shape[0], 1, *where.shape[1:])))
    return call.join(parts, shape)


def _anywhere(call: Call, value: Value, shape: Shape) -> Value:
    for d in range(2, len(shape)):
        value = call.anywhere(value, d, shape[d])
    return value


def _at_places(call: Call, value: Value, grid: Any, shape: Shape) -> Value | None:
    """What is read at places that are known; None if they are not, or too many."""
    real = call.real(grid) if call.value(grid) is None else None
    if real is None:
        return None
    mode, padding, corners = call.arg("interpolation_mode"), call.arg("padding_mode"), call.arg("align_corners")
    lists = taps(real, value.shape[2:], mode, padding, corners=bool(corners))
    if lists is None or math.prod(lists[0].shape) * lists[0].shape[-1] ** (len(lists) - 1) > _MOST_TAPS:
        return None
    alike = all(bool((own == own[:1]).all()) for own in lists)
    if not alike and len(lists[0]) * math.prod(value.shape[2:]) > _MOST_APART:
        return None
    if alike:
        changing = [tuple(d for d in range(own.ndim - 2) if _changes(own[0], d)) for own in lists]
        if len(set(sum(changing, ()))) == len(sum(changing, ())) and max(map(len, changing)) < 2:
            return _by_axes(call, value, [own[0] for own in lists], changing, shape)
    return _one_by_one(call, value, [own[:1] if alike else own for own in lists], shape)


def _changes(numbers: Ints, dim: int) -> bool:
    return bool((numbers != numbers.take([0], dim)).any())


def _by_axes(call: Call, value: Value, lists: list[Ints], changing: list[tuple[int, ...]], shape: Shape) -> Value:
    """Each axis for itself, then in the order of the grid."""
    for axis, (own, dims) in enumerate(zip(lists, changing, strict=True)):
        line = own[tuple(slice(None) if d in dims else 0 for d in range(own.ndim - 1))]
        value = _united(call, value, 2 + axis, line.reshape(-1, own.shape[-1]))
    used = [d for dims in changing for d in dims]
    rest = iter(d for d in range(len(lists)) if d not in used)
    places = [dims[0] if dims else next(rest) for dims in changing]
    order = [places.index(d) for d in range(len(lists))]
    if order != sorted(order):
        value = call.add(Permute((0, 1, *(2 + d for d in order))), value)
    return value if value.shape == shape else call.add(Expand(shape), value)


def _one_by_one(call: Call, value: Value, lists: list[Ints], shape: Shape) -> Value:
    """Each place for itself, among all pixels in a row; with images of a batch that have places of their own."""
    batch, channels, *sizes = value.shape
    count = len(lists[0])
    numbers = np.zeros((*lists[0].shape[:-1], 1), np.int64)
    inside = np.ones_like(numbers, np.bool_)
    for own, n in zip(lists, sizes, strict=True):
        there = own != NOTHING
        numbers = (numbers[..., :, None] * n + own[..., None, :]).reshape(*own.shape[:-1], -1)
        inside = (inside[..., :, None] & there[..., None, :]).reshape(*own.shape[:-1], -1)
    numbers = numbers + np.arange(count).reshape(-1, *(1,) * (numbers.ndim - 1)) * math.prod(sizes)
    numbers = np.where(inside, numbers, NOTHING).reshape(-1, numbers.shape[-1])
    if count == 1:
        row = call.reshape(value, (batch, channels, math.prod(sizes)))
        return call.reshape(_united(call, row, 2, numbers), shape)
    row = call.reshape(call.add(Permute((1, 0, *range(2, len(shape)))), value), (channels, batch * math.prod(sizes)))
    found = call.reshape(_united(call, row, 1, numbers), (channels, batch, *shape[2:]))
    return call.add(Permute((1, 0, *range(2, len(shape)))), found)


def _united(call: Call, value: Value, dim: int, lists: Ints) -> Value:
    """Indices along a dimension each of which reads those in its list that are something."""
    n = value.shape[dim]
    some = [list(dict.fromkeys(i for i in line if i != NOTHING)) or [n] for line in lists.tolist()]
    if [n] in some:
        nothing = call.tape.constant((*value.shape[:dim], 1, *value.shape[dim + 1 :]))
        value = call.add(Concat(dim), value, nothing)
    if max(map(len, some)) == 1:
        return call.pick_numbers(value, np.array(some)[:, 0], dim)
    return call.united(value, dim, some)


@rule("affine_grid_generator")
def affine_grid(call: Call) -> Value:
    """For each coordinate its own row of the matrix."""
    theta = call.solid(call.args[0])
    shape = call.shape
    rows = call.add(Reduce((2,)), theta)
    return call.join([call.reshape(rows, (shape[0], *(1,) * (len(shape) - 2), shape[-1]))], shape)


@rule("torchvision::roi_align", "torchvision::roi_pool", "torchvision::ps_roi_align", "torchvision::ps_roi_pool")
def roi(call: Call) -> object:
    """Anywhere in the map, at the places that the boxes say."""
    out = call.out
    if isinstance(out, list | tuple):
        return [call.opaque(call.operands(), tuple(t.shape), bounded=True) if t.numel() else None for t in out]
    return call.opaque(call.operands(), tuple(out.shape), bounded=True)
