"""The nodes that each kind of layer becomes."""

from __future__ import annotations

from collections.abc import Callable

from eyeshot.frontends.layers.kinds import mixing, shapes, windows
from eyeshot.frontends.layers.kinds.site import Site

__all__ = ["BUILDERS"]

BUILDERS: dict[str, Callable[[Site], str]] = {
    "conv": windows.conv,
    "depthwise": windows.depthwise,
    "maxpool": windows.maxpool,
    "avgpool": windows.avgpool,
    "transposed": windows.transposed,
    "upsample": shapes.upsample,
    "pad": windows.pad,
    "crop": windows.crop,
    "slice": shapes.slices,
    "adaptive": shapes.adaptive,
    "globalpool": mixing.globalpool,
    "linear": mixing.linear,
    "attention": mixing.attention,
    "shuffle": shapes.shuffle,
    "unshuffle": shapes.unshuffle,
    "flatten": shapes.flatten,
    "pointwise": mixing.pointwise,
    "channelnorm": mixing.channelnorm,
    "instancenorm": mixing.instancenorm,
    "groupnorm": mixing.groupnorm,
    "layernorm": mixing.layernorm,
    "se": mixing.squeeze_excite,
    "add": mixing.merge,
    "mul": mixing.merge,
    "concat": mixing.concat,
}
"""Every kind of `eyeshot.frontends.layers.kinds.names.KINDS` with what builds it; returns the name of its result."""
