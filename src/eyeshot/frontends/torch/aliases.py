"""Tensors that share memory: what each of them holds, also after one of them was written to.

Every tensor is a chain of views of a *base*. A write makes a new value of the base, with the written region replaced;
all other tensors of the same base then take their value from it anew, through their own chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import torch

from eyeshot.frontends.tables import picked
from eyeshot.frontends.torch.tape import Tape, Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Expand, Gather, Permute, Reshape, Slice

__all__ = [
    "Base",
    "Expanded",
    "Held",
    "OfBase",
    "Permuted",
    "Reshaped",
    "Sliced",
    "Spread",
    "View",
    "replaced",
    "reshaped",
]


class View(Protocol):
    """One step from a tensor to a view of it."""

    def take(self, tape: Tape, whole: Value) -> Value:
        """The view of a value."""
        ...

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """The value with its viewed region replaced."""
        ...


class Base:
    """Memory that tensors share.

    `tensor` is all of it. `value` is what it holds, None if that depends on no input; then `known` says whether the
    numbers of its tensors are what the model would see, and `own` whether they may be written to; `drawn` says whether
    random numbers decide what it holds. `stride`, `offset` and `width` say where in memory each element lies, and how
    many bytes it takes.
    """

    __slots__ = ("drawn", "known", "offset", "own", "shape", "stride", "tensor", "value", "version", "width")

    def __init__(self, tensor: Any, value: Value | None, *, own: bool) -> None:
        self.tensor = tensor
        self.shape: Shape = tuple(tensor.shape)
        self.stride, self.offset, self.width = (), 0, tensor.itemsize
        if tensor.layout is torch.strided:
            self.stride, self.offset = tensor.stride(), tensor.storage_offset()
        self.value, self.own = value, own
        self.version, self.known, self.drawn = 0, True, False

    def spread(self, sizes: Sequence[int], strides: Sequence[int], offset: int) -> Spread:
        """A view by the places in memory that it reaches; -1 where no element is."""
        laid = (self.shape, self.stride, self.offset)
        number = torch.full((max(_reach(*laid), _reach(sizes, strides, offset)),), -1)
        taken = torch.as_strided(torch.arange(len(number)), *laid)
        number[taken.flatten()] = torch.arange(taken.numel())
        places = torch.as_strided(number, sizes, strides, offset)
        return Spread(tuple(places.flatten().tolist()), tuple(places.shape))


def _reach(sizes: Sequence[int], strides: Sequence[int], offset: int) -> int:
    """Places of memory up to the last element."""
    return 1 + offset + sum((n - 1) * stride for n, stride in zip(sizes, strides, strict=True))


class Held:
    """What is known of a tensor."""

    __slots__ = ("base", "real", "tensor", "value", "version", "views")

    def __init__(self, tensor: Any, base: Base, views: tuple[View, ...], value: Value | None) -> None:
        self.tensor, self.base, self.views, self.value = tensor, base, views, value
        self.version = base.version
        # The numbers of a constant on the meta device, as a tensor on the CPU.
        self.real: Any = None

    def current(self, tape: Tape) -> Value | None:
        """The tensor's value now; None if it depends on no input."""
        base = self.base
        if self.version != base.version:
            value = base.value
            if value is not None:
                for view in self.views:
                    value = view.take(tape, value)
            self.value, self.version = value, base.version
        return self.value

    def write(self, tape: Tape, value: Value | None) -> None:
        """Replace what the tensor holds."""
        base = self.base
        if not self.views:
            base.value = value
        elif value is not None or base.value is not None:
            whole = base.value if base.value is not None else tape.constant(base.shape)
            part = value if value is not None else tape.constant(tuple(self.tensor.shape))
            base.value = _put(tape, whole, self._writable(), part)
        base.known = False
        base.version += 1
        self.value, self.version = value, base.version

    def _writable(self) -> tuple[View, ...]:
        """The views to write through: where some show an element twice, what is not written must not come after."""
        tensor, base = self.tensor, self.base
        twice = any(getattr(view, "overlaps", False) for view in self.views[:-1])
        if not twice or tensor.itemsize != base.width:
            return self.views
        return (base.spread(tensor.shape, tensor.stride(), tensor.storage_offset()),)


def _put(tape: Tape, whole: Value, views: tuple[View, ...], part: Value) -> Value:
    view, *rest = views
    if rest:
        part = _put(tape, view.take(tape, whole), tuple(rest), part)
    return view.put(tape, whole, part)


def reshaped(tape: Tape, value: Value, shape: Shape) -> Value:
    """A value under another shape; no step if it has it already."""
    return value if value.shape == shape else tape.add(Reshape(shape), value)


# ---------------------------------------------------------------------- kinds of views


@dataclass(frozen=True, slots=True)
class Reshaped:
    """The same elements in the same order."""

    shape: Shape

    def take(self, tape: Tape, whole: Value) -> Value:
        """The value under the view's shape."""
        return reshaped(tape, whole, self.shape)

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """The new value under the whole's shape."""
        return reshaped(tape, part, whole.shape)


