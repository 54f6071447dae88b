"""Rules of rectifiers: the same for every way of writing a rectifier, and as in a deconvnet written by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from eyeshot.effects.passes import Subject
from eyeshot.effects.rules import Rule
from eyeshot.errors import InputError, RunError

SHAPE = (1, 3, 20, 22)
RULES = list(Rule)


class Net(nn.Module):
    """Three convolutions and a pooling, with rectifiers written in one way."""

    def __init__(self, rectify: Callable[[Tensor], Tensor] | None = None, act: type[nn.Module] = nn.ReLU) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.c = nn.Conv2d(3, 6, 5, 2), nn.Conv2d(6, 8, 3, padding=1), nn.Conv2d(8, 4, 3)
        self.acts = nn.ModuleList(act() for _ in range(3))
        self.rectify = rectify

    def forward(self, x: Tensor) -> Tensor:
        for conv, act in zip((self.a, self.b, self.c), self.acts, strict=True):
            x = conv(x)
            x = act(x) if self.rectify is None else self.rectify(x)
            if conv is self.b:
                x = F.max_pool2d(x, 2)
        return x


class Hooked:
    """The rules as hooks on modules: what others do, where every rectifier is a module of its own."""

    def __init__(self, net: Net, rule: Rule) -> None:
        self.seen: dict[nn.Module, Tensor] = {}
        self.handles = []
        for act in net.acts:
            self.handles.append(act.register_forward_hook(self._keep))
            self.handles.append(act.register_full_backward_hook(self._back(rule)))

    def _keep(self, act: nn.Module, args: Any, _out: Any) -> None:
        self.seen[act] = args[0].detach().clone()

    def _back(self, rule: Rule) -> Any:
        def back(act: nn.Module, _grads: Any, outs: Any) -> Any:
            if rule is Rule.GRADIENT:
                return None
            positive = outs[0].clamp_min(0)
            x = self.seen[act]
            passed = (x > 0) & (x < 6) if isinstance(act, nn.ReLU6) else x > 0
            return (positive if rule is Rule.DECONV else positive * passed,)

        return back

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()


def image(seed: int = 0) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)) * 3


def views(net: nn.Module, node: str | None = None) -> list[Any]:
    subject = Subject(net, SHAPE)
    return [subject.back(node or subject.graph.outputs[0], (0, 2, 1, 1), image(), rule) for rule in RULES]


@pytest.mark.parametrize("act", [nn.ReLU, nn.ReLU6])
def test_rules_are_those_of_hooks_on_modules(act: type[nn.Module]) -> None:
    net = Net(act=act).eval()
    for rule, found in zip(RULES, views(net), strict=True):
        hooks = Hooked(net, rule)
        x = image().requires_grad_()
        net(x)[0, 2, 1, 1].backward()
        hooks.remove()
        assert x.grad is not None
        assert np.array_equal(found.values, x.grad.numpy())
        assert found.met == 3
        net.zero_grad()


WAYS: dict[str, Callable[[Tensor], Tensor]] = {
    "function": F.relu,
    "torch": torch.relu,
    "in place": torch.relu_,
    "functional in place": lambda x: F.relu(x, inplace=True),
    "method": lambda x: x.relu(),
}
SHARED = nn.ReLU()
WAYS["shared"] = SHARED
WAYS["shared in place"] = nn.ReLU(inplace=True)


@pytest.mark.parametrize("way", WAYS)
def test_rules_are_the_same_for_every_way_of_writing(way: str) -> None:
    for mine, module in zip(views(Net(WAYS[way]).eval()), views(Net().eval()), strict=True):
        assert np.array_equal(mine.values, module.values)
        assert mine.met == module.met == 3


def test_relu6_by_function() -> None:
    for mine, module in zip(views(Net(F.relu6).eval()), views(Net(act=nn.ReLU6).eval()), strict=True):
        assert np.array_equal(mine.values, module.values)
        assert mine.met == 3


def test_a_deconvnet_written_by_hand() -> None:
    """Zeiler and Fergus: unpool by switches, rectify, filter with the flipped kernels."""
    net, x = Net().eval(), image()
    with torch.no_grad():
        a = net.a(x).relu()
        b = net.b(a).relu()
        pooled, switches = F.max_pool2d(b, 2, return_indices=True)
        top = net.c(pooled)
        y = torch.zeros_like(top)
        y[0, 2, 1, 1] = 1
        # What stands at the top is let through as it is: it was chosen, it need not be positive.
        y = F.conv_transpose2d(y.relu(), net.c.weight)
        y = F.max_unpool2d(y, switches, 2, output_size=b.shape[2:])
        y = F.conv_transpose2d(y.relu(), net.b.weight, padding=1)
        y = F.conv_transpose2d(y.relu(), net.a.weight, stride=2, output_padding=(1, 1))[..., : SHAPE[2], : SHAPE[3]]
    wanted = torch.zeros(SHAPE)
    wanted[..., : y.shape[2], : y.shape[3]] = y
    found = views(net)[RULES.index(Rule.DECONV)]
    np.testing.assert_allclose(found.values, wanted.numpy(), atol=1e-6)


class AlexLike(nn.Module):
    """AlexNet's five convolutions, thin, in any number of axes; the poolings overlap."""

    def __init__(self, axes: int) -> None:
        super().__init__()
        torch.manual_seed(3)
        conv, pool = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1], (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[axes - 1]
        first = conv(3, 4, 11, 4, 2) if axes < 3 else conv(3, 4, 5, 2, 2)
        kernels = [first, conv(4, 6, 5, 1, 2), conv(6, 8, 3, 1, 1), conv(8, 6, 3, 1, 1), conv(6, 6, 3, 1, 1)]
        layers: list[nn.Module] = []
        for number, kernel in enumerate(kernels):
            layers += [kernel, nn.ReLU(inplace=True)]
            if number in {0, 1, 4}:
                layers.append(pool(3, 2))
        self.features = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.features(x)  # type: ignore[no-any-return]


def unpooled(y: Tensor, switches: Tensor, size: Any) -> Tensor:
    """What is put back where the maxima were; of poolings that overlap a place may get it several times."""
    flat = torch.zeros((*y.shape[:2], int(np.prod(size))))
    return flat.scatter_add_(2, switches.flatten(2), y.flatten(2)).reshape(*y.shape[:2], *size)


def deconvnet(net: AlexLike, x: Tensor, element: tuple[int, ...]) -> Tensor:
    """Zeiler and Fergus' way down, by hand: no gradient is asked for anywhere."""
    axes = x.ndim - 2
    spread = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[axes - 1]
    down: list[Callable[[Tensor], Tensor]] = []
    with torch.no_grad():
        for layer in net.features:
            size = x.shape[2:]
            if isinstance(layer, nn.ReLU):
                x = x.clamp(min=0)
                down.append(lambda y: y.clamp(min=0))
            elif isinstance(layer, nn.MaxPool1d | nn.MaxPool2d | nn.MaxPool3d):
                x, switches = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[axes - 1](x, 3, 2, return_indices=True)
                down.append(lambda y, switches=switches, size=size: unpooled(y, switches, size))
            else:
                assert isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d)
                x, kernel, (stride, *_), (padding, *_) = layer(x), layer.weight, layer.stride, layer.padding

                # The flipped filter, spread over what it saw; pixels past its last place got nothing.
                def filtered(y: Tensor, kernel: Any = kernel, s: Any = stride, p: Any = padding, n: Any = size) -> Any:
                    full = spread(y, kernel, stride=s)
                    wide = torch.zeros((*full.shape[:2], *(m + 2 * p for m in n)))
                    wide[(..., *(slice(m) for m in full.shape[2:]))] = full
                    return wide[(..., *(slice(p, p + m) for m in n))]

                down.append(filtered)
        y = torch.zeros_like(x)
        y[element] = 1
        for step in reversed(down):
            y = step(y)
    return y


