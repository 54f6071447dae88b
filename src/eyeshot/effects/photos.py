"""Photos of the user's: bounded before anything is decoded; whatever is wrong with a file is one sentence."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eyeshot.errors import EyeshotError, InputError, LimitError

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

__all__ = ["FORMATS", "MOST_BYTES", "MOST_SHRUNK", "MOST_WHOLE", "opened", "pillow", "reason_of"]

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
MOST_BYTES = 256_000_000
MOST_WHOLE = 128_000_000
"""Pixels of a photo that is decoded as a whole."""
MOST_SHRUNK = 400_000_000
"""Pixels of a JPEG of which less is wanted: it can be decoded at an eighth of its size."""

_opening = threading.Lock()


def pillow() -> Any:
    """The library that decodes photos, or an error that says how to get it."""
    try:
        import PIL.Image
        import PIL.ImageOps
    except ImportError as error:
        raise InputError("photos need Pillow, which is not installed; run: pip install 'eyeshot[draw]'") from error
    return PIL


@contextmanager
def opened(name: str, *, is_shrunk: bool = False) -> Iterator[ImageFile]:
    """Open a photo, of which only the header is read; what it is decoded to within the context is the caller's.

    Parameters
    ----------
    name : str
        A file in a format that Pillow knows: JPEG, PNG, WebP, BMP, GIF, TIFF or PPM.
    is_shrunk : bool
        Whether the caller decodes a large JPEG at a part of its size.

    Raises
    ------
    InputError
        If it cannot be read, or decoded, be it only within the context.
    LimitError
        If it has more than 256 million bytes, or more than 128 million pixels (a JPEG that is decoded at a part of its
        size: 400 million).
    """
    library, where = pillow(), f"the image {name!r}"
    data = _bytes(name, where)
    try:
        with _header(data) as image:
            most = MOST_SHRUNK if is_shrunk and image.format == "JPEG" else MOST_WHOLE
            if image.width * image.height > most:
                raise LimitError(
                    f"{where} must have at most {most:,} pixels, but has {image.width} × {image.height}; make it "
                    "smaller"
                )
            yield image
    except EyeshotError:
        raise
    except library.Image.DecompressionBombError as error:
        raise LimitError(
            f"{where} must have at most {MOST_SHRUNK:,} pixels, but has far more; make it smaller"
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        # Pillow says of bytes that it does not know only where in memory they lie.
        why = "" if isinstance(error, library.UnidentifiedImageError) else f": {reason_of(error)}"
        raise InputError(f"{where} must be an image ({', '.join(FORMATS)}), but cannot be decoded{why}") from error


def _bytes(name: str, where: str) -> bytes:
    path = Path(name)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{where} must be a file")
        if size > MOST_BYTES:
            raise LimitError(f"{where} must have at most {MOST_BYTES:,} bytes, but has more; make it smaller")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where} cannot be read: {reason_of(error)}") from error


def _header(data: bytes) -> ImageFile:
    """An image of which only the header was read."""
    library = pillow()
    # Pillow refuses more than twice a limit of the whole process, and warns of more than that limit; ours is another.
    with _opening, warnings.catch_warnings():
        warnings.simplefilter("ignore", library.Image.DecompressionBombWarning)
        before, library.Image.MAX_IMAGE_PIXELS = library.Image.MAX_IMAGE_PIXELS, MOST_SHRUNK
        try:
            found: ImageFile = library.Image.open(io.BytesIO(data), formats=FORMATS)
        finally:
            library.Image.MAX_IMAGE_PIXELS = before
    return found


def reason_of(error: BaseException) -> str:
    """Why something cannot be read, in the words of whoever refuses it, on one line."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error)
    if not said:
        said = "it ends too early" if isinstance(error, EOFError) else type(error).__name__
    return said.splitlines()[0]
