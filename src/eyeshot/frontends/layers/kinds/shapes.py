"""Layers that resample or rearrange: upsampling, slices, adaptive pooling, pixel shuffles, flattening."""

from __future__ import annotations

import math
from typing import Any

from eyeshot.frontends.layers.document import BadValueError
from eyeshot.frontends.layers.kinds.site import Site
from eyeshot.frontends.layers.values import MAX_NUMBER, check_int
from eyeshot.frontends.layers.wording import cited
from eyeshot.graph.ops import AdaptivePool, Permute, Resample, Reshape, Slice

__all__ = ["adaptive", "flatten", "shuffle", "slices", "unshuffle", "upsample"]

_METHODS = {
    "nearest": "nearest",
    "nearest_exact": "nearest_exact", "nearest-exact": "nearest_exact",
    "linear": "linear", "bilinear": "linear", "trilinear": "linear",
    "cubic": "cubic", "bicubic": "cubic",
    "area": "area",
}  # fmt: skip
_MAX_FACTOR = 1_000_000


def upsample(site: Site) -> str:
    """Interpolation to a scale or to a size."""
    options = site.options
    space = site.space()
    if ("scale" in options) == ("size" in options):
        raise BadValueError(
            f"{cited(site.word)} must have either `scale` or `size`, but has {'both' if 'size' in options else 'none'}"
        )
    method = _METHODS[options.word("method", _METHODS, "nearest")]
    aligned = options.flag("align_corners")
    scales = options.scales("scale") if "scale" in options else ()
    sizes = (
        tuple(math.floor(n * scale) for n, scale in zip(space, scales, strict=True))
        if scales
        else options.per_axis("size")
    )
    if min(sizes) < 1:
        raise BadValueError(
            f"scale must leave at least one pixel, but {'×'.join(map(str, space))} pixels become none", "scale"
        )
    if method == "area":
        if aligned:
            raise BadValueError("align_corners goes with linear and cubic, but the method is 'area'", "align_corners")
        return site.result(AdaptivePool(sizes), *site.inputs)
    return site.result(Resample(sizes, method, align_corners=aligned, scales=scales), *site.inputs)


def adaptive(site: Site) -> str:
    """Adaptive pooling to a size."""
    site.space()
    return site.result(AdaptivePool(site.options.per_axis("size")), *site.inputs)


def slices(site: Site) -> str:
    """``start:stop:step`` along each axis, or along one `axis`."""
    (value,) = site.inputs
    cuts = [(dim, *cut) for dim, cut in zip(site.dims, _cuts(site), strict=True) if cut != (None, None, 1)]
    if not cuts:
        raise BadValueError(f"{cited(site.word)} must have `start`, `stop` or `step`, but has none")
    *first, last = cuts
    for dim, start, stop, step in first:
        value = site.helper(site.axes[dim - 2], Slice(dim, start, stop, step), value)
    return site.result(Slice(*last), value)


def _cuts(site: Site) -> list[tuple[int | None, int | None, int]]:
    options = site.options
    chosen = options.word("axis", site.axes, "")
    columns = []
    for key in ("start", "stop", "step"):
        value = options.raw(key)
        if chosen and isinstance(value, list | tuple):
            raise BadValueError(f"{key} must be one integer where `axis` is given, but is a list", key)
        spread = options.spread(key, value)
        columns.append([v if not chosen or axis == chosen else None for v, axis in zip(spread, site.axes, strict=True)])
    return [(_bound("start", a), _bound("stop", b), _step(c)) for a, b, c in zip(*columns, strict=True)]


def _bound(key: str, value: Any) -> int | None:
    if value is None or value == "none":
        return None
    return check_int(key, value, at_least=-MAX_NUMBER, what="an integer, one per axis, or 'none'")


def _step(value: Any) -> int:
    step = 1 if value is None or value == "none" else check_int("step", value, at_least=-MAX_NUMBER)
    if step == 0:
        raise BadValueError("step must not be 0", "step")
    return step


def shuffle(site: Site) -> str:
    """Pixel shuffle: channels become space, ``(C·f², H, W) → (C, H·f, W·f)``."""
    factors = site.options.per_axis("factor", at_most=_MAX_FACTOR)
    space = site.space()
    rest, left = divmod(site.channels, math.prod(factors))
    if left:
        raise BadValueError(
            f"{site.channels} channels must divide evenly by {math.prod(factors)} (factor {_by(factors)})", "factor"
        )
    batch, axes = site.shape[0], len(space)
    split = site.helper("split", Reshape((batch, rest, *factors, *space)), *site.inputs)
    woven = [d for i in range(axes) for d in (2 + axes + i, 2 + i)]
    turned = site.helper("turn", Permute((0, 1, *woven)), split)
    sizes = (n * f for n, f in zip(space, factors, strict=True))
    return site.result(Reshape((batch, rest, *sizes)), turned)


def unshuffle(site: Site) -> str:
    """Pixel unshuffle: space becomes channels, ``(C, H, W) → (C·f², H/f, W/f)``."""
    factors = site.options.per_axis("factor", at_most=_MAX_FACTOR)
    space = site.space()
    if any(n % f for n, f in zip(space, factors, strict=True)):
        raise BadValueError(f"{_by(space)} pixels must divide evenly by the factor, but it is {_by(factors)}", "factor")
    batch, channels, axes = site.shape[0], site.channels, len(space)
    sizes = [n // f for n, f in zip(space, factors, strict=True)]
    parts = [part for pair in zip(sizes, factors, strict=True) for part in pair]
    split = site.helper("split", Reshape((batch, channels, *parts)), *site.inputs)
    order = (0, 1, *(3 + 2 * i for i in range(axes)), *(2 + 2 * i for i in range(axes)))
    turned = site.helper("turn", Permute(order), split)
    return site.result(Reshape((batch, channels * math.prod(factors), *sizes)), turned)


def flatten(site: Site) -> str:
    """Channels and space laid out as one row of features."""
    return site.result(Reshape((site.shape[0], math.prod(site.shape[1:]))), *site.inputs)


def _by(numbers: tuple[int, ...]) -> str:
    return "×".join(map(str, numbers))
