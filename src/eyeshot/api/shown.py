"""Results that draw and save themselves."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from eyeshot.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from eyeshot.present.picture import Picture
    from eyeshot.present.scene.scene import Scene

__all__ = ["Shown", "as_shown", "check_output"]

Kind = TypeVar("Kind")

_PICTURES = (".svg", ".pdf", ".png")


def check_output(name: str) -> None:
    """Refuse a file that cannot be written; to be asked before any work.

    Raises
    ------
    InputError
        If its ending is unknown, or it lies in no folder.
    """
    if not name.lower().endswith((".npz", *_PICTURES)):
        raise InputError(f"the file {name!r} must end in .npz, {', '.join(_PICTURES)}")
    if not os.path.isdir(os.path.dirname(name) or "."):
        raise InputError(f"the file {name!r} must lie in a folder that exists")


class Shown:
    """What every view of a network can do: be drawn, be saved, become a table."""

    def _scene(self, **named: Any) -> Scene:
        raise NotImplementedError

    def _arrays(self) -> Mapping[str, Any]:
        """Its numbers by name."""
        raise NotImplementedError

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        """One line for each thing in it."""
        raise NotImplementedError

    def draw(self, *, theme: str = "light", **named: Any) -> Picture:
        """Draw it.

        Parameters
        ----------
        theme : {"light", "dark"}
            Colours.
        **named
            What this kind of picture can be told besides.
        """
        from eyeshot.present.picture import Picture
        from eyeshot.present.scene.palette import theme_named

        return Picture(self._scene(**named), theme_named(theme))

    def save(self, path: str | os.PathLike[str], *, theme: str = "light", **named: Any) -> None:
        """Write it into a file, whole or not at all: numbers as ``.npz``, else a picture.

        Parameters
        ----------
        path : str or path
            Its name ends in ``.npz``, ``.svg``, ``.pdf`` or ``.png``.
        theme, **named
            As for `draw`.

        Raises
        ------
        InputError
            If the format is unknown, or the file cannot be written.
        """
        name = os.fspath(path)
        check_output(name)
        if not name.lower().endswith(".npz"):
            self.draw(theme=theme, **named).save(path)
            return
        import numpy as np

        from eyeshot.present.files import write_whole

        file = io.BytesIO()
        arrays: dict[str, Any] = {key: np.asarray(value) for key, value in self._arrays().items()}
        np.savez_compressed(file, **arrays)
        try:
            write_whole(name, file.getvalue())
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise InputError(f"{name!r} cannot be written: {reason}") from error

    def to_frame(self) -> pd.DataFrame:
        """A pandas data frame; needs ``pip install 'eyeshot[frame]'``."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError("`to_frame` needs pandas; install it with `pip install eyeshot[frame]`") from error
        return pandas.DataFrame([dict(row) for row in self._rows()]).convert_dtypes()

    def _repr_svg_(self) -> str:
        return self.draw().to_svg()


def as_shown(kind: type[Kind], found: Any) -> Kind:
    """A result as the public class of its kind."""
    return kind(**{one.name: getattr(found, one.name) for one in fields(found)})
