"""Functions of one element of each operand."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from torch_calls.call import Call, D, call

LONG = torch.int64
PLAIN = (
    "abs", "asinh", "atan", "ceil", "celu", "cos", "cosh", "deg2rad", "digamma", "elu", "erf", "erfc", "exp", "exp2",
    "expm1", "fix", "floor", "frac", "gelu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "lgamma", "log",
    "log10", "log1p", "log2", "logsigmoid", "mish", "nan_to_num", "neg", "negative", "positive", "rad2deg",
    "reciprocal", "relu", "relu6", "round", "rsqrt", "selu", "sigmoid", "sign", "sgn", "silu", "sin", "sinc", "sinh",
    "softplus", "softshrink", "hardshrink", "sqrt", "square", "tan", "tanh", "trunc", "signbit", "conj_physical",
)  # fmt: skip
SPECIAL = ("entr", "erfcx", "i0", "i0e", "i1", "log_ndtr", "bessel_j0", "spherical_bessel_j0")
TWO = (
    "add", "atan2", "copysign", "div", "floor_divide", "fmax", "fmin", "fmod", "ge", "gt", "hypot", "le", "logaddexp",
    "logaddexp2", "lt", "maximum", "minimum", "mul", "nextafter", "pow", "remainder", "rsub", "sub", "true_divide",
    "xlogy", "ldexp", "float_power",
)  # fmt: skip
WHOLE = ("bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm", "bitwise_left_shift", "bitwise_right_shift")
TRUTHS = ("logical_and", "logical_or", "logical_xor", "__and__", "__or__", "__xor__")
KINDS = ("isfinite", "isinf", "isnan", "isneginf", "isposinf", "logical_not", "bitwise_not")


def function(name: str) -> object:
    return next(getattr(space, name) for space in (torch, F, Tensor) if hasattr(space, name))


def of_one(name: str) -> Call:
    return call(function(name), (2, 2))  # type: ignore[arg-type]


CALLS = {
    **{name: of_one(name) for name in PLAIN},
    **{f"{name}, special": call(getattr(torch.special, name), (2, 2)) for name in SPECIAL},
    **{f"{name}, in place": call(lambda x, name=name: getattr(x, name + "_")(), (1, 2)) for name in ("sin", "relu")},
    **{f"{name} of two": call(function(name), (2, 3), (3,)) for name in TWO},  # type: ignore[arg-type]
    **{f"{name} of whole numbers": call(function(name), ((2, 3), LONG), ((2, 1), LONG)) for name in WHOLE},  # type: ignore[arg-type]
    **{
        f"{name} of truths": call(function(name), ((2, 3), torch.bool), ((3,), torch.bool))  # type: ignore[arg-type]
        for name in TRUTHS
    },
    **{
        f"{name} of small numbers": call(lambda x, y, name=name: getattr(x, name)(y), ((2, 3), LONG), ((3,), LONG))
        for name in ("eq", "ne")
    },
    **{f"{name} of a truth": call(function(name), ((2, 2), torch.bool)) for name in KINDS[-2:]},  # type: ignore[arg-type]
    **{f"{name} of a number": call(function(name), (2, 2), unseen="infinity") for name in KINDS[:-2]},  # type: ignore[arg-type]
    "acos": call(lambda x: torch.acos(torch.tanh(x)), (2, 2)),
    "asin": call(lambda x: torch.asin(torch.tanh(x)), (2, 2)),
    "atanh": call(lambda x: torch.atanh(torch.tanh(x)), (2, 2)),
    "erfinv": call(lambda x: torch.erfinv(torch.tanh(x)), (2, 2)),
    "acosh": call(lambda x: torch.acosh(x.abs() + 1), (2, 2)),
    "logit": call(lambda x: torch.logit(torch.sigmoid(x), 0.1), (2, 2)),
    "ndtri": call(lambda x: torch.special.ndtri(torch.sigmoid(x)), (2, 2)),
    "clamped above": call(lambda x: torch.clamp_max(x, 0.5), (2, 2)),
    "clamped below": call(lambda x: torch.clamp_min(x, 0.1), (2, 2)),
    "clamped": call(lambda x: torch.clamp(x, -1, 1), (2, 2)),
    "clamped by a value": call(lambda x, y: torch.clamp(x, min=y), (2, 3), (3,)),
    "threshold": call(lambda x: F.threshold(x, 0.1, 2.0), (2, 2)),
    "step": call(torch.heaviside, ((2, 3), D), ((3,), D), unseen="the value of zero counts at zero"),
    "dropout, off": call(lambda x: F.dropout(x, 0.5, training=False), (2, 3)),
    "feature dropout, off": call(lambda x: torch.feature_dropout(x, 0.5, False), (2, 3)),
    "alpha dropout, off": call(lambda x: torch.alpha_dropout(x, 0.5, False), (2, 3)),
    "randomised relu, off": call(F.rrelu, (2, 3)),
    "polygamma": call(lambda x: torch.polygamma(1, x.abs()), (2, 2)),
    "zeta": call(lambda x, y: torch.special.zeta(x.abs() + 1.1, y.abs()), (2, 2), (2,)),
    "xlog1py": call(torch.special.xlog1py, (2, 3), (3,)),
    "quotient added": call(torch.addcdiv, (2, 3), (3,), (2, 1)),
    "product added": call(torch.addcmul, (2, 3), (3,), (1,)),
    "between": call(torch.lerp, (2, 3), (2, 3), (3,)),
    "parametric relu": call(F.prelu, (2, 3, 2), (3,)),
    "gated": call(lambda x: F.glu(x, 1), (2, 4, 2)),
    "mantissa and exponent": call(torch.frexp, (2, 3)),
    "whole number": call(lambda x: x.to(LONG), (2, 3)),
    "written to another": call(lambda x, y: torch.add(x, y, out=torch.empty(2, 3, dtype=D)), (2, 3), (3,)),
    "filled": call(lambda x: torch.zeros(2, 3, dtype=D).fill_(x.sum()), (2,)),
    "zeroed": call(lambda x, y: x.zero_() + y, (2,), (2,)),
    "copied into a shape": call(lambda x, y: torch.zeros(2, 3, dtype=D).copy_(x) + y, (1, 3), (2, 3)),
    "made after another": call(lambda x: torch.full_like(x, 3.0) + torch.zeros_like(x) + x.new_ones(2, 2) + x, (2, 2)),
}  # fmt: skip
