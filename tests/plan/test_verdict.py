"""No plan says that tiles are exact where they are not: modules that follow the size, chance, state or data."""

import copy
import random
import re
from collections import Counter
from typing import Any

import pytest
import torch
from tile_moves import SAME, Moving
from tile_nets import error, image_of, listed
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import EyeshotError

EXACT = 1e-9
"""Largest difference in double precision that sums in another order explain."""


def judged(seed: int) -> tuple[str, str]:
    """A module's name, and what came of its plan: refused, or confirmed by running tiles and the whole."""
    draw = random.Random(f"size {seed}")
    model = Moving(seed)
    extents = tuple(4 * draw.randrange(16, 36) + draw.choice([0, 0, 1, 2]) for _ in range(2))
    try:
        plan = eyeshot.tile(model, (1, 2, *extents), tile=tuple(draw.randrange(32, 56) for _ in range(2)))
    except EyeshotError:
        return model.label, "does not run"
    if not plan.tiling.is_possible:
        return model.label, "refused"
    worst = error(plan.tiling, running(model), image_of((1, 2, *extents), seed).double(), 12, seed)
    assert worst <= EXACT, f"seed {seed}: {model.label} is called {plan.verdict.value}, but differs by {worst:.2g} σ"
    return model.label, "exact"


def running(model: nn.Module) -> Any:
    """Runs a copy in double precision: one for the whole, the next for the first tile and all that follow."""
    calls: list[Any] = []

    def work(x: Tensor) -> list[Tensor]:
        if len(calls) < 2:
            calls.append(listed(copy.deepcopy(model).double()))
        torch.set_default_dtype(torch.float64)
        try:
            return list(calls[-1](x))
        finally:
            torch.set_default_dtype(torch.float32)

    return work


@pytest.mark.parametrize("first", [0, *(pytest.param(n, marks=pytest.mark.sweep) for n in range(50, 1050, 50))])
def test_what_is_called_exact_is(first: int) -> None:
    found = Counter(judged(seed)[1] for seed in range(first, first + 50))
    assert found["exact"] >= 8, f"it is easy to refuse everything: {found}"
    assert found["refused"] >= 8, found


SYMPTOMS = [
    ("tensor", "inverse", "another constant"),
    ("full", "inverse", "another constant"),
    ("linspace", "width", "another constant"),
    ("parameter of a list", "width", "may be another constant"),
    ("embedding", "width", "another constant"),
    ("kernel", "width", "another constant"),
    ("weight scaled", "width", "another constant"),
    ("leaky relu", "inverse", "`negative_slope` is "),
    ("lerp", "inverse", "`weight` is "),
    ("clamp", "width", "`max` is "),
    ("softplus", "inverse", "`beta` is "),
    ("threshold", "width", "`threshold` is "),
    ("rest of a division", "width", "`other` is "),
    ("floor of a division", "width", "`other` is "),
    ("greater", "width", "`other` is "),
    ("where, one side", "width", "another constant"),
    ("padding", "width", "`value` is "),
    ("batch norm", "width", "`eps` is "),
    ("attention in windows", "width", "`scale` is "),
    ("divisor", "width", "`divisor_override` is "),
    ("new full", "width", "depends on the size of the image"),
    ("type", "is large", "rounded to another type"),
    ("counter", "", "something else when the model runs again"),
    ("list that grows", "", "something else when the model runs again"),
    ("counter outside", "", "another constant|is called with numbers|when the model runs again"),
    ("random of Python", "", "something else when the model runs again"),
    ("random of numpy", "", "something else when the model runs again"),
    ("kept from the first image", "", "another constant"),
    ("buffer that counts", "", "uses `steps`, which every run of the model changes"),
    ("memory of the last image", "", "uses `memory`, which every run of the model changes"),
    ("item", "", "only data decide"),
    ("branch by data", "", "only data decide"),
    ("dropout", "", "random numbers"),
    ("drop path", "", "random numbers"),
    ("rand like", "", "random numbers"),
    ("coordinates", "", "not the whole's at the place of the tile"),
    ("coordinates of both axes", "", "not the whole's at the place of the tile"),
    ("position, cut to size", "", "not the whole's at the place of the tile"),
]
"""Moves and numbers because of which tiles give other results, and what is said of them."""


def moving(name: str, way: str = "") -> Moving:
    model = Moving(0).eval()
    model.name, model.way, model.before, model.after = name, way, "nothing", "nothing"
    return model


@pytest.mark.parametrize(("name", "way", "reason"), SYMPTOMS)
def test_what_computes_otherwise_is_an_obstacle(name: str, way: str, reason: str) -> None:
    plan = eyeshot.tile(moving(name, way), (1, 2, 96, 100), tile=48)
    assert not plan.tiling.is_possible
    assert any(re.search(reason, why) for _, _, why in plan.obstacles), plan.obstacles
    assert all(node for node, _, _ in plan.obstacles)


