"""What the benchmarks of PyTorch models do to a model, in the test's process and in others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
# Beside a torch that its compiled library does not fit, torchvision can be imported only after this.
import torch_support  # noqa: F401
import torchvision

from eyeshot.analyses.analysis import Analysis
from eyeshot.frontends.torch.capture import capture

torch.set_num_threads(1)


def model(name: str, device: str = "cpu") -> Any:
    options = {"init_weights": False} if name == "inception_v3" else {}
    with torch.device(device):
        return torchvision.models.get_model(name, weights=None, **options).eval()


def forward(module: Any, size: int = 224, device: str = "cpu") -> None:
    """A bare forward pass."""
    with torch.no_grad():
        module(torch.empty((1, 3, size, size), device=device))


def analysed(module: Any, size: int = 224) -> Analysis:
    """Capture, and the theoretical and the actual field of every feature of every layer."""
    found = Analysis(capture(module, input_shape=(1, 3, size, size)))
    _ = found.theoretical, found.actual
    return found


def size_of_last_convolution(found: Analysis) -> int:
    last = [node.name for node in found.graph.nodes if node.source == "Conv2d"][-1]
    return found.row(last).axes[0].size
