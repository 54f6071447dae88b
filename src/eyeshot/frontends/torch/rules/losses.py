"""Losses: of each element, and taken together where they are summed or averaged."""

from __future__ import annotations

import torch

from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Reduce

__all__: list[str] = []


@rule(
    "mse_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "soft_margin_loss", "l1_loss",
)  # fmt: skip
def between(call: Call) -> Value:
    """Two operands, element by element; of a sum or a mean everything is read."""
    given = call.args[:2]
    weights = [t for t in (*call.args[2:], *call.kwargs.values()) if isinstance(t, torch.Tensor)]
    shape = torch.broadcast_shapes(*[t.shape for t in given])
    each = call.join(call.values([*given, *weights]), tuple(shape))
    return each if call.arg("reduction") == 0 else call.whole(each)


@rule("nll_loss_forward", "nll_loss2d_forward", "nll_loss_nd")
def of_class(call: Call) -> list[Value | None]:
    """The number of one class, which the target names: any of them, unless all are read anyway."""
    x, target = call.args[:2]
    parts = []
    value = call.value(x)
    dim = 1 if x.dim() > 1 else 0
    if value is not None:
        picked = call.anywhere(value, dim, 1)
        parts.append(call.reshape(picked, (*value.shape[:dim], *value.shape[dim + 1 :])))
    parts += call.values([target])
    parts += [call.whole(weight) for weight in call.values([call.arg("weight")])]
    each = call.join(parts, tuple(target.shape))
    if call.arg("reduction") != 0:
        each = call.whole(each)
    weighted = call.values([target])
    return [each, call.whole(weighted[0]) if weighted and call.arg("weight") is not None else None]


@rule("dist")
def dist(call: Call) -> Value:
    """All of both."""
    a, b = call.args[:2]
    shape = tuple(torch.broadcast_shapes(a.shape, b.shape))
    return call.whole(call.join(call.operands(), shape))


@rule("_pdist_forward")
def pdist(call: Call) -> Value:
    """Each row with each row after it."""
    x = call.solid(call.args[0])
    first, second = torch.triu_indices(x.shape[0], x.shape[0], 1)
    shape = call.shape
    both = call.join([call.pick(x, first), call.pick(x, second)], (*shape, x.shape[1]))
    return call.add(Reduce((1,)), both)
