"""Normalisations: pointwise with stored statistics, else also a reduction over what they are taken from."""

from __future__ import annotations

from typing import Any

import torch

from eyeshot.frontends.torch.blank import blank_packed, blank_standard
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Expand, Reduce

__all__: list[str] = []


@rule(
    "native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "batch_norm",
    "_batch_norm_with_update", "_batch_norm_with_update_functional", "_batch_norm_no_update", "cudnn_batch_norm",
    "_native_batch_norm_legit_functional",
)  # fmt: skip
def batch_norm(call: Call) -> list[Value | None]:
    """With stored statistics each element by itself; else also all batches and positions of its channel."""
    x = call.args[0]
    channels = x.shape[1]
    name = call.func._schema.name
    words = ("weight", "bias", "running_mean", "running_var")
    # All but one form have them in this order.
    listed = call.args[1:5] if call.func._schema.overload_name != "no_stats" else [*call.args[1:3], None, None]
    given = dict(zip(words, listed, strict=True))
    for word, tensor in given.items():
        if tensor is not None and tensor.shape[0] != channels:
            raise RuntimeError(f"{word} should contain {channels} elements, not {tensor.shape[0]}")
    out = blank_standard(x)
    count = len(call.func._schema.returns)
    if count > 1:
        stats = torch.empty((channels,), dtype=x.dtype, device="meta")
        call.returns((out, *[stats] * (count - 1)))
    else:
        call.returns(out)
    training = "no_training" not in name and "no_update" not in name and bool(call.arg("training", True))
    values = call.values([x])
    if training and values:
        dims = (0, *range(2, len(x.shape)))
        values.append(call.add(Reduce(dims, keepdims=True), values[0]))
        if given["running_mean"] is not None:
            call.tape.note(
                "Batch normalisation is in training mode: it takes its statistics from the whole map, so paths are "
                "global; call model.eval() for the network in use."
            )
    for tensor in given.values():
        value = call.value(tensor)
        if value is not None:
            values.append(call.reshape(value, (channels, *(1,) * (len(x.shape) - 2))))
    joined = call.join(values, tuple(x.shape))
    return [joined, *_channel_stats(call, values[1] if training and values else None, channels)][:count]


def _channel_stats(call: Call, mean: Value | None, channels: int) -> list[Value | None]:
    """Statistics of each channel; None for those that are stored."""
    found = None if mean is None else call.reshape(mean, (channels,))
    return [found if tuple(t.shape) == (channels,) else None for t in _beside(call)]


def _beside(call: Call) -> list[Any]:
    out = call.out
    return list(out[1:]) if isinstance(out, list | tuple) else []


@rule("native_layer_norm", "layer_norm", "_fused_rms_norm")
def layer_norm(call: Call) -> list[Value | None]:
    """Each element and everything along the last dimensions."""
    x = call.args[0]
    size = len(call.args[1])
    rank = len(x.shape)
    count = len(call.func._schema.returns)
    if x.shape[rank - size :] != tuple(call.args[1]):
        _ = call.out
    if count == 1:
        call.like(x, blank_packed)
    else:
        lead = (*x.shape[: rank - size], *(1,) * size)
        stats = torch.empty(lead, dtype=x.dtype, device="meta")
        call.returns((blank_packed(x), *[stats] * (count - 1)))
    values = call.values([x])
    means = [call.add(Reduce(tuple(range(rank - size, rank)), keepdims=True), value) for value in values]
    values += [*means, *call.values(call.args[2:4])]
    return _with_stats(call, call.join(values, tuple(x.shape)), means, count)


def _with_stats(call: Call, joined: Value, stats: list[Value], count: int) -> list[Value | None]:
    out: Any = call.out
    same = [stats[0] if stats and tuple(t.shape) == stats[0].shape else None for t in out[1:]] if count > 1 else []
    return [joined, *same]


@rule("native_group_norm", "group_norm")
def group_norm(call: Call) -> list[Value | None]:
    """Each element, all positions and all channels of its group."""
    x = call.args[0]
    native = "native" in call.func._schema.name
    groups = call.args[6] if native else call.args[1]
    n, channels, *space = x.shape
    if native:
        stats = torch.empty((n, groups), dtype=x.dtype, device="meta")
        call.returns((blank_standard(x), stats, stats))
    else:
        call.like(x, blank_standard)
    ones = (1,) * len(space)
    stats_value: Value | None = None
    values = call.values([x])
    if values:
        apart = call.reshape(values[0], (n, groups, channels // groups, *space))
        mean = call.add(Reduce(tuple(range(2, len(apart.shape))), keepdims=True), apart)
        stats_value = call.reshape(mean, (n, groups)) if native else None
        if groups > 1:
            mean = call.add(Expand((n, groups, channels // groups, *ones)), mean)
            mean = call.reshape(mean, (n, channels, *ones))
        else:
            mean = call.reshape(mean, (n, 1, *ones))
        values.append(mean)
    for tensor in call.args[1:3] if native else call.args[2:4]:
        value = call.value(tensor)
        if value is not None:
            values.append(call.reshape(value, (channels, *ones)))
    joined = call.join(values, tuple(x.shape))
    return [joined, stats_value, stats_value] if native else [joined]
