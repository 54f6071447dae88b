"""The table of rules, and the call that a rule translates."""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch

from eyeshot.errors import GraphError
from eyeshot.frontends.tables import picked
from eyeshot.frontends.torch.aliases import reshaped
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.frontends.torch.tensors import Tensors, among, flat
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Op
from eyeshot.graph.ops import Concat, Expand, Gather, Opaque, Pointwise, Reduce, Reshape

__all__ = [
    "TABLE",
    "Call",
    "Function",
    "Kind",
    "Rule",
    "dims_of",
    "doubted",
    "per_axis",
    "rule",
    "view",
    "within",
]


class Kind(enum.Enum):
    """What a rule answers."""

    VALUE = "value"
    """The value of each result."""
    VIEW = "view"
    """How each result is a view of the first argument."""


_POINTWISE = Pointwise()

Function = Callable[..., Any]
"""Of a `Call`; for views also of the shape of what is viewed."""
Rule = tuple[Kind, Function]

TABLE: dict[str, Rule] = {}
"""Rules by operation, ``"aten::add"``, or by overload, ``"aten::index.Tensor"``; filled by `rule` and `view` only."""


def rule(*names: str) -> Callable[[Function], Function]:
    """Enter a rule that answers values, for operations by name; ``aten::`` is understood."""
    return _entering(Kind.VALUE, names)


def view(*names: str) -> Callable[[Function], Function]:
    """Enter a rule that answers how the results are views of the first argument."""
    return _entering(Kind.VIEW, names)


def _entering(kind: Kind, names: Sequence[str]) -> Callable[[Function], Function]:
    def enter(function: Function) -> Function:
        for name in names:
            key = name if "::" in name else f"aten::{name}"
            if key in TABLE:
                raise GraphError(f"the operation `{key}` must have one rule, but has two")
            TABLE[key] = (kind, function)
        return function

    return enter


