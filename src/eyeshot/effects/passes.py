"""A model that runs with its weights: forward to a value of its graph, and back from one of its features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from eyeshot.analyses.analysis import Analysis
from eyeshot.effects.following import EnoughError, Followed, Operations, Trace, Until, kept, repeated
from eyeshot.effects.images import Form
from eyeshot.effects.layouts import InOrder
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
from eyeshot.frontends.torch.runnable import eagerly, runnable
from eyeshot.graph.core import Graph
from eyeshot.running.kept import Kept
from eyeshot.running.listen import DivergedError
from eyeshot.running.seeds import seeded

__all__ = ["Back", "Subject"]

Array = npt.NDArray[Any]


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
        self._followed: dict[tuple[str, bool], Followed | None] = {}

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
    def _forth(self) -> Trace:
        return Trace(self.graph, self._record)

    @cached_property
    def _learning(self) -> Trace:
        """The model read as it runs when gradients are kept: then normalisations and others are taken apart."""
        record = Record(learns=True)
        with TURN, InOrder(runs=False):
            graph, _ = capture_first(self.model, [self._arguments], record=record, name=self.graph.name)
        return Trace(graph, record)

    # ------------------------------------------------------------------ forward

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the model as it is around several runs; each does so by itself too, within others at less cost."""
        with TURN, Kept(self.model) as kept, Aside(), seeded(0):
            try:
                yield
            finally:
                kept.put_back()

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
        followed = self._followed.get((node, learns))
        if followed is not None:
            with self._run(image, learns=learns) as (run, _), torch.set_grad_enabled(learns), eagerly():
                value = repeated(run, followed)
            if value is not None:
                return value
        return self._heard([node], image, learns=learns)[node]

    def values(self, nodes: Sequence[str], image: Any) -> dict[str, Any]:
        """Several values of one run, which goes no further than the last of them; raises as `value` does."""
        return self._heard(nodes, image, learns=False)

    def _heard(self, nodes: Sequence[str], image: Any, *, learns: bool) -> dict[str, Any]:
        trace = self._learning if learns else self._forth
        wanted = {node: self._place(trace, node) for node in nodes}
        found: dict[str, Any] = {}

        operations = Operations()

        def heard(place: int, number: int, tensor: Any, _func: Any, _settings: Any) -> None:
            for node, where in wanted.items():
                if where == (place, number):
                    found[node] = tensor if len(wanted) == 1 else kept(tensor)
                    self._followed[node, learns] = operations.until(tensor)
            listener.has_enough = len(found) == len(wanted)

        listener = Until(trace.record.calls, heard, learns=learns)
        try:
            with self._run(image, learns=learns) as (run, tensor):
                listener.begin(self.graph.inputs[0].name, tensor)
                with operations:
                    listener.listen(run)
        except EnoughError:
            pass
        except DivergedError as error:
            raise RunError(f"`{self.graph.name}` must do what it did when it was read, but: {error}") from error
        except InputError:
            raise
        except Exception as error:
            line = (str(error).strip() or "no message").splitlines()[0]
            raise RunError(f"`{self.graph.name}` fails on the image: {type(error).__name__}: {line}") from error
        return found

    @contextmanager
    def _run(self, image: Any, *, learns: bool) -> Iterator[tuple[Callable[[], object], Any]]:
        """What calls the model with an image, and its input."""
        # Not the caller's numbers, and not the leaf: a model may write to its input.
        tensor = image.clone()
        args, kwargs = self._arguments.filled({self.graph.inputs[0].name: tensor})
        # Fused attention has no way back that a rule could follow.
        with self.running(), sdpa_kernel(SDPBackend.MATH), InOrder(runs=True) if learns else nullcontext():
            yield lambda: self.model(*args, **kwargs), tensor

    def _place(self, trace: Trace, node: str) -> tuple[int, int]:
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
