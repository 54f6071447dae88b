"""Sizes of the input: how many numbers mean what."""

from typing import Any

import pytest

from eyeshot.errors import EyeshotError, InputError, LayerListError
from eyeshot.frontends.layers.input_shape import axis_letters, parse_shape
from eyeshot.frontends.load import load


def shape_and_axes(reference: Any, **options: Any) -> tuple[tuple[int, ...], str]:
    (value,) = load(reference, **options).inputs
    return value.shape, "".join(axis.name for axis in value.axes)


@pytest.mark.parametrize(
    ("given", "shape", "axes"),
    [
        (9, (1, 1, 9, 9), "yx"),
        ("9", (1, 1, 9, 9), "yx"),
        ((9,), (1, 1, 9, 9), "yx"),
        ((9, 8), (1, 1, 9, 8), "yx"),
        ((3, 9, 8), (1, 3, 9, 8), "yx"),
        ("3x9x8", (1, 3, 9, 8), "yx"),
        ((2, 3, 9, 8), (2, 3, 9, 8), "yx"),
        ((1, 1, 5), (1, 1, 5), "t"),
        ((1, 3, 9, 8, 7), (1, 3, 9, 8, 7), "zyx"),
    ],
)
def test_numbers_alone(given: Any, shape: tuple[int, ...], axes: str) -> None:
    assert shape_and_axes("relu", input_shape=given) == (shape, axes)


@pytest.mark.parametrize(
    ("text", "axes", "given", "shape"),
    [
        ("relu", "t", 9, (1, 1, 9)),
        ("relu", "t", (4, 9), (1, 4, 9)),
        ("relu", "NCT", (1, 4, 9), (1, 4, 9)),
        ("relu", "NCHW", (1, 4, 9), (1, 1, 4, 9)),
        ("relu", "zyx", (7, 8, 9), (1, 1, 7, 8, 9)),
        ("relu", "yx", (1, 28, 28), (1, 1, 28, 28)),
        ("conv k1x1", None, (1, 28, 28), (1, 1, 28, 28)),
        ("conv k1x1x1", None, 9, (1, 1, 9, 9, 9)),
        ("pad p1:2x1:2x0:0", None, (2, 9, 9, 9), (1, 2, 9, 9, 9)),
    ],
)
def test_axes_and_values_per_axis_tell_how_many_axes_there_are(
    text: str, axes: str | None, given: Any, shape: tuple[int, ...]
) -> None:
    if axes == "NCHW":
        given = given[1:]
    assert shape_and_axes(text, axes=axes, input_shape=given)[0] == shape


@pytest.mark.parametrize(
    ("settings", "given", "shape", "axes"),
    [
        ({"input": 9}, None, (1, 1, 9, 9), "yx"),
        ({"input": [3, 9, 8]}, None, (1, 3, 9, 8), "yx"),
        ({"input": [256, 100]}, None, (1, 256, 100), "t"),
        ({"input": [1, 9, 8, 7]}, None, (1, 1, 9, 8, 7), "zyx"),
        ({"input": [9, 8], "dims": 2}, None, (1, 1, 9, 8), "yx"),
        ({"input": [2, 3, 9, 8], "dims": 2}, None, (2, 3, 9, 8), "yx"),
        ({"input": 9, "dims": 1}, None, (1, 1, 9), "t"),
        ({"input": [3, 9, 8], "axes": "uv"}, None, (1, 3, 9, 8), "uv"),
        ({"input": "3x9x8"}, None, (1, 3, 9, 8), "yx"),
        ({"input": [3, 9, 8]}, 5, (1, 3, 5, 5), "yx"),
        ({"input": [3, 9, 8]}, (5, 6), (1, 3, 5, 6), "yx"),
        ({"input": [3, 9, 8]}, (1, 5, 6), (1, 1, 5, 6), "yx"),
        ({"input": [256, 100]}, (1, 5, 6), (1, 5, 6), "t"),
    ],
)
def test_list_says_its_input(settings: dict[str, Any], given: Any, shape: tuple[int, ...], axes: str) -> None:
    document = {**settings, "layers": ["relu"]}
    assert shape_and_axes(document, input_shape=given) == (shape, axes)


