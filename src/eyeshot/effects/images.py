"""Images for a network: single ones and sets of them, read one at a time."""

from __future__ import annotations

import glob
import math
import os
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.counted import counted
from eyeshot.effects.photos import MOST_WHOLE, opened, pillow, reason_of
from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.errors import InputError, LimitError

__all__ = ["ENDINGS", "Form", "Image", "ImageSet", "UnfitError", "image_of", "images_of"]

Array = npt.NDArray[Any]

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".npy", ".wav")
"""What the name of a file ends with that holds an image, a signal or a volume."""
_MODES = {1: ("L",), 3: ("RGB", "P")}
_SHOWN = 3


class UnfitError(InputError):
    """An image has another form than is expected."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a network's images must be, as far as it is known before the network has run.

    Parameters
    ----------
    channels, axes : int or None
        Their channels and spatial axes; where they are None an image is taken as it is.
    """

    channels: int | None = None
    axes: int | None = None

    @classmethod
    def of(cls, model: Any) -> Form:
        """What the first convolution of a module takes; a guess, since it need not be what reads the image."""
        from eyeshot.frontends.torch.shapes import first_convolution

        first = first_convolution(model)
        return cls(first.channels, first.axes) if first is not None else cls()

    def __str__(self) -> str:
        if self.channels is None or self.axes is None:
            return "channels and at least one axis"
        return f"{counted(self.channels, 'channel')} and {counted(self.axes, 'axis', 'axes')}"


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """An image as a network takes it.

    Parameters
    ----------
    name : str
        The file, or what stands for it.
    pixels : float32 array, shape (channels, *axes)
        Before the preprocessing's mean and deviation, as it is shown: photos between 0 and 1.
    numbers : float32 array, shape (channels, *axes)
        What the network takes.
    prepared : str
        What was done to them, in words.
    """

    name: str
    pixels: Array
    numbers: Array
    prepared: str = ""


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Files of images in the order of their names; none is open.

    Parameters
    ----------
    files : tuple of str
        Their paths.
    """

    files: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.files)


def images_of(given: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> ImageSet:
    """The files that a folder, a pattern or a list names.

    Parameters
    ----------
    given : str, path or sequence of them
        A folder, of which every visible file counts; a pattern with ``*``, ``**`` or ``?``; or files.

    Raises
    ------
    InputError
        If there are none, or some are no images, or a folder holds others: these are named.
    """
    is_one = isinstance(given, str | os.PathLike)
    names = _named(os.fspath(given)) if isinstance(given, str | os.PathLike) else [os.fspath(one) for one in given]
    said = f"{os.fspath(given)!r}" if isinstance(given, str | os.PathLike) else "the list of images"
    if not names:
        raise InputError(f"{said} must hold images, but holds no file")
    strange = sorted(name for name in names if not name.lower().endswith(ENDINGS) or os.path.isdir(name))
    if strange:
        listed = ", ".join(f"the folder {name!r}" if os.path.isdir(name) else repr(name) for name in strange[:_SHOWN])
        more = f" and {len(strange) - _SHOWN} more" * (len(strange) > _SHOWN)
        advice = "; name a pattern such as '*.jpg', or '**/*.jpg' for what lies in folders" if is_one else ""
        raise InputError(f"{said} must hold nothing but images, but holds {listed}{more}{advice}")
    return ImageSet(tuple(sorted(names)))


def _named(where: str) -> list[str]:
    """What a folder or a pattern holds, and a file is."""
    try:
        if os.path.isdir(where):
            return [os.path.join(where, name) for name in os.listdir(where) if not name.startswith(".")]
        if os.path.lexists(where):
            return [where]
    except (OSError, ValueError) as error:
        raise InputError(f"{where!r} cannot be read: {reason_of(error)}") from error
    if glob.has_magic(where):
        return [name for name in glob.glob(where, recursive=True) if not os.path.isdir(name)]
    raise InputError(f"{where!r} must be a folder, a file or a pattern such as 'photos/*.jpg', but there is none")


def image_of(given: Any, form: Form, preprocessing: Preprocessing) -> Image:
    """An image ready for a network.

    Parameters
    ----------
    given : str, path or array
        A photo, a signal (``.wav``) or an array (``.npy``), channels first; one of a single channel needs none.
    form : Form
        Channels and spatial axes of the network's input.
    preprocessing : Preprocessing
        What is done to it. Only photos are scaled and cut; arrays and signals hold the numbers themselves.

    Raises
    ------
    UnfitError
        If it has another form.
    InputError
        If it cannot be read, holds NaN, or is to be scaled and is no photo.
    LimitError
        If it is a photo of more than 128 million pixels, before or after it is scaled.
    """
    is_file = isinstance(given, str | os.PathLike)
    name = os.fspath(given) if is_file else "the image"
    where = f"the image {name!r}" if is_file else name
    kind = _kind(name) if is_file else "array"
    if kind != "photo" and preprocessing.is_resize_asked:
        what = "an array" if kind == "array" else "a signal"
        raise InputError(f"{where} must be a photo to be scaled, but is {what}; leave out the size")
    if not is_file:
        found = _as_array(given, where)
    elif kind == "array":
        found = _as_array(_mapped(name, where), where)
    elif kind == "signal":
        found = _wave(name, where)
    else:
        found = _photo(name, where, form, preprocessing)
    pixels = _formed(found, form, where)
    return Image(name, pixels, preprocessing.numbers(pixels), preprocessing.told(kind))


def _formed(found: Array, form: Form, where: str) -> Array:
    """Numbers as channels and axes, in float32 and of our own."""
    pixels = found
    if form.axes is not None:
        if pixels.ndim == form.axes + 2 and len(pixels) == 1:
            pixels = pixels[0]
        if pixels.ndim == form.axes and form.channels == 1:
            pixels = pixels[None]
    fits = pixels.ndim > 1 if form.axes is None else (pixels.ndim, len(pixels)) == (form.axes + 1, form.channels)
    if not fits:
        raise UnfitError(f"{where} must have {form}, but has the shape {found.shape}")
    if not pixels.size:
        raise InputError(f"{where} must hold numbers, but is empty: it has the shape {found.shape}")
    with np.errstate(over="ignore"):
        # A file that is mapped into memory may change under whoever holds it.
        pixels = np.array(pixels, np.float32)
    if not np.isfinite(pixels).all():
        raise InputError(f"{where} must hold numbers, but holds NaN, infinity or what float32 cannot hold")
    return pixels


def _kind(name: str) -> str:
    """What a file holds, by its name: a photo, a signal or an array."""
    return {".npy": "array", ".wav": "signal"}.get(Path(name).suffix.lower(), "photo")


def _as_array(given: Any, where: str) -> Array:
    array = given.numpy(force=True) if hasattr(given, "detach") else np.asarray(given)
    if array.dtype.kind not in "buif":
        raise InputError(f"{where} must hold real numbers, but its type is {array.dtype}")
    return array


def _mapped(name: str, where: str) -> Array:
    """An array whose numbers are read when its shape has been looked at."""
    try:
        found: Array = np.lib.format.open_memmap(name, mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{where} must be an array (.npy), but cannot be read: {reason_of(error)}") from error
    return found


def _wave(name: str, where: str) -> Array:
    """A signal of 16 bits as numbers between -1 and 1, channels first."""
    try:
        with wave.open(name, "rb") as file:
            width, count, samples = file.getsampwidth(), file.getnchannels(), file.getnframes()
            data = file.readframes(samples)
    except (OSError, ValueError, wave.Error, EOFError) as error:
        raise InputError(f"{where} must be a signal (.wav), but cannot be read: {reason_of(error)}") from error
    if width != 2:
        raise InputError(f"{where} must have samples of 16 bits, but has {8 * width}; convert it")
    if len(data) != width * count * samples:
        raise InputError(f"{where} must be whole, but has {len(data):,} bytes of {width * count * samples:,}")
    return np.frombuffer(data, "<i2").reshape(-1, count).T.astype(np.float32) / 2**15


def _photo(name: str, where: str, form: Form, preprocessing: Preprocessing) -> Array:
    library = pillow()
    with opened(name) as image:
        mode = _mode(image, where, form)
        # Cameras store what they saw, and beside it how they were held.
        upright = library.ImageOps.exif_transpose(image).convert(mode)
        fitted = _fitted(upright, where, preprocessing, library.Image.Resampling)
        array = np.asarray(fitted, np.float32) / 255
    return array[None] if array.ndim == 2 else np.moveaxis(array, -1, 0)


def _mode(image: Any, where: str, form: Form) -> str:
    """How the pixels of a photo are taken: never with more or fewer numbers than it holds."""
    channels = form.channels or (1 if image.mode in _MODES[1] else 3)
    known = _MODES.get(channels)
    if known is None or form.axes not in {None, 2}:
        raise UnfitError(f"{where} cannot be a photo, because the network takes {form}; give an array (.npy)")
    wanted = f"{known[0]} ({counted(channels, 'channel')} of 8 bits)"
    if image.mode not in known:
        raise UnfitError(f"{where} must be {wanted}, but is {image.mode}; convert it")
    if "transparency" in image.info:
        raise InputError(f"{where} must be {wanted}, but has transparent pixels besides; convert it")
    # The second picture of a camera's JPEG is a smaller copy of the first.
    frames = getattr(image, "n_frames", 1) if image.format != "MPO" else 1
    if frames > 1:
        raise InputError(f"{where} must be one picture, but holds {frames}; save one of them alone")
    return known[0]


def _fitted(image: Any, where: str, preprocessing: Preprocessing, resampling: Any) -> Any:
    """Scaled, and the middle cut out, as torchvision and timm do."""
    if preprocessing.resize is not None:
        size = preprocessing.resize
        if isinstance(size, int):
            width, height = image.size
            short = min(width, height)
            size = (int(size * height / short), int(size * width / short))
        if math.prod(size) > MOST_WHOLE:
            raise LimitError(
                f"{where} must be scaled to at most {MOST_WHOLE:,} pixels, but {size[0]} × {size[1]} are asked for"
            )
        image = image.resize(size[::-1], resampling[preprocessing.resampling.upper()])
    if preprocessing.crop is not None:
        height, width = preprocessing.crop
        left, top = round((image.width - width) / 2), round((image.height - height) / 2)
        image = image.crop((left, top, left + width, top + height))
    return image
