"""What a mask leaves out is not read: exact where its numbers are known, else a bound."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot
from eyeshot.errors import InputError
from eyeshot.graph.access import Status

N = 7
BEHIND = torch.ones(N, N, dtype=torch.bool).triu(1)
NEAR = (torch.arange(N)[:, None] - torch.arange(N)).abs() <= 1
HIDES = torch.zeros(N, N).masked_fill(BEHIND, -math.inf)
attend = F.scaled_dot_product_attention


class Fn(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def field(function: Callable[[Tensor], Tensor], shape: tuple[int, ...] = (1, N, 4)) -> Any:
    fields = eyeshot.analyze(Fn(function), input_shape=shape, axes="NLC")
    return fields[fields.graph.outputs[0]]


def read(function: Callable[[Tensor], Tensor], shape: tuple[int, ...] = (1, N, 4)) -> list[tuple[int, int]]:
    """First token that each token reads, and one behind the last, over all channels; of an exact answer."""
    found = field(function, shape)
    assert found.status is Status.EXACT
    lo, hi = (np.broadcast_to(end, found.shape)[0].reshape(found.shape[-2], -1) for end in found.actual("t"))
    return [(int(a.min()), int(b.max())) for a, b in zip(np.where(lo < hi, lo, N), hi, strict=True)]


UP_TO_ITSELF = [(0, i + 1) for i in range(N)]
EVERYTHING = [(0, N)] * N
CASES: dict[str, tuple[Callable[[Tensor], Tensor], list[tuple[int, int]]]] = {
    "causal": (lambda x: attend(x, x, x, is_causal=True), UP_TO_ITSELF),
    "causal, few queries": (lambda x: attend(x[:, :3], x, x, is_causal=True), UP_TO_ITSELF[:3]),
    "causal, few keys": (
        lambda x: attend(x, x[:, :3], x[:, :3], is_causal=True),
        [*UP_TO_ITSELF[:3], *((0, i + 1) for i in range(3, N))],
    ),
    "causal, grouped heads": (
        lambda x: attend(*(x[:, None].expand(1, h, N, 4) for h in (4, 2, 2)), is_causal=True, enable_gqa=True).sum(1),
        UP_TO_ITSELF,
    ),
    "mask": (lambda x: attend(x, x, x, attn_mask=~BEHIND), UP_TO_ITSELF),
    "mask of numbers": (lambda x: attend(x, x, x, attn_mask=HIDES.to(x.dtype)), UP_TO_ITSELF),
    "mask of finite numbers": (lambda x: attend(x, x, x, attn_mask=HIDES.clamp(min=-9.0).to(x.dtype)), EVERYTHING),
    "mask of neighbours": (
        lambda x: attend(x, x, x, attn_mask=NEAR),
        [(max(i - 1, 0), min(i + 2, N)) for i in range(N)],
    ),
    "filled": (
        lambda x: (x @ x.transpose(1, 2)).masked_fill(torch.arange(N)[:, None] < 3, 0.0),
        [(N, 0)] * 3 + [(0, N)] * 4,
    ),
    "chosen": (
        lambda x: torch.where(torch.arange(N)[:, None] < 3, x, x.flip(1)),
        [(0, 1), (1, 2), (2, 3), (3, 4), (2, 3), (1, 2), (0, 1)],
    ),
    "nothing filled": (lambda x: x.masked_fill(torch.zeros(4, dtype=torch.bool), 0.0), [(i, i + 1) for i in range(N)]),
}


@pytest.mark.parametrize("name", CASES)
def test_only_what_the_mask_lets_through_is_read(name: str) -> None:
    function, expected = CASES[name]
    assert read(function) == expected
    proof = eyeshot.verify(Fn(function), input_shape=(1, N, 4), axes="NLC", pixels=N)
    assert proof.holds, proof.mismatch
    assert not proof.reasons


def test_a_triangle_leaves_the_rest_unread() -> None:
    assert read(lambda x: torch.tril(x @ x.transpose(1, 2))) == UP_TO_ITSELF
    upper = field(lambda x: torch.triu((x @ x.transpose(1, 2)).cumsum(1), 1))
    lo, hi = (np.broadcast_to(end, (1, N, N))[0] for end in upper.actual("t"))
    assert (lo == hi)[~BEHIND.numpy()].all()
    assert (lo < hi)[BEHIND.numpy()].all()


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x @ x.transpose(1, 2)).masked_fill(BEHIND, -math.inf).softmax(-1) @ x,
        lambda x: torch.where(BEHIND, -math.inf, x @ x.transpose(1, 2)).softmax(-1) @ x,
        lambda x: (x @ x.transpose(1, 2) + HIDES).softmax(-1) @ x,
        lambda x: torch.baddbmm(HIDES.to(x.dtype), x, x.transpose(1, 2)).softmax(-1) @ x,
        # A query without any key, and heads with different masks.
        lambda x: attend(x, x, x, attn_mask=NEAR & (torch.arange(N) > 3)),
        lambda x: attend(*([x[:, None].expand(1, 2, N, 4)] * 3), attn_mask=torch.stack([NEAR, ~BEHIND])),
    ],
)
def test_what_infinities_hide_is_a_bound(function: Callable[[Tensor], Tensor]) -> None:
    assert field(function).status is Status.BOUNDED
    proof = eyeshot.verify(Fn(function), input_shape=(1, N, 4), axes="NLC", pixels=N)
    assert proof.holds, proof.mismatch


def test_a_mask_of_data_is_read() -> None:
    expected = [(min(i, N - 1 - i), max(i, N - 1 - i) + 1) for i in range(N)]
    assert read(lambda x: x.masked_fill(x.flip(1) > 0, 0.0)) == expected


def test_an_operation_that_only_returns_its_input_is_no_value() -> None:
    proof = eyeshot.verify(Fn(lambda x: x.expand(1, N, 4) * 2), input_shape=(1, N, 4))
    assert [value.name for value in proof.values] == ["mul"]


def test_a_mask_of_another_size_is_the_models_error() -> None:
    model = Fn(lambda x: attend(x, x, x, attn_mask=torch.zeros(N + 1, N + 1)))
    with pytest.raises(InputError, match="broadcast"):
        eyeshot.analyze(model, input_shape=(1, N, 4))
