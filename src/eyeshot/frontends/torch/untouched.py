"""A model as it was before it was watched or run: attributes, buffers, mode, gradients; and what lies around it."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import torch

from eyeshot.frontends.torch.surroundings import Surroundings

__all__ = ["Attributes", "Untouched"]

_CONTAINERS = frozenset({dict, OrderedDict, list, set})
_Container = dict[Any, Any] | list[Any] | set[Any]


class Attributes:
    """The attributes of modules, with what they hold where that is a list, a set or a dictionary, as they are now.

    Parameters
    ----------
    modules : iterable of Module
        The modules.
    """

    def __init__(self, modules: Iterable[torch.nn.Module]) -> None:
        self._attributes: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._full: list[tuple[_Container, _Container]] = []
        self._empty: list[Any] = []
        for module in modules:
            now = vars(module)
            self._attributes.append((now, now.copy()))
            for held in now.values():
                if type(held) in _CONTAINERS:
                    if held:
                        self._full.append((held, held.copy()))
                    else:
                        self._empty.append(held)

    def put_back(self) -> None:
        """Make them what they were."""
        for now, before in self._attributes:
            _put_back(now, before)
        for held, elements in self._full:
            _put_back(held, elements)
        for filled in filter(None, self._empty):
            filled.clear()

    def have_changed(self) -> bool:
        """Whether an attribute, or an element of a list, a set or a dictionary, is another one now."""
        pairs = [*self._attributes, *self._full, *((held, type(held)()) for held in self._empty)]
        return any(not _is_same(now, before) for now, before in pairs)


class Untouched:
    """Puts back at its end whatever a forward pass has changed in a model, as a context.

    Back come the attributes of every module with what they hold where that is a list, a set or a dictionary (tables of
    parameters, buffers and hooks among them), whether its tensors learn, their gradients, the random state and the
    framework's settings. The numbers in parameters and buffers need no copy, because nothing writes to them while a
    model is watched.

    Parameters
    ----------
    modules : iterable of Module
        The model's modules.

    Attributes
    ----------
    stand_ins : list of (Tensor, Tensor)
        Tensors without numbers that stand for weights of the model meanwhile, each with its weight.
    """

    def __init__(self, modules: Iterable[torch.nn.Module]) -> None:
        self._modules = list(modules)
        self._attributes = Attributes(())
        self._memory: list[tuple[Any, Any]] = []
        self._scripted: list[tuple[Any, list[Any]]] = []
        self._learning: list[tuple[Any, bool, Any]] = []
        self.stand_ins: list[tuple[Any, Any]] = []
        self._surroundings = Surroundings()

    def __enter__(self) -> Untouched:
        self._attributes = Attributes(self._modules)
        self._surroundings = Surroundings()
        for module in self._modules:
            if isinstance(module, torch.nn.RNNBase):
                # Its kernel insists on weights where its input lies.
                meta = [torch.empty_like(w, device="meta") for w in module._flat_weights]
                self.stand_ins += zip(meta, module._flat_weights, strict=True)
                vars(module)["_flat_weights"] = meta
            elif isinstance(module, torch.jit.ScriptModule) and hasattr(module, "_flat_weights"):
                self._scripted.append((module, module._flat_weights))
                meta = [torch.empty_like(w, device="meta") for w in module._flat_weights]
                self.stand_ins += zip(meta, module._flat_weights, strict=True)
                module._flat_weights = meta
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for module, weights in self._scripted:
            module._flat_weights = weights
        self._attributes.put_back()
        for tensor, memory in reversed(self._memory):
            tensor.data = memory
        for tensor, learns, gradient in reversed(self._learning):
            if tensor.requires_grad is not learns:
                tensor.requires_grad_(learns)
            if tensor.grad is not gradient:
                tensor.grad = gradient
        self._surroundings.put_back()

    def has_changed(self) -> bool:
        """Whether a run has left anything behind: an attribute, or an element of a list, a set or a dictionary."""
        return self._attributes.have_changed()

    def learning_changes(self, tensor: Any = None) -> None:
        """Say that a tensor is about to learn or not to learn, or to be given a gradient; without one that any may."""
        tensors = [tensor] if tensor is not None else [p for m in self._modules for p in m.parameters(recurse=False)]
        self._learning += [(t, t.requires_grad, t.grad) for t in tensors if t.is_leaf]

    def memory_changes(self, tensor: Any) -> None:
        """Say that a tensor is about to be given other memory (``parameter.data = …``)."""
        self._memory.append((tensor, tensor.data))


def _is_same(now: _Container, before: _Container) -> bool:
    if len(now) != len(before) or not all(map(operator.is_, now, before)):
        return False
    if not isinstance(now, dict) or not isinstance(before, dict):
        return True
    return all(map(operator.is_, now.values(), before.values()))


def _put_back(now: _Container, before: _Container) -> None:
    """Give a container its former elements, if it has others."""
    if _is_same(now, before):
        return
    now.clear()
    if isinstance(now, list):
        now.extend(before)
    else:
        now.update(before)
