"""The input lies where the model lies, as far as the model can tell."""

import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch_modules import SMALL, Fn

import eyeshot
from eyeshot.frontends.torch.devices import Claim, device_of
from eyeshot.graph.access import Status
from eyeshot.measure.results import Verdict

BRANCHES: dict[str, Callable[[Any], bool]] = {
    "device": lambda x: x.device == torch.device("cpu"),
    "type": lambda x: x.device.type == "cpu",
    "text": lambda x: str(x.device) == "cpu",
    "index": lambda x: x.device.index is None,
    "is_cpu": lambda x: x.is_cpu,
    "is_meta": lambda x: not x.is_meta,
    "is_cuda": lambda x: not x.is_cuda,
    "is_mps": lambda x: not x.is_mps,
    "get_device": lambda x: x.get_device() == -1 == torch.get_device(x),
    "name of the type": lambda x: x.type() == "torch.FloatTensor",
    "of what is made of it": lambda x: (x * 2).mean().device.type == "cpu",
    "of a constant beside it": lambda x: torch.arange(3, device=x.device).device.type == "cpu",
    "of its shape": lambda x: torch.zeros_like(x).is_cpu,
}


@pytest.mark.parametrize("name", BRANCHES)
def test_branches_on_the_device_go_the_models_way(name: str) -> None:
    fields = eyeshot.analyze(Fn(lambda x: x[..., ::2] if BRANCHES[name](x) else x), input_shape=SMALL)
    assert [axis.jump for axis in fields[-1].axes] == [1, 2]


class Beside(nn.Module):
    """Compares the device of the input with that of a parameter and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3)
        self.register_buffer("table", torch.arange(3))

    def forward(self, x: Tensor) -> Tensor:
        assert x.device == self.conv.weight.device == self.table.device
        return self.conv(x.to(self.conv.weight.device))[..., self.table.to(x.device)]


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_the_input_and_the_parameters_lie_on_one_device(device: str) -> None:
    fields = eyeshot.analyze(Beside().to(device), input_shape=SMALL)
    assert fields.status is (Status.EXACT if device == "cpu" else Status.BOUNDED), (
        "on the meta device a table is unknown"
    )


def by_context(x: Tensor) -> Tensor:
    with torch.device(x.device):
        return x[..., torch.arange(0, 8, 2)]


MADE: dict[str, Callable[[Any], Tensor]] = {
    "arange": lambda x: x[..., torch.arange(0, 8, 2, device=x.device)],
    "tensor": lambda x: x[..., torch.tensor([0, 2, 4, 6], device=x.device)],
    "moved": lambda x: x[..., torch.arange(0, 8, 2).to(x.device)],
    "moved by type": lambda x: x[..., torch.arange(0, 8, 2).type(x.long().type())],
    "moved by name": lambda x: x[..., torch.arange(0, 8, 2).to(device=x.device, dtype=torch.long)],
    "moved beside": lambda x: x[..., torch.arange(0, 8, 2).to(x)] if x.dtype is torch.long else x[..., ::2],
    "new": lambda x: x[..., x.new_tensor([0, 2, 4, 6], dtype=torch.long)],
    "new by name": lambda x: x[..., x.new_tensor(data=[0, 2, 4, 6], dtype=torch.long)],
    "itself as a tensor": lambda x: torch.as_tensor(x, device=x.device)[..., ::2],
    "a copy of itself": lambda x: x.new_tensor(x)[..., ::2],
    "by a context": by_context,
    "read again": lambda x: x[..., torch.arange(0, 8, 2, device=x.device).tolist()],
    "read as an array": lambda x: x[..., torch.arange(0, 8, 2, device=x.device).cpu().numpy()],
    "text": lambda x: x[..., torch.arange(0, 8, 2, device=str(x.device))],
    "a device again": lambda x: x[..., torch.arange(0, 8, 2, device=torch.device(x.device.type))],
    "joined": lambda x: torch.cat([x, torch.zeros(1, 4, 8, 8, device=x.device)])[..., ::2],
    "joined elsewhere": lambda x: torch.cat([x, torch.zeros(1, 4, 8, 8, device="cpu")])[..., ::2],
}


@pytest.mark.filterwarnings("ignore:To copy construct from a tensor")
@pytest.mark.parametrize("name", MADE)
def test_what_is_made_on_the_inputs_device_is_known_and_goes_with_it(name: str) -> None:
    fields = eyeshot.analyze(Fn(MADE[name], nn.Identity()), input_shape=SMALL)
    assert fields.status is Status.EXACT
    assert [(axis.n, axis.jump) for axis in fields[-1].axes] == [(8, 1), (4, 2)]


def test_a_model_on_an_accelerator_is_claimed_by_kind() -> None:
    claim = Claim(torch.device("cuda", 1))
    meta = torch.device("meta")
    args, kwargs = claim.taken_back((1, "cuda", torch.device("cuda", 0), "cpu"), {"device": "cuda:0", "mode": "cuda"})
    assert (args, kwargs) == ((1, meta, meta, "cpu"), {"device": meta, "mode": "cuda"})


def test_where_a_model_lies() -> None:
    assert device_of(nn.ReLU()) == torch.device("cpu")
    assert device_of(nn.Conv2d(1, 1, 1, device="meta")) == torch.device("cpu")
    mixed = nn.Sequential(nn.Conv2d(1, 1, 1, device="meta"), nn.Conv2d(1, 1, 1))
    assert device_of(mixed) == torch.device("cpu")


def test_a_proof_follows_branches_on_the_device() -> None:
    proof = eyeshot.verify(Fn(lambda x: x[..., ::2] if x.is_cpu else x), input_shape=SMALL)
    assert {value.verdict.name for value in proof.values} == {"PROVEN"}


def test_what_a_function_remembers_by_the_device_is_good_for_the_running_model() -> None:
    @functools.lru_cache
    def places(count: int, device: torch.device) -> Tensor:
        return torch.arange(count, device=device) / count

    class Placed(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + places(x.shape[-1], x.device)

    model = Placed().eval()
    eyeshot.analyze(model, input_shape=(1, 2, 4, 4))
    assert torch.equal(model(torch.zeros(1, 2, 4, 4))[0, 0, 0], torch.tensor([0.0, 0.25, 0.5, 0.75]))
    assert eyeshot.verify(model, input_shape=(1, 2, 4, 4)).counts[Verdict.PROVEN] == 1
