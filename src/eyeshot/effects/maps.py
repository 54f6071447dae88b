"""Channels and features of a value: its elements as one map for each channel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.layout import Layout
from eyeshot.errors import InputError

__all__ = ["Maps", "not_finite"]


class Maps:
    """Where the channels and the features of a value stand among its dimensions.

    Whatever the layout of the value (images, tokens, windows), what numbers no feature is a channel: heads and their
    channels together, in row-major order.

    Parameters
    ----------
    name : str
        The value, for messages.
    layout : Layout
        How its features are numbered.

    Raises
    ------
    InputError
        If it has no features, because no axis of the input is left in it.
    """

    def __init__(self, name: str, layout: Layout) -> None:
        if not layout.names:
            raise InputError(
                f"`{name}` must have a map, features that stand somewhere in the image, but it has none; take a layer "
                "before it"
            )
        self._name = name
        self.axes, self.extents = layout.names, layout.extents
        self._split = [(d, size, axis) for d, factors in enumerate(layout.dims) for size, axis in factors]
        rest = [k for k, (_, _, axis) in enumerate(self._split) if axis < 0]
        # A stable order: the factors of an axis stay in row-major order.
        ordered = [k for a in range(len(layout.names)) for k, (_, _, axis) in enumerate(self._split) if axis == a]
        self._order = [*rest, *ordered]
        self._rest = [self._split[k][1] for k in rest]
        self.channels = math.prod(self._rest)

    def apart(self, value: Any) -> Any:
        r"""A value, array or tensor, as one map for each channel: (channels, \*features)."""
        split = value.reshape([size for _, size, _ in self._split])
        moved = split.permute(self._order) if hasattr(split, "permute") else split.transpose(self._order)
        return moved.reshape((self.channels, *self.extents))

    def real(self, value: Any) -> Any:
        r"""A tensor as one map for each channel, (channels, \*features), apart from its history.

        Raises
        ------
        InputError
            If its numbers are whole or complex.
        """
        if not value.is_floating_point():
            raise InputError(
                f"`{self._name}` must hold real numbers, but its type is {value.dtype}; take another layer"
            )
        # NumPy has no bfloat16, and ranks are the same in float32.
        wide = value.float() if value.element_size() < 4 else value
        return self.apart(wide.detach())

    def finite(self, maps: Any, image: str) -> None:
        """Refuse maps of an image that hold NaN or infinity.

        Raises
        ------
        InputError
            If they do; the channel is named.
        """
        if not maps.isfinite().all():
            sums = maps.reshape(len(maps), -1).double().sum(1)
            raise InputError(not_finite(self.where(image), np.asarray(sums.numpy(force=True))))

    def where(self, image: str) -> str:
        """What the value is for an image, for messages."""
        return f"`{self._name}` of {image if image == 'the image' else f'the image {image!r}'}"

    def element(self, channel: int, feature: tuple[int, ...]) -> tuple[int, ...]:
        """The index of an element of the value.

        Examples
        --------
        >>> image = Layout(("y", "x"), (4, 6), (((1, -1),), ((3, -1),), ((4, 0),), ((6, 1),)))
        >>> Maps("conv", image).element(2, (1, 5))
        (0, 2, 1, 5)
        >>> tokens = Layout(("y", "x"), (4, 6), (((1, -1),), ((4, 0), (6, 1)), ((3, -1),)))
        >>> Maps("block", tokens).element(2, (1, 5))
        (0, 11, 2)
        """
        left = [*feature, channel]
        digits = [0] * len(self._split)
        for k in reversed(range(len(self._split))):
            _, size, axis = self._split[k]
            left[axis], digits[k] = divmod(left[axis], size)
        found: dict[int, int] = {}
        for (d, size, _), digit in zip(self._split, digits, strict=True):
            found[d] = found.get(d, 0) * size + digit
        return tuple(found.values())


def not_finite(where: str, values: npt.NDArray[Any]) -> str:
    """The sentence for a value that is refused, by a number for each of its channels, not all of them finite."""
    channel = int(np.isfinite(values).argmin())
    found = "NaN" if np.isnan(values[channel]) else "infinity"
    return f"{where} must hold finite numbers, but holds {found} in channel {channel}; take another image or layer"
