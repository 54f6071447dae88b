"""A model that runs with its weights: forward to a value of its graph, and back from one of its features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from eyeshot.analyses.analysis import Analysis
from eyeshot.effects.images import Form
from eyeshot.effects.rectifiers import Rectifying
from eyeshot.effects.rules import Rule
from eyeshot.errors import InputError, RunError
from eyeshot.frontends.entered import Entries
from eyeshot.frontends.torch.aside import TURN, Aside
from eyeshot.frontends.torch.capture import capture_first
from eyeshot.frontends.torch.devices import device_of
from eyeshot.frontends.torch.inputs import arguments_of
from eyeshot.frontends.torch.record import Record
from eyeshot.frontends.torch.recorded import Recorded
from eyeshot.frontends.torch.runnable import runnable
from eyeshot.graph.core import Graph
from eyeshot.running.kept import Kept
from eyeshot.running.listen import DivergedError, Listener
from eyeshot.running.seeds import seeded

__all__ = ["Back", "Subject"]

Array = npt.NDArray[Any]


class _EnoughError(BaseException):
    """The value that is wanted is there; not an Exception, so that no model catches it."""


class _Until(Listener):
    """Ends the model at the call behind the one that makes a value: only by then a way back leads from it."""

    has_enough = False

    def _expect(self, name: str) -> None:
        if self.has_enough:
            raise _EnoughError
        super()._expect(name)


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """What came back to the input from one feature.

    Parameters
    ----------
    rule : Rule
        What rectifiers let through.
    values : array
        A number for each element of the input.
    met : int
        Rectifiers on the way; where there is none this is the plain gradient, whatever the rule.
    """

    rule: Rule
    values: Array
    met: int


class _Trace:
    """What the model calls in one way of running, and where its values are first held."""

    def __init__(self, graph: Graph, record: Record) -> None:
        self.record, self._graph = record, graph
        self._places: dict[str, tuple[int, int]] = {}
        for place, call in enumerate(record.calls):
            for number, result in enumerate(call.results):
                if result.value in graph.by_name:
                    # The first: later ones may be changed in place.
                    self._places.setdefault(str(result.value), (place, number))

    def place_of(self, node: str, graph: Graph) -> tuple[int, int] | None:
        """The call and the result that hold a value of another reading of the model; None if none surely does."""
        shape = graph.shapes[node]
        if self._graph.shapes.get(node) != shape:
            # Taken apart it has other names; what a module returns it returns all the same.
            ends = _ends(self._graph)
            paths = [path for path, end in _ends(graph).items() if end == node]
            node = next((ends[path] for path in paths if self._graph.shapes.get(ends.get(path, "")) == shape), "")
        return self._places.get(node)


def _ends(graph: Graph) -> dict[str, str]:
    """For each layer and each module the value that it ends with."""
    return {node.layer: node.name for node in graph.nodes} | dict(graph.groups)


def _kept(tensor: Any) -> Any:
    """A copy that nobody listens to: what comes later in the model may write to the tensor."""
    with torch._C._DisableTorchDispatch():
        return tensor.clone()


class Subject:
    """A module with its graph, called with one input.

    Parameters
    ----------
    model : Module
        The model, with numbers. It comes back as it was after every call.
    input_shape : tuple of int
        The input's shape.
    axes : str, optional
        Its layout.
    name : str, optional
        What it is called.

    Raises
    ------
    InputError
        If it cannot be called so, has no numbers, or takes several inputs.
    """

    def __init__(
        self, model: torch.nn.Module, input_shape: Any, *, axes: str | None = None, name: str | None = None
    ) -> None:
        self.model = runnable(model)
        self._record, self.axes = Record(), axes
        with TURN:
            meanings = arguments_of(input_shape, self.model, axes=axes)
            self.graph, self._arguments = capture_first(self.model, meanings, record=self._record, name=name)
        if len(self.graph.inputs) != 1:
            names = ", ".join(value.name for value in self.graph.inputs)
            raise InputError(f"`{self.graph.name}` must have one input, an image, but has several: {names}")
        for path, tensor in (*self.model.named_parameters(), *self.model.named_buffers()):
            if tensor.is_meta:
                raise InputError(
                    f"`{self.graph.name}` must have weights, but its `{path}` lies on the meta device; load them first"
                )
        self.device = device_of(self.model) or torch.device("cpu")
        self.form = Form(self.graph.inputs[0].shape[1], len(self.graph.inputs[0].shape) - 2)

    def resized(self, sizes: Mapping[int, int]) -> Subject:
        """The same model, read at another size along some dimensions of its input."""
        return Subject(self.model, self._sized(sizes), axes=self.axes, name=self.graph.name)

    def entered(self) -> tuple[Graph, Entries]:
        """The graph again, with what enters its calls beside its values."""
        return Recorded(self.model, self.axes).read(self._sized({}))

    def _sized(self, sizes: Mapping[int, int]) -> Any:
        shape = tuple(sizes.get(d, n) for d, n in enumerate(self.graph.inputs[0].shape))
        return [(shape, str(self._arguments.inputs[0].tensor.dtype).removeprefix("torch."))]

    @cached_property
    def analysis(self) -> Analysis:
        """Its fields, on the input's own size."""
        return Analysis(self.graph)

    def operation(self, node: str) -> str:
        """The framework's operation that makes a value, ``relu_``; empty if no single one does."""
        place = self._record.makers.get(node)
        if place is None:
            return ""
        return self._record.calls[place].name.partition("::")[2].partition(".")[0]

    def tensor(self, numbers: Array) -> Any:
        """An image, (channels, axes), as the model's input, on its device and in its type."""
        wanted = self._arguments.inputs[0].tensor
        return torch.from_numpy(np.ascontiguousarray(numbers)).to(self.device, wanted.dtype).reshape(wanted.shape)

    @cached_property
    def _forth(self) -> _Trace:
        return _Trace(self.graph, self._record)

    @cached_property
    def _learning(self) -> _Trace:
        """The model read as it runs when gradients are kept: then normalisations and others are taken apart."""
        record = Record(learns=True)
        with TURN:
            graph, _ = capture_first(self.model, [self._arguments], record=record, name=self.graph.name)
        return _Trace(graph, record)

    # ------------------------------------------------------------------ forward

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the model as it is around several runs; each does so by itself too."""
        with TURN, Kept(self.model), Aside(), seeded(0):
            yield

    def holds(self, node: str) -> bool:
        """Whether some tensor holds a value, so that it can be asked for."""
        return self._forth.place_of(node, self.graph) is not None

    def value(self, node: str, image: Any, *, learns: bool = False) -> Any:
        """A value of the graph as a tensor; the model runs no further than that.

        Parameters
        ----------
        node : str
            The value.
        image : Tensor
            The input.
        learns : bool
            Whether what a way back needs is kept.

        Raises
        ------
        InputError
            If no tensor holds the value.
        RunError
            If the model fails, or goes another way than when it was read.
        """
        return self._heard([node], image, learns=learns)[node]

    def values(self, nodes: Sequence[str], image: Any) -> dict[str, Any]:
        """Several values of one run, which goes no further than the last of them; raises as `value` does."""
        return self._heard(nodes, image, learns=False)

    def _heard(self, nodes: Sequence[str], image: Any, *, learns: bool) -> dict[str, Any]:
        trace = self._learning if learns else self._forth
        wanted = {node: self._place(trace, node) for node in nodes}
        found: dict[str, Any] = {}

        def heard(place: int, number: int, tensor: Any, _func: Any, _settings: Any) -> None:
            for node, where in wanted.items():
                if where == (place, number):
                    found[node] = tensor if len(wanted) == 1 else _kept(tensor)
            listener.has_enough = len(found) == len(wanted)

        listener = _Until(trace.record.calls, heard, learns=learns)
        # Not the caller's numbers, and not the leaf: a model may write to its input.
        tensor = image.clone()
        listener.begin(self.graph.inputs[0].name, tensor)
        args, kwargs = self._arguments.filled({self.graph.inputs[0].name: tensor})
        try:
            # Fused attention has no way back that a rule could follow.
            with self.running(), sdpa_kernel(SDPBackend.MATH):
                listener.listen(lambda: self.model(*args, **kwargs))
        except _EnoughError:
            pass
        except DivergedError as error:
            raise RunError(f"`{self.graph.name}` must do what it did when it was read, but: {error}") from error
        except Exception as error:
            line = (str(error).strip() or "no message").splitlines()[0]
            raise RunError(f"`{self.graph.name}` fails on the image: {type(error).__name__}: {line}") from error
        return found

    def _place(self, trace: _Trace, node: str) -> tuple[int, int]:
        place = trace.place_of(node, self.graph)
        if place is None:
            raise InputError(
                f"`{node}` must be a value that some tensor holds, but stands within one operation; name one beside it"
            )
        return place

    # ------------------------------------------------------------------ back

    def linked(self, node: str, image: Any) -> tuple[Any, Any]:
        """An input that gradients come to, and a value that they come from; errors as for `back`."""
        leaf = image.detach().clone().requires_grad_(image.is_floating_point())
        with torch.enable_grad():
            value = self.value(node, leaf, learns=True)
        if not value.requires_grad or not leaf.requires_grad:
            raise InputError(
                f"`{node}` must have gradients to the input, but the model computes without them on the way (whole "
                "numbers, or under no_grad); `activations` need none"
            )
        return leaf, value

    def back(self, node: str, element: tuple[int, ...], image: Any, rule: Rule) -> Back:
        """What comes back to the image from one element of a value.

        Parameters
        ----------
        node : str
            The value.
        element : tuple of int
            Index of its element.
        image : Tensor
            The input.
        rule : Rule
            What rectifiers let through.

        Raises
        ------
        InputError
            If nothing can come back, because the model computes without gradients on the way.
        RunError
            If the model fails, or the framework on the way back.
        """
        leaf, value = self.linked(node, image)
        with torch.enable_grad():
            seed = torch.zeros_like(value)
            seed[element] = 1
            try:
                with TURN, Rectifying(rule) as rectifying:
                    (found,) = torch.autograd.grad(value, leaf, seed, allow_unused=True)
            except RuntimeError as error:
                # As where a model writes to what its own gradients need.
                line = str(error).splitlines()[0]
                raise RunError(f"`{self.graph.name}` has no gradients from `{node}` to its input: {line}") from error
        values = torch.zeros_like(leaf) if found is None else found
        if not values.isfinite().all():
            raise InputError(
                f"`{node}` must have finite gradients to the input, but they are NaN or infinite at "
                f"{', '.join(map(str, element))}; take another feature, or a layer before it"
            )
        wide = values.float() if values.element_size() < 4 else values
        return Back(rule, np.asarray(wide.numpy(force=True)), rectifying.met)
