"""Writing elements to listed places: exact where the places are known, a bound where the data make them."""

from __future__ import annotations

import math
from typing import Any

import torch

from eyeshot.frontends.torch.aliases import Sliced, replaced
from eyeshot.frontends.torch.blank import blank_like, blank_packed, blank_strided
from eyeshot.frontends.torch.rules.table import Call, rule, within
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Pointwise

__all__: list[str] = []


@rule("index_put", "_index_put_impl", "_unsafe_index_put")
def index_put(call: Call) -> Value:
    """``x[:, i] = v``."""
    x, indices, new = call.args[:3]
    shape = tuple(x.shape)
    call.like(x)
    reals = [None if t is None else call.real(t) for t in indices]
    if any(t is not None and r is None for t, r in zip(indices, reals, strict=True)):
        masks = [t for t in indices if t is not None]
        if len(masks) == 1 and masks[0].dtype is torch.bool and new.numel() == 1:
            # A mask and one number: each element by itself.
            mask = call.value(masks[0])
            if mask is None:
                return call.join(call.values([x, new]), shape)
            wide = call.reshape(mask, (*mask.shape, *(1,) * (len(shape) - len(mask.shape))))
            return call.join([*call.values([x, new]), wide], shape)
        return call.opaque(call.operands(), shape, bounded=True)
    number = torch.arange(x.numel()).reshape(shape)
    places = number[tuple(slice(None) if r is None else r for r in reals)]
    return _placed(call, x, places, new, add=bool(call.arg("accumulate", False)))


def _placed(call: Call, x: Any, places: Any, new: Any, *, add: bool) -> Value:
    """A tensor with the elements at some places replaced, or something added to them."""
    if not places.numel():
        return call.solid(x)
    value = call.value(new)
    part = None if value is None else call.join([value], tuple(places.shape))
    listed = tuple(places.flatten().tolist())
    whole = call.solid(x)
    if add:
        if part is None:
            return whole
        if len(set(listed)) < len(listed):
            return call.opaque([whole, part], whole.shape, bounded=True)
        nothing = call.tape.constant(whole.shape)
        return call.add(Pointwise(), whole, replaced(call.tape, nothing, listed, part))
    if part is None:
        part = call.tape.constant(tuple(places.shape))
    return replaced(call.tape, whole, listed, part)


@rule("scatter", "scatter_add", "scatter_reduce", "index_copy", "index_fill", "index_add", "put")
def scatter(call: Call) -> Value:
    """``x[index[i, j], j] = v[i, j]``, or along whole lines of a dimension."""
    name = call.func._schema.name
    x, dim, places = call.args[0], within(call.arg("dim", 0), call.args[0].dim()), call.arg("index")
    # These two write into a copy of the operand; the others make their result anew.
    call.like(x, blank_like if name in {"aten::index_fill", "aten::put"} else blank_packed)
    new = next((call.arg(word) for word in ("src", "source", "value") if call.arg(word) is not None), None)
    real = call.real(places)
    shape = tuple(x.shape)
    if real is None or math.prod(shape) > 1_000_000 or "put" in name:
        return call.opaque(call.operands(), shape, bounded=True)
    number = torch.arange(x.numel()).reshape(shape)
    if "scatter" in name:
        grid = torch.meshgrid(*[torch.arange(n) for n in real.shape], indexing="ij")
        at = number[tuple(real if d == dim else grid[d] for d in range(len(shape)))]
        if isinstance(new, torch.Tensor) and new.shape != real.shape and new.dim():
            value = call.value(new)
            if value is not None:
                for d, n in enumerate(real.shape):
                    value = Sliced(d, 0, n).take(call.tape, value)
                return replaced(call.tape, call.solid(x), tuple(at.flatten().tolist()), value)
    else:
        at = number.index_select(dim, real.flatten())
    adds = name in {"aten::scatter_add", "aten::index_add", "aten::scatter_reduce"}
    return _placed(call, x, at, new, add=adds)


@rule("masked_scatter")
def masked_scatter(call: Call) -> Value:
    """Elements in order to the places of a mask."""
    x, mask, new = call.args[:3]
    call.like(x, blank_packed)
    return call.opaque(call.values([x, mask, new]), tuple(x.shape), bounded=True)


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
