"""Watching a model: every operation that it executes comes by here and is translated instead of being computed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from eyeshot.errors import EyeshotError, InputError, LimitError, ShapeError
from eyeshot.frontends.torch.aliases import Held, OfBase, View
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.blend import note_blend
from eyeshot.frontends.torch.constants import Constants, without_generators
from eyeshot.frontends.torch.failures import told
from eyeshot.frontends.torch.operations import Operation, operation_of
from eyeshot.frontends.torch.rules.masks import constant_of
from eyeshot.frontends.torch.rules.table import Call, Kind
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.frontends.torch.tensors import Tensors, among, flat

__all__ = ["Watch"]


class Watch(TorchDispatchMode):
    """Translates operations while it is active.

    Parameters
    ----------
    tape : Tape
        Where steps are recorded.
    strict : bool
        Whether an operation without a rule is an error.
    """

    def __init__(self, tape: Tape, *, strict: bool) -> None:
        super().__init__()
        self.tape = tape
        self.tensors = Tensors(tape)
        self.constants = Constants(self.tensors)
        self._strict = strict

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing in here is ever compiled; saying so would load PyTorch's compiler, which takes seconds."""
        return False

    def whole(self, func: Any, args: tuple[Any, ...]) -> Any:
        """An operation with a rule of its own, although the framework would take it apart."""
        with torch._C._DisableTorchDispatch():
            return self._translate(operation_of(func), func, args, {})

    def moved(self, found: Any) -> Any:
        """A constant as a tensor on the meta device of which the numbers are known."""
        with torch._C._DisableTorchDispatch():
            return self.constants.shadow(found)

    def on_meta(self, tensor: Any) -> Any:
        """A tensor that lies elsewhere as one on the meta device that holds the same."""
        with torch._C._DisableTorchDispatch():
            blank = blank_like(tensor)
            self.tensors.bind(blank, self.tensors.value(tensor), self.tensors.real(tensor))
            return blank

    def lend(self, stand_ins: Iterable[tuple[Any, Any]]) -> None:
        """Hear which tensors stand for which weights of the model."""

    def heard(self) -> int:
        """How many calls are written down."""
        return 0

    def forget(self, since: int) -> None:
        """Strike out the calls that were written down after so many: what made them is called anew."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Translate one operation."""
        kwargs = kwargs or {}
        operation = operation_of(func)
        found = among(args, kwargs)
        value = self.tensors.value
        for tensor in found:
            if value(tensor) is not None:
                if operation.is_apart:
                    with self:
                        return func.decompose(*args, **kwargs)
                return self._translate(operation, func, args, kwargs)
        return self._constant(operation, func, args, kwargs, found)

    def _constant(
        self, operation: Operation, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], found: list[Any]
    ) -> Any:
        """An operation none of whose tensors, `found`, depends on an input."""
        if operation.kind is Kind.VIEW and found:
            return self._view(operation, func, args, kwargs)
        return self.constants.compute(operation, func, args, kwargs, found)

    def _translate(self, operation: Operation, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.tape.source = operation.source
        self.tape.call += 1
        frame = self.tape.frame
        self.tape.place = -1 if frame.is_ready else self.tape.places.of_operation(frame.place, sys._getframe(1))
        if operation.is_guard:
            # What it checks is no matter of the network: data that do not pass raise, and give no field.
            return None
        if operation.kind is Kind.VIEW:
            return self._view(operation, func, args, kwargs)
        is_drawn = operation.draws(args, kwargs) or (self.tensors.has_drawn and self.tensors.drawn(among(args, kwargs)))
        if is_drawn:
            args, kwargs = without_generators(args, kwargs)
        if operation.is_in_place:
            return self._write(operation, args, kwargs, is_drawn=is_drawn)
        call = Call(self.tensors, func, args, kwargs)
        values = self._values(operation, call, is_drawn=is_drawn)
        self._written(operation, call)
        self._results(call, values)
        if is_drawn:
            self._draw(flat(call.out))
        return call.out

    def _results(self, call: Call, values: Any) -> None:
        """Note what the results of an operation hold."""
        out = call.out
        if isinstance(out, torch.Tensor):
            self._result(call, out, values[0] if isinstance(values, list | tuple) else values, call.made)
        elif isinstance(out, list | tuple):
            results = flat(out)
            listed = values if isinstance(values, list | tuple) else [values] * len(results)
            if isinstance(listed[0] if listed else None, Value):
                self.tape.leads(listed[0])
            for tensor, value in zip(results, listed, strict=False):
                if isinstance(tensor, torch.Tensor):
                    self._result(call, tensor, value)

    def _draw(self, results: Iterable[Any]) -> None:
        """Say that random numbers are in those results that depend on no input."""
        for tensor in results:
            if isinstance(tensor, torch.Tensor) and self.tensors.value(tensor) is None:
                self.tensors.draw(tensor)

    def _draw_into(self, call: Call, target: Any) -> None:
        """Say that random numbers were written to a tensor, or to a part of what depends on an input."""
        base = self.tensors.hold(target).base
        if base.value is None:
            self.tensors.draw(target)
        else:
            # Other numbers than it had may stand there now.
            is_vital = base.value.known is not None and base.value.known.matters
            base.value = call.bounded(self.tape.dimmed(base.value) if is_vital else base.value.plain)

    def _written(self, operation: Operation, call: Call) -> None:
        """Arguments that an operation writes to beside its results."""
        for tensor in operation.targets(call.args, call.kwargs) if operation.written else ():
            held = self.tensors.hold(tensor)
            if call.fails and tensor.numel():
                held.write(self.tape, call.opaque(call.operands(), tuple(tensor.shape), bounded=False))
            held.base.known = False

    def _values(self, operation: Operation, call: Call, *, is_drawn: bool) -> Any:
        """What the results of an operation hold; a bound where random numbers have a part in them."""
        begin, call.draws = len(self.tape), is_drawn
        values = self._ruled(operation, call)
        if not is_drawn:
            return values
        listed = values if isinstance(values, list | tuple) else [values]
        # What a rule knows of the numbers holds for all draws: weights that a mask made zero stay so in a dropout.
        plain = {value.index: value.plain for value in listed if value is not None}
        bounds = {i: v if self.tape.is_bound(v, begin) else call.bounded(v) for i, v in plain.items()}
        found = [None if value is None else bounds[value.index].telling(value.known) for value in listed]
        return found if isinstance(values, list | tuple) else found[0]

    def _ruled(self, operation: Operation, call: Call) -> Any:
        """What the operation's rule says that its results hold."""
        if operation.rule is None:
            return self._unknown(call)
        try:
            return operation.rule(call)
        except (InputError, LimitError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a rule, the model is not to blame
            self._run_alone(call, error)
            return self._unknown(call, error)

    def _run_alone(self, call: Call, error: Exception) -> None:
        """Let the model have its own exception, where the operation itself cannot be done."""
        try:
            self.tensors.kernel(call.func, call.args, call.kwargs)
        except RuntimeError:
            # A rule that says the same in better words.
            if isinstance(error, RuntimeError):
                raise error from None
            raise

    def _result(self, call: Call, tensor: Any, value: Value | None, made: Any = None) -> None:
        _check(call, tensor, value)
        if tensor.numel():
            if value is not None and tensor.is_complex():
                note_blend(call, value)
            self.tensors.bind(tensor, value, made)

    def _unknown(self, call: Call, error: Exception | None = None) -> Any:
        """Results that may read everything: of an operation without a rule, or with one that fails."""
        call.fails = True
        name, results = call.func._schema.name, flat(call.out)
        if not any(isinstance(t, torch.Tensor) for t in results):
            return None
        where = self.tape.frame.label or "model"
        if self._strict:
            lacks = f"the rule for the operation `{name}` fails ({told(error)})" if error is not None else (
                f"there is no rule for the operation `{name}`"
            )  # fmt: skip
            raise InputError(f"`{where}`: {lacks}; without `strict` it is taken as reading everything")
        if error is None:
            self.tape.note(f"There is no rule for the operation {name}: it is taken as reading everything.")
        else:
            self.tape.note(
                f"The rule for the operation {name} fails in {where} ({told(error)}): it is taken as reading "
                "everything. Please report it."
            )
        operands = call.operands()
        return [
            call.opaque(operands, tuple(t.shape), bounded=False) if isinstance(t, torch.Tensor) and t.numel() else None
            for t in results
        ]

    # ------------------------------------------------------------------ views

    def _view(self, operation: Operation, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation whose results share the memory of its first argument."""
        source = args[0]
        held = self.tensors.hold(source)
        value = held.current(self.tape)
        real = self.tensors.real(source) if value is None and source.is_meta else None
        shape = tuple(source.shape)
        out = func(*args, **kwargs)
        call = Call(self.tensors, func, args, kwargs, out)
        self.tape.source = operation.source
        views = _views(operation, call, shape)
        if isinstance(out, torch.Tensor):
            real_out = func(real, *args[1:], **kwargs) if real is not None else None
            self._viewed(held, out, views, value, real_out)
            return out
        reals = func(real, *args[1:], **kwargs) if real is not None else [None] * len(out)
        for tensor, one, real_out in zip(out, views, reals, strict=True):
            self._viewed(held, tensor, one, value, real_out)
        return out

    def _viewed(self, held: Held, out: Any, view: View | OfBase | None, value: Value | None, real: Any) -> None:
        base, views = held.base, held.views
        if isinstance(view, OfBase):
            view, value, views = view.view, base.value, ()
        if value is not None and view is not None and out.numel():
            value = view.take(self.tape, value)
        views = views if view is None else (*views, view)
        new = Held(out, base, views, value if out.numel() else None)
        new.real = real
        self.tensors.view(new)

    # ------------------------------------------------------------------ writes

    def _write(self, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], *, is_drawn: bool) -> Any:
        """An operation that writes: the same without writing, and its results put where they were written."""
        targets = operation.targets(args, kwargs)
        given = {key: arg for key, arg in kwargs.items() if key not in operation.outs}
        out = operation.returned(targets)
        call = Call(self.tensors, operation.functional, args, given, targets[0] if len(targets) == 1 else targets)
        if operation.outs:
            _check_outs(self.tensors, call, targets)
        values = self._values(operation, call, is_drawn=is_drawn)
        listed = values if isinstance(values, list | tuple) else [values] * len(targets)
        for target, value in zip(targets, listed, strict=False):
            _check(call, target, value)
            if target.numel():
                if value is not None and target.is_complex():
                    note_blend(call, value)
                held = self.tensors.hold(target)
                held.write(self.tape, value if value is not None else _hiding(call, held))
                if is_drawn and value is None:
                    self._draw_into(call, target)
        return out


def _check_outs(tensors: Tensors, call: Call, targets: list[Any]) -> None:
    """Refuse tensors that the framework would give another size to write results into them."""
    results = [t for t in flat(tensors.kernel(call.func, call.args, call.kwargs)) if isinstance(t, torch.Tensor)]
    for result, target in zip(results, targets, strict=False):
        if result.shape != target.shape:
            raise InputError(
                f"the operation `{call.func._schema.name}` must write its result of shape {tuple(result.shape)} into a "
                f"tensor of that shape, but `out` has {tuple(target.shape)}; make it so, or leave `out` away"
            )


def _hiding(call: Call, held: Held) -> Value | None:
    """A constant that is written to a part of what depends on an input, if it leaves nothing beside it in a softmax."""
    if not held.views or held.base.value is None or call.func._schema.name not in {"aten::fill", "aten::copy"}:
        return None
    value = constant_of(call, call.args[1], tuple(held.tensor.shape))
    return value if value.known is not None else None


def _views(operation: Operation, call: Call, shape: tuple[int, ...]) -> Any:
    """How the results of an operation are views of its first argument; every view has a rule."""
    try:
        return operation.rule(call, shape) if operation.rule is not None else []
    except EyeshotError:
        raise
    except Exception as error:
        # What a view shares is lost without its rule, so there is no bound for what is written through it.
        raise EyeshotError(
            f"the view `{call.func._schema.name}` must be followed, but its rule fails ({told(error)}); "
            "this is a fault of eyeshot, please report it"
        ) from error


def _check(call: Call, tensor: Any, value: Value | None) -> None:
    if value is not None and value.shape != tuple(tensor.shape):
        raise ShapeError(
            f"the rule for `{call.func}` must give the shape {tuple(tensor.shape)}, but gives {value.shape}; "
            "this is a fault of eyeshot, please report it"
        )
