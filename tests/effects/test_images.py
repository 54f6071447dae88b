"""Images of every kind, read by one function: as the network takes them, or as they are where it does not say."""

import wave
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.effects.images import Form, image_of, images_of
from eyeshot.effects.passes import Subject
from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.effects.rules import Rule
from eyeshot.errors import InputError, LimitError

PLAIN = Preprocessing()


def test_what_a_network_takes() -> None:
    assert Form.of(nn.Sequential(nn.Conv1d(2, 3, 3))) == Form(2, 1)
    assert Form.of(nn.Sequential(nn.Linear(2, 3))) == Form()
    assert [str(form) for form in (Form(2, 1), Form(1, 3), Form())] == [
        "2 channels and 1 axis",
        "1 channel and 3 axes",
        "channels and at least one axis",
    ]


@pytest.mark.parametrize("shape", [(1, 9), (2, 9), (1, 6, 7), (3, 6, 7), (1, 4, 5, 6)])
def test_arrays_with_and_without_a_batch_are_read_alike(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array, form = np.random.default_rng(0).random(shape, np.float32), Form(shape[0], len(shape) - 1)
    np.save(tmp_path / "a.npy", array)
    np.save(tmp_path / "b.npy", np.asfortranarray(array.astype(np.float64)[None]))
    given = [array, torch.from_numpy(array), array[None], tmp_path / "a.npy", str(tmp_path / "b.npy")]
    if shape[0] == 1:
        given.append(array[0])
    for one in given:
        for known in (form, Form()) if np.ndim(one) == len(shape) else (form,):
            found = image_of(one, known, PLAIN)
            assert found.numbers.dtype == np.float32
            assert np.array_equal(found.numbers, array)
    found = image_of(tmp_path / "a.npy", form, PLAIN)
    np.save(tmp_path / "a.npy", array + 1)
    assert np.array_equal(found.numbers, array), "what was read does not change with the file"


def test_a_network_that_does_not_say_takes_photos_and_signals_as_they_are(tmp_path: Path) -> None:
    gray, color = np.arange(30, dtype=np.uint8).reshape(5, 6), np.arange(90, dtype=np.uint8).reshape(5, 6, 3)
    PIL.Image.fromarray(gray).save(tmp_path / "gray.png")
    PIL.Image.fromarray(color).save(tmp_path / "color.png")
    assert np.array_equal(image_of(tmp_path / "gray.png", Form(), PLAIN).pixels[0] * 255, gray)
    assert np.allclose(image_of(tmp_path / "color.png", Form(), PLAIN).pixels * 255, np.moveaxis(color, -1, 0))
    PIL.Image.fromarray(color).quantize(8).save(tmp_path / "palette.png")
    assert image_of(tmp_path / "palette.png", Form(3, 2), PLAIN).pixels.shape == (3, 5, 6)
    with wave.open(str(tmp_path / "two.wav"), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.array([[1, -2], [3, -4], [5, -6]], "<i2").tobytes())
    assert np.array_equal(image_of(tmp_path / "two.wav", Form(), PLAIN).pixels * 2**15, [[1, 3, 5], [-2, -4, -6]])
    with pytest.raises(InputError, match="must have channels and at least one axis, but has the shape"):
        image_of(np.zeros(5), Form(), PLAIN)


def test_the_first_picture_of_a_camera_is_the_photo(tmp_path: Path) -> None:
    large, small = PIL.Image.new("RGB", (40, 30), "red"), PIL.Image.new("RGB", (4, 3), "blue")
    large.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[small])
    found = image_of(tmp_path / "a.jpg", Form(3, 2), PLAIN).pixels
    assert found.shape == (3, 30, 40)
    assert found[0].min() > 0.9


