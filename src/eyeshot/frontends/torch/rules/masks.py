"""Masks of which the numbers are known: what they leave out is not read."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from typing import Any

import torch

from eyeshot.frontends.torch.blank import blank_packed
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Gather

__all__ = ["Mask", "allowed_by", "chosen", "dimmed", "has_infinity"]

_MOST = 1_000_000
"""Most elements that are listed one by one; of larger masks only a bound is said."""


class Mask(enum.Enum):
    """What is known of a mask between queries and keys."""

    ALL = enum.auto()
    """It leaves nothing out."""
    CAUSAL = enum.auto()
    """Each query reads the keys up to its own number."""
    UNKNOWN = enum.auto()
    """What it leaves out cannot be said."""


def allowed_by(call: Call, mask: Any, shape: Shape) -> Any:
    """Which keys each query may read, of a constant mask.

    Parameters
    ----------
    call : Call
        The call that it is an argument of.
    mask : Tensor
        True where a key may be read, or numbers to be added, minus infinity where it may not.
    shape : tuple of int
        Numbers of queries and keys.

    Returns
    -------
    Mask or bool tensor
        The tensor, of that shape, if each query may read some key and no simpler law holds.
    """
    numbers = call.real(mask)
    if numbers is None:
        # Weights, such as tables of relative positions, are finite.
        return Mask.ALL if mask.is_floating_point() else Mask.UNKNOWN
    allowed = numbers if numbers.dtype is torch.bool else numbers != -math.inf
    if bool(allowed.all()):
        return Mask.ALL
    allowed = allowed.expand(torch.broadcast_shapes(allowed.shape, shape)).reshape(-1, *shape)
    one = allowed[0]
    if not bool((allowed == one).all()) or not bool(one.any(1).all()):
        return Mask.UNKNOWN
    if torch.equal(one, torch.ones(shape, dtype=torch.bool).tril()):
        return Mask.CAUSAL
    return one if int(one.sum(1).max()) * shape[0] <= _MOST else Mask.UNKNOWN


def has_infinity(call: Call, operands: Sequence[Any]) -> bool:
    """Whether any of these is a constant that holds an infinity: beside it no other number counts."""
    for operand in operands:
        if isinstance(operand, float) and math.isinf(operand):
            return True
        if isinstance(operand, torch.Tensor) and operand.is_floating_point() and call.value(operand) is None:
            numbers = call.real(operand)
            if numbers is not None and bool(numbers.isinf().any()):
                return True
    return False


def dimmed(call: Call, value: Value) -> Value:
    """A value some elements of which count no more, or hide others; which ones is left open: a bound."""
    return call.anywhere(value, len(value.shape) - 1, value.shape[-1]) if value.shape else value


@rule("tril", "triu")
def triangle(call: Call) -> Value | None:
    """What lies on one side of a diagonal; beyond it are zeros."""
    x = call.solid(call.args[0])
    call.like(call.args[0], blank_packed)
    side = torch.tril if "tril" in call.func._schema.name else torch.triu
    kept = side(torch.ones(x.shape[-2:], dtype=torch.bool), call.arg("diagonal", 0))
    return chosen(call, kept, x, None, x.shape)


@rule("masked_fill")
def masked_fill(call: Call) -> Value | None:
    """Elements replaced by one number where a mask says so."""
    x, mask, new = call.args[:3]
    return _by_mask(call, mask, new, x)


@rule("where.self", "where.ScalarOther", "where.ScalarSelf", "where.Scalar")
def where(call: Call) -> Value | None:
    """Elements of the one where a mask says so, of the other elsewhere."""
    mask, a, b = call.args[:3]
    return _by_mask(call, mask, a, b)


def _by_mask(call: Call, mask: Any, a: Any, b: Any) -> Value | None:
    """Elements of one operand where a mask is set, of another elsewhere; which ones, if the mask is a constant."""
    shape = call.shape
    numbers = call.real(mask) if call.value(mask) is None else None
    if numbers is None:
        # The mask is made of data, or nobody knows what it holds.
        values = call.join(call.operands(), shape)
        return values if call.value(mask) is not None else dimmed(call, values)
    found = chosen(call, numbers, call.value(a), call.value(b), shape)
    used = [operand for operand, is_used in ((a, numbers.any()), (b, not numbers.all())) if is_used]
    # What a softmax gives for minus infinity is zero, and hides what it is multiplied with.
    return dimmed(call, found) if found is not None and has_infinity(call, used) else found


def chosen(call: Call, mask: Any, a: Value | None, b: Value | None, shape: Shape) -> Value | None:
    """Elements of one value where a known mask is set, of another elsewhere; None stands for constants."""
    if a is None and b is None:
        return None
    while mask.dim() and mask.shape[0] == 1:
        mask = mask[0]
    if mask.dim() == 0 or bool(mask.all()) or not bool(mask.any()):
        one = a if bool(mask.flatten()[0]) else b
        return None if one is None else call.join([one], shape)
    lead = shape[: len(shape) - mask.dim()]
    # Along the leading dimensions the mask is the same; the others lie in a row.
    mask = mask.expand(shape[len(lead) :]).flatten()
    if len(mask) > _MOST:
        return dimmed(call, call.join([v for v in (a, b) if v is not None], shape))
    rows = [
        call.tape.constant((*lead, 1)) if v is None else call.reshape(call.join([v], shape), (*lead, len(mask)))
        for v in (a, b)
    ]
    width = rows[0].shape[-1]
    first, second = (
        range(start, start + len(mask)) if v is not None else [start] * len(mask) for start, v in ((0, a), (width, b))
    )
    listed = tuple(i if chosen else k for chosen, i, k in zip(mask.tolist(), first, second, strict=True))
    picked = call.add(Gather(len(lead), listed), call.add(Concat(len(lead)), *rows))
    return call.reshape(picked, shape)
