"""A Hypothesis strategy of PyTorch networks of 1 to 3 axes, as models in the wild have them.

A network grows step by step: a value that exists (most often the last) and a way to go on from it are drawn, and
PyTorch itself says whether that runs; if not, or if it makes too much or numbers that are none, nothing is added. So
every network that comes out runs. It prints as a list of its steps with all their settings.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch_kinds import KINDS, Chooser

__all__ = ["KINDS", "Network", "networks"]

SIZES = {1: (6, 20), 2: (6, 11), 3: (4, 6)}
"""Least and most indices of the input along an axis, by the number of axes."""
MOST = {1: 40, 2: 22, 3: 10}
"""Most indices of any value along an axis."""
MAX_ELEMENTS = 4000
"""Most elements of a value."""


class Step(nn.Module):
    """What is done with some of the values so far."""

    def __init__(self, kind: str, work: nn.Module, places: Sequence[int]) -> None:
        super().__init__()
        self.kind, self.work, self.places = kind, work, tuple(places)

    def forward(self, *values: Tensor) -> Tensor:
        return self.work(*values)  # type: ignore[no-any-return]


class Network(nn.Module):
    """Values made one after the other, each from earlier ones; the last is the result."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape
        self.steps = nn.ModuleList()

    def forward(self, x: Tensor) -> Tensor:
        values = [x]
        for step in self.steps:
            values.append(step(*(values[i] for i in step.places)))  # type: ignore[union-attr]
        return values[-1]

    def __repr__(self) -> str:
        lines = [f"{i}. {step.kind} of {step.places}: {step.work}" for i, step in enumerate(self.steps, 1)]
        return "\n".join([f"input {self.shape}", *lines])


@st.composite
def networks(draw: Callable[..., Any], axes: int | None = None, most: int = 7) -> Network:
    """A network that runs, of up to `most` steps and sometimes two more, with weights that are the same each time."""
    chooser = Chooser(draw, axes or draw(st.sampled_from([1, 2, 2, 3])))
    shape = (1, chooser.one([1, 2, 2, 4]), *chooser.numbers(*SIZES[chooser.axes]))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        network = Network(shape)
        values = [torch.rand(shape, dtype=torch.float64) + 0.1]
        for _ in range(chooser.number(1, most) + chooser.number(0, 2)):
            _grow(chooser, network, values)
    return network.eval()


def _grow(chooser: Chooser, network: Network, values: list[Tensor]) -> None:
    name = chooser.one([*(["conv"] * 5), *(["joined"] * 4), *(["deconv", "max_pool"] * 2), *KINDS])
    count, maker = KINDS[name]
    places = [len(values) - 1 if chooser.number(0, 3) else chooser.number(0, len(values) - 1)]
    places += [chooser.number(0, len(values) - 1) for _ in range(count - 1)]
    try:
        step = Step(name, maker(chooser, *(values[i] for i in places)), places).double().eval()
        found = step(*(values[i].clone() for i in places))
    except (RuntimeError, ValueError, IndexError, NotImplementedError):
        # PyTorch says that these do not go together.
        return
    if _is_fit(found, chooser.axes):
        network.steps.append(step.float())
        values.append(found)


def _is_fit(found: Tensor, axes: int) -> bool:
    """Whether to go on with a value: not too much, and of numbers that some input may have made."""
    return (
        found.dim() == axes + 2
        and 0 < found.numel() <= MAX_ELEMENTS
        and found.shape[1] <= 16
        and max(found.shape[2:]) <= MOST[axes]
        and 0 < float(found.abs().max()) < 1e6
        and bool(found.isfinite().all())
    )
