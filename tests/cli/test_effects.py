"""Commands that show what features look like: files that are written, and what is told in one line."""

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

MODEL = """
import torch
from torch import nn


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 5, 2, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 6, 3, padding=1), nn.ReLU())


def sound():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv1d(1, 4, 9, 4), nn.ReLU())


def volume():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv3d(1, 4, 3), nn.ReLU())
"""
Runner = Callable[..., Any]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.py").write_text(MODEL)
    (tmp_path / "photos").mkdir()
    for number in range(4):
        pixels = np.random.default_rng(number).integers(0, 256, (40, 48, 3), np.uint8)
        PIL.Image.fromarray(pixels).save(tmp_path / "photos" / f"{number}.png")
    with wave.open(str(tmp_path / "sound.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(200) / 5) * 9000).astype("<i2").tobytes())
    np.save(tmp_path / "volume.npy", np.random.default_rng(0).standard_normal((8, 9, 10), np.float32))
    monkeypatch.chdir(tmp_path)
    return tmp_path


DONE = [
    ("filters net.py:net 0 --input 32 -o x.svg", "8 kernels of 5×5 on 3 channels"),
    ("filters net.py:net 0 --input 32 --order hue -o x.png", "8 kernels of 5×5"),
    ("filters net.py:net 0 --input 32 --scale tile -o x.png", "8 kernels of 5×5"),
    ("filters net.py:net 3 --input 32 --order norm -o x.svg", "6 kernels of 3×3 on 8 channels"),
    ("filters net.py:sound 0 --input 1x1x64 -o x.svg", "4 kernels of 9 on 1 channel "),
    ("filters net.py:volume 0 --input 1x1x9x9x9 -o x.svg", "4 kernels of 3×3×3"),
    ("activations net.py:net 4 --image photos/0.png -o x.svg", "6 channels, "),
    ("activations net.py:net 4 --image photos/0.png --scale tile --strongest -o x.png", "6 channels, "),
    ("activations net.py:net 4 --image photos/0.png --overlay 2 --theme dark -o x.svg", "6 channels, "),
    ("activations net.py:net 4 --image photos/0.png --resize 32 -o x.npz", "scaled to shorter side 32 px"),
    ("activations net.py:sound 1 --image sound.wav --overlay 1 -o x.svg", "4 channels, "),
    ("activations net.py:volume 1 --image volume.npy --slice 2 -o x.svg", "4 channels, "),
    ("activations net.py:volume 1 --image volume.npy --overlay 1 -o x.svg", "4 channels, "),
    ("deconv net.py:net 4 --image photos/0.png -o x.svg", "2 rectifiers met"),
    ("deconv net.py:net 4 --image photos/0.png --channel 1 --at 3,4 -o x.npz", "channel 1 at 3,4: "),
    ("deconv net.py:sound 1 --image sound.wav -o x.svg", "1 rectifier met"),
    ("deconv net.py:volume 1 --image volume.npy -o x.svg", "1 rectifier met"),
    ("patches net.py:net 4 --images photos -o x.svg", "photos/"),
    ("patches net.py:net 4 --images photos/*.png --channels 2,3 --rule none -o x.npz", "channel 2: "),
    ("patches net.py:sound 1 --images *.wav -o x.svg", "of sound.wav"),
    ("patches net.py:volume 1 --images volume.npy -o x.npz", "of volume.npy"),
    ("patches net.py:net 4 --images photos --only-inside --mean .5,.5,.5 --std 1,1,1 -o x.png", "channel "),
    ("compare alexnet vgg16 -o x.svg", "8 of 10 layers matched, 6 drawn\n"),
    ("compare alexnet vgg16 --layers conv3,conv5 --theme dark -o x.png", "2 drawn"),
    ("compare alexnet vgg16 -o x.npz", "8 of 10 layers"),
    ("compare net.py:net net.py:net --image photos/0.png -o x.svg", "drawn; numbers 0 … 1 and nothing more"),
    ("compare net.py:net net.py:net --image photos/0.png --rule none --most 1 -o x.npz", "1 drawn; numbers 0 … 1"),
]


@pytest.mark.parametrize(("words", "said"), DONE)
def test_it_writes_a_file_and_says_what(run: Runner, folder: Path, words: str, said: str) -> None:
    found = run(*words.split())
    assert (found.status, found.err) == (0, "")
    assert said in found.out
    path = folder / words.rsplit(maxsplit=1)[-1]
    assert path.stat().st_size > 200
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            assert all(array.size for array in arrays.values())
    left = {one.name for one in folder.iterdir()} - {"__pycache__"}
    assert left == {"net.py", "photos", "sound.wav", "volume.npy", path.name}


WRONG = [
    ("filters net.py:net 1 -o x.svg --input 32", "`1` must be a convolution with kernels of its own"),
    ("filters net.py:net 0 -o x.svg --input 32 --page 2", "page must be one of 1 … 1, but is 2"),
    ("filters alexnet conv1 -o x.svg", "only a PyTorch model has weights"),
    ("activations net.py:net 9 --image photos/0.png -o x.svg", "has no layer `9`"),
    ("activations net.py:net 4 --image no.png -o x.svg", "'no.png' cannot be read"),
    ("activations net.py:net 4 --image photos/0.png --overlay 6 -o x.svg", "channel must be one of 0 … 5, but is 6"),
    ("activations net.py:net 4 --image photos/0.png -o x.txt", "must end in .npz, .svg, .pdf, .png"),
    ("activations net.py:net 4 --image photos/0.png --mean 1,2 -o x.svg", "the mean must have 3 numbers"),
    ("activations net.py:net 4 --image photos/0.png --std 0,1,1 -o x.svg", "every std must be positive"),
    ("activations net.py:net 4 --image photos/0.png --resize a -o x.svg", "`--resize` must be whole numbers"),
    ("deconv net.py:net 4 --image photos/0.png --at 99,1 -o x.svg", "index 99 was asked for"),
    ("deconv net.py:net 4 --image photos/0.png --channel 6 -o x.svg", "channel 6 was asked for"),
    (
        "compare net.py:net alexnet --image photos/0.png -o x.svg",
        "the second network: only a PyTorch model has weights",
    ),
    ("compare net.py:net net.py:net --image photos/0.png", "`--image` goes with a file that ends in .svg"),
    ("compare net.py:net net.py:net --image photos/0.png -o x.csv", "`--image` goes with a file that ends in .svg"),
    ("compare net.py:net net.py:sound --image photos/0.png -o x.svg", "the second network: the image 'photos/0.png'"),
    ("compare net.py:net net.py:net --image photos/0.png --input 32 -o x.svg", "leave out the input size"),
    ("compare net.py:net net.py:net --first-arg x -o x.svg", "`--first-arg` must be such as weights=DEFAULT"),
    ("compare alexnet vgg16 --layers conv9 -o x.svg", "did you mean `conv5`"),
    ("compare alexnet vgg16 --page 2 -o x.svg", "page must be one of 1 … 1"),
    ("compare alexnet vgg16 -o x.html", "this command cannot write"),
    ("compare alexnet net.py:sound -o x.svg", "the second network: the size of the input must be given"),
    ("patches net.py:net 4 --images none -o x.svg", "'none' must be a folder, a file or a pattern"),
    ("patches net.py:net 4 --images photos --rule guide -o x.svg", "did you mean `guided`"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_bad_input_is_one_line(run: Runner, folder: Path, words: str, said: str) -> None:
    found = run(*words.split())
    assert found.status == 2
    assert said in found.err
    assert found.err.count("\n") == 1
    assert not list(folder.glob("x.*"))


@pytest.mark.parametrize("output", ["x.txt", "none/x.png"])
def test_a_file_that_cannot_be_written_is_refused_before_any_image_is_read(
    run: Runner, folder: Path, output: str
) -> None:
    found = run("patches", "net.py:net", "4", "--images", "no such folder", "-o", output)
    assert (found.status, found.err.count("\n")) == (2, 1)
    assert f"the file '{output}' must" in found.err
    assert not list(folder.glob("*.journal")) + list(folder.glob("none"))


@pytest.mark.usefixtures("folder")
def test_what_is_said_of_an_image_is_what_was_done(run: Runner) -> None:
    sound = "activations net.py:sound 1 --image sound.wav -o x.svg"
    assert "samples −1 … 1 and nothing more" in run(*sound.split()).out
    volume = "activations net.py:volume 1 --image volume.npy -o y.svg"
    assert "numbers as they are and nothing more" in run(*volume.split()).out
    found = run(*volume.split(), "--resize", "32")
    assert (found.status, "must be a photo to be scaled, but is an array" in found.err) == (2, True)


def test_networks_side_by_side(run: Runner) -> None:
    found = run("compare", "alexnet", "vgg16")
    assert found.status == 0
    lines = found.out.splitlines()
    assert any("conv5" in line and "conv5_2" in line and "163" in line and "164" in line for line in lines)
    assert sum("no match" in line for line in lines) == 2
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("--format json", '{\n  "schema": "eyeshot.comparison/1"'),
        ("--format csv", "first,"),
        ("-o x.md", "**alexnet**"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_pairs_in_other_formats(run: Runner, words: str, begins: str) -> None:
    found = run("compare", "alexnet", "vgg16", *words.split())
    assert (found.status, found.err) == (0, "")
    assert (found.out or Path("x.md").read_text()).startswith(begins)


@pytest.mark.usefixtures("folder")
def test_arguments_go_to_both_networks_or_to_one(run: Runner) -> None:
    Path("wide.py").write_text("from torch import nn\n\n\ndef net(k=3, s=1):\n    return nn.Conv2d(3, 4, k, s)\n")
    words = "compare wide.py:net wide.py:net --input 64 --arg s=2 --first-arg k=9 --second-arg k=11 --format csv"
    assert run(*words.split()).out.splitlines()[1].split(",")[1:6] == ["9x9", "2x2", "convolution", "11x11", "2x2"]
