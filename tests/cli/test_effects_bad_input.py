"""Bad input to the commands that show what features look like: one clear line, status 2, and no file appears."""

import os
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import PIL.Image
import pytest
from cli.conftest import Runner

MODELS = """
import warnings

import torch
from torch import nn


def net(kind=nn.ReLU):
    torch.manual_seed(0)
    convolutions = [nn.Conv2d(3, 4, 5, 2, 2), kind(), nn.Conv2d(4, 6, 3, padding=1)]
    return nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(720, 7))


class Does(nn.Module):
    def __init__(self, does):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.does = nn.Conv2d(3, 4, 3), does

    def forward(self, x):
        return self.does(self.conv(x))


class Detached(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        with torch.no_grad():
            return self.conv(x)


CALLS = []


class Fails(nn.Module):
    def __init__(self, at=1):
        super().__init__()
        self.at = at
        self.conv, self.last = nn.Conv2d(3, 4, 3, bias=False), nn.Conv2d(4, 4, 3)

    def forward(self, x):
        CALLS.append(1)
        if len(CALLS) > self.at:
            raise RuntimeError("out of order\\nfor good")
        return self.last(self.conv(x))


def meta():
    with torch.device("meta"):
        return net()


def whole():
    return Does(lambda x: x.round().to(torch.int32).abs())


def imaginary():
    return Does(lambda x: torch.complex(x, x).exp())


def not_a_number():
    return Does(lambda x: torch.log(x - 100))


def infinite():
    return Does(lambda x: torch.reciprocal(torch.relu(x - 100)))


def steep():
    return Does(lambda x: torch.sqrt(torch.relu(x - 100)))


def gray():
    return nn.Sequential(nn.Conv2d(1, 2, 3))


def five():
    return nn.Sequential(nn.Conv2d(5, 2, 3))


def sound():
    return nn.Sequential(nn.Conv1d(1, 2, 9))


def int8():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = nn.Sequential(torch.ao.quantization.QuantStub(), nn.Conv2d(3, 4, 3), torch.ao.quantization.DeQuantStub())
        made.eval().qconfig = torch.ao.quantization.get_default_qconfig("fbgemm")
        torch.ao.quantization.prepare(made, inplace=True)
        made(torch.rand(1, 3, 20, 24))
        return torch.ao.quantization.convert(made, inplace=True)


def fails():
    raise ValueError("no luck\\nat all")


def number():
    return 5
"""
SEES = {
    "activations": "activations {model} {layer} --image {image}",
    "deconv": "deconv {model} {layer} --image {image}",
    "patches": "patches {model} {layer} --images {image} --rule gradient",
}
ALL = SEES | {"filters": "filters {model} {layer} --input 1x3x20x24"}
SIZE = (20, 24)


def photo(name: str, mode: str = "RGB", size: tuple[int, int] = SIZE, **how: Any) -> None:
    PIL.Image.new(mode, size[::-1]).save(name, **how)


def signal(name: str, width: int = 2, samples: int = 200) -> None:
    with wave.open(name, "wb") as file:
        file.setparams((1, width, 8000, 0, "NONE", ""))
        file.writeframes(bytes(width * samples))


def half(name: str, make: Callable[[str], None], part: float = 0.5) -> None:
    make(name)
    data = Path(name).read_bytes()
    Path(name).write_bytes(data[: int(len(data) * part)])


def noise(name: str) -> None:
    PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (*SIZE, 3), np.uint8)).save(name)


def with_number(name: str, number: float) -> None:
    array = np.zeros((3, *SIZE))
    array[1, 2, 3] = number
    np.save(name, array)


