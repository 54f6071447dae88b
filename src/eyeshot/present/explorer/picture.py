"""A photo below the fields: cut to the form of the input, as an address that holds the picture itself."""

from __future__ import annotations

import base64
import io
import math
import os

from eyeshot.analyses.results import InputInfo
from eyeshot.errors import InputError
from eyeshot.present.photo import read_photo
from eyeshot.present.scene.raster import pillow

__all__ = ["picture_address"]

_LEAST_SIDE = 448
_QUALITY = 86


def picture_address(path: str | os.PathLike[str], info: InputInfo) -> str:
    """A photo as a ``data:`` address with a JPEG in it.

    Parameters
    ----------
    path : str or path
        A file as for `eyeshot.present.photo.read_photo`, with the same limits and errors.
    info : InputInfo
        The input whose form it gets; a small input's photo is kept large enough to be seen.
    """
    if len(info.axes) < 2:
        raise InputError(
            f"a photo needs an input with two spatial axes, but `{info.name}` has {len(info.axes)}; leave it out"
        )
    height, width = info.extents[-2:]
    times = math.ceil(_LEAST_SIDE / max(height, width))
    fitted = read_photo(path, width * times, height * times)
    file = io.BytesIO()
    with pillow().Image.open(io.BytesIO(fitted.png)) as image:
        image.convert("RGB").save(file, format="JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
