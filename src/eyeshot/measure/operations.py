"""What each operation of a graph is in PyTorch: windows are convolutions and poolings, resampling is PyTorch's own.

Every function says an operation in PyTorch's words and none of eyeshot's; none asks an operation what it reads. Values
have one more dimension in front than in the graph, for the inputs of a batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional

from eyeshot.errors import InputError
from eyeshot.graph.core import Op
from eyeshot.graph.ops import (
    AdaptivePool,
    Concat,
    Contract,
    Cumulative,
    Expand,
    Flip,
    Gather,
    Opaque,
    Pad,
    Permute,
    Pointwise,
    Reduce,
    Resample,
    Reshape,
    Roll,
    Slice,
    TransposedWindow,
    Unfold,
    Window,
)

__all__ = ["WORK", "Weights"]

Work = Callable[[Any, list[Any], "Weights"], Any]

_CONV = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
_TRANSPOSED = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}
_MAX_POOL = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}
_ADAPTIVE = {1: functional.adaptive_avg_pool1d, 2: functional.adaptive_avg_pool2d, 3: functional.adaptive_avg_pool3d}


class Weights:
    """Random numbers that are drawn once and then stay."""

    def __init__(self, generator: torch.Generator, number: Any) -> None:
        self._generator, self._number = generator, number
        self._drawn: list[Any] = []
        self._at = 0

    def begin(self) -> None:
        """Start again with the first that was drawn."""
        self._at = 0

    def draw(self, shape: Sequence[int], reads: int = 1) -> Any:
        """Numbers around 0, as large as lets a sum of so many products stay as large as its factors."""
        if self._at == len(self._drawn):
            drawn = torch.randn(tuple(shape), generator=self._generator, dtype=self._number)
            self._drawn.append(drawn / math.sqrt(reads))
        self._at += 1
        return self._drawn[self._at - 1]


def _spatial(x: Any, axes: int, work: Callable[[Any], Any], *, channels: bool = True) -> Any:
    """Apply what takes a batch, channels and so many axes; without `channels` every other dimension is batch."""
    kept = axes + channels
    lead = x.shape[: x.dim() - kept]
    flat = x.reshape(-1, *([] if channels else [1]), *x.shape[x.dim() - kept :])
    y = work(flat)
    return y.reshape(*lead, *y.shape[1 if channels else 2 :])


def _known_axes(axes: int, what: str) -> None:
    if axes > 3:
        raise InputError(f"PyTorch has {what} along 1, 2 or 3 axes, but here are {axes}; such a network cannot be run")


def _amounts(before: Sequence[int], after: Sequence[int]) -> list[int]:
    return [n for pair in zip(reversed(before), reversed(after), strict=True) for n in pair]


# ---------------------------------------------------------------------- windows


def _window(op: Window, operands: list[Any], weights: Weights) -> Any:
    (x,) = operands
    axes = len(op.kernel)
    _known_axes(axes, "windows")
    reach = [d * (k - 1) + 1 for d, k in zip(op.dilation, op.kernel, strict=True)]
    after = list(op.pad_after)
    if op.ceil:
        shape = op.infer_shape(tuple(x.shape[1:]))
        for a, (n, size, n_out) in enumerate(zip(x.shape[-axes:], reach, shape[-axes:], strict=True)):
            # Just as much as the last window asks for.
            after[a] = (n_out - 1) * op.stride[a] + size - n - op.pad_before[a]

    def work(flat: Any) -> Any:
        if op.ceil and op.channels is None and _is_usual(op):
            return _MAX_POOL[axes](flat, op.kernel, op.stride, op.pad_before, op.dilation, ceil_mode=True)
        padded = functional.pad(flat, _amounts(op.pad_before, after))
        if op.channels is None:
            return _MAX_POOL[axes](padded, op.kernel, op.stride, 0, op.dilation)
        per_group = flat.shape[1] // op.groups
        weight = weights.draw((op.channels, per_group, *op.kernel), per_group * math.prod(op.kernel))
        return _CONV[axes](padded, weight, None, op.stride, 0, op.dilation, op.groups)

    return _spatial(x, axes, work)


def _is_usual(op: Window) -> bool:
    """Whether PyTorch's own pooling takes this padding, so that it also says how many windows there are."""
    return op.pad_before == op.pad_after and all(2 * p <= k for p, k in zip(op.pad_before, op.kernel, strict=True))


