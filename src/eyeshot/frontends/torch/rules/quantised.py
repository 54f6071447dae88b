"""Quantised layers: they read as the layers that they were made of.

While a model is watched, quantised numbers are like any others. What they are scaled by is a constant, but for
*dynamic* quantisation: its scale is taken from all numbers of its input, so that every one of them counts everywhere.
"""

from __future__ import annotations

from typing import Any

import torch

from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.rules.convolution import convolution
from eyeshot.frontends.torch.rules.copies import cat
from eyeshot.frontends.torch.rules.matmul import linear
from eyeshot.frontends.torch.rules.recurrent import packed_recurrent, recurrent
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value

__all__: list[str] = []


@rule(
    "quantize_per_tensor", "quantize_per_channel", "dequantize.self", "dequantize.tensor", "int_repr",
    "fake_quantize_per_tensor_affine_cachemask", "fake_quantize_per_channel_affine_cachemask",
    "_fake_quantize_per_tensor_affine_cachemask_tensor_qparams", "_fake_quantize_learnable_per_tensor_affine",
    "_fake_quantize_learnable_per_channel_affine",
)  # fmt: skip
def rounded(call: Call) -> Value:
    """Each element by itself, rounded or as it was."""
    x = call.args[0]
    blank = blank_like(x)
    call.returns((blank, blank_like(x)) if len(call.func._schema.returns) > 1 else blank)
    return call.join(call.operands(), tuple(x.shape))


@rule("quantize_per_tensor_dynamic")
def rounded_by_all(call: Call) -> Value:
    """Each element by itself, and all of them for the scale."""
    x = call.solid(call.args[0])
    call.like(call.args[0])
    return call.join([x, call.whole(x)], x.shape)


@rule(
    "quantized::linear", "quantized::linear_relu", "quantized::linear_leaky_relu", "quantized::linear_tanh",
    "quantized::linear_dynamic", "quantized::linear_relu_dynamic", "quantized::linear_dynamic_fp16",
    "quantized::linear_relu_dynamic_fp16",
)  # fmt: skip
def quantised_linear(call: Call) -> Value:
    """The last dimension with the rows of a matrix."""
    x, packed = call.args[:2]
    weight = _weight(packed)
    plain = Call(call.tensors, torch.ops.aten.linear.default, (x, weight, None), {})
    value = linear(plain)
    call.returns(plain.out)
    name = call.func._schema.name
    return _scaled(call, value, x) if name.endswith("_dynamic") else value


@rule(
    "quantized::conv1d", "quantized::conv1d_relu", "quantized::conv2d.new", "quantized::conv2d_relu.new",
    "quantized::conv3d.new", "quantized::conv3d_relu.new", "quantized::conv2d_dynamic", "quantized::conv1d_dynamic",
    "quantized::conv3d_dynamic", "quantized::conv_transpose1d", "quantized::conv_transpose2d",
    "quantized::conv_transpose3d",
)  # fmt: skip
def quantised_convolution(call: Call) -> Value:
    """A window over the input."""
    x, packed = call.args[:2]
    weight = _weight(packed)
    axes = weight.dim() - 2
    # One axis is packed as two, of which the first has one row.
    stride, padding, dilation, beyond = (
        tuple(getattr(packed, name)())[-axes:] for name in ("stride", "padding", "dilation", "output_padding")
    )
    settings = (stride, padding, dilation, bool(packed.transpose()), beyond, packed.groups())
    plain = Call(call.tensors, torch.ops.aten.convolution.default, (x, weight, None, *settings), {})
    value = convolution(plain)
    call.returns(plain.out)
    return _scaled(call, value, x) if call.func._schema.name.endswith("_dynamic") else value


@rule(
    "quantized::add", "quantized::add_relu", "quantized::mul", "quantized::mul_relu", "quantized::add_scalar",
    "quantized::hardswish", "quantized::leaky_relu", "quantized::sigmoid", "quantized::elu", "quantized::celu",
    "quantized::relu6", "quantized::batch_norm2d", "quantized::batch_norm3d", "quantized::prelu",
)  # fmt: skip
def quantised_pointwise(call: Call) -> Value:
    """Each element by itself; operands broadcast."""
    tensors = [t for t in call.args[: 2 if call.func._schema.arguments[1].name == "qb" else 1] if _is(t)]
    shape = torch.broadcast_shapes(*[t.shape for t in tensors])
    call.returns(torch.empty(shape, dtype=tensors[0].dtype, device="meta"))
    return call.join(call.values(tensors), tuple(shape))


@rule("quantized::cat", "quantized::cat_relu")
def quantised_cat(call: Call) -> Value:
    """Parts one after the other."""
    plain = Call(call.tensors, torch.ops.aten.cat.default, tuple(call.args[:2]), {})
    value: Value = cat(plain)
    call.returns(plain.out)
    return value


@rule("quantized_lstm", "quantized_gru")
def quantised_recurrent(call: Call) -> list[Value | None]:
    """As the layer that it was made of, and all of the sequence for the scale."""
    overload = "input" if "input" in call.func._schema.overload_name else "data"
    packet = torch.ops.aten.lstm if "lstm" in call.func._schema.name else torch.ops.aten.gru
    plain = Call(call.tensors, getattr(packet, overload), call.args, call.kwargs)
    values = recurrent(plain) if overload == "input" else packed_recurrent(plain)
    call.returns(plain.out)
    return [None if v is None else _scaled(call, v, call.args[0]) for v in values]


def _weight(packed: Any) -> Any:
    """Weights in the size in which a layer has them, without numbers."""
    weight = packed.unpack()[0]
    return torch.empty(tuple(weight.shape), device="meta")


def _scaled(call: Call, value: Value, x: Any) -> Value:
    """A result of which the scale is taken from all of the input."""
    whole = call.value(x)
    return value if whole is None else call.join([value, call.whole(whole)], value.shape)


def _is(tensor: object) -> bool:
    return isinstance(tensor, torch.Tensor)
