"""captum is right where every rectifier is a module of its own: there our rules are captum's, bit for bit.

However else the same rectifiers are written, captum gives something else; ours are those of the net of modules.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import Deconvolution, GuidedBackprop, Saliency
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from eyeshot.effects.passes import Subject
from eyeshot.effects.rules import Rule

Way = Callable[[Tensor], Tensor]
CONV = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
NORM = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
MAX = (F.max_pool1d, F.max_pool2d, F.max_pool3d)
MEAN = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)
SIZES = ((61,), (29, 34), (13, 11, 14))


class Six(nn.ReLU):
    """ReLU6 as a module that captum takes for a rectifier; its own kind, `nn.ReLU6`, it passes over."""

    def forward(self, x: Tensor) -> Tensor:
        return F.hardtanh(x, 0.0, 6.0)


class Rectified(nn.Module):
    """A net whose rectifiers are modules of their own, or are all written in one other way."""

    def __init__(self, axes: int, way: Way | None, kind: type[nn.Module]) -> None:
        super().__init__()
        torch.manual_seed(10 + axes)
        self.axes, self.way = axes, way
        self.own = nn.ModuleList(kind() for _ in range(8))

    def act(self, number: int, x: Tensor) -> Tensor:
        y: Tensor = self.own[number](x) if self.way is None else self.way(x)
        return y

    def conv(self, inputs: int, outputs: int, kernel: int, stride: int = 1, padding: int = 0) -> nn.Module:
        found = CONV[self.axes - 1](inputs, outputs, kernel, stride, padding)
        with torch.no_grad():
            # Some of every map stays alive, so that something comes back by every rule.
            found.bias.uniform_(0, 1)  # type: ignore[union-attr]
        return found

    def norm(self, channels: int) -> nn.Module:
        found = NORM[self.axes - 1](channels)
        with torch.no_grad():
            for tensor in (found.running_mean, found.running_var, found.weight):
                assert tensor is not None
                tensor.uniform_(0.5, 1.5)
        return found


class Chain(Rectified):
    """AlexNet's way: large kernels, strides, poolings that overlap."""

    def __init__(self, *named: Any) -> None:
        super().__init__(*named)
        self.a, self.b, self.c = self.conv(2, 6, 4, 2, 1), self.conv(6, 8, 3, 1, 2), self.conv(8, 5, 2)

    def forward(self, x: Tensor) -> Tensor:
        pool = MAX[self.axes - 1]
        x = pool(self.act(0, self.a(x)), 3, 2, 1)
        return self.c(pool(self.act(1, self.b(x)), 2))  # type: ignore[no-any-return]


class Inception(Rectified):
    """GoogLeNet's way: four branches joined, one behind a pooling."""

    def __init__(self, *named: Any) -> None:
        super().__init__(*named)
        self.stem, self.first, self.last = self.conv(2, 6, 3, 2), self.conv(6, 3, 1), self.conv(13, 5, 3, 1, 1)
        self.reduce, self.wide, self.behind = self.conv(6, 2, 1), self.conv(2, 4, 3, 1, 1), self.conv(6, 6, 1)
        self.norms = nn.ModuleList(self.norm(n) for n in (6, 3, 2, 4, 6))

    def forward(self, x: Tensor) -> Tensor:
        pool, norms = MAX[self.axes - 1], self.norms
        x = pool(self.act(0, norms[0](self.stem(x))), 3, 2, ceil_mode=True)
        wide = self.act(2, norms[2](self.reduce(x)))
        parts = [
            self.act(1, norms[1](self.first(x))),
            self.act(3, norms[3](self.wide(wide))),
            self.act(4, norms[4](self.behind(pool(x, 3, 1, 1)))),
        ]
        return self.last(torch.cat(parts, 1))  # type: ignore[no-any-return]


class Dense(Rectified):
    """DenseNet's way: what was made is kept, and every layer normalises and rectifies it again."""

    def __init__(self, *named: Any) -> None:
        super().__init__(*named)
        self.stem = self.conv(2, 4, 3, 2, 1)
        self.convs = nn.ModuleList(self.conv(4 + 3 * k, 3, 3, 1, 1) for k in range(3))
        self.norms = nn.ModuleList(self.norm(4 + 3 * k) for k in range(4))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for k, (norm, conv) in enumerate(zip(self.norms, self.convs, strict=False)):
            x = torch.cat([x, conv(self.act(k, norm(x)))], 1)
        return MEAN[self.axes - 1](self.act(3, self.norms[3](x)), 2)


