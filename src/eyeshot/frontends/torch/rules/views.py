"""Views: other shapes, orders and parts of the same memory."""

from __future__ import annotations

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.aliases import Expanded, OfBase, Permuted, Reshaped, Sliced, Spread, View
from eyeshot.frontends.torch.rules.numbers import Paired, Parted, Recast
from eyeshot.frontends.torch.rules.table import TABLE, Call, rule, view, within
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Reshape, Unfold

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
        return Paired(shape)
    if name == "aten::view_as_real":
        return Parted((*shape, 2))
    out = tuple(call.out.shape)
    if len(call.args) > 1 and isinstance(call.args[1], torch.dtype):
        return Recast(shape, out, call.args[0].is_complex(), call.args[1].is_complex) if out != shape else None
    return Reshaped(out)


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

    @property
    def overlaps(self) -> bool:
        """Whether some elements are in several windows."""
        return self.step < self.size

    def take(self, tape: Tape, whole: Value) -> Value:
        """All windows side by side, told apart, their places put last."""
        rank, dim = len(whole.shape), self.dim
        wide = tape.add(Unfold(dim, self.size, self.step), whole)
        apart = tape.add(Reshape((*whole.shape[:dim], self.shape[dim], self.size, *whole.shape[dim + 1 :])), wide)
        return Permuted((*range(dim + 1), *range(dim + 2, rank + 1), dim + 1)).take(tape, apart)

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
    how = (call.arg("offset", 0), call.arg("dim1", 0), call.arg("dim2", 1))
    places = torch.arange(count).reshape(shape).diagonal(*how)
    return Spread(tuple(places.flatten().tolist()), tuple(places.shape))


@rule(
    "diagonal_copy", "expand_copy", "permute_copy", "select_copy", "slice_copy", "squeeze_copy", "t_copy",
    "transpose_copy", "unfold_copy", "unsqueeze_copy", "view_copy",
)  # fmt: skip
def copied(call: Call) -> Value:
    """What a view would show, in memory of its own."""
    x = call.solid(call.args[0])
    _, viewing = TABLE[call.func._schema.name.removesuffix("_copy")]
    found: View | None = viewing(call, x.shape)
    return x if found is None else found.take(call.tape, x)


@view("as_strided")
def as_strided(call: Call, shape: Shape) -> OfBase:  # noqa: ARG001 - all views have this form
    """Any strides, by the places in memory that they reach."""
    source, size, stride = call.args[:3]
    offset = call.arg("storage_offset")
    offset = source.storage_offset() if offset is None else offset
    base = call.tensors.hold(source).base
    if base.width != source.itemsize:
        raise InputError(
            f"`as_strided` must be taken of a tensor with {base.width} bytes for each element, as its memory was made, "
            f"but is taken of one with {source.itemsize}; take the part before its type is changed"
        )
    return OfBase(base.spread(size, stride, offset))
