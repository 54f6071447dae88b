"""Operations that move no index. They stand here one by one on purpose: what is not listed has no rule."""

from __future__ import annotations

from collections.abc import Callable

import torch

from eyeshot.frontends.torch.blank import blank_like, blank_packed
from eyeshot.frontends.torch.rules.arithmetic import scaled, through, totalled
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.frontends.torch.tensors import among
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Pointwise

__all__: list[str] = []

_POINTWISE = Pointwise()

_UNARY = (
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "celu", "cos", "cosh",
    "deg2rad", "digamma", "elu", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "fix", "floor", "frac", "gelu",
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "lgamma", "log", "log10", "log1p", "log2",
    "log_sigmoid", "logit", "mish", "nan_to_num", "neg", "negative", "positive", "rad2deg", "reciprocal", "relu",
    "relu6", "round", "rsqrt", "selu", "sigmoid", "sign", "sgn", "silu", "sin", "sinc", "sinh", "softplus",
    "softshrink", "special_entr", "special_erfcx", "special_i0e", "special_log_ndtr", "special_ndtri", "sqrt",
    "square", "tan", "tanh", "threshold", "trunc", "i0", "conj_physical", "feature_dropout",
    "alpha_dropout",
)  # fmt: skip
"""One operand; the result has its shape and type."""

_OTHER = (
    "__and__", "__or__", "__xor__", "_conj_physical", "_fused_dropout", "_prelu_kernel",
    "add", "addcdiv", "addcmul", "angle", "atan2", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or",
    "bitwise_right_shift", "bitwise_xor", "clamp", "clamp_max", "clamp_min", "copysign", "div", "dropout", "eq",
    "floor_divide", "fmax", "fmin", "fmod", "gcd", "ge", "gt", "heaviside", "hypot", "imag", "isfinite", "isinf",
    "isnan", "isneginf", "isposinf", "lcm", "le", "lerp", "logaddexp", "logaddexp2", "logical_and", "logical_not",
    "logical_or", "logical_xor", "lt", "maximum", "minimum", "mul", "native_dropout", "ne",
    "nextafter", "polar", "pow", "real", "remainder", "rrelu",
    "rrelu_with_noise", "rsub", "signbit", "special_xlog1py", "special_zeta", "sub", "true_divide", "xlogy",
    "polygamma", "ldexp", "float_power",
)  # fmt: skip
"""Several operands, which broadcast, or a result of another type."""

_SPECIAL = (
    "__lshift__", "__rshift__", "frexp", "igamma", "igammac", "mvlgamma", "special_airy_ai", "special_bessel_j0",
    "special_bessel_j1", "special_bessel_y0", "special_bessel_y1", "special_chebyshev_polynomial_t",
    "special_chebyshev_polynomial_u", "special_chebyshev_polynomial_v", "special_chebyshev_polynomial_w",
    "special_hermite_polynomial_h", "special_hermite_polynomial_he", "special_i1", "special_i1e",
    "special_laguerre_polynomial_l", "special_legendre_polynomial_p", "special_modified_bessel_i0",
    "special_modified_bessel_i1", "special_modified_bessel_k0", "special_modified_bessel_k1",
    "special_scaled_modified_bessel_k0", "special_scaled_modified_bessel_k1",
    "special_shifted_chebyshev_polynomial_t", "special_shifted_chebyshev_polynomial_u",
    "special_shifted_chebyshev_polynomial_v", "special_shifted_chebyshev_polynomial_w", "special_spherical_bessel_j0",
)  # fmt: skip
"""The same, of which few models have heard."""

_LISTED = (
    "_foreach_abs", "_foreach_add", "_foreach_addcdiv", "_foreach_addcmul", "_foreach_clamp_max", "_foreach_clamp_min",
    "_foreach_cos", "_foreach_div", "_foreach_exp", "_foreach_lerp", "_foreach_log", "_foreach_maximum",
    "_foreach_minimum", "_foreach_mul", "_foreach_neg", "_foreach_pow", "_foreach_reciprocal", "_foreach_round",
    "_foreach_rsqrt", "_foreach_sigmoid", "_foreach_sin", "_foreach_sqrt", "_foreach_sub", "_foreach_tanh",
)  # fmt: skip
"""The same for each tensor of a list."""

_PRIMS = (
    "prims::abs", "prims::add", "prims::bitwise_and", "prims::cos", "prims::div", "prims::eq", "prims::exp",
    "prims::ge", "prims::gt", "prims::le", "prims::log", "prims::lt", "prims::maximum", "prims::minimum", "prims::mul",
    "prims::ne", "prims::neg", "prims::pow", "prims::rsqrt", "prims::sin", "prims::sqrt", "prims::sub", "prims::tanh",
    "prims::where",
)  # fmt: skip
"""The same in the words of the framework's own decompositions."""