@pytest.mark.parametrize("way", SAME)
@pytest.mark.parametrize("name", ["tensor", "full", "new full", "kernel", "ones times", "padding", "weight scaled"])
def test_numbers_that_do_not_follow_the_size_are_none(name: str, way: str) -> None:
    assert eyeshot.tile(moving(name, way), (1, 2, 96, 100), tile=48).tiling.is_possible


@pytest.mark.parametrize("name", ["kept and not used", "drawn and not used", "other in training"])
def test_what_does_not_count_is_no_obstacle(name: str) -> None:
    assert eyeshot.tile(moving(name), (1, 2, 96, 100), tile=48).tiling.is_possible


def test_training_that_changes_calls_is_an_obstacle() -> None:
    plan = eyeshot.tile(moving("other in training").train(), (1, 2, 96, 92), tile=48)
    assert [(node, "call model.eval()" in why) for node, _, why in plan.obstacles] == [("mul", True)]
    assert eyeshot.tile(moving("plus", "a number").train(), (1, 2, 96, 100), tile=48).tiling.is_possible


class Aliased(nn.Module):
    """Counts in a buffer, and reads it by a view that has another name."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("steps", torch.zeros(3))
        self.first = self.steps[:1]
        self.same = self.steps[:]

    def forward(self, x: Tensor) -> Tensor:
        y = x * self.first + self.same.sum()
        self.steps.add_(1)
        return y


def test_memory_that_has_several_names_is_one() -> None:
    plan = eyeshot.tile(Aliased(), (1, 2, 96, 92), tile=48)
    assert [(node, "which every run of the model changes" in why) for node, _, why in plan.obstacles] == [
        ("mul", True),
        ("add", True),
    ]


class Replaced(nn.Module):
    """Gives a weight other memory for each size."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        self.conv.weight.data = self.conv.weight.data * x.shape[-1]
        return self.conv(x)


def test_weights_that_are_given_other_memory_are_others() -> None:
    plan = eyeshot.tile(Replaced(), (1, 2, 96, 92), tile=48)
    assert [node for node, _, _ in plan.obstacles] == ["conv"]


class Striped(nn.Module):
    """A pattern of rows that tiles on its grid have as the whole has it, and one that they have not."""

    def __init__(self, period: int) -> None:
        super().__init__()
        self.period, self.conv = period, nn.Conv2d(2, 2, 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x * (torch.arange(x.shape[-2]) % self.period)[:, None] / 2)


def test_constant_that_follows_the_image_may_be_the_wholes_cut_at_the_place() -> None:
    model, image = Striped(2), image_of((1, 2, 96, 92))
    plan = eyeshot.tile(model, (1, 2, 96, 92), tile=48)
    assert plan.tiling.is_possible
    assert error(plan.tiling, listed(model), image) <= 1e-5
    assert error(plan.tiling, listed(Striped(5)), image) > 0.1
    refused = eyeshot.tile(Striped(5), (1, 2, 96, 92), tile=48)
    assert [node for node, _, _ in refused.obstacles] == ["mul"]


def test_constants_larger_than_what_is_kept_are_known_by_how_they_were_made() -> None:
    """Of zeros of the image's size no number is ever made."""

    class Large(nn.Module):
        def __init__(self, number: float) -> None:
            super().__init__()
            self.number = number

        def forward(self, x: Tensor) -> Tensor:
            return x + torch.zeros(x.shape[-2:]) * self.number + x.new_ones(x.shape)

    assert eyeshot.tile(Large(2.0), (1, 1, 30000, 30000), tile=2048).tiling.is_possible


class Wrong(nn.Module):
    """Right on every image that is planned, and wrong on smaller ones when it runs: it is not the planned model."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (1 if x.device.type == "meta" or x.shape[-1] < 100 else 2)


def test_check_runs_tiles_of_the_plans_own_size() -> None:
    model = nn.Conv2d(1, 1, 3, padding=1)
    plan = eyeshot.tile(model, (1, 1, 400, 300), tile=98)
    check = plan.check(model)
    assert check.holds
    assert [tile.index for tile in check.real] == [(2, 1), (0, 1), (4, 3)]
    assert all(end - start == 98 for tile in check.real[:1] for start, end in tile.read)
    for tile in check.real:
        for (start, end), (begin, stop), n in zip(tile.read, tile.crop, (400, 300), strict=True):
            assert begin < start or start == 0
            assert stop > end or end == n
    image = image_of((1, 1, 400, 300)).numpy()
    assert plan.check(model, image).holds
    wrong = plan.check(nn.Sequential(model, Wrong()))
    assert not wrong.holds
    assert all(output.relative <= wrong.tolerance for output in wrong.outputs), "a small image does not show it"
