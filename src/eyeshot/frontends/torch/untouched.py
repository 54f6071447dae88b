"""A model as it was before it was watched: attributes, buffers, mode, random numbers."""

from __future__ import annotations

import operator
import random
from collections import OrderedDict
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import numpy as np
import torch

__all__ = ["Untouched"]

_CONTAINERS = frozenset({dict, OrderedDict, list, set})
_Container = dict[Any, Any] | list[Any] | set[Any]


class Untouched:
    """Puts back at its end whatever a forward pass has changed in a model, as a context.

    Back come the attributes of every module with what they hold where that is a list, a set or a dictionary (tables of
    parameters, buffers and hooks among them), and the random state. The numbers in parameters and buffers need no
    copy, because nothing writes to them while a model is watched.

    Parameters
    ----------
    modules : iterable of Module
        The model's modules.
    """

    def __init__(self, modules: Iterable[torch.nn.Module]) -> None:
        self._modules = list(modules)
        self._attributes: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._full: list[tuple[_Container, _Container]] = []
        self._empty: list[Any] = []
        self._memory: list[tuple[Any, Any]] = []
        self._random = _Random()

    def __enter__(self) -> Untouched:
        for module in self._modules:
            now = vars(module)
            self._attributes.append((now, now.copy()))
            for held in now.values():
                if type(held) in _CONTAINERS:
                    if held:
                        self._full.append((held, held.copy()))
                    else:
                        self._empty.append(held)
        self._random = _Random()
        for module in self._modules:
            if isinstance(module, torch.nn.RNNBase):
                # Its kernel insists on weights where its input lies.
                meta = [torch.empty_like(w, device="meta") for w in module._flat_weights]
                vars(module)["_flat_weights"] = meta
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for now, before in self._attributes:
            _put_back(now, before)
        for held, elements in self._full:
            _put_back(held, elements)
        for filled in filter(None, self._empty):
            filled.clear()
        for tensor, memory in reversed(self._memory):
            tensor.data = memory
        self._random.put_back()

    def memory_changes(self, tensor: Any) -> None:
        """Say that a tensor is about to be given other memory (``parameter.data = …``)."""
        self._memory.append((tensor, tensor.data))


def _put_back(now: _Container, before: _Container) -> None:
    """Give a container its former elements, if it has others."""
    if len(now) == len(before) and all(map(operator.is_, now, before)):
        if not isinstance(now, dict) or not isinstance(before, dict):
            return
        if all(map(operator.is_, now.values(), before.values())):
            return
    now.clear()
    if isinstance(now, list):
        now.extend(before)
    else:
        now.update(before)


class _Random:
    """The state of all random numbers, as it is now."""

    def __init__(self) -> None:
        self._python, self._numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the user's
        self._cpu = torch.get_rng_state()
        self._cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None

    def put_back(self) -> None:
        """Draw from here on what would have been drawn then."""
        random.setstate(self._python)
        np.random.set_state(self._numpy)  # noqa: NPY002 - the user's
        torch.set_rng_state(self._cpu)
        if self._cuda is not None:
            torch.cuda.set_rng_state_all(self._cuda)
