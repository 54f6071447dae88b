"""Writes down what enters the calls of a watched model beside the values of its graph."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import torch

from eyeshot.frontends.entered import ConstantTensor, Entered, Entries
from eyeshot.frontends.torch.operations import Operation
from eyeshot.frontends.torch.origins import Origins, OwnTensor, is_pointwise
from eyeshot.frontends.torch.record import Record, listed, name_of
from eyeshot.frontends.torch.rules.table import Kind
from eyeshot.frontends.torch.tape import Tape
from eyeshot.frontends.torch.tensors import among, flat
from eyeshot.frontends.torch.untouched import Untouched
from eyeshot.frontends.torch.watch import Watch

__all__ = ["EntryRecord"]

_SIZE = re.compile(r"SymInt[\[\]\d?]* (\w+)")
"""An argument of which the schema says that it may follow the shapes of tensors."""
_PLAIN = (bool, int, float, complex, str, torch.dtype)


class EntryRecord(Record):
    """Filled by `eyeshot.frontends.torch.capture.capture_first` when it is handed one.

    Parameters
    ----------
    own : mapping
        The model's own tensors, as `eyeshot.frontends.torch.origins.own_tensors` gives them.
    within : Untouched, optional
        As for `Record`.
    after : EntryRecord, optional
        What was written down of the run before, which may have left constants behind.

    Attributes
    ----------
    entries : Entries
        What was written down.
    """

    def __init__(
        self,
        own: Mapping[int, OwnTensor],
        *,
        within: Untouched | None = None,
        after: EntryRecord | None = None,
    ) -> None:
        super().__init__(within=within)
        self._own, self._after = own, after
        self.entries = Entries()

    def watch(self, tape: Tape, *, strict: bool) -> Watch:
        """A watch that also writes down what enters."""
        self._recorder = _Recorder(tape, self._own, strict=strict)
        if self._after is not None:
            self._recorder.follow(self._after._recorder)
        return self._recorder

    def finish(self, tape: Tape) -> None:
        """Say which nodes belong to which call, once the graph has been made."""
        numbers = list(self._recorder.entered)
        place = {number: i for i, number in enumerate(numbers)}
        by_node = {name: place[call] for name, call in tape.calls.items() if call in place}
        casts = {tape.names[index]: tuple(types) for index, types in self._recorder.casts.items()}
        self.entries = Entries(list(self._recorder.entered.values()), by_node, casts, self._recorder.origins.changed)


class _Recorder(Watch):
    """A watch that writes down what enters every operation that it translates."""

    def __init__(self, tape: Tape, own: Mapping[int, OwnTensor], *, strict: bool) -> None:
        super().__init__(tape, strict=strict)
        self.origins = Origins(self.tensors, own)
        self.entered: dict[int, Entered] = {}
        self.casts: dict[int, list[str]] = {}

    def follow(self, before: _Recorder) -> None:
        """Know the constants that the run before may have left in the model."""
        self.tensors.inherit(before.tensors)
        self.origins.inherit(before.origins)

    def lend(self, stand_ins: Iterable[tuple[Any, Any]]) -> None:
        """Know of each tensor that stands for a weight how that was made."""
        for blank, weight in stand_ins:
            self.origins.same(blank, weight)

    def on_meta(self, tensor: Any) -> Any:
        """A tensor that lies elsewhere as one on the meta device that holds the same."""
        blank = super().on_meta(tensor)
        with torch._C._DisableTorchDispatch():
            if self.tensors.value(tensor) is None:
                self.origins.same(blank, tensor)
        return blank

    def _constant(
        self, operation: Operation, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], found: list[Any]
    ) -> Any:
        made = self.origins.describe(operation, func, args, kwargs)
        out = super()._constant(operation, func, args, kwargs, found)
        made(out)
        return out

    def _translate(self, operation: Operation, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        number = self.tape.call + 1
        draws = operation.draws(args, kwargs)
        # Asked before it is done: it may write to them.
        constants = [(id(t), self.origins.constant(t)) for t in self._constants(args, kwargs)]
        beneath = self._beneath(operation, args, kwargs)
        before = len(self.tape.looked_up)
        out = super()._translate(operation, func, args, kwargs)
        self._note_cast(args, out)
        pointwise = is_pointwise(func)
        looked_up = set(self.tape.looked_up[before:]) if not pointwise else set()
        self.entered[number] = Entered(
            name_of(func),
            _plain(operation, func, args, kwargs),
            (*(_as_index(one, key in looked_up) for key, one in constants), *beneath),
            tuple((tuple(t.shape), str(t.dtype)) for t in listed(out)),
            is_pointwise=pointwise,
            draws=draws,
            # What is handed over as functions never comes by here.
            is_hidden=func.namespace == "eyeshot",
        )
        for target in operation.targets(args, kwargs) if operation.written else ():
            self.origins.written(target, self.entered[number])
        self.origins.made_beside(func, args, kwargs, out)
        return out

    def _note_cast(self, args: tuple[Any, ...], out: Any) -> None:
        """Note that a value was copied to another type, which is no step of its own."""
        before = args[0] if args and isinstance(args[0], torch.Tensor) else None
        if before is None or not isinstance(out, torch.Tensor) or out.dtype == before.dtype:
            return
        value, copy = self.tensors.value(before), self.tensors.value(out)
        if value is not None and copy is not None and value.index == copy.index:
            self.casts.setdefault(value.index, []).append(str(out.dtype))

    def _constants(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The tensors among arguments, in lists too, that depend on no input."""
        return [t for t in among(args, kwargs) if self.tensors.value(t) is None]

    def _beneath(self, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[ConstantTensor]:
        """Constants into a part of which something is written: what is left of them stands beside it."""
        targets = operation.targets(args, kwargs) if operation.written else []
        helds = [self.tensors.hold(t) for t in targets if self.tensors.value(t) is None]
        return [self.origins.constant(held.base.tensor) for held in helds if held.views]


def _as_index(constant: ConstantTensor, was_looked_up: bool) -> ConstantTensor:
    """A constant of which a rule has asked the numbers, to say by them what is read, if they can say that."""
    is_whole = constant.dtype.removeprefix("torch.") in _WHOLE
    return replace(constant, is_index=True) if was_looked_up and is_whole else constant


_WHOLE = frozenset({"bool", "uint8", "int8", "int16", "int32", "int64"})


def _plain(
    operation: Operation, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[str, Any], ...]:
    """Arguments that are no tensors, but for sizes and places: those became accesses."""
    found = []
    for place, (name, is_size) in enumerate(_arguments(func)):
        given = args[place] if place < len(args) else kwargs.get(name)
        if given is None or (operation.rule is not None and (is_size or _is_place(operation, given))):
            continue
        plain = _simple(given)
        if plain is not None:
            found.append((name, plain))
    return tuple(found)


def _is_place(operation: Operation, given: Any) -> bool:
    """Whether an argument of a view is a number, which says where it looks."""
    return operation.kind is Kind.VIEW and all(type(n) is int for n in flat(given))


def _simple(given: Any) -> Any:
    if isinstance(given, torch.dtype):
        return str(given)
    if isinstance(given, _PLAIN):
        return given
    if isinstance(given, list | tuple) and all(one is None or isinstance(one, _PLAIN) for one in given):
        return tuple(str(one) if isinstance(one, torch.dtype) else one for one in given)
    return None


@functools.cache
def _arguments(func: Any) -> tuple[tuple[str, bool], ...]:
    """Names of an operation's arguments, each with whether its schema says that it is a size or a place."""
    sizes = set(_SIZE.findall(str(func._schema)))
    return tuple((one.name, one.name in sizes) for one in func._schema.arguments)
