"""Recurrent layers as a whole: at each time a layer reads all that came before.

Taken apart they are a dozen operations for each time and direction.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from eyeshot.frontends.torch.aliases import Sliced
from eyeshot.frontends.torch.failures import Ended
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Contract, Cumulative, Expand, Gather, Reduce

__all__ = ["packed_recurrent", "recurrent"]


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
            if len(states) == 2 and width == states[1].shape[-1] and call.value(states[1]) is not None:
                began[-1] = _cell(call, states[1], number, time, x.shape[time], reverse=direction == 1)
            passes.append(_pass(call, value, began, (*x.shape[:2], width), time, reverse=direction == 1))
            for end, state in zip(ends, states, strict=True):
                end.append(_final(call, passes[-1], time, state.shape[-1], at=0 if direction else x.shape[time] - 1))
        value = _joined(call, passes, (*x.shape[:2], width), 2)
    return [value, *(_joined(call, end, (1, *state.shape[1:]), 0) for end, state in zip(ends, states, strict=True))]


@rule("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell")
def cell(call: Call) -> list[Value | None]:
    """One time: all features of the input and of the state before; of a state that is kept each feature by itself."""
    x, before = call.args[:2]
    states = list(before) if isinstance(before, list | tuple) else [before]
    shape = (x.shape[0], states[0].shape[-1])
    blanks = tuple(x.new_empty(shape, device="meta") for _ in states)
    call.returns(blanks if len(blanks) > 1 else blanks[0])
    mixed = Contract((("n", "i"),), ("n", "o"), (("o", shape[1]),))
    parts = [call.add(mixed, value) for value in call.values([x, states[0]])]
    # A gate keeps a part of the state; all but the plain cells have one.
    kept = [] if "rnn" in call.func._schema.name else call.values(states[-1:])
    value = call.join([*parts, *kept], shape) if parts or kept else None
    return [value] * len(states)


@rule("_pack_padded_sequence")
def pack(call: Call) -> list[Value | None]:
    """The rows of each time side by side, of the sequences that have not ended yet."""
    x, lengths, batch_first = call.args
    real = call.real(lengths)
    if real is None:
        raise Ended("pack_padded_sequence (lengths that the data say)", call.values([lengths]))
    # The framework packs the numbers of the rows, and says what is wrong with the lengths.
    numbers = torch.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], 1)
    rows, sizes = torch.ops.aten._pack_padded_sequence(numbers, real, batch_first)
    rest = tuple(x.shape[2:])
    call.returns((torch.empty((len(rows), *rest), dtype=x.dtype, device="meta"), sizes))
    value = call.value(x)
    if value is None:
        return [None, None]
    flat = call.reshape(value, (x.shape[0] * x.shape[1], *rest))
    return [call.add(Gather(0, tuple(rows.flatten().tolist())), flat), None]


@rule("lstm.data", "gru.data", "rnn_tanh.data", "rnn_relu.data")
def packed_recurrent(call: Call) -> list[Value | None]:
    """As for sequences of one length, each within its own."""
    x, sizes, first = call.args[:3]
    real = call.real(sizes)
    if real is None:
        raise Ended("a packed sequence (lengths that the data say)", call.values([sizes]))
    states = list(first) if isinstance(first, list | tuple) else [first]
    layers, directions = call.arg("num_layers"), 1 + bool(call.arg("bidirectional"))
    width, packing = states[0].shape[-1], Packing(tuple(real.tolist()))
    shapes = ((x.shape[0], width * directions), *(state.shape for state in states))
    call.returns(tuple(x.new_empty(shape, device="meta") for shape in shapes))
    value = call.value(x)
    ends: list[list[Value | None]] = [[] for _ in states]
    for layer in range(layers):
        passes = []
        for direction in range(directions):
            number = layer * directions + direction
            began = [v for state in states if (v := _initial(call, state, number, 0)) is not None]
            apart = None if value is None else packing.apart(call, value)
            whole = _pass(call, apart, began, (*packing.shape, width), 0, reverse=direction == 1)
            passes.append(None if whole is None else packing.together(call, whole))
            for end, state in zip(ends, states, strict=True):
                end.append(packing.ends(call, whole, state.shape[-1], at_first=direction == 1))
        value = _joined(call, passes, (x.shape[0], width), 1)
    return [value, *(_joined(call, end, (1, *state.shape[1:]), 0) for end, state in zip(ends, states, strict=True))]


class Packing:
    """Which row of a packed batch belongs to which time of which sequence.

    Parameters
    ----------
    sizes : tuple of int
        For each time the number of sequences that have not ended.
    """

    def __init__(self, sizes: tuple[int, ...]) -> None:
        self.shape = (len(sizes), sizes[0])
        self._places = tuple(t * sizes[0] + b for t, size in enumerate(sizes) for b in range(size))
        self._lasts = tuple(max(t for t, size in enumerate(sizes) if size > b) * sizes[0] + b for b in range(sizes[0]))

    def apart(self, call: Call, packed: Value) -> Value:
        """Rows by time and sequence; those after the end of a sequence read nothing."""
        count, width = packed.shape
        rows = [count] * (self.shape[0] * self.shape[1])
        for row, place in enumerate(self._places):
            rows[place] = row
        both = call.add(Concat(0), packed, call.tape.constant((1, width)))
        return call.reshape(call.add(Gather(0, tuple(rows)), both), (*self.shape, width))

    def together(self, call: Call, whole: Value) -> Value:
        """The rows of a packed batch."""
        return call.add(Gather(0, self._places), self._flat(call, whole))

    def ends(self, call: Call, whole: Value | None, width: int, *, at_first: bool) -> Value | None:
        """The state after the last time of each sequence, or after the first one, backwards."""
        if whole is None:
            return None
        batch = self.shape[1]
        rows = call.add(Gather(0, tuple(range(batch)) if at_first else self._lasts), self._flat(call, whole))
        one = Sliced(2, 0, 1).take(call.tape, call.reshape(rows, (1, batch, rows.shape[1])))
        return call.add(Expand((1, batch, width)), one)

    def _flat(self, call: Call, whole: Value) -> Value:
        return call.reshape(whole, (self.shape[0] * self.shape[1], whole.shape[2]))


def _initial(call: Call, state: torch.Tensor, number: int, time: int) -> Value | None:
    """The initial state of one direction, read at every time: shape (1, batch, 1) or (batch, 1, 1)."""
    value = call.value(state)
    if value is None:
        return None
    own = Sliced(0, number, 1).take(call.tape, value)
    batch = state.shape[1]
    return call.reshape(call.add(Reduce((2,), keepdims=True), own), (batch, 1, 1) if time == 1 else (1, batch, 1))


def _cell(call: Call, state: torch.Tensor, number: int, time: int, count: int, *, reverse: bool) -> Value:
    """The initial cell of an LSTM: at the first time each feature reads its own, then the gates have mixed them."""
    batch, width = state.shape[1:]
    own = Sliced(0, number, 1).take(call.tape, call.solid(state))
    shape = (1, batch, width) if time == 0 else (batch, 1, width)
    own = call.reshape(own, shape)
    if count == 1:
        return own
    rest = (count - 1, batch, width) if time == 0 else (batch, count - 1, width)
    mixed = call.add(Expand(rest), call.add(Reduce((2,), keepdims=True), own))
    return call.add(Concat(time), *((mixed, own) if reverse else (own, mixed)))


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
