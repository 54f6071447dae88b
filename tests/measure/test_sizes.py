"""How much memory a run is said to take."""

from torch import Tensor, nn

import eyeshot
from eyeshot.measure.sizes import bytes_per_run


class Chain(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        once = x.relu()
        twice = once.relu()
        return twice.relu()


def test_a_value_is_held_until_it_is_used() -> None:
    graph = eyeshot.load(nn.Sequential(Chain()), input_shape=(1, 2, 8, 8))
    # A value, what it is made of, and a copy.
    assert bytes_per_run(graph, 8) == 3 * 128 * 8


def test_or_until_the_module_that_made_it_returns() -> None:
    graph = eyeshot.load(nn.Sequential(Chain()), input_shape=(1, 2, 8, 8))
    # All three values, and a copy of the last.
    assert bytes_per_run(graph, 8, frames=True) == 4 * 128 * 8


def test_what_a_convolution_unfolds_counts() -> None:
    graph = eyeshot.load(nn.Conv2d(2, 4, 3, padding=1), input_shape=(1, 2, 8, 8))
    assert bytes_per_run(graph, 8, frames=True) == (128 + 2 * 256 + 18 * 64) * 8
