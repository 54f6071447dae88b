"""Plans say where PyTorch rounds the places at which it resamples, and nowhere else."""

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import eyeshot
from eyeshot.present.plan_text import check_text

LONG = 40_000
PLAIN = 2e-6
"""Error in float32 that sums explain, for numbers around 1."""
MODES = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}


class Resampling(nn.Module):
    def __init__(self, axes: int = 2, **how: Any) -> None:
        super().__init__()
        self.conv = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1](1, 1, 1)
        self.how = how

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(functional.interpolate(x, **self.how))


def error(x: Tensor, how: dict[str, Any]) -> float:
    """How far PyTorch's single precision is from its double precision, on numbers between -1 and 1."""
    with torch.no_grad():
        return float(
            (functional.interpolate(x, **how).double() - functional.interpolate(x.double(), **how)).abs().max()
        )


@pytest.mark.parametrize("seed", range(24))
def test_what_is_told_is_what_pytorch_rounds(seed: int) -> None:
    draw = random.Random(f"rounding {seed}")
    axes, long = draw.choice([(1, 0), (2, 0), (2, 1), (3, 2)])
    factor = draw.choice([3, 1.5, 0.75, 5 / 3, 0.3, 2, 4, 0.5, 0.25, 1 / 3, 1.25])
    extents = [LONG if axis == long else 12 for axis in range(axes)]
    factors = [factor if axis == long else 1 for axis in range(axes)]
    how: dict[str, Any] = {"mode": draw.choice(MODES[axes]), "scale_factor": tuple(factors)}
    plan = eyeshot.tile(Resampling(axes, **how).eval(), (1, 1, *extents), tile=[min(n, 600) for n in extents])
    assert plan.tiling.is_possible, plan.obstacles
    x = torch.rand((1, 1, *extents), generator=torch.Generator().manual_seed(seed)) * 2 - 1
    found = error(x, how)
    if not plan.roundings:
        assert found <= PLAIN, (how, found)
        return
    (told,) = plan.roundings
    assert told.axes == (plan.axes[long].axis,)
    assert told.pixels == (LONG * 2.0**-23,)
    # Neighbours differ by 2 at most; the slope of cubic kernels is steeper.
    assert PLAIN < found <= 1.5 * told.pixels[0] * 2 * (2 if how["mode"] == "bicubic" else 1)


@pytest.mark.parametrize(
    "how",
    [
        {"scale_factor": 2, "mode": "bilinear"},
        {"scale_factor": 3, "mode": "nearest"},
        {"scale_factor": 3, "mode": "nearest-exact"},
        {"scale_factor": (2, 3), "mode": "bilinear"},
    ],
)
def test_nothing_is_told_where_nothing_is_rounded(how: dict[str, Any]) -> None:
    plan = eyeshot.tile(Resampling(**how).eval(), (1, 1, 900, 90), tile=(90, 90))
    assert plan.tiling.is_possible
    assert plan.roundings == ()
    assert "rounding" not in plan.to_text()


def test_double_precision_is_not_told() -> None:
    model = Resampling(scale_factor=3, mode="bilinear").eval()
    assert eyeshot.tile(model, (1, 1, 900, 900), tile=90).roundings
    assert not eyeshot.tile(model.double(), (1, 1, 900, 900), tile=90).roundings
    assert eyeshot.tile(model.half(), (1, 1, 900, 900), tile=90).roundings


def test_a_plan_says_it_in_words_and_as_data() -> None:
    model = nn.Sequential(Resampling(scale_factor=3, mode="bilinear"), Resampling(scale_factor=2, mode="bilinear"))
    plan = eyeshot.tile(model.eval(), (1, 1, 90, 60_000), tile=90)
    assert "upsample_bilinear2d 0.0072 along x" in " ".join(plan.to_text().split())
    assert plan.to_dict()["roundings"] == [
        {
            "node": plan.roundings[0].node,
            "operation": "upsample_bilinear2d",
            "axes": ["x"],
            "pixels": [60_000 * 2.0**-23],
        }
    ]


def test_a_check_looks_through_the_rounding() -> None:
    model = Resampling(scale_factor=3, mode="bilinear").eval()
    plan = eyeshot.tile(model, (1, 1, 8000, 8000), tile=800)
    before = model.conv.weight
    check = plan.check(model)
    assert check.holds, check
    assert check.number == "float64"
    assert model.conv.weight is before
    assert before.dtype is torch.float32
    image = np.random.default_rng(0).standard_normal((1, 1, 2000, 40), np.float32)
    assert plan.check(model, image).holds
    curve = plan.curve(model, image)
    assert max(one.relative for one in curve.points[-1].errors) <= 1e-9


class Insists(Resampling):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * torch.ones(1).to(x.dtype) if x.dtype is torch.float32 else 1 / 0


def test_a_check_in_single_precision_says_what_is_in_it() -> None:
    model = Insists(scale_factor=3, mode="bilinear").eval()
    check = eyeshot.tile(model, (1, 1, 8000, 8000), tile=800).check(model)
    assert (check.number, check.is_rounded) == ("float32", True)
    assert not check.holds
    assert "does not run in float64" in check_text(check)
    fine = Resampling(scale_factor=2, mode="bilinear").eval()
    plain = eyeshot.tile(fine, (1, 1, 8000, 8000), tile=800).check(fine)
    assert (plain.number, plain.is_rounded, plain.holds) == ("float32", False, True)


def test_a_check_of_short_numbers_allows_for_them() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 1, 3, padding=1)).eval().bfloat16()
    check = eyeshot.tile(model, (1, 1, 300, 300), tile=60).check(model)
    assert check.holds, check
    assert check.number == "bfloat16"