def _transposed(op: TransposedWindow, operands: list[Any], weights: Weights) -> Any:
    (x,) = operands
    axes = len(op.kernel)
    _known_axes(axes, "transposed convolutions")

    def work(flat: Any) -> Any:
        groups = flat.shape[1] if op.channels is None else op.groups
        out = (flat.shape[1] if op.channels is None else op.channels) // groups
        weight = weights.draw((flat.shape[1], out, *op.kernel), flat.shape[1] // groups)
        full = _TRANSPOSED[axes](flat, weight, None, op.stride, 0, 0, groups, op.dilation)
        after = [more - less for more, less in zip(op.output_padding, op.pad_after, strict=True)]
        return functional.pad(full, _amounts([-n for n in op.pad_before], after))

    return _spatial(x, axes, work)


# ---------------------------------------------------------------------- resampling and padding


def _resample(op: Resample, operands: list[Any], _: Weights) -> Any:
    (x,) = operands
    axes = len(op.sizes)
    _known_axes(axes, "interpolation")
    scales = [None if s is None else float(s) for s in op.scales or (None,) * axes]
    aten = torch.ops.aten

    def work(flat: Any) -> Any:
        if op.method == "cubic":
            if axes == 3:
                raise InputError("PyTorch has cubic interpolation along 1 or 2 axes, but here are 3")
            flat = flat.unsqueeze(2) if axes == 1 else flat
            sizes, factors = [1] * (2 - axes) + list(op.sizes), [None] * (2 - axes) + scales
            found = aten.upsample_bicubic2d(flat, sizes, op.align_corners, *factors)
            return found.squeeze(2) if axes == 1 else found
        if op.method == "linear":
            name = {1: "upsample_linear1d", 2: "upsample_bilinear2d", 3: "upsample_trilinear3d"}[axes]
            return getattr(aten, name)(flat, op.sizes, op.align_corners, *scales)
        name = "upsample_nearest" if op.method == "nearest" else "_upsample_nearest_exact"
        return getattr(aten, f"{name}{axes}d")(flat, op.sizes, *scales)

    return _spatial(x, axes, work, channels=False)


def _adaptive(op: AdaptivePool, operands: list[Any], _: Weights) -> Any:
    axes = len(op.sizes)
    _known_axes(axes, "adaptive pooling")
    return _spatial(operands[0], axes, lambda flat: _ADAPTIVE[axes](flat, op.sizes), channels=False)


def _pad(op: Pad, operands: list[Any], _: Weights) -> Any:
    (x,) = operands
    # What is added first, what is cut off then: of one end more may be cut off than there was.
    more = _amounts([max(n, 0) for n in op.before], [max(n, 0) for n in op.after])
    less = _amounts([min(n, 0) for n in op.before], [min(n, 0) for n in op.after])
    if op.mode == "constant":
        return functional.pad(functional.pad(x, more), less)
    axes = len(op.before)
    _known_axes(axes, f"{op.mode} padding")

    def work(flat: Any) -> Any:
        return functional.pad(functional.pad(flat, more, mode=op.mode), less)

    return _spatial(x, axes, work, channels=False)


# ---------------------------------------------------------------------- everything else


def _pointwise(_: Pointwise, operands: list[Any], __: Weights) -> Any:
    rank = max(x.dim() for x in operands)
    wide = [x.reshape(x.shape[0], *(1,) * (rank - x.dim()), *x.shape[1:]) for x in operands]
    total = wide[0] / len(wide)
    for x in wide[1:]:
        total = total + x / len(wide)
    return total


def _expand(op: Expand, operands: list[Any], _: Weights) -> Any:
    (x,) = operands
    return x.reshape(x.shape[0], *(1,) * (len(op.shape) + 1 - x.dim()), *x.shape[1:]).expand(x.shape[0], *op.shape)


def _contract(op: Contract, operands: list[Any], weights: Weights) -> Any:
    number = {label: i for i, label in enumerate(dict.fromkeys(n for labels in op.operands for n in labels), 1)}
    summed = {label for labels in op.operands for label in labels} - set(op.output)
    reads = math.prod(x.shape[1 + labels.index(n)] for n in summed for x, labels in _first_with(n, operands, op))
    parts: list[Any] = []
    for x, labels in zip(operands, op.operands, strict=True):
        parts += [x, [0, *(number[n] for n in labels)]]
    for label, size in op.new:
        number[label] = len(number) + 1
        parts += [weights.draw((size,)), [number[label]]]
    return torch.einsum(*parts, [0, *(number[n] for n in op.output)]) / math.sqrt(reads)


def _first_with(label: str, operands: list[Any], op: Contract) -> list[tuple[Any, tuple[str, ...]]]:
    return [(x, labels) for x, labels in zip(operands, op.operands, strict=True) if label in labels][:1]


def _reduce(op: Reduce, operands: list[Any], _: Weights) -> Any:
    (x,) = operands
    dims = _dims(op.dims, x)
    return x.mean(dims, keepdim=op.keepdims) if dims else x


def _cumulative(op: Cumulative, operands: list[Any], _: Weights) -> Any:
    (x,) = operands
    dim = _dims((op.dim,), x)
    turned = x.flip(dim).cumsum(dim[0]).flip(dim) if op.reverse else x.cumsum(dim[0])
    return turned / math.sqrt(x.shape[dim[0]])


def _slice(op: Slice, operands: list[Any], _: Weights) -> Any:
    (x,) = operands
    (dim,) = _dims((op.dim,), x)
    return x.index_select(dim, torch.arange(x.shape[dim])[list(range(x.shape[dim])[op.start : op.stop : op.step])])


def _gather(op: Gather, operands: list[Any], weights: Weights) -> Any:
    (x,) = operands
    (dim,) = _dims((op.dim,), x)
    if op.indices is None:
        # Anywhere: somewhere, the same place in every run.
        chosen = weights.draw((op.count or 1,)).abs().mul(1000).long()
        return x.index_select(dim, chosen % x.shape[dim])
    return x.index_select(dim, torch.tensor(op.indices) % x.shape[dim])


def _unfold(op: Unfold, operands: list[Any], _: Weights) -> Any:
    (x,) = operands
    (dim,) = _dims((op.dim,), x)
    windows = x.unfold(dim, op.dilation * (op.size - 1) + 1, op.step)[..., :: op.dilation]
    return windows.movedim(-1, dim + 1).flatten(dim, dim + 1)


def _opaque(op: Opaque, operands: list[Any], _: Weights) -> Any:
    total = sum(x.flatten(1).mean(1) for x in operands)
    return total.reshape(-1, *(1,) * len(op.shape)).expand(-1, *op.shape)


def _dims(dims: Sequence[int], x: Any) -> list[int]:
    """Dimensions of a graph's value as those of a tensor with a batch in front."""
    return [dim % (x.dim() - 1) + 1 for dim in dims]


WORK: dict[type[Op], Work] = {
    AdaptivePool: _adaptive,
    Concat: lambda op, operands, _: torch.cat(operands, _dims((op.dim,), operands[0])[0]),
    Contract: _contract,
    Cumulative: _cumulative,
    Expand: _expand,
    Flip: lambda op, operands, _: operands[0].flip(_dims(op.dims, operands[0])),
    Gather: _gather,
    Opaque: _opaque,
    Pad: _pad,
    Permute: lambda op, operands, _: operands[0].permute(0, *(d + 1 for d in op.order)),
    Pointwise: _pointwise,
    Reduce: _reduce,
    Resample: _resample,
    Reshape: lambda op, operands, _: operands[0].reshape(-1, *op.shape),
    Roll: lambda op, operands, _: operands[0].roll(op.shifts, _dims(op.dims, operands[0])),
    Slice: _slice,
    TransposedWindow: _transposed,
    Unfold: _unfold,
    Window: _window,
}
"""What each operation is in PyTorch. Constants have no operands; see `StandIn`."""
