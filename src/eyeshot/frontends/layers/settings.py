"""What stands at the top of a layer list besides its layers, checked: name, input, axes, padding rule, outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from eyeshot.errors import InputError, nearest
from eyeshot.frontends.layers.document import BadValueError, Document
from eyeshot.frontends.layers.input_shape import axis_letters, input_sizes
from eyeshot.frontends.layers.padding import RULES
from eyeshot.frontends.layers.values import check_int, choice
from eyeshot.frontends.layers.wording import shown

__all__ = ["Settings", "settings_of"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a network.

    Parameters
    ----------
    name : str
        The network's name.
    input : tuple of int or None
        Sizes of its input, as they are written.
    axes : str or None
        Letters of its spatial axes.
    dims : int or None
        Number of its spatial axes, if `dims` or `axes` say it.
    padding : str
        The rule for layers that have none of their own.
    outputs : tuple of str
        Names of the layers that it returns; none for its last.
    """

    name: str
    input: tuple[int, ...] | None
    axes: str | None
    dims: int | None
    padding: str
    outputs: tuple[str, ...]

    @property
    def input_dims(self) -> int | None:
        """Number of spatial axes by the input alone: channels, then one size for each; None for a single size."""
        return None if self.input is None or len(self.input) == 1 else len(self.input) - 1


def settings_of(document: Document, padding: str | None) -> Settings:
    """The settings of a document; a caller's padding rule comes before its own.

    Raises
    ------
    LayerListError
        If one of them makes no sense.
    """
    if padding is not None and padding not in RULES:
        hint = nearest(str(padding)[:60], RULES)
        raise InputError(f"padding must be one of {', '.join(RULES)}, but is {shown(padding)}{hint}")
    read = _Reader(document)
    axes = read("axes", axis_letters)
    dims = read("dims", _dims)
    if axes and dims and len(axes) != dims:
        raise document.place().error(f"axes must be as many as `dims`, {dims}, but are {axes.lower()!r}", "axes")
    found = Settings(
        read("name", _name) or document.name,
        read("input", input_sizes),
        axes,
        dims or (len(axes) if axes else None),
        padding or read("padding", lambda value: choice("padding", value, RULES)) or "declared",
        read("outputs", _outputs) or (),
    )
    if not found.dims and (found.input_dims or 1) > 3:
        raise document.place().error(
            f"input must be channels and 1 to 3 spatial sizes, but is {list(found.input or ())}; "
            "with batch and channels, give `dims` too",
            "input",
        )
    return found


class _Reader:
    """Reads settings one by one, with the place in every complaint."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._settings: Mapping[str, Any] = document.settings

    def __call__(self, key: str, check: Callable[[Any], _T]) -> _T | None:
        value = self._settings.get(key)
        if value is None:
            return None
        try:
            return check(value)
        except InputError as error:
            raise self._document.place().error(error, key) from None


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value or not value.isprintable() or len(value) > 200:
        raise BadValueError(f"name must be text of 1 to 200 characters on one line, but is {shown(value)}")
    return value


def _dims(value: Any) -> int:
    return check_int("dims", value, at_most=3)


def _outputs(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value or not all(isinstance(name, str) for name in value):
        raise BadValueError(f"outputs must be a list of names, but is {shown(value)}")
    return tuple(value)
