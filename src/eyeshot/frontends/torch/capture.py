"""Running a model without arithmetic, and the graph of what it did."""

from __future__ import annotations

from typing import Any

import torch

from eyeshot.errors import EyeshotError, InputError
from eyeshot.frontends.torch.calls import Calls, returned
from eyeshot.frontends.torch.inputs import Arguments, arguments_of, layout_of
from eyeshot.frontends.torch.rules.table import Ended
from eyeshot.frontends.torch.shortcuts import Shortcuts
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.frontends.torch.untouched import Untouched
from eyeshot.frontends.torch.watch import Watch
from eyeshot.graph.core import Graph

__all__ = ["capture"]


def capture(
    model: torch.nn.Module,
    *,
    input_shape: Any = None,
    axes: str | None = None,
    strict: bool = False,
    name: str | None = None,
) -> Graph:
    """The graph of a PyTorch module, by watching one forward pass without numbers.

    Parameters
    ----------
    model : Module
        Any module, on any device, in training or evaluation mode. It comes back as it was.
    input_shape : int, tuple of int, Tensor, list or dict
        The input's size, ``(1, 3, 224, 224)``; a list of several for several arguments; a dict for named ones.
    axes : str, optional
        Layout of the input, ``"NHWC"``, where it is not the usual one of its rank.
    strict : bool
        Whether an operation without a rule is an error.
    name : str, optional
        Name of the graph; the module's class by default.

    Returns
    -------
    Graph
        One node or more for each operation, named by the modules that called them.

    Raises
    ------
    InputError
        If the model cannot be called so; the user's own exception is its cause.
    """
    arguments = arguments_of(input_shape, model)
    tape = Tape()
    watch = Watch(tape, strict=strict)
    for label, tensor in arguments.tensors:
        shape = tuple(tensor.shape)
        watch.begin(tensor, tape.input(label, shape, layout_of(shape, axes)))
    outputs = _run(model, arguments, tape, watch, strict=strict)
    return tape.graph(name or type(model).__name__, [value for _, value in outputs])


def _run(
    model: torch.nn.Module, arguments: Arguments, tape: Tape, watch: Watch, *, strict: bool
) -> list[tuple[str, Value]]:
    calls = Calls(model, tape, watch)
    with Untouched(model), torch.no_grad():
        try:
            with calls, watch, Shortcuts(watch):
                output = model(*arguments.args, **arguments.kwargs)
        except Ended as end:
            if strict or not len(tape):
                raise InputError(
                    f"`{calls.where or type(model).__name__}` decides by the numbers of its data (`{end.name}`): "
                    + ("without `strict` all before that is analysed" if len(tape) else "no layer comes before that")
                ) from None
            tape.note(
                f"The capture ended in {calls.where or 'the model itself'} at the operation {end.name}, which needs "
                "the numbers of real data; everything up to there is analysed."
            )
            return []
        except EyeshotError as error:
            raise type(error)(f"in `{calls.where or type(model).__name__}`: {error}") from error
        except Exception as error:
            raise _failed(model, arguments, calls.where, error) from error
    found = returned(output, watch)
    if not found:
        raise InputError(
            f"the result of `{type(model).__name__}` must depend on its input, but it holds no tensor that does"
        )
    return found


def _failed(model: torch.nn.Module, arguments: Arguments, where: str, error: Exception) -> InputError:
    shapes = ", ".join(f"{name} {tuple(tensor.shape)}" for name, tensor in arguments.tensors)
    message = (str(error).strip() or "no message").splitlines()[0]
    return InputError(
        f"`{type(model).__name__}` must run with {shapes}, but "
        f"{'`' + where + '`' if where else 'it'} raises {type(error).__name__}: {message}"
    )
