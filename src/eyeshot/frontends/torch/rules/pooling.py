"""Pooling: by windows, adaptive, over everything."""

from __future__ import annotations

from typing import Any

from eyeshot.frontends.torch.rules.table import Call, per_axis, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import AdaptivePool, Window

__all__: list[str] = []


@rule(
    "max_pool1d", "max_pool2d", "max_pool3d", "max_pool2d_with_indices", "max_pool3d_with_indices", "mkldnn_max_pool2d"
)
def max_pool(call: Call) -> list[Value]:
    """A window over each channel; indices read what values read."""
    axes = _axes(call)
    value = _pool(call, axes, call.arg("dilation", 1))
    if len(call.func._schema.returns) == 1:
        return [value]
    # Where a window holds one element only, its place is known whatever it is.
    return [value, call.bounded(value) if _may_be_single(call, axes) else value]


def _may_be_single(call: Call, axes: int) -> bool:
    """Whether some window may hold one element only, at the border if not everywhere."""
    kernel, pads = (per_axis(call.arg(name, 0), axes) for name in ("kernel_size", "padding"))
    return bool(call.arg("ceil_mode", False)) or all(k - p <= 1 for k, p in zip(kernel, pads, strict=True))


@rule("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(call: Call) -> Value:
    """A window over each channel."""
    return _pool(call, _axes(call), 1)


def _axes(call: Call) -> int:
    return next(axes for axes in (1, 2, 3) if f"pool{axes}d" in call.func._schema.name)


def _pool(call: Call, axes: int, dilation: Any) -> Value:
    kernel = per_axis(call.arg("kernel_size"), axes)
    stride = call.arg("stride")
    pads = per_axis(call.arg("padding", 0), axes)
    op = Window(
        kernel,
        per_axis(stride, axes) if stride else kernel,
        per_axis(dilation, axes),
        pads,
        pads,
        ceil=bool(call.arg("ceil_mode", False)),
    )
    _ = call.out
    return call.add(op, call.solid(call.args[0]))


@rule(
    "_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
    "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
)  # fmt: skip
def adaptive(call: Call) -> list[Value]:
    """Bins of about equal size over each channel."""
    axes = next(axes for axes in (1, 2, 3) if f"pool{axes}d" in call.func._schema.name)
    _ = call.out
    return [call.add(AdaptivePool(per_axis(call.args[1], axes)), call.solid(call.args[0]))] * 2


@rule("fractional_max_pool2d", "fractional_max_pool3d")
def fractional(call: Call) -> list[Value]:
    """Windows at random places: a bound."""
    shape = tuple(call.out[0].shape)
    return [call.opaque([call.solid(call.args[0])], shape, bounded=True)] * 2


@rule("max_unpool2d", "max_unpool3d")
def unpool(call: Call) -> Value:
    """Values go where indices say: a bound."""
    return call.opaque(call.operands(), call.shape, bounded=True)
