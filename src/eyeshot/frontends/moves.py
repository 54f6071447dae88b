"""Steps that only move elements, done to an array: what stands where afterwards.

A rule that hopes to say a table of indices in other words does its steps to numbered elements and compares; what is
known of single elements of a value goes through the same steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.graph.core import Op
from eyeshot.graph.ops import Concat, Expand, Flip, Gather, Pad, Permute, Reshape, Roll, Slice, Unfold

__all__ = ["is_move", "moved"]

Array = npt.NDArray[Any]

_PADDED: dict[str, Any] = {"constant": "constant", "replicate": "edge", "reflect": "reflect", "circular": "wrap"}


def is_move(op: Op) -> bool:
    """Whether an operation computes nothing: each element of its result is a known one of an operand, or padding."""
    return type(op) in _MOVES and not (isinstance(op, Gather) and op.indices is None)


def moved(op: Op, *arrays: Array) -> Array:
    """Arrays after a step that only moves elements; padding with a constant lays zeros around.

    Examples
    --------
    >>> moved(Unfold(0, 2), np.array([7, 8, 9])).tolist()
    [7, 8, 8, 9]
    """
    return _MOVES[type(op)](op, *arrays)


def _sliced(op: Any, array: Array) -> Array:
    part = slice(op.start, op.stop, op.step)
    index: tuple[Any, ...] = (*(slice(None) for _ in range(op.dim % array.ndim)), part)
    picked: Array = array[index]
    return picked


def _unfolded(op: Any, array: Array) -> Array:
    windows = (array.shape[op.dim] - op.dilation * (op.size - 1) - 1) // op.step + 1
    places = np.arange(windows)[:, None] * op.step + np.arange(op.size) * op.dilation
    windowed: Array = array.take(places.ravel(), op.dim)
    return windowed


def _padded(op: Any, array: Array) -> Array:
    rest = array.ndim - len(op.before)
    before, after = (0,) * rest + op.before, (0,) * rest + op.after
    more = [(max(0, b), max(0, a)) for b, a in zip(before, after, strict=True)]
    wide = np.pad(array, more, _PADDED[op.mode])
    # Only then, because the other modes look at all that was there.
    kept = [slice(max(0, -b), n - max(0, -a)) for n, b, a in zip(wide.shape, before, after, strict=True)]
    return wide[tuple(kept)]


_MOVES: dict[type[Op], Callable[..., Array]] = {
    Concat: lambda op, *arrays: np.concatenate(arrays, op.dim),
    Expand: lambda op, array: np.broadcast_to(array, op.shape),
    Flip: lambda op, array: np.flip(array, op.dims),
    Gather: lambda op, array: array.take(np.array(op.indices), op.dim),
    Pad: _padded,
    Permute: lambda op, array: array.transpose(op.order),
    Reshape: lambda op, array: array.reshape(op.shape),
    Roll: lambda op, array: np.roll(array, op.shifts, op.dims),
    Slice: _sliced,
    Unfold: _unfolded,
}
