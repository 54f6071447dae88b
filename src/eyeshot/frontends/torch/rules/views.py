"""Views: other shapes, orders and parts of the same memory; and copies that are made like views."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from eyeshot.frontends.torch.aliases import Expanded, Permuted, Reshaped, Sliced, Spread, View, replaced
from eyeshot.frontends.torch.rules.table import Call, rule, view, within
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Expand, Flip, Reduce, Reshape, Roll

__all__: list[str] = []


@view(
    "view",
    "_unsafe_view",
    "reshape",
    "_reshape_alias",
    "unsqueeze",
    "squeeze",
    "flatten",
    "unflatten",
    "view_as_complex",
    "view_as_real",
    "view_as",
)
def other_shape(call: Call, shape: Shape) -> View | None:
    """The same elements under another shape; complex numbers count as pairs."""
    name = call.func._schema.name
    if name == "aten::view_as_complex":
        return _Pairs(shape)
    if name == "aten::view_as_real":
        return _Parts((*shape, 2))
    out = tuple(call.out.shape)
    if len(call.args) > 1 and isinstance(call.args[1], torch.dtype):
        return None
    return Reshaped(out)


class _Pairs:
    """Pairs of numbers as complex numbers: each reads both."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def take(self, tape: Tape, whole: Value) -> Value:
        """Complex numbers of pairs."""
        return tape.add(Reduce((len(self.shape) - 1,)), whole)

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """Pairs of complex numbers."""
        return _Parts(whole.shape).take(tape, part)


