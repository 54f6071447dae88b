"""Kernels: every filter as the convolution uses it, whatever its kind."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot
from eyeshot.analyses.analysis import Analysis
from eyeshot.effects.filters import Kernels, kernels_of
from eyeshot.errors import InputError
from eyeshot.present.scene.scene import Photo, Text


def kernels(net: nn.Module, layer: str, shape: tuple[int, ...], order: str = "index") -> Kernels:
    graph = eyeshot.load(net, shape)
    return kernels_of(net, layer, layer, Analysis(graph), order=order)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_filters_are_those_of_the_convolution(axes: int, groups: int) -> None:
    conv = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1](4, 6, 3, stride=2, dilation=2, groups=groups, bias=False)
    found = kernels(nn.Sequential(conv).eval(), "0", (1, 4, *(9,) * axes))
    assert found.weights.shape == (6, 4 // groups, *(3,) * axes)
    assert (found.stride, found.dilation, found.groups, found.field) == ((2,) * axes, (2,) * axes, groups, (5,) * axes)
    x = torch.randn(1, 4, *(5,) * axes, generator=torch.Generator().manual_seed(0))
    out = conv(x)[0].reshape(6)
    for number, filter_ in enumerate(found.weights):
        first = number // (6 // groups) * (4 // groups)
        window = x[0, first : first + 4 // groups][(slice(None), *(slice(None, None, 2),) * axes)]
        assert float((torch.from_numpy(filter_) * window).sum()) == pytest.approx(float(out[number].detach()), abs=1e-5)


@pytest.mark.parametrize("groups", [1, 2])
def test_filters_of_a_transposed_convolution_are_its_outputs(groups: int) -> None:
    conv = nn.ConvTranspose2d(4, 6, 3, stride=2, groups=groups, bias=False)
    found = kernels(nn.Sequential(conv).eval(), "0", (1, 4, 8, 8))
    assert found.weights.shape == (6, 4 // groups, 3, 3)
    for channel in range(4):
        x = torch.zeros(1, 4, 1, 1)
        x[0, channel] = 1
        out = conv(x)[0].detach().numpy()
        group, within = divmod(channel, 4 // groups)
        mine = slice(group * (6 // groups), (group + 1) * (6 // groups))
        assert np.array_equal(out[mine], found.weights[mine, within])
    assert "transposed" in found.caption


def test_orders() -> None:
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Conv2d(5, 3, 3)).eval()
    with torch.no_grad():
        net[0].weight.zero_()
        for number, (color, size) in enumerate([(2, 1), (0, 3), (1, 2), (0, 0.5), (2, 4)]):
            net[0].weight[number, color] = size
    assert kernels(net, "0", (1, 3, 9, 9)).order == (0, 1, 2, 3, 4)
    assert kernels(net, "0", (1, 3, 9, 9), "norm").order == (4, 1, 2, 0, 3)
    assert kernels(net, "0", (1, 3, 9, 9), "hue").order == (1, 3, 2, 0, 4)
    assert kernels(net, "0", (1, 3, 9, 9)).is_color
    assert not kernels(net, "2", (1, 3, 9, 9)).is_color
    with pytest.raises(InputError, match="`2` must read the three colours"):
        kernels(net, "2", (1, 3, 9, 9), "hue")
    with pytest.raises(InputError, match=r"order must be one of index, norm, hue; found 'nrm'"):
        kernels(net, "0", (1, 3, 9, 9), "nrm")


def test_captions() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, (5, 3), stride=(2, 1), dilation=(1, 2)), nn.Conv2d(8, 8, 3, groups=4)).eval()
    assert kernels(net, "0", (1, 3, 20, 20)).caption == (
        "8 kernels of 5×3 on 3 channels · convolution, stride 2×1 · dilation 1×2 · field 5×5 px"
    )
    assert kernels(net, "1", (1, 3, 20, 20)).caption == (
        "8 kernels of 3×3 on 2 channels · convolution, stride 1 · 4 groups · field 9×7 px"
    )


@pytest.mark.filterwarnings("ignore:Complex modules")
def test_what_has_no_kernels() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act, self.conv = nn.ReLU(), nn.Conv2d(3, 2, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return F.conv2d(self.act(self.conv(x)), torch.ones(1, 2, 3, 3))

    net = Net().eval()
    with pytest.raises(InputError, match="`act` must be a convolution with kernels of its own, but is ReLU"):
        kernels(net, "act", (1, 3, 9, 9))
    with pytest.raises(InputError, match="but is a step of the code"):
        kernels_of(net, "conv2d", None, Analysis(eyeshot.load(net, (1, 3, 9, 9))))
    with pytest.raises(InputError, match="lie on the meta device"):
        kernels(net.to("meta"), "conv", (1, 3, 9, 9))
    with pytest.raises(InputError, match=r"must have kernels of real numbers, but their type is torch\.complex64"):
        kernels_of(
            nn.Sequential(nn.Conv2d(3, 2, 3).to(torch.complex64)), "0", None, Analysis(eyeshot.load("conv k3", 9))
        )


def pictures(drawn: Any) -> set[bytes]:
    """The tiles of a drawing that differ."""
    return {mark.png for panel in drawn.scene.panels for mark in panel.marks if isinstance(mark, Photo)}


def test_on_its_own_scale_every_kernel_goes_as_far_as_colours_do() -> None:
    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Conv2d(2, 2, 3)).eval()
    with torch.no_grad():
        net[0].weight[0], net[0].weight[1] = 1, 100
        net[1].weight[:, 0], net[1].weight[:, 1] = -1, -100
    for layer in ("0", "1"):
        found = eyeshot.filters(net, layer, input_shape=(1, 3, 9, 9))
        alike = pictures(found.draw(scale="tile"))
        apart = pictures(found.draw())
        assert (len(alike), len(apart)) == (1, 2)


def test_a_scale_must_be_known() -> None:
    found = eyeshot.filters(nn.Sequential(nn.Conv2d(3, 2, 3)), "0", input_shape=(1, 3, 9, 9))
    with pytest.raises(InputError, match="scale must be layer or tile; found 'tiles'"):
        found.draw(scale="tiles")


def test_kernels_bear_the_name_of_what_makes_the_model(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("import torch\n\n\ndef small():\n    return torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3))\n")
    assert eyeshot.filters(f"{file}:small", "0", input_shape=(1, 3, 9, 9)).model == "small"


@pytest.mark.parametrize(
    ("conv", "shape"), [(nn.Conv1d(1, 20, 5), (1, 1, 9)), (nn.Conv2d(20, 20, 3, groups=20), (1, 20, 9, 9))]
)
def test_filters_on_one_channel_stand_in_a_square(conv: nn.Module, shape: tuple[int, ...]) -> None:
    found = eyeshot.filters(nn.Sequential(conv).eval(), "0", input_shape=shape)
    scene = found.draw().scene
    texts = [mark.text for panel in scene.panels for mark in panel.marks if isinstance(mark, Text)]
    assert {str(i) for i in range(20)} <= set(texts)
    assert not any("Page" in text or "filter" in text for text in texts)
    assert scene.width < 2 * scene.height
