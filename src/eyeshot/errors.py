"""Everything that eyeshot raises on purpose.

::

    EyeshotError
    ├── InputError          what a person or a file said does not make sense
    │   ├── ModelReferenceError a model, layer or file that does not exist
    │   ├── LayerListError  a layer list: file, line or layer is named
    │   └── FeatureError    a feature, pixel or layer outside its map
    ├── GraphError          a graph breaks its own rules; the node is named
    │   └── ShapeError      shapes that an op cannot take
    ├── LimitError          an answer would need more memory or time than eyeshot takes
    └── RunError            a long run broke off; the message says where, and what is done stays done

Each message is one line: where, what must hold, what was found, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "EyeshotError",
    "FeatureError",
    "GraphError",
    "InputError",
    "LayerListError",
    "LimitError",
    "ModelReferenceError",
    "RunError",
    "ShapeError",
    "nearest",
]


class EyeshotError(Exception):
    """Root of all errors that eyeshot raises on purpose."""


class InputError(EyeshotError, ValueError):
    """What a person or a file said does not make sense."""


class ModelReferenceError(InputError):
    """A model, layer or file that does not exist."""


class LayerListError(InputError):
    """A layer list that cannot be read; the message names file, line or layer."""


class FeatureError(InputError, IndexError):
    """A feature, pixel or layer outside its map."""


class GraphError(EyeshotError, ValueError):
    """A graph that breaks its own rules; the message names the node."""


class ShapeError(GraphError):
    """Shapes that an op cannot take."""


class LimitError(EyeshotError):
    """An answer that would need more memory or time than eyeshot takes."""


class RunError(EyeshotError):
    """A long run that broke off; the message says where, and what is done stays done."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean `x`?"`` for the known word most like `word`, or an empty string.

    Parameters
    ----------
    word : str
        What was found.
    known : iterable of str
        What would have been understood.

    Returns
    -------
    str
        Text to append to an error message.
    """
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f"; did you mean `{found[0]}`?" if found else ""