class Call:
    """One operation with its arguments, as a rule sees it.

    Parameters
    ----------
    tensors : Tensors
        What is known of them.
    func : OpOverload
        The operation; of one that writes in place the form that does not.
    args, kwargs : tuple, dict
        What it was called with.
    out : Tensor or tuple of Tensor, optional
        Its result, where that is known without running it.
    """

    __slots__ = ("_out", "args", "draws", "fails", "func", "kwargs", "made", "tape", "tensors")

    def __init__(
        self, tensors: Tensors, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], out: Any = None
    ) -> None:
        self.tensors, self.func, self.args, self.kwargs, self._out = tensors, func, args, kwargs, out
        self.tape: Tape = tensors.tape
        # The numbers of the result, of an operation that looks at the shape of its arguments only.
        self.made: Any = None
        # Whether its rule is missing or fails.
        self.fails = False
        # Whether random numbers have a part in it.
        self.draws = False

    # ------------------------------------------------------------------ arguments

    def arg(self, name: str, default: Any = None) -> Any:
        """An argument by its name in the operation's schema."""
        if name in self.kwargs:
            return self.kwargs[name]
        place, usual = _places(self.func).get(name, (len(self.args), None))
        if place < len(self.args):
            return self.args[place]
        return default if usual is None else usual

    def value(self, tensor: Any) -> Value | None:
        """The value of a tensor, None if it depends on no input or is no tensor."""
        return self.tensors.value(tensor) if isinstance(tensor, torch.Tensor) else None

    def values(self, tensors: Sequence[Any]) -> list[Value]:
        """Values of those that depend on an input."""
        found = [self.tensors.value(t) for t in tensors if isinstance(t, torch.Tensor)]
        return [value for value in found if value is not None]

    def operands(self) -> list[Value]:
        """Values of all arguments that depend on an input."""
        return self.values(among(self.args, self.kwargs))

    def has_drawn(self) -> bool:
        """Whether random numbers decide what some constant among the arguments holds, lists of them included."""
        nested = [item for arg in (*self.args, *self.kwargs.values()) for item in flat(arg)]
        return self.tensors.drawn(item for item in nested if isinstance(item, torch.Tensor))

    def solid(self, tensor: Any) -> Value:
        """The value of a tensor, a constant if it depends on no input."""
        return self.value(tensor) or self.tape.constant(tuple(tensor.shape))

    def real(self, tensor: Any) -> Any:
        """The numbers of a constant as a tensor on the CPU, None if they are not known."""
        self.tape.looked_up.append(id(tensor))
        return self.tensors.real(tensor)

    # ------------------------------------------------------------------ results

    @property
    def out(self) -> Any:
        """The result as tensors on the meta device."""
        if self._out is None:
            self._out = self.tensors.kernel(self.func, self.args, self.kwargs)
        return self._out

    @property
    def shape(self) -> Shape:
        """Shape of the only result."""
        return tuple(self.out.shape)

    def like(self, tensor: Any, blank: Callable[[Any], Any] = blank_like) -> None:
        """Say that the result is a tensor like this one.

        How it lies in memory decides whether the model's next `view` raises, so it has to be what the operation makes
        (see `eyeshot.frontends.torch.blank`): an operation on single elements keeps the order of the dimensions in
        memory, one that sums along a dimension does not.
        """
        if self._out is None:
            self._out = blank(tensor)

    def returns(self, out: Any) -> None:
        """Say what the result is."""
        if self._out is None:
            self._out = out

    # ------------------------------------------------------------------ steps

    def add(self, op: Op, *operands: Value) -> Value:
        """One step."""
        return self.tape.add(op, *operands)

    def join(self, operands: Sequence[Value], shape: Shape) -> Value:
        """Values of which each element of the result reads one at its own position, broadcast to a shape."""
        if all(operand.shape == shape for operand in operands):
            return self.tape.add(_POINTWISE, *operands, shape=shape)
        value = self.tape.add(_POINTWISE, *operands)
        return value if value.shape == shape else self.tape.add(Expand(shape), value)

    def reshape(self, value: Value, shape: Sequence[int]) -> Value:
        """A value under another shape."""
        return reshaped(self.tape, value, tuple(shape))

    def pick(self, value: Value, table: Any, at: int = 0, dims: int = 1) -> Value:
        """Elements of some neighbouring dimensions by number; they are replaced by the dimensions of the table.

        Parameters
        ----------
        value : Value
            What is picked from.
        table : integer tensor
            Known numbers, row-major over the dimensions and not negative.
        at, dims : int
            The first of these dimensions, and how many they are.
        """
        return self.pick_numbers(value, table.numpy(), at, dims)

    def pick_numbers(self, value: Value, table: Any, at: int = 0, dims: int = 1) -> Value:
        """The same by an array of numbers."""
        sizes, lead, tail = value.shape[at : at + dims], value.shape[:at], value.shape[at + dims :]
        for op in picked(table, sizes, lead, tail):
            value = self.tape.add(op, value)
        return value

    def whole(self, value: Value) -> Value:
        """All of a value, read as one element without dimensions."""
        return self.tape.add(Reduce(tuple(range(len(value.shape)))), value) if value.shape else value

    def united(self, value: Value, dim: int, lists: Sequence[Sequence[int]]) -> Value:
        """Indices along a dimension each of which reads all in its list: taps by number, side by side, then joined."""
        longest = max(map(len, lists))
        # Where a list is shorter than others its last index is named again.
        taps = [tuple(listed[min(t, len(listed) - 1)] for listed in lists) for t in range(longest)]
        parts = [self.tape.add(Gather(dim, tap), value) for tap in taps]
        if longest == 1:
            return parts[0]
        apart = [self.tape.add(Reshape((1, *part.shape)), part) for part in parts]
        return self.tape.add(Reduce((0,)), self.tape.add(Concat(0), *apart))

    def anywhere(self, value: Value, dim: int, count: int) -> Value:
        """`count` elements along a dimension that lie where data say."""
        return self.tape.add(Gather(dim, None, count), value)

    def bounded(self, value: Value) -> Value:
        """A value of which it is not said whether what it reads counts."""
        return doubted(self.tape, value)

    def opaque(self, operands: Sequence[Value], shape: Shape, *, bounded: bool) -> Value:
        """A value that may read everything of the operands."""
        name = self.func._schema.name.removeprefix("aten::")
        return self.tape.add(Opaque(name, shape, bounded=bounded), *operands)


@functools.cache
def _places(func: Any) -> dict[str, tuple[int, Any]]:
    """Where the arguments of an operation stand, and what they usually are."""
    return {argument.name: (i, argument.default_value) for i, argument in enumerate(func._schema.arguments)}


def doubted(tape: Tape, value: Value) -> Value:
    """A value of which less may be read than it says: a bound."""
    row = tape.add(Reshape((*value.shape, 1)), value)
    return tape.add(Reshape(value.shape), tape.add(Gather(len(value.shape), None, 1), row))


def per_axis(value: int | Sequence[int], axes: int) -> tuple[int, ...]:
    """One number per axis, of one number for all or of a list."""
    if isinstance(value, int):
        return (value,) * axes
    return tuple(value) * axes if len(value) == 1 else tuple(value)


def within(dim: int, rank: int) -> int:
    """A dimension counted from the front."""
    return dim % rank if rank else 0


def dims_of(dim: Any, rank: int) -> tuple[int, ...]:
    """Dimensions as a list, counted from the front; all of them if none is named."""
    if dim is None:
        return tuple(range(rank))
    listed = (dim,) if isinstance(dim, int) else tuple(dim)
    return tuple(sorted({within(d, rank) for d in listed})) if listed else tuple(range(rank))
