"""Listening to a running model: the tensors that it makes are matched, call by call, to the values of its graph."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch._ops import HigherOrderOperator
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from eyeshot.frontends.torch.control import FLEX_ATTENTION, follow
from eyeshot.frontends.torch.failures import Ended
from eyeshot.frontends.torch.operations import operation_of
from eyeshot.frontends.torch.record import Recorded, is_copy, listed, makes_constant, name_of
from eyeshot.frontends.torch.runnable import eagerly
from eyeshot.frontends.torch.shortcuts import passes, whole
from eyeshot.frontends.torch.tensors import among
from eyeshot.running.lookups import Lookups

__all__ = ["DivergedError", "Listener", "Sight", "Whole"]

Sight = Callable[[int, int, Any, Any, dict[str, Any]], None]
"""Handed the place of a call and of one of its results, the tensor, the operation, and its arguments by name."""


_ALIKE = (
    # Writing one number everywhere: the one or the other, as the number lies on the model's device or not.
    {"aten::copy_.default", "aten::fill_.Tensor"},
    # Another shape: whether a copy is needed for it depends on how a tensor lies in memory, and so on the batch.
    {"aten::view.default", "aten::_unsafe_view.default", "aten::_reshape_alias.default", "aten::reshape.default"},
)
"""Operations that stand for each other."""


class DivergedError(BaseException):
    """The model calls other operations than when it was read; not an Exception, so that no model catches it."""


class _HeardAllError(BaseException):
    """Nothing of what comes now is in the graph."""


class Listener(TorchDispatchMode):
    """Follows a model that runs on numbers.

    Parameters
    ----------
    calls : sequence of Recorded
        What the model called when it was read.
    sees : callable
        Gets every tensor that holds a value, right after the call that made it.
    learns : bool
        Whether what gradients need is kept.

    Attributes
    ----------
    heard : int
        How many calls there have been.
    looked_up : dict of int to str
        Calls that look up whole numbers of an input in a table, with its name.
    """

    def __init__(self, calls: Sequence[Recorded], sees: Sight, *, learns: bool = False) -> None:
        super().__init__()
        self._calls, self._sees, self._learns = calls, sees, learns
        # Weak references keep the numbers of memory that is gone from being given to other memory.
        self._memory: dict[int, StorageWeakRef] = {}
        self.heard = 0
        self.lookups = Lookups()
        self.looked_up: dict[int, str] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing in here is ever compiled; saying so would load PyTorch's compiler, which takes seconds."""
        return False

    def begin(self, name: str, tensor: Any) -> None:
        """Take a tensor as an input."""
        self._mark(tensor, depends=True)
        self.lookups.begin(name, tensor)

    def listen(self, model: Callable[[], object]) -> None:
        """Run a model; it is ended where its graph ends.

        Raises
        ------
        DivergedError
            If it does not call what it called when it was read.
        """
        try:
            with torch.set_grad_enabled(self._learns), eagerly(), self, Whole(self):
                model()
        except _HeardAllError:
            pass
        if self.heard < len(self._calls):
            raise DivergedError(f"it ends where it went on with `{self._calls[self.heard].name}` when it was read")

    def depends(self, tensors: Sequence[Any]) -> bool:
        """Whether any of these tensors depends on an input."""
        return any(_memory(t) in self._memory for t in tensors if isinstance(t, torch.Tensor) and t.numel())

    def _mark(self, tensor: Any, *, depends: bool) -> None:
        """Say whether what lies in a tensor's memory depends on an input."""
        if depends:
            self._memory[_memory(tensor)] = StorageWeakRef(tensor.untyped_storage())
        else:
            self._memory.pop(_memory(tensor), None)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one operation."""
        kwargs = kwargs or {}
        if not self.depends(among(args, kwargs)):
            return func(*args, **kwargs)
        if operation_of(func).is_apart:
            with self:
                return func.decompose(*args, **kwargs)
        if is_copy(func, args, kwargs):
            out = func(*args, **kwargs)
            for tensor in listed(out):
                self._mark(tensor, depends=True)
                self.lookups.copy(args[0], tensor)
            return out
        if makes_constant(func):
            out = func(*args, **kwargs)
            self._mark(out, depends=False)
            return out
        self._expect(name_of(func))
        # A guard would not let NaN pass.
        out = None if operation_of(func).is_guard else func(*args, **kwargs)
        self.hear(func, _by_name(func, args) | kwargs, out)
        return out

    def _expect(self, name: str) -> None:
        if self.heard == len(self._calls):
            raise _HeardAllError
        known = self._calls[self.heard]
        if known.name != name and not any({known.name, name} <= alike for alike in _ALIKE):
            where = f" in `{known.where}`" if known.where else ""
            raise DivergedError(f"it calls `{name}`{where} where it called `{known.name}` when it was read")

    def whole(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run what is taken as one call, whatever it calls within."""
        with torch._C._DisableTorchDispatch():
            return func(*args, **kwargs)

    def hear(self, func: Any, settings: dict[str, Any], out: Any) -> None:
        """Take the results of a call."""
        self._expect(name_of(func))
        self._look_up(func, settings, out)
        place, results = self.heard, self._calls[self.heard].results
        tensors = listed(out)
        if len(tensors) != len(results):
            raise DivergedError(f"`{name_of(func)}` returns {len(tensors)} tensors, not {len(results)} as it was read")
        self.heard += 1
        for tensor, result in zip(tensors, results, strict=True):
            self._mark(tensor, depends=result.depends)
        for i, (tensor, result) in enumerate(zip(tensors, results, strict=True)):
            if result.value is not None:
                self._sees(place, i, tensor.dequantize() if tensor.is_quantized else tensor, func, settings)

    def _look_up(self, func: Any, settings: dict[str, Any], out: Any) -> None:
        for argument in func._schema.arguments:
            if argument.alias_info is not None and argument.alias_info.is_write:
                for tensor in listed(settings.get(argument.name)):
                    self.lookups.forget(tensor)
        found = self.lookups.poison(name_of(func), settings, out)
        if found is not None:
            self.looked_up[self.heard] = found


class Whole(TorchFunctionMode):
    """Takes as one call what the reader takes as one."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener = listener

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one function."""
        kwargs = kwargs or {}
        if passes(func, sys._getframe(1)) and self._listener.depends(args):
            return True
        if isinstance(func, HigherOrderOperator):
            try:
                with self:
                    followed = follow(func.name(), args, self._truth)
            except Ended:
                raise _HeardAllError from None
            if followed is not NotImplemented:
                return followed
        found = (FLEX_ATTENTION, args[:3]) if str(func) == "flex_attention" else whole(func, args, kwargs)
        if found is None or not self._listener.depends(found[1]):
            return func(*args, **kwargs)
        overload = found[0]
        out = self._listener.whole(func, args, kwargs)
        with torch._C._DisableTorchDispatch():
            self._listener.hear(overload, _by_name(overload, args) | kwargs, out)
        return out

    def _truth(self, condition: Any) -> bool | None:
        return None if self._listener.depends([condition]) else bool(condition)


def _memory(tensor: Any) -> int:
    return int(tensor.untyped_storage()._cdata)


def _by_name(func: Any, args: tuple[Any, ...]) -> dict[str, Any]:
    return {a.name: arg for a, arg in zip(func._schema.arguments, args, strict=False)}
