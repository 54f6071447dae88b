"""Channels and features of a value: its elements as one map for each channel."""

from __future__ import annotations

import math
from typing import Any

from eyeshot.analyses.layout import Layout
from eyeshot.errors import InputError

__all__ = ["Maps"]


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
