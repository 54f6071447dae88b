"""A model as it was before its tiles: what its forward counts or keeps is put back when no tile runs any more."""

from __future__ import annotations

from types import TracebackType
from typing import ClassVar

import torch

from eyeshot.frontends.torch.aside import TURN
from eyeshot.frontends.torch.untouched import Attributes

__all__ = ["Kept"]


class Kept:
    """Puts back attributes and buffers of a model at its end, as a context; of several at a time the last one does.

    What is found at the first of them is what is put back: within one, others cost little.

    Parameters
    ----------
    model : Module
        The model. Threads that run tiles of it at once see each other's changes, as in any run of it.
    """

    _active: ClassVar[dict[int, Kept]] = {}

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        self._runs = 0

    def __enter__(self) -> Kept:
        with TURN:
            if id(self._model) not in Kept._active:
                self._attributes = Attributes(self._model.modules())
                self._buffers = [(tensor, tensor._version, tensor.clone()) for tensor in self._model.buffers()]
                Kept._active[id(self._model)] = self
            Kept._active[id(self._model)]._runs += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with TURN:
            first = Kept._active[id(self._model)]
            first._runs -= 1
            if not first._runs:
                del Kept._active[id(self._model)]
                first._put_back()

    def put_back(self) -> None:
        """Put back now what will be put back at the end, between two runs; no other may be in between."""
        with TURN:
            Kept._active[id(self._model)]._put_back()

    def _put_back(self) -> None:
        self._attributes.put_back()
        for k, (tensor, version, numbers) in enumerate(self._buffers):
            if tensor._version != version:
                tensor.copy_(numbers)
                self._buffers[k] = tensor, tensor._version, numbers
