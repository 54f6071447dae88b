"""A run that was followed once runs by its operations alone: the same bytes, and the same errors."""

from collections.abc import Callable
from unittest import mock

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from eyeshot.effects.following import Until
from eyeshot.effects.passes import Subject
from eyeshot.effects.rules import Rule
from eyeshot.errors import RunError


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.first(x)), inplace=True)
        x = x + self.second(x)
        return F.relu_(F.max_pool2d(x, 2))


class Attends(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.attention = nn.Conv2d(3, 4, 3), nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x).flatten(2).transpose(1, 2)
        return F.gelu(self.attention(x, x, x, need_weights=False)[0])


class Counts(nn.Module):
    """Goes another way from its third call on, as a model may that was changed meanwhile."""

    calls = 0

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        type(self).calls += 1
        x = self.conv(x)
        return x.relu() if type(self).calls < 4 else x.sigmoid()


@pytest.mark.parametrize("make", [Residual, Attends, lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU6())])
@pytest.mark.parametrize("learns", [False, True])
def test_every_value_is_the_same(make: Callable[[], nn.Module], learns: bool) -> None:
    torch.manual_seed(0)
    model = make().eval()
    subject, fresh = Subject(model, (1, 3, 8, 8)), Subject(model, (1, 3, 8, 8))
    generator = torch.Generator().manual_seed(1)
    for node in subject.graph.by_name:
        if not subject.holds(node):
            continue
        subject.value(node, torch.rand(1, 3, 8, 8, generator=generator), learns=learns)
        image = torch.rand(1, 3, 8, 8, generator=generator)
        with mock.patch.object(Until, "listen", autospec=True, side_effect=Until.listen) as listened:
            again = subject.value(node, image, learns=learns)
        if not isinstance(model, Attends):
            assert not listened.called, node
        assert torch.equal(again, fresh.value(node, image, learns=learns))
        fresh._followed.clear()


@pytest.mark.parametrize("rule", list(Rule))
def test_ways_back_are_the_same(rule: Rule) -> None:
    torch.manual_seed(0)
    subject, image = Subject(Residual().eval(), (1, 3, 8, 8)), torch.rand(1, 3, 8, 8)
    node = subject.graph.outputs[0]
    found = [subject.back(node, (0, 1, 2, 2), image, rule) for _ in range(3)]
    assert all(one.values.tobytes() == found[0].values.tobytes() and one.met == 2 for one in found)


def test_a_model_that_goes_another_way_is_told() -> None:
    Counts.calls = 0
    subject, image = Subject(Counts().eval(), (1, 3, 8, 8)), torch.rand(1, 3, 8, 8)
    node = subject.graph.outputs[0]
    subject.value(node, image)
    subject.value(node, image)
    with pytest.raises(RunError, match=r"must do what it did when it was read, but: it calls `aten::sigmoid\.default`"):
        subject.value(node, image)


class Breaks(nn.Module):
    """Counts, writes to a buffer and draws before it fails on its third call."""

    calls = 0

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.seen = nn.Conv2d(3, 4, 3), 0
        self.register_buffer("total", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        type(self).calls += 1
        self.seen += 1
        self.total += 1
        self.conv.kept = x
        x = self.conv(x)
        if type(self).calls > 2:
            raise RuntimeError("broken")
        return x.relu()


def test_a_model_comes_back_untouched_after_an_exception() -> None:
    Breaks.calls = 0
    model, image = Breaks(), torch.rand(1, 3, 8, 8)
    subject = Subject(model, (1, 3, 8, 8))
    node = subject.graph.outputs[0]
    subject.value(node, image)
    before, state = {name: id(value) for name, value in vars(model.conv).items()}, torch.random.get_rng_state()
    with pytest.raises(RunError, match="fails on the image: RuntimeError: broken"):
        subject.value(node, image)
    assert (model.seen, float(model.total), model.training) == (0, 0, True)
    assert {name: id(value) for name, value in vars(model.conv).items()} == before
    assert all(p.grad is None and p.requires_grad for p in model.parameters())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert torch.equal(torch.random.get_rng_state(), state)
