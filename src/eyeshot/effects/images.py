"""Images for a network: single ones and sets of them, read one at a time."""

from __future__ import annotations

import glob
import os
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.counted import counted
from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.errors import InputError, LimitError

__all__ = ["ENDINGS", "Image", "ImageSet", "image_of", "images_of"]

Array = npt.NDArray[Any]

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".npy", ".wav")
"""What the name of a file ends with that holds an image, a signal or a volume."""
MOST_PIXELS = 128_000_000
_MODES = {1: ("L",), 3: ("RGB", "P")}
_SHOWN = 3


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

    def read(self, channels: int, axes: int, preprocessing: Preprocessing) -> Iterator[Image]:
        """Each image, read when it is asked for."""
        return (image_of(name, channels, axes, preprocessing) for name in self.files)


def images_of(given: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> ImageSet:
    """The files that a folder, a pattern or a list names.

    Parameters
    ----------
    given : str, path or sequence of them
        A folder, of which every visible file counts; a pattern with ``*``, ``**`` or ``?``; or files.

    Raises
    ------
    InputError
        If there are none, or some are no images: these are named.
    """
    if isinstance(given, str | os.PathLike):
        where = os.fspath(given)
        if os.path.isdir(where):
            names = [os.path.join(where, name) for name in os.listdir(where) if not name.startswith(".")]
            names = [name for name in names if not os.path.isdir(name)]
        elif any(mark in where for mark in "*?["):
            names = [name for name in glob.glob(where, recursive=True) if not os.path.isdir(name)]
        else:
            names = [where]
        said = f"{where!r}"
    else:
        names, said = [os.fspath(one) for one in given], "the list of images"
    if not names:
        raise InputError(f"{said} must hold images, but holds no file")
    strange = sorted(name for name in names if not name.lower().endswith(ENDINGS))
    if strange:
        listed = ", ".join(map(repr, strange[:_SHOWN])) + (
            f" and {len(strange) - _SHOWN} more" * (len(strange) > _SHOWN)
        )
        raise InputError(f"{said} must hold nothing but images, but holds {listed}; name a pattern such as '*.jpg'")
    return ImageSet(tuple(sorted(names)))


def image_of(given: Any, channels: int, axes: int, preprocessing: Preprocessing) -> Image:
    """An image ready for a network.

    Parameters
    ----------
    given : str, path or array
        A photo, a signal (``.wav``) or an array (``.npy``), channels first; one of a single channel needs none.
    channels, axes : int
        Channels and spatial axes of the network's input.
    preprocessing : Preprocessing
        What is done to it. Only photos are scaled and cut; arrays and signals hold the numbers themselves.

    Raises
    ------
    InputError
        If it cannot be read, has other channels, holds NaN, or is to be scaled and is no photo.
    """
    is_file = isinstance(given, str | os.PathLike)
    name = os.fspath(given) if is_file else "the image"
    where = f"the image {name!r}" if is_file else name
    kind = _kind(name) if is_file else "array"
    if kind != "photo" and preprocessing.is_resize_asked:
        what = "an array" if kind == "array" else "a signal"
        raise InputError(f"{where} must be a photo to be scaled, but is {what}; leave out the size")
    if not is_file:
        pixels = _as_array(given, where)
    elif kind == "array":
        pixels = _as_array(_loaded(name, where), where)
    elif kind == "signal":
        pixels = _wave(name, where)
    else:
        pixels = _photo(name, where, channels, preprocessing)
    if pixels.ndim == axes + 2 and len(pixels) == 1:
        pixels = pixels[0]
    if pixels.ndim == axes:
        pixels = pixels[None]
    if pixels.ndim != axes + 1 or len(pixels) != channels:
        want = f"{counted(channels, 'channel')} and {counted(axes, 'axis', 'axes')}"
        raise InputError(f"{where} must have {want}, but has the shape {pixels.shape}")
    if not np.isfinite(pixels).all():
        raise InputError(f"{where} must hold numbers, but holds NaN or infinity")
    pixels = pixels.astype(np.float32, copy=False)
    return Image(name, pixels, preprocessing.numbers(pixels), preprocessing.told(kind))


def _kind(name: str) -> str:
    """What a file holds, by its name: a photo, a signal or an array."""
    return {".npy": "array", ".wav": "signal"}.get(Path(name).suffix.lower(), "photo")


def _as_array(given: Any, where: str) -> Array:
    array = given.numpy(force=True) if hasattr(given, "detach") else np.asarray(given)
    if array.dtype.kind not in "buif":
        raise InputError(f"{where} must hold real numbers, but its type is {array.dtype}")
    return array


def _loaded(name: str, where: str) -> Array:
    try:
        found: Array = np.load(name, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{where} cannot be read: {_said(error)}") from error
    return found


def _wave(name: str, where: str) -> Array:
    """A signal of 16 bits as numbers between -1 and 1, channels first."""
    try:
        with wave.open(name, "rb") as file:
            width, count = file.getsampwidth(), file.getnchannels()
            data = file.readframes(file.getnframes())
    except (OSError, wave.Error, EOFError) as error:
        raise InputError(f"{where} cannot be read: {_said(error)}") from error
    if width != 2:
        raise InputError(f"{where} must have samples of 16 bits, but has {8 * width}; convert it")
    return np.frombuffer(data, "<i2").reshape(-1, count).T.astype(np.float32) / 2**15


def _photo(name: str, where: str, channels: int, preprocessing: Preprocessing) -> Array:
    try:
        import PIL.Image
        import PIL.ImageOps
    except ImportError as error:
        raise InputError("photos need Pillow, which is not installed; run: pip install 'eyeshot[draw]'") from error
    try:
        with PIL.Image.open(Path(name)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise LimitError(
                    f"{where} must have at most {MOST_PIXELS:,} pixels, but has {image.width} × {image.height}; make "
                    "it smaller"
                )
            known = _MODES.get(channels)
            if known is None:
                raise InputError(
                    f"{where} cannot be a photo, because the network takes {counted(channels, 'channel')}; give an "
                    "array (.npy)"
                )
            if image.mode not in known:
                raise InputError(
                    f"{where} must be {known[0]} ({counted(channels, 'channel')} of 8 bits), but is "
                    f"{image.mode}; convert it"
                )
            # Cameras store what they saw, and beside it how they were held.
            upright = PIL.ImageOps.exif_transpose(image).convert(known[0])
            fitted = _fitted(upright, preprocessing, PIL.Image.Resampling)
            array = np.asarray(fitted, np.float32) / 255
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, InputError | LimitError):
            raise
        raise InputError(f"{where} cannot be read: {_said(error)}") from error
    return array[None] if array.ndim == 2 else np.moveaxis(array, -1, 0)


def _fitted(image: Any, preprocessing: Preprocessing, resampling: Any) -> Any:
    """Scaled, and the middle cut out, as torchvision and timm do."""
    if preprocessing.resize is not None:
        size = preprocessing.resize
        if isinstance(size, int):
            width, height = image.size
            short = min(width, height)
            size = (int(size * height / short), int(size * width / short))
        image = image.resize(size[::-1], resampling[preprocessing.resampling.upper()])
    if preprocessing.crop is not None:
        height, width = preprocessing.crop
        left, top = round((image.width - width) / 2), round((image.height - height) / 2)
        image = image.crop((left, top, left + width, top + height))
    return image


def _said(error: BaseException) -> str:
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return said.splitlines()[0]
