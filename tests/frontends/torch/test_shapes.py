"""Which shape a model is run with: as it is written, or filled up with batch and channels; and what is said of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import InputError


class Waveform(nn.Module):
    """Takes raw audio without channels, as wav2vec2 does."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 4, 10, 5)

    def forward(self, audio: Tensor) -> Tensor:
        if audio.dim() != 2:
            raise ValueError("audio must be batch × time")
        return self.conv(audio[:, None])  # type: ignore[no-any-return]


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.conv = nn.Embedding(50, 8), nn.Conv1d(8, 8, 3)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.conv(self.embed(tokens).transpose(1, 2))  # type: ignore[no-any-return]


class Detector(nn.Module):
    """Takes a list of images without a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 2)

    def forward(self, images: list[Tensor]) -> Tensor:
        return self.conv(torch.stack(images))  # type: ignore[no-any-return]


def image() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3, 2), nn.BatchNorm2d(4)).eval()


def unbatched() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3, 2))


Given = dict[str, Any]
SHAPES: list[tuple[Callable[[], nn.Module], Given, tuple[int, ...], str]] = [
    (Waveform, {"input_shape": (1, 4000)}, (1, 4000), "t"),
    (Waveform, {"input_shape": "1x4000"}, (1, 4000), "t"),
    (Waveform, {"input_shape": 4000}, (1, 4000), "t"),
    (Waveform, {"input_shape": [(1, 4000)]}, (1, 4000), "t"),
    (Waveform, {"input_shape": (1, 4000), "axes": "NT"}, (1, 4000), "t"),
    (Tokens, {"input_shape": "1x128:int64"}, (1, 128), "t"),
    (Tokens, {"input_shape": ((1, 128), torch.int64)}, (1, 128), "t"),
    (Tokens, {"input_shape": {"tokens": "1x128:int64"}}, (1, 128), "t"),
    (image, {"input_shape": 32}, (1, 3, 32, 32), "yx"),
    (image, {"input_shape": "32x40"}, (1, 3, 32, 40), "yx"),
    (image, {"input_shape": "3x32x40"}, (1, 3, 32, 40), "yx"),
    (image, {"input_shape": "32:float32"}, (1, 3, 32, 32), "yx"),
    (image, {"input_shape": 32, "axes": "NCHW"}, (1, 3, 32, 32), "yx"),
    (image, {"input_shape": "32x40", "axes": "yx"}, (1, 3, 32, 40), "yx"),
    (unbatched, {"input_shape": [(3, 32, 40)]}, (3, 32, 40), "yx"),
    (unbatched, {"input_shape": torch.zeros(3, 32, 40)}, (3, 32, 40), "yx"),
    (Detector, {"input_shape": [[(3, 32, 40)]]}, (3, 32, 40), "yx"),
    (lambda: nn.Sequential(nn.Conv3d(2, 4, 3)), {"input_shape": [(2, 8, 9, 10)]}, (2, 8, 9, 10), "zyx"),
]


@pytest.mark.parametrize(("make", "given", "shape", "axes"), SHAPES)
def test_the_shape_that_ran_is_the_one_that_is_shown(
    make: Callable[[], nn.Module], given: Given, shape: tuple[int, ...], axes: str
) -> None:
    fields = eyeshot.analyze(make(), **given)
    (value,) = fields.graph.inputs
    assert (value.shape, "".join(axis.name for axis in value.axes)) == (shape, axes)
    assert fields.table.inputs[0].shape == shape
    assert [axis.axis for axis in fields[-1].axes] == list(axes)


@pytest.mark.parametrize(("make", "given", "shape", "axes"), SHAPES[::3])
def test_the_proof_runs_the_same_shape(
    make: Callable[[], nn.Module], given: Given, shape: tuple[int, ...], axes: str
) -> None:
    proof = eyeshot.verify(make(), **given, rows=2, pixels=1)
    assert proof.holds
    assert [value.shape for value in proof.inputs] == [shape]
    assert {axis.axis for axis in proof.inputs[0].rows} == set(axes)


def test_a_sequence_beside_an_image_is_no_image() -> None:
    class Conditioned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.words = nn.Conv2d(1, 4, 3), nn.Linear(16, 4)

        def forward(self, x: Tensor, words: Tensor) -> Tensor:
            return self.conv(x) + self.words(words).mean(1)[:, :, None, None]  # type: ignore[no-any-return]

    graph = eyeshot.load(Conditioned(), input_shape=[(1, 1, 16, 16), (1, 7, 16)])
    assert ["".join(axis.name for axis in value.axes) for value in graph.inputs] == ["yx", "t"]


def refusing(_: Tensor) -> Tensor:
    raise OSError("no such thing")


REFUSED: list[tuple[Given, str]] = [
    ({"input_shape": 16}, "input 16, taken as (1, 3, 16, 16), but it raises OSError: no such thing; nor with (16,)"),
    ({"input_shape": (1, 9, 16)}, "input 1x9x16, taken as (1, 1, 9, 16), but it raises OSError: no such thing; nor"),
    ({"input_shape": (1, 3, 9, 9)}, "input (1, 3, 9, 9), but it raises OSError: no such thing"),
    ({"input_shape": [(3, 9, 9)]}, "input (3, 9, 9), but it raises OSError: no such thing"),
    ({"input_shape": "9x9:int64"}, "input (9, 9), but it raises OSError: no such thing; nor taken as (1, 3, 9, 9)"),
    ({"input_shape": {"x": (9, 9)}}, "x (9, 9), but it raises TypeError"),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_an_error_says_what_was_filled_in(given: Given, said: str) -> None:
    class Refuses(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, image: Tensor) -> Tensor:
            return refusing(image)

    with pytest.raises(InputError, match="^`Refuses` must run with " + re.escape(said)) as caught:
        eyeshot.analyze(Refuses(), **given)
    assert isinstance(caught.value.__cause__, OSError | TypeError)


def test_the_cause_is_the_exception_of_the_first_try() -> None:
    class Counts(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x: Tensor) -> Tensor:
            raise OSError(f"{x.dim()} dimensions")

    with pytest.raises(InputError, match=r"taken as .* 4 dimensions; nor with ") as caught:
        eyeshot.analyze(Counts(), input_shape=16)
    assert str(caught.value.__cause__) == "4 dimensions"


def test_a_size_that_is_too_large_when_filled_up_is_taken_as_it_stands() -> None:
    class Mean(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.avg_pool1d(x[None, None], 4, 2)

    assert eyeshot.load(Mean(), input_shape=8_000_000).inputs[0].shape == (8_000_000,)


@pytest.mark.parametrize("axes", ["NT", "NCDHW", "yxz"])
def test_axes_that_do_not_fit_are_refused_and_not_passed_over(axes: str) -> None:
    with pytest.raises(InputError, match=f"axes '{axes}' must have a letter for each dimension of the input"):
        eyeshot.analyze(image(), input_shape=[(1, 3, 32, 32)] if axes != "yxz" else [(3, 32)], axes=axes)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"input_shape": []}, "a model must have at least one input tensor, but none is given"),
        ({"input_shape": ()}, "an input size must be integers such as (1, 3, 224, 224), but is ()"),
        ({"input_shape": True}, "an input size must be integers such as (1, 3, 224, 224), but is True"),
        ({"input_shape": ((1, 3), (1, 3))}, "but is ((1, 3), (1, 3)); several inputs are a list"),
        ({"input_shape": 16, "axes": 5}, "axes must be different letters such as 'NCHW' or 'yx', but are 5"),
        ({"input_shape": 16, "axes": "yy"}, "axes must be different letters such as 'NCHW' or 'yx', but are 'yy'"),
        ({"input_shape": 16, "axes": ""}, "axes must be different letters such as 'NCHW' or 'yx', but are ''"),
        ({"input_shape": 16, "call": 5}, 'call must be arguments by name such as {"timestep": 5}, but is 5'),
        ({"input_shape": 16, "call": {3: 5}}, "call must be arguments by name such as"),
    ],
)
def test_what_is_no_size_is_refused_in_one_line(given: Given, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        eyeshot.analyze(image(), **given)
