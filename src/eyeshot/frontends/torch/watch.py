"""Watching a model: every operation that it executes comes by here and is translated instead of being computed.

Tensors that depend on an input lie on the meta device, so that they have a shape and no numbers; the model's own
tensors stay as they are and are never written to. What depends on no input is a constant. Small constants are
computed, because indices are often made by the model itself (`arange`, `meshgrid`, tables of relative positions).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from eyeshot.errors import InputError, ShapeError
from eyeshot.frontends.torch.aliases import Base, Held, View
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.rules import TABLE
from eyeshot.frontends.torch.rules.table import Call, Ended, Function, Kind, Rule
from eyeshot.frontends.torch.rules.values import needs_numbers
from eyeshot.frontends.torch.tape import Tape, Value

__all__ = ["Watch"]

MAX_WEIGHT = 4096
"""Most elements of a parameter that is computed with; larger ones are only shapes."""
MAX_FLOAT = 1 << 20
"""Most elements of another constant with fractions that is computed with."""
MAX_INTEGER = 10_000_000
"""Most elements of integers and truth values, of which indices are made."""
MAX_DRAWN = 16
"""Most random numbers that are drawn: enough to decide something, too few for data."""

_DRAWS = {"rand", "randn", "randint", "randperm", "bernoulli", "normal", "uniform", "multinomial", "exponential"}


class _Entry:
    """An operation with its rule and what is known of its schema."""

    __slots__ = ("functional", "is_drawn", "is_mutable", "kind", "rule", "source", "writes_out")

    def __init__(self, func: Any) -> None:
        schema = func._schema
        full = schema.name
        self.is_mutable = bool(schema.is_mutable)
        self.functional = func
        self.writes_out = False
        base = full.split("::")[1]
        if self.is_mutable:
            self.writes_out = any(a.is_out for a in schema.arguments)
            self.functional = _functional(func, base) or func
        found = _lookup(self.functional._schema) or _lookup(schema)
        self.kind = found[0] if found is not None else Kind.VALUE
        self.rule: Function | None = found[1] if found is not None else None
        self.is_drawn = any(base.startswith(word) for word in _DRAWS)
        self.source = base.strip("_").removesuffix("_with_indices").removeprefix("native_")


def _lookup(schema: Any) -> Rule | None:
    return TABLE.get(f"{schema.name}.{schema.overload_name or 'default'}") or TABLE.get(schema.name)


def _functional(func: Any, base: str) -> Any:
    """The form of an operation that writes nothing; None if there is none."""
    namespace = getattr(torch.ops, func.namespace)
    packet = getattr(namespace, base.removesuffix("_") if base.endswith("_") and base != "_" else base, None)
    if packet is None:
        return None
    wanted = [a.name for a in func._schema.arguments if not a.is_out]
    for overload in packet.overloads():
        other = getattr(packet, overload)
        if not other._schema.is_mutable and [a.name for a in other._schema.arguments] == wanted:
            return other
    return None


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
        self._strict = strict
        self._held: dict[int, Held] = {}
        self._by_memory: dict[int, Held] = {}
        self._metas: dict[int, tuple[Any, Any]] = {}
        self._entries: dict[Any, _Entry] = {}

    # ------------------------------------------------------------------ tensors

    def begin(self, tensor: Any, value: Value) -> None:
        """Take a tensor as an input."""
        self._bind(tensor, value)

    def value(self, tensor: Any) -> Value | None:
        """The value of a tensor now; None if it depends on no input."""
        held = self._held.get(id(tensor))
        if held is None:
            if not tensor.is_meta:
                return None
            held = self._found(tensor)
            if held is None:
                return None
        return held.value if held.version == held.base.version else held.current(self.tape)

    def real(self, tensor: Any) -> Any:
        """The numbers of a constant as a tensor on the CPU; None if they are not known."""
        held = self._held.get(id(tensor))
        if held is not None and (held.base.value is not None or not held.base.known):
            return None
        if tensor.is_meta:
            return held.real if held is not None else None
        if not tensor.is_cpu or tensor.layout is not torch.strided:
            return None
        if isinstance(tensor, torch.nn.Parameter) and tensor.numel() > MAX_WEIGHT:
            return None
        return tensor.detach() if tensor.requires_grad else tensor

    def meta(self, tensor: Any) -> Any:
        """A tensor as the meta device sees it."""
        if tensor.is_meta:
            return tensor
        found = self._metas.get(id(tensor))
        if found is None:
            # The tensor is kept too, so that no other one gets its number.
            found = self._metas[id(tensor)] = (blank_like(tensor), tensor)
        return found[0]

    @staticmethod
    def tensors(args: Sequence[Any], kwargs: dict[str, Any]) -> list[Any]:
        """All tensors among arguments."""
        found = []
        for arg in (*args, *kwargs.values()) if kwargs else args:
            if isinstance(arg, torch.Tensor):
                found.append(arg)
            elif type(arg) is list or type(arg) is tuple:
                found.extend(item for item in arg if isinstance(item, torch.Tensor))
        return found

    def kernel(self, func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """The result of an operation on the meta device."""
        return func(*_mapped(args, self.meta), **_on_meta({k: _each(v, self.meta) for k, v in kwargs.items()}))

    def _bind(self, tensor: Any, value: Value | None) -> Held:
        held = Held(tensor, Base(tuple(tensor.shape), value, own=True), (), value)
        self._held[id(tensor)] = held
        if value is not None:
            self._by_memory[tensor.untyped_storage()._cdata] = held
        return held

    def _found(self, tensor: Any) -> Held | None:
        """A tensor made without an operation (`tensor.data`): known by its memory."""
        known = self._by_memory.get(tensor.untyped_storage()._cdata)
        if known is None:
            return None
        for held in list(self._held.values()):
            other = held.tensor
            if held.base is known.base and _same_place(tensor, other):
                found = Held(tensor, held.base, held.views, held.current(self.tape))
                self._held[id(tensor)] = found
                return found
        return None

    def _hold(self, tensor: Any) -> Held:
        """What is known of a tensor; one seen for the first time belongs to the model."""
        held = self._held.get(id(tensor))
        if held is None:
            held = Held(tensor, Base(tuple(tensor.shape), None, own=False), (), None)
            self._held[id(tensor)] = held
        return held

    # ------------------------------------------------------------------ operations

    def depends(self, args: Iterable[Any]) -> bool:
        """Whether any of these arguments depends on an input."""
        return any(self.value(arg) is not None for arg in args if isinstance(arg, torch.Tensor))

    def whole(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation with a rule of its own, although the framework would take it apart."""
        with torch._C._DisableTorchDispatch():
            return self.__torch_dispatch__(func, (), args, kwargs)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Translate one operation."""
        kwargs = kwargs or {}
        entry = self._entries.get(func)
        if entry is None:
            entry = self._entries[func] = _Entry(func)
        tensors = self.tensors(args, kwargs)
        for tensor in tensors:
            if self.value(tensor) is not None:
                self.tape.source = entry.source
                self.tape.call += 1
                return self._translate(entry, func, args, kwargs)
        return self._constant(entry, func, args, kwargs, tensors)

    def _translate(self, entry: _Entry, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if entry.kind is Kind.VIEW:
            return self._view(entry, func, args, kwargs)
        if entry.is_mutable:
            return self._write(entry, args, kwargs)
        call = Call(self, func, args, kwargs)
        values = entry.rule(call) if entry.rule is not None else self._unknown(call)
        out = call.out
        if isinstance(out, torch.Tensor):
            if isinstance(values, list | tuple):
                values = values[0]
            self._checked(call, out, values)
            self._result(out, values)
            if call.made is not None:
                self._hold(out).real = call.made
            return out
        if isinstance(out, list | tuple):
            if not isinstance(values, list | tuple):
                values = [values] * len(out)
            for tensor, value in zip(out, values, strict=False):
                if isinstance(tensor, torch.Tensor):
                    self._checked(call, tensor, value)
                    self._result(tensor, value)
        return out

    def _result(self, tensor: Any, value: Value | None) -> None:
        if tensor.numel():
            self._bind(tensor, value)

    @staticmethod
    def _checked(call: Call, tensor: Any, value: Value | None) -> None:
        if value is not None and value.shape != tuple(tensor.shape):
            raise ShapeError(
                f"the rule for `{call.func}` must give the shape {tuple(tensor.shape)}, but gives {value.shape}; "
                "this is a fault of eyeshot, please report it"
            )

    def _unknown(self, call: Call) -> Any:
        name = call.func._schema.name
        if self._strict:
            raise InputError(
                f"`{self.tape.frame.label or 'model'}`: there is no rule for the operation `{name}`; "
                "without `strict` it is taken as reading everything"
            )
        self.tape.note(f"There is no rule for the operation {name}: it is taken as reading everything.")
        operands = call.operands()
        out = call.out
        if isinstance(out, torch.Tensor):
            return call.opaque(operands, tuple(out.shape), bounded=False) if out.numel() else None
        return [
            call.opaque(operands, tuple(t.shape), bounded=False) if isinstance(t, torch.Tensor) and t.numel() else None
            for t in out
        ]

    # ------------------------------------------------------------------ views

    def _view(self, entry: _Entry, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        source = args[0]
        held = self._hold(source)
        value = held.current(self.tape)
        real = self.real(source) if value is None and source.is_meta else None
        shape = tuple(source.shape)
        out = func(*args, **kwargs)
        call = Call(self, func, args, kwargs, out)
        call.tape.source = entry.source
        views: Any = entry.rule(call, shape) if entry.rule is not None else []
        if isinstance(out, torch.Tensor):
            real_out = func(real, *args[1:], **kwargs) if real is not None else None
            self._viewed(held, out, views, value, real_out)
            return out
        reals = func(real, *args[1:], **kwargs) if real is not None else [None] * len(out)
        for tensor, one, real_out in zip(out, views, reals, strict=True):
            self._viewed(held, tensor, one, value, real_out)
        return out

    def _viewed(self, held: Held, out: Any, view: View | None, value: Value | None, real: Any) -> None:
        if value is not None and view is not None and out.numel():
            value = view.take(self.tape, value)
        views = held.views if view is None else (*held.views, view)
        new = Held(out, held.base, views, value if out.numel() else None)
        new.real = real
        self._held[id(out)] = new

    # ------------------------------------------------------------------ writes

    def _write(self, entry: _Entry, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation that writes: the same without writing, and its result put where it was written."""
        if entry.writes_out:
            kwargs = dict(kwargs)
            names = [a.name for a in entry.functional._schema.arguments]
            target = next(kwargs.pop(k) for k in list(kwargs) if k not in names)
        else:
            target = args[0]
        call = Call(self, entry.functional, args, kwargs, target)
        values = entry.rule(call) if entry.rule is not None else self._unknown(call)
        value = values[0] if isinstance(values, list | tuple) else values
        if value is not None:
            self._checked(call, target, value)
        held = self._hold(target)
        if target.numel():
            held.write(self.tape, value)
        return target

    # ------------------------------------------------------------------ constants

    def _constant(
        self, entry: _Entry, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Any]
    ) -> Any:
        """An operation on constants only: computed where that is cheap, else only its shape."""
        if entry.kind is Kind.VIEW and tensors:
            return self._view(entry, func, args, kwargs)
        if entry.is_mutable and tensors:
            return self._write_constant(entry, func, args, kwargs, tensors)
        if not tensors:
            return self._made(entry, func, args, kwargs)
        reals = [self.real(t) for t in tensors]
        if any(real is None for real in reals) or not all(map(_affordable, reals)):
            return self._shapes_only(entry, func, args, kwargs)
        found = func(*_mapped(args, self.real), **_on_cpu({k: _each(v, self.real) for k, v in kwargs.items()}))
        is_meta = any(t.is_meta for t in tensors) or _is_meta(kwargs.get("device"))
        if is_meta and isinstance(found, torch.Tensor | list | tuple):
            return self._fresh(self.shadowed(found), found)
        return self._fresh(found, None)

    def _shapes_only(self, entry: _Entry, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation on constants of which the numbers are not known, or are too many."""
        try:
            return self._fresh(self.kernel(func, args, kwargs), None)
        except (NotImplementedError, RuntimeError) as error:
            if entry.rule is needs_numbers:
                raise Ended(entry.source) from error
            raise

    def _made(self, entry: _Entry, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A tensor made of nothing: random numbers and large ones without their numbers."""
        size = _count(args)
        if size > (MAX_DRAWN if entry.is_drawn else MAX_FLOAT):
            return self._fresh(func(*args, **{**kwargs, "device": torch.device("meta")}), None)
        if not _is_meta(kwargs.get("device")):
            return self._fresh(func(*args, **kwargs), None)
        found = func(*args, **_on_cpu(kwargs))
        return self._fresh(self.shadowed(found), found)

    @staticmethod
    def shadowed(found: Any) -> Any:
        """The same tensors on the meta device."""
        if isinstance(found, torch.Tensor):
            return blank_like(found)
        return type(found)([blank_like(t) for t in found])

    def moved(self, found: Any) -> Any:
        """A constant as a tensor on the meta device of which the numbers are known."""
        with torch._C._DisableTorchDispatch():
            return self._fresh(blank_like(found), found)

    def _fresh(self, out: Any, real: Any) -> Any:
        """New tensors, with their numbers if these are known."""
        if isinstance(out, torch.Tensor):
            if id(out) not in self._held:
                self._bind(out, None).real = real
        elif isinstance(out, list | tuple):
            for i, tensor in enumerate(out):
                if isinstance(tensor, torch.Tensor) and id(tensor) not in self._held:
                    self._bind(tensor, None).real = real[i] if real is not None else None
        return out

    def _write_constant(
        self, entry: _Entry, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Any]
    ) -> Any:
        target = next((v for k, v in kwargs.items() if k == "out"), None) if entry.writes_out else args[0]
        if not isinstance(target, torch.Tensor):
            return self._fresh(self.kernel(func, args, kwargs), None)
        held = self._hold(target)
        reals = [self.real(t) for t in tensors]
        drawn = entry.is_drawn and target.numel() > MAX_DRAWN
        if held.base.own and not drawn and all(real is not None for real in reals) and all(map(_affordable, reals)):
            func(*_mapped(args, self.real), **{k: _each(v, self.real) for k, v in kwargs.items()})
        elif _changes_shape(entry.source):
            return func(*args, **kwargs)
        else:
            # The model's own tensors are never written to: from here on nobody knows their numbers.
            held.base.known = False
        return target