IMAGES: dict[str, tuple[Callable[[str], object], str]] = {
    "l.png": (lambda name: photo(name, "L"), "must be RGB (3 channels of 8 bits), but is L; convert it"),
    "rgba.png": (lambda name: photo(name, "RGBA"), "must be RGB (3 channels of 8 bits), but is RGBA; convert it"),
    "16.png": (lambda name: photo(name, "I;16"), "must be RGB (3 channels of 8 bits), but is I;16; convert it"),
    "1.png": (lambda name: photo(name, "1"), "must be RGB (3 channels of 8 bits), but is 1; convert it"),
    "cmyk.tif": (lambda name: photo(name, "CMYK"), "must be RGB (3 channels of 8 bits), but is CMYK; convert it"),
    "through.png": (lambda name: photo(name, "P", transparency=0), "but has transparent pixels besides; convert it"),
    "moving.gif": (
        lambda name: photo(name, save_all=True, append_images=[PIL.Image.new("RGB", (24, 20), "red")]),
        "must be one picture, but holds 2; save one of them alone",
    ),
    "cut.png": (lambda name: half(name, noise), "must be an image (JPEG, "),
    "cut.jpg": (lambda name: half(name, noise), "must be an image (JPEG, "),
    "text.png": (lambda name: Path(name).write_text("words"), "must be an image (JPEG, "),
    "empty.png": (lambda name: Path(name).touch(), "must be an image (JPEG, "),
    "hanging.png": (lambda name: os.symlink("nowhere", name), "cannot be read: No such file or directory"),
    "nan.npy": (lambda name: with_number(name, np.nan), "must hold numbers, but holds NaN, infinity or what float32"),
    "inf.npy": (lambda name: with_number(name, np.inf), "must hold numbers, but holds NaN, infinity or what float32"),
    "huge.npy": (lambda name: with_number(name, 1e300), "must hold numbers, but holds NaN, infinity or what float32"),
    "complex.npy": (lambda name: np.save(name, np.zeros((3, *SIZE), complex)), "real numbers, but its type is complex"),
    "words.npy": (lambda name: np.save(name, np.array(["a"])), "must hold real numbers, but its type is <U1"),
    "objects.npy": (lambda name: np.save(name, np.array([{}], object)), "must be an array (.npy), but cannot be read"),
    "text.npy": (lambda name: Path(name).write_text("words"), "must be an array (.npy), but cannot be read"),
    "cut.npy": (lambda name: half(name, lambda n: with_number(n, 0)), "must be an array (.npy), but cannot be read"),
    "four.npy": (lambda name: np.save(name, np.zeros((4, *SIZE))), "and 2 axes, but has the shape (4, 20, 24)"),
    "line.npy": (lambda name: np.save(name, np.zeros(24)), "must have 3 channels and 2 axes, but has the shape (24,)"),
    "none.npy": (lambda name: np.save(name, np.zeros((3, 0, 24))), "is empty: it has the shape (3, 0, 24)"),
    "small.npy": (lambda name: np.save(name, np.zeros((3, 1, 1))), "must run with input (1, 3, 1, 1)"),
    "flat.wav": (signal, "must have 3 channels and 2 axes, but has the shape (1, 200)"),
    "eight.wav": (lambda name: signal(name, 1), "must have samples of 16 bits, but has 8; convert it"),
    "cut.wav": (lambda name: half(name, signal), "must be whole, but has "),
    "head.wav": (lambda name: half(name, signal, 0.05), "a signal (.wav), but cannot be read: it ends too early"),
    "text.wav": (lambda name: Path(name).write_text("some words in it"), "must be a signal (.wav), but cannot be read"),
}  # fmt: skip


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(MODELS)
    noise("ok.png")
    return tmp_path


def refused(run: Runner, folder: Path, words: str, said: str, *more: str) -> str:
    """The one line that a command says when it refuses."""
    before = sorted(folder.rglob("*"))
    found = run(*words.split(), *more, "-o", "out.svg")
    assert (found.status, found.out) == (2, ""), found
    assert said in found.err
    assert found.err.startswith("eyeshot: ")
    assert found.err.count("\n") == 1
    assert [path for path in sorted(folder.rglob("*")) if "__pycache__" not in str(path)] == before
    return found.err


@pytest.mark.parametrize("command", SEES)
@pytest.mark.parametrize("image", IMAGES)
def test_images(run: Runner, folder: Path, command: str, image: str) -> None:
    make, said = IMAGES[image]
    make(image)
    err = refused(run, folder, SEES[command].format(model="nets.py:net", layer="2", image=image), said)
    assert image in err or image == "small.npy"


MODES = [("gray", "must be L (1 channel of 8 bits), but is RGB"), ("five", "the network takes 5 channels and 2 axes"),
         ("sound", "the network takes 1 channel and 1 axis; give an array (.npy)")]  # fmt: skip


@pytest.mark.parametrize("command", SEES)
@pytest.mark.parametrize(("model", "said"), MODES)
def test_photos_for_other_networks(run: Runner, folder: Path, command: str, model: str, said: str) -> None:
    refused(run, folder, SEES[command].format(model=f"nets.py:{model}", layer="0", image="ok.png"), said)


