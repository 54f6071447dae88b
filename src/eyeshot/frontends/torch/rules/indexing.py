"""Picking elements by lists of indices: exact where the indices are known, a bound where the data make them."""

from __future__ import annotations

import math
from typing import Any

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.failures import Ended
from eyeshot.frontends.torch.rules.table import Call, rule, within
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Permute, Reduce

__all__: list[str] = []

MAX_LISTED = 4_000_000


@rule("index", "_unsafe_index", "index.Tensor_hacked_twin")
def index(call: Call) -> Value | None:
    """``x[:, i, j]``: the dimensions with indices come together and are picked from as one."""
    x, indices = call.args[0], list(call.args[1])
    if any(t is not None and t.dtype in (torch.bool, torch.uint8) and call.value(t) is not None for t in indices):
        raise Ended("index by a computed mask")
    indices += [None] * (x.dim() - sum(t.dim() if _is_mask(t) else 1 for t in indices))
    indices = _without_masks(call, indices)
    dims = [d for d, t in enumerate(indices) if t is not None]
    if call._out is None and all(call.real(indices[d]) is not None for d in dims):
        call.returns(_picked_shape(call, x, indices, dims))
    shape = call.shape
    return _picked(call, x, indices, dims, shape) if math.prod(shape) else None


def _is_mask(tensor: Any) -> bool:
    return tensor is not None and tensor.dtype in (torch.bool, torch.uint8)


def _without_masks(call: Call, indices: list[Any]) -> list[Any]:
    """Known masks as the places where they are true."""
    found: list[Any] = []
    for tensor in indices:
        if not _is_mask(tensor):
            found.append(tensor)
            continue
        real = call.real(tensor)
        if real is None:
            raise Ended("index by an unknown mask", drawn=call.has_drawn())
        found.extend(real.bool().nonzero(as_tuple=True))
    return found


def _picked_shape(call: Call, x: Any, indices: list[Any], dims: list[int]) -> Any:
    real = [call.real(indices[d]) for d in dims]
    picked = torch.broadcast_shapes(*[t.shape for t in real])
    rest = [n for d, n in enumerate(x.shape) if d not in dims]
    at = dims[0] if dims == list(range(dims[0], dims[-1] + 1)) else 0
    if x.is_contiguous():
        return torch.empty((*rest[:at], *picked, *rest[at:]), dtype=x.dtype, device="meta")
    # The result follows the order of the operand's dimensions in memory.
    places = [None if t is None else torch.empty(t.shape, dtype=torch.int64, device="meta") for t in indices]
    return torch.ops.aten.index(call.tensors.meta(x), places)


def _picked(call: Call, x: Any, indices: list[Any], dims: list[int], shape: tuple[int, ...]) -> Value:
    computed = [v for v in (call.value(indices[d]) for d in dims) if v is not None]
    picked = torch.broadcast_shapes(*[indices[d].shape for d in dims])
    at = dims[0] if dims == list(range(dims[0], dims[-1] + 1)) else 0
    parts = []
    value = call.value(x)
    if value is not None:
        rest = [d for d in range(x.dim()) if d not in dims]
        order = (*rest[:at], *dims, *rest[at:])
        if order != tuple(range(x.dim())):
            value = call.add(Permute(order), value)
        places = _places(call, [indices[d] for d in dims], value.shape[at : at + len(dims)])
        parts.append(_at(call, value, places, at, len(dims), math.prod(picked), shape))
    for v in computed:
        wide = call.join([v], tuple(picked)) if v.shape != tuple(picked) else v
        parts.append(call.reshape(wide, (*picked, *(1,) * (len(shape) - at - len(picked)))))
    return call.join(parts, shape) if len(parts) > 1 or parts[0].shape != shape else parts[0]


def _at(call: Call, value: Value, places: Any, at: int, dims: int, count: int, shape: tuple[int, ...]) -> Value:
    """Elements of some dimensions at places that are known, or somewhere."""
    if places is not None:
        return call.pick(value, places, at, dims)
    lead, tail = value.shape[:at], value.shape[at + dims :]
    row = call.reshape(value, (*lead, math.prod(value.shape[at : at + dims]), *tail))
    return call.reshape(call.anywhere(row, at, count), shape)


def _places(call: Call, indices: list[Any], sizes: tuple[int, ...]) -> Any:
    """Numbers of the picked elements among those of several dimensions; None if they are not known."""
    if math.prod(torch.broadcast_shapes(*[t.shape for t in indices])) > MAX_LISTED:
        return None
    total: Any = 0
    for tensor, n in zip(indices, sizes, strict=True):
        real = call.real(tensor)
        if real is None:
            return None
        total = total * n + _counted(real, n)
    return total


