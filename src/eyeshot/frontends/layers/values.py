"""Checked values: what people write for a kernel, a padding or a scale becomes integers, or a clear sentence."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, SupportsIndex

from eyeshot.errors import nearest
from eyeshot.frontends.layers.document import BadValueError
from eyeshot.frontends.layers.wording import cited, listed, shown

__all__ = ["MAX_NUMBER", "Options", "Pair", "check_int", "choice"]

MAX_NUMBER = 1_000_000_000
"""Largest number that any key takes."""
_MAX_TERMS = 1_000_000
_MAX_DIGITS = 30

Pair = tuple[int, int]
"""Amounts before and after, along one axis."""


def check_int(
    key: str, value: object, *, at_least: int = 1, at_most: int = MAX_NUMBER, what: str = "an integer"
) -> int:
    """An integer within bounds; booleans and floats are none."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise BadValueError(f"{key} must be {what}, but is {shown(value)}", key)
    number = operator.index(value)
    if number < at_least:
        raise BadValueError(f"{key} must be at least {at_least:,}, but is {shown(value)}", key)
    if number > at_most:
        raise BadValueError(f"{key} must be at most {at_most:,}, but is {shown(value)}", key)
    return number


def choice(key: str, value: object, known: Collection[str]) -> str:
    """One of some words."""
    if isinstance(value, str) and value in known:
        return value
    hint = nearest(value[:100], known) if isinstance(value, str) else ""
    raise BadValueError(f"{key} must be one of {listed(known)}, but is {shown(value)}{hint}", key)


class Options:
    """What a layer says besides its kind, read with the checks that each key needs.

    Parameters
    ----------
    kind : str
        The layer's kind, for messages.
    values : mapping
        Values as they were written.
    axes : sequence of str
        Names of the spatial axes; a value given per axis must have as many parts.
    """

    def __init__(self, kind: str, values: Mapping[str, Any], axes: Sequence[str]) -> None:
        self.kind = kind
        self.axes = tuple(axes)
        self._values = values

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def raw(self, key: str) -> Any:
        """A value as it was written; None if it was not."""
        return self._values.get(key)

    def required(self, key: str) -> Any:
        """A value as it was written."""
        value = self._values.get(key)
        if value is None:
            raise BadValueError(f"{cited(self.kind)} must have {cited(key)}, but has none")
        return value

    def number(self, key: str, default: int | None = None, *, at_least: int = 1, at_most: int = MAX_NUMBER) -> int:
        """One integer; required if there is no default."""
        if default is not None and key not in self:
            return default
        return check_int(key, self.required(key), at_least=at_least, at_most=at_most)

    def per_axis(
        self, key: str, default: Sequence[int] | None = None, *, at_least: int = 1, at_most: int = MAX_NUMBER
    ) -> tuple[int, ...]:
        """One integer per axis, written as such or as one integer for all; required if there is no default."""
        if default is not None and key not in self:
            return tuple(default)
        what = "an integer or one per axis"
        return tuple(
            check_int(key, value, at_least=at_least, at_most=at_most, what=what)
            for value in self.spread(key, self.required(key))
        )

    def spread(self, key: str, value: object) -> list[Any]:
        """A value for each axis: a list with one for each, or the same for all."""
        if not isinstance(value, list | tuple):
            return [value] * len(self.axes)
        if len(value) != len(self.axes):
            count = "one value" if len(self.axes) == 1 else f"one value for each of {len(self.axes)} axes"
            raise BadValueError(f"{key} must have {count} ({', '.join(self.axes)}), but is {shown(list(value))}", key)
        return list(value)

    def amounts(self, key: str) -> tuple[Pair, ...]:
        """Amounts before and after: ``2``, per axis ``[1, 2]`` or ``[[1, 2], [0, 3]]``, ``[[1, 2]]`` for every axis."""
        value = self.required(key)
        if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], list | tuple):
            value = list(value) * len(self.axes)
        return tuple(_pair(key, entry) for entry in self.spread(key, value))

    def flag(self, key: str) -> bool:
        """True or false; false if it is not given."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise BadValueError(f"{key} must be true or false, but is {shown(value)}", key)
        return value

    def word(self, key: str, known: Collection[str], default: str) -> str:
        """One of some words."""
        return choice(key, self._values[key], known) if key in self else default

    def scales(self, key: str) -> tuple[Fraction, ...]:
        """A positive fraction per axis: ``2``, ``1.5``, ``"3/2"``, ``[2, "3/2"]``."""
        return tuple(_fraction(key, value) for value in self.spread(key, self.required(key)))


def _pair(key: str, value: object) -> Pair:
    if not isinstance(value, list | tuple):
        number = check_int(key, value, at_least=0, what="integers (one, one per axis, or [before, after] per axis)")
        return (number, number)
    if len(value) != 2:
        raise BadValueError(
            f"{key} along an axis must be one integer or [before, after], but is {shown(list(value))}", key
        )
    before, after = (check_int(key, part, at_least=0) for part in value)
    return (before, after)


def _fraction(key: str, value: object) -> Fraction:
    text = str(value) if isinstance(value, float) else value
    found = None
    if isinstance(text, str) and len(text) <= _MAX_DIGITS and "_" not in text:
        # Exponents are refused: "1e999999999" would become a number of a billion digits.
        found = _parsed(text) if "e" not in text.lower() else None
    elif isinstance(text, SupportsIndex) and not isinstance(text, bool):
        found = Fraction(operator.index(text))
    if found is None or found <= 0:
        raise BadValueError(f"{key} must be a positive number or fraction such as '3/2', but is {shown(value)}", key)
    if max(found.numerator, found.denominator) > _MAX_TERMS:
        raise BadValueError(f"{key} must be a fraction of numbers up to {_MAX_TERMS:,}, but is {shown(value)}", key)
    return found


def _parsed(text: str) -> Fraction | None:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
