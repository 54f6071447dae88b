"""Convolutions, plain and transposed."""

from __future__ import annotations

import functools
import math
from typing import Any

import torch

from eyeshot.errors import ShapeError
from eyeshot.frontends.torch.rules.table import Call, per_axis, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.core import Op
from eyeshot.graph.ops import Concat, Reduce, TransposedWindow, Window

__all__ = ["convolution"]


@rule("convolution", "_convolution", "convolution_overrideable", "mkldnn_convolution", "cudnn_convolution")
def convolution(call: Call) -> Value:
    """A window over the input; weights that are computed from an input are read by their group."""
    x, weight, _, stride, padding, dilation, transposed, output_padding, groups = call.args[:9]
    axes = weight.dim() - 2
    kernel = tuple(weight.shape[2:])
    pads = per_axis(padding, axes)
    settings: tuple[Any, ...] = (kernel, per_axis(stride, axes), per_axis(dilation, axes), pads, pads)
    if transposed:
        settings = (*settings, per_axis(output_padding, axes), weight.shape[1] * groups, groups)
        fits = x.shape[1] == weight.shape[0]
    else:
        settings = (*settings, weight.shape[0], groups)
        fits = x.shape[1] == weight.shape[1] * groups
    if not fits or x.dim() != weight.dim():
        wanted = weight.shape[0] if transposed else weight.shape[1] * groups
        raise RuntimeError(
            f"a convolution with weights of size {list(weight.shape)} and {groups} groups takes an input with "
            f"{wanted} channels and {axes} spatial dimensions, but got {list(x.shape)}"
        )
    operand = call.solid(x)
    try:
        op, shape = _window(TransposedWindow if transposed else Window, operand.shape, settings)
        value = call.tape.add(op, operand, shape=shape)
    except ShapeError:
        _ = call.out
        raise
    call.returns(_empty(x, weight, value.shape))
    if len(kernel) < sum(kernel):
        _tell_of_masks(call, weight)
    return _weighted(call, value, settings)


def _tell_of_masks(call: Call, weight: Any) -> None:
    """Say that taps count which are zero in every channel; the last one is looked at first, for it is cheap."""
    if not weight.is_cpu or weight.layout is not torch.strided or not weight.is_contiguous():
        return
    size = math.prod(weight.shape[2:])
    if weight.detach().view(-1)[size - 1].item() != 0:
        return
    taps = weight.detach().reshape(-1, size).count_nonzero(0) == 0
    if bool(taps.any()) and not bool(taps.all()):
        call.tape.note(
            "Some kernels have taps that are 0 in every channel, as masked convolutions do: weights of exactly 0 count "
            "as read, so fields are those of the whole kernel."
        )


@functools.lru_cache(maxsize=4096)
def _window(kind: type[Op], shape: Shape, settings: tuple[Any, ...]) -> tuple[Op, Shape]:
    """The op of a layer, and the shape of its result; equal layers share them."""
    op = kind(*settings)
    return op, op.infer_shape(shape)


def _empty(x: Any, weight: Any, shape: tuple[int, ...]) -> Any:
    last = {4: torch.channels_last, 5: torch.channels_last_3d}.get(len(shape))
    if last is None or not (_is_last(x, last) or _is_last(weight, last)):
        return torch.empty(shape, dtype=x.dtype, device="meta")
    return torch.empty(shape, dtype=x.dtype, device="meta", memory_format=last)


def _is_last(tensor: Any, last: Any) -> bool:
    return tensor.is_contiguous(memory_format=last) and not tensor.is_contiguous()


def _weighted(call: Call, value: Value, settings: tuple[Any, ...]) -> Value:
    """The result when kernels or bias are themselves computed from an input."""
    x, weight, bias = call.args[:3]
    more = []
    kernel = call.value(weight)
    if kernel is not None:
        groups, is_transposed = settings[-1], bool(call.args[6])
        if is_transposed:
            # The kernels of a group stand together: its inputs first, its outputs after them.
            ins, outs, *size = kernel.shape
            kernel = call.reshape(kernel, (groups, ins // groups, outs, *size))
        kernel = call.add(Reduce((1,)), kernel)
        kernel = call.reshape(kernel, (value.shape[1], *weight.shape[2:]))
        for axis, (n_in, n_out) in enumerate(zip(x.shape[2:], value.shape[2:], strict=True)):
            stride, dilation, pad = (numbers[axis] for numbers in settings[1:4])
            taps = [
                [
                    t
                    for t in range(weight.shape[2 + axis])
                    if _falls_inside(o, t, n_in, stride, dilation, pad, is_transposed)
                ]
                for o in range(n_out)
            ]
            kernel = _by_position(call, kernel, 1 + axis, taps)
        more.append(kernel)
    shift = call.value(bias)
    if shift is not None:
        more.append(call.reshape(shift, (shift.shape[0], *(1,) * (len(value.shape) - 2))))
    return call.join([value, *more], value.shape) if more else value


def _falls_inside(o: int, tap: int, n: int, stride: int, dilation: int, pad: int, is_transposed: bool) -> bool:
    """Whether a tap of the kernel meets an element of the input, and not padding, at an output index."""
    if is_transposed:
        place, rest = divmod(o + pad - dilation * tap, stride)
        return rest == 0 and 0 <= place < n
    return 0 <= stride * o - pad + dilation * tap < n


def _by_position(call: Call, kernel: Value, dim: int, taps: list[list[int]]) -> Value:
    """Kernels by the output index in the place of the tap: beside padding fewer taps are read."""
    size = kernel.shape[dim]
    if all(len(listed) == size for listed in taps):
        return call.add(Reduce((dim,), keepdims=True), kernel)
    if not all(taps):
        nothing = call.tape.constant((*kernel.shape[:dim], 1, *kernel.shape[dim + 1 :]))
        kernel = call.add(Concat(dim), kernel, nothing)
    return call.united(kernel, dim, [listed or [size] for listed in taps])


@rule("torchvision::deform_conv2d")
def deformable(call: Call) -> Value:
    """Taps lie where the offsets say: anywhere in the input; offsets and masks are read at their own position."""
    x, weight, offset, mask, bias = call.args[:5]
    shape = call.shape
    found = call.values([x, weight, bias])
    parts = [call.opaque(found, shape, bounded=True)] if found else []
    for tensor in (offset, mask):
        steering = call.value(tensor)
        if steering is not None and steering.shape[2:] == shape[2:]:
            parts.append(call.add(Reduce((1,), keepdims=True), steering))
    return call.join(parts, shape)
