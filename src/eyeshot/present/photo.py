"""A photo of the user's, fitted to a network's input."""

from __future__ import annotations

import io
import math
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eyeshot.effects.photos import opened, pillow

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

__all__ = ["FittedPhoto", "read_photo"]

_MOST_SIDE = 1024
_LARGE = 16_000_000
"""Pixels from which an image is made smaller before it is scaled; less than that needs no such care."""


@dataclass(frozen=True, slots=True)
class FittedPhoto:
    """An image that has the form of a network's input.

    Parameters
    ----------
    png : bytes
        The image as a PNG file.
    note : str
        What was done to it, as a sentence; empty if nothing.
    """

    png: bytes = field(repr=False)
    note: str


def read_photo(path: str | os.PathLike[str], width: int, height: int) -> FittedPhoto:
    """Read an image and fit it to an input.

    Its middle is cut out in the form of the input and scaled to its size, as usual before a network; an image that
    has the input's size stays as it is.

    Parameters
    ----------
    path : str or path
        A file in a format that Pillow knows: JPEG, PNG, WebP, BMP, GIF, TIFF or PPM.
    width, height : int
        Size of the input in pixels.

    Raises
    ------
    InputError
        If it cannot be read, or is no image.
    LimitError
        If it has more than 256 million bytes, or more than 128 million pixels (a JPEG: 400 million); nothing is
        decoded then.
    """
    with opened(os.fspath(path), is_shrunk=True) as image:
        fitted, note = _fitted(image, width, height)
    file = io.BytesIO()
    fitted.save(file, format="PNG")
    return FittedPhoto(file.getvalue(), note)


def _fitted(image: ImageFile, width: int, height: int) -> tuple[Image, str]:
    """The image, upright, with the form of the input, and what was done to it."""
    from PIL import ExifTags, ImageOps

    # Cameras store what they saw, and beside it how they were held; four of the eight ways lie on a side.
    lies = image.getexif().get(ExifTags.Base.Orientation, 1) in {5, 6, 7, 8}
    size = image.size[::-1] if lies else image.size
    if size == (width, height):
        return ImageOps.exif_transpose(image.convert("RGB")), ""
    shrink = min(1.0, _MOST_SIDE / max(width, height))
    target = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    note = f"The photo of {size[0]}×{size[1]} pixels was cut to the input's form and scaled to {width}×{height}."
    is_large = size[0] * size[1] > _LARGE
    smaller = _smaller(image, target[::-1] if lies else target) if is_large else image.convert("RGB")
    return ImageOps.fit(ImageOps.exif_transpose(smaller), target, pillow().Image.Resampling.BICUBIC), note


def _smaller(image: ImageFile, target: tuple[int, int]) -> Image:
    """A large image at no less than twice the size at which its middle is wanted; a JPEG is decoded at that size."""
    times = min(n / (2 * wanted) for n, wanted in zip(image.size, target, strict=True))
    image.draft("RGB", (math.ceil(image.width / max(times, 1)), math.ceil(image.height / max(times, 1))))
    plain = image if image.mode in {"RGB", "L"} else image.convert("RGB")
    factor = math.floor(min(n / (2 * wanted) for n, wanted in zip(plain.size, target, strict=True)))
    return (plain.reduce(factor) if factor > 1 else plain).convert("RGB")
