"""From words of the command line to fields, features and pixels."""

from __future__ import annotations

from collections.abc import Sequence

from eyeshot.api import Field, Fields, analyze
from eyeshot.cli.arguments import input_sizes, named_arguments
from eyeshot.cli.options import ModelOptions
from eyeshot.errors import FeatureError

__all__ = ["field_of", "fields_of", "index_of", "layer_of"]

_WORDS = {"first": 0, "last": -1}


def fields_of(model: str, how: ModelOptions) -> Fields:
    """Analyse a model named on the command line."""
    return analyze(
        model,
        input_shape=input_sizes(how.inputs),
        axes=how.axes,
        padding=how.padding,
        strict=how.strict,
        arguments=named_arguments(how.arguments),
        call=named_arguments(how.call, "--call"),
    )


def field_of(fields: Fields, layer: str) -> Field:
    """The layer of that name, or at that place in the table; negative numbers count from the end."""
    return fields[layer_of(fields, layer)]


def layer_of(fields: Fields, layer: str) -> str | int:
    """A layer's name, or its place in the table."""
    name = layer.strip()
    return int(name) if name not in fields and _is_number(name) else name


def index_of(text: str, extents: Sequence[tuple[str, int]], where: str) -> tuple[int, ...]:
    """An index written as ``5,7`` or with the words ``center``, ``first``, ``last``.

    Parameters
    ----------
    text : str
        A number or word for each axis with commas between them; a single word stands for all axes.
    extents : sequence of (str, int)
        Name and length of each axis.
    where : str
        What is indexed, for the message of an error.

    Returns
    -------
    tuple of int
        One number for each axis; those that count from the end are made to count from the start.

    Raises
    ------
    FeatureError
        If a part is neither, or if there are too many or too few.

    Examples
    --------
    >>> index_of("center", [("y", 13), ("x", 13)], "`conv5`")
    (6, 6)
    """
    parts = [part.strip().lower() for part in text.split(",")]
    if len(parts) == 1 and not _is_number(parts[0]):
        parts *= len(extents)
    for part in parts:
        if not _is_number(part) and part not in {"center", "centre", *_WORDS}:
            raise FeatureError(
                f"an index must hold numbers, `center`, `first` or `last` with commas between them, "
                f"as in `5,7`; found {part!r}"
            )
    if len(parts) != len(extents):
        axes = ", ".join(axis for axis, _ in extents) or "none"
        raise FeatureError(f"{where} takes a number for each of its axes ({axes}); found {text.strip()!r}")
    return tuple(_position(part, n) for part, (_, n) in zip(parts, extents, strict=True))


def _is_number(part: str) -> bool:
    digits = part[1:] if part[:1] in {"-", "+"} else part
    return digits.isascii() and digits.isdigit() and len(digits) < 20


def _position(part: str, n: int) -> int:
    index = int(part) if _is_number(part) else _WORDS.get(part, n // 2)
    return index + n if -n <= index < 0 else index
