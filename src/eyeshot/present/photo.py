"""A photo of the user's: bounded before anything is decoded, and fitted to a network's input."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from eyeshot.errors import InputError, LimitError
from eyeshot.present.scene.raster import pillow

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["FittedPhoto", "read_photo"]

MOST_BYTES = 64_000_000
MOST_PIXELS = 64_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
_MOST_SIDE = 1024


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
        If it has more than 64 million bytes or pixels; nothing is decoded then.
    """
    library = pillow()
    name = os.fspath(path)
    data = _bytes(name)
    try:
        with warnings.catch_warnings():
            # Pillow warns from 89 million pixels on; the limit below is lower and an error.
            warnings.simplefilter("ignore", library.Image.DecompressionBombWarning)
            image = library.Image.open(io.BytesIO(data), formats=_FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise LimitError(
                f"the image {name!r} must have at most {MOST_PIXELS:,} pixels, but has {image.width} × "
                f"{image.height}; make it smaller"
            )
        with image:
            fitted, note = _fitted(image.convert("RGB"), width, height)
    except library.Image.DecompressionBombError as error:
        raise LimitError(f"the image {name!r} has too many pixels; make it smaller ({error})") from error
    except (OSError, SyntaxError, ValueError) as error:
        known = ", ".join(_FORMATS)
        # Pillow says of bytes that it does not know only where in memory they lie.
        why = "" if isinstance(error, library.UnidentifiedImageError) else f": {error}"
        raise InputError(f"the image {name!r} must be an image ({known}), but cannot be decoded{why}") from error
    file = io.BytesIO()
    fitted.save(file, format="PNG")
    return FittedPhoto(file.getvalue(), note)


def _bytes(name: str) -> bytes:
    path = Path(name)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LimitError(f"the image {name!r} must have at most {MOST_BYTES:,} bytes, but has more")
        if not path.is_file():
            raise InputError(f"the image {name!r} must be a file")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(f"the image {name!r} cannot be read: {reason}") from error


def _fitted(image: Image, width: int, height: int) -> tuple[Image, str]:
    """The image with the form of the input, and what was done to it."""
    if image.size == (width, height):
        return image, ""
    library = pillow()
    shrink = min(1.0, _MOST_SIDE / max(width, height))
    target = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    note = (
        f"The photo of {image.width}×{image.height} pixels was cut to the input's form and scaled to {width}×{height}."
    )
    from PIL import ImageOps

    return ImageOps.fit(image, target, library.Image.Resampling.BICUBIC), note
