"""The closed set of operations, a file for each family, and the table of them all."""

from __future__ import annotations

from eyeshot.graph.core import Op
from eyeshot.graph.ops.contract import Contract
from eyeshot.graph.ops.join import Concat
from eyeshot.graph.ops.pad import Pad
from eyeshot.graph.ops.pointwise import Expand, Pointwise
from eyeshot.graph.ops.rearrange import Permute, Reshape
from eyeshot.graph.ops.reduce import Cumulative, Reduce
from eyeshot.graph.ops.resample import AdaptivePool, Resample
from eyeshot.graph.ops.select import Flip, Gather, Roll, Slice
from eyeshot.graph.ops.source import Constant, Opaque
from eyeshot.graph.ops.unfold import Unfold
from eyeshot.graph.ops.window import TransposedWindow, Window

__all__ = [
    "OPS",
    "AdaptivePool",
    "Concat",
    "Constant",
    "Contract",
    "Cumulative",
    "Expand",
    "Flip",
    "Gather",
    "Opaque",
    "Pad",
    "Permute",
    "Pointwise",
    "Reduce",
    "Resample",
    "Reshape",
    "Roll",
    "Slice",
    "TransposedWindow",
    "Unfold",
    "Window",
]

OPS: dict[str, type[Op]] = {
    op.kind: op
    for op in (
        AdaptivePool, Concat, Constant, Contract, Cumulative, Expand, Flip, Gather, Opaque, Pad,
        Permute, Pointwise, Reduce, Resample, Reshape, Roll, Slice, TransposedWindow, Unfold, Window,
    )
}  # fmt: skip
"""Every op by its kind. A new op stands here, or nothing knows of it."""
