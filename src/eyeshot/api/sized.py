"""A model that is read anew at every size that is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from eyeshot.errors import InputError
from eyeshot.frontends.torch.references import build_reference, is_module
from eyeshot.graph.core import Graph

__all__ = ["SizedModel"]


class SizedModel:
    """A model that can be read at any size; what a reference means is made once."""

    def __init__(self, model: Any, axes: str | None, padding: str | None, arguments: Mapping[str, Any] | None) -> None:
        from eyeshot.frontends.load import is_python

        if isinstance(model, Graph):
            raise InputError("a plan tries the model at the sizes of its tiles, but a graph has one; give the model")
        self._model, self._axes, self._padding = model, axes, padding
        self._arguments: Mapping[str, Any] | None = arguments
        self._default: Any = None
        self._name: str | None = None
        self.item, self.weights = 4, 0
        self.is_module = False
        # For each shape what the model made without its input.
        self.constants: dict[tuple[int, ...], tuple[tuple[str, str, str], ...]] = {}
        if isinstance(model, str) and is_python(model):
            if padding is not None:
                raise InputError("padding goes with a layer list; a PyTorch model has its own")
            built = build_reference(model, arguments=arguments)
            self._model, self._default, self._name, self._arguments = built.module, built.input_shape, built.name, None
        if is_module(self._model):
            from eyeshot.measure.tiles.memory import bytes_of_weights
            from eyeshot.measure.tiles.network import check_mode

            check_mode(self._model)
            self.is_module, self.weights = True, bytes_of_weights(self._model)
            _check_one_input(self._model)
            sizes = [p.element_size() for p in self._model.parameters() if p.is_floating_point()]
            self.item = sizes[0] if sizes else 4

    def graph(self, shape: Any) -> Graph:
        """The model's graph for one shape of its input."""
        from eyeshot.frontends.load import load

        given = self._default if shape is None else shape
        with self._watching() as watch:
            graph = load(
                self._model, input_shape=given, axes=self._axes, padding=self._padding, arguments=self._arguments
            )
        if watch is not None:
            self.constants[graph.inputs[0].shape] = tuple(watch.seen)
        return replace(graph, name=self._name) if self._name is not None else graph

    def taken(self, shape: tuple[int, ...]) -> int:
        """Bytes that a run on an input of some shape takes."""
        from eyeshot.measure.tiles.memory import bytes_of_run

        return bytes_of_run(self._model, shape)

    def _watching(self) -> AbstractContextManager[Any]:
        if not is_module(self._model):
            return nullcontext()
        from eyeshot.measure.tiles.constants import Constants

        return Constants(self._model)


def _check_one_input(model: Any) -> None:
    """Refuse a model whose second input would be missing at every try."""
    try:
        parameters = inspect.signature(model.forward).parameters.values()
    except (TypeError, ValueError):
        # Compiled by other means: what it takes shows when it is called.
        return
    needed = [
        one.name
        for one in parameters
        if one.default is one.empty and one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}
    ]
    if len(needed) > 1:
        raise InputError(
            f"a tiled model must have one input, but `{type(model).__name__}` has several: {', '.join(needed)}; "
            "give a module that takes the image and holds the others"
        )
