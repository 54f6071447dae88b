"""Models whose tensors lie on several devices, have several types, or are wrapped: read as they run, and proven."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, jvp, vmap
from torch.nn import functional as F  # noqa: N812 - everyone's name for it
from torch_modules import IMAGE, SMALL, plain

import eyeshot
from eyeshot.errors import InputError
from eyeshot.graph.access import Status
from eyeshot.measure.results import Proof, Verdict


def proven(model: nn.Module, shape: Any, status: Status = Status.EXACT) -> Proof:
    """The proof of a model, every value of which must be shown."""
    torch.manual_seed(0)
    model = model.eval()
    assert eyeshot.analyze(model, input_shape=shape, strict=True).status is status
    proof = eyeshot.verify(model, input_shape=shape)
    assert proof.holds
    assert not proof.counts[Verdict.UNPROVABLE], [value.reason for value in proof.values]
    return proof


class Mixed(nn.Module):
    """Mixed precision within the forward pass."""

    def __init__(self, device: str, short: torch.dtype) -> None:
        super().__init__()
        self.conv, self.linear, self.norm = nn.Conv2d(4, 4, 3), nn.Linear(4, 4), nn.LayerNorm(4)
        self.device, self.short, self.kinds = device, short, [torch.float32]

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(self.device, dtype=self.short):
            x = self.conv(x)
            self.kinds = [x.dtype]
            x = self.norm(self.linear(x.permute(0, 2, 3, 1)))
            return F.scaled_dot_product_attention(x, x, x) + torch.cat([x.softmax(-1), x.bfloat16()], -1)[..., :4]


@pytest.mark.parametrize(("device", "short"), [("cpu", torch.bfloat16), ("cuda", torch.float16)])
@pytest.mark.filterwarnings("ignore:.*CUDA is not available")
def test_mixed_precision_within_the_model(device: str, short: torch.dtype) -> None:
    proven(Mixed(device, short), IMAGE)


class Layers(nn.Module):
    """Layers that ask whether two arguments are one tensor, in mixed precision; and weights of a short type."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.cell = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), nn.GRU(4, 4, batch_first=True)
        self.short = nn.Linear(4, 4).bfloat16()

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            x = self.short(self.layer(self.cell(x)[0]))
            with torch.autocast("cpu", enabled=False):
                return self.short(x)


def test_mixed_precision_of_whole_layers() -> None:
    proven(Layers(), (1, 5, 4))


def test_mixed_precision_around_everything() -> None:
    model = nn.Sequential(nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1)).eval()
    plainly = eyeshot.analyze(model, input_shape=IMAGE)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        fields = eyeshot.analyze(model, input_shape=IMAGE)
        assert fields.graph == plainly.graph
        assert eyeshot.verify(model, input_shape=IMAGE).holds


def test_a_type_that_mixed_precision_makes_is_seen_by_the_model() -> None:
    seen: list[torch.dtype] = []

    def forward(x: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            y = x @ x.transpose(2, 3)
            seen.append(y.dtype)
        return y.float() @ x.new_ones(x.shape[2], 3)

    eyeshot.analyze(plain(forward), input_shape=SMALL)
    assert seen == [torch.bfloat16]


class Buffered(nn.Module):
    """A function of the input and of a constant that stays on the CPU."""

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor], held: Tensor) -> None:
        super().__init__()
        self.function = function
        self.register_buffer("held", held)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, self.held)


def spectrum(x: Tensor, window: Tensor) -> Tensor:
    return torch.stft(x, 16, 4, window=window, return_complex=True).abs()


def codes(x: Tensor, book: Tensor) -> Tensor:
    return torch.cdist(x.flatten(2).transpose(1, 2), book)


def written_then_mixed(x: Tensor, window: Tensor) -> Tensor:
    held = window.clone()
    held[0] = x[0, 0, 0, 0]
    return torch.cdist(x[0], held)


ON_CPU: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], Tensor, Any]] = {
    "stft": (spectrum, torch.hamming_window(16), (1, 64)),
    "codebook": (codes, torch.rand(5, 4), SMALL),
    "large codebook": (codes, torch.rand(2000, 4), SMALL),
    "written": (written_then_mixed, torch.rand(3, 8), SMALL),
    "take along": (
        lambda x, at: torch.take_along_dim(x, at, 2),
        torch.arange(7, -1, -1).view(1, 1, 8, 1).expand(1, 4, 8, 8),
        SMALL,
    ),
    "where": (lambda x, at: torch.where(at > 0.5, x, at), torch.ones(8, 8), SMALL),
    "selected": (lambda x, at: x.masked_select(at > 0.5), torch.eye(8), SMALL),
    "affine": (lambda x, at: F.group_norm(at, 2, x[0, :, 0, 0], None), torch.rand(1, 4, 8), SMALL),
    "added": (lambda x, at: torch.zeros_like(x).index_add_(2, at, x[:, :, :2]), torch.tensor([5, 1]), SMALL),
}


@pytest.mark.parametrize("name", ON_CPU)
def test_constants_on_the_cpu_beside_the_input(name: str) -> None:
    function, held, shape = ON_CPU[name]
    fields = eyeshot.analyze(Buffered(function, held), input_shape=shape, strict=True)
    assert fields.status is Status.EXACT
    proof = eyeshot.verify(Buffered(function, held), input_shape=shape)
    assert proof.holds
    assert not [value.reason for value in proof.values if "changes its operations" in value.reason]


def test_what_really_does_not_fit_is_the_models_error() -> None:
    with pytest.raises(InputError, match="raises RuntimeError: X1 and X2 must have the same number"):
        eyeshot.analyze(Buffered(codes, torch.rand(5, 3)), input_shape=SMALL)


class Wrapped(nn.Module):
    """A convolution inside a transformation of functions."""

    def __init__(self, way: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.conv, self.linear, self.way = nn.Conv2d(4, 4, 3), nn.Linear(6, 6), way

    def inner(self, x: Tensor) -> Tensor:
        return self.linear(self.conv(x))

    def forward(self, x: Tensor) -> Tensor:
        return self.way(self, x)


def _ensemble(model: Any, x: Tensor) -> Tensor:
    stacked = {k: torch.stack([v, 2 * v]) for k, v in model.conv.named_parameters()}
    return vmap(lambda weights: functional_call(model.conv, weights, (x,)))(stacked)


WRAPPED: dict[str, tuple[Callable[[Any, Tensor], Tensor], Any]] = {
    "vmap": (lambda model, x: vmap(model.inner)(x), (2, 3, 4, 8, 8)),
    "nested vmap": (lambda model, x: vmap(vmap(lambda t: model.inner(t[None])[0].sin()))(x), (2, 3, 4, 8, 8)),
    "vmap over weights": (_ensemble, SMALL),
    "jvp": (lambda model, x: jvp(lambda t: model.inner(t) ** 2, (x,), (torch.ones_like(x),))[1], SMALL),
    "functional_call": (lambda model, x: functional_call(model.conv, dict(model.conv.named_parameters()), (x,)), SMALL),
}


@pytest.mark.parametrize("name", WRAPPED)
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_transformed_functions(name: str) -> None:
    way, shape = WRAPPED[name]
    proven(Wrapped(way), shape)


def test_what_a_module_returns_inside_vmap_has_its_name() -> None:
    fields = eyeshot.analyze(Wrapped(lambda model, x: vmap(model.inner)(x)), input_shape=(2, 3, 4, 8, 8))
    assert fields["conv"].axes[-1].size == 3
