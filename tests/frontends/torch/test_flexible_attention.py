"""Flexible attention: which scores its functions leave out is asked of them."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

import eyeshot
from eyeshot.graph.access import Status

pytestmark = pytest.mark.filterwarnings("ignore:flex_attention called without", "ignore:return_lse is deprecated")
SHAPE = (1, 12, 8)
Mask = Callable[[Any, Any, Any, Any], Any]


class Flexible(nn.Module):
    """Attention with functions for its mask and its scores."""

    def __init__(self, mask: Mask | None = None, score: Any = None, heads: int = 1) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(8, 16), nn.Linear(8, 16 // heads)
        self.mask = create_block_mask(mask, None, None, 12, 12, device="cpu") if mask else None
        self.score, self.heads = score, heads

    def forward(self, x: Tensor) -> Any:
        query, key = (t.unflatten(2, (-1, 8)).transpose(1, 2).contiguous() for t in (self.query(x), self.key(x)))
        out = flex_attention(query, key, key, score_mod=self.score, block_mask=self.mask, enable_gqa=self.heads > 1)
        return out.transpose(1, 2).flatten(2)


def only_near(score: Any, _: Any, __: Any, i: Any, j: Any) -> Any:
    return torch.where((i - j).abs() <= 1, score, -math.inf)


SCORES = torch.arange(12.0)
KINDS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "everything": ({}, [12] * 12),
    "causal": ({"mask": lambda _, __, i, j: i >= j}, list(range(1, 13))),
    "window": ({"mask": lambda _, __, i, j: (i - j).abs() <= 2}, [3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 4, 3]),
    "scores changed": ({"score": lambda s, _, __, i, j: s + SCORES.to(s)[i] - j}, [12] * 12),
    "scores left out": ({"score": only_near}, [2, *[3] * 10, 2]),
    "grouped heads": ({"mask": lambda _, __, i, j: i >= j, "heads": 2}, list(range(1, 13))),
}


@pytest.mark.parametrize("name", KINDS)
def test_functions_say_what_is_read(name: str) -> None:
    settings, read = KINDS[name]
    torch.manual_seed(0)
    model = Flexible(**settings)
    fields = eyeshot.analyze(model, input_shape=SHAPE, axes="NTC", strict=True)
    assert fields.status is Status.EXACT
    assert [fields[-1].at(i).read for i in range(12)] == read
    proof = eyeshot.verify(model, input_shape=SHAPE, axes="NTC")
    assert proof.holds
    assert proof.values[-1].verdict.value in {"proven", "proven by changes"}


def test_a_mask_of_the_data_is_a_bound() -> None:
    class ByData(Flexible):
        def forward(self, x: Tensor) -> Any:
            long = x[0, :, 0] > 0
            self.score = lambda s, _, __, i, j: torch.where(long[j] | (i == j), s, -math.inf)
            return super().forward(x)

    fields = eyeshot.analyze(ByData(), input_shape=SHAPE, axes="NTC")
    assert fields[-1].status is Status.BOUNDED
    assert fields[-1].at(3).read == 12
    assert eyeshot.verify(ByData(), input_shape=SHAPE, axes="NTC").holds
