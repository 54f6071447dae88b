"""Shapes of a model's inputs: as written, filled up with batch and channels, and what their dimensions mean."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.layers.input_shape import parse_shape
from eyeshot.graph.access import Shape

__all__ = ["Convolution", "Size", "first_convolution", "is_size", "layouts_of", "size_of"]

_CONVOLUTIONS = {
    torch.nn.Conv1d: 1,
    torch.nn.Conv2d: 2,
    torch.nn.Conv3d: 3,
    torch.nn.ConvTranspose1d: 1,
    torch.nn.ConvTranspose2d: 2,
    torch.nn.ConvTranspose3d: 3,
}
_LAYOUTS = {1: "T", 2: "NT", 3: "NCT", 4: "NCHW", 5: "NCDHW"}


@dataclass(frozen=True, slots=True)
class Convolution:
    """Spatial axes and input channels of a convolution."""

    axes: int
    channels: int

    def filled(self, sizes: Shape) -> Shape:
        """Sizes with the batch and the channels that they lack."""
        if len(sizes) == 1:
            return (1, self.channels, *sizes * self.axes)
        if len(sizes) == self.axes:
            return (1, self.channels, *sizes)
        return (1, *sizes) if len(sizes) == self.axes + 1 else sizes


def first_convolution(model: torch.nn.Module) -> Convolution | None:
    """The first convolution of a model; it tells what an input lacks."""
    for module in model.modules():
        for kind, axes in _CONVOLUTIONS.items():
            if isinstance(module, kind):
                return Convolution(axes, module.in_channels)
    return None


@dataclass(frozen=True, slots=True)
class Size:
    """The size of an input, as somebody wrote it.

    Parameters
    ----------
    sizes : tuple of int
        The numbers.
    dtype : dtype or None
        The type, where it was written too.
    """

    sizes: Shape
    dtype: torch.dtype | None

    def shapes(self, first: Convolution | None, axes: str | None) -> Iterator[Shape]:
        """The shapes that the size may mean, the likeliest first.

        Whoever writes the type or the layout has written the whole shape. Otherwise it is filled up with batch and
        channels; a model that refuses that may take it as it stands, or with a batch alone.
        """
        if first is None:
            filled = self.sizes if len(self.sizes) > 1 else (1, 3, *self.sizes * 2)
        else:
            filled = first.filled(self.sizes)
        is_whole = axes is not None or self.dtype is not None
        found = [self.sizes, filled] if is_whole else [filled, self.sizes]
        if first is not None and len(self.sizes) == first.axes:
            found.append((1, *self.sizes))
        yield from dict.fromkeys(found)


def is_size(given: Any) -> bool:
    """Whether a list is one size, and not a list of several inputs."""
    return bool(given) and all(isinstance(n, int) and not isinstance(n, bool) for n in given)


def size_of(given: Any) -> Size:
    """A size from a number, several, text, or a pair of any of these and a type.

    Examples
    --------
    >>> size_of("1x128:int64"), size_of((3, 224, 224))
    (Size(sizes=(1, 128), dtype=torch.int64), Size(sizes=(3, 224, 224), dtype=None))
    """
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str | torch.dtype):
        return Size(size_of(given[0]).sizes, _named(given[1]))
    if isinstance(given, str):
        text, _, kind = given.partition(":")
        return Size(_checked(parse_shape(text)), _named(kind.strip()) if kind else None)
    listed = tuple(given) if isinstance(given, Sequence) else (given,)
    try:
        if not listed or any(isinstance(n, bool) for n in listed):
            raise TypeError
        return Size(_checked(tuple(operator.index(n) for n in listed)), None)
    except TypeError:
        advice = "; several inputs are a list" if any(isinstance(n, Sequence) for n in listed) else ""
        raise InputError(f"an input size must be integers such as (1, 3, 224, 224), but is {given!r}{advice}") from None


def _checked(sizes: Shape) -> Shape:
    for n in sizes:
        if n < 1:
            raise InputError(f"input sizes must be at least 1, but one is {n}")
    return sizes


def _named(kind: str | torch.dtype) -> torch.dtype:
    found = kind if isinstance(kind, torch.dtype) else getattr(torch, kind, None)
    if not isinstance(found, torch.dtype):
        raise InputError(f"the type of an input must be such as 'float32' or 'int64', but is {kind!r}")
    return found


# ---------------------------------------------------------------------- what dimensions mean


def layouts_of(shapes: Sequence[Shape], axes: str | None, first: Convolution | None) -> tuple[str, ...]:
    """Letters of the dimensions of each input.

    Parameters
    ----------
    shapes : sequence of tuple of int
        The inputs' shapes.
    axes : str or None
        A layout such as ``"NHWC"``, or the spatial axes alone; of several inputs for those that it fits.
    first : Convolution or None
        The model's first convolution.

    Raises
    ------
    InputError
        If the layout fits no input, or there is none for a shape.
    """
    if axes is not None:
        _check_letters(axes)
    given = [_lettered(shape, axes.upper()) if axes else None for shape in shapes]
    if axes and not any(given):
        listed = ", ".join(map(str, shapes))
        raise InputError(
            f"axes {axes!r} must have a letter for each dimension of the input, or for its spatial dimensions, "
            f"but the shape is {listed}"
        )
    batched = first is not None and any(len(shape) == first.axes + 2 for shape in shapes)
    return tuple(
        letters or _usual(shape, None if batched else first) for shape, letters in zip(shapes, given, strict=True)
    )


def _check_letters(axes: Any) -> None:
    if not isinstance(axes, str) or not axes.isalpha() or len(set(axes.upper())) != len(axes):
        raise InputError(f"axes must be different letters such as 'NCHW' or 'yx', but are {axes!r}")


def _lettered(shape: Shape, letters: str) -> str | None:
    """The letters for a shape; batch and channels may be left out of them."""
    missing = len(shape) - len(letters)
    if missing == 0:
        return letters
    return "NC"[:missing] + letters if 0 < missing <= 2 and not set(letters) & set("NC") else None


def _usual(shape: Shape, first: Convolution | None) -> str:
    """The layout of a shape by its rank; one image without a batch is told by its channels."""
    if first is not None and len(shape) == first.axes + 1 and shape[0] == first.channels and min(shape[1:]) > 1:
        return _LAYOUTS[first.axes + 2][1:]
    layout = _LAYOUTS.get(len(shape))
    if layout is None:
        raise InputError(f"axes must be given for an input of shape {shape}, such as axes='NCDHW'")
    return layout
