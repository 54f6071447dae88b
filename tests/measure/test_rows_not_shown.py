"""Numbers of rows that no proof at this size shows, held against the network where it can be seen.

A field that is larger than the image against the fields of the same network on a larger one; the size of the local
paths beside a global one against the network with its gate taken out; the distance of branches against each of them
run alone. What a feature reads is measured here with NaN, by nothing of eyeshot.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import eyeshot

Make = Callable[[], nn.Module]


class Fn(nn.Module):
    """A function of a tensor and of some layers."""

    def __init__(self, function: Callable[..., Tensor], *layers: nn.Module) -> None:
        super().__init__()
        self.layers, self.function = nn.ModuleList(layers), function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *self.layers)


class Ends(NamedTuple):
    """First row that each feature along an axis reads, and one behind the last."""

    lo: list[int]
    hi: list[int]

    def inside(self, pixels: int, margin: int = 0) -> list[int]:
        """Features that no end of the image cuts off; behind a margin where holes hide that they are cut off."""
        both = zip(self.lo, self.hi, strict=True)
        return [i for i, (lo, hi) in enumerate(both) if lo > margin and hi < pixels - margin]

    def centre(self, i: int) -> Fraction:
        return Fraction(self.lo[i] + self.hi[i], 2)


def measured(model: nn.Module, shape: tuple[int, ...], axis: int) -> Ends:
    """What the features along one axis read: NaN in one row of the input after the other."""
    model = model.eval().double()
    reads = []
    for row in range(shape[2 + axis]):
        x = torch.randn(shape, dtype=torch.float64)
        x.select(2 + axis, row).fill_(torch.nan)
        with torch.no_grad():
            flags = model(x).isnan().movedim(2 + axis, 0).flatten(1).any(1)
        reads.append(flags.numpy())
    by_feature = np.stack(reads, axis=1)
    return Ends(by_feature.argmax(axis=1).tolist(), (by_feature.shape[1] - by_feature[:, ::-1].argmax(axis=1)).tolist())


def row_of(model: nn.Module, shape: tuple[int, ...], axis: int) -> Any:
    return eyeshot.analyze(model.eval(), input_shape=shape)[-1].axes[axis]


def check_places(row: Any, ends: Ends, inside: list[int]) -> None:
    """Jump, period, start and padding of a row against features that are not cut off."""
    step = row.period
    pairs = [i for i in inside if i + step in inside]
    assert len({i % step for i in pairs}) == step, "the larger image must show a whole period twice"
    for i in pairs:
        assert ends.lo[i + step] - ends.lo[i] == ends.hi[i + step] - ends.hi[i] == step * row.jump
    for i in inside:
        if i % step == 0:
            assert row.start == ends.centre(i) - i * row.jump
            assert row.padding == i * row.jump - ends.lo[i]


def sizes(ends: Ends, inside: list[int]) -> list[int]:
    return [ends.hi[i] - ends.lo[i] for i in inside]


# ---------------------------------------------------------------------- fields larger than the image


def dilated() -> nn.Module:
    return nn.Sequential(*(nn.Conv1d(1, 1, 3, dilation=d, padding=d) for d in (1, 2, 4, 8)))


def strided() -> nn.Module:
    convs = [nn.Conv2d(1, 1, (3, 5), stride=2, padding=(1, 2)) for _ in range(2)]
    return nn.Sequential(*convs, nn.MaxPool2d(3, 2, 1), nn.Conv2d(1, 1, 3, padding=2, dilation=2))


def volumes() -> nn.Module:
    convs = [nn.Conv3d(1, 1, (3, 3, 1), stride=(1, 2, 1), padding=(1, 1, 0)) for _ in range(3)]
    return nn.Sequential(*convs, nn.AvgPool3d((2, 1, 2)))


def transposed() -> nn.Module:
    down = [nn.Conv1d(1, 1, 4, stride=2, padding=1) for _ in range(2)]
    up = [nn.ConvTranspose1d(1, 1, 3, stride=2, padding=1, output_padding=1) for _ in range(2)]
    return nn.Sequential(*down, nn.Conv1d(1, 1, 3, padding=1), *up)


def decoder() -> nn.Module:
    def function(x: Tensor, first: nn.Module, down: nn.Module, deep: nn.Module, last: nn.Module) -> Tensor:
        skip = first(x)
        up = functional.interpolate(deep(down(skip)), scale_factor=4, mode="nearest")
        return last(torch.cat([skip, up], 1))

    return Fn(
        function,
        nn.Conv2d(1, 2, 3, padding=1),
        nn.Conv2d(2, 2, 4, stride=4),
        nn.Conv2d(2, 2, 3, padding=1),
        nn.Conv2d(4, 1, 3, padding=1),
    )


def shuffled() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 6, stride=4, padding=1), nn.Conv2d(4, 8, 3, padding=1), nn.PixelShuffle(2), nn.Conv2d(2, 1, 2)
    )


LARGER: dict[str, tuple[Make, int, int, int]] = {
    "dilated, one axis": (dilated, 1, 16, 80),
    "strided and dilated": (strided, 2, 32, 128),
    "three axes": (volumes, 3, 8, 40),
    "transposed, in phases": (transposed, 1, 12, 64),
    "decoder, in phases": (decoder, 2, 8, 48),
    "sub-pixels": (shuffled, 2, 8, 48),
}
"""A network, its axes, a side at which fields are larger than the image, and one at which they are not."""


@pytest.mark.parametrize("name", LARGER)
def test_fields_larger_than_the_image_are_those_of_a_larger_image(name: str) -> None:
    make, axes, small, large = LARGER[name]
    torch.manual_seed(0)
    model = make()
    proof = eyeshot.verify(model, input_shape=(1, 1, *[small] * axes))
    assert proof.holds
    assert proof.values[-1].row is not None
    assert {"size", "start", "padding"} & set(proof.values[-1].row.not_shown)
    for axis in range(axes):
        row = row_of(model, (1, 1, *[small] * axes), axis)
        # The other sides are as small as they may be: rows do not depend on them.
        sides = [large if k == axis else small for k in range(axes)]
        ends = measured(model, (1, 1, *sides), axis)
        inside = ends.inside(large, margin=large // 8)
        check_places(row, ends, inside)
        assert (row.size, row.size_min) == (max(sizes(ends, inside)), min(sizes(ends, inside)))


# ---------------------------------------------------------------------- the gate taken out


def squeezed(x: Tensor, gate: Callable[[Tensor], Tensor]) -> Tensor:
    return x * gate(x).sigmoid()


def joined(x: Tensor, gate: Callable[[Tensor], Tensor]) -> Tensor:
    return torch.cat([x, gate(x).expand_as(x)], 1)


def mean(x: Tensor) -> Tensor:
    return x.mean(tuple(range(2, x.dim())), keepdim=True)


def gated(
    before: nn.Module, how: Callable[..., Tensor], after: nn.Module, gate: Callable[[Tensor], Tensor]
) -> nn.Module:
    return Fn(lambda x, b, a: a(how(b(x), gate)), before, after)


GATED: dict[str, tuple[Callable[[Callable[[Tensor], Tensor]], nn.Module], int]] = {
    "squeeze and excite": (
        lambda gate: gated(nn.Conv2d(1, 2, 3, stride=2), squeezed, nn.Conv2d(2, 1, 3, dilation=2), gate), 2,
    ),
    "squeeze and excite, one axis": (
        lambda gate: gated(nn.Conv1d(1, 2, 5), squeezed, nn.ConvTranspose1d(2, 1, 3, stride=2), gate), 1,
    ),
    "pooled context beside": (
        lambda gate: gated(nn.Conv2d(1, 2, (3, 1)), joined, nn.Conv2d(4, 1, (1, 4), stride=2), gate), 2,
    ),
    "volumes": (lambda gate: gated(nn.Conv3d(1, 2, 2, stride=2), squeezed, nn.Conv3d(2, 1, 2), gate), 3),
}  # fmt: skip


@pytest.mark.parametrize("name", GATED)
def test_the_local_size_is_that_of_the_network_without_its_gate(name: str) -> None:
    make, axes = GATED[name]
    torch.manual_seed(0)
    whole, alone = make(mean), make(lambda x: x)
    side = {1: 40, 2: 24, 3: 12}[axes]
    shape = (1, 1, *[side] * axes)
    for axis in range(axes):
        row = row_of(whole, shape, axis)
        assert row.is_global
        ends = measured(alone, shape, axis)
        inside = ends.inside(side)
        check_places(row, ends, inside)
        assert row.local_size == max(sizes(ends, inside))
        assert row.size >= max(hi - lo for lo, hi in zip(*measured(whole, shape, axis), strict=True)) > row.local_size


# ---------------------------------------------------------------------- branches run apart


def cropped(x: Tensor, conv: nn.Module) -> Tensor:
    return conv(x)[:, :, 1:]


def skipped(x: Tensor, conv: nn.Module) -> Tensor:
    return conv(x)


Branch = tuple[Callable[..., Tensor], Make]

APART: dict[str, tuple[Branch, Branch, int]] = {
    "an even kernel beside an odd one": (
        (skipped, lambda: nn.Conv1d(1, 1, 3, padding=1)),
        (lambda x, conv: conv(functional.pad(x, (0, 1))), lambda: nn.Conv1d(1, 1, 2)), 1,
    ),
    "a crop on one side": (
        (cropped, lambda: nn.Conv1d(1, 1, 3)), (skipped, lambda: nn.Conv1d(1, 1, 4)), 1,
    ),
    "strides from other corners": (
        (skipped, lambda: nn.Conv2d(1, 1, 3, stride=2, padding=1)), (skipped, lambda: nn.Conv2d(1, 1, 2, stride=2)), 2,
    ),
    "dilated beside plain": (
        (skipped, lambda: nn.Conv3d(1, 1, 3, dilation=2)), (skipped, lambda: nn.Conv3d(1, 1, 5)), 3,
    ),
    "transposed beside repeated": (
        (skipped, lambda: nn.ConvTranspose1d(1, 1, 3, stride=2, output_padding=1)),
        (lambda x, conv: functional.interpolate(conv(x), scale_factor=2)[..., : 2 * x.shape[2] + 1],
         lambda: nn.Conv1d(1, 1, 3, padding=2)), 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_branches_lie_as_far_apart_as_each_of_them_alone(name: str) -> None:
    (first, one), (second, other), axes = APART[name]
    torch.manual_seed(0)
    a, b = Fn(first, one()), Fn(second, other())
    together = Fn(lambda x, a, b: a(x)[..., : b(x).shape[-1]] + b(x)[..., : a(x).shape[-1]], a, b)
    side = 20 if axes < 3 else 12
    shape = (1, 1, *[side] * axes)
    for axis in range(axes):
        row = row_of(together, shape, axis)
        ends = [measured(model, shape, axis) for model in (a, b)]
        both = sorted(set(ends[0].inside(side)) & set(ends[1].inside(side)))[: 2 * (row.period or 1)]
        apart = [abs(ends[0].centre(i) - ends[1].centre(i)) for i in both]
        assert row.misaligned == sum(apart) / len(apart)
        assert (row.misaligned == 0) is all(distance == 0 for distance in apart)
