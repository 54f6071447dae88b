"""Brute force: networks executed on sets of pixels, to see what every element really reads.

Each element of each value is a set of input pixels, held as one boolean for each pixel in a last dimension. An op is
carried out as its documentation says, element by element, with "or" in place of arithmetic. A pixel is a spatial
position: its batch and channel do not count. Nothing here uses what the package says an op reads.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.graph.core import Graph, Value

Bits = npt.NDArray[np.bool_]
"""Sets of pixels: the shape of the value, and one boolean for each pixel of each input."""
Shape = tuple[int, ...]


def extents(value: Value) -> Shape:
    """Pixels along each axis of an input."""
    return tuple(value.shape[axis.dim] for axis in value.axes)


def execute(graph: Graph) -> dict[str, Bits]:
    """What every element of every value reads."""
    pixels = sum(math.prod(extents(value)) for value in graph.inputs)
    values: dict[str, Bits] = {}
    first = 0
    for value in graph.inputs:
        values[value.name] = _pixels_of(value, first, pixels)
        first += math.prod(extents(value))
    for node in graph.nodes:
        operands = [values[name] for name in node.inputs]
        values[node.name] = EXECUTE[node.op.kind](node.op, operands, (*node.shape, pixels))
        assert values[node.name].shape == (*node.shape, pixels), node.name
    return values


def pixels_of_input(graph: Graph, name: str, bits: Bits) -> Bits:
    """The sets without the pixels of other inputs; the pixels laid out along the input's axes."""
    first = 0
    for value in graph.inputs:
        count = math.prod(extents(value))
        if value.name == name:
            return bits[..., first : first + count].reshape(*bits.shape[:-1], *extents(value))
        first += count
    raise KeyError(name)


def _pixels_of(value: Value, first: int, pixels: int) -> Bits:
    bits = np.zeros((*value.shape, pixels), np.bool_)
    for index in np.ndindex(*value.shape):
        position = 0
        for axis, n in zip(value.axes, extents(value), strict=True):
            position = position * n + index[axis.dim]
        bits[(*index, first + position)] = True
    return bits


def _indices(sizes: Sequence[int]) -> Iterator[Shape]:
    return itertools.product(*map(range, sizes))


def _at(x: Bits, position: Shape) -> Bits:
    """All batches and channels at a position along the last dimensions."""
    picked: Bits = x[(..., *position, slice(None))]
    return picked


# -------------------------------------------------------------------------------------- windows


def _mix_channels(op: Any, x: Bits, dim: int) -> Bits:
    """Every output channel reads all input channels of its group."""
    if op.channels is None:
        return x
    per_in, per_out = x.shape[dim] // op.groups, op.channels // op.groups
    mixed = []
    for channel in range(op.channels):
        group = channel // per_out
        mine = np.take(x, range(group * per_in, (group + 1) * per_in), axis=dim)
        mixed.append(mine.any(axis=dim))
    return np.stack(mixed, axis=dim)


def window(op: Any, operands: list[Bits], full: Shape) -> Bits:
    d = len(op.kernel)
    x = _mix_channels(op, operands[0], operands[0].ndim - 2 - d)
    sizes = x.shape[-1 - d : -1]
    out = np.zeros(full, np.bool_)
    for o in _indices(full[-1 - d : -1]):
        for t in _indices(op.kernel):
            i = tuple(op.stride[a] * o[a] - op.pad_before[a] + op.dilation[a] * t[a] for a in range(d))
            if all(0 <= i[a] < sizes[a] for a in range(d)):
                out[(..., *o, slice(None))] |= _at(x, i)
    return out


def transposed(op: Any, operands: list[Bits], full: Shape) -> Bits:
    """Each input element stamps the kernel onto the output."""
    d = len(op.kernel)
    x = _mix_channels(op, operands[0], operands[0].ndim - 2 - d)
    out = np.zeros(full, np.bool_)
    for i in _indices(x.shape[-1 - d : -1]):
        for t in _indices(op.kernel):
            o = tuple(op.stride[a] * i[a] - op.pad_before[a] + op.dilation[a] * t[a] for a in range(d))
            if all(0 <= o[a] < full[a - d - 1] for a in range(d)):
                out[(..., *o, slice(None))] |= _at(x, i)
    return out


