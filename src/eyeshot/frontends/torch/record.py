"""What a watched model called, one operation after the other: by it a running model's tensors are found in the graph.

The same model run on numbers makes the same calls in the same order, so the tensors that the n-th call returns hold
the values that the reader gave to the n-th call. Calls that only copy are left out: whether a tensor must be copied
to another device or type is no matter of the network; and those that make a constant, which a model may do only once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from eyeshot.frontends.torch.operations import Operation
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.frontends.torch.tensors import Tensors, flat, loses_fractions
from eyeshot.frontends.torch.untouched import Untouched
from eyeshot.frontends.torch.watch import Watch
from eyeshot.graph.access import Shape

__all__ = ["Record", "Recorded", "Result", "is_copy", "listed", "makes_constant", "name_of"]

_COPIES = {"alias", "clone", "contiguous", "detach", "lift", "lift_fresh", "lift_fresh_copy"}


_MADE = {
    "empty_like", "full_like", "new_empty", "new_empty_strided", "new_full", "new_ones", "new_zeros", "ones_like",
    "zeros_like",
}  # fmt: skip
"""Operations that take nothing but the shape and the type of a tensor."""


@dataclass(frozen=True, slots=True)
class Result:
    """A tensor that a call returned.

    Parameters
    ----------
    value : str or None
        The value of the graph that it holds; None if it holds none, or one that leads nowhere.
    shape : tuple of int
        Its shape.
    depends : bool
        Whether its memory holds, from then on, anything that depends on an input.
    """

    value: str | None
    shape: Shape
    depends: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call of an operation on something that depends on an input.

    Parameters
    ----------
    name : str
        The operation with its overload, ``"aten::add.Tensor"``.
    results : tuple of Result
        The tensors that it returned.
    where : str
        The module call that it belongs to.
    hides : bool
        Whether zeros in one of its arguments hide what they are multiplied with, so that it is not read.
    """

    name: str
    results: tuple[Result, ...]
    where: str
    hides: bool = False


@dataclass
class Record:
    """Filled by `eyeshot.frontends.torch.capture.capture` when it is handed one.

    Attributes
    ----------
    calls : list of Recorded
        Every call on something that depends on an input, but for copies.
    makers : dict of str to int
        For every node of the graph the place in `calls` of the call that it is a part of.
    learns : bool
        Whether what gradients need is kept, because the model asks for them on its way, or whoever made the record
        does. The framework takes some operations apart in another way then.
    within : Untouched, optional
        What puts the model back as it was after several runs, each of which begins as the last has left it; without
        one every run does so by itself.
    """

    calls: list[Recorded] = field(default_factory=list)
    makers: dict[str, int] = field(default_factory=dict)
    learns: bool = False
    within: Untouched | None = None

    def watch(self, tape: Tape, *, strict: bool) -> Watch:
        """A watch that also writes down what is called."""
        self._heard: list[_Heard] = []
        return _Recorder(tape, self._heard, strict=strict)

    def finish(self, tape: Tape) -> None:
        """Name the values, once the graph has been made."""
        for heard in self._heard:
            results = tuple(
                Result((tape.names[value.index] or None) if value is not None else None, shape, depends)
                for value, shape, depends in heard.results
            )
            self.calls.append(Recorded(heard.name, results, heard.where, heard.number in tape.hides))
        place = {heard.number: i for i, heard in enumerate(self._heard)}
        self.makers.update((name, place[call]) for name, call in tape.calls.items() if call in place)


@dataclass(slots=True)
class _Heard:
    number: int
    name: str
    results: list[tuple[Value | None, Shape, bool]]
    where: str


class _Recorder(Watch):
    """A watch that writes down every operation that it translates."""

    def __init__(self, tape: Tape, heard: list[_Heard], *, strict: bool) -> None:
        super().__init__(tape, strict=strict)
        self._heard = heard

    def heard(self) -> int:
        """How many calls are written down."""
        return len(self._heard)

    def forget(self, since: int) -> None:
        """Strike out the calls that were written down after so many: what made them is called anew."""
        del self._heard[since:]

    def _translate(self, operation: Operation, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        # Asked before it is done: an operation may change the layout of its argument.
        copies = is_copy(func, args, kwargs)
        out = super()._translate(operation, func, args, kwargs)
        if not copies and not makes_constant(func):
            results = [_result(self.tensors, tensor) for tensor in listed(out)]
            self._heard.append(_Heard(self.tape.call, name_of(func), results, self.tape.frame.label))
        return out


def listed(out: Any) -> list[Any]:
    """The tensors that an operation returned."""
    return [t for t in flat(out) if isinstance(t, torch.Tensor)]


def is_copy(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether an operation does nothing but copy, or give the same memory another name or the same layout."""
    if func is torch.ops.aten.as_strided_.default and list(args[1]) == list(args[0].shape):
        return all(n == 1 or a == b for n, a, b in zip(args[0].shape, args[0].stride(), args[2], strict=True))
    if func is torch.ops.aten._to_copy.default:
        return not loses_fractions(args[0].dtype, kwargs.get("dtype"))
    return func._schema.name.removeprefix("aten::") in _COPIES


def makes_constant(func: Any) -> bool:
    """Whether an operation makes a tensor that holds nothing of its argument.

    A model may keep such a tensor for its next call, as detection heads keep their anchors, so they are no calls by
    which a running model is followed.
    """
    return func._schema.name.removeprefix("aten::") in _MADE


def name_of(func: Any) -> str:
    """An operation's name with its overload, ``"aten::add.Tensor"``."""
    return f"{func._schema.name}.{func._schema.overload_name or 'default'}"


def _result(tensors: Tensors, tensor: Any) -> tuple[Value | None, Shape, bool]:
    held = tensors.hold(tensor)
    return held.value, tuple(tensor.shape), held.base.value is not None