@rule(*_UNARY)
def unary(call: Call) -> Value:
    """Each element of the result reads the element at its own position."""
    (x,) = call.operands()
    if call.args[0].is_floating_point():
        call.like(call.args[0])
    if len(x.shape) != len(call.shape):
        return call.join([x], call.shape)
    value = call.tape.add(_POINTWISE, x.plain, shape=x.shape)
    return value if x.known is None else through(call, value, x.known)


@rule(*_OTHER, *_SPECIAL, *_PRIMS)
def nary(call: Call) -> Value:
    """Each element of the result reads the elements at its own position; operands broadcast."""
    first = call.args[0]
    if isinstance(first, torch.Tensor) and first.is_floating_point() and first.is_meta and _keeps(call, first):
        call.like(first)
    out = call.out
    shape = tuple(out[0].shape if isinstance(out, list | tuple) else out.shape)
    values = call.operands()
    known = values[0].known
    if len(values) == 2 and known is None and values[1].known is None:
        return call.join(values, shape)
    work = _WITH_NUMBERS.get(call.func._schema.name)
    if work is not None and len(call.args) > 1:
        return work(call, shape)
    if known is not None and len(among(call.args, call.kwargs)) == 1 and not isinstance(out, list | tuple):
        return through(call, call.join([values[0].plain], shape), known)
    return call.join(values, shape)


def _sum(call: Call, shape: Shape) -> Value:
    """The first and a multiple of the second."""
    return totalled(call, [(call.args[0], 1.0), (call.args[1], float(call.arg("alpha", 1)))], shape)


def _difference(call: Call, shape: Shape) -> Value:
    """The first less a multiple of the second, or the other way round."""
    factor = float(call.arg("alpha", 1))
    if call.func._schema.name == "aten::rsub":
        return totalled(call, [(call.args[0], -factor), (call.args[1], 1.0)], shape)
    return totalled(call, [(call.args[0], 1.0), (call.args[1], -factor)], shape)


_WITH_NUMBERS: dict[str, Callable[[Call, Shape], Value]] = {
    "aten::add": _sum,
    "aten::sub": _difference,
    "aten::rsub": _difference,
    "aten::mul": lambda call, shape: scaled(call, shape, divides=False),
    "aten::div": lambda call, shape: scaled(call, shape, divides=True),
    "aten::true_divide": lambda call, shape: scaled(call, shape, divides=True),
}
"""Operations of which it is known what they do to zeros and infinities."""

_ARITHMETIC = {"aten::add", "aten::mul", "aten::sub", "aten::div", "aten::pow", "aten::clamp", "aten::maximum"}


def _keeps(call: Call, first: torch.Tensor) -> bool:
    """Whether the result surely has shape and type of the first operand, so that no kernel need say it."""
    if call.func._schema.name not in _ARITHMETIC or len(call.args) < 2 or "rounding_mode" in call.kwargs:
        return False
    second = call.args[1]
    if isinstance(second, torch.Tensor):
        return second.shape == first.shape and second.dtype is first.dtype
    return len(call.args) == 2 and isinstance(second, int | float)


@rule("log_sigmoid_forward")
def log_sigmoid(call: Call) -> list[Value | None]:
    """Each element by itself; what is kept for its gradient is no result."""
    call.returns((blank_like(call.args[0]), torch.empty(0, device="meta")))
    return [call.join(call.operands(), tuple(call.args[0].shape)), None]


@rule(*_LISTED)
def listed(call: Call) -> list[Value | None]:
    """Each element of each tensor by itself, with those of the other lists at its place."""
    blanks = call.args[0]
    call.returns([blank_like(t) for t in blanks])
    columns = [arg for arg in call.args if isinstance(arg, list | tuple)]
    single = call.values([arg for arg in call.args if isinstance(arg, torch.Tensor)])
    found: list[Value | None] = []
    for i, blank in enumerate(blanks):
        values = [*call.values([column[i] for column in columns]), *single]
        found.append(call.join(values, tuple(blank.shape)) if values else None)
    return found


@rule("glu")
def glu(call: Call) -> Value:
    """Half of the channels times the sigmoid of the other half."""
    from eyeshot.frontends.torch.aliases import Sliced

    x = call.solid(call.args[0])
    dim = call.arg("dim", -1) % len(x.shape)
    half = x.shape[dim] // 2
    halves = [Sliced(dim, start, half).take(call.tape, x) for start in (0, half)]
    return call.add(_POINTWISE, *halves)


@rule("rms_norm")
def rms_norm_without_parts(call: Call) -> Value:
    """Divided by the root of the mean square over the last dimensions."""
    from eyeshot.graph.ops import Reduce

    x = call.solid(call.args[0])
    call.like(call.args[0], blank_packed)
    rank = len(x.shape)
    size = len(call.args[1])
    mean = call.add(Reduce(tuple(range(rank - size, rank)), keepdims=True), x)
    return call.add(_POINTWISE, x, mean)
