"""Patches side by side (im2col) and laid back (col2im)."""

from __future__ import annotations

import itertools

from eyeshot.frontends.torch.aliases import Sliced
from eyeshot.frontends.torch.rules.table import Call, per_axis, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Pad, Permute, Pointwise, TransposedWindow, Unfold

__all__: list[str] = []

MAX_TAPS = 400
"""Most places in a patch that are followed one by one."""


@rule("im2col")
def im2col(call: Call) -> Value:
    """Windows of both axes of the padded input, told apart from their places, which stand with the channels."""
    shape = call.shape
    x = call.solid(call.args[0])
    kernel, dilation, padding, stride = (per_axis(a, 2) for a in call.args[1:5])
    if any(padding):
        x = call.add(Pad(padding, padding), x)
    rank = len(x.shape)
    for d, k, s, away in zip((rank - 2, rank - 1), kernel, stride, dilation, strict=True):
        x = call.add(Unfold(d, k, s, away), x)
    *lead, h, w = x.shape
    cells = call.reshape(x, (*lead, h // kernel[0], kernel[0], w // kernel[1], kernel[1]))
    at = len(lead)
    placed = call.add(Permute((*range(at), at + 1, at + 3, at, at + 2)), cells)
    return call.reshape(placed, shape)


@rule("col2im")
def col2im(call: Call) -> Value:
    """Each place in the patch is spread over the map with the stride; all are added."""
    shape = call.shape
    x = call.solid(call.args[0])
    size, kernel, dilation, padding, stride = (per_axis(a, 2) for a in call.args[1:6])
    if kernel[0] * kernel[1] > MAX_TAPS:
        return call.opaque([x], shape, bounded=True)
    counts = tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, p, d, k, s in zip(size, padding, dilation, kernel, stride, strict=True)
    )
    *lead, _ = shape[:-1]
    cells = call.reshape(x, (*lead, kernel[0] * kernel[1], *counts))
    at = len(lead)
    parts = []
    for number, (i, j) in enumerate(itertools.product(range(kernel[0]), range(kernel[1]))):
        place = call.reshape(Sliced(at, number, 1).take(call.tape, cells), (*lead, *counts))
        spread = call.add(TransposedWindow((1, 1), stride, (1, 1), (0, 0), (0, 0), (0, 0)), place)
        before = (i * dilation[0] - padding[0], j * dilation[1] - padding[1])
        after = tuple(n - b - m for n, b, m in zip(size, before, spread.shape[-2:], strict=True))
        parts.append(call.add(Pad(before, (after[0], after[1])), spread) if any((*before, *after)) else spread)
    return call.add(Pointwise(), *parts) if len(parts) > 1 else parts[0]