def test_signal_of_three_numbers_is_told() -> None:
    (note,) = load("relu", input_shape=(1, 28, 28)).notes
    assert note == (
        "The input 1x28x28 is taken as a batch of 1, 28 channels and 28 steps along t; "
        "for an image give all four sizes, 1x1x28x28, or axes='yx'."
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "the size of the input must be given; add --input 224 (input_shape=224), or `input` in the file"),
        (0, "input sizes must be at least 1, but one is 0"),
        ((3, -1, 5), "input sizes must be at least 1, but one is -1"),
        (10**18, "input sizes must be at most 1,000,000,000, but one is 1000000000000000000"),
        (10**9, "input: a value may have 1,000,000,000 indices along a dimension and 1,000,000,000,000,000 elements "
         "in all, but the shape is 1×1×1000000000×1000000000; choose a smaller input"),
        (1.5, "the input size must be 1 to 5 integers such as 224 or (3, 224, 224), but is 1.5"),
        (True, "the input size must be 1 to 5 integers such as 224 or (3, 224, 224), but is True"),
        ((), "the input size must be 1 to 5 integers such as 224 or (3, 224, 224), but is ()"),
        ((1,) * 6, "the input size must be 1 to 5 integers such as 224 or (3, 224, 224), but is (1, 1, 1, 1, 1, 1)"),
        ("3y5", "the input size must be such as 224 or 3x224x224, but is '3y5'"),
        ("", "the input size must be such as 224 or 3x224x224, but is ''"),
    ],
)  # fmt: skip
def test_message(given: Any, message: str) -> None:
    with pytest.raises(EyeshotError) as caught:
        load("relu", input_shape=given)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"input": 0}, "input sizes must be at least 1, but one is 0"),
        ({"input": [1, 2, 3, 4, 5]}, "input must be channels and 1 to 3 spatial sizes, but is [1, 2, 3, 4, 5]; "
         "with batch and channels, give `dims` too"),
        ({"input": 5, "dims": 4}, "dims must be at most 3, but is 4"),
        ({"input": 5, "dims": "two"}, "dims must be an integer, but is 'two'"),
        ({"input": 5, "axes": "xx"}, "axes must be 1 to 3 different letters such as 'yx', or a layout with batch and "
         "channels first such as 'NCHW', but are 'xx'"),
        ({"input": 5, "axes": "yx", "dims": 3}, "axes must be as many as `dims`, 3, but are 'yx'"),
        ({"input": 5, "padding": "full"}, "padding must be one of `declared`, `same`, `same_lower`, `valid`, `gist`, "
         "but is 'full'"),
        ({"input": 5, "name": 7}, "name must be text of 1 to 200 characters on one line, but is 7"),
        ({"input": 5, "outputs": []}, "outputs must be a list of names, but is []"),
        ({"input": 5, "outputs": ["rleu1"]}, "outputs must be layers, but there is no `rleu1`; did you mean `relu1`?"),
    ],
)  # fmt: skip
def test_message_about_a_setting(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(LayerListError) as caught:
        load({**settings, "layers": ["relu"]})
    assert str(caught.value) == message


def test_sizes_that_do_not_fit() -> None:
    with pytest.raises(InputError) as caught:
        load("conv k3x3", input_shape=(1, 1, 1, 9, 9))
    assert str(caught.value) == (
        "the input must have 2, 3 or 4 sizes (with channels, with batch and channels) for 2 spatial axes, "
        "but has 5: 1x1x1x9x9"
    )


def test_axes_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="axes must be 2 letters for this network, but are 't'"):
        load("conv k3x3", input_shape=9, axes="t")
    with pytest.raises(InputError, match="axes must be 2 letters for this network, but are 'zyx'"):
        load("alexnet", axes="zyx")


def test_caller_names_the_axes() -> None:
    assert shape_and_axes("alexnet", axes="NCHW") == ((1, 3, 227, 227), "yx")
    assert shape_and_axes("alexnet", axes="uv") == ((1, 3, 227, 227), "uv")


def test_parse_shape() -> None:
    assert parse_shape(" 3×224×224 ") == (3, 224, 224)
    assert parse_shape("(3, 224, 224)") == (3, 224, 224)


def test_axis_letters() -> None:
    assert axis_letters("nct") == "T"
    for letters in ("NHWC", "hy", "", "wxyz"):
        with pytest.raises(InputError, match="axes must be 1 to 3 different letters"):
            axis_letters(letters)
