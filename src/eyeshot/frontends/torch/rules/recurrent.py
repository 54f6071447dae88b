"""Recurrent layers as a whole: at each time a layer reads all that came before.

Taken apart they are a dozen operations for each time and direction.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from eyeshot.frontends.torch.aliases import Sliced
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Contract, Cumulative, Expand, Reduce

__all__: list[str] = []


@rule("lstm.input", "gru.input", "rnn_tanh.input", "rnn_relu.input")
def recurrent(call: Call) -> list[Value | None]:
    """Each direction of each layer is a running reduction along the time that mixes all features.

    The states are sequences of one time, of the shape (layers · directions, batch, features).
    """
    x, first = call.args[:2]
    states = list(first) if isinstance(first, list | tuple) else [first]
    layers, both, batch_first = (call.arg(name) for name in ("num_layers", "bidirectional", "batch_first"))
    time, directions = int(batch_first), 1 + bool(both)
    width = states[0].shape[-1]
    out = (*x.shape[:2], width * directions)
    call.returns(tuple(x.new_empty(shape, device="meta") for shape in (out, *(state.shape for state in states))))
    value = call.value(x)
    ends: list[list[Value | None]] = [[] for _ in states]
    for layer in range(layers):
        passes = []
        for direction in range(directions):
            number = layer * directions + direction
            began = [v for state in states if (v := _initial(call, state, number, time)) is not None]
            passes.append(_pass(call, value, began, (*x.shape[:2], width), time, reverse=direction == 1))
            for end, state in zip(ends, states, strict=True):
                end.append(_final(call, passes[-1], time, state.shape[-1], at=0 if direction else x.shape[time] - 1))
        value = _joined(call, passes, (*x.shape[:2], width), 2)
    return [value, *(_joined(call, end, (1, *state.shape[1:]), 0) for end, state in zip(ends, states, strict=True))]


def _initial(call: Call, state: torch.Tensor, number: int, time: int) -> Value | None:
    """The initial state of one direction, read at every time: shape (1, batch, 1) or (batch, 1, 1)."""
    value = call.value(state)
    if value is None:
        return None
    own = Sliced(0, number, 1).take(call.tape, value)
    batch = state.shape[1]
    return call.reshape(call.add(Reduce((2,), keepdims=True), own), (batch, 1, 1) if time == 1 else (1, batch, 1))


def _pass(
    call: Call, value: Value | None, began: Sequence[Value], shape: Shape, time: int, *, reverse: bool
) -> Value | None:
    """One direction of one layer; None if it reads no input."""
    parts = list(began)
    if value is not None:
        mixed = Contract((("t", "n", "i"),), ("t", "n", "o"), (("o", shape[-1]),))
        parts.append(call.add(Cumulative(time, reverse), call.add(mixed, value)))
    return call.join(parts, shape) if parts else None


def _final(call: Call, whole: Value | None, time: int, width: int, *, at: int) -> Value | None:
    """The state after the last time, of shape (1, batch, features)."""
    if whole is None:
        return None
    last = Sliced(time, at, 1).take(call.tape, whole)
    batch = last.shape[1 - time]
    one = Sliced(2, 0, 1).take(call.tape, call.reshape(last, (1, batch, last.shape[2])))
    return call.add(Expand((1, batch, width)), one)


def _joined(call: Call, parts: Sequence[Value | None], shape: Shape, dim: int) -> Value | None:
    """Parts of one shape side by side; None if none reads an input."""
    if not any(parts):
        return None
    solid = [part or call.tape.constant(shape) for part in parts]
    return call.add(Concat(dim), *solid) if len(solid) > 1 else solid[0]