WAYS = ["gradients to the input, but the model computes without them", "finite gradients to the input"]
REAL = "must hold real numbers, but its type is torch."
NETS = {
    ("meta", "0"): {None: "must have weights, but its `0.weight` lies on the meta device; load them first",
                    "filters": "must have weights, but its kernels lie on the meta device; load them first"},
    ("net", "4"): {None: "`4` must have a map, features that stand somewhere in the image",
                   "filters": "`4` must be a convolution with kernels of its own, but is Linear"},
    ("net", "1"): {"filters": "`1` must be a convolution with kernels of its own, but is ReLU"},
    ("net", "22"): {None: "has no layer `22`; did you mean `2`?",
                    "filters": "must be a convolution with kernels of its own, but is a step of the code"},
    ("net", "-1"): {None: "has no layer `-1`"},
    ("whole", "abs"): {None: REAL + "int32", "patches": WAYS[0]},
    ("imaginary", "exp"): {None: REAL + "complex64"},
    ("not_a_number", "log"): {None: "`log` of the image 'ok.png' must hold finite numbers, but holds NaN in channel 0"},
    ("infinite", "reciprocal"): {None: "must hold finite numbers, but holds infinity in channel 0"},
    ("steep", "sqrt"): {"deconv": WAYS[1]},
    ("Detached", "conv"): {"deconv": WAYS[0], "patches": WAYS[0]},
    ("int8", "1"): {"deconv": WAYS[0], "patches": WAYS[0], },
    ("Fails", "last"): {None: "RuntimeError: out of order"},
    ("fails", "0"): {None: "`nets.py:fails` must make a model, but raises ValueError: no luck; give"},
    ("number", "0"): {None: "must return a torch.nn.Module, but returns int"},
    ("nte", "0"): {None: "`nets.py` has no `nte`; did you mean `net`?"},
}  # fmt: skip
ASKED = [
    (model, layer, command)
    for (model, layer), said in NETS.items()
    for command in ALL
    if command in said or (None in said and (command != "filters" or model in {"fails", "number", "nte"}))
]


@pytest.mark.parametrize(("model", "layer", "command"), ASKED)
def test_models(run: Runner, folder: Path, model: str, layer: str, command: str) -> None:
    said = NETS[model, layer].get(command) or NETS[model, layer][None]
    refused(run, folder, ALL[command].format(model=f"nets.py:{model}", layer=layer, image="ok.png"), said)


LISTED = {
    "empty": "'empty' must hold images, but holds no file",
    "mixed": "must hold nothing but images, but holds 'mixed/b.txt', 'mixed/c.doc'; name a pattern such as '*.jpg'",
    "nested": "must hold nothing but images, but holds the folder 'nested/in'; name a pattern such as '*.jpg'",
    "mixed/*.gif": "'mixed/*.gif' must hold images, but holds no file",
    "many": "holds 'many/0.txt', 'many/1.txt', 'many/2.txt' and 2 more",
    "nowhere": "'nowhere' must be a folder, a file or a pattern such as 'photos/*.jpg', but there is none",
    "a\0b": "must be a folder, a file or a pattern such as 'photos/*.jpg', but there is none",
    "nets.py": "'nets.py' must hold nothing but images, but holds 'nets.py'",
    "sizes": "b.png' must be of the size of the first, 3×20×24 with its channels, but is of 3×30×24; scale photos",
}


@pytest.mark.parametrize("images", LISTED)
def test_sets_of_images(run: Runner, folder: Path, images: str) -> None:
    for name in ("empty", "mixed", "nested", "nested/in", "many", "sizes"):
        (folder / name).mkdir()
    for name in ("mixed/a.png", "nested/a.png", "many/a.png", "sizes/a.png", "nested/in/b.png"):
        noise(name)
    for name in ("mixed/b.txt", "mixed/c.doc", *(f"many/{number}.txt" for number in range(5)), "mixed/.hidden"):
        (folder / name).touch()
    photo("sizes/b.png", size=(30, 24))
    refused(run, folder, "patches nets.py:net 2", LISTED[images], "--images", images)


@pytest.mark.parametrize("command", ["activations", "deconv"])
def test_a_folder_is_no_image(run: Runner, folder: Path, command: str) -> None:
    (folder / "photos.png").mkdir()
    refused(run, folder, f"{command} nets.py:net 2 --image photos.png", "the image 'photos.png' must be a file")


@pytest.mark.parametrize("command", SEES)
def test_what_the_system_does_not_let_read(run: Runner, folder: Path, command: str) -> None:
    plain = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if self.name == "ok.png":
            raise PermissionError(13, "Permission denied")
        return plain(self)

    with mock.patch.object(Path, "read_bytes", read_bytes):
        words = SEES[command].format(model="nets.py:net", layer="2", image="ok.png")
        refused(run, folder, words, "the image 'ok.png' cannot be read: Permission denied")


