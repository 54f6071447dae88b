"""Weights of exactly 0 count as read, and a masked convolution says so."""

import pytest
import torch
from torch import nn

import eyeshot


def convolution(axes: int) -> nn.Module:
    torch.manual_seed(0)
    return (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1](2, 2, 3, padding=1)


def notes(model: nn.Module, axes: int) -> tuple[str, ...]:
    return eyeshot.analyze(model, input_shape=(1, 2, *(8,) * axes)).graph.notes


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_masked_kernel_is_read_whole_and_a_note_says_so(axes: int) -> None:
    model = convolution(axes)
    with torch.no_grad():
        model.weight[..., -1] = 0
    fields = eyeshot.analyze(model, input_shape=(1, 2, *(8,) * axes))
    assert [axis.size for axis in fields[-1].axes] == [3] * axes
    assert any("weights of exactly 0 count as read" in note for note in fields.graph.notes)


def test_other_kernels_say_nothing() -> None:
    zeroed = convolution(2)
    pruned = convolution(2)
    with torch.no_grad():
        zeroed.weight.zero_()
        pruned.weight[0, 0, -1, -1] = 0
    for model in (convolution(2), zeroed, pruned):
        assert notes(model, 2) == ()
