"""Complex numbers: whether their two parts read the same, which says what real and imaginary parts read by themselves.

A complex number is one element of a value and reads what either of its parts reads. Where a part is taken out of it,
that is exact only if both parts read all of it, or if it is known of what they were made.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from eyeshot.graph.core import Op
from eyeshot.graph.ops import Concat, Constant, Expand, Flip, Gather, Permute, Reshape, Roll, Slice

if TYPE_CHECKING:
    from eyeshot.frontends.torch.rules.table import Call
    from eyeshot.frontends.torch.tape import Tape, Value

__all__ = ["Blend", "blend_of", "note_blend"]


class Blend(enum.IntEnum):
    """How much of what a complex number reads its parts read."""

    PARTED = 0
    """Each part may read some of it only."""
    SPECTRUM = 1
    """It was made of real numbers by a Fourier transform: at the first and the middle frequency the real part reads all
    of it, the imaginary one nothing."""
    BLENDED = 2
    """Each part reads all of it."""


_PRODUCTS = {
    "_convolution", "addbmm", "addmm", "addmv", "addr", "baddbmm", "bmm", "convolution", "div", "dot", "linear", "mm",
    "mul", "mv", "true_divide", "vdot",
}  # fmt: skip
_SUMS = {"add", "cumsum", "lerp", "masked_fill", "mean", "neg", "rsub", "sub", "sum", "where", "_fft_c2c"}
_MIXING = {
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "exp2", "expm1", "log", "log10", "log1p",
    "log2", "polar", "pow", "prod", "reciprocal", "rsqrt", "sgn", "sigmoid", "silu", "sin", "sinh", "sqrt", "square",
    "tan", "tanh",
}  # fmt: skip
_MOVES = (Concat, Expand, Flip, Gather, Permute, Reshape, Roll, Slice)


def note_blend(call: Call, value: Value) -> None:
    """Write down how the parts of a complex result are blended, where that is known."""
    name = call.func._schema.name.removeprefix("aten::")
    found = Blend.PARTED
    if name == "_fft_r2c":
        found = Blend.SPECTRUM
    elif name == "pow" and call.args[1] in (0, 1):
        found = _of_sum(call, call.args[:1])
    elif name in _MIXING:
        found = Blend.BLENDED
    elif name in _PRODUCTS:
        found = _of_product(call, name)
    elif name in _SUMS:
        found = _of_sum(call, call.args)
    if found:
        call.tape.blends[value.index] = found


def _is_complex(operand: Any) -> bool:
    return operand.is_complex() if isinstance(operand, torch.Tensor) else isinstance(operand, complex)


def _of_product(call: Call, name: str) -> Blend:
    """Two complex factors mix their parts; a real one leaves those of the other apart."""
    added, factors = (call.args[:1], call.args[1:3]) if name.startswith(("add", "badd")) else ((), call.args[:2])
    given = [factor for factor in factors if _is_complex(factor)]
    is_mixed = len(given) > 1 or call.value(given[0]) is None if given else False
    if name in {"div", "true_divide"} and given and given[-1] is factors[1]:
        is_mixed = True
    product = Blend.BLENDED if is_mixed else _of_sum(call, given)
    return min(product, _of_sum(call, added)) if added else product


def _of_sum(call: Call, operands: Sequence[Any]) -> Blend:
    """The least blended of what is added; a real number that is added is in one part only."""
    found = Blend.BLENDED
    for operand in operands:
        value = call.value(operand)
        if value is not None and operand.dtype is not torch.bool:
            found = min(found, blend_of(call.tape, value) if operand.is_complex() else Blend.PARTED)
    return found


def blend_of(tape: Tape, value: Value) -> Blend:
    """How the parts of a complex value are blended; what only moves elements leaves that as it is."""
    known, worst = tape.blends, Blend.BLENDED
    pending, seen = [value.index], set()
    while pending:
        index = pending.pop()
        if index in seen:
            continue
        seen.add(index)
        step: tuple[Op, tuple[int, ...]] | None = tape.step(index)
        if index in known:
            found = known[index]
            # A transform's frequencies have lost their places when they were moved.
            worst = min(worst, found if found is Blend.BLENDED or index == value.index else Blend.PARTED)
        elif step is not None and isinstance(step[0], _MOVES):
            pending += step[1]
        elif step is None or not isinstance(step[0], Constant):
            return Blend.PARTED
    return worst
