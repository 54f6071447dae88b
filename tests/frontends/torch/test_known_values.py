"""Published and hand-checked numbers, from PyTorch modules."""

from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.api import Fields

STAGES = ("conv1", "maxpool", "layer1", "layer2", "layer3", "layer4")
JUMPS = (2, 4, 4, 8, 16, 32)
RESNETS = {
    "resnet18": (7, 11, 43, 99, 211, 435),
    "resnet34": (7, 11, 59, 179, 547, 899),
    "resnet50": (7, 11, 35, 91, 267, 427),
    "resnet101": (7, 11, 35, 91, 811, 971),
    "resnet152": (7, 11, 35, 155, 1291, 1451),
}


@pytest.fixture(scope="module")
def models() -> Any:
    import torch_support  # noqa: F401
    from torchvision import models

    return models


def one(fields: Fields, name: str) -> Any:
    y, x = fields[name].axes
    assert (y.jump, y.size, y.start) == (x.jump, x.size, x.start)
    return y


@pytest.mark.parametrize("name", RESNETS)
def test_resnets_of_torchvision(models: Any, name: str) -> None:
    fields = eyeshot.analyze(models.get_model(name, weights=None).eval(), input_shape=(1, 3, 224, 224))
    for stage, jump, size in zip(STAGES, JUMPS, RESNETS[name], strict=True):
        axis = one(fields, stage)
        assert (axis.size, axis.jump, axis.start) == (size, jump, Fraction(1, 2))
    assert fields.status.value == "exact"


def test_resnet50_with_output_stride_8(models: Any) -> None:
    model = models.resnet50(weights=None, replace_stride_with_dilation=[False, True, True]).eval()
    axis = one(eyeshot.analyze(model, input_shape=(1, 3, 224, 224)), "layer4")
    assert (axis.size, axis.jump, axis.n) == (427, 8, 28)


@pytest.mark.parametrize(("name", "size", "start"), [("vgg16", 212, 16), ("alexnet", 195, Fraction(63, 2))])
def test_features_of_torchvision(models: Any, name: str, size: int, start: Fraction) -> None:
    axis = one(eyeshot.analyze(models.get_model(name, weights=None).eval(), input_shape=(1, 3, 224, 224)), "features")
    assert (axis.size, axis.jump, axis.start) == (size, 32, start)


def block(c_in: int, c_out: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(True), nn.Conv2d(c_out, c_out, 3, padding=1))


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([block(1, 2), block(2, 2), block(2, 2), block(2, 2)])
        self.bottom = block(2, 2)
        self.rise = nn.ModuleList([nn.ConvTranspose2d(2, 2, 2, 2) for _ in range(4)])
        self.up = nn.ModuleList([block(4, 2) for _ in range(4)])
        self.pool = nn.MaxPool2d(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for stage in self.down:
            skips.append(stage(x))
            x = self.pool(skips[-1])
        x = self.bottom(x)
        for rise, up in zip(self.rise, self.up, strict=True):
            x = up(torch.cat([rise(x), skips.pop()], 1))
        return x


def test_u_net_by_phase() -> None:
    fields = eyeshot.analyze(UNet(), input_shape=(1, 1, 512, 512))
    field = fields[fields.graph.outputs[0]]
    axis = field.axes[0]
    assert (axis.period, int(axis.jump), axis.size, axis.size_min) == (16, 1, 204, 188)
    for phase in range(16):
        first, last = {0: (162, 349), 1: (162, 349), 14: (178, 365), 15: (178, 365)}.get(phase, (162, 365))
        assert field.at(256 + phase, 256).box[0] == (first, last + 1)


class Graphs:
    """Small networks whose answers are checked by hand."""

    class Misfit(nn.Module):
        def __init__(self, *branches: nn.Module) -> None:
            super().__init__()
            self.branches = nn.ModuleList(branches)

        def forward(self, x: Tensor) -> Tensor:
            parts = [branch(x) for branch in self.branches]
            n = min(part.shape[-1] for part in parts)
            return sum(part[..., :n, :n] for part in parts)

    class Concat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.branches = nn.ModuleList([nn.Conv2d(1, 1, k, padding=k // 2) for k in (5, 3, 1)])

        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([branch(x) for branch in self.branches], 1)

    class Sliced(nn.Module):
        def __init__(self, *, focus: bool) -> None:
            super().__init__()
            self.conv = nn.Conv2d(4 if focus else 1, 1, 3)
            self.focus = focus

        def forward(self, x: Tensor) -> Tensor:
            parts = [x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)]
            return self.conv(torch.cat(parts, 1) if self.focus else x[:, :, ::2])

    class Thrice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(self.conv(self.conv(x)))


def last(model: nn.Module, shape: tuple[int, ...] = (1, 1, 32, 32)) -> Any:
    fields = eyeshot.analyze(model, input_shape=shape)
    return fields[fields.graph.outputs[0]]


def test_branches_of_different_padding() -> None:
    right = nn.Sequential(nn.ZeroPad2d((1, 0, 1, 0)), nn.Conv2d(1, 1, 3, stride=2), nn.Conv2d(1, 1, 1, stride=2))
    axis = last(Graphs.Misfit(nn.Conv2d(1, 1, 1, stride=4), right)).axes[0]
    assert (axis.size, axis.jump, axis.padding) == (3, 4, 1)


def test_misaligned_branches() -> None:
    branches = Graphs.Misfit(nn.Conv2d(1, 1, 3, 2, 1), nn.Conv2d(1, 1, 3, 2))
    axis = last(branches).axes[0]
    assert (axis.size, axis.jump, axis.misaligned) == (4, 2, 1)


def test_concatenated_branches() -> None:
    assert last(Graphs.Concat()).axes[0].size == 5


def test_slices_and_focus() -> None:
    assert [axis.size for axis in last(Graphs.Sliced(focus=False)).axes] == [5, 3]
    assert [(axis.size, axis.jump) for axis in last(Graphs.Sliced(focus=True)).axes] == [(6, 2)] * 2


def test_one_convolution_called_three_times() -> None:
    fields = eyeshot.analyze(Graphs.Thrice(), input_shape=(1, 1, 16, 16))
    assert [fields[name].axes[0].size for name in ("conv", "conv#2", "conv#3")] == [3, 5, 7]
    assert fields.names == ("conv", "conv#2", "conv#3")


def test_causal_stack() -> None:
    layers = [m for d in (1, 2, 4, 8) for m in (nn.ConstantPad1d((2 * d, 0), 0.0), nn.Conv1d(1, 1, 3, dilation=d))]
    (axis,) = last(nn.Sequential(*layers), (1, 1, 64)).axes
    assert (axis.size, axis.padding, axis.axis) == (31, 30, "t")


def test_conv3d_that_sees_one_plane() -> None:
    assert [axis.size for axis in last(nn.Conv3d(1, 1, (1, 3, 3)), (1, 1, 4, 8, 8)).axes] == [1, 3, 3]


def test_holes() -> None:
    field = last(nn.Sequential(nn.Conv2d(1, 1, 1, stride=2), nn.Conv2d(1, 1, 3)))
    assert (field.axes[0].size, field.axes[0].jump) == (5, 2)
    assert field.at(3, 3).support().tolist()[0] == [True, False, True, False, True]


def test_pixel_shuffles() -> None:
    model = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(4, 4, 3, padding=1), nn.PixelShuffle(2))
    field = last(model)
    assert field.axes[0].size == 6
    assert {field.at(8 + i, 8 + j).box for i in (0, 1) for j in (0, 1)} == {((6, 12), (6, 12))}