def test_a_folder_that_the_system_does_not_let_read(run: Runner, folder: Path) -> None:
    (folder / "photos").mkdir()
    with mock.patch("os.listdir", side_effect=PermissionError(13, "Permission denied")):
        found = run("patches", "nets.py:net", "2", "--images", "photos", "-o", "out.svg")
    assert (found.status, found.err) == (2, "eyeshot: 'photos' cannot be read: Permission denied\n")


OPTIONS = [
    ("filters nets.py:net 0 --input 0", "input sizes must be at least 1, but one is 0"),
    ("filters nets.py:net 0 --input 20x24 --order hu", "did you mean `hue`?"),
    ("filters nets.py:net 0 --input 20x24 --page 9", "page must be one of 1 … 1, but is 9"),
    ("activations {} --overlay 6", "channel must be one of 0 … 5, but is 6"),
    ("activations {} --page 2", "page must be one of 1 … 1, but is 2"),
    ("activations {} --slice x", "`--slice` must be whole numbers with commas between them, but is 'x'"),
    ("activations {} --slice 1", "a slice must have 0 numbers"),
    ("activations {} --mean nan,0,0", "every mean must be a finite number"),
    ("activations {} --mean=", "`--mean` must be numbers with commas between them, but is ''"),
    ("activations {} --std inf,1,1", "every std must be positive and finite"),
    ("activations {} --std nan,1,1", "every std must be positive and finite"),
    ("activations {} --resize 0", "resize must be one or two numbers of pixels, but is 0"),
    ("activations {} --resize 1x2x3", "resize must be one or two numbers of pixels, but is [1, 2, 3]"),
    ("activations {} --resize 99999999", "must be scaled to at most 128,000,000 pixels, but 99999999 × "),
    ("deconv {} --channel 6", "`2` has 6 channels, 0 … 5, but channel 6 was asked for"),
    ("deconv {} --channel x", "'x' is not a valid integer"),
    ("deconv {} --at 9,12", "layer `2` has 12 features along x, 0 … 11, but index 12 was asked for"),
    ("deconv {} --at 1", "layer `2` must be asked with 2 numbers (y, x), but got 1"),
    ("deconv {} --at a,b", "`--at` must be whole numbers with commas between them, but is 'a,b'"),
    ("patches {} --count 0", "0 is not in the range x>=1"),
    ("patches {} --most 0", "0 is not in the range x>=1"),
    ("patches {} --channels 6", "`2` has 6 channels, 0 … 5, but channel 6 was asked for"),
    ("patches {} --channels=", "`--channels` must be whole numbers with commas between them, but is ''"),
    ("patches {} --rule gided", "did you mean `guided`?"),
    ("patches {} --journal nowhere/x", "the journal 'nowhere/x' must lie in a folder that exists"),
    ("patches {} --journal nets.py", "must be the journal of an interrupted run, but is damaged"),
    ("patches {} --journal note.txt", "'note.txt' must be the journal of an interrupted run, but is none; name"),
    ("compare nets.py:net nets.py:number", "the size of the input must be given"),
    ("compare alexnet vgg166", "there is no model 'vgg166'; did you mean `vgg16`?"),
    ("compare alexnet nets.py:fails", "must make a model, but raises ValueError: no luck"),
    ("compare nets.py:number alexnet", "must return a torch.nn.Module, but returns int"),
    ("compare alexnet --input 5 vgg16", "input"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), OPTIONS)
def test_options(run: Runner, folder: Path, words: str, said: str) -> None:
    (folder / "note.txt").write_text("not of eyeshot")
    option = "--images" if words.startswith("patches") else "--image"
    refused(run, folder, words.format(f"nets.py:net 2 {option} ok.png"), said)
    assert (folder / "note.txt").read_text() == "not of eyeshot"


def test_what_cannot_be_shown_is_refused_before_any_image_is_looked_at(run: Runner, folder: Path) -> None:
    with mock.patch("eyeshot.effects.strongest.Strongest.look", side_effect=AssertionError("looked")):
        for words in ("nets.py:net 2 --images ok.png --channels 6", "nets.py:Detached conv --images ok.png"):
            refused(run, folder, f"patches {words}", "")


def test_a_failure_of_the_model_names_the_image_and_keeps_what_is_done(run: Runner, folder: Path) -> None:
    (folder / "set").mkdir()
    for number in range(3):
        noise(f"set/{number}.png")
    found = run(
        *["patches", "nets.py:Fails", "last", "--arg", "at=3", "--images", "set", "--rule", "none", "-o", "out.svg"]
    )
    assert found.status == 2
    assert (
        "the image 'set/2.png' cannot be looked at: `Fails` fails on the image: RuntimeError: out of order" in found.err
    )
    assert (folder / "out.svg.journal").exists()
    assert not (folder / "out.svg").exists()
