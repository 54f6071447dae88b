"""Random numbers that a model draws are no facts: what depends on them is a bound, however few they are."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it
from torch_modules import SMALL, Fn

import eyeshot
from eyeshot.errors import InputError
from eyeshot.graph.access import Status

GENERATOR = torch.Generator().manual_seed(3)


def generator() -> torch.Generator:
    return GENERATOR.set_state(STATE)


STATE = GENERATOR.get_state()


def masked_tokens(x: Tensor) -> Tensor:
    """Tokens that noise chooses, as masked autoencoders keep them."""
    tokens = x.flatten(2).transpose(1, 2)
    noise = torch.rand(1, tokens.shape[1], device=x.device)
    kept = noise.argsort(1)[:, :4]
    return tokens.gather(1, kept[..., None].expand(-1, -1, tokens.shape[2]))


def partly(x: Tensor) -> Tensor:
    y = torch.empty_like(x)
    y[..., :3] = x[..., :3]
    y[..., 3:].uniform_()
    return y


DRAWS: dict[str, Callable[[Tensor], Tensor]] = {
    "noise that chooses tokens": masked_tokens,
    "one number that is added": lambda x: x + torch.randn(1),
    "noise": lambda x: x + torch.randn_like(x),
    "a factor": lambda x: x * torch.rand(1),
    "a permutation": lambda x: x[:, :, torch.randperm(x.shape[2])],
    "a selection of rows": lambda x: x.index_select(2, torch.randint(0, 6, (2,))),
    "a mask": lambda x: torch.where(torch.rand(x.shape[-1]) > 0.5, x, -x),
    "a filled mask": lambda x: x.masked_fill(torch.rand(x.shape) > 0.5, 0),
    "a kernel": lambda x: F.conv2d(x, torch.randn(4, 4, 3, 3)),
    "dropout": lambda x: F.dropout(x, 0.5, training=True),
    "dropout of maps": lambda x: F.dropout2d(x, 0.5, training=True),
    "dropout that keeps the mean": lambda x: F.alpha_dropout(x, 0.5, training=True),
    "dropout of attention": lambda x: F.scaled_dot_product_attention(x, x, x, dropout_p=0.3),
    "slopes": lambda x: F.rrelu(x, training=True),
    "pooling at random places": lambda x: F.fractional_max_pool2d(x, 2, 2),
    "a generator of its own": lambda x: x * torch.rand(6, generator=generator()),
    "numbers that are written": lambda x: x * torch.empty(6).normal_(generator=generator()),
    "numbers behind the back": lambda x: x * torch.rand(6).data,
    "a draw by data": lambda x: torch.bernoulli(x.sigmoid()),
    "places by data": lambda x: torch.multinomial(x.flatten(1).softmax(1), 3),
    "a part that is drawn": partly,
}


@pytest.mark.parametrize("name", DRAWS)
def test_what_depends_on_a_draw_is_bounded_and_the_same_each_time(name: str) -> None:
    model = Fn(DRAWS[name])
    first, second = (eyeshot.analyze(model, input_shape=SMALL) for _ in range(2))
    assert (first.status, first[-1].status) == (Status.BOUNDED, Status.BOUNDED)
    assert first["before"].status is Status.EXACT
    assert first.graph == second.graph


@pytest.mark.parametrize("name", DRAWS)
def test_nothing_beyond_the_bound_is_read(name: str) -> None:
    proof = eyeshot.verify(Fn(DRAWS[name]), input_shape=SMALL)
    assert proof.holds
    assert all(value.verdict.name in {"PROVEN", "BOUNDED", "UNPROVABLE"} for value in proof.values)


KNOWN: dict[str, Callable[[Tensor], Tensor]] = {
    "dropout in evaluation mode": lambda x: F.dropout(x, 0.5, training=False),
    "dropout of nothing": lambda x: F.dropout(x, 0.0, training=True),
    "attention without dropout": lambda x: F.scaled_dot_product_attention(x, x, x),
    "slopes in evaluation mode": lambda x: F.rrelu(x, training=False),
    "the shape of random numbers": lambda x: x[:, :, torch.zeros_like(torch.rand(2), dtype=torch.long)],
    "a draw that nothing reads": lambda x: (torch.rand(3), x * 2)[1],
    "a known table": lambda x: x[:, :, torch.arange(6).flip(0)],
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_no_random_number_decides_stays_exact(name: str) -> None:
    assert eyeshot.analyze(Fn(KNOWN[name]), input_shape=SMALL).status is Status.EXACT


def test_a_draw_changes_no_field() -> None:
    fields = eyeshot.analyze(Fn(DRAWS["noise"]), input_shape=SMALL)
    assert [axis.size for axis in fields["add"].axes] == [3, 3]
    assert fields["add"].at(1, 2).box == fields["before"].at(1, 2).box


DECISIONS: dict[str, Callable[[Tensor], Any]] = {
    "item": lambda x: torch.roll(x, int(torch.randint(0, 4, (1,))), 2),
    "item,": lambda x: x if torch.rand(1) > 0.5 else -x,
    "tolist": lambda x: x * torch.rand(2).tolist()[0],
    "tolist,": lambda x: x * torch.empty(2).uniform_().tolist()[0],
    "numpy": lambda x: x * float(torch.rand(2).numpy()[0]),
    "index by an unknown mask": lambda x: x[:, :, torch.rand(6) > 0.5],
}


@pytest.mark.parametrize("name", DECISIONS)
def test_a_step_that_random_numbers_decide_ends_the_capture(name: str) -> None:
    fields = eyeshot.analyze(Fn(DECISIONS[name]), input_shape=SMALL)
    assert fields.status is Status.PARTIAL
    assert fields.graph.ended.startswith(f"in the model itself at the operation {name.rstrip(',')}")
    assert "needs random numbers, which are others each time" in fields.graph.notes[0]


def test_a_draw_before_the_first_layer_that_decides_is_refused_by_name() -> None:
    class AtOnce(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x if torch.rand(1) > 0.5 else -x

    with pytest.raises(InputError, match="`AtOnce` decides by random numbers, which are others each time"):
        eyeshot.analyze(AtOnce(), input_shape=SMALL)


def test_nothing_is_drawn_from_the_callers_generators() -> None:
    models = [Fn(function) for function in DRAWS.values()]
    before = torch.get_rng_state(), generator().get_state()
    for model in models:
        eyeshot.analyze(model, input_shape=SMALL)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert torch.equal(GENERATOR.get_state(), before[1])


def test_dropout_in_training_is_named() -> None:
    fields = eyeshot.analyze(nn.Sequential(nn.Conv2d(4, 4, 3), nn.Dropout()), input_shape=SMALL)
    assert fields.status is Status.BOUNDED
    assert "because of 1." in " ".join(fields.to_text().split())
