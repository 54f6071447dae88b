"""Copies made like views: joined, repeated, turned and shifted parts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from eyeshot.frontends.torch.aliases import Permuted, replaced
from eyeshot.frontends.torch.blank import blank_packed, blank_standard
from eyeshot.frontends.torch.rules.table import Call, rule, within
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Concat, Expand, Flip, Pad, Roll

__all__ = ["cat"]


@rule("flip")
def flip(call: Call) -> Value:
    """Dimensions turned round."""
    x = call.solid(call.args[0])
    call.like(call.args[0])
    return call.add(Flip(tuple(d % len(x.shape) for d in call.args[1])), x) if call.args[1] else x


@rule("roll")
def roll(call: Call) -> Value:
    """Elements shifted round."""
    x = call.solid(call.args[0])
    shifts, dims = _listed(call.args[1]), _listed(call.arg("dims", ()))
    call.like(call.args[0], blank_standard if dims else blank_packed)
    if not dims:
        row = call.reshape(x, (call.args[0].numel(),))
        return call.reshape(call.add(Roll((0,), (sum(shifts),)), row), x.shape)
    total: dict[int, int] = {}
    for dim, shift in zip(dims, shifts, strict=True):
        total[dim % len(x.shape)] = total.get(dim % len(x.shape), 0) + shift
    return call.add(Roll(tuple(total), tuple(total.values())), x)


@rule("rot90")
def rot90(call: Call) -> Value:
    """A quarter turn, some times."""
    x = call.solid(call.args[0])
    times = call.arg("k", 1) % 4
    a, b = (d % len(x.shape) for d in call.arg("dims", [0, 1]))
    if times in {1, 2}:
        x = call.add(Flip((b,) if times == 1 else (a, b)), x)
    elif times == 3:
        x = call.add(Flip((a,)), x)
    order = list(range(len(x.shape)))
    order[a], order[b] = order[b], order[a]
    return Permuted(tuple(order)).take(call.tape, x) if times % 2 else x


@rule(
    "cat",
    "concat",
    "concatenate",
)
def cat(call: Call) -> Value:
    """Parts one after the other; parts without elements do not count."""
    tensors = [t for t in call.args[0] if t.numel()]
    _ = call.out
    values = [call.solid(t) for t in tensors]
    dim = within(call.arg("dim", 0), len(values[0].shape))
    return call.add(Concat(dim), *values) if len(values) > 1 else values[0]


@rule("stack")
def stack(call: Call) -> Value:
    """Parts along a new dimension."""
    values = [call.solid(t) for t in call.args[0]]
    rank = len(values[0].shape) + 1
    dim = within(call.arg("dim", 0), rank)
    laid = [call.reshape(v, (*v.shape[:dim], 1, *v.shape[dim:])) for v in values]
    return call.add(Concat(dim), *laid) if len(laid) > 1 else laid[0]


@rule("repeat", "tile")
def repeat(call: Call) -> Value:
    """Copies side by side."""
    x = call.solid(call.args[0])
    times = tuple(call.args[1])
    shape = (*(1,) * (len(times) - len(x.shape)), *x.shape)
    times = (*(1,) * (len(shape) - len(times)), *times)
    apart: list[int] = []
    laid: list[int] = []
    for n, k in zip(shape, times, strict=True):
        apart += [1, n] if k > 1 else [n]
        laid += [k, n] if k > 1 else [n]
    value = call.reshape(x, apart)
    value = call.add(Expand(tuple(laid)), value) if laid != apart else value
    return call.reshape(value, tuple(n * k for n, k in zip(shape, times, strict=True)))


@rule("repeat_interleave.self_int")
def repeat_interleave(call: Call) -> Value:
    """Each element some times in a row."""
    x = call.solid(call.args[0])
    times, dim = call.args[1], call.arg("dim")
    if dim is None:
        x, dim = call.reshape(x, (call.args[0].numel(),)), 0
    dim = within(dim, len(x.shape))
    lead, n, tail = x.shape[:dim], x.shape[dim], x.shape[dim + 1 :]
    wide = call.add(Expand((*lead, n, times, *tail)), call.reshape(x, (*lead, n, 1, *tail)))
    return call.reshape(wide, (*lead, n * times, *tail))


@rule("diag_embed")
def diag_embed(call: Call) -> Value:
    """Elements on a diagonal; what lies beside it reads nothing."""
    shape = call.shape
    number = torch.arange(math.prod(shape)).reshape(shape)
    places = number.diagonal(call.arg("offset", 0), call.arg("dim1", -2), call.arg("dim2", -1))
    row = tuple(places.flatten().tolist())
    return replaced(call.tape, call.tape.constant(shape), row, call.solid(call.args[0]))


@rule("block_diag")
def block_diag(call: Call) -> Value:
    """Matrices along a diagonal; what lies beside them reads nothing."""
    rows, width = [], call.shape[1]
    before = 0
    for tensor in call.args[0]:
        wide = torch.Size((1,) * (2 - tensor.dim()) + tuple(tensor.shape))
        part = call.reshape(call.solid(tensor), wide)
        rows.append(call.add(Pad((0, before), (0, width - before - wide[1])), part))
        before += wide[1]
    return call.add(Concat(0), *rows) if len(rows) > 1 else rows[0]


def _listed(value: int | Sequence[int]) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)
