"""`eyeshot animate`: kinds, presets, layers of models, and one clear line for what cannot be animated."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import Runner

from eyeshot.present.arithmetic.presets import PRESETS


def drawn(run: Runner, file: Path, *arguments: str) -> str:
    found = run("animate", *arguments, "-o", str(file))
    assert (found.status, found.out, found.err) == (0, "", "")
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset(run: Runner, tmp_path: Path, name: str) -> None:
    assert drawn(run, tmp_path / "a.svg", "--preset", name).startswith("<svg")


def test_list_of_presets(run: Runner) -> None:
    assert run("animate", "--list").out.splitlines() == list(PRESETS)


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["conv"], ["convolution · kernel 3×3", "input 5×5", "output 3×3"]),
        (["conv", "--input", "6x9", "--kernel", "3x2", "--stride", "1x2", "--pad", "1:0x0"],
         ["convolution · kernel 3×2 · stride 1×2 · padding 1+0×0", "output 5×4", "y: n = ⌊(6 + 1 − 3) / 1⌋ + 1 = 5"]),
        (["conv", "--dims", "1", "--input", "9"],
         ["convolution · kernel 3", "output 7", "output 0 reads cells 0, 1, 2"]),
        (["conv", "--dilation", "2", "--input", "7"], ["convolution · kernel 3×3 · dilation 2"]),
        (["conv", "--pad", "1", "--padding-mode", "reflect"], ["convolution · kernel 3×3 · padding 1 reflected"]),
        (["conv", "--groups", "2"], ["convolution · kernel 3×3 · 2 groups"]),
        (["depthwise", "--groups", "2"], ["depthwise convolution · kernel 3×3"]),
        (["transposed", "--input", "2", "--stride", "2", "--way", "stamp"],
         ["transposed convolution, each input stamped · kernel 3×3 · stride 2", "output 5×5"]),
        (["transposed", "--input", "3", "--stride", "2", "--output-padding", "1"], ["output 8×8"]),
        (["maxpool", "--kernel", "2", "--stride", "2", "--ceil", "--mode", "value"],
         ["max pooling · kernel 2×2 · stride 2 · rounded up", "max(3, 3, 0, 0) = 3", "n = ⌈(5 + 0 − 2) / 2⌉ + 1 = 3"]),
        (["upsample", "--input", "2"], ["upsampling · scale 2", "output 4×4"]),
        (["--preset", "grey_image", "--mode", "plain"], ["convolution · kernel 3×3"]),
        (["--preset", "grey_image", "--input", "6"], ["output 4×4"]),
        (["--preset", "numerical_max_pooling", "--ceil", "--stride", "2"],
         ["max pooling · kernel 3×3 · stride 2 · rounded up"]),
        (["alexnet", "--layer", "pool1"], ["Layer pool1 of alexnet. Drawn: the first 8×8 of 27×27 outputs."]),
        (["conv k3 s2", "--input", "7"], ["convolution · kernel 3×3 · stride 2", "output 3×3"]),
    ],
)  # fmt: skip
def test_what_is_shown(run: Runner, tmp_path: Path, arguments: list[str], texts: list[str]) -> None:
    found = drawn(run, tmp_path / "a.svg", *arguments)
    for text in texts:
        assert f">{text}" in found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give a KIND, a MODEL with `--layer`, or a `--preset`, and only one of them"),
        (["conv", "--preset", "dilation"],
         "give a KIND, a MODEL with `--layer`, or a `--preset`, and only one of them"),
        (["--preset", "dilatoin"], "there is no preset 'dilatoin'; did you mean `dilation`?"),
        (["covn"], "there is no kind 'covn', and a MODEL goes with `--layer`; did you mean `conv`?"),
        (["alexnet"], "`alexnet` has 10 layers; name one with `--layer`, such as conv1, pool1, conv2, pool2, conv3, "
         "conv4, conv5, pool5"),
        (["alexnet", "--layer", "conv1", "--kernel", "3"],
         "`--kernel` goes with a KIND (conv, depthwise, transposed, maxpool, avgpool, upsample); a model has its own"),
        (["conv", "--kernel", "3 | conv k3"], "`--kernel` must be numbers such as 3 or 3x5; found '3 | conv k3'"),
        (["conv", "--kernel", "1:2"], "`--kernel` must be numbers such as 3 or 3x5; found '1:2'"),
        (["conv", "--input", "4x4x4x4"],
         "`--input` must have one to three sizes, as in 5, 5x7 or 4x5x7; found '4x4x4x4'"),
        (["conv", "--pad", "-1"], "`--pad` must be numbers such as 1, 1:2 or 1:2x0:1; found '-1'"),
        (["conv", "--kernel", "9"], "layer `conv1`: the window must fit its padded input, but it spans 9 (kernel 9, "
         "dilation 1) of 5 (input 5, padding 0+0); take a larger input, more padding or a smaller kernel"),
        (["conv", "--way", "zeros"], "the view `zeros` is for transposed convolutions, but `conv1` is a conv"),
        (["resnet18", "--layer", "layer1"], None),
    ],
)  # fmt: skip
def test_bad_input(
    run: Runner, arguments: list[str], message: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = run("animate", *arguments, "-o", "a.svg")
    if message is not None:
        assert found.err == f"eyeshot: {message}\n"
    assert (found.status, found.out, found.err.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_must_be_named(run: Runner) -> None:
    found = run("animate", "conv")
    assert (found.status, found.err) == (2, "eyeshot: missing option '-o' / '--output'; see `eyeshot animate --help`\n")
    found = run("animate", "conv", "-o", "a.jpg")
    assert found.err.startswith("eyeshot: the file of an animation must end in .gif, .webp, .png, .svg, .pdf, or in /")
