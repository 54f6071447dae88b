"""Every operation that is said to let NaN through does so, on this processor, and no more than it reads."""

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from eyeshot.measure import passage
from eyeshot.measure.passage import Passage, passage_of

aten = torch.ops.aten
N = 24
"""Long enough for the vectors of the processor, and for what is left over."""

MORE: dict[str, Callable[[Any, Tensor], Tensor]] = {
    "acosh": lambda op, x: op(x + 1),
    "addcdiv": lambda op, x: op(x, x, x + 2),
    "addcmul": lambda op, x: op(x, x, x),
    "clamp": lambda op, x: op(x, 0.2, 0.8),
    "clamp_max": lambda op, x: op(x, 0.5),
    "clamp_min": lambda op, x: op(x, 0.5),
    "complex": lambda op, x: op(x, x),
    "dropout": lambda op, x: op(x, 0.5, False),
    "glu": lambda op, x: op(torch.stack([x, x]), 0)[0],
    "lerp": lambda op, x: op(x, x + 1, 0.3),
    "log_sigmoid_forward": lambda op, x: op(x)[0],
    "native_dropout": lambda op, x: op(x, 0.5, False)[0],
    "_prelu_kernel": lambda op, x: op(x, torch.full_like(x, 0.1)),
    "rrelu_with_noise": lambda op, x: op(x, torch.ones_like(x), 0.1, 0.3, False),
    "threshold": lambda op, x: op(x, 0.5, 0.0),
    **dict.fromkeys(
        ("add", "atan2", "div", "fmod", "maximum", "minimum", "mul", "remainder", "rsub", "sub"),
        lambda op, x: op(x, x.flip(0) + 1),
    ),
}
"""Calls of the operations that take more than one tensor; these read the element at their own place, or its mirror."""
MIRRORED = {"add", "atan2", "div", "fmod", "maximum", "minimum", "mul", "remainder", "rsub", "sub"}


