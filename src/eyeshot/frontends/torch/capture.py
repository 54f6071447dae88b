"""Running a model without arithmetic, and the graph of what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import torch

from eyeshot.errors import EyeshotError, InputError
from eyeshot.frontends.torch.aside import TURN, Aside
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.blend import Blend
from eyeshot.frontends.torch.calls import Calls, returned
from eyeshot.frontends.torch.devices import device_of
from eyeshot.frontends.torch.failures import (
    Ended,
    RefusedError,
    cut_short,
    ending,
    failed,
    numbers_wanted,
    our_fault,
    undecided,
    wants_gradients,
    without_graph,
)
from eyeshot.frontends.torch.inputs import Arguments, arguments_of
from eyeshot.frontends.torch.record import Record
from eyeshot.frontends.torch.runnable import compiler_is_loaded, eagerly, runnable
from eyeshot.frontends.torch.shortcuts import Shortcuts
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.frontends.torch.untouched import Untouched
from eyeshot.frontends.torch.watch import Watch
from eyeshot.graph.core import Graph

__all__ = ["capture", "capture_first"]


def capture(
    model: torch.nn.Module,
    *,
    input_shape: Any = None,
    axes: str | None = None,
    strict: bool = False,
    name: str | None = None,
    call: Mapping[str, Any] | None = None,
) -> Graph:
    """The graph of a PyTorch module, by watching one forward pass without numbers.

    Parameters
    ----------
    model : Module
        Any module, on any device, in training or evaluation mode. It comes back as it was. Hooks of its modules run,
        because they are a part of what it computes; what they change outside the model stays changed. Wrappers that
        spread it over devices (``DataParallel``) or compile it are looked through.
    input_shape : int, tuple of int, Tensor, list or dict
        The input's size, ``(1, 3, 224, 224)``; a list of several for several arguments; a dict for named ones. A size
        without a type is filled up with batch and channels, and taken as it stands where the model refuses that.
    axes : str, optional
        Layout of the input, ``"NHWC"``, where it is not the usual one of its rank.
    strict : bool
        Whether an operation without a rule is an error.
    name : str, optional
        Name of the graph; the module's class by default.
    call : mapping, optional
        Named arguments of ``forward`` that are no inputs, such as ``{"timestep": 5}``.

    Returns
    -------
    Graph
        One node or more for each operation, named by the modules that called them.

    Raises
    ------
    InputError
        If the model cannot be called so; the user's own exception is its cause.
    """
    with TURN:
        model = runnable(model)
        meanings = arguments_of(input_shape, model, axes=axes, call=call)
        return capture_first(model, meanings, strict=strict, name=name)[0]


def capture_first(
    model: torch.nn.Module,
    meanings: Sequence[Arguments],
    *,
    strict: bool = False,
    name: str | None = None,
    record: Record | None = None,
) -> tuple[Graph, Arguments]:
    """The graph of a module for the first arguments that it does not refuse, and these.

    Parameters
    ----------
    model : Module
        As `eyeshot.frontends.torch.runnable.runnable` gives it.
    strict, name
        As for `capture`.
    meanings : sequence of Arguments
        What the caller may mean.
    record : Record, optional
        Where to write down what was called.
    """
    first, *others = meanings
    try:
        return _captured(model, first, strict=strict, name=name, record=record), first
    except EyeshotError as error:
        refused = error
    for arguments in others:
        try:
            return _captured(model, arguments, strict=strict, name=name, record=record), arguments
        except EyeshotError:
            # What is said is why the likeliest meaning fails.
            refused = refused.also(arguments) if isinstance(refused, RefusedError) else refused
    raise refused


def _captured(
    model: torch.nn.Module, arguments: Arguments, *, strict: bool, name: str | None, record: Record | None
) -> Graph:
    compiles, learns = compiler_is_loaded(), record is not None and record.learns
    while True:
        try:
            return _watched(model, arguments, strict=strict, name=name, record=record, learns=learns)
        except RefusedError as error:
            if compiler_is_loaded() and not compiles:
                # The model itself has loaded it, too late to be told that nothing is to be compiled.
                compiles = True
            elif not learns and wants_gradients(error):
                learns = True
            else:
                raise


def _watched(
    model: torch.nn.Module,
    arguments: Arguments,
    *,
    strict: bool,
    name: str | None,
    record: Record | None,
    learns: bool,
) -> Graph:
    tape = Tape()
    watch = Watch(tape, strict=strict) if record is None else record.watch(tape, strict=strict)
    # New ones each time: a model may change the shape of what it is called with.
    blanks = {one.name: blank_like(one.tensor) for one in arguments.inputs}
    for one in arguments.inputs:
        value = tape.input(one.name, tuple(one.tensor.shape), one.layout)
        if one.tensor.is_complex():
            tape.blends[value.index] = Blend.BLENDED
        watch.tensors.bind(blanks[one.name], value)
    with torch.set_grad_enabled(learns), eagerly():
        outputs = _run(
            model, arguments, blanks, tape, watch, strict=strict, within=record.within if record is not None else None
        )
    graph = tape.graph(name or type(model).__name__, [value for _, value in outputs])
    if record is not None:
        record.finish(tape)
        record.learns = learns
    return graph


def _run(
    model: torch.nn.Module,
    arguments: Arguments,
    blanks: Mapping[str, Any],
    tape: Tape,
    watch: Watch,
    *,
    strict: bool,
    within: Untouched | None,
) -> list[tuple[str, Value]]:
    modules = dict(model.named_modules())
    calls = Calls(modules, tape, watch.tensors)
    args, kwargs = arguments.filled(blanks)
    with nullcontext(within) if within is not None else Untouched(modules.values()) as untouched:
        watch.lend(untouched.stand_ins)
        if torch.is_grad_enabled():
            untouched.learning_changes()
        try:
            with Aside(), calls, watch, Shortcuts(watch, untouched, device_of(model)):
                output = model(*args, **kwargs)
        except EyeshotError as error:
            where = f"in `{calls.where or type(model).__name__}`"
            raise type(error)(f"{where}: {without_graph(tape.source, error)}") from error
        except (Exception, SystemExit, Ended) as error:
            stop = error if isinstance(error, Ended) else numbers_wanted(error)
            if stop is None:
                fault = our_fault(calls.where or type(model).__name__, error)
                raise fault or failed(model, arguments, calls.where, error) from error
            if strict or not len(tape):
                raise undecided(calls.where or type(model).__name__, stop, at_once=not len(tape)) from error
            tape.end(ending(calls.where, stop), stop.looked_at)
            tape.note(cut_short(tape.ended, stop))
            return []
    found = returned(output, watch.tensors)
    if not found:
        raise InputError(
            f"the result of `{type(model).__name__}` must depend on its input, but it holds no tensor that does"
        )
    return found
