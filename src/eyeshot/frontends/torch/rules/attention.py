"""Attention in one operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from eyeshot.frontends.known import Bools, tight
from eyeshot.frontends.torch.rules.columns import read_by_rows
from eyeshot.frontends.torch.rules.masks import known_in, note_of_finite
from eyeshot.frontends.torch.rules.matmul import contracted
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Expand, Reduce

__all__: list[str] = []


@rule(
    "scaled_dot_product_attention", "_scaled_dot_product_flash_attention", "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_fused_attention_overrideable",
    "_scaled_dot_product_attention_math", "_scaled_dot_product_cudnn_attention",
)  # fmt: skip
def attention(call: Call) -> list[Value | None]:
    """Local in the queries; of the keys and values of the head all are read that no mask leaves out."""
    query, key, value = call.args[:3]
    mask = call.arg("attn_mask")
    mask = call.arg("attn_bias") if mask is None else mask
    if mask is not None:
        # As the framework would: a mask of another size is the model's error.
        torch.broadcast_shapes(mask.shape, (*query.shape[:-1], key.shape[-2]))
    if len(call.func._schema.returns) == 1:
        # Leading dimensions broadcast, but for heads, of which several queries may share one.
        batch = tuple(map(max, *[t.shape[:-2] for t in (query, key, value)]))
        call.returns(torch.empty((*batch, query.shape[-2], value.shape[-1]), dtype=query.dtype, device="meta"))
    out = call.out
    first = out[0] if isinstance(out, list | tuple) else out
    shape = tuple(first.shape)
    lead = "abcdefg"[: len(shape) - 2]
    parts: list[tuple[Any, str]] = [
        (_of_own_head(call, tensor, shape), lead + letters)
        for tensor, letters in ((query, "ik"), (key, "jk"), (value, "jv"))
    ]
    allowed = _allowed(call, mask, query.shape[-2], key.shape[-2])
    if allowed is not None:
        allowed = _of_heads(allowed, (*query.shape[:-1], key.shape[-2]), key.shape[:-2])
    is_open = allowed is not None and bool(allowed.all())
    if not is_open:
        call.tape.hides.add(call.tape.call)
    values = [contracted(call, parts, lead + "iv")] if is_open else _masked(call, allowed, shape)
    bias = call.value(mask)
    if bias is not None:
        values.append(call.add(Reduce((len(bias.shape) - 1,), keepdims=True), bias))
    joined = values[0] if len(values) == 1 and values[0].shape == shape else call.join(values, shape)
    return [joined, *([None] * (len(out) - 1 if isinstance(out, list | tuple) else 0))]


@rule("eyeshot::flex_attention")
def flex_attention(call: Call) -> list[Value | None]:
    """The same with a mask made of functions; beside the result stand sums and maxima over the keys."""
    query, key, value = call.args[:3]
    rows = torch.empty(query.shape[:-1], dtype=query.dtype, device="meta")
    out = torch.empty((*query.shape[:-1], value.shape[-1]), dtype=query.dtype, device="meta")
    call.returns((out, rows, rows.clone()))
    beside = call.values([query, key])
    first = attention(call)[0]
    if first is not None and call.value(call.arg("attn_mask")) is not None:
        # Functions that look at data may leave out any score.
        first = call.bounded(first)
    return [first, *[call.opaque(beside, tuple(rows.shape), bounded=True) if beside else None] * 2]


def _allowed(call: Call, mask: Any, queries: int, keys: int) -> Bools | None:
    """Which keys each query may read: (…, queries, keys); None if that cannot be said."""
    if call.arg("is_causal", False):
        # The first query belongs to the first key, however many there are of each.
        return np.tri(queries, keys, dtype=np.bool_)
    everything = np.ones((1, 1), np.bool_)
    if mask is None or call.value(mask) is not None:
        return everything if mask is None or mask.is_floating_point() else None
    numbers = call.real(mask)
    if numbers is None:
        # Weights, such as tables of relative positions, are finite.
        return everything if mask.is_floating_point() else None
    if numbers.dtype is torch.bool:
        return np.asarray(numbers.numpy())
    hidden = known_in(numbers, numbers.dim())
    for known in hidden:
        note_of_finite(call, known)
    left_out = np.zeros((1, 1), np.bool_)
    for known in hidden:
        left_out = left_out | known.where
    return ~left_out


def _of_heads(allowed: Bools, shape: Shape, heads: Shape) -> Bools | None:
    """Which keys each query may read, for each head; None if that cannot be said for all of them.

    That is where some query has none, since then the result is not a number, and where grouped heads are masked apart.
    """
    allowed = tight(allowed.reshape((1,) * (len(shape) - allowed.ndim) + allowed.shape))
    grouped = any(n > 1 and n != m for n, m in zip(allowed.shape[:-2], heads, strict=True))
    return None if grouped or not bool(allowed.any(-1).all()) else allowed


def _of_own_head(call: Call, tensor: Any, shape: Shape) -> Any:
    """A tensor of which several heads share one, with one for each head; other leading dimensions broadcast."""
    value = call.value(tensor)
    if value is None:
        return tensor
    for dim, (n, m) in enumerate(zip(value.shape[:-2], shape[:-2], strict=False)):
        if 1 < n != m:
            before, after = value.shape[:dim], value.shape[dim + 1 :]
            apart = call.reshape(value, (*before, n, 1, *after))
            value = call.reshape(call.add(Expand((*before, n, m // n, *after)), apart), (*before, m, *after))
    return value


def _masked(call: Call, allowed: Bools | None, shape: Shape) -> list[Value]:
    """What a query reads of itself, of the keys and of the values; each to be broadcast to the result."""
    found = []
    for role, tensor in zip(("query", "key", "value"), call.args, strict=False):
        if call.value(tensor) is None:
            continue
        part = _of_own_head(call, tensor, shape)
        if role != "value":
            part = call.add(Reduce((len(part.shape) - 1,), keepdims=True), part)
        if role != "query":
            part = _read_by_queries(call, allowed, part, shape[-2])
        found.append(part)
    return found


def _read_by_queries(call: Call, allowed: Bools | None, part: Value, queries: int) -> Value:
    """Of keys or values (…, keys, features) what each query reads: (…, queries, features)."""
    dim = len(part.shape) - 2
    if allowed is None:
        return call.add(Reduce((dim,), keepdims=True), call.anywhere(part, dim, part.shape[dim]))
    return read_by_rows(call, allowed, part, queries)
