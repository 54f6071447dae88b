"""Activations are the model's own, and every value stands where its feature is centred."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.effects.activations import Activations, activations_of
from eyeshot.effects.images import Image
from eyeshot.effects.passes import Subject
from eyeshot.errors import InputError

NETS: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "even kernels": (nn.Sequential(nn.Conv2d(3, 4, 4, 2, 1), nn.ReLU(), nn.Conv2d(4, 6, 2)), (1, 3, 21, 34)),
    "strides and padding": (nn.Sequential(nn.Conv2d(3, 4, 7, 3, 3), nn.MaxPool2d(3, 2, 1)), (1, 3, 40, 31)),
    "padding on one side": (nn.Sequential(nn.ZeroPad2d((0, 3, 2, 0)), nn.Conv2d(3, 4, 4, 2)), (1, 3, 24, 24)),
    "decoder": (nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ConvTranspose2d(4, 5, 2, 2)), (1, 3, 16, 18)),
    "resampled": (
        nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.Upsample(scale_factor=3, mode="bilinear")),
        (1, 3, 16, 18),
    ),
    "signal": (nn.Sequential(nn.Conv1d(2, 4, 6, 4), nn.Conv1d(4, 3, 3, dilation=2)), (1, 2, 90)),
    "volume": (nn.Sequential(nn.Conv3d(1, 4, 3, (1, 2, 2), 1), nn.ReLU()), (1, 1, 6, 8, 9)),
}


def shown(net: nn.Module, shape: tuple[int, ...], node: str | None = None) -> tuple[Subject, Activations]:
    numbers = np.random.default_rng(0).standard_normal(shape[1:]).astype(np.float32)
    subject = Subject(net.eval(), shape)
    node = node or subject.graph.outputs[0]
    return subject, activations_of(subject, node, node, Image("noise", numbers, numbers))


@pytest.mark.parametrize("name", NETS)
def test_every_value_stands_at_its_centre(name: str) -> None:
    net, shape = NETS[name]
    subject, found = shown(net, shape)
    with torch.no_grad():
        out = net(torch.from_numpy(found.image.numbers)[None])
    assert np.array_equal(found.values, out[0].numpy())
    fields = eyeshot.analyze(net, shape)
    field = fields[subject.graph.outputs[0]]
    for feature in np.ndindex(*found.values.shape[1:]):
        center = field.at(*feature).center
        assert tuple(found.centers[(slice(None), *feature)]) == center
        for (lo, hi), c, axis in zip(found.cells(feature), center, field.axes, strict=True):
            assert (lo + hi) / 2 == pytest.approx(c)
            assert hi - lo == pytest.approx(float(axis.jump or 0))


def test_tokens() -> None:
    class Patches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.mix = nn.Conv2d(3, 8, 4, 4), nn.Linear(8, 5)

        def forward(self, x: Tensor) -> Tensor:
            return self.mix(self.conv(x).flatten(2).transpose(1, 2))

    net = Patches()
    _, found = shown(net, (1, 3, 16, 24))
    assert found.values.shape == (5, 4, 6)
    assert found.jump == (4, 4)
    with torch.no_grad():
        out = net(torch.from_numpy(found.image.numbers)[None])[0]
    assert np.array_equal(found.values.reshape(5, -1), out.T.numpy())


def test_dead_channels_and_the_strongest() -> None:
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU())
    with torch.no_grad():
        net[0].bias.copy_(torch.tensor([-99.0, 0, 5, -99, 9]))
    _, found = shown(net, (1, 3, 9, 9))
    assert found.dead == (0, 3)
    assert found.strongest()[:2] == (4, 2)
    assert "2 of them zero everywhere" in repr(found)


def test_paths_that_stand_nowhere_are_left_out() -> None:
    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, 2, 1)

        def forward(self, x: Tensor) -> Tensor:
            y = self.conv(x)
            return y * y.mean((2, 3), keepdim=True).sigmoid()

    _, found = shown(Gated(), (1, 3, 16, 16))
    assert found.has_global
    assert found.centers[:, 3, 2].tolist() == [6.5, 4.5]


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (lambda y: y.argmax(1, keepdim=True), "must hold real numbers, but its type is torch.int64"),
        (lambda y: torch.complex(y, y), "must hold real numbers"),
        (lambda y: y * float("nan"), "holds NaN in channel 0"),
        (lambda y: y.mean((2, 3)), "must have a map"),
    ],
)
def test_what_cannot_be_shown(work: Any, why: str) -> None:
    class After(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = work(self.conv(x))
            return result

    with pytest.raises(InputError, match=why):
        shown(After(), (1, 3, 9, 9))
