"""Attention in one operation."""

from __future__ import annotations

from typing import Any

import torch

from eyeshot.frontends.torch.rules.matmul import contracted
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Reduce

__all__: list[str] = []


@rule(
    "scaled_dot_product_attention", "_scaled_dot_product_flash_attention", "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_fused_attention_overrideable",
    "_scaled_dot_product_attention_math", "_scaled_dot_product_cudnn_attention",
)  # fmt: skip
def attention(call: Call) -> list[Value | None]:
    """Local in the queries; every key and value of the head is read whole."""
    query, key, value = call.args[:3]
    mask = call.arg("attn_mask")
    mask = call.arg("attn_bias") if mask is None else mask
    if len(call.func._schema.returns) == 1:
        call.returns(torch.empty((*query.shape[:-1], value.shape[-1]), dtype=query.dtype, device="meta"))
    out = call.out
    first = out[0] if isinstance(out, list | tuple) else out
    lead = "abcdefg"[: len(query.shape) - 2]
    parts: list[tuple[Any, str]] = [(query, lead + "ik"), (key, lead + "jk"), (value, lead + "jv")]
    if query.shape[:-2] != key.shape[:-2]:
        # Grouped heads: which one is read makes no difference in space, so all are.
        parts[1:] = [(key, lead[:-1] + "hjk"), (value, lead[:-1] + "hjv")]
    values = [contracted(call, parts, lead + "iv")]
    bias = call.value(mask)
    if bias is not None:
        values.append(call.add(Reduce((len(bias.shape) - 1,), keepdims=True), bias))
    joined = values[0] if len(values) == 1 else call.join(values, tuple(first.shape))
    return [joined, *([None] * (len(out) - 1 if isinstance(out, list | tuple) else 0))]
