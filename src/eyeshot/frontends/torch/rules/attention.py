"""Attention in one operation."""

from __future__ import annotations

from typing import Any

import torch

from eyeshot.frontends.torch.rules.masks import Mask, allowed_by
from eyeshot.frontends.torch.rules.matmul import contracted
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Cumulative, Gather, Reduce, Slice

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
        call.returns(torch.empty((*query.shape[:-1], value.shape[-1]), dtype=query.dtype, device="meta"))
    out = call.out
    first = out[0] if isinstance(out, list | tuple) else out
    lead = "abcdefg"[: len(query.shape) - 2]
    parts: list[tuple[Any, str]] = [(query, lead + "ik"), (key, lead + "jk"), (value, lead + "jv")]
    if query.shape[:-2] != key.shape[:-2]:
        # Grouped heads: which one is read makes no difference in space, so all are.
        parts[1:] = [(key, lead[:-1] + "hjk"), (value, lead[:-1] + "hjv")]
    shape = tuple(first.shape)
    allowed = _allowed(call, mask, query.shape[-2], key.shape[-2])
    values = [contracted(call, parts, lead + "iv")] if allowed is Mask.ALL else _masked(call, allowed, shape)
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
    return [*attention(call)[:1], *[call.opaque(beside, tuple(rows.shape), bounded=True) if beside else None] * 2]


def _allowed(call: Call, mask: Any, queries: int, keys: int) -> Any:
    """Which keys each query may read, as a bool tensor (queries, keys), or what is known of that."""
    if call.arg("is_causal", False):
        return Mask.CAUSAL
    if mask is None or call.value(mask) is not None:
        return Mask.ALL if mask is None or mask.is_floating_point() else Mask.UNKNOWN
    return allowed_by(call, mask, (queries, keys))


def _masked(call: Call, allowed: Any, shape: Shape) -> list[Value]:
    """What a query reads of itself, of the keys and of the values; each to be broadcast to the result."""
    found = []
    for role, tensor in zip(("query", "key", "value"), call.args, strict=False):
        part = call.value(tensor)
        if part is None:
            continue
        if role != "value":
            part = call.add(Reduce((len(part.shape) - 1,), keepdims=True), part)
        if role != "query":
            part = _read_by_queries(call, allowed, part, shape[-2])
        apart = tuple(d for d, (n, m) in enumerate(zip(part.shape[:-2], shape[:-2], strict=True)) if n != m)
        # Grouped heads: which one is read makes no difference in space, so all are.
        found.append(call.add(Reduce(apart, keepdims=True), part) if apart else part)
    return found


def _read_by_queries(call: Call, allowed: Any, part: Value, queries: int) -> Value:
    """Of keys or values (…, keys, features) what each query reads: (…, queries, features)."""
    dim = len(part.shape) - 2
    lead, keys, width = part.shape[:dim], part.shape[dim], part.shape[-1]
    if allowed is Mask.CAUSAL:
        # The first query belongs to the first key, however many there are of each.
        running = call.add(Cumulative(dim), part)
        if queries < keys:
            return call.add(Slice(dim, 0, queries), running)
        return call.add(Gather(dim, tuple(min(i, keys - 1) for i in range(queries))), running)
    if allowed is Mask.UNKNOWN:
        return call.add(Reduce((dim,), keepdims=True), call.anywhere(part, dim, keys))
    # Each query its own list of keys, all lists made as long as the longest by naming a key again.
    lists = [row.nonzero().flatten().tolist() for row in allowed]
    longest = max(map(len, lists))
    listed = tuple(i for keys_of in lists for i in (*keys_of, *[keys_of[-1]] * (longest - len(keys_of))))
    picked = call.reshape(call.add(Gather(dim, listed), part), (*lead, queries, longest, width))
    return call.add(Reduce((dim + 1,)), picked)