# -------------------------------------------------------------------------------------- resampling


def _weights(method: str, fraction: Fraction) -> dict[int, Fraction]:
    """Weights of the taps at ``floor(x) + key`` for an ``x`` with this fractional part."""
    one = Fraction(1)
    if method == "linear":
        return {0: one - fraction, 1: fraction}
    if method == "cubic":
        a = Fraction(-3, 4)

        def near(t: Fraction) -> Fraction:
            return (a + 2) * t**3 - (a + 3) * t**2 + 1

        def far(t: Fraction) -> Fraction:
            return a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a

        return {-1: far(fraction + 1), 0: near(fraction), 1: near(1 - fraction), 2: far(2 - fraction)}
    return {0: one}


def source_position(op: Any, d: int, n_in: int, n_out: int, o: int) -> Fraction:
    """Where output index `o` lies on the input, as torch.nn.functional.interpolate has it."""
    if op.align_corners:
        return o * (Fraction(n_in - 1, n_out - 1) if n_out > 1 else Fraction(0))
    scale = op.scales[d] if op.scales else None
    ratio = Fraction(n_in, n_out) if scale is None else 1 / Fraction(scale)
    if op.method == "nearest":
        return ratio * o
    if op.method == "nearest_exact":
        return ratio * (o + Fraction(1, 2))
    return ratio * (o + Fraction(1, 2)) - Fraction(1, 2)


def source_taps(op: Any, d: int, n_in: int, n_out: int, o: int) -> list[int]:
    """Input indices with a weight for output index `o`, not clamped."""
    x = source_position(op, d, n_in, n_out, o)
    return [math.floor(x) + k for k, weight in _weights(op.method, x - math.floor(x)).items() if weight != 0]


def _separable(x: Bits, full: Shape, taps: list[list[list[int]]]) -> Bits:
    """Per axis and output index a list of input indices; an output element reads their product."""
    d = len(taps)
    out = np.zeros(full, np.bool_)
    for o in _indices(full[-1 - d : -1]):
        for i in itertools.product(*(taps[a][o[a]] for a in range(d))):
            out[(..., *o, slice(None))] |= _at(x, i)
    return out


def resample(op: Any, operands: list[Bits], full: Shape) -> Bits:
    (x,) = operands
    d = len(op.sizes)
    sizes = x.shape[-1 - d : -1]
    taps = [
        [
            [min(max(i, 0), sizes[a] - 1) for i in source_taps(op, a, sizes[a], op.sizes[a], o)]
            for o in range(op.sizes[a])
        ]
        for a in range(d)
    ]
    return _separable(x, full, taps)


def adaptive(op: Any, operands: list[Bits], full: Shape) -> Bits:
    (x,) = operands
    d = len(op.sizes)
    sizes = x.shape[-1 - d : -1]
    taps = [
        [list(range(math.floor(Fraction(o * n, m)), math.ceil(Fraction((o + 1) * n, m)))) for o in range(m)]
        for n, m in zip(sizes, op.sizes, strict=True)
    ]
    return _separable(x, full, taps)


# -------------------------------------------------------------------------------------- numpy does it


def pad(op: Any, operands: list[Bits], full: Shape) -> Bits:
    (x,) = operands
    modes: dict[str, Any] = {"replicate": "edge", "reflect": "reflect", "circular": "wrap"}
    for a, (before, after) in enumerate(zip(op.before, op.after, strict=True)):
        dim = len(full) - 1 - len(op.before) + a
        widths = (max(before, 0), max(after, 0))
        indices = np.arange(x.shape[dim])
        if op.mode == "constant":
            indices = np.pad(indices, widths, constant_values=-1)
        else:
            indices = np.pad(indices, widths, mode=modes[op.mode])
        indices = indices[max(-before, 0) : len(indices) - max(-after, 0)]
        nothing = np.zeros_like(np.take(x, [0], axis=dim))
        x = np.take(np.concatenate([x, nothing], axis=dim), indices, axis=dim)
    return x


def slice_(op: Any, operands: list[Bits], full: Shape) -> Bits:
    keys = [slice(None)] * len(full)
    keys[_dim(op.dim, full)] = slice(op.start, op.stop, op.step)
    sliced: Bits = operands[0][tuple(keys)]
    return sliced


