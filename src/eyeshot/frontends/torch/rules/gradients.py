"""Gradients that a model takes on its way, as forces of an energy: each rule mirrors that of its operation."""

from __future__ import annotations

import torch

from eyeshot.frontends.torch.aliases import Permuted, Sliced
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.rules.table import Call, per_axis, rule, within
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Pad, Reduce, Slice, TransposedWindow, Window

__all__: list[str] = []

MAX_PLACES = 32
"""Most places of a window that are followed one by one."""


@rule(
    "elu_backward", "gelu_backward", "hardsigmoid_backward", "hardswish_backward", "hardtanh_backward",
    "leaky_relu_backward", "log_sigmoid_backward", "logit_backward", "mish_backward", "native_dropout_backward",
    "sigmoid_backward", "silu_backward", "softplus_backward", "softshrink_backward", "tanh_backward",
    "threshold_backward", "hardshrink_backward",
)  # fmt: skip
def of_pointwise(call: Call) -> Value:
    """Each element by itself."""
    return call.join(call.operands(), call.shape)


@rule("_softmax_backward_data", "_log_softmax_backward_data")
def of_softmax(call: Call) -> Value:
    """Each element, and all of both along the dimension."""
    call.like(call.args[0])
    shape = call.shape
    whole = call.join(call.operands(), shape)
    dim = within(call.args[2], len(shape))
    return call.join([whole, call.add(Reduce((dim,), keepdims=True), whole)], shape)


@rule("native_layer_norm_backward")
def of_layer_norm(call: Call) -> list[Value | None]:
    """Each element, and all along the normalised dimensions; weights learn from all of them."""
    gradient, x, size = call.args[:3]
    out = call.out
    rank = len(x.shape)
    whole = call.join(call.values([gradient, x]), tuple(x.shape))
    mean = call.add(Reduce(tuple(range(rank - len(size), rank)), keepdims=True), whole)
    learnt = call.add(Reduce(tuple(range(rank - len(size)))), whole) if rank > len(size) else whole
    return [call.join([whole, mean], whole.shape), *[learnt if t is not None else None for t in out[1:]]]


@rule("convolution_backward")
def of_convolution(call: Call) -> list[Value | None]:
    """The gradient of the input is spread as by the transposed convolution; that of the weights reads everything."""
    gradient, x, weight, _, stride, padding, dilation, transposed, _, groups, wanted = call.args
    axes = weight.dim() - 2
    widths = blank_like(x), blank_like(weight), torch.empty(gradient.shape[1], dtype=x.dtype, device="meta")
    call.returns(tuple(blank if is_wanted else None for blank, is_wanted in zip(widths, wanted, strict=True)))
    kernel, steps, away, pads = tuple(weight.shape[2:]), *(per_axis(a, axes) for a in (stride, dilation, padding))
    grown = call.solid(gradient)
    inner = None
    if wanted[0]:
        channels = x.shape[1]
        if transposed:
            inner = call.add(Window(kernel, steps, away, pads, pads, channels, groups), grown)
        else:
            inner = _spread(call, grown, (kernel, steps, away, pads), tuple(x.shape), groups)
        kernels = call.values([weight])
        inner = call.join([inner, *map(call.whole, kernels)], inner.shape) if kernels else inner
    learnt = call.opaque(call.values([gradient, x]), tuple(weight.shape), bounded=True) if wanted[1] else None
    shift = call.add(Reduce((0, *range(2, axes + 2))), grown) if wanted[2] else None
    return [inner, learnt, shift]


def _spread(
    call: Call, gradient: Value, settings: tuple[Shape, Shape, Shape, Shape], shape: Shape, groups: int
) -> Value:
    """The gradient of what windows have read, of this shape; no gradient comes to what none of them reached."""
    kernel, stride, dilation, pads = settings
    none = (0,) * len(kernel)
    channels = shape[-len(kernel) - 1] if groups else None
    value = call.add(TransposedWindow(kernel, stride, dilation, pads, none, none, channels, groups or 1), gradient)
    first = len(shape) - len(kernel)
    missing = tuple(n - m for n, m in zip(shape[first:], value.shape[first:], strict=True))
    return call.add(Pad(none, missing), value) if any(missing) else value


