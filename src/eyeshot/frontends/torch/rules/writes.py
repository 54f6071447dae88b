"""Writing elements to listed places: exact where the places are known, a bound where the data make them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from eyeshot.frontends.torch.aliases import Sliced, flat, replaced
from eyeshot.frontends.torch.blank import blank_like, blank_packed, blank_strided
from eyeshot.frontends.torch.rules.landing import MOST, Landing, landed
from eyeshot.frontends.torch.rules.masks import constant_of, may_hide
from eyeshot.frontends.torch.rules.table import Call, rule, within
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Reduce

__all__ = ["placed"]


@rule("index_put", "_index_put_impl", "_unsafe_index_put")
def index_put(call: Call) -> Value:
    """``x[:, i] = v``."""
    x, indices, new = call.args[:3]
    shape = tuple(x.shape)
    call.like(x)
    reals = [None if t is None else call.real(t) for t in indices]
    if any(t is not None and r is None for t, r in zip(indices, reals, strict=True)):
        return _by_data(call, x, indices, new)
    how = Landing.ADDS if call.arg("accumulate", False) else Landing.REPLACES
    listed = _listed(reals)
    dims = [d for d, t in enumerate(listed) if t is not None]
    if dims and dims == list(range(dims[0], dims[-1] + 1)):
        return _lines_put(call, x, new, dims, [listed[d] for d in dims], how)
    if math.prod(shape) > MOST:
        return call.opaque(call.operands(), shape, bounded=True)
    places = _numbered(shape)[tuple(slice(None) if t is None else t for t in listed)]
    return placed(call, x, new, places, _numbered(new.shape).expand(places.shape), how)


def _listed(indices: Sequence[Any]) -> list[Any]:
    """Known indices with masks as the places where they are true."""
    found: list[Any] = []
    for tensor in indices:
        is_mask = tensor is not None and tensor.dtype in (torch.bool, torch.uint8)
        found += tensor.bool().nonzero(as_tuple=True) if is_mask else [tensor]
    return found


def _lines_put(call: Call, x: Any, new: Any, dims: list[int], indices: list[Any], how: Landing) -> Value:
    """What is written where neighbouring dimensions have indices: those count as one, along which lines land."""
    first, last = dims[0], dims[-1] + 1
    shape = tuple(x.shape)
    indices = list(torch.broadcast_tensors(*indices))
    places = torch.zeros_like(indices[0])
    for n, tensor in zip(shape[first:last], indices, strict=True):
        places = places * n + torch.where(tensor < 0, tensor + n, tensor)
    part = _part(call, new, shape[:first], tuple(places.shape), shape[last:])
    apart = (*shape[:first], math.prod(shape[first:last]), *shape[last:])
    return call.reshape(_along(call, call.reshape(call.solid(x), apart), part, first, places, how), shape)


def _by_data(call: Call, x: Any, indices: Sequence[Any], new: Any) -> Value:
    """Written where the data say."""
    shape = tuple(x.shape)
    masks = [t for t in indices if t is not None]
    if len(masks) == 1 and masks[0].dtype is torch.bool and new.numel() == 1:
        # A mask and one number: each element by itself.
        mask = call.value(masks[0])
        if mask is None:
            return call.bounded(call.join(call.values([x, new]), shape))
        wide = call.reshape(mask, (*mask.shape, *(1,) * (len(shape) - len(mask.shape))))
        return call.join([*call.values([x, new]), wide], shape)
    return call.opaque(call.operands(), shape, bounded=True)


def _numbered(shape: Sequence[int]) -> torch.Tensor:
    """The number of every element of a tensor, in row-major order."""
    return torch.arange(math.prod(shape)).reshape(tuple(shape))


def _part(call: Call, new: Any, lead: Shape, picked: Shape, tail: Shape) -> Value | None:
    """What is written to picked lines, which are one dimension, of size 1 if the same is written to all.

    None if that depends on no input, and hides nothing.
    """
    value = call.value(new)
    if not math.prod((*lead, *picked, *tail)):
        return None
    if value is None:
        return _hiding(call, new, (*lead, 1, *tail))
    rank = len(lead) + len(picked) + len(tail)
    aligned = (*(1,) * (rank - len(value.shape)), *value.shape)[-rank:] if rank else ()
    is_same = all(n == 1 for n in aligned[len(lead) : len(lead) + len(picked)])
    wide = call.join([value], (*lead, *((1,) * len(picked) if is_same else picked), *tail))
    return call.reshape(wide, (*lead, 1 if is_same else math.prod(picked), *tail))


def _hiding(call: Call, new: Any, shape: Shape) -> Value | None:
    """One constant number that is written to many places, if it leaves nothing beside it in a softmax."""
    numbers = call.real(new) if isinstance(new, torch.Tensor) else None
    if numbers is None or numbers.numel() != 1 or not may_hide(numbers):
        return None
    return constant_of(call, float(numbers), shape)


def placed(call: Call, x: Any, new: Any, places: Any, sources: Any, how: Landing) -> Value:
    """A tensor on which elements of another land, both by their numbers in row-major order."""
    old, value = call.solid(x), call.value(new)
    if not places.numel():
        return old
    row = _hiding(call, new, (1,)) if value is None else flat(call.tape, value)
    found = landed(call, flat(call.tape, old), row, 0, places.flatten().tolist(), sources.flatten().tolist(), how)
    return call.reshape(found, old.shape)


def _along(call: Call, old: Value, part: Value | None, dim: int, lines: Any, how: Landing) -> Value:
    """Whole lines that land along one dimension."""
    if not lines.numel():
        return old
    places = lines.flatten().tolist()
    sources = range(len(places)) if part is None or part.shape[dim] == len(places) else [0] * len(places)
    return landed(call, old, part, dim, places, sources, how)


@rule("scatter", "scatter_add", "scatter_reduce")
def scatter(call: Call) -> Value:
    """``x[index[i, j], j] = v[i, j]``; what is written may be larger than the index, and then counts in part."""
    x, index = call.args[0], call.arg("index")
    dim = within(call.arg("dim", 0), x.dim())
    new = next((call.arg(word) for word in ("src", "value") if call.arg(word) is not None), None)
    call.like(x, blank_packed)
    real = call.real(index)
    if real is None or x.numel() > MOST:
        return _somewhere(call, x, dim, [index, new])
    how = _how(call)
    places = torch.gather(_numbered(x.shape), dim, real)
    if not isinstance(new, torch.Tensor) or not new.dim() or not real.dim():
        return placed(call, x, new, places, torch.zeros_like(places), how)
    if new.shape == real.shape and _is_of_lines(real, dim, x.shape):
        return _along(call, call.solid(x), call.value(new), dim, _first_line(real, dim), how)
    sources = _numbered(new.shape)[tuple(slice(0, n) for n in real.shape)]
    return placed(call, x, new, places, sources, how)


def _first_line(index: Any, dim: int) -> Any:
    return index.movedim(dim, -1).flatten()[: index.shape[dim]]


def _is_of_lines(index: Any, dim: int, shape: Sequence[int]) -> bool:
    """Whether all lines along a dimension of a value of a shape have the same indices."""
    if not index.numel() or any(n != m for d, (n, m) in enumerate(zip(index.shape, shape, strict=True)) if d != dim):
        return False
    return bool((index.movedim(dim, -1) == _first_line(index, dim)).all())


def _how(call: Call) -> Landing:
    name = call.func._schema.name
    if call.arg("reduce") is None and "add" not in name:
        return Landing.REPLACES
    return Landing.ADDS if call.arg("include_self", True) else Landing.UNITES


def _somewhere(call: Call, x: Any, dim: int, others: Sequence[Any]) -> Value:
    """Each element by itself, and anything of what is written on its line, where the data say."""
    shape = tuple(x.shape)
    found = call.values(others)
    lines = [call.add(Reduce((dim,), keepdims=True), v) if len(v.shape) == len(shape) > 0 else v for v in found]
    fits = all(n in (1, m) for v in lines for n, m in zip(v.shape[::-1], shape[::-1], strict=False))
    if not shape or not fits:
        return call.opaque(call.operands(), shape, bounded=True)
    return call.anywhere(call.join([*call.values([x]), *lines], shape), dim, shape[dim])


@rule("index_copy", "index_fill", "index_add", "index_reduce")
def index_written(call: Call) -> Value:
    """Whole lines of a dimension replaced, or something added to them."""
    x, dim, index = call.args[0], within(call.arg("dim"), call.args[0].dim()), call.arg("index")
    new = call.arg("value") if "fill" in call.func._schema.name else call.arg("source")
    # Filling writes into a copy of the operand; the others make their result anew.
    call.like(x, blank_like if "fill" in call.func._schema.name else blank_packed)
    real = call.real(index)
    if real is None:
        return call.opaque(call.operands(), tuple(x.shape), bounded=True)
    old = call.solid(x) if x.dim() else call.reshape(call.solid(x), (1,))
    part = _part(call, new, tuple(x.shape[:dim]), (real.numel(),), tuple(x.shape[dim + 1 :]))
    return call.reshape(_along(call, old, part, dim, real, _how(call)), x.shape)


@rule("put")
def put(call: Call) -> Value:
    """Elements by their number in the whole."""
    x, index, new = call.args[:3]
    call.like(x)
    real = call.real(index)
    if real is None or x.numel() > MOST:
        return call.opaque(call.operands(), tuple(x.shape), bounded=True)
    how = Landing.ADDS if call.arg("accumulate", False) else Landing.REPLACES
    return placed(call, x, new, real.flatten() % x.numel(), _numbered(new.shape).flatten(), how)


@rule("masked_scatter")
def masked_scatter(call: Call) -> Value:
    """Elements in order to the places of a mask."""
    x, mask, new = call.args[:3]
    shape = torch.broadcast_shapes(x.shape, mask.shape)
    call.returns(torch.empty(shape, dtype=x.dtype, device="meta"))
    real = call.real(mask)
    if real is None or math.prod(shape) > MOST:
        return call.opaque(call.values([x, mask, new]), shape, bounded=True)
    places = real.expand(shape).flatten().nonzero().flatten()
    old = call.join([call.solid(x)], shape)
    value = call.value(new)
    row = _hiding(call, new, (1,)) if value is None else flat(call.tape, value)
    listed = places.tolist()
    if not listed:
        return old
    found = landed(call, flat(call.tape, old), row, 0, listed, range(len(listed)), Landing.REPLACES)
    return call.reshape(found, shape)


@rule("slice_scatter", "select_scatter")
def slice_scatter(call: Call) -> Value:
    """A slice replaced."""
    x, new = call.solid(call.args[0]), call.solid(call.args[1])
    call.like(call.args[0], blank_strided)
    dim = within(call.arg("dim", 0), len(x.shape))
    if "select" in call.func._schema.name:
        lead, tail = new.shape[:dim], new.shape[dim:]
        row = call.reshape(new, (*lead, 1, *tail))
        return Sliced(dim, call.arg("index") % x.shape[dim], 1).put(call.tape, x, row)
    start = call.arg("start", 0) or 0
    start = max(0, start + x.shape[dim] if start < 0 else start)
    return Sliced(dim, start, new.shape[dim], call.arg("step", 1) or 1).put(call.tape, x, new)


@rule("diagonal_scatter")
def diagonal_scatter(call: Call) -> Value:
    """A diagonal replaced."""
    x, new, *how = call.args
    call.like(x, blank_strided)
    places = _numbered(x.shape).diagonal(*how, **call.kwargs)
    return replaced(call.tape, call.solid(x), tuple(places.flatten().tolist()), call.solid(new))
