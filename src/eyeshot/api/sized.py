"""A model that is read anew at every size that is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eyeshot.errors import InputError
from eyeshot.frontends.entered import Entries
from eyeshot.frontends.torch.references import build_reference, is_module
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Graph

if TYPE_CHECKING:
    from eyeshot.frontends.torch.recorded import Recorded
    from eyeshot.plan.memory import Taken

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
        # For each shape the graph, and what enters the calls of a module beside its values.
        self.entries: dict[Shape, Entries] = {}
        self.graphs: dict[Shape, Graph] = {}
        self._recorded: Recorded | None = None
        if isinstance(model, str) and is_python(model):
            if padding is not None:
                raise InputError("padding goes with a layer list; a PyTorch model has its own")
            built = build_reference(model, arguments=arguments)
            self._model, self._default, self._name, self._arguments = built.module, built.input_shape, built.name, None
        if is_module(self._model):
            from eyeshot.measure.tiles.memory import bytes_of_weights
            from eyeshot.measure.tiles.mode import check_mode

            check_mode(self._model)
            self.is_module, self.weights = True, bytes_of_weights(self._model)
            _check_one_input(self._model)
            sizes = [p.element_size() for p in self._model.parameters() if p.is_floating_point()]
            self.item = sizes[0] if sizes else 4

    def graph(self, shape: Any) -> Graph:
        """The model's graph for one shape of its input."""
        from eyeshot.frontends.load import load

        given = self._default if shape is None else shape
        if not is_module(self._model) or self._padding is not None or self._arguments:
            # What does not go with a module is refused there.
            graph = load(
                self._model, input_shape=given, axes=self._axes, padding=self._padding, arguments=self._arguments
            )
            self.graphs[graph.inputs[0].shape] = graph
            return graph
        graph, entries = self.recorded().read(given)
        if self._name is not None:
            graph = replace(graph, name=self._name)
        shape_read = graph.inputs[0].shape
        self.graphs[shape_read], self.entries[shape_read] = graph, entries
        return graph

    def taken(self, shape: Shape) -> Taken:
        """Bytes that runs on an input of some shape take."""
        from eyeshot.measure.tiles.memory import bytes_of_run

        return bytes_of_run(self._model, shape)

    def recorded(self) -> Recorded:
        """The module with what enters its calls."""
        from eyeshot.frontends.torch.recorded import Recorded

        if self._recorded is None:
            self._recorded = Recorded(self._model, self._axes)
        return self._recorded


class SizedReader:
    """Reads a model at sizes of its image, in pixels per axis.

    Parameters
    ----------
    source : SizedModel
        The model.
    shape : tuple of int
        The input's shape for the whole image.
    dims : tuple of int
        The input's dimensions that are spatial axes.
    """

    def __init__(self, source: SizedModel, shape: Shape, dims: tuple[int, ...]) -> None:
        self._source, self._shape, self._dims = source, shape, dims

    def graph(self, size: tuple[int, ...]) -> Graph:
        """The graph at a size."""
        shape = self.sized(size)
        found = self._source.graphs.get(shape)
        return found if found is not None else self._source.graph(shape)

    def entered(self, size: tuple[int, ...]) -> Entries | None:
        """What enters at a size at which the graph was read; None for a model without numbers of its own."""
        return self._source.entries.get(self.sized(size))

    def repeated(self, sizes: Sequence[tuple[int, ...]]) -> list[tuple[tuple[int, ...], Graph, Entries]]:
        """What is read when the model runs again, as earlier runs have left it."""
        found = self._source.recorded().repeated([self.sized(size) for size in sizes])
        return [(tuple(shape[d] for d in self._dims), graph, entries) for shape, graph, entries in found]

    def evaluated(self, size: tuple[int, ...]) -> tuple[Graph, Entries] | None:
        """What is read in evaluation mode; None if the model is in it."""
        return self._source.recorded().evaluated(self.sized(size))

    def sized(self, size: tuple[int, ...]) -> Shape:
        """The input's shape at a size."""
        shape = list(self._shape)
        for d, n in zip(self._dims, size, strict=True):
            shape[d] = n
        return tuple(shape)


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