@rule("avg_pool2d_backward", "max_pool2d_with_indices_backward", "max_pool3d_with_indices_backward")
def of_pooling(call: Call) -> Value:
    """Spread as by a transposed window over each channel; for maxima also the places that they were found at."""
    gradient, x = call.args[:2]
    axes = 3 if "3d" in call.func._schema.name else 2
    kernel, padding = per_axis(call.arg("kernel_size"), axes), per_axis(call.arg("padding"), axes)
    stride, dilation = call.arg("stride") or kernel, per_axis(call.arg("dilation") or 1, axes)
    places = call.values([call.arg("indices")]) if "max" in call.func._schema.name else []
    whole = call.join([*call.values([gradient]), *places], tuple(gradient.shape))
    return _spread(call, whole, (kernel, per_axis(stride, axes), dilation, padding), tuple(x.shape), 0)


@rule("native_group_norm_backward")
def of_group_norm(call: Call) -> list[Value | None]:
    """Each element, all positions and all channels of its group; which group is left open."""
    gradient, x = call.args[:2]
    out = call.out
    whole = call.join(call.values([gradient, x]), tuple(x.shape))
    mean = call.bounded(call.add(Reduce(tuple(range(1, len(x.shape))), keepdims=True), whole))
    learnt = call.add(Reduce((0, *range(2, len(x.shape)))), whole)
    return [call.join([whole, mean], whole.shape), *[learnt if t is not None else None for t in out[1:]]]


@rule("native_batch_norm_backward")
def of_batch_norm(call: Call) -> list[Value | None]:
    """With stored statistics each element by itself; else also all batches and positions of its channel."""
    gradient, x = call.args[:2]
    out = call.out
    is_training = call.arg("train")
    both = call.join(call.values([gradient, x]), tuple(x.shape))
    mean = call.add(Reduce((0, *range(2, len(x.shape))), keepdims=True), both)
    inner = call.join([both, mean], both.shape) if is_training else call.join(call.values([gradient]), both.shape)
    learnt = call.reshape(mean, (both.shape[1],))
    return [inner if out[0] is not None else None, *[learnt if t is not None else None for t in out[1:]]]


@rule("_prelu_kernel_backward")
def of_prelu(call: Call) -> list[Value]:
    """Each element by itself; slopes learn each from its own."""
    return [call.join(call.operands(), tuple(t.shape)) for t in call.out]


@rule("slice_backward", "select_backward")
def of_part(call: Call) -> Value:
    """The gradient of a part, with zeros around it."""
    shape = call.shape
    part, dim = call.solid(call.args[0]), within(call.arg("dim"), len(shape))
    nothing = call.tape.constant(shape)
    if "select" in call.func._schema.name:
        row = call.reshape(part, (*shape[:dim], 1, *shape[dim + 1 :]))
        return Sliced(dim, call.arg("index") % shape[dim], 1).put(call.tape, nothing, row)
    start = call.arg("start") or 0
    start = max(0, start + shape[dim] if start < 0 else start)
    return Sliced(dim, start, part.shape[dim], call.arg("step")).put(call.tape, nothing, part)


@rule("unfold_backward")
def of_unfold(call: Call) -> Value:
    """Windows laid back where they came from and added."""
    shape = call.shape
    windows = call.solid(call.args[0])
    dim, size, step = within(call.args[2], len(shape)), call.args[3], call.args[4]
    last, count = len(shape), windows.shape[dim]
    if size > MAX_PLACES:
        # The places of a window are not told apart.
        rows = call.add(Reduce((last,)), windows)
        order = (*(d for d in range(last) if d != dim), dim)
        laid = Permuted(order).take(call.tape, rows)
        laid = call.add(TransposedWindow((size,), (step,), (1,), (0,), (0,), (0,)), laid)
        missing = shape[dim] - laid.shape[-1]
        laid = call.add(Pad((0,), (missing,)), laid) if missing else laid
        return call.bounded(Permuted(tuple(order.index(d) for d in range(last))).take(call.tape, laid))
    parts = []
    for place in range(size):
        part = call.reshape(call.add(Slice(last, place, place + 1), windows), windows.shape[:last])
        parts.append(Sliced(dim, place, count, step).put(call.tape, call.tape.constant(shape), part))
    return call.join(parts, shape)
