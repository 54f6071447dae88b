"""The user's own model, run call by call beside its graph."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from eyeshot.frontends.torch.aside import Aside
from eyeshot.frontends.torch.inputs import Arguments
from eyeshot.frontends.torch.record import Record
from eyeshot.graph.core import Graph
from eyeshot.measure.passage import BOTH, Passage, passage_of
from eyeshot.measure.runner import RAISES, Seen
from eyeshot.running.listen import DivergedError, Listener
from eyeshot.running.seeds import seeded

__all__ = ["ModuleRunner"]


class ModuleRunner:
    """Runs a module; as `eyeshot.measure.runner.Runner`.

    Parameters
    ----------
    model : Module
        The model, with numbers.
    arguments : Arguments
        How it is called.
    graph : Graph
        Its graph.
    record : Record
        What it called when it was read.
    """

    def __init__(self, model: torch.nn.Module, arguments: Arguments, graph: Graph, record: Record) -> None:
        self._model, self._arguments, self._record = model, arguments, record
        self._sights: dict[tuple[int, int], str] | None = None
        self.graph = graph
        self.passages: dict[str, tuple[Passage, str]] = {}
        self.looked_up: frozenset[str] = frozenset()
        self.tables: frozenset[str] = frozenset()
        self.held = frozenset(r.value for call in record.calls for r in call.results if r.value in graph.by_name)

    def run(self, inputs: dict[str, Any], sees: Seen) -> str:
        """Run the model on a batch, whose samples are laid one after the other along the first dimension."""
        count = len(next(iter(inputs.values())))
        first = None if self._sights is not None else _First(self._record, self.held)
        calls = self._record.calls
        wanted = self._sights

        def heard(place: int, number: int, tensor: Any, func: Any, settings: dict[str, Any]) -> None:
            value = first.hears(place, number, tensor, func, settings) if first else (wanted or {}).get((place, number))
            if value is None:
                return
            apart = _apart(tensor, calls[place].results[number].shape, count)
            try:
                sees(value, apart)
            except Exception as error:
                # Not the model's: neither may it catch it, nor is it blamed for it.
                raise _OursError from error

        listener = Listener(calls, heard, learns=self._record.learns)
        tensors = {name: tensor.flatten(0, 1) for name, tensor in inputs.items()}
        for name, tensor in tensors.items():
            listener.begin(name, tensor)
        args, kwargs = self._arguments.filled(tensors)
        try:
            # Fused kernels of attention and convolutions by fast transforms mix what they should keep apart.
            # Random numbers are bounds and no facts, but each run must draw the same to be held against the others.
            with Aside(), seeded(0), sdpa_kernel(SDPBackend.MATH), torch.backends.nnpack.flags(enabled=False):
                listener.listen(lambda: self._model(*args, **kwargs))
        except DivergedError as error:
            return f"the model changes its operations: {error}"
        except _OursError as error:
            raise error.__cause__ or error from None
        except _ShapeError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - whatever the user's model raises is told
            return f"{RAISES} {type(error).__name__}: {_line(error)}"
        finally:
            if first is not None:
                self._sights, self.passages = first.sights, first.passages()
                self.looked_up = frozenset(listener.looked_up.values())
                self.tables = first.nodes_of(listener.looked_up)
        return ""


class _First:
    """What the first run tells: which tensors are looked at, and which operations let NaN through."""

    def __init__(self, record: Record, held: frozenset[str]) -> None:
        self._record = record
        # Some operations only return what they got: an input is no value to be judged.
        self._held = held
        self._known: set[str] = set()
        self._by_call: dict[int, tuple[Passage, str]] = {}
        self._by_value: dict[str, tuple[Passage, str]] = {}
        self.sights: dict[tuple[int, int], str] = {}

    def hears(self, place: int, number: int, tensor: Any, func: Any, settings: dict[str, Any]) -> str | None:
        """Whether to look at a tensor, and for what value.

        The first tensor that holds a value is looked at. Others are views of it, or stand beside it in the results of
        one operation, as the places of maxima do beside the maxima.
        """
        value = self._record.calls[place].results[number].value
        name = func._schema.name.removeprefix("aten::")
        if place not in self._by_call:
            call = self._record.calls[place]
            # Not a number times zero is not a number, and no more is it beside one that is as low as can be.
            hidden = Passage.INVENTS if call.hides else Passage.FAITHFUL
            self._by_call[place] = (passage_of(call.name, settings) | hidden, name)
        if value not in self._held or value in self._known:
            return None
        self._known.add(value)
        holds_nan = tensor.is_floating_point() or tensor.is_complex()
        self.sights[place, number] = value
        if not holds_nan:
            self._by_value[value] = (BOTH, f"{name} (no fractions)")
        elif not bool(tensor.isfinite().all()):
            # Infinity less infinity is NaN, infinity as an exponent is 0.
            self._by_value[value] = (BOTH, f"{name} (infinite)")
        return value

    def passages(self) -> dict[str, tuple[Passage, str]]:
        """What the nodes do to NaN that do not let it through."""
        found = {node: self._by_call[place] for node, place in self._record.makers.items() if place in self._by_call}
        return {node: passage for node, passage in {**found, **self._by_value}.items() if passage[0]}

    def nodes_of(self, calls: Container[int]) -> frozenset[str]:
        """The nodes that some calls make."""
        return frozenset(node for node, place in self._record.makers.items() if place in calls)


class _OursError(BaseException):
    """Whoever looks at the values has raised something."""


class _ShapeError(BaseException):
    """A tensor of a batch does not consist of what its samples give alone."""


def _apart(tensor: Any, shape: tuple[int, ...], count: int) -> Any:
    """A tensor of a batch with its samples along a new first dimension."""
    if count == 1 and tuple(tensor.shape) == shape:
        return tensor.unsqueeze(0)
    grown = [d for d, n in enumerate(tensor.shape) if d < len(shape) and n == shape[d] * count]
    if len(shape) != tensor.dim() or len(grown) != 1 or any(
        n != shape[d] for d, n in enumerate(tensor.shape) if d != grown[0]
    ):  # fmt: skip
        raise _ShapeError(f"a tensor has the shape {tuple(tensor.shape)}, but it had {shape} when the model was read")
    (d,) = grown
    return tensor.unflatten(d, (count, shape[d])).movedim(d, 0)


def _line(error: BaseException) -> str:
    return (str(error).strip() or "no message").splitlines()[0]
