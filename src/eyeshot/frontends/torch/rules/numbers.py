"""Complex numbers and their parts."""

from __future__ import annotations

from eyeshot.frontends.torch.blend import Blend, blend_of
from eyeshot.frontends.torch.rules.table import Call, doubted, rule
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Expand, Pad, Reduce, Reshape, Slice

__all__ = ["Paired", "Parted", "Recast", "as_numbers"]


class Paired:
    """Pairs of numbers as complex numbers: each reads both."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def take(self, tape: Tape, whole: Value) -> Value:
        """Complex numbers of pairs."""
        value = tape.add(Reduce((len(self.shape) - 1,)), whole)
        tape.pairs[value.index] = whole
        return value

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """Pairs of complex numbers."""
        return Parted(whole.shape).take(tape, part)


class Parted:
    """Complex numbers as pairs: what both were made of, or both what the number reads."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def take(self, tape: Tape, whole: Value) -> Value:
        """Pairs of complex numbers."""
        if whole.index in tape.pairs:
            return tape.pairs[whole.index]
        both = tape.add(Expand(self.shape), tape.add(Reshape((*self.shape[:-1], 1)), whole))
        return both if blend_of(tape, whole) is Blend.BLENDED else doubted(tape, both)

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:  # noqa: ARG002 - replaces all of it
        """Complex numbers of pairs."""
        return Paired(self.shape).take(tape, part)


def as_numbers(tape: Tape, value: Value, *, is_complex: bool) -> Value:
    """Real numbers as complex ones, of which they are the real parts; or the real parts of complex ones."""
    shape = (*value.shape, 2)
    if is_complex:
        row = tape.add(Reshape((*value.shape, 1)), value)
        return Paired(shape).take(tape, tape.add(Pad((0,), (1,)), row))
    both = Parted(shape).take(tape, value)
    return tape.add(Reshape(value.shape), tape.add(Slice(len(shape) - 1, 0, 1), both))


@rule("complex")
def of_parts(call: Call) -> Value:
    """Real and imaginary parts side by side."""
    shape = call.shape
    parts = [call.join([call.solid(part)], shape) for part in call.args[:2]]
    row = call.add(Concat(len(shape)), *[call.reshape(part, (*shape, 1)) for part in parts])
    return Paired(row.shape).take(call.tape, row)


class Recast:
    """The same memory as numbers of another width: several for each one, or one for each several."""

    __slots__ = ("ins", "is_paired", "is_parted", "outs")

    def __init__(self, ins: Shape, outs: Shape, was_complex: bool, is_complex: bool) -> None:
        self.ins, self.outs = ins, outs
        self.is_parted = was_complex and not is_complex and outs[-1] == 2 * ins[-1]
        self.is_paired = is_complex and not was_complex and ins[-1] == 2 * outs[-1]

    def take(self, tape: Tape, whole: Value) -> Value:
        """Numbers of the other width."""
        return _recast(tape, whole, self.outs, is_parted=self.is_parted, is_paired=self.is_paired)

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:  # noqa: ARG002 - replaces all of it
        """Numbers of the former width."""
        return _recast(tape, part, self.ins, is_parted=self.is_paired, is_paired=self.is_parted)


def _recast(tape: Tape, value: Value, outs: Shape, *, is_parted: bool, is_paired: bool) -> Value:
    n, m = value.shape[-1], outs[-1]
    if m < n:
        apart = tape.add(Reshape((*value.shape[:-1], m, n // m)), value)
        return Paired(apart.shape).take(tape, apart) if is_paired else tape.add(Reduce((len(apart.shape) - 1,)), apart)
    shape = (*value.shape, m // n)
    if is_parted:
        wide = Parted(shape).take(tape, value)
    else:
        wide = tape.add(Expand(shape), tape.add(Reshape((*value.shape, 1)), value))
    return tape.add(Reshape(outs), wide)
