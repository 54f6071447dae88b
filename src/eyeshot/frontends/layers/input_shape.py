"""The shape of a network's input: what a caller gives, what a file says, and how many spatial axes there are."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import Any, SupportsIndex

from eyeshot.errors import InputError
from eyeshot.frontends.layers.values import MAX_NUMBER
from eyeshot.frontends.layers.wording import shown
from eyeshot.graph.build import AXIS_NAMES, axes_of

__all__ = ["Input", "axis_letters", "input_of", "input_sizes", "parse_shape"]

_LAYOUTS = {1: "T", 2: "HW", 3: "DHW"}
_SIGNAL_NOTE = (
    "The input {shape} is taken as a batch of 1, {c} channels and {t} steps along t; "
    "for an image give all four sizes, 1x{shape}, or axes='yx'."
)


@dataclass(frozen=True, slots=True)
class Input:
    """An input with all its dimensions.

    Parameters
    ----------
    shape : tuple of int
        Batch, channels, spatial sizes.
    layout : str
        A letter for each dimension, such as ``"NCHW"``.
    axes : tuple of str
        Names of the spatial axes.
    note : str
        What the reader should know about how the sizes were taken; may be empty.
    """

    shape: tuple[int, ...]
    layout: str
    axes: tuple[str, ...]
    note: str = ""


def parse_shape(text: str) -> tuple[int, ...]:
    """Sizes as they are written on a command line: ``224``, ``3x224x224``, ``1x3x224x224``.

    Examples
    --------
    >>> parse_shape("3x224x320"), parse_shape("227")
    ((3, 224, 320), (227,))
    """
    parts = re.split(r"[x×,]", text.strip().strip("()[]").lower())
    words = [part.strip() for part in parts]
    if len(words) > 5 or not all(re.fullmatch(r"[0-9]{1,30}", word) for word in words):
        raise InputError(f"the input size must be such as 224 or 3x224x224, but is {shown(text)}")
    return tuple(int(word) for word in words)


def axis_letters(axes: object) -> str:
    """Letters of the spatial axes from ``"yx"`` or from a layout such as ``"NCHW"``.

    Examples
    --------
    >>> axis_letters("NCHW"), axis_letters("zyx")
    ('HW', 'ZYX')
    """
    letters = axes.upper() if isinstance(axes, str) else ""
    letters = letters.removeprefix("NC")
    names = {AXIS_NAMES.get(letter, letter.lower()) for letter in letters}
    if not re.fullmatch(r"[ABD-MO-Z]{1,3}", letters) or len(names) != len(letters):
        raise InputError(
            "axes must be 1 to 3 different letters such as 'yx', or a layout with batch and channels first such as "
            f"'NCHW', but are {shown(axes)}"
        )
    return letters


def input_of(
    given: tuple[int, ...] | None,
    own: tuple[int, ...] | None,
    letters: str | None,
    dims: int | None,
    *,
    guess: bool = True,
) -> Input:
    """The input of a layer list.

    Parameters
    ----------
    given : tuple of int or None
        The sizes that the caller says.
    own : tuple of int or None
        The sizes that the list itself says; the caller's come first.
    letters : str or None
        Letters of the spatial axes.
    dims : int or None
        Number of spatial axes, if anything tells it.
    guess : bool
        Whether three numbers that begin with 1 are a batch of signals, as in tensors.

    Raises
    ------
    InputError
        If there is no size, or the numbers do not fit the axes.
    """
    if given is None and own is None:
        raise InputError(
            "the size of the input must be given; add --input 224 (input_shape=224), or `input` in the file"
        )
    note = ""
    if dims is None and given is not None:
        dims, note = _guessed(given) if guess or len(given) == 5 else (2, "")
    dims = dims or 2
    shape = _full(given, dims, own)
    layout = "NC" + (letters or _LAYOUTS[dims])
    return Input(shape, layout, tuple(axis.name for axis in axes_of(shape, layout)), note)


def input_sizes(value: Any) -> tuple[int, ...] | None:
    """Sizes as anyone may write them: one number, several, or text; None stays None.

    Examples
    --------
    >>> input_sizes(227), input_sizes([3, 224, 224]), input_sizes("3x224x224")
    ((227,), (3, 224, 224), (3, 224, 224))
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _bounded(parse_shape(value))
    found = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not 1 <= len(found) <= 5 or any(isinstance(n, bool) or not isinstance(n, SupportsIndex) for n in found):
        raise InputError(f"the input size must be 1 to 5 integers such as 224 or (3, 224, 224), but is {shown(value)}")
    return _bounded(tuple(operator.index(n) for n in found))


def _bounded(sizes: tuple[int, ...]) -> tuple[int, ...]:
    for n in sizes:
        if n < 1:
            raise InputError(f"input sizes must be at least 1, but one is {shown(n)}")
        if n > MAX_NUMBER:
            raise InputError(f"input sizes must be at most {MAX_NUMBER:,}, but one is {shown(n)}")
    return sizes


def _guessed(sizes: tuple[int, ...]) -> tuple[int, str]:
    """The number of spatial axes from a caller's sizes alone, and a note where they could mean something else."""
    if len(sizes) == 5:
        return 3, ""
    if len(sizes) == 3 and sizes[0] == 1:
        shape = "x".join(map(str, sizes))
        return 1, _SIGNAL_NOTE.format(shape=shape, c=sizes[1], t=sizes[2])
    return 2, ""


def _full(given: tuple[int, ...] | None, dims: int, own: tuple[int, ...] | None) -> tuple[int, ...]:
    """Batch, channels and spatial sizes; batch and channels that are not given come from the list itself, or are 1."""
    base = _completed(own, dims, 1, 1) if own is not None else (1, 1)
    return base if given is None else _completed(given, dims, *base[:2])


def _completed(sizes: tuple[int, ...], dims: int, batch: int, channels: int) -> tuple[int, ...]:
    if len(sizes) == 1:
        return (batch, channels, *sizes * dims)
    missing = dims + 2 - len(sizes)
    if not 0 <= missing <= 2:
        raise InputError(
            f"the input must have {dims}, {dims + 1} or {dims + 2} sizes (with channels, with batch and channels) for "
            f"{dims} spatial axes, but has {len(sizes)}: {'x'.join(map(str, sizes))}"
        )
    return (batch, channels)[:missing] + sizes