@pytest.mark.parametrize("shape", [(1, 3, 203), (1, 3, 91, 107), (1, 3, 35, 31, 37)])
def test_an_alexnet_written_by_hand_as_a_deconvnet(shape: tuple[int, ...]) -> None:
    net = AlexLike(len(shape) - 2).eval()
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 3
    with torch.no_grad():
        out = net(x)
    subject, most = Subject(net, shape), 0.0
    for channel in range(out.shape[1]):
        element = (0, channel, *(n // 2 for n in out.shape[2:]))
        found = subject.back(subject.graph.outputs[0], element, x, Rule.DECONV)
        np.testing.assert_allclose(found.values, deconvnet(net, x, element).numpy(), rtol=0, atol=1e-6)
        assert found.met == 5
        most = max(most, float(np.abs(found.values).max()))
    assert most > 1e-4, "what comes back is more than the error that is allowed"


@pytest.mark.parametrize("way", [F.gelu, F.silu, torch.tanh, lambda x: x.clamp(min=0), lambda x: x])
def test_without_rectifiers_all_rules_are_the_gradient(way: Callable[[Tensor], Tensor]) -> None:
    gradient, *others = views(Net(way).eval(), "c")
    assert gradient.met == 0
    assert all(np.array_equal(gradient.values, other.values) and other.met == 0 for other in others)
    assert np.abs(gradient.values).max() > 0


def test_the_model_comes_back() -> None:
    net = Net(torch.relu_).eval()
    x = image()
    before = x.clone()
    subject = Subject(net, SHAPE)
    state = torch.random.get_rng_state()
    subject.back(subject.graph.outputs[0], (0, 0, 0, 0), x, Rule.GUIDED)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.equal(x, before)
    assert x.grad is None
    assert all(p.grad is None and p.requires_grad for p in net.parameters())
    assert not any(module._forward_hooks or module._backward_hooks for module in net.modules())


def test_a_value_within_the_network_and_the_model_stops_there() -> None:
    class Stops(Net):
        def forward(self, x: Tensor) -> Tensor:
            y = self.a(x)
            if y.device.type != "meta" and y.requires_grad:
                assert not hasattr(self, "late")
            z = self.b(F.relu(y))
            self.late = 1
            return z

    net = Stops().eval()
    subject = Subject(net, SHAPE)
    x = image()
    found = subject.value("a", x)
    assert torch.equal(found, net.a(x))
    assert not hasattr(net, "late")


def test_without_gradients() -> None:
    class Without(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3)

        def forward(self, x: Tensor) -> Tensor:
            with torch.no_grad():
                return self.conv(x)

    subject = Subject(Without().eval(), SHAPE)
    with pytest.raises(InputError, match="must have gradients to the input"):
        subject.back(subject.graph.outputs[0], (0, 0, 0, 0), image(), Rule.DECONV)
    with pytest.raises(InputError, match=r"must have weights, but its `conv\.weight` lies on the meta device"):
        Subject(Without().to("meta"), SHAPE)


class Attends(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.mix = nn.Conv2d(3, 8, 4, 4), nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x).flatten(2).transpose(1, 2)
        return self.mix(y, y, y)[0]


class Recurs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.rnn = nn.Conv2d(3, 8, 4, 4), nn.GRU(8, 6, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(self.conv(x).flatten(2).transpose(1, 2))[0]


class Tokens(nn.Module):
    """Tokens laid out as a map, convolved and laid out again, as in PVT: the kernel says how they lie."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.wide, self.narrow = nn.Conv2d(3, 8, 4, stride=4), nn.Linear(8, 32), nn.Linear(32, 8)
        self.mixed = nn.Conv2d(32, 32, 3, padding=1, groups=32)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.stem(x)
        height, width = tokens.shape[2:]
        wide = self.wide(tokens.flatten(2).transpose(1, 2))
        mixed = self.mixed(wide.transpose(1, 2).view(1, 32, height, width)).flatten(2).transpose(1, 2)
        return self.narrow(nn.functional.gelu(mixed))


TAKEN_APART: dict[str, Callable[[], nn.Module]] = {
    "batch norm": lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 3)),
    "batch norm at the end": lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)),
    "instance norm": lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.InstanceNorm2d(4), nn.ReLU()),
    "group norm": lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4), nn.ReLU()),
    "circular": lambda: nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular"), nn.ReLU()),
    "attention": Attends,
    "tokens convolved": Tokens,
}


@pytest.mark.parametrize("name", TAKEN_APART)
def test_what_runs_otherwise_when_gradients_are_kept(name: str) -> None:
    torch.manual_seed(0)
    net = TAKEN_APART[name]().eval()
    subject, x = Subject(net, SHAPE), image().requires_grad_()
    out = net(x)
    node, element = subject.graph.outputs[0], (0, *(n // 2 for n in out.shape[1:]))
    (wanted,) = torch.autograd.grad(out[element], x)
    found = subject.back(node, element, image(), Rule.GRADIENT)
    np.testing.assert_allclose(found.values, wanted.numpy(), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(subject.value(node, image()).detach(), out.detach(), rtol=1e-4, atol=1e-6)


def test_recurrent_layers_have_no_way_back_that_could_be_followed() -> None:
    subject = Subject(Recurs().eval(), SHAPE)
    node = subject.graph.outputs[0]
    assert subject.value(node, image()).shape == (1, 25, 6)
    with pytest.raises(InputError, match=r"recurrent layers \(`(lstm|gru|rnn_tanh)`\); take a layer before"):
        subject.back(node, (0, 3, 2), image(), Rule.GRADIENT)


def test_a_model_that_writes_to_what_its_gradients_need_is_refused_in_a_line() -> None:
    class Writes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(x).sigmoid().mul_(2)

    subject = Subject(Writes().eval(), SHAPE)
    with pytest.raises(RunError, match=r"has no gradients from .* modified by an inplace operation") as caught:
        subject.back(subject.graph.outputs[0], (0, 0, 0, 0), image(), Rule.DECONV)
    assert "\n" not in str(caught.value)