def unfold(op: Any, operands: list[Bits], full: Shape) -> Bits:
    x = np.moveaxis(operands[0], _dim(op.dim, full), 0)
    starts = range(0, len(x) - op.dilation * (op.size - 1), op.step)
    windows = [x[start :: op.dilation][: op.size] for start in starts]
    return np.moveaxis(np.concatenate(windows), 0, _dim(op.dim, full))


def flip(op: Any, operands: list[Bits], full: Shape) -> Bits:
    return np.flip(operands[0], [_dim(dim, full) for dim in op.dims])


def roll(op: Any, operands: list[Bits], full: Shape) -> Bits:
    return np.roll(operands[0], op.shifts, [_dim(dim, full) for dim in op.dims])


def gather(op: Any, operands: list[Bits], full: Shape) -> Bits:
    (x,) = operands
    dim = _dim(op.dim, full)
    if op.indices is None:
        return np.repeat(x.any(axis=dim, keepdims=True), op.count, axis=dim)
    return np.take(x, op.indices, axis=dim)


def reduce(op: Any, operands: list[Bits], full: Shape) -> Bits:
    (x,) = operands
    dims = tuple({_dim(dim, x.shape) for dim in op.dims})
    reduced: Bits = x.any(axis=dims, keepdims=op.keepdims)
    return reduced.reshape(full)


def cumulative(op: Any, operands: list[Bits], full: Shape) -> Bits:
    (x,) = operands
    dim = _dim(op.dim, full)
    if op.reverse:
        return np.flip(np.logical_or.accumulate(np.flip(x, dim), axis=dim), dim)
    return np.logical_or.accumulate(x, axis=dim)


def contract(op: Any, operands: list[Bits], full: Shape) -> Bits:
    out = np.zeros(full, np.bool_)
    for index in _indices(full[:-1]):
        fixed: dict[str, Any] = dict(zip(op.output, index, strict=True))
        for labels, x in zip(op.operands, operands, strict=True):
            read = x[tuple(fixed.get(label, slice(None)) for label in labels)]
            out[index] |= read.reshape(-1, x.shape[-1]).any(axis=0)
    return out


def pointwise(_op: Any, operands: list[Bits], full: Shape) -> Bits:
    out = np.zeros(full, np.bool_)
    for x in operands:
        out |= np.broadcast_to(x, out.shape)
    return out


def expand(op: Any, operands: list[Bits], full: Shape) -> Bits:
    return np.broadcast_to(operands[0], (*op.shape, full[-1]))


def concat(op: Any, operands: list[Bits], full: Shape) -> Bits:
    return np.concatenate(operands, axis=_dim(op.dim, full))


def reshape(op: Any, operands: list[Bits], full: Shape) -> Bits:
    return operands[0].reshape(*op.shape, full[-1])


def permute(op: Any, operands: list[Bits], full: Shape) -> Bits:
    return operands[0].transpose(*op.order, len(full) - 1)


def constant(_op: Any, _operands: list[Bits], full: Shape) -> Bits:
    return np.zeros(full, np.bool_)


def opaque(_op: Any, operands: list[Bits], full: Shape) -> Bits:
    everything = np.zeros(full[-1], np.bool_)
    for x in operands:
        everything |= x.reshape(-1, full[-1]).any(axis=0)
    return np.broadcast_to(everything, full)


def _dim(dim: int, full: Shape) -> int:
    """A dimension counted from the front; the last one, of pixels, is no dimension of the value."""
    return dim % (len(full) - 1)


EXECUTE: dict[str, Callable[[Any, list[Bits], Shape], Bits]] = {
    "adaptive": adaptive,
    "concat": concat,
    "constant": constant,
    "contract": contract,
    "cumulative": cumulative,
    "expand": expand,
    "flip": flip,
    "gather": gather,
    "opaque": opaque,
    "pad": pad,
    "permute": permute,
    "pointwise": pointwise,
    "reduce": reduce,
    "resample": resample,
    "reshape": reshape,
    "roll": roll,
    "slice": slice_,
    "transposed": transposed,
    "unfold": unfold,
    "window": window,
}
"""By the op's kind: ``(op, operands, shape of the value and number of pixels) → sets``."""
