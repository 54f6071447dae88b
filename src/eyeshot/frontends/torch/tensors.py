"""What is known of every tensor while a model is watched: the value that it holds, or its numbers if it is constant.

Tensors that depend on an input lie on the meta device, so that they have a shape and no numbers; the model's own
tensors stay as they are and are never written to. What depends on no input is a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.aliases import Base, Held
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.failures import Ended, without_shapes
from eyeshot.frontends.torch.tape import Tape, Value

__all__ = ["MAX_WEIGHT", "Tensors", "among", "flat", "loses_fractions", "mapped", "on_device"]

MAX_WEIGHT = 4096
"""Most elements of a parameter that is computed with; larger ones are only shapes."""


class Tensors:
    """Finds what is known of a tensor, by the tensor itself.

    Parameters
    ----------
    tape : Tape
        Where steps are recorded.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        # Tensors are kept with what is known of them, so that no other one gets their number.
        self._held: dict[int, Held] = {}
        self._by_memory: dict[int, Held] = {}
        self._metas: dict[int, tuple[Any, Any]] = {}
        self.has_drawn = False

    # ------------------------------------------------------------------ what a tensor is

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

    def depends(self, args: Iterable[Any]) -> bool:
        """Whether any of these arguments depends on an input."""
        return any(self.value(arg) is not None for arg in args if isinstance(arg, torch.Tensor))

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
        if tensor.is_meta and tensor.layout is torch.strided:
            return tensor
        if tensor.layout is not torch.strided:
            kind = str(tensor.layout).removeprefix("torch.")
            way = "give it sequences of one length, padded" if kind == "jagged" else "use `.to_dense()` before"
            raise InputError(f"the tensors of `{self.tape.source}` must be dense, but one is {kind}; {way}")
        found = self._metas.get(id(tensor))
        if found is None:
            found = self._metas[id(tensor)] = (blank_like(tensor), tensor)
        return found[0]

    def kernel(self, func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """The result of an operation on the meta device."""
        on_meta = on_device({key: _each(arg, self.meta) for key, arg in kwargs.items()}, "meta") if kwargs else {}
        try:
            return func(*mapped(args, self.meta), **on_meta)
        except (NotImplementedError, RuntimeError) as error:
            said = without_shapes(func, error)
            if said is None:
                raise
            raise said from error

    # ------------------------------------------------------------------ tensors that are new

    def bind(self, tensor: Any, value: Value | None, real: Any = None) -> None:
        """A new tensor with memory of its own holds this value, or is a constant with these numbers if known."""
        held = Held(tensor, Base(tensor, value, own=True), (), value)
        held.real = real
        self._held[id(tensor)] = held
        if value is not None:
            self._by_memory[tensor.untyped_storage()._cdata] = held

    def inherit(self, before: Tensors) -> None:
        """Know the numbers of constants on the meta device that another run has made."""
        for held in before._held.values():
            if held.base.value is None and held.real is not None:
                self.bind(held.tensor, None, held.real)

    def view(self, held: Held) -> None:
        """A new tensor that shares the memory of another."""
        self._held[id(held.tensor)] = held

    def constant(self, out: Any, real: Any = None) -> Any:
        """New tensors that depend on no input, with their numbers if these are known."""
        if isinstance(out, torch.Tensor):
            if id(out) not in self._held:
                self.bind(out, None, real)
        elif isinstance(out, list | tuple):
            for i, tensor in enumerate(out):
                if isinstance(tensor, torch.Tensor) and id(tensor) not in self._held:
                    self.bind(tensor, None, real[i] if real is not None else None)
        return out

    def hold(self, tensor: Any) -> Held:
        """What is known of a tensor; one seen for the first time belongs to the model."""
        held = self._held.get(id(tensor))
        if held is None:
            held = Held(tensor, Base(tensor, None, own=False), (), None)
            self._held[id(tensor)] = held
        return held

    def draw(self, tensor: Any) -> None:
        """Say that random numbers decide what a constant holds: nobody knows it from here on."""
        held = self.hold(tensor)
        held.base.known, held.base.drawn, self.has_drawn = False, True, True
        self._by_memory[tensor.untyped_storage()._cdata] = held

    def readable(self, tensor: Any, name: str) -> Any:
        """A tensor whose memory holds its numbers, if anyone knows them.

        Raises
        ------
        Ended
            If it is a constant that nobody knows; what depends on an input has no memory to be read.
        """
        held = self._known(tensor)
        if held is None or held.current(self.tape) is not None:
            return tensor
        if not held.base.known:
            raise Ended(name.strip("_"), drawn=held.base.drawn)
        return held.real if tensor.is_meta and held.real is not None else tensor

    def drawn(self, tensors: Iterable[Any]) -> bool:
        """Whether random numbers decide what any of these constants holds."""
        if not self.has_drawn:
            return False
        bases = [held.base for tensor in tensors if (held := self._known(tensor)) is not None]
        return any(base.drawn and base.value is None for base in bases)

    def _known(self, tensor: Any) -> Held | None:
        return self._held.get(id(tensor)) or (self._found(tensor) if tensor.is_meta else None)

    def _found(self, tensor: Any) -> Held | None:
        """A tensor made without an operation (`tensor.data`): known by its memory, or by what it wraps."""
        if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
            wrapped = torch._C._functorch.get_unwrapped(tensor)
            return self._held.get(id(wrapped)) or self._found(wrapped)
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


def among(args: Sequence[Any], kwargs: dict[str, Any]) -> list[Any]:
    """All tensors among arguments."""
    found = []
    for arg in (*args, *kwargs.values()) if kwargs else args:
        if isinstance(arg, torch.Tensor):
            found.append(arg)
        elif type(arg) is list or type(arg) is tuple:
            found += [item for item in arg if isinstance(item, torch.Tensor)]
    return found


def flat(out: Any) -> list[Any]:
    """Everything that an operation returned, one after the other, whatever lists it lies in."""
    if isinstance(out, list | tuple):
        return [item for one in out for item in flat(one)]
    return [out]


def mapped(args: Iterable[Any], change: Callable[[Any], Any]) -> list[Any]:
    """Arguments with every tensor among them changed."""
    return [_each(arg, change) for arg in args]


def _each(arg: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(arg, torch.Tensor):
        return change(arg)
    if type(arg) is list or type(arg) is tuple:
        return [change(item) if isinstance(item, torch.Tensor) else item for item in arg]
    return arg


def on_device(kwargs: dict[str, Any], device: str) -> dict[str, Any]:
    """Named arguments with another device, where one is named."""
    return {**kwargs, "device": torch.device(device)} if kwargs.get("device") is not None else kwargs


def loses_fractions(before: Any, after: Any) -> bool:
    """Whether numbers of one type become whole numbers or truth values in another, in which there is no NaN."""
    return after is not None and _has_fractions(before) and not _has_fractions(after)


def _has_fractions(number: Any) -> bool:
    return bool(number.is_floating_point or number.is_complex)


def _same_place(a: Any, b: Any) -> bool:
    return bool(a.shape == b.shape) and bool(a.stride() == b.stride() and a.storage_offset() == b.storage_offset())
