"""A model lent for a while: its own modules, with copies of its numbers on the CPU and in the type that is wanted."""

from __future__ import annotations

import weakref
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.untouched import Untouched

__all__ = ["Lent", "bytes_of"]


class Lent:
    """Exchanges every tensor of a model for a copy, as a context; afterwards the model is as it was.

    A deep copy of the whole model would do as well, but not every model has one: hooks, locks and tensors with a
    history refuse to be copied. So the modules stay and only their tensors are exchanged; what the model's own
    tensors hold is never written to.

    Parameters
    ----------
    model : Module
        The model.
    number : dtype or None
        Type for all numbers with fractions; None to leave each as it is.
    """

    def __init__(self, model: torch.nn.Module, number: Any) -> None:
        self._model, self._number = model, number
        self._copies: dict[int, tuple[Any, Any]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Lent:
        modules = list(self._model.modules())
        weights = {id(m): list(m._flat_weights) for m in modules if _is_recurrent(m)}
        with ExitStack() as stack:
            stack.enter_context(Untouched(modules))
            for module in modules:
                for table in (module._parameters, module._buffers):
                    lent = {name: self._copy(tensor, name) for name, tensor in table.items()}
                    if isinstance(module, torch.jit.ScriptModule):
                        _exchange(stack, module, dict(table.items()), lent)
                    else:
                        table.update(lent)
                own = {name: self._copy(value, name) for name, value in vars(module).items() if _is_tensor(value)}
                vars(module).update(own)
                if id(module) in weights:
                    # A list beside the table of parameters, which the kernel reads, and how it knows that it is new.
                    copies = [self._copy(tensor, "weight") for tensor in weights[id(module)]]
                    if isinstance(module, torch.jit.ScriptModule):
                        module._flat_weights = copies
                    else:
                        vars(module).update(_flat_weights=copies, _flat_weight_refs=list(map(weakref.ref, copies)))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _copy(self, tensor: Any, name: str) -> Any:
        if tensor is None:
            return None
        known = self._copies.get(id(tensor))
        if known is None:
            if tensor.is_meta:
                raise InputError(f"the model must have weights to be run, but its `{name}` lies on the meta device")
            changes = self._number is not None and tensor.is_floating_point()
            copy = tensor.detach().to(device="cpu", dtype=self._number if changes else tensor.dtype, copy=True)
            if isinstance(tensor, torch.nn.Parameter):
                copy = torch.nn.Parameter(copy, requires_grad=False)
            # The framework takes some operations apart in another way for what learns.
            copy.requires_grad_(tensor.requires_grad)
            # The original is kept too, so that no other one gets its number.
            known = self._copies[id(tensor)] = (copy, tensor)
        return known[0]


def _exchange(stack: ExitStack, module: Any, before: dict[str, Any], copies: dict[str, Any]) -> None:
    """Exchange the tensors of a scripted module, which keeps them in a table of its own, until the stack is closed."""
    for name, copy in copies.items():
        setattr(module, name, copy)
        stack.callback(setattr, module, name, before[name])


def bytes_of(model: torch.nn.Module, width: int) -> int:
    """Bytes that a copy of a model's numbers takes, at so many for each."""
    tensors = {id(t): t for t in (*model.parameters(), *model.buffers())}
    return width * sum(int(t.numel()) for t in tensors.values())


def _is_recurrent(module: torch.nn.Module) -> bool:
    scripted = isinstance(module, torch.jit.ScriptModule) and hasattr(module, "_flat_weights")
    return scripted or isinstance(module, torch.nn.RNNBase)


def _is_tensor(value: object) -> bool:
    return isinstance(value, torch.Tensor)