@dataclass(frozen=True, slots=True)
class Permuted:
    """Dimensions in another order."""

    order: tuple[int, ...]

    def take(self, tape: Tape, whole: Value) -> Value:
        """The value permuted."""
        if self.order == tuple(range(len(self.order))):
            return whole
        return tape.add(Permute(self.order), whole)

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:  # noqa: ARG002 - replaces all of it
        """The new value in the whole's order."""
        back = tuple(self.order.index(d) for d in range(len(self.order)))
        return Permuted(back).take(tape, part)


@dataclass(frozen=True, slots=True)
class Sliced:
    """Every `step`-th index of one dimension, `count` of them from `start` on."""

    dim: int
    start: int
    count: int
    step: int = 1

    @property
    def stop(self) -> int:
        """One behind the last index."""
        return self.start + (self.count - 1) * self.step + 1

    def take(self, tape: Tape, whole: Value) -> Value:
        """The slice."""
        if self.count == whole.shape[self.dim]:
            return whole
        return tape.add(Slice(self.dim, self.start, self.stop, self.step), whole)

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """The whole with the slice replaced."""
        n, dim, step = whole.shape[self.dim], self.dim, self.step
        if self.count == n:
            return part
        if step == 1:
            before = [tape.add(Slice(dim, 0, self.start), whole)] if self.start else []
            after = [tape.add(Slice(dim, self.stop, n), whole)] if self.stop < n else []
            return tape.add(Concat(dim), *before, part, *after)
        if n % step == 0 and self.start < step and self.count == n // step:
            # One phase of a grid of cells: the result stays periodic.
            lead, tail = whole.shape[:dim], whole.shape[dim + 1 :]
            cells = tape.add(Reshape((*lead, n // step, step, *tail)), whole)
            phase = tape.add(Reshape((*lead, n // step, 1, *tail)), part)
            mixed = Sliced(dim + 1, self.start, 1).put(tape, cells, phase)
            return tape.add(Reshape(whole.shape), mixed)
        source = list(range(n))
        source[self.start : self.stop : step] = range(n, n + self.count)
        both = tape.add(Concat(dim), whole, part)
        return tape.add(Gather(dim, tuple(source)), both)


@dataclass(frozen=True, slots=True)
class Expanded:
    """Broadcast to a shape."""

    shape: Shape
    overlaps: ClassVar[bool] = True

    def take(self, tape: Tape, whole: Value) -> Value:
        """The value broadcast."""
        return whole if whole.shape == self.shape else tape.add(Expand(self.shape), whole)

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """The new value; memory that stands for several elements can be written as one only."""
        shift = len(self.shape) - len(whole.shape)
        for d, n in enumerate(self.shape):
            if d < shift or (whole.shape[d - shift] == 1 and n > 1):
                part = tape.add(Slice(d, 0, 1), part)
        return reshaped(tape, part, whole.shape)


@dataclass(frozen=True, slots=True)
class Spread:
    """Elements at listed places of the whole in row-major order: diagonals, overlapping windows, any strides.

    A place of -1 is none: memory that belongs to no element.
    """

    places: tuple[int, ...]
    shape: Shape

    @property
    def overlaps(self) -> bool:
        """Whether some elements are shown twice."""
        return len(set(self.places)) < len(self.places)

    def take(self, tape: Tape, whole: Value) -> Value:
        """The listed elements."""
        places = np.array(self.places, np.int64).reshape(self.shape)
        if places.size and places.min() < 0:
            row = flat(tape, whole)
            places = np.where(places < 0, row.shape[0], places)
            whole = tape.add(Concat(0), row, tape.constant((1,)))
        for op in picked(places, whole.shape):
            whole = tape.add(op, whole)
        return whole

    def put(self, tape: Tape, whole: Value, part: Value) -> Value:
        """The whole with the listed elements replaced."""
        return replaced(tape, whole, self.places, part)


@dataclass(frozen=True, slots=True)
class OfBase:
    """A view by places of the base itself, whatever views lead to the tensor that it is taken of."""

    view: View


def flat(tape: Tape, value: Value) -> Value:
    """All elements in a row."""
    count = 1
    for n in value.shape:
        count *= n
    return reshaped(tape, value, (count,))


def replaced(tape: Tape, whole: Value, places: tuple[int, ...], part: Value) -> Value:
    """A value with the elements at listed places, in row-major order, replaced by those of another."""
    row, new = flat(tape, whole), flat(tape, part)
    source = list(range(row.shape[0]))
    for k, place in enumerate(places):
        if place >= 0:
            source[place] = row.shape[0] + k
    both = tape.add(Concat(0), row, new)
    return reshaped(tape, tape.add(Gather(0, tuple(source)), both), whole.shape)