class Residual(Rectified):
    """ResNet's way: a sum is rectified."""

    def __init__(self, *named: Any) -> None:
        super().__init__(*named)
        self.stem, self.last = self.conv(2, 5, 3, 2, 1), self.conv(5, 5, 3)
        self.convs = nn.ModuleList(self.conv(5, 5, 3, 1, 1) for _ in range(4))
        self.norms = nn.ModuleList(self.norm(5) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        x = self.act(0, self.stem(x))
        for k in range(2):
            y = self.act(2 * k + 1, self.norms[2 * k](self.convs[2 * k](x)))
            y = self.norms[2 * k + 1](self.convs[2 * k + 1](y))
            x = self.act(2 * k + 2, y + x)
        return self.last(x)  # type: ignore[no-any-return]


NETS: list[type[Rectified]] = [Chain, Inception, Dense, Residual]
RECTIFIERS = {Chain: 2, Inception: 5, Dense: 4, Residual: 5}
WAYS: dict[str, Way] = {
    "function": F.relu,
    "torch": torch.relu,
    "in place": lambda x: F.relu(x, inplace=True),
    "shared": nn.ReLU(),
    "shared in place": nn.ReLU(inplace=True),
}


def drawn(axes: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((1, 2, *SIZES[axes - 1]), generator=generator) * 3


def middle(net: nn.Module, axes: int) -> tuple[int, ...]:
    """The feature in the middle, of the channel from which most comes back."""
    x = drawn(axes).requires_grad_()
    out = net(x)[0]
    place = tuple(n // 2 for n in out.shape[1:])
    most = [float(torch.autograd.grad(one[place], x, retain_graph=True)[0].abs().sum()) for one in out]
    return int(np.argmax(most)), *place


def ours(net: nn.Module, axes: int, at: tuple[int, ...], met: int) -> list[Any]:
    subject = Subject(net, (1, 2, *SIZES[axes - 1]))
    found = [subject.back(subject.graph.outputs[0], (0, *at), drawn(axes), rule) for rule in Rule]
    assert [one.met for one in found] == [met] * len(found)
    return [one.values for one in found]


@pytest.mark.filterwarnings("ignore:Setting backward hooks on ReLU", "ignore:Input Tensor 0 did not already")
def captums(net: nn.Module, axes: int, at: tuple[int, ...]) -> list[Any]:
    x = drawn(axes).requires_grad_()
    makers = {Rule.GRADIENT: Saliency, Rule.DECONV: Deconvolution, Rule.GUIDED: GuidedBackprop}
    extra: dict[Rule, dict[str, Any]] = {Rule.GRADIENT: {"abs": False}}
    return [makers[rule](net).attribute(x, target=at, **extra.get(rule, {})).detach().numpy() for rule in Rule]


def same(mine: Sequence[Any], theirs: Sequence[Any]) -> None:
    for one, other in zip(mine, theirs, strict=True):
        assert np.array_equal(one, other)
        assert np.abs(one).max() > 0


@pytest.mark.filterwarnings("ignore:Setting backward hooks on ReLU")
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("kind", NETS)
def test_with_modules_the_rules_are_captums(kind: type[Rectified], axes: int) -> None:
    net = kind(axes, None, nn.ReLU).eval()
    at = middle(net, axes)
    same(ours(net, axes, at, RECTIFIERS[kind]), captums(net, axes, at))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", NETS)
def test_any_way_of_writing_is_the_net_of_modules(kind: type[Rectified], way: str) -> None:
    for axes in (1, 2, 3):
        net = kind(axes, None, nn.ReLU).eval()
        at = middle(net, axes)
        wanted = ours(net, axes, at, RECTIFIERS[kind])
        same(ours(kind(axes, WAYS[way], nn.ReLU).eval(), axes, at, RECTIFIERS[kind]), wanted)


@pytest.mark.filterwarnings("ignore:Setting backward hooks on ReLU")
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("kind", NETS)
def test_relu6_is_captums_once_it_takes_it_for_a_rectifier(kind: type[Rectified], axes: int) -> None:
    net = kind(axes, None, Six).eval()
    at = middle(net, axes)
    wanted = captums(net, axes, at)
    for way, module in ((None, nn.ReLU6), (F.relu6, nn.ReLU), (lambda x: F.relu6(x, inplace=True), nn.ReLU)):
        same(ours(kind(axes, way, module).eval(), axes, at, RECTIFIERS[kind]), wanted)


@pytest.mark.filterwarnings("ignore:Setting backward hooks on ReLU")
def test_captum_tells_these_nets_apart() -> None:
    """Else the tests above would show nothing: with functions captum gives the plain gradient."""
    net = Chain(2, F.relu, nn.ReLU).eval()
    at = middle(net, 2)
    gradient, *others = captums(net, 2, at)
    rules = ours(net, 2, at, 2)
    for theirs, mine in zip(others, rules[1:], strict=True):
        assert np.array_equal(theirs, gradient)
        assert not np.array_equal(theirs, mine)
