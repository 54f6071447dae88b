"""Views from the part of an image that a feature needs are those from the whole image."""

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from eyeshot.effects.images import Image
from eyeshot.effects.passes import Subject
from eyeshot.effects.views import RULES, Views, views_of
from eyeshot.errors import FeatureError, InputError


def drawn(seed: int) -> tuple[nn.Module, tuple[int, ...]]:
    """A network of strided, dilated and padded convolutions, poolings and a decoder."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    axes = draw.choice([1, 2, 2, 3])
    conv, pool = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1], (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[axes - 1]
    layers: list[nn.Module] = []
    width = channels = draw.randrange(1, 4)
    for _ in range(draw.randrange(1, 4)):
        kernel, stride = draw.randrange(1, 5), draw.choice([1, 1, 2])
        padding, dilation = draw.randrange(kernel), draw.choice([1, 1, 2])
        layers += [conv(width, 4, kernel, stride, padding, dilation), nn.ReLU(inplace=draw.random() < 0.5)]
        width = 4
        if draw.random() < 0.3:
            layers.append(pool(2, 2))
    return nn.Sequential(*layers).eval(), (1, channels, *(draw.randrange(28, 44) for _ in range(axes)))


def image_of(shape: tuple[int, ...], seed: int = 0) -> Image:
    numbers = np.random.default_rng(seed).standard_normal(shape[1:]).astype(np.float32)
    return Image("noise", numbers, numbers)


@pytest.mark.parametrize("seed", range(20))
def test_views_are_those_of_the_whole_image(seed: int) -> None:
    net, shape = drawn(seed)
    subject, image = Subject(net, shape), image_of(shape, seed)
    node = subject.graph.outputs[0]
    draw = random.Random(seed)
    extents = subject.analysis.layout(node).extents
    for _ in range(3):
        feature = tuple(draw.randrange(n) for n in extents)
        channel = draw.randrange(4)
        found = views_of(subject, node, node, image, channel=channel, feature=feature)
        for view in found.views:
            whole = subject.back(node, (0, channel, *feature), subject.tensor(image.numbers), view.rule)
            outside = whole.values[0].copy()
            where = (slice(None), *(slice(lo, hi) for lo, hi in found.box))
            np.testing.assert_allclose(view.values, outside[where], rtol=1e-4, atol=1e-6)
            outside[where] = 0
            assert not outside.any(), "nothing comes back to a pixel outside the field"
            assert view.met == whole.met


def test_the_part_is_smaller_than_the_image() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1)).eval()
    subject, image = Subject(net, (1, 1, 200, 300)), image_of((1, 1, 200, 300))
    seen: list[tuple[int, ...]] = []

    def sees(_: nn.Module, args: Any) -> None:
        if args[0].untyped_storage().device.type != "meta":
            seen.append(tuple(args[0].shape))

    net[0].register_forward_pre_hook(sees)
    found = views_of(subject, "2", "2", image, channel=1, feature=(50, 60))
    assert found.box == ((97, 104), (117, 124))
    assert (1, 1, 200, 300) in seen
    assert sum(shape == (1, 1, 200, 300) for shape in seen) == 1
    assert max(seen[-1]) <= 8


class Gated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.conv(x))
        return self.last(y * y.mean((2, 3), keepdim=True))


class Sized(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x)) * x.shape[-1]


@pytest.mark.parametrize("net", [Gated(), Sized()])
def test_what_needs_the_whole_image_gets_it(net: nn.Module) -> None:
    shape = (1, 1, 20, 24)
    subject, image = Subject(net.eval(), shape), image_of(shape)
    node = subject.graph.outputs[0]
    value = subject.value(node, subject.tensor(image.numbers))[0].detach().numpy()
    # At a feature of value 0 a part that computes with other numbers has the same value, and another view.
    for at in (np.abs(value).argmin(), value.argmax()):
        channel, *feature = map(int, np.unravel_index(at, value.shape))
        found = views_of(subject, node, node, image, channel=channel, feature=feature)
        assert found.is_whole
        for view in found.views:
            whole = subject.back(node, (0, channel, *feature), subject.tensor(image.numbers), view.rule).values[0]
            where = (slice(None), *(slice(lo, hi) for lo, hi in found.box))
            np.testing.assert_allclose(view.values, whole[where], rtol=1e-4, atol=1e-6)


class Scaling(nn.Module):
    """Brings its input into another range, in place or not."""

    def __init__(self, *, in_place: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.last, self.in_place = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 2, 3), in_place

    def forward(self, x: Tensor) -> Tensor:
        y = x.sub_(0.5).mul_(3) if self.in_place else (x - 0.5) * 3
        return self.last(F.relu(self.first(y)))


def test_a_model_that_writes_to_its_input_changes_no_image() -> None:
    shape = (1, 1, 20, 24)
    image, views = image_of(shape), []
    before = image.numbers.copy()
    for in_place in (True, False):
        subject = Subject(Scaling(in_place=in_place).eval(), shape)
        views.append(views_of(subject, "last", "last", image, channel=1, feature=(5, 6)))
        assert np.array_equal(image.numbers, before)
    for mine, theirs in zip(views[0].views, views[1].views, strict=True):
        np.testing.assert_allclose(mine.values, theirs.values, rtol=1e-5, atol=1e-7)


def test_the_strongest_is_chosen() -> None:
    net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU()).eval()
    subject, image = Subject(net, (1, 1, 12, 12)), image_of((1, 1, 12, 12))
    with torch.no_grad():
        out = net(torch.from_numpy(image.numbers)[None])[0]

    def asked(**named: Any) -> Views:
        return views_of(subject, "1", "1", image, **named)

    best = np.unravel_index(int(out.argmax()), out.shape)
    assert (asked().channel, *asked().feature) == tuple(map(int, best))
    assert asked().is_chosen
    of_one = np.unravel_index(int(out[1].argmax()), out[1].shape)
    assert asked(channel=1).feature == tuple(map(int, of_one))
    assert asked(feature=(2, 3)).channel == int(out[:, 2, 3].argmax())
    assert not asked(channel=0, feature=(-1, -1)).is_chosen
    assert asked(channel=-1, feature=(-1, -1)).feature == (9, 9)
    assert [view.rule for view in asked().views] == list(RULES)
    with pytest.raises(FeatureError, match="`1` has 3 channels, 0 … 2, but channel 3 was asked for"):
        asked(channel=3)
    with pytest.raises(FeatureError, match="index 10 was asked for"):
        asked(feature=(10, 0))


def test_int8_has_no_way_back() -> None:
    class Rounds(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(x).round().to(torch.int32) * 1.0

    subject = Subject(Rounds().eval(), (1, 1, 9, 9))
    node = subject.graph.outputs[0]
    with pytest.raises(InputError, match="must have gradients to the input"):
        views_of(subject, node, node, image_of((1, 1, 9, 9)))
