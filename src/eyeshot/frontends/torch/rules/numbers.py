"""Complex numbers and their parts."""

from __future__ import annotations

from eyeshot.frontends.torch.blend import Blend, blend_of
from eyeshot.frontends.torch.rules.table import Call, doubted, rule
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Expand, Reduce, Reshape

__all__ = ["Paired", "Parted"]


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


@rule("complex")
def of_parts(call: Call) -> Value:
    """Real and imaginary parts side by side."""
    shape = call.shape
    parts = [call.join([call.solid(part)], shape) for part in call.args[:2]]
    row = call.add(Concat(len(shape)), *[call.reshape(part, (*shape, 1)) for part in parts])
    return Paired(row.shape).take(call.tape, row)
