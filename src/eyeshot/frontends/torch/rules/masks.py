"""Masks of which the numbers are known: what they leave out is not read."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from eyeshot.frontends.known import HIDDEN, Bools, Known, tight, united
from eyeshot.frontends.torch.blank import blank_packed
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Expand, Gather, Slice

__all__ = ["MOST_LISTED", "chosen", "constant_of", "emptied", "known_in", "may_hide", "merged", "note_of_finite"]

MOST_LISTED = 1 << 20
"""Most elements that are listed one by one; of larger masks only a bound is said."""

_MOST_RUNS = 8
"""Most pieces of a dimension that are told apart as slices."""


def known_in(numbers: Any, rank: int) -> list[Known]:
    """The elements of a constant that leave nothing beside them: infinite, or so low that they are as good as that.

    Parameters
    ----------
    numbers : Tensor or float
        The constant.
    rank : int
        How many dimensions it is to be broadcast to.
    """
    array = np.asarray(numbers.double().numpy() if isinstance(numbers, torch.Tensor) else float(numbers))
    array = array.reshape((1,) * (rank - array.ndim) + array.shape)
    low = (array <= HIDDEN) & (array > -np.inf)
    kinds = [(array == -np.inf, -np.inf), (array == np.inf, np.inf), (low, float(array[low].max()) if low.any() else 0)]
    return [
        Known(tight(where), number, is_read=bool(np.isfinite(number)), matters=bool(np.isinf(number)))
        for where, number in kinds
        if where.any()
    ]


def merged(knowns: list[Known]) -> Known | None:
    """All elements of which any of these tells that they are hidden; None if what they tell does not go together."""
    if len(knowns) < 2:
        return knowns[0] if knowns else None
    if len({known.number for known in knowns}) > 1 and not all(known.is_hidden for known in knowns):
        return None
    known = united(knowns)
    return known.with_where(known.where)


def note_of_finite(call: Call, known: Known) -> None:
    """Say that a mask was taken for more than it is."""
    if np.isfinite(known.number):
        call.tape.note(
            f"A mask adds numbers of {HIDDEN:,.0f} or less before a softmax: they are taken as minus infinity, since "
            "the weights that they leave are exactly zero in floating-point numbers."
        )


@rule("tril", "triu")
def triangle(call: Call) -> Value | None:
    """What lies on one side of a diagonal; beyond it are zeros."""
    x = call.solid(call.args[0])
    call.like(call.args[0], blank_packed)
    side = torch.tril if "tril" in call.func._schema.name else torch.triu
    kept = side(torch.ones(x.shape[-2:], dtype=torch.bool), call.arg("diagonal", 0)).numpy()
    where = kept.reshape((1,) * (len(x.shape) - 2) + kept.shape)
    value = chosen(call, where, x, None, x.shape)
    knowns = [x.known.with_where(x.known.where & where)] if x.known is not None else []
    zeros = [Known(~where, 0.0)] if not where.all() else []
    return None if value is None else _telling(call, value, knowns + zeros)


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
        # The mask is made of data, or nobody knows what it holds. If more is hidden than a constant mask does, whole
        # lines may be, of which a softmax makes anything.
        values = call.join(call.operands(), shape)
        return values if call.value(mask) is not None else call.tape.dimmed(values)
    where = np.asarray(numbers.bool().numpy())
    where = tight(where.reshape((1,) * (len(shape) - where.ndim) + where.shape))
    found = chosen(call, where, call.value(a), call.value(b), shape)
    if found is None:
        return None
    knowns = [part for side, there in ((a, where), (b, ~where)) for part in _kept(call, side, there)]
    return _telling(call, found, knowns)


def _kept(call: Call, side: Any, there: Bools) -> list[Known]:
    """What is known of one operand of a choice, where it is taken."""
    value = call.value(side)
    if value is not None:
        knowns = [value.known] if value.known is not None else []
    else:
        numbers = call.real(side) if isinstance(side, torch.Tensor) else side
        knowns = [] if numbers is None else _constants(numbers, there.ndim)
    wheres = [
        there & known.where.reshape((1,) * (there.ndim - known.where.ndim) + known.where.shape) for known in knowns
    ]
    return [
        replace(known, where=tight(where), is_read=known.is_read and value is not None)
        for known, where in zip(knowns, wheres, strict=True)
        if where.any()
    ]


def _constants(numbers: Any, rank: int) -> list[Known]:
    """Zeros, and what leaves nothing beside it, in a constant that is put in the place of something."""
    is_zero = (not numbers.any()) if isinstance(numbers, torch.Tensor) else numbers == 0
    return [Known(np.ones((1,) * rank, np.bool_), 0.0)] if is_zero else known_in(numbers, rank)


def _telling(call: Call, value: Value, knowns: list[Known]) -> Value:
    """A value with all that is known of it; a bound if that does not go together."""
    vital = [known for known in knowns if known.matters or known.is_hidden] or knowns
    known = merged(vital)
    if known is None and any(k.matters for k in vital):
        return call.tape.dimmed(value)
    return value.telling(known)


def constant_of(call: Call, tensor: Any, shape: Shape) -> Value:
    """A constant, a tensor or a number, broadcast to a shape; with what leaves nothing beside it."""
    numbers = call.real(tensor) if isinstance(tensor, torch.Tensor) else tensor
    value = call.tape.constant(shape)
    known = merged(known_in(numbers, len(shape))) if may_hide(numbers) else None
    # It reads nothing, finite as it may be.
    return value if known is None else value.telling(replace(known, is_read=False))


def may_hide(numbers: Any) -> bool:
    """Whether a constant is known, and holds anything infinite or as low as that."""
    if isinstance(numbers, torch.Tensor):
        return numbers.is_floating_point() and bool((numbers.abs() >= -HIDDEN).any())
    return isinstance(numbers, int | float) and not isinstance(numbers, bool) and abs(numbers) >= -HIDDEN


def emptied(call: Call, value: Value, where: Bools) -> Value:
    """A value that reads nothing at some of its elements, whatever NaN does there."""
    call.tape.hides.add(call.tape.call)
    shape = value.shape
    found = chosen(
        call, tight(np.broadcast_to(where, np.broadcast_shapes(where.shape, (1,) * len(shape)))), None, value, shape
    )
    return found if found is not None else call.tape.constant(shape)


def chosen(call: Call, where: Bools, a: Value | None, b: Value | None, shape: Shape) -> Value | None:
    """Elements of one value where a known mask is set, of another elsewhere; None stands for constants.

    What is known of the numbers is not carried along.
    """
    if a is None and b is None:
        return None
    where = tight(where.reshape((1,) * (len(shape) - where.ndim) + where.shape))
    varying = [d for d, n in enumerate(where.shape) if n > 1]
    if not varying:
        kept = a if where.all() else b
        return None if kept is None else call.join([kept.plain], shape)
    first, last = varying[0], varying[-1] + 1
    lead, tail = shape[:first], shape[last:]
    # Along the dimensions before and behind the mask is the same; those between lie in a row.
    row = np.broadcast_to(where, (*where.shape[:first], *shape[first:last], *where.shape[last:])).ravel()
    sides = [None if v is None else call.reshape(_spread(call, v, shape), (*lead, len(row), *tail)) for v in (a, b)]
    if len(row) > MOST_LISTED:
        return call.tape.dimmed(call.join([_spread(call, v, shape) for v in (a, b) if v is not None], shape))
    pieces = np.flatnonzero(np.diff(row)) + 1
    mix = _pieced if len(varying) == 1 and len(pieces) < _MOST_RUNS else _listed
    return call.reshape(mix(call, row, sides, lead, tail), shape)


def _spread(call: Call, value: Value, shape: Shape) -> Value:
    value = value.plain
    return value if value.shape == shape else call.add(Expand(shape), value)


def _pieced(call: Call, row: Bools, sides: list[Value | None], lead: Shape, tail: Shape) -> Value:
    """Slices of the one and the other side in turn."""
    ends = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
    parts = []
    for start, stop in itertools.pairwise(ends):
        side = sides[0 if row[start] else 1]
        piece = None if side is None else call.add(Slice(len(lead), start, stop), side)
        parts.append(call.tape.constant((*lead, stop - start, *tail)) if piece is None else piece)
    return call.add(Concat(len(lead)), *parts)


def _listed(call: Call, row: Bools, sides: list[Value | None], lead: Shape, tail: Shape) -> Value:
    """Elements one by one, of both sides laid one after the other."""
    rows = [call.tape.constant((*lead, 1, *tail)) if side is None else side for side in sides]
    width = rows[0].shape[len(lead)]
    places = np.arange(len(row))
    first, second = (
        places + start if side is not None else np.full(len(row), start)
        for start, side in ((0, sides[0]), (width, sides[1]))
    )
    both = call.add(Concat(len(lead)), *rows)
    return call.add(Gather(len(lead), tuple(np.where(row, first, second).tolist())), both)
