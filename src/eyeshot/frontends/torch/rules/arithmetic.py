"""What becomes of known numbers in sums, products and functions: minus infinity stays, zero times anything is zero."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from eyeshot.frontends.known import HIDDEN, Bools, Known
from eyeshot.frontends.torch.rules.masks import emptied, known_in, may_hide, merged
from eyeshot.frontends.torch.rules.table import Call
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape

__all__ = ["scaled", "through", "totalled"]


def through(call: Call, value: Value, known: Known) -> Value:
    """The result of a function of single elements, some of which are known before it.

    `value` is the result, of which nothing is told yet; the only tensor of the call is its first argument.
    """
    number = _at(call, known.number)
    if call.draws and number != known.number:
        # Another time it may be another one.
        number = math.nan
    if known.is_read and number > HIDDEN and not (known.is_sure and number == _at(call, known.number / 2)):
        # Beside a number of data a finite one counts: 16-bit pixels less 20,000 come out of a ReLU.
        return value
    return _with(call, value, known, number)


def _at(call: Call, number: float) -> float:
    """The function of one number."""
    sample = torch.tensor([number], dtype=torch.float64)
    found = call.func(sample, *call.args[1:], **call.kwargs)
    return float(found[0]) if isinstance(found, torch.Tensor) else math.nan


def _with(call: Call, value: Value, known: Known, number: float) -> Value:
    """A value whose known elements have become this number."""
    if math.isnan(number):
        return call.tape.dimmed(value) if known.matters else value
    if number == 0:
        matters = known.matters or known.is_hidden
        value = emptied(call, value, known.where) if known.is_read else value
        return value.telling(replace(known, number=0.0, is_read=False, matters=matters))
    known = replace(known, number=number, matters=math.isinf(number))
    return value.telling(known) if known.is_hidden or number == math.inf else value


# ---------------------------------------------------------------------- sums


def totalled(call: Call, parts: Sequence[tuple[Any, float]], shape: Shape) -> Value:
    """A sum of tensors and numbers, each with its factor: what is minus infinity stays so, and reads nothing.

    Parameters
    ----------
    call : Call
        The call that it is a result of.
    parts : sequence of (Value or Tensor or float, float)
        What is added, a value of the tape or an argument of the call.
    shape : tuple of int
        Shape of the sum.
    """
    values = [(part if isinstance(part, Value) else call.value(part), factor) for part, factor in parts]
    data = [value for value, _ in values if value is not None]
    told = [_times(value.known, factor) for value, factor in values if value is not None and value.known is not None]
    for (part, factor), (value, _) in zip(parts, values, strict=True):
        numbers = call.real(part) if isinstance(part, torch.Tensor) and value is None else part
        if value is None and may_hide(numbers):
            told += known_in(numbers * factor, len(shape))
    hiding = [known for known in told if abs(known.number) >= abs(HIDDEN) or known.is_hidden]
    joined = call.join([value.plain for value in data], shape)
    if not hiding:
        return joined.telling(_zeros(call, parts, told, len(shape)))
    known = merged([_of_rank(known, len(shape)) for known in hiding])
    if known is None:
        return call.tape.dimmed(joined)
    if (
        math.isinf(known.number)
        and not known.is_read
        and len(data) == 1
        and data[0].known is not None
        and len(told) == 1
    ):
        # Its elements read nothing already.
        return joined.telling(known)
    infinite = [k for k in hiding if math.isinf(k.number)]
    if infinite:
        call.tape.hides.add(call.tape.call)
        for one in infinite:
            joined = emptied(call, joined, one.where)
    is_read = known.is_read or (math.isfinite(known.number) and len(data) > 1)
    return joined.telling(replace(known, is_read=is_read))


def _zeros(call: Call, parts: Sequence[tuple[Any, float]], told: Sequence[Known], rank: int) -> Known | None:
    """What stays zero in a sum of one value and constants."""
    if len(told) != 1 or told[0].number != 0:
        return None
    where = _of_rank(told[0], rank).where
    for part, _ in parts:
        if isinstance(part, Value) or call.value(part) is not None:
            continue
        numbers = call.real(part) if isinstance(part, torch.Tensor) else torch.tensor(float(part))
        if numbers is None:
            return None
        where = where & _wide((numbers == 0).numpy(), rank)
    values = [part for part, _ in parts if isinstance(part, Value) or call.value(part) is not None]
    return told[0].with_where(where) if len(values) == 1 and where.any() else None


def _wide(array: Bools, rank: int) -> Bools:
    return array.reshape((1,) * (rank - array.ndim) + array.shape)


def _times(known: Known, factor: float) -> Known:
    return replace(known, number=known.number * factor if known.number else 0.0)


def _of_rank(known: Known, rank: int) -> Known:
    return replace(known, where=_wide(known.where, rank))


# ---------------------------------------------------------------------- products


def scaled(call: Call, shape: Shape, *, divides: bool) -> Value:
    """A product or a quotient of two arguments: zero stays zero, and minus infinity by a positive number what it is."""
    first, second = call.args[:2]
    values = [v for v in (call.value(first), call.value(second)) if v is not None]
    known = values[0].known if call.value(first) is not None or not divides else None
    if known is None and len(values) == 2 and not divides:
        values.reverse()
        known = values[0].known
    if known is None or (len(values) == 2 and values[1].known is not None):
        return call.join(values, shape)
    known = _of_rank(known, len(shape))
    joined = call.join([value.plain for value in values], shape)
    if len(values) == 2:
        if known.number or not known.matters:
            return call.join(values, shape)
        # Whatever it is multiplied with: that is not read.
        call.tape.hides.add(call.tape.call)
        return emptied(call, joined, known.where).telling(known)
    return _by_constant(call, joined, known, second if call.value(first) is not None else first, divides=divides)


def _by_constant(call: Call, value: Value, known: Known, constant: Any, *, divides: bool) -> Value:
    """A value of which some numbers are known, times a constant or divided by it."""
    if known.number == 0:
        return value.telling(known)
    numbers = call.real(constant) if isinstance(constant, torch.Tensor) else torch.tensor(float(constant))
    if numbers is None or not bool((numbers > 0).all()):
        return call.tape.dimmed(value) if known.matters else value
    factor = 1 / float(numbers.max()) if divides else float(numbers.min())
    return _with(call, value, known, known.number * factor)