class _Parts:
    """Complex numbers as pairs: both parts read the number."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def take(self, tape: Tape, whole: Value) -> Value:
        """Pairs of complex numbers."""
        return tape.add(Expand(self.shape), tape.add(Reshape((*self.shape[:-1], 1)), whole))

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:  # noqa: ARG002 - replaces all of it
        """Complex numbers of pairs."""
        return _Pairs(self.shape).take(tape, part)


@view("alias", "detach", "lift_fresh", "_conj", "_neg_view", "resolve_conj")
def itself(call: Call, shape: Shape) -> None:  # noqa: ARG001 - all views have this form
    """All of it as it is."""
    return


@view("expand", "expand_as", "broadcast_to")
def expanded(call: Call, shape: Shape) -> View | None:
    """Broadcast."""
    out = tuple(call.out.shape)
    return Expanded(out) if out != shape else None


@view("permute")
def permuted(call: Call, shape: Shape) -> View:
    """Dimensions in another order."""
    return Permuted(tuple(d % len(shape) for d in call.args[1]))


@view("transpose", "swapaxes", "swapdims")
def transposed(call: Call, shape: Shape) -> View:
    """Two dimensions exchanged."""
    order = list(range(len(shape)))
    if order:
        a, b = within(call.args[1], len(shape)), within(call.args[2], len(shape))
        order[a], order[b] = order[b], order[a]
    return Permuted(tuple(order))


@view("t", "numpy_T", "mT", "matrix_H", "mH", "adjoint")
def turned(call: Call, shape: Shape) -> View:  # noqa: ARG001 - all views have this form
    """The last two dimensions exchanged."""
    rank = len(shape)
    return Permuted((*range(rank - 2), rank - 1, rank - 2) if rank > 1 else tuple(range(rank)))


class Picked:
    """One index of a dimension, which goes."""

    __slots__ = ("dim", "index")

    def __init__(self, dim: int, index: int) -> None:
        self.dim, self.index = dim, index

    def take(self, tape: Tape, whole: Value) -> Value:
        """What lies at the index."""
        kept = Sliced(self.dim, self.index, 1).take(tape, whole)
        return tape.add(Reshape((*whole.shape[: self.dim], *whole.shape[self.dim + 1 :])), kept)

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """The whole with what lies at the index replaced."""
        lead, tail = part.shape[: self.dim], part.shape[self.dim :]
        return Sliced(self.dim, self.index, 1).put(tape, whole, tape.add(Reshape((*lead, 1, *tail)), part))


@view("select")
def selected(call: Call, shape: Shape) -> View:
    """One index of a dimension."""
    dim = within(call.args[1], len(shape))
    return Picked(dim, call.args[2] % shape[dim])


@view("slice", "narrow")
def sliced(call: Call, shape: Shape) -> View | None:
    """Some indices of a dimension, evenly spaced."""
    dim = within(call.arg("dim", 0), len(shape))
    count = call.out.shape[dim]
    if not count:
        return None
    start = call.arg("start", 0) or 0
    start = max(0, start + shape[dim] if start < 0 else start)
    return Sliced(dim, start, count, call.arg("step", 1) or 1) if count != shape[dim] else None


@view("split", "split_with_sizes", "chunk", "tensor_split", "unsafe_split", "unsafe_split_with_sizes", "unsafe_chunk")
def parted(call: Call, shape: Shape) -> list[View]:
    """Neighbouring parts of a dimension."""
    dim = within(call.arg("dim", 0), len(shape))
    found: list[View] = []
    at = 0
    for part in call.out:
        found.append(Sliced(dim, at, part.shape[dim]))
        at += part.shape[dim]
    return found


@view("unbind")
def unbound(call: Call, shape: Shape) -> list[View]:
    """Each index of a dimension by itself."""
    dim = within(call.arg("dim", 0), len(shape))
    return [Picked(dim, index) for index in range(shape[dim])]


class Windowed:
    """Windows along one dimension, as a new last dimension."""

    __slots__ = ("dim", "shape", "size", "step")

    def __init__(self, dim: int, size: int, step: int, shape: Shape) -> None:
        self.dim, self.size, self.step, self.shape = dim, size, step, shape

    def take(self, tape: Tape, whole: Value) -> Value:
        """Each place in the window is a slice; all of them stand side by side."""
        count = self.shape[self.dim]
        parts = []
        for t in range(self.size):
            place = Sliced(self.dim, t, count, self.step).take(tape, whole)
            parts.append(tape.add(Reshape((*place.shape, 1)), place))
        return tape.add(Concat(len(self.shape) - 1), *parts) if len(parts) > 1 else parts[0]

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """The whole with the windows replaced; where they overlap the last one counts."""
        return _spread(whole.shape, self.dim, self.size, self.step).put(tape, whole, part)


def _spread(shape: Shape, dim: int, size: int, step: int) -> Spread:
    count = 1
    for n in shape:
        count *= n
    places = torch.arange(count).reshape(shape).unfold(dim, size, step)
    return Spread(tuple(places.flatten().tolist()), tuple(places.shape))


@view("unfold")
def unfolded(call: Call, shape: Shape) -> View:
    """Windows along one dimension."""
    dim = within(call.args[1], len(shape))
    return Windowed(dim, call.args[2], call.args[3], tuple(call.out.shape))


@view("diagonal")
def diagonal(call: Call, shape: Shape) -> View:
    """Elements of a diagonal, by their places."""
    count = 1
    for n in shape:
        count *= n
    places = call.func(torch.arange(count).reshape(shape), *call.args[1:], **call.kwargs)
    return Spread(tuple(places.flatten().tolist()), tuple(places.shape))


@view("as_strided")
def as_strided(call: Call, shape: Shape) -> View:
    """Any strides, by the places that they reach; the viewed tensor must be dense."""
    source = call.args[0]
    count = 1
    for n in shape:
        count *= n
    size, stride = call.args[1], call.args[2]
    offset = call.arg("storage_offset")
    offset = source.storage_offset() if offset is None else offset
    number = torch.empty(count, dtype=torch.int64)
    memory = torch.as_strided(torch.arange(count), shape, source.stride())
    number[memory.flatten()] = torch.arange(count)
    places = torch.as_strided(number, size, stride, offset - source.storage_offset())
    return Spread(tuple(places.flatten().tolist()), tuple(places.shape))


# ---------------------------------------------------------------------- copies


@rule("flip")
def flip(call: Call) -> Value:
    """Dimensions turned round."""
    x = call.solid(call.args[0])
    call.like(call.args[0])
    return call.add(Flip(tuple(d % len(x.shape) for d in call.args[1])), x) if call.args[1] else x


@rule("roll")
def roll(call: Call) -> Value:
    """Elements shifted round."""
    x = call.solid(call.args[0])
    call.like(call.args[0])
    shifts, dims = _listed(call.args[1]), _listed(call.arg("dims", ()))
    if not dims:
        row = call.reshape(x, (call.args[0].numel(),))
        return call.reshape(call.add(Roll((0,), (sum(shifts),)), row), x.shape)
    total: dict[int, int] = {}
    for dim, shift in zip(dims, shifts, strict=True):
        total[dim % len(x.shape)] = total.get(dim % len(x.shape), 0) + shift
    return call.add(Roll(tuple(total), tuple(total.values())), x)


@rule("rot90")
def rot90(call: Call) -> Value:
    """A quarter turn, some times."""
    x = call.solid(call.args[0])
    times = call.arg("k", 1) % 4
    a, b = (d % len(x.shape) for d in call.arg("dims", [0, 1]))
    if times in {1, 2}:
        x = call.add(Flip((b,) if times == 1 else (a, b)), x)
    elif times == 3:
        x = call.add(Flip((a,)), x)
    order = list(range(len(x.shape)))
    order[a], order[b] = order[b], order[a]
    return Permuted(tuple(order)).take(call.tape, x) if times % 2 else x


@rule(
    "cat",
    "concat",
    "concatenate",
)
def cat(call: Call) -> Value:
    """Parts one after the other; parts without elements do not count."""
    tensors = [t for t in call.args[0] if t.numel()]
    _ = call.out
    values = [call.solid(t) for t in tensors]
    dim = within(call.arg("dim", 0), len(values[0].shape))
    return call.add(Concat(dim), *values) if len(values) > 1 else values[0]


@rule("stack")
def stack(call: Call) -> Value:
    """Parts along a new dimension."""
    values = [call.solid(t) for t in call.args[0]]
    rank = len(values[0].shape) + 1
    dim = within(call.arg("dim", 0), rank)
    laid = [call.reshape(v, (*v.shape[:dim], 1, *v.shape[dim:])) for v in values]
    return call.add(Concat(dim), *laid) if len(laid) > 1 else laid[0]


@rule("repeat", "tile")
def repeat(call: Call) -> Value:
    """Copies side by side."""
    x = call.solid(call.args[0])
    times = tuple(call.args[1])
    shape = (*(1,) * (len(times) - len(x.shape)), *x.shape)
    times = (*(1,) * (len(shape) - len(times)), *times)
    apart: list[int] = []
    laid: list[int] = []
    for n, k in zip(shape, times, strict=True):
        apart += [1, n] if k > 1 else [n]
        laid += [k, n] if k > 1 else [n]
    value = call.reshape(x, apart)
    value = call.add(Expand(tuple(laid)), value) if laid != apart else value
    return call.reshape(value, tuple(n * k for n, k in zip(shape, times, strict=True)))


@rule("repeat_interleave.self_int")
def repeat_interleave(call: Call) -> Value:
    """Each element some times in a row."""
    x = call.solid(call.args[0])
    times, dim = call.args[1], call.arg("dim")
    if dim is None:
        x, dim = call.reshape(x, (call.args[0].numel(),)), 0
    dim = within(dim, len(x.shape))
    lead, n, tail = x.shape[:dim], x.shape[dim], x.shape[dim + 1 :]
    wide = call.add(Expand((*lead, n, times, *tail)), call.reshape(x, (*lead, n, 1, *tail)))
    return call.reshape(wide, (*lead, n * times, *tail))


@rule("diag_embed")
def diag_embed(call: Call) -> Value:
    """Elements on a diagonal; what lies beside it reads nothing."""
    shape = call.shape
    number = torch.arange(math.prod(shape)).reshape(shape)
    places = number.diagonal(call.arg("offset", 0), call.arg("dim1", -2), call.arg("dim2", -1))
    row = tuple(places.flatten().tolist())
    return replaced(call.tape, call.tape.constant(shape), row, call.solid(call.args[0]))


def _listed(value: int | Sequence[int]) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)
