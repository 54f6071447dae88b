"""Warps with a grid that is known read a few pixels around each place, as numbers put into the image show."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot
from eyeshot.frontends.torch.rules import sampling
from eyeshot.graph.access import Status

SIZE = (1, 2, 6, 7)


class Fn(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def warped(theta: list[list[float]], size: tuple[int, int], **settings: Any) -> Callable[[Tensor], Tensor]:
    def function(x: Tensor) -> Tensor:
        matrix = torch.tensor(theta, dtype=x.dtype)[None].expand(len(x), 2, 3)
        grid = F.affine_grid(matrix, [len(x), x.shape[1], *size], align_corners=settings.get("align_corners", False))
        return F.grid_sample(x, grid, **settings)

    return function


def turned(degrees: float, zoom: float = 1.0, shift: float = 0.0) -> list[list[float]]:
    c, s = (zoom * f(math.radians(degrees)) for f in (math.cos, math.sin))
    return [[c, -s, shift], [s, c, -shift]]


def reading(function: Callable[[Tensor], Tensor], shape: tuple[int, ...] = SIZE) -> Any:
    """Which pixels each element reads: other numbers are put into one after the other."""
    torch.manual_seed(0)
    x = torch.rand(shape, dtype=torch.float64) + 1
    clean = function(x)
    found = np.zeros((*clean.shape[2:], *shape[2:]), np.bool_)
    for pixel in itertools.product(*(range(n) for n in shape[2:])):
        other = x.clone()
        other[(slice(None), slice(None), *pixel)] += 1.0
        # What is left of a weight that is zero but for rounding does not count.
        found[(..., *pixel)] = ((function(other) - clean).abs() > 1e-10).any(1).any(0).numpy()
    return found


def compare(function: Callable[[Tensor], Tensor], shape: tuple[int, ...] = SIZE) -> None:
    fields = eyeshot.analyze(Fn(function), input_shape=shape)
    field = fields[fields.graph.outputs[0]]
    assert field.status is Status.EXACT
    expected = reading(function, shape)
    for feature in np.ndindex(*field.shape[2:]):
        mask = np.zeros(shape[2:], np.bool_)
        for product in field.at(*feature).products:
            inside = [np.isin(np.arange(n), [i for a, b in runs for i in range(a, b)]) for runs, n in
                      zip(product, mask.shape, strict=True)]  # fmt: skip
            mask[np.ix_(*inside)] = True
        np.testing.assert_array_equal(mask, expected[feature], str(feature))


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize(
    ("theta", "size"),
    [
        (turned(0), (6, 7)),
        (turned(0, 0.5, 0.3), (4, 5)),
        (turned(0, -1.7), (5, 5)),
        (turned(31, 1.3, 0.21), (5, 6)),
    ],
)
def test_a_known_warp_reads_what_changes_it(
    theta: list[list[float]], size: tuple[int, int], mode: str, padding: str, *, corners: bool
) -> None:
    compare(warped(theta, size, mode=mode, padding_mode=padding, align_corners=corners))


def test_a_quarter_turn_takes_single_pixels() -> None:
    # Axes are asked by the image's, so the result is turned back.
    for size in ((7, 6), (6, 6)):
        compare(lambda x, s=size: warped([[0, 1, 0], [-1, 0, 0]], s, align_corners=True)(x).mT, (1, 2, *size[::-1]))


def test_volumes_are_warped_too() -> None:
    def function(x: Tensor) -> Tensor:
        matrix = torch.tensor([[1, 0.2, 0, 0], [0, 0.9, 0.1, 0.1], [0, 0, -1, 0.0]], dtype=x.dtype)[None]
        return F.grid_sample(x, F.affine_grid(matrix, [1, 2, 3, 3, 4], align_corners=False), align_corners=False)

    compare(function, (1, 2, 3, 4, 4))


def test_images_of_a_batch_with_grids_of_their_own() -> None:
    def function(x: Tensor) -> Tensor:
        matrix = torch.tensor([turned(0), turned(20)], dtype=x.dtype)
        grid = F.affine_grid(matrix, [2, 2, 6, 7], align_corners=False)
        return F.grid_sample(x, grid, align_corners=False).sum(0, keepdim=True)

    compare(function, (2, 2, 6, 7))


def test_many_images_with_places_of_their_own_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def function(x: Tensor) -> Tensor:
        matrix = torch.tensor([[[1.0, 0, 0.5], [0, 1, 0]], [[0, -1, 0], [1, 0, 0]]])
        return F.grid_sample(x, F.affine_grid(matrix, list(x.shape), align_corners=False), align_corners=False)

    assert eyeshot.analyze(Fn(function), input_shape=(2, 1, 6, 6)).status is Status.EXACT
    monkeypatch.setattr(sampling, "_MOST_APART", 71)
    bounded = eyeshot.analyze(Fn(function), input_shape=(2, 1, 6, 6))
    assert bounded.status is Status.BOUNDED
    assert bounded[-1].axes[0].is_global


@pytest.mark.parametrize("angle", [0.0, 20.0])
def test_a_known_warp_between_layers_is_proven(angle: float) -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.first, self.last = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
            self.register_buffer("theta", torch.tensor(turned(angle, 0.8))[None])

        def forward(self, x: Tensor) -> Any:
            y = self.first(x)
            theta: Tensor = self.get_buffer("theta").expand(len(x), 2, 3)
            grid = F.affine_grid(theta, list(y.shape), align_corners=False)
            return self.last(F.grid_sample(y, grid, align_corners=False))

    fields = eyeshot.analyze(Net(), input_shape=(1, 3, 10, 10))
    assert fields.status is Status.EXACT
    proof = eyeshot.verify(Net(), input_shape=(1, 3, 10, 10), pixels=30)
    assert proof.holds, proof.mismatch
    assert not proof.reasons


def test_a_grid_made_of_data_stays_a_bound() -> None:
    fields = eyeshot.analyze(
        Fn(lambda x: F.grid_sample(x, x.permute(0, 2, 3, 1), align_corners=False)), input_shape=SIZE
    )
    assert fields.status is Status.BOUNDED
