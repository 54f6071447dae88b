"""A small AlexNet and a small VGG-16 with trained weights.

Kernels, strides, paddings and the names of the modules are those of torchvision's `alexnet` and `vgg16`, so each
feature sees what it sees there; only the channels are few. `scripts/train_pair.py` trained them. The weights lie beside
this file, as `alexnet.npz` and `vgg16.npz`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

PHOTOS, TURNS = 12, 4
"""A class is a photo and a quarter turn: the networks say which photo a crop comes from, and which way is up."""


class Pair(nn.Module):  # type: ignore[misc]
    """Convolutions, and a classifier of the mean of each channel."""

    def __init__(self, layers: Iterable[nn.Module], channels: int) -> None:
        super().__init__()
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, PHOTOS * TURNS)

    def forward(self, x: Any) -> Any:
        """Scores of the classes, for photos of numbers from 0 to 1."""
        return self.classifier(self.avgpool(self.features(2 * x - 1)).flatten(1))


def empty_alexnet(*, has_norms: bool = False) -> Pair:
    """Five convolutions as AlexNet's, untrained."""
    layers = [
        *_block(3, 32, 11, 2, 4, has_norms=has_norms),
        nn.MaxPool2d(3, 2),
        *_block(32, 40, 5, 2, has_norms=has_norms),
        nn.MaxPool2d(3, 2),
        *_block(40, 56, 3, 1, has_norms=has_norms),
        *_block(56, 48, 3, 1, has_norms=has_norms),
        *_block(48, 48, 3, 1, has_norms=has_norms),
        nn.MaxPool2d(3, 2),
    ]
    return Pair(layers, 48)


def empty_vgg16(*, has_norms: bool = False) -> Pair:
    """Thirteen convolutions as VGG-16's, untrained."""
    layers: list[nn.Module] = []
    before = 3
    for channels, count in ((12, 2), (24, 2), (32, 3), (40, 3), (48, 3)):
        for _ in range(count):
            layers += _block(before, channels, 3, 1, has_norms=has_norms)
            before = channels
        layers.append(nn.MaxPool2d(2, 2))
    return Pair(layers, before)


def _block(ins: int, outs: int, kernel: int, padding: int, stride: int = 1, *, has_norms: bool) -> Iterator[nn.Module]:
    yield nn.Conv2d(ins, outs, kernel, stride, padding)
    if has_norms:
        yield nn.BatchNorm2d(outs)
    yield nn.ReLU(inplace=True)


def alexnet() -> Pair:
    """The small AlexNet, trained."""
    return _trained(empty_alexnet(), "alexnet.npz")


def vgg16() -> Pair:
    """The small VGG-16, trained."""
    return _trained(empty_vgg16(), "vgg16.npz")


def _trained(net: Pair, name: str) -> Pair:
    with np.load(Path(__file__).with_name(name)) as file:
        net.load_state_dict({key: torch.from_numpy(file[key].astype(np.float32)) for key in file.files})
    return net.eval()