def _counted(real: Any, n: int) -> Any:
    """Known indices counted from the front.

    Raises
    ------
    InputError
        If one lies outside, which the framework itself sees only on numbers.
    """
    outside = (real < -n) | (real >= n)
    if bool(outside.any()):
        raise InputError(
            f"an index must lie within its dimension of size {n}, but {int(real[outside][0])} is out of bounds; "
            "take a larger input, or other indices"
        )
    return torch.where(real < 0, real + n, real).long()


@rule("index_select")
def index_select(call: Call) -> Value:
    """Elements of one dimension."""
    x, dim, places = call.args[:3]
    return _along(call, x, within(dim, x.dim()), places)


def _along(call: Call, x: Any, dim: int, places: Any) -> Value:
    shape = call.shape
    parts = []
    value = call.value(x)
    if value is not None:
        known = _places(call, [places], value.shape[dim : dim + 1])
        # One index without dimensions picks a list of one.
        known = known.reshape(-1) if known is not None else None
        parts.append(_at(call, value, known, dim, 1, shape[dim], shape))
    where = call.value(places)
    if where is not None:
        parts.append(call.reshape(where, (shape[dim], *(1,) * (len(shape) - dim - 1))))
    return call.join(parts, shape) if len(parts) > 1 or parts[0].shape != shape else parts[0]


@rule("_embedding_bag", "_embedding_bag_forward_only")
def embedding_bag(call: Call) -> list[Value | None]:
    """Rows of a bag taken together; which bag a number belongs to is left open."""
    found, *beside = call.out
    return [call.opaque(call.operands(), tuple(found.shape), bounded=True), *[None] * len(beside)]


@rule("embedding", "embedding_renorm")
def embedding(call: Call) -> Value:
    """A row for each number: the row depends on the number at its own position."""
    table, places = call.args[:2]
    shape = call.shape
    parts = []
    where = call.value(places)
    if where is not None:
        parts.append(call.reshape(where, (*where.shape, 1)))
    rows = call.value(table)
    if rows is not None:
        parts.append(_at(call, rows, _places(call, [places], rows.shape[:1]), 0, 1, places.numel(), shape))
    return call.join(parts, shape)


@rule("gather", "take_along_dim")
def gather(call: Call) -> Value:
    """``out[i, j] = x[index[i, j], j]``: exact where all lines pick alike, else by the places in the whole."""
    x, dim, places = call.args[0], call.arg("dim", 0), call.arg("index")
    shape = call.shape
    parts = []
    value = call.value(x)
    if value is not None:
        parts.append(_gathered(call, value, within(dim, x.dim()), places, shape))
    where = call.value(places)
    if where is not None:
        parts.append(where)
    return call.join(parts, shape) if len(parts) > 1 else parts[0]


def _gathered(call: Call, value: Value, dim: int, places: Any, shape: tuple[int, ...]) -> Value:
    real = call.real(places)
    if real is not None and real.numel() <= MAX_LISTED:
        lines = real.movedim(dim, -1).reshape(-1, shape[dim])
        if bool((lines == lines[0]).all()):
            value = _cropped(call, value, dim, shape)
            return call.pick(value, _counted(lines[0], value.shape[dim]), dim)
        total = torch.zeros((), dtype=torch.int64)
        for d, n in enumerate(value.shape):
            rest = [-1 if e == d else 1 for e in range(len(shape))]
            total = total * n + (_counted(real, n) if d == dim else torch.arange(shape[d]).reshape(rest))
        return call.pick(value, total, 0, len(shape))
    return call.anywhere(_cropped(call, value, dim, shape), dim, shape[dim])


def _cropped(call: Call, value: Value, dim: int, shape: tuple[int, ...]) -> Value:
    """The leading part of every other dimension: an index may be smaller than what it picks from."""
    from eyeshot.frontends.torch.aliases import Sliced

    for d, n in enumerate(shape):
        if d != dim and n < value.shape[d]:
            value = Sliced(d, 0, n).take(call.tape, value)
    return value


@rule("take")
def take(call: Call) -> Value:
    """Elements by their number in the whole."""
    x, places = call.args[:2]
    value = call.solid(x)
    known = _places(call, [places], (x.numel(),))
    value = _at(call, value, known, 0, len(value.shape), places.numel(), call.shape)
    where = call.values([places])
    return call.join([value, *where], call.shape) if where else value


@rule("one_hot")
def one_hot(call: Call) -> Value:
    """A line for each number."""
    where = call.solid(call.args[0])
    return call.join([call.reshape(where, (*where.shape, 1))], call.shape)


@rule("bucketize", "searchsorted")
def bucketize(call: Call) -> Value:
    """The place of each number among known borders; computed borders are read whole."""
    numbers = call.args[0] if "bucketize" in call.func._schema.name else call.args[1]
    borders = call.args[1] if "bucketize" in call.func._schema.name else call.args[0]
    parts = call.values([numbers])
    edges = call.value(borders)
    if edges is not None:
        parts.append(call.add(Reduce((len(edges.shape) - 1,), keepdims=True), edges))
    return call.join(parts, call.shape)