def test_a_photo_stands_upright_and_is_scaled_within_bounds(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg", exif=exif)
    assert image_of(tmp_path / "a.jpg", Form(3, 2), PLAIN).pixels.shape == (3, 40, 30)
    halved = Preprocessing(resize=15)
    assert image_of(tmp_path / "a.jpg", Form(3, 2), halved).pixels.shape == (3, 20, 15)
    with pytest.raises(LimitError, match="at most 128,000,000 pixels, but 20000 × 20000 are asked for"):
        image_of(tmp_path / "a.jpg", Form(3, 2), Preprocessing(resize=(20000, 20000)))


def test_a_file_with_a_name_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].npy").touch()
    (tmp_path / "a1.npy").touch()
    assert images_of(tmp_path / "a[1].npy").files == (str(tmp_path / "a[1].npy"),)
    assert images_of(tmp_path / "a[12].npy").files == (str(tmp_path / "a1.npy"),)
    with pytest.raises(InputError, match=r"the list of images must hold nothing but images, but holds 'x\.txt'$"):
        images_of(["x.txt", "a.png"])


class Tokens(nn.Module):
    """A network without convolutions: rows of an image as tokens."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(6, 4), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(x)))


def test_patches_of_networks_without_convolutions(tmp_path: Path) -> None:
    for number in range(3):
        np.save(tmp_path / f"{number}.npy", np.random.default_rng(number).random((2, 5, 6)))
    found = eyeshot.patches(Tokens().eval(), "second", str(tmp_path / "*.npy"), count=2, most=1)
    assert found.images == 3
    with torch.no_grad():
        best = [float(Tokens()(torch.from_numpy(np.load(path)).float()[None]).max()) for path in tmp_path.iterdir()]
    assert found.channels[0].patches[0].hit.score == pytest.approx(max(best))


@pytest.mark.parametrize("number", [torch.bfloat16, torch.float64])
def test_numbers_of_other_widths(number: torch.dtype) -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).to(number).eval()
    photo = np.random.default_rng(0).random((1, 9, 9))
    view = eyeshot.deconv(model, "1", photo)
    with torch.no_grad():
        out = model(torch.from_numpy(photo)[None].float().to(number))
    assert view.value == float(out.max())
    back = Subject(model, (1, 1, 9, 9)).back("1", (0, 0, 0, 0), torch.from_numpy(photo)[None].to(number), Rule.GRADIENT)
    assert back.values.dtype == (np.float64 if number == torch.float64 else np.float32)


def test_kernels_of_eight_bits() -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = nn.Sequential(torch.ao.quantization.QuantStub(), nn.Conv2d(1, 2, 3)).eval()
        model.qconfig = torch.ao.quantization.get_default_qconfig("fbgemm")
        torch.ao.quantization.prepare(model, inplace=True)
        model(torch.rand(1, 1, 9, 9))
        torch.ao.quantization.convert(model, inplace=True)
    found = eyeshot.filters(model, "1", input_shape=(1, 1, 9, 9))
    assert np.array_equal(found.weights, model[1].weight().dequantize().numpy())


class Unshuffled(nn.Module):
    """Cuts the image into channels before its first convolution, as TResNet does."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(12, 5, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(nn.functional.pixel_unshuffle(x, 2))


def test_the_first_convolution_need_not_read_the_image(tmp_path: Path) -> None:
    net, folder = Unshuffled().eval(), tmp_path / "photos"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (20, 24, 3), np.uint8)
    PIL.Image.fromarray(pixels).save(folder / "a.png")
    maps = eyeshot.activations(net, "conv", folder / "a.png")
    array = (pixels.transpose(2, 0, 1) / 255).astype(np.float32)
    assert np.array_equal(maps.values, eyeshot.activations(net, "conv", array).values)
    assert maps.jump == (2, 2)
    found = eyeshot.patches(net, "conv", folder, channels=[1], count=2, rules=())
    assert len(found.channels[0].patches) == 2
    # Not that it must have 12 channels, as the convolution has them.
    with pytest.raises(InputError, match=r"must run with input \(1, 4, 20, 24\), but `conv` raises .* 12 channels"):
        eyeshot.activations(net, "conv", np.zeros((4, 20, 24), np.float32))
