"""From any model to its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from eyeshot.errors import InputError, ModelReferenceError, nearest
from eyeshot.frontends.torch.capture import capture_first
from eyeshot.frontends.torch.inputs import Arguments, arguments_of
from eyeshot.frontends.torch.record import Record
from eyeshot.frontends.torch.runnable import runnable
from eyeshot.graph.core import Graph
from eyeshot.measure.arguments import clean_tensor
from eyeshot.measure.clean import Tensors
from eyeshot.measure.effort import Effort, Progress
from eyeshot.measure.module_runner import ModuleRunner
from eyeshot.measure.prove import Plan, Prover
from eyeshot.measure.results import Proof
from eyeshot.measure.sizes import bytes_of_machine, bytes_per_run, shown_bytes
from eyeshot.measure.stand_in import StandIn
from eyeshot.running.lent import Lent, bytes_of

__all__ = ["verify_graph", "verify_module"]

_MOST_AT_ONCE = 16
"""Inputs in a batch: more make no processor quicker."""
_WIDTH = 8
"""Bytes of a number."""


def verify_graph(graph: Graph, effort: Effort, progress: Progress | None = None) -> Proof:
    """Prove what is said of a graph against a network of the same operations with random weights.

    Parameters
    ----------
    graph : Graph
        A valid graph.
    effort : Effort
        How much is tried.
    progress : callable, optional
        Told how many of how many runs are done.
    """
    plan = _plan(graph, effort, weights=0)
    runner = StandIn(graph, torch.float64, effort.seed)

    def clean(generator: Any) -> Tensors:
        return {v.name: clean_tensor(v, torch.float64, generator, below=plan.below) for v in graph.inputs}

    return Prover(runner, clean, plan, number="float64", progress=progress).prove()


def verify_module(
    model: torch.nn.Module,
    effort: Effort,
    *,
    input_shape: Any = None,
    axes: str | None = None,
    strict: bool = False,
    call: Mapping[str, Any] | None = None,
    name: str | None = None,
    progress: Progress | None = None,
) -> Proof:
    """Prove what is said of a PyTorch module against the module itself; it comes back as it was.

    Parameters
    ----------
    model : Module
        Any module.
    effort : Effort
        How much is tried.
    input_shape, axes, strict, call, name
        As for `eyeshot.frontends.torch.capture.capture`. Where a tensor is given, its numbers are the clean input.
    progress : callable, optional
        Told how many of how many runs are done.
    """

    def read(meanings: Sequence[Arguments], record: Record | None = None) -> tuple[Graph, Arguments]:
        return capture_first(inner, meanings, strict=strict, name=name, record=record)

    inner = runnable(model)
    said, arguments = read(arguments_of(input_shape, inner, axes=axes, call=call))
    # Before a copy of all weights is made.
    _affordable(said, effort, bytes_of(model, _WIDTH))
    with Lent(model, torch.float64):
        record, wide = Record(), arguments.doubled()
        try:
            graph, _ = read([wide], record)
        except InputError:
            # It insists on the type of its numbers.
            graph = None
        if graph == said:
            prover = _prover(model, said, record, effort, wide, progress)
            if not prover.fails():
                return prover.prove()
    with Lent(model, None):
        record = Record()
        graph, _ = read([arguments], record)
        return _prover(model, graph, record, effort, arguments, progress).prove()


def _prover(
    model: torch.nn.Module,
    graph: Graph,
    record: Record,
    effort: Effort,
    arguments: Arguments,
    progress: Progress | None,
) -> Prover:
    kinds = {one.name: one.tensor.dtype for one in arguments.inputs}
    numbers = {one.name: one.numbers.cpu() for one in arguments.inputs if one.numbers is not None}
    plan = _plan(graph, effort, weights=bytes_of(model, _WIDTH), below=_vocabulary(model))

    def clean(generator: Any) -> Tensors:
        drawn = {v.name: clean_tensor(v, kinds[v.name], generator, below=plan.below) for v in graph.inputs}
        return drawn | {name: tensor.to(kinds[name]) for name, tensor in numbers.items()}

    number = next((kind for kind in kinds.values() if kind.is_floating_point), torch.float64)
    runner = ModuleRunner(model, arguments, graph, record)
    return Prover(runner, clean, plan, number=str(number).removeprefix("torch."), progress=progress)


def _plan(graph: Graph, effort: Effort, *, weights: int, below: int = 2) -> Plan:
    memory = _affordable(graph, effort, weights)
    # One input may go through if it can; of several each counts with all that may be held of it.
    one = bytes_per_run(graph, _WIDTH, frames=True)
    layers = frozenset(n for key in effort.layers for n in _nodes(graph, key)) if effort.layers else None
    at_once = max(1, min(_MOST_AT_ONCE, (memory - weights) // one))
    return Plan(effort.rows, effort.pixels, effort.seed, int(at_once), one, layers, below)


def _affordable(graph: Graph, effort: Effort, weights: int) -> int:
    """Bytes that may be taken.

    Raises
    ------
    InputError
        If not even one run may be taken.
    """
    one, there_is = bytes_per_run(graph, _WIDTH), bytes_of_machine()
    need = f"one run of `{graph.name}` takes about {shown_bytes(one + weights)} of memory, but"
    if one + weights > effort.memory:
        raise InputError(
            f"{need} only {shown_bytes(effort.memory)} may be taken; "
            "allow more (--memory) or give a smaller input (--input)"
        )
    if there_is is not None and one + weights > there_is:
        raise InputError(f"{need} this machine has {shown_bytes(there_is)}; give a smaller input (--input)")
    return effort.memory if there_is is None else min(effort.memory, there_is)


def _nodes(graph: Graph, key: str) -> list[str]:
    """The nodes that a layer's name means: its own, or the one that holds a block's result."""
    found = [node.name for node in graph.nodes if key in (node.name, node.layer)]
    found = found or [name for group, name in graph.groups if group == key and name in graph.by_name]
    if not found:
        known = (*dict(graph.groups), *(node.layer for node in graph.nodes), *graph.by_name)
        raise ModelReferenceError(f"`{graph.name}` has no layer `{key}`{nearest(key, known)}")
    return found


def _vocabulary(model: torch.nn.Module) -> int:
    """Integers below this one are understood by every table of embeddings."""
    sizes = [m.num_embeddings for m in model.modules() if isinstance(m, torch.nn.Embedding)]
    return min(sizes, default=2)
