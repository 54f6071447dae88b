"""Reductions over dimensions, running ones, sorting."""

from __future__ import annotations

from typing import Any

import torch

from eyeshot.frontends.torch.blank import blank_packed
from eyeshot.frontends.torch.rules.table import Call, dims_of, rule, within
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Cumulative, Pointwise, Reduce

__all__: list[str] = []


@rule(
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "count_nonzero", "linalg_vector_norm", "logsumexp",
    "max.dim", "max.default", "mean", "median", "min.dim", "min.default", "mode", "nanmean", "nanmedian", "nansum",
    "norm", "prod", "std", "std_mean", "sum", "var", "var_mean", "kthvalue", "special_logsumexp",
    "linalg_matrix_norm", "frobenius_norm", "_is_all_true", "_is_any_true",
)  # fmt: skip
def reduced(call: Call) -> Any:
    """Everything along the reduced dimensions."""
    x = call.solid(call.args[0])
    dims = dims_of(call.arg("dim"), len(x.shape))
    out = call.out
    first = out[0] if isinstance(out, list | tuple) else out
    value = x
    if dims:
        value = call.add(Reduce(dims, keepdims=len(first.shape) == len(x.shape)), x)
    return [value] * len(out) if isinstance(out, list | tuple) else value


@rule("max.other", "min.other")
def larger(call: Call) -> Value:
    """Two operands, element by element."""
    return call.join(call.operands(), call.shape)


@rule(
    "_softmax",
    "softmax",
    "_log_softmax",
    "log_softmax",
    "_safe_softmax",
)
def softmax(call: Call) -> Value:
    """Each element and the sum over the dimension."""
    x = call.solid(call.args[0])
    if not call.args[2:] or not call.args[2]:
        call.like(call.args[0], blank_packed)
    if not x.shape:
        return x
    total = call.add(Reduce((within(call.args[1], len(x.shape)),), keepdims=True), x)
    return call.add(Pointwise(), x, total)


@rule("_masked_softmax", "_sparse_softmax")
def masked_softmax(call: Call) -> Value:
    """Each element and the sum over the last dimension."""
    x = call.solid(call.args[0])
    total = call.add(Reduce((len(x.shape) - 1,), keepdims=True), x)
    return call.join([x, total, *call.values(call.args[1:2])], call.shape)


@rule("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "_cummax_helper")
def running(call: Call) -> Any:
    """Everything up to each index."""
    x = call.solid(call.args[0])
    if "cumsum" in call.func._schema.name and call.args[0].is_floating_point() and call.arg("dtype") is None:
        # On the meta device this loads PyTorch's compiler, which takes seconds.
        call.like(call.args[0], blank_packed)
    out = call.out
    value = call.add(Cumulative(within(call.args[1], len(x.shape))), x) if x.shape else x
    return [value] * len(out) if isinstance(out, list | tuple) else value


@rule("sort", "topk", "argsort", "msort", "sort.stable", "argsort.stable")
def sorted_(call: Call) -> Any:
    """Any element of the dimension may come to any place: a bound."""
    x = call.solid(call.args[0])
    out = call.out
    tensors = out if isinstance(out, list | tuple) else [out]
    dim = within(call.arg("dim", 0 if "msort" in str(call.func) else -1), len(x.shape)) if x.shape else 0
    value = call.anywhere(x, dim, tensors[0].shape[dim]) if x.shape else x
    return [value] * len(tensors)


@rule("_weight_norm_interface", "_weight_norm")
def weight_norm(call: Call) -> Any:
    """Weights made of weights: each one reads all of its own index of a dimension, or all there are."""
    out = call.out
    tensors = out if isinstance(out, list | tuple) else [out]
    rank, dim = call.args[0].dim(), call.arg("dim", 0)
    others = tuple(d for d in range(rank) if d != dim)
    whole = [None if v is None else call.add(Reduce(others, keepdims=True), v) for v in map(call.value, call.args[:2])]
    weights = call.join([v for v in whole if v is not None], tuple(tensors[0].shape))
    return [weights, *([whole[0]] if len(tensors) > 1 else [])]


@rule("cdist", "_cdist_forward", "_euclidean_dist", "pairwise_distance", "cosine_similarity")
def distances(call: Call) -> Value:
    """Each row of one operand with each row of the other."""
    a, b = call.value(call.args[0]), call.value(call.args[1])
    shape = call.shape
    parts = []
    if "dist" in call.func._schema.name and "pairwise" not in call.func._schema.name:
        if a is not None:
            left = call.add(Reduce((len(a.shape) - 1,), keepdims=True), a)
            parts.append(left)
        if b is not None:
            right = call.add(Reduce((len(b.shape) - 1,)), b)
            parts.append(call.reshape(right, (*right.shape[:-1], 1, right.shape[-1])))
        return call.join(parts, shape)
    dim = call.arg("dim", 1)
    joined = call.add(Pointwise(), *[v for v in (a, b) if v is not None])
    rank = max(len(t.shape) for t in call.args[:2])
    if len(joined.shape) < rank or joined.shape[dim] == 1:
        joined = call.join([joined], torch.broadcast_shapes(call.args[0].shape, call.args[1].shape))
    return call.add(Reduce((within(dim, rank),)), joined)
