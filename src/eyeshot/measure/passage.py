"""Which operations NaN passes through exactly as numbers do, by name.

What stands here turns NaN if, and only if, something that it reads is NaN. All other operations are taken to stop NaN
and to invent it, so that nothing behind them counts as proven by NaN alone.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Passage", "passage_of"]


class Passage(enum.Flag):
    """What an operation may do to NaN on its way."""

    FAITHFUL = 0
    STOPS = enum.auto()
    """NaN that is read may not come out: a clean feature proves nothing."""
    INVENTS = enum.auto()
    """NaN may come out that was not read: a poisoned feature proves nothing."""


BOTH = Passage.STOPS | Passage.INVENTS

_MOVES = (
    "_reshape_alias", "_unsafe_view", "as_strided", "cat", "channel_shuffle", "chunk", "col2im", "constant_pad_nd",
    "copy", "diagonal", "expand", "flip", "gather", "im2col", "index", "index_add", "index_copy", "index_put",
    "_index_put_impl", "_unsafe_index", "_unsafe_index_put", "index_select", "lift", "movedim", "narrow",
    "native_channel_shuffle", "permute", "pixel_shuffle", "pixel_unshuffle", "_pad_circular", "reflection_pad1d",
    "reflection_pad2d", "reflection_pad3d", "repeat", "replication_pad1d", "replication_pad2d", "replication_pad3d",
    "reshape", "roll", "rot90", "scatter", "scatter_add", "select", "select_scatter", "slice", "slice_scatter", "split",
    "split_with_sizes", "squeeze", "stack", "t", "take", "take_along_dim", "transpose", "unbind", "unfold", "unsqueeze",
    "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "_upsample_nearest_exact1d",
    "_upsample_nearest_exact2d", "_upsample_nearest_exact3d", "view", "view_as_real", "view_as_complex", "zero",
    "fill", "real", "imag",
)  # fmt: skip
"""Operations that compute nothing."""

_POINTWISE = (
    "abs", "acos", "acosh", "add", "addcdiv", "addcmul", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "celu",
    "clamp", "clamp_max", "clamp_min", "cos", "cosh", "div", "elu", "erf", "erfc", "exp", "exp2", "expm1", "floor",
    "fmod", "frac", "gelu", "glu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "lerp", "log", "log10",
    "log1p", "log2", "log_sigmoid_forward", "maximum", "minimum", "mish", "mul", "neg", "_prelu_kernel", "reciprocal",
    "relu", "relu6", "remainder", "round", "rsqrt", "rsub", "selu", "sigmoid", "silu", "sin", "sinh", "softplus",
    "sqrt", "square", "sub", "tan", "tanh", "threshold", "trunc", "complex", "rrelu_with_noise", "dropout",
    "native_dropout",
)  # fmt: skip
"""Each element by itself."""

_SUMS = (
    "_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "_cdist_forward", "_euclidean_dist", "_fused_rms_norm",
    "_log_softmax", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "_safe_softmax", "_softmax",
    "_trilinear", "adaptive_avg_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d", "addbmm", "addmm", "addmv",
    "amax", "amin", "avg_pool1d", "avg_pool2d", "avg_pool3d", "baddbmm", "batch_norm", "bmm", "convolution", "cumsum",
    "cumprod", "dot", "gru", "linear", "log_softmax", "logsumexp", "lstm", "max_pool2d_with_indices",
    "max_pool3d_with_indices", "mean", "mm", "mv", "native_batch_norm", "native_group_norm", "native_layer_norm",
    "prod", "rms_norm", "rnn_relu", "rnn_tanh", "softmax", "std", "std_mean", "sum", "var", "var_mean", "_weight_norm",
    "_weight_norm_interface",
)  # fmt: skip
"""Several elements, all of which count: NaN in one of them is NaN in the result."""

_STOPS = (
    "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "eq", "fmax", "fmin", "ge", "gt", "isfinite", "isinf",
    "isnan", "le", "logical_and", "logical_not", "logical_or", "lt", "masked_fill", "nan_to_num", "ne", "sgn", "sign",
    "tril", "triu", "where",
)  # fmt: skip
"""Each element by itself, and the result may be a number although NaN was read."""

_FAITHFUL = frozenset((*_MOVES, *_POINTWISE, *_SUMS))


def _power(settings: Mapping[str, Any]) -> Passage:
    # 0 as an exponent and 1 as a base give 1, whatever the other is.
    exponent = settings.get("exponent")
    return Passage.FAITHFUL if isinstance(exponent, int | float) and exponent != 0 else BOTH


def _norm(settings: Mapping[str, Any]) -> Passage:
    # The norm of order 0 counts.
    return Passage.FAITHFUL if settings.get("ord", 2) in (1, 2) else BOTH


def _distance(settings: Mapping[str, Any]) -> Passage:
    # The distance of order 0 counts, that of infinite order takes the largest, and NaN is never larger.
    return Passage.FAITHFUL if settings.get("p", 2.0) in (1.0, 2.0) else BOTH


def _attention(settings: Mapping[str, Any]) -> Passage:
    # What a mask leaves out has the weight 0, but NaN times 0 is NaN.
    mask = settings.get("attn_mask")
    if mask is not None and not (mask.is_floating_point() and _finite(mask)):
        return BOTH
    return Passage.INVENTS if settings.get("is_causal") else Passage.FAITHFUL


def _finite(mask: Any) -> bool:
    return bool(mask.isfinite().all())


def _extreme(settings: Mapping[str, Any]) -> Passage:
    # Of one tensor; the form with two is an element by itself.
    return Passage.FAITHFUL if settings else BOTH


_ASKED: dict[str, Callable[[Mapping[str, Any]], Passage]] = {
    "pow": _power,
    "linalg_vector_norm": _norm,
    "_cdist_forward": _distance,
    "scaled_dot_product_attention": _attention,
    "max": _extreme,
    "min": _extreme,
    **dict.fromkeys(_STOPS, lambda _: Passage.STOPS),
    # Taps of weight 0 are not read, but NaN times 0 is NaN.
    **dict.fromkeys(
        (
            "upsample_linear1d", "upsample_bilinear2d", "upsample_bicubic2d", "upsample_trilinear3d",
            "_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa",
        ),
        lambda _: Passage.INVENTS,
    ),
}  # fmt: skip
"""Operations for which it depends on their settings, or of which more is known than the name."""


def passage_of(name: str, settings: Mapping[str, Any]) -> Passage:
    """What an operation may do to NaN.

    Parameters
    ----------
    name : str
        The operation with its overload, ``"aten::relu_.default"``.
    settings : mapping
        Its arguments by name.

    Examples
    --------
    >>> passage_of("aten::relu_.default", {}) is Passage.FAITHFUL, passage_of("aten::gt.Scalar", {}) is Passage.STOPS
    (True, True)
    """
    base = name.removeprefix("aten::").rsplit(".", 1)[0]
    base = base if base.startswith("_") and base in _FAITHFUL else base.removesuffix("_")
    if base in _ASKED:
        return _ASKED[base](settings)
    return Passage.FAITHFUL if base in _FAITHFUL else BOTH
