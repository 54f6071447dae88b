"""A module that is read at several sizes, with what enters its calls beside the values of its graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from eyeshot.frontends.entered import Entries
from eyeshot.frontends.torch.aside import TURN
from eyeshot.frontends.torch.capture import capture_first
from eyeshot.frontends.torch.entries import EntryRecord
from eyeshot.frontends.torch.inputs import arguments_of
from eyeshot.frontends.torch.origins import own_tensors
from eyeshot.frontends.torch.runnable import runnable
from eyeshot.frontends.torch.untouched import Untouched
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Graph

__all__ = ["Recorded"]


class Recorded:
    """Reads a module at any size.

    Parameters
    ----------
    model : Module
        As for `eyeshot.frontends.torch.capture.capture`.
    axes : str, optional
        As there.
    """

    def __init__(self, model: torch.nn.Module, axes: str | None = None) -> None:
        self._model, self._axes = runnable(model), axes
        self._own = own_tensors(self._model)

    def read(self, input_shape: Any) -> tuple[Graph, Entries]:
        """The graph for an input's size, and what enters its calls; the size as for `capture`."""
        with TURN:
            graph, record = self._read(input_shape, EntryRecord(self._own))
            return graph, record.entries

    def repeated(self, shapes: Sequence[Shape]) -> list[tuple[Shape, Graph, Entries]]:
        """What is read when the model runs again and again, each time as the last run has left it.

        Once for the first shape, after a run of that shape; and for the others, if a run leaves anything behind in the
        model at all.
        """
        with TURN, Untouched(self._model.modules()) as untouched:
            _, record = self._read(shapes[0], EntryRecord(self._own, within=untouched))
            others = shapes[1:] if untouched.has_changed() else ()
            found = []
            for shape in (shapes[0], *others):
                graph, record = self._read(shape, EntryRecord(self._own, within=untouched, after=record))
                found.append((shape, graph, record.entries))
            return found

    def evaluated(self, shape: Shape) -> tuple[Graph, Entries] | None:
        """What is read in evaluation mode; None if all of the model is in it anyway."""
        training = [module for module in self._model.modules() if module.training]
        if not training:
            return None
        with TURN, Untouched(self._model.modules()) as untouched:
            for module in training:
                module.training = False
            graph, record = self._read(shape, EntryRecord(self._own, within=untouched))
            return graph, record.entries

    def _read(self, input_shape: Any, record: EntryRecord) -> tuple[Graph, EntryRecord]:
        meanings = arguments_of(input_shape, self._model, axes=self._axes)
        return capture_first(self._model, meanings, record=record)[0], record
