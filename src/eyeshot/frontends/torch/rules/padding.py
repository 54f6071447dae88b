"""Padding and cropping."""

from __future__ import annotations

import torch

from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Pad

__all__: list[str] = []

_MODES = {"constant": "constant", "reflection": "reflect", "replication": "replicate"}


@rule(
    "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d", "replication_pad1d",
    "replication_pad2d", "replication_pad3d", "_pad_circular",
)  # fmt: skip
def padded(call: Call) -> Value:
    """The input moved; beyond its ends nothing, its mirror image or its last element."""
    name = call.func._schema.name.removeprefix("aten::")
    x = call.solid(call.args[0])
    amounts = tuple(call.args[1])
    before, after = amounts[-2::-2], amounts[-1::-2]
    if name == "_pad_circular":
        value = _circular(call, x, before, after)
        call.returns(torch.empty(value.shape, dtype=call.args[0].dtype, device="meta"))
        return value
    _ = call.out
    if not any(amounts):
        return x
    return call.add(Pad(before, after, _MODES[name.split("_")[0]]), x)


def _circular(call: Call, x: Value, before: tuple[int, ...], after: tuple[int, ...]) -> Value:
    """What is left after cropping goes round: an element that was cut off comes in at neither end."""
    if min((*before, *after)) < 0 < max((*before, *after)):
        x = call.add(Pad(tuple(min(n, 0) for n in before), tuple(min(n, 0) for n in after)), x)
        before, after = (tuple(max(n, 0) for n in amounts) for amounts in (before, after))
    return call.add(Pad(before, after, "circular"), x)
