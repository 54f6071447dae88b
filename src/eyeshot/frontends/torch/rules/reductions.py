"""Reductions over dimensions, running ones, sorting."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from eyeshot.frontends.known import Known
from eyeshot.frontends.torch.blank import blank_packed
from eyeshot.frontends.torch.rules.masks import emptied, note_of_finite
from eyeshot.frontends.torch.rules.table import Call, dims_of, rule, within
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Cumulative, Expand, Pointwise, Reduce

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
    dims = dims_of(call.arg("dim"), len(x.shape)) if x.shape else ()
    out = call.out
    first = out[0] if isinstance(out, list | tuple) else out
    value = x
    if dims:
        value = _of_known(call, x, dims, keepdims=len(first.shape) == len(x.shape))
    tensors = out if isinstance(out, list | tuple) else [out]
    if all(x.shape[d] == 1 for d in dims):
        # Of one element the place is known, whatever it is.
        found = [None if _is_place(call, k) else value for k in range(len(tensors))]
    else:
        found = [value] * len(tensors)
    return found if isinstance(out, list | tuple) else found[0]


def _is_place(call: Call, result: int) -> bool:
    """Whether a result says where an element lies."""
    name = call.func._schema.name
    return "arg" in name or (result == 1 and name.split("::")[1] in _WITH_PLACES)


_WITH_PLACES = {"max", "min", "median", "nanmedian", "mode", "kthvalue"}


def _of_known(call: Call, x: Value, dims: tuple[int, ...], *, keepdims: bool) -> Value:
    """A reduction to which some numbers are nothing, where they are known: zeros, and what no maximum shows."""
    known = x.known
    reduce = Reduce(dims, keepdims=keepdims)
    if known is None or known.number == 0:
        return call.add(reduce, x.plain)
    name = call.func._schema.name.removeprefix("aten::")
    if not known.is_hidden or name not in _LARGEST:
        return call.add(reduce, x)
    if not known.is_sure and "exp" not in name:
        # The largest may be one of them.
        return call.add(reduce, x.plain)
    seen = emptied(call, x.plain, known.where) if known.is_read else x.plain
    empty = np.asarray(known.where.all(axis=dims, keepdims=keepdims))
    if not empty.any():
        return call.add(reduce, seen)
    # Of a line of which all is hidden the largest is as low as the rest.
    value = call.add(reduce, call.tape.dimmed(x) if known.matters else x.plain)
    return value.telling(replace(known, where=empty, is_read=True))


_LARGEST = {"amax", "max", "logsumexp", "special_logsumexp"}
"""Reductions to which minus infinity is nothing."""


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
    dim = within(call.args[1], len(x.shape))
    if x.known is not None and (x.known.is_hidden or x.known.number == 0):
        return _masked(call, x, x.known, dim)
    total = call.add(Reduce((dim,), keepdims=True), x)
    return call.add(Pointwise(), x, total)


def _masked(call: Call, x: Value, known: Known, dim: int) -> Value:
    """A softmax some elements of which are hidden: these are zero behind it, and nothing of them is read."""
    name = call.func._schema.name
    if known.number == 0:
        # Known zeros count in the sum as any other number.
        return call.add(Pointwise(), x.plain, call.add(Reduce((dim,), keepdims=True), x.plain))
    if known.fills_a_line(dim) and not (name == "aten::_safe_softmax" and known.number == -math.inf):
        # A line without any number is NaN, or evenly spread.
        x = call.tape.dimmed(x)
        return call.add(Pointwise(), x, call.add(Reduce((dim,), keepdims=True), x))
    note_of_finite(call, known)
    call.tape.hides.add(call.tape.call)
    seen = emptied(call, x.plain, known.where) if known.is_read else x.plain
    total = call.add(Expand(x.shape), call.add(Reduce((dim,), keepdims=True), seen))
    # One that is left alone in its line has the weight 1, whatever it is.
    seen_of = np.broadcast_to(~known.where, _long(known.where.shape, dim, x.shape[dim]))
    lone = seen_of.sum(dim, keepdims=True) == 1
    if "log" in name and math.isfinite(known.number):
        value = call.add(Pointwise(), x.plain, total)
        value = emptied(call, value, lone & ~known.where) if lone.any() else value
        return value.telling(Known(known.where, known.number, is_read=True))
    number = known.number if "log" in name else 0.0
    return emptied(call, total, known.where | lone).telling(Known(known.where, number, matters=True))


def _long(shape: Shape, dim: int, n: int) -> Shape:
    return (*shape[:dim], n, *shape[dim + 1 :])


@rule("_masked_softmax", "_sparse_softmax")
def masked_softmax(call: Call) -> Value:
    """Each element and the sum over the last dimension."""
    x = call.solid(call.args[0])
    call.like(call.args[0])
    dim = call.arg("dim")
    total = call.add(Reduce((len(x.shape) - 1 if dim is None else within(dim, len(x.shape)),), keepdims=True), x)
    return call.bounded(call.join([x, total, *call.values(call.args[1:2])], x.shape))


@rule("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "_cummax_helper")
def running(call: Call) -> Any:
    """Everything up to each index."""
    x = call.solid(call.args[0])
    if "cumsum" in call.func._schema.name and call.args[0].is_floating_point() and call.arg("dtype") is None:
        # On the meta device this loads PyTorch's compiler, which takes seconds.
        call.like(call.args[0], blank_packed)
    out = call.out
    if not x.shape:
        return [x, None] if isinstance(out, list | tuple) else x
    value = call.add(Cumulative(within(call.args[1], len(x.shape))), x)
    # The place of the largest so far is known at the first index.
    return [value, call.bounded(value)] if isinstance(out, list | tuple) else value


@rule("sort", "topk", "argsort", "msort", "sort.stable", "argsort.stable")
def sorted_(call: Call) -> Any:
    """Any element of the dimension may come to any place: a bound."""
    x = call.solid(call.args[0])
    out = call.out
    tensors = out if isinstance(out, list | tuple) else [out]
    dim = within(call.arg("dim", 0 if "msort" in str(call.func) else -1), len(x.shape)) if x.shape else 0
    if not x.shape:
        return [None if tensor.dtype is torch.int64 else x for tensor in tensors]
    return [call.anywhere(x, dim, tensors[0].shape[dim])] * len(tensors)


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


@rule("renorm")
def renorm(call: Call) -> Value:
    """Each element, and all of its slice for the norm."""
    x = call.solid(call.args[0])
    call.like(call.args[0])
    dim = within(call.arg("dim"), len(x.shape))
    norm = call.add(Reduce(tuple(d for d in range(len(x.shape)) if d != dim), keepdims=True), x)
    return call.join([x, norm], x.shape)


@rule("isin.Tensor_Tensor", "isin.Tensor_Scalar", "isin.Scalar_Tensor")
def isin(call: Call) -> Value:
    """Each element, and all that it is looked for among."""
    elements, among = call.args[:2]
    wholes = [call.whole(v) for v in call.values([among])]
    return call.join([*call.values([elements]), *wholes], call.shape)


@rule("multinomial")
def multinomial(call: Call) -> Value:
    """Numbers drawn with chances that the last dimension says: a bound."""
    x = call.solid(call.args[0])
    chances = call.add(Reduce((len(x.shape) - 1,), keepdims=True), x)
    return call.bounded(call.join([chances], call.shape))


@rule(
    "bernoulli.default", "poisson", "binomial", "normal.Tensor_float", "normal.float_Tensor", "normal.Tensor_Tensor",
    "_standard_gamma",
)  # fmt: skip
def drawn(call: Call) -> Value:
    """Numbers drawn with a chance that is said at their own position: a bound."""
    tensors = [arg for arg in call.args if isinstance(arg, torch.Tensor)]
    shape = torch.broadcast_shapes(*[t.shape for t in tensors])
    call.returns(torch.empty(shape, dtype=tensors[0].dtype, device="meta"))
    return call.bounded(call.join(call.operands(), tuple(shape)))


@rule("histc")
def histogram(call: Call) -> Value:
    """How many elements lie in each of some ranges: of everything for each."""
    return call.join([call.whole(call.solid(call.args[0]))], (call.arg("bins", 100),))
