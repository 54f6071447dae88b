"""Quantised models read as the layers that they were made of; a scale that is taken from the data reads all of them."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.ao import quantization
from torch_modules import SMALL, Fn, conv

import eyeshot
from eyeshot.graph.access import Status

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated", "ignore:Please use quant_min", "ignore:.*reduce_range")


def dynamic(model: nn.Module) -> nn.Module:
    found: nn.Module = quantization.quantize_dynamic(model.eval(), {nn.Linear, nn.LSTM, nn.GRU}, dtype=torch.qint8)
    return found


def static(*layers: nn.Module) -> nn.Module:
    model = nn.Sequential(quantization.QuantStub(), *layers, quantization.DeQuantStub()).eval()
    model.qconfig = quantization.get_default_qconfig("x86")
    quantization.prepare(model, inplace=True)
    model(torch.rand(SMALL))
    found: nn.Module = quantization.convert(model)
    return found


class First(nn.Module):
    """A recurrent layer without its last states."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.cell(x)[0]
        return result


DYNAMIC: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: dynamic(nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3))),
    "lstm": lambda: dynamic(First(nn.LSTM(4, 3, num_layers=2, batch_first=True))),
    "gru": lambda: dynamic(First(nn.GRU(4, 3, bidirectional=True, batch_first=True))),
}


@pytest.mark.parametrize("name", DYNAMIC)
def test_a_scale_of_the_data_reads_everything(name: str) -> None:
    fields = eyeshot.analyze(DYNAMIC[name](), input_shape=(1, 5, 4), axes="NTC", strict=True)
    assert fields.status is Status.EXACT
    assert fields[-1].axes[0].is_global
    assert fields[-1].at(0).read == 5


def test_a_scale_of_the_data_counts_for_all_of_the_result() -> None:
    """Shown by hand: one number so large that it changes the scale changes everything."""
    torch.manual_seed(0)
    model = DYNAMIC["linear"]()
    x = torch.rand(1, 5, 4)
    before = model(x)
    x[0, 4] += 1000
    assert bool((model(x)[0, :4] != before[0, :4]).any())


STATIC: dict[str, tuple[Callable[[], nn.Module], list[int]]] = {
    "convolution": (lambda: static(conv(4, 4, 3)), [3, 3]),
    "convolutions": (lambda: static(conv(4, 4, 3), nn.ReLU(), conv(4, 2, 3, stride=2)), [5, 5]),
    "quantised and back": (
        lambda: Fn(lambda x: torch.quantize_per_tensor(x, 0.01, 128, torch.quint8).dequantize()),
        [3, 3],
    ),
    "as if quantised": (lambda: Fn(lambda x: torch.fake_quantize_per_tensor_affine(x, 0.01, 128, 0, 255)), [3, 3]),
}


@pytest.mark.parametrize("name", STATIC)
def test_a_scale_that_is_known_reads_nothing_more(name: str) -> None:
    torch.manual_seed(0)
    make, sizes = STATIC[name]
    model: Any = make()
    fields = eyeshot.analyze(model, input_shape=SMALL, strict=True)
    assert fields.status is Status.EXACT
    assert [axis.size for axis in fields[-1].axes] == sizes
    assert eyeshot.verify(model, input_shape=SMALL).holds