def _mapped(args: Sequence[Any], change: Any) -> list[Any]:
    return [_each(arg, change) for arg in args]


def _each(arg: Any, change: Any) -> Any:
    if isinstance(arg, torch.Tensor):
        return change(arg)
    if type(arg) is list or type(arg) is tuple:
        return [change(item) if isinstance(item, torch.Tensor) else item for item in arg]
    return arg


def _is_meta(device: Any) -> bool:
    return device is not None and torch.device(device).type == "meta"


def _on_cpu(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {**kwargs, "device": torch.device("cpu")} if kwargs.get("device") is not None else kwargs


def _on_meta(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {**kwargs, "device": torch.device("meta")} if kwargs.get("device") is not None else kwargs


def _affordable(real: Any) -> bool:
    return bool(real.numel() <= (MAX_FLOAT if real.is_floating_point() or real.is_complex() else MAX_INTEGER))


def _count(args: Sequence[Any]) -> int:
    """About how many elements a tensor will have that is made of these numbers."""
    count = 1
    for arg in args:
        if isinstance(arg, list | tuple):
            for n in arg:
                count *= n if isinstance(n, int) else 1
        elif isinstance(arg, int | float):
            count = max(count, int(abs(arg)) if abs(arg) < MAX_INTEGER * 100 else 1)
    return count


def _changes_shape(source: str) -> bool:
    return source in {"unsqueeze", "squeeze", "transpose", "t", "resize", "swapaxes"}


def _same_place(a: Any, b: Any) -> bool:
    return bool(a.shape == b.shape) and bool(a.stride() == b.stride() and a.storage_offset() == b.storage_offset())
