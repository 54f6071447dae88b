"""A model as it was before it was watched: attributes, buffers, mode, random numbers."""

from __future__ import annotations

import operator
import random
from types import TracebackType
from typing import Any

import numpy as np
import torch

__all__ = ["Untouched"]

_TABLES = ("_parameters", "_buffers", "_modules")


class Untouched:
    """Puts back at its end whatever a forward pass has changed in a model, as a context.

    The numbers in parameters and buffers need no copy, because nothing writes to them while a model is watched.
    """

    def __init__(self, model: torch.nn.Module) -> None:
        self._modules = list(model.modules())
        self._random: tuple[Any, Any, Any] = ((), (), ())
        self._saved: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []

    def __enter__(self) -> Untouched:
        self._saved = [(dict(vars(m)), [dict(vars(m)[t]) for t in _TABLES]) for m in self._modules]
        self._random = (random.getstate(), np.random.get_state(), torch.get_rng_state())  # noqa: NPY002 - the user's
        for module in self._modules:
            if isinstance(module, torch.nn.RNNBase):
                # Its kernel insists on weights where its input lies.
                meta = [torch.empty_like(w, device="meta") for w in module._flat_weights]
                vars(module)["_flat_weights"] = meta
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for module, (attributes, tables) in zip(self._modules, self._saved, strict=True):
            now = vars(module)
            for name, before in zip(_TABLES, tables, strict=True):
                _restore(attributes[name], before)
            _restore(now, attributes)
        state, numbers, torch_state = self._random
        random.setstate(state)
        np.random.set_state(numbers)  # noqa: NPY002 - the user's
        torch.set_rng_state(torch_state)


def _restore(now: dict[str, Any], before: dict[str, Any]) -> None:
    if len(now) != len(before) or not all(map(operator.is_, now.values(), before.values())):
        now.clear()
        now.update(before)
