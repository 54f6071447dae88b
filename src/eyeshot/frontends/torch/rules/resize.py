"""Interpolation, and rearrangements between channels and space."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Gather, Permute, Resample

__all__: list[str] = []

_METHODS = {
    "upsample_nearest": "nearest",
    "_upsample_nearest_exact": "nearest_exact",
    "upsample_linear": "linear",
    "upsample_bilinear": "linear",
    "upsample_trilinear": "linear",
    "upsample_bicubic": "cubic",
}


@rule(
    "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "_upsample_nearest_exact1d",
    "_upsample_nearest_exact2d", "_upsample_nearest_exact3d", "upsample_linear1d", "upsample_bilinear2d",
    "upsample_trilinear3d", "upsample_bicubic2d",
)  # fmt: skip
def interpolated(call: Call) -> Value:
    """The taps around each position, one axis after the other."""
    name = call.func._schema.name.removeprefix("aten::")
    method = _METHODS[name[:-2]]
    x = call.solid(call.args[0])
    shape = call.shape
    sizes = shape[2:]
    corners = bool(call.arg("align_corners", False))
    given = [call.arg(f"scales{suffix}") for suffix in ("_d", "_h", "_w")[-len(sizes) :]]
    if len(sizes) == 1:
        given = [call.arg("scales")]
    scales = tuple(
        None if scale is None or corners else _scale(scale, n_in, n_out)
        for scale, n_in, n_out in zip(given, x.shape[2:], sizes, strict=True)
    )
    if method.startswith("nearest") and not corners:
        if method == "nearest" and len(sizes) > 1 and any(map(_is_shortcut, x.shape[2:], sizes, given)):
            return call.opaque([x], shape, bounded=True)
        shift = 0.5 if method == "nearest_exact" else 0.0
        single = _rounded(x.shape[2:], sizes, given, shift, np.float32)
        if call.args[0].dtype is torch.float64:
            # Its kernels round a position on the edge between two pixels now like one type, now like the other.
            if single is not None or _rounded(x.shape[2:], sizes, given, shift, np.float64) is not None:
                return call.opaque([x], shape, bounded=True)
        elif single is not None:
            for d, indices in enumerate(single, 2):
                x = call.add(Gather(d, indices), x)
            return x
    stays = [n == m and scale is not None for n, m, scale in zip(x.shape[2:], sizes, scales, strict=True)]
    if method == "linear" and any(stays) and sizes == x.shape[2:]:
        return x
    value = call.add(Resample(sizes, method, corners, scales if any(scales) else ()), x)
    # Where a size stays, kernels for the CPU copy along its axis if they are linear; those for GPUs, and there also
    # the cubic one, copy only where all sizes stay.
    is_doubtful = any(stays) if method == "linear" else method == "cubic" and sizes == x.shape[2:] and any(stays)
    return call.bounded(value) if is_doubtful else value


def _is_shortcut(n_in: int, n_out: int, scale: float | None) -> bool:
    """Whether kernels disagree: some go by the sizes if these are the same or double, whatever the factor says.

    In PyTorch 2.13 on the CPU those of images, and those of volumes if the channels come last in memory.
    """
    ratio = n_out // n_in
    if scale is None or (n_out, ratio) not in ((n_in, 1), (2 * n_in, 2)):
        return False
    return any(int(i / scale) != i // ratio for i in range(n_out))


def _scale(scale: float, n_in: int, n_out: int) -> Fraction | None:
    """A factor as a fraction; None where the sizes say the same."""
    found = Fraction(scale).limit_denominator(max(1000, n_out))
    return None if found == Fraction(n_out, n_in) else found


def _rounded(
    ins: tuple[int, ...],
    outs: tuple[int, ...],
    scales: list[float | None],
    shift: float,
    number: Any,
) -> list[tuple[int, ...]] | None:
    """Indices as the framework computes them with numbers of a type, if that differs from exact arithmetic."""
    found = []
    differs = False
    for n_in, n_out, scale in zip(ins, outs, scales, strict=True):
        ratio = number(1.0 / scale) if scale else number(n_in) / number(n_out)
        at = np.floor((np.arange(n_out, dtype=number) + number(shift)) * ratio).astype(np.int64)
        at = np.minimum(at, n_in - 1)
        factor = _scale(scale, n_in, n_out) if scale else None
        exact = 1 / factor if factor else Fraction(n_in, n_out)
        half = Fraction(shift)
        numbers = (np.arange(n_out) * 2 + int(2 * half)) * exact.numerator // (2 * exact.denominator)
        differs |= bool((np.minimum(numbers, n_in - 1) != at).any())
        found.append(tuple(at.tolist()))
    return found if differs else None


@rule("_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa", "_upsample_lanczos2d_aa")
def antialiased(call: Call) -> Value:
    """All pixels under a kernel that is as wide as the reduction."""
    name = call.func._schema.name
    width = 2 if "bilinear" in name else 4 if "bicubic" in name else 6
    x = call.solid(call.args[0])
    shape = call.shape
    if shape[3] == 1 < shape[2] != x.shape[2]:
        # PyTorch's kernel for the CPU (seen in 2.13) computes every row of a result that is one column wide with the
        # weights of the first row, other kernels do not: what is read depends on where it runs.
        return call.opaque([x], shape, bounded=True)
    corners = bool(call.arg("align_corners", False))
    is_doubtful = False
    for d, scale in ((2, call.arg("scales_h")), (3, call.arg("scales_w"))):
        stays = x.shape[d] == shape[d] and scale is not None and not corners
        # Kernels for the CPU copy along an axis on which the size stays, whatever the factor says; others do not.
        is_doubtful |= stays and _scale(scale, x.shape[d], shape[d]) is not None
        x = _smoothed(call, x, d, shape[d], width, None if corners else scale, corners=corners)
    return call.bounded(x) if is_doubtful else x


def _smoothed(call: Call, x: Value, dim: int, n_out: int, width: int, scale: float | None, *, corners: bool) -> Value:
    """One axis: the closed set has windows at even distances only, so taps are listed."""
    n_in = x.shape[dim]
    if n_in == n_out and not scale:
        return x
    if corners:
        # One index has no other corner: it stays at the first.
        ratio = Fraction(n_in - 1, n_out - 1) if n_out > 1 else Fraction(0)
    else:
        ratio = 1 / (_scale(scale, n_in, n_out) or Fraction(n_out, n_in)) if scale else Fraction(n_in, n_out)
    taps = [_weighty(ratio, o, n_in, width) for o in range(n_out)]
    return call.united(x, dim, taps)


def _weighty(ratio: Fraction, o: int, n_in: int, width: int) -> list[int]:
    """Pixels under the kernel at one output index, without those whose weight is exactly zero."""
    stretch = max(ratio, Fraction(1))
    centre = ratio * (o + Fraction(1, 2))
    first = max(math.floor(centre - stretch * width / 2), 0)
    last = min(math.ceil(centre + stretch * width / 2), n_in - 1)
    distances = {j: abs(j + Fraction(1, 2) - centre) / stretch for j in range(first, last + 1)}
    # Cubic and Lanczos kernels vanish at every whole number but zero.
    return [j for j, t in distances.items() if t < Fraction(width, 2) and (t < 1 or t.denominator > 1)]


@rule("pixel_shuffle")
def pixel_shuffle(call: Call) -> Value:
    """Channels become cells of pixels."""
    x = call.solid(call.args[0])
    r = call.args[1]
    *lead, c, h, w = x.shape
    k = len(lead)
    split = call.reshape(x, (*lead, c // r**2, r, r, h, w))
    order = (*range(k), k, k + 3, k + 1, k + 4, k + 2)
    return call.reshape(call.add(Permute(order), split), (*lead, c // r**2, h * r, w * r))


@rule("pixel_unshuffle")
def pixel_unshuffle(call: Call) -> Value:
    """Cells of pixels become channels."""
    x = call.solid(call.args[0])
    r = call.args[1]
    *lead, c, h, w = x.shape
    k = len(lead)
    split = call.reshape(x, (*lead, c, h // r, r, w // r, r))
    order = (*range(k), k, k + 2, k + 4, k + 1, k + 3)
    return call.reshape(call.add(Permute(order), split), (*lead, c * r**2, h // r, w // r))


@rule("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(call: Call) -> Value:
    """Channels of all groups in turn."""
    x = call.solid(call.args[0])
    groups = call.args[1]
    n, c, *rest = x.shape
    split = call.reshape(x, (n, groups, c // groups, math.prod(rest)))
    return call.reshape(call.add(Permute((0, 2, 1, 3)), split), x.shape)