@pytest.mark.parametrize("number", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", passage._POINTWISE)
def test_each_element_by_itself(name: str, number: torch.dtype) -> None:
    call = MORE.get(name, lambda op, x: op(x))
    for at in (0, 5, N - 1):
        x = torch.linspace(0.05, 0.95, N, dtype=number)
        assert not call(getattr(aten, name), x).isnan().any()
        x[at] = math.nan
        found = call(getattr(aten, name), x).isnan().nonzero().flatten().tolist()
        assert set(found) == ({at, N - 1 - at} if name in MIRRORED else {at})


def rows(x: Tensor) -> Tensor:
    """An image of which only the rows matter."""
    return x.reshape(1, 1, N, 1).repeat(1, 2, 1, 6)


def of_rows(y: Any) -> Tensor:
    y = y[0] if isinstance(y, tuple) else y
    return y.reshape(1, 2, -1, y.shape[-1])[0, 0, :, 0]


def steps(layer: nn.Module, x: Tensor) -> Tensor:
    """What a recurrent layer makes of a sequence, a number for each step."""
    layer = copy.deepcopy(layer).to(x.dtype)
    return layer(x.reshape(N, 1, 1))[0][:, 0, 0]  # type: ignore[no-any-return]


PAIRS = [(i, i + 1) for i in range(0, N, 2)]
ALL = [tuple(range(N))]
SUMS: dict[str, tuple[Callable[[Tensor], Any], list[tuple[int, ...]]]] = {
    "_adaptive_avg_pool2d": (lambda x: of_rows(aten._adaptive_avg_pool2d(rows(x), [N // 2, 6])), PAIRS),
    "_adaptive_avg_pool3d": (
        lambda x: aten._adaptive_avg_pool3d(x.reshape(1, 1, N, 1, 1), [N // 2, 1, 1]).flatten(), PAIRS,
    ),
    "_cdist_forward": (lambda x: aten._cdist_forward(x.reshape(-1, 2), x.new_ones(1, 2), 2.0, 1).flatten(), PAIRS),
    "_euclidean_dist": (lambda x: aten._euclidean_dist(x.reshape(-1, 2), x.new_ones(1, 2)).flatten(), PAIRS),
    "_fused_rms_norm": (lambda x: aten._fused_rms_norm(x[None], [N], None, 1e-5)[0][0, :1], ALL),
    "_log_softmax": (lambda x: aten._log_softmax(x, 0, False)[:1], ALL),
    "_native_batch_norm_legit": (
        lambda x: aten._native_batch_norm_legit.no_stats(x.reshape(1, 1, N), None, None, True, 0.1, 1e-5)[0][0, 0, :1],
        ALL,
    ),
    "_native_batch_norm_legit_no_training": (
        lambda x: aten._native_batch_norm_legit_no_training(
            x[None], None, None, torch.zeros(N, dtype=x.dtype), torch.ones(N, dtype=x.dtype), 0.1, 1e-5
        )[0][0],
        [(i,) for i in range(N)],
    ),
    "_safe_softmax": (lambda x: aten._safe_softmax(x, 0)[:1], ALL),
    "_softmax": (lambda x: aten._softmax(x, 0, False)[:1], ALL),
    "_trilinear": (
        lambda x: F.bilinear(x.reshape(-1, 2), x.new_ones(N // 2, 1), x.new_zeros(1, 2, 1)).flatten(), PAIRS,
    ),
    "adaptive_avg_pool1d": (lambda x: aten.adaptive_avg_pool1d(x.reshape(1, 1, N), [N // 2]).flatten(), PAIRS),
    "adaptive_max_pool2d": (lambda x: of_rows(aten.adaptive_max_pool2d(rows(x), [N // 2, 6])), PAIRS),
    "adaptive_max_pool3d": (
        lambda x: aten.adaptive_max_pool3d(x.reshape(1, 1, N, 1, 1), [N // 2, 1, 1])[0].flatten(), PAIRS,
    ),
    "addbmm": (lambda x: aten.addbmm(x.new_zeros(1, 1), x.reshape(1, 1, N), x.new_ones(1, N, 1)).flatten(), ALL),
    "addmm": (lambda x: aten.addmm(x.new_zeros(1, 1), x.reshape(1, N), x.new_zeros(N, 1)).flatten(), ALL),
    "addmv": (lambda x: aten.addmv(x.new_zeros(1), x.reshape(1, N), x.new_zeros(N)).flatten(), ALL),
    "amax": (lambda x: aten.amax(x.reshape(-1, 2), [1]), PAIRS),
    "amin": (lambda x: aten.amin(x.reshape(-1, 2), [1]), PAIRS),
    "avg_pool1d": (lambda x: aten.avg_pool1d(x.reshape(1, 1, N), [2]).flatten(), PAIRS),
    "avg_pool2d": (lambda x: of_rows(aten.avg_pool2d(rows(x), [2, 1])), PAIRS),
    "avg_pool3d": (lambda x: aten.avg_pool3d(x.reshape(1, 1, N, 1, 1), [2, 1, 1]).flatten(), PAIRS),
    "baddbmm": (lambda x: aten.baddbmm(x.new_zeros(1, 1, 1), x.reshape(1, 1, N), x.new_zeros(1, N, 1)).flatten(), ALL),
    "batch_norm": (
        lambda x: F.batch_norm(x[None], torch.zeros_like(x), torch.ones_like(x))[0], [(i,) for i in range(N)],
    ),
    "bmm": (lambda x: aten.bmm(x.reshape(-1, 1, 2), x.new_zeros(N // 2, 2, 1)).flatten(), PAIRS),
    "convolution": (
        lambda x: of_rows(F.conv2d(rows(x), x.new_zeros(2, 2, 2, 1), stride=(2, 1))), PAIRS,
    ),
    "cumsum": (lambda x: aten.cumsum(x, 0)[[5, N - 1]], [tuple(range(6)), tuple(range(N))]),
    "cumprod": (lambda x: aten.cumprod(x, 0)[[5, N - 1]], [tuple(range(6)), tuple(range(N))]),
    "dot": (lambda x: aten.dot(x, x.new_zeros(N)).reshape(1), ALL),
    **{
        name: (lambda x, kind=kind: steps(kind, x), [tuple(range(t + 1)) for t in range(N)])
        for name, kind in (
            ("gru", nn.GRU(1, 2)), ("lstm", nn.LSTM(1, 2)), ("rnn_relu", nn.RNN(1, 2, nonlinearity="relu")),
            ("rnn_tanh", nn.RNN(1, 2)),
        )
    },
    "linear": (lambda x: F.linear(x.reshape(-1, 2), x.new_zeros(1, 2)).flatten(), PAIRS),
    "log_softmax": (lambda x: aten.log_softmax(x, 0)[:1], ALL),
    "logsumexp": (lambda x: aten.logsumexp(x.reshape(-1, 2), [1]), PAIRS),
    "max_pool2d_with_indices": (lambda x: of_rows(aten.max_pool2d_with_indices(rows(x), [2, 1])), PAIRS),
    "max_pool3d_with_indices": (
        lambda x: aten.max_pool3d_with_indices(x.reshape(1, 1, N, 1, 1), [2, 1, 1])[0].flatten(), PAIRS,
    ),
    "mean": (lambda x: aten.mean.dim(x.reshape(-1, 2), [1]), PAIRS),
    "mm": (lambda x: aten.mm(x.reshape(-1, 2), x.new_zeros(2, 1)).flatten(), PAIRS),
    "mv": (lambda x: aten.mv(x.reshape(-1, 2), x.new_zeros(2)), PAIRS),
    "native_batch_norm": (
        lambda x: aten.native_batch_norm(x.reshape(1, 1, N), None, None, None, None, True, 0.1, 1e-5)[0][0, 0, :1], ALL,
    ),
    "native_group_norm": (lambda x: F.group_norm(x.reshape(1, 2, N // 2), 2)[0, :, 0], [
        tuple(range(N // 2)), tuple(range(N // 2, N)),
    ]),
    "native_layer_norm": (lambda x: F.layer_norm(x.reshape(-1, 2), [2])[:, 0], PAIRS),
    "prod": (lambda x: aten.prod.dim_int(x.reshape(-1, 2), 1), PAIRS),
    "rms_norm": (lambda x: F.rms_norm(x.reshape(-1, 2), [2])[:, 0], PAIRS),
    "softmax": (lambda x: aten.softmax(x.reshape(-1, 2), 1)[:, 0], PAIRS),
    "std": (lambda x: aten.std.dim(x.reshape(-1, 2), [1]), PAIRS),
    "std_mean": (lambda x: torch.std_mean(x.reshape(-1, 2), 1)[0], PAIRS),
    "sum": (lambda x: aten.sum.dim_IntList(x.reshape(-1, 2), [1]), PAIRS),
    "var": (lambda x: aten.var.dim(x.reshape(-1, 2), [1]), PAIRS),
    "var_mean": (lambda x: torch.var_mean(x.reshape(-1, 2), 1)[0], PAIRS),
    "_weight_norm": (lambda x: torch._weight_norm(x.reshape(-1, 2), x.new_ones(N // 2, 1), 0)[:, 0], PAIRS),
    "_weight_norm_interface": (
        lambda x: aten._weight_norm_interface(x.reshape(-1, 2), x.new_ones(N // 2, 1), 0)[0][:, 0], PAIRS,
    ),
}  # fmt: skip
"""Each with what every element of its result reads."""


def test_every_sum_is_tried() -> None:
    assert set(SUMS) == set(passage._SUMS)


@pytest.mark.parametrize("number", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", SUMS)
def test_sums_are_nan_if_one_of_their_parts_is(name: str, number: torch.dtype) -> None:
    call, reads = SUMS[name]
    for at in range(N):
        x = torch.linspace(0.05, 0.95, N, dtype=number)
        x[at] = math.nan
        found = call(x).isnan().tolist()
        assert found == [at in part for part in reads], at


@pytest.mark.parametrize("name", passage._MOVES)
def test_what_only_moves_exists(name: str) -> None:
    assert hasattr(aten, name)


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("aten::relu_.default", {}, Passage.FAITHFUL),
        ("aten::_softmax.default", {}, Passage.FAITHFUL),
        ("aten::pow.Tensor_Scalar", {"exponent": 2}, Passage.FAITHFUL),
        ("aten::pow.Tensor_Scalar", {"exponent": 0}, passage.BOTH),
        ("aten::pow.Scalar", {"self": 1, "exponent": torch.ones(1)}, passage.BOTH),
        ("aten::linalg_vector_norm.default", {}, Passage.FAITHFUL),
        ("aten::linalg_vector_norm.default", {"ord": 0}, passage.BOTH),
        ("aten::scaled_dot_product_attention.default", {}, Passage.FAITHFUL),
        ("aten::scaled_dot_product_attention.default", {"is_causal": True}, Passage.INVENTS),
        ("aten::scaled_dot_product_attention.default", {"attn_mask": torch.ones(2, 2) > 0}, passage.BOTH),
        ("aten::scaled_dot_product_attention.default", {"attn_mask": torch.ones(2, 2)}, Passage.FAITHFUL),
        ("aten::scaled_dot_product_attention.default", {"attn_mask": torch.tensor([0, -math.inf])}, passage.BOTH),
        ("aten::max.dim", {"dim": 1}, Passage.FAITHFUL),
        ("aten::upsample_bilinear2d.default", {}, Passage.INVENTS),
        ("aten::masked_fill.Scalar", {}, Passage.STOPS),
        ("aten::argmax.default", {}, passage.BOTH),
        ("aten::sort.default", {}, passage.BOTH),
        ("other::anything.default", {}, passage.BOTH),
    ],
)
def test_it_may_depend_on_the_settings(name: str, settings: dict[str, Any], expected: Passage) -> None:
    assert passage_of(name, settings) is expected
