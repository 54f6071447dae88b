"""Pictures as users hold them: shown in notebooks, drawn onto axes, saved in the format that a file's name asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eyeshot.errors import InputError, nearest
from eyeshot.present.files import write_folder, write_whole
from eyeshot.present.scene.palette import Theme
from eyeshot.present.scene.scene import Scene
from eyeshot.present.scene.svg import svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Animation", "Picture"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A still picture.

    Parameters
    ----------
    scene : Scene
        Its shapes and texts.
    theme : Theme
        Its colours.

    Examples
    --------
    >>> import eyeshot
    >>> picture = eyeshot.analyze("conv k3 s2 p1 | conv k3 s2 p1", input_shape=5).draw("fixed")
    >>> picture.to_svg().startswith("<svg")
    True
    """

    scene: Scene
    theme: Theme

    def to_svg(self) -> str:
        """The picture as SVG."""
        return svg(self.scene, self.theme)

    def to_pdf(self) -> bytes:
        """The picture as a PDF file; needs ``pip install 'eyeshot[draw]'``."""
        from eyeshot.present.scene.figure import pdf

        return pdf(self.scene, self.theme)

    def to_png(self) -> bytes:
        """The picture as a PNG file; needs ``pip install 'eyeshot[draw]'``."""
        from eyeshot.present.scene.figure import png

        return png(self.scene, self.theme)

    def onto(self, ax: Axes) -> None:
        """Draw the picture onto matplotlib axes."""
        from eyeshot.present.scene.figure import draw_on

        draw_on(self.scene, ax, self.theme)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file, whole or not at all.

        Parameters
        ----------
        path : str or path
            Its name ends in ``.svg``, ``.pdf`` or ``.png``.

        Raises
        ------
        InputError
            If the format is unknown, if a library for it is missing, or if the file cannot be written.
        """
        name = os.fspath(path)
        makers: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.to_svg().encode(),
            ".pdf": self.to_pdf,
            ".png": self.to_png,
        }
        _write(name, makers[_suffix(name, tuple(makers), "a picture")]())

    def _repr_svg_(self) -> str:
        return self.to_svg()


@dataclass(frozen=True, slots=True)
class Animation:
    """A moving picture.

    Parameters
    ----------
    scenes : tuple of Scene
        Its frames, all of one size.
    theme : Theme
        Their colours.

    Examples
    --------
    >>> import eyeshot
    >>> animation = eyeshot.analyze("conv k3 s2 p1", input_shape=5)["conv1"].animate()
    >>> len(animation.scenes)
    9
    """

    scenes: tuple[Scene, ...]
    theme: Theme

    def strip(self) -> Picture:
        """Frames beside each other, as on paper."""
        from eyeshot.present.scene.moving import strip

        return Picture(strip(self.scenes), self.theme)

    def to_gif(self) -> bytes:
        """The animation as a GIF file; needs ``pip install 'eyeshot[draw]'``."""
        from eyeshot.present.scene.moving import gif

        return gif(self.scenes, self.theme)

    def to_webp(self) -> bytes:
        """The animation as a WebP file; needs ``pip install 'eyeshot[draw]'``."""
        from eyeshot.present.scene.moving import webp

        return webp(self.scenes, self.theme)

    def save(self, path: str | os.PathLike[str], *, frames: str = "svg") -> None:
        """Write a file or a folder, whole or not at all.

        Parameters
        ----------
        path : str or path
            A name that ends in ``.gif`` or ``.webp`` for a moving picture, in ``.svg``, ``.pdf`` or ``.png`` for a
            strip of frames on one page, in ``/`` for a new folder of numbered frames.
        frames : {"svg", "png"}
            Format of numbered frames.

        Raises
        ------
        InputError
            If the format is unknown, if a library for it is missing, or if the file cannot be written.
        """
        name = os.fspath(path)
        if frames not in {"svg", "png"}:
            raise InputError(f"numbered frames must be svg or png; found {frames!r}{nearest(frames, ('svg', 'png'))}")
        if name.endswith(("/", os.sep)):
            from eyeshot.present.scene.moving import numbered

            _write(name, dict(numbered(self.scenes, self.theme, frames)))
            return
        makers: dict[str, Callable[[], bytes]] = {
            ".gif": self.to_gif,
            ".webp": self.to_webp,
            ".png": lambda: self.strip().to_png(),
            ".svg": lambda: self.strip().to_svg().encode(),
            ".pdf": lambda: self.strip().to_pdf(),
        }
        _write(name, makers[_suffix(name, tuple(makers), "an animation")]())

    def _repr_png_(self) -> bytes:
        return self.strip().to_png()


def _suffix(name: str, known: tuple[str, ...], what: str) -> str:
    suffix = Path(name).suffix.lower()
    if suffix not in known or name.endswith(("/", os.sep)):
        folder = ", or in / for a folder of frames" if what == "an animation" else ""
        raise InputError(f"the file of {what} must end in {', '.join(known)}{folder}; found {name!r}")
    return suffix


def _write(name: str, data: bytes | dict[str, bytes]) -> None:
    try:
        if isinstance(data, bytes):
            write_whole(name, data)
        else:
            write_folder(name, data)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(f"{name!r} cannot be written: {reason}") from error
