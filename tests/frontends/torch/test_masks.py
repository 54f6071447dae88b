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
from eyeshot.measure.results import Verdict

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
    "masked apart for each head": (
        lambda x: attend(*([x[:, None].expand(1, 2, N, 4)] * 3), attn_mask=torch.stack([NEAR, ~BEHIND])).sum(1),
        [(0, min(i + 2, N)) for i in range(N)],
    ),
    "nothing filled": (lambda x: x.masked_fill(torch.zeros(4, dtype=torch.bool), 0.0), [(i, i + 1) for i in range(N)]),
}


LOWEST = torch.finfo(torch.float32).min
AROUND = [(max(i - 1, 0), min(i + 2, N)) for i in range(N)]


def scores(x: Tensor) -> Tensor:
    return x @ x.transpose(1, 2) / 2


def heads(x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """Two heads, whose scores go through a function before the softmax."""
    y = x.unflatten(-1, (2, 2)).transpose(1, 2)
    return (function(y @ y.transpose(2, 3)).softmax(-1) @ y).transpose(1, 2).flatten(2)


def written(x: Tensor) -> Tensor:
    attention = scores(x)
    attention[:, BEHIND] = -math.inf
    return attention.softmax(-1) @ x


def cut_off(x: Tensor) -> Tensor:
    """Scores of the last keys overwritten."""
    attention = scores(x)
    attention[..., 5:] = -math.inf
    attention[:, :, 4] = torch.tensor(-math.inf, dtype=x.dtype)
    return attention.softmax(-1) @ x


def by_hand(x: Tensor) -> Tensor:
    """A softmax as textbooks write it."""
    masked = scores(x).masked_fill(BEHIND, -math.inf)
    weights = (masked - masked.amax(-1, keepdim=True)).exp()
    return weights / weights.sum(-1, keepdim=True) @ x


CASES |= {
    "softmax, filled": (lambda x: scores(x).masked_fill(BEHIND, -math.inf).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, lowest number": (lambda x: scores(x).masked_fill(BEHIND, LOWEST).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, lowest number added": (lambda x: (scores(x) + BEHIND * LOWEST).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, -1e9": (lambda x: scores(x).masked_fill(BEHIND, -1e9).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, -10000 added": (lambda x: (scores(x) + BEHIND.to(x.dtype) * -1e4).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, -100 added": (lambda x: (scores(x) + BEHIND * -100.0).softmax(-1) @ x, EVERYTHING),
    "softmax, chosen": (lambda x: torch.where(BEHIND, -math.inf, scores(x)).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, added": (lambda x: (scores(x) + HIDES).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, added the other way": (lambda x: (HIDES + scores(x)).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, subtracted": (lambda x: (scores(x) - -HIDES.clamp(min=-1e30)).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, added with the product": (
        lambda x: torch.baddbmm(HIDES.to(x.dtype), x, x.transpose(1, 2)).softmax(-1) @ x,
        UP_TO_ITSELF,
    ),
    "softmax, neighbours": (lambda x: scores(x).masked_fill(~NEAR, -math.inf).softmax(-1) @ x, AROUND),
    "softmax, others": (
        lambda x: scores(x).masked_fill(BEHIND.T, -math.inf).softmax(-1) @ x,
        [(i, N) for i in range(N)],
    ),
    "softmax, padding": (lambda x: scores(x).masked_fill(torch.arange(N) > 3, -math.inf).softmax(-1) @ x, [
        (0, max(4, i + 1)) for i in range(N)
    ]),
    "softmax, over queries": (
        lambda x: scores(x).masked_fill(BEHIND, -math.inf).softmax(1).transpose(1, 2) @ x,
        [(i, N) for i in range(N)],
    ),
    "softmax, in place": (lambda x: scores(x).masked_fill_(BEHIND, -math.inf).softmax(-1) @ x, UP_TO_ITSELF),
    "softmax, written": (written, UP_TO_ITSELF),
    "softmax, a slice written": (cut_off, [(0, max(4, i + 1)) for i in range(N)]),
    "softmax, scaled behind the mask": (
        lambda x: ((scores(x).masked_fill(BEHIND, -math.inf) * 0.5).to(torch.float64) + x.mean(-1, keepdim=True))
        .softmax(-1).to(x.dtype) @ x,
        UP_TO_ITSELF,
    ),
    "softmax, scaled by numbers": (
        lambda x: (scores(x).masked_fill(BEHIND, -math.inf).softmax(-1) * x.mean(-1).unsqueeze(1)) @ x,
        UP_TO_ITSELF,
    ),
    "softmax, kept from zero": (
        lambda x: F.dropout((scores(x) + HIDES).softmax(-1), 0.5, training=False).nan_to_num() @ x, UP_TO_ITSELF
    ),
    "softmax, logarithm": (lambda x: (scores(x) + HIDES).log_softmax(-1).exp() @ x, UP_TO_ITSELF),
    "softmax, two masks": (
        lambda x: scores(x).masked_fill(BEHIND, -math.inf).masked_fill(~NEAR, -math.inf).softmax(-1) @ x,
        [(max(i - 1, 0), i + 1) for i in range(N)],
    ),
    "softmax, on the right": (
        lambda x: (x.transpose(1, 2) @ (scores(x) + HIDES).softmax(-1).transpose(1, 2)).transpose(1, 2), UP_TO_ITSELF
    ),
    "softmax, einsum": (
        lambda x: torch.einsum("bij,bjc->bic", (torch.einsum("bic,bjc->bij", x, x) + HIDES).softmax(-1), x),
        UP_TO_ITSELF,
    ),
    "softmax, heads": (lambda x: heads(x, lambda s: s + HIDES), UP_TO_ITSELF),
    "softmax, heads masked apart": (
        lambda x: heads(x, lambda s: s.masked_fill(torch.stack([~NEAR, BEHIND]), -math.inf)),
        [(0, min(i + 2, N)) for i in range(N)],
    ),
    "softmax, a part of the keys": (
        lambda x: (scores(x) + HIDES)[:, 2:, :4].softmax(-1) @ x[:, :4], UP_TO_ITSELF[2:]
    ),
    "softmax, a sink": (
        lambda x: torch.cat([(scores(x) + HIDES), torch.zeros(1, N, 1, dtype=x.dtype)], -1).softmax(-1)[..., :N] @ x,
        UP_TO_ITSELF,
    ),
    "triangle times values": (lambda x: torch.tril(scores(x)) @ x, UP_TO_ITSELF),
    "triangle without diagonal": (lambda x: torch.tril(x @ torch.ones(4, N, dtype=x.dtype), -1) @ x, [
        (N, 0), *UP_TO_ITSELF[1:]
    ]),
}  # fmt: skip


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


def test_a_bound_remains_where_a_query_has_no_key() -> None:
    nothing = NEAR & (torch.arange(N) > 3)
    for function in (
        lambda x: attend(x, x, x, attn_mask=nothing),
        lambda x: (x @ x.transpose(1, 2)).masked_fill(~nothing, -1e9).softmax(-1) @ x,
    ):
        assert field(function).status is Status.BOUNDED
        proof = eyeshot.verify(Fn(function), input_shape=(1, N, 4), axes="NLC", pixels=N)
        assert proof.holds, proof.mismatch
    found = field(lambda x: scores(x).masked_fill(~nothing, -math.inf).softmax(-1).nan_to_num() @ x)
    assert found.status is Status.BOUNDED


def test_a_masked_softmax_by_hand_is_causal() -> None:
    assert read(by_hand) == UP_TO_ITSELF
    proof = eyeshot.verify(Fn(by_hand), input_shape=(1, N, 4), axes="NLC", pixels=N)
    assert proof.holds, proof.mismatch


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x + HIDES[:4].T) @ x.transpose(1, 2),
        lambda x: (x @ x.transpose(1, 2) + HIDES).cos(),
        # Masked by numbers too, which may leave nothing of a line.
        lambda x: scores(x).masked_fill(BEHIND, -math.inf).masked_fill(x[..., :1] > 1.0, -math.inf).softmax(-1) @ x,
        lambda x: (x @ x.transpose(1, 2) + HIDES).cumsum(-1),
        lambda x: (x @ x.transpose(1, 2) + HIDES) * x.mean(),
        lambda x: ((x @ x.transpose(1, 2)).masked_fill(BEHIND, math.inf) + HIDES).sum(-1),
    ],
)
def test_infinities_that_go_astray_are_a_bound(function: Callable[[Tensor], Tensor]) -> None:
    assert field(function).status is Status.BOUNDED


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


class Layers(nn.Module):
    """PyTorch's own transformer with a mask."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        torch.manual_seed(1)
        layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=kind == "padding")
        self.kind = kind

    def forward(self, x: Tensor) -> Any:
        mask = nn.Transformer.generate_square_subsequent_mask(N).to(x.dtype)
        if self.kind == "padding":
            return self.layers(x, src_key_padding_mask=(torch.arange(N) > 3)[None].expand(len(x), N))
        if self.kind == "both":
            padding = (torch.arange(N) > 3)[None].expand(len(x), N)
            return self.layers(x, mask=BEHIND, src_key_padding_mask=padding)
        return self.layers(x, mask=BEHIND if self.kind == "bool" else mask, is_causal=self.kind == "causal")


class Heads(nn.Module):
    """PyTorch's attention of several heads with a mask."""

    def __init__(self, mask: Tensor, *, weights: bool) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.mask, self.weights = mask, weights

    def forward(self, x: Tensor) -> Any:
        mask = self.mask if self.mask.dtype is torch.bool else self.mask.to(x.dtype)
        return self.attention(x, x, x, attn_mask=mask, need_weights=self.weights)[0]


def proven(model: nn.Module) -> list[tuple[int, int]]:
    """What each token reads, of an answer that is exact and proven."""
    fields = eyeshot.analyze(model.eval(), input_shape=(1, N, 4), axes="NLC")
    last = fields[fields.graph.outputs[0]]
    assert last.status is Status.EXACT
    proof = eyeshot.verify(model, input_shape=(1, N, 4), axes="NLC", pixels=N)
    assert proof.holds, proof.mismatch
    assert not proof.reasons
    return [last.at(i).box[0] for i in range(N)]


@pytest.mark.parametrize("kind", ["float", "bool", "causal"])
def test_a_masked_transformer_is_causal(kind: str) -> None:
    assert proven(Layers(kind)) == UP_TO_ITSELF


def test_a_transformer_reads_no_padding() -> None:
    assert proven(Layers("padding")) == [(0, max(4, i + 1)) for i in range(N)]
    assert proven(Layers("both")) == UP_TO_ITSELF


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("mask", [BEHIND, HIDES, HIDES.clamp(min=LOWEST)])
def test_masked_attention_of_several_heads_is_causal(mask: Tensor, *, weights: bool) -> None:
    assert proven(Heads(mask, weights=weights)) == UP_TO_ITSELF


def test_shifted_windows_with_infinity_are_windows_of_their_own() -> None:
    """Windows of 4 tokens, shifted by 2: the last holds both ends, which its mask keeps apart."""
    part = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1]).reshape(2, 4)
    mask = torch.zeros(2, 4, 4).masked_fill(part[:, :, None] != part[:, None], -math.inf)

    def shifted(x: Tensor) -> Tensor:
        windows = x.roll(-2, 1).reshape(-1, 2, 4, 3)
        weights = (windows @ windows.transpose(2, 3) + mask.to(x.dtype)).softmax(-1)
        return (weights @ windows).reshape(-1, 8, 3).roll(2, 1)

    expected = [(0, 2)] * 2 + [(2, 6)] * 4 + [(6, 8)] * 2
    assert [tuple(r) for r in read(shifted, (1, 8, 3))] == expected
    proof = eyeshot.verify(Fn(shifted), input_shape=(1, 8, 3), axes="NLC", pixels=8)
    assert proof.holds, proof.mismatch
    assert not proof.reasons


def test_a_finite_mask_is_told_of() -> None:
    fields = eyeshot.analyze(Fn(CASES["softmax, -1e9"][0]), input_shape=(1, N, 4), axes="NLC")
    assert any("minus infinity" in note for note in fields.graph.notes)
    fields = eyeshot.analyze(Fn(CASES["softmax, filled"][0]), input_shape=(1, N, 4), axes="NLC")
    assert not fields.graph.notes


def test_blocks_of_masked_scores_of_different_sizes_may_be_joined() -> None:
    # As windows of scores are written beside each other by sliding-window attention.
    def joined(x: Tensor) -> Tensor:
        scores = x.new_zeros(1, N, 5)
        scores[:, :4] = torch.full((1, 4, 5), -math.inf).where(BEHIND[:4, :5], x[:, :4, :1].expand(1, 4, 5))
        scores[:, 4:] = torch.full((1, 3, 5), -math.inf).where(BEHIND[:3, :5], x[:, 4:, :1].expand(1, 3, 5))
        return scores.softmax(-1)

    assert field(joined).status is Status.EXACT


@pytest.mark.parametrize(
    "function",
    [
        lambda x: F.relu(x - 20_000.0),
        lambda x: torch.sigmoid(x - 30_000.0),
        lambda x: torch.exp((x - 30_000.0) / 100),
        lambda x: (x - 20_000.0).amax(-1),
        lambda x: (x - 20_000.0).clamp(0, 255),
    ],
    ids=["relu", "sigmoid", "exp", "amax", "clamp"],
)
def test_large_numbers_taken_from_pixels_are_no_mask(function: Any) -> None:
    class Less(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return function(x)  # type: ignore[no-any-return]

    torch.manual_seed(0)
    proof = eyeshot.verify(Less().eval(), input_shape=60_000 * torch.rand(1, 1, 4, 5))
    assert proof.values[-1].verdict is Verdict.PROVEN


# ---------------------------------------------------------------------- in training mode


def trained(x: Tensor) -> Tensor:
    weights = (x @ x.transpose(1, 2) + HIDES.to(x)).softmax(-1)
    return F.dropout(weights, 0.5, training=True) @ x


def trained_at_once(x: Tensor) -> Tensor:
    return attend(x, x, x, is_causal=True, dropout_p=0.5)


def low_scores_dropped(x: Tensor) -> Tensor:
    """A score of -10,000 that is dropped is zero, so that the place counts."""
    scores = (x @ x.transpose(1, 2)).masked_fill(BEHIND, -1e4)
    return F.dropout(scores, 0.5, training=True).softmax(-1) @ x


@pytest.mark.parametrize(("function", "reach"), [(trained, "causal"), (trained_at_once, "causal")])
def test_what_a_mask_hides_stays_hidden_in_a_dropout(function: Callable[[Tensor], Tensor], reach: str) -> None:
    found = field(function)
    assert found.status is Status.BOUNDED
    assert found.axes[0].reach == reach
    assert [found.at(i).pixels[0] for i in range(N)] == [(0, i + 1) for i in range(N)]


def test_what_a_dropout_may_let_through_is_read() -> None:
    found = field(low_scores_dropped)
    assert found.status is Status.BOUNDED
    assert all(found.at(i).pixels[0] == (0, N) for i in range(N))


def test_an_encoder_in_training_mode_is_causal() -> None:
    layer = nn.TransformerEncoderLayer(4, 2, 8, 0.3, batch_first=True)
    mask = nn.Transformer.generate_square_subsequent_mask(N)
    encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
    found = field(lambda x: encoder(x, mask=mask, is_causal=True))
    assert found.status is Status.BOUNDED
    assert found.axes[0].reach == "causal"
