"""Models that take gradients on their way, as energies do for their forces: read as they run, and proven."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it
from torch_modules import SMALL

import eyeshot
from eyeshot.graph.access import Status

Energy = Callable[[Any, Tensor], Tensor]


class Forces(nn.Module):
    """Answers by the gradient of an energy."""

    def __init__(self, energy: Energy, way: str) -> None:
        super().__init__()
        self.energy, self.way = energy, way
        self.conv = nn.Conv2d(4, 4, 3, stride=2, padding=1)
        self.spread = nn.ConvTranspose2d(4, 4, 3, stride=2)
        self.grouped = nn.Conv2d(4, 8, 3, groups=2, dilation=2)
        self.linear, self.norm, self.batch = nn.Linear(8, 8), nn.LayerNorm(8), nn.BatchNorm2d(4)

    def forward(self, x: Tensor) -> Tensor:
        if self.way == "grad of a function":
            return torch.func.grad(lambda t: self.energy(self, t).sum())(x)
        if self.way == "grad switched on":
            with torch.enable_grad():
                y = x.detach().clone().requires_grad_(True)
                return torch.autograd.grad(self.energy(self, y).sum(), y, create_graph=True)[0]
        y = x.requires_grad_(True)
        return torch.autograd.grad(self.energy(self, y).sum(), y)[0]


ENERGIES: dict[str, Energy] = {
    "convolution": lambda m, x: m.conv(x) ** 2,
    "grouped": lambda m, x: F.silu(m.grouped(x)),
    "transposed": lambda m, x: m.spread(x).sigmoid(),
    "linear": lambda m, x: m.linear(x).tanh(),
    "layer norm": lambda m, x: m.norm(x) ** 3,
    "batch norm": lambda m, x: m.batch(x) ** 2,
    "softmax": lambda _, x: x.softmax(-1) ** 2,
    "log softmax": lambda _, x: x.log_softmax(2) ** 2,
    "slices": lambda _, x: x[:, :, 1:6:2, 3] ** 2,
    "activations": lambda _, x: F.gelu(F.elu(F.leaky_relu(x))) * F.softplus(x),
    "windows": lambda _, x: x.unfold(3, 3, 2).sum(-1) ** 2,
    "mean pooling": lambda _, x: F.avg_pool2d(x, 2) ** 2,
    "attention": lambda _, x: F.scaled_dot_product_attention(x, x, x) ** 2,
    "slopes": lambda _, x: F.prelu(x, x.new_ones(1)) ** 2,
}
WAYS = ("grad of a function", "grad switched on", "grad as it is")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ENERGIES)
def test_gradients_within_the_model(name: str, way: str) -> None:
    torch.manual_seed(0)
    model = Forces(ENERGIES[name], way).eval()
    assert eyeshot.analyze(model, input_shape=SMALL, strict=True).status is Status.EXACT
    proof = eyeshot.verify(model, input_shape=SMALL)
    assert proof.holds
    assert proof.values[-1].verdict.value in {"proven", "proven by changes"}


def test_what_the_largest_number_has_chosen_is_read_for_its_gradient() -> None:
    model = Forces(lambda _, x: F.max_pool2d(x, 2) ** 2, "grad as it is")
    assert eyeshot.analyze(model, input_shape=SMALL, strict=True)[-1].axes[0].size == 2
    assert eyeshot.verify(model, input_shape=SMALL).holds


def test_the_model_keeps_what_it_had_of_gradients() -> None:
    model = Forces(ENERGIES["convolution"], "grad as it is")
    eyeshot.analyze(model, input_shape=SMALL)
    assert all(p.requires_grad and p.grad is None for p in model.parameters())
    assert torch.is_grad_enabled()
