"""Windows: convolution and pooling, and the same read backwards.

The last D dimensions are spatial, the one before them holds channels, all others are batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.graph.core import Op
from eyeshot.index.maps import IndexMap

__all__ = ["TransposedWindow", "Window"]

Ints = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window(Op):
    """Convolution or pooling.

    What it reads
        Output index ``o`` reads ``{stride·o − pad_before + dilation·t : 0 ≤ t < kernel}`` along every spatial
        dimension; taps in the padding read nothing. A convolution reads the channels of its group, a pooling
        (``channels=None``) its own channel.
    Formula
        ``n_out = ⌊(n_in + pad_before + pad_after − dilation·(kernel − 1) − 1) / stride⌋ + 1``. With `ceil` it is
        rounded up, and a last window that would start behind input and left padding is dropped (PyTorch).
    Limits
        Kernels with zero weights are read all the same.
    Source
        Dumoulin & Visin, arXiv:1603.07285, relationships 1–6; torch.nn.MaxPool2d on ``ceil_mode``.

    Examples
    --------
    >>> Window((3,), (2,), (1,), (1,), (1,), channels=8).infer_shape((1, 3, 5))
    (1, 8, 3)
    """

    kind: ClassVar[str] = "window"
    kernel: Ints
    stride: Ints
    dilation: Ints
    pad_before: Ints
    pad_after: Ints
    channels: int | None = None
    groups: int = 1
    ceil: bool = False

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        lead, spatial = _split(shape, self, self.kernel, self.stride, self.dilation, self.pad_before, self.pad_after)
        _positive(kernel=self.kernel, stride=self.stride, dilation=self.dilation)
        if min(self.pad_before + self.pad_after) < 0:
            raise ShapeError("padding must not be negative; use crop to take pixels away")
        sizes = tuple(self._n_out(n, d) for d, n in enumerate(spatial))
        return (*lead[:-1], _channels(self.channels, self.groups, lead), *sizes)

    def _n_out(self, n: int, d: int) -> int:
        reach = self.dilation[d] * (self.kernel[d] - 1) + 1
        padded = n + self.pad_before[d] + self.pad_after[d]
        if padded < reach and not self.ceil:
            raise ShapeError(
                f"the window must fit its padded input, but it spans {reach} "
                f"(kernel {self.kernel[d]}, dilation {self.dilation[d]}) of {padded} "
                f"(input {n}, padding {self.pad_before[d]}+{self.pad_after[d]}); "
                "take a larger input, more padding or a smaller kernel"
            )
        room, stride = padded - reach, self.stride[d]
        if not self.ceil:
            return room // stride + 1
        n_out = -(-room // stride) + 1
        if (n_out - 1) * stride >= n + self.pad_before[d]:
            n_out -= 1
        if n_out < 1:
            raise ShapeError(f"the window spans {reach} of {padded} and leaves no output; take a larger input")
        return n_out

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes

        def reading(d: int, n: int) -> IndexMap:
            return IndexMap.window(
                n,
                self._n_out(n, d),
                self.kernel[d],
                stride=self.stride[d],
                dilation=self.dilation[d],
                pad=self.pad_before[d],
            )

        settings = (self.kernel, self.stride, self.dilation, self.pad_before, self.pad_after)
        return (_window_access(shape, settings, self.channels, self.groups, reading),)


@dataclass(frozen=True, slots=True)
class TransposedWindow(Op):
    """Transposed convolution.

    What it reads
        Output index ``o`` reads ``{i : stride·i − pad_before + dilation·t = o, 0 ≤ t < kernel}``: a different
        number of inputs for each of the `stride` phases, none at all where the stride exceeds the kernel.
    Formula
        ``n_out = (n_in − 1)·stride − pad_before − pad_after + dilation·(kernel − 1) + output_padding + 1``.
    Limits
        Kernels with zero weights are read all the same.
    Source
        Dumoulin & Visin, arXiv:1603.07285, relationships 8–14; torch.nn.ConvTranspose2d.

    Examples
    --------
    >>> TransposedWindow((2,), (2,), (1,), (0,), (0,), (0,), channels=8).infer_shape((1, 3, 5))
    (1, 8, 10)
    """

    kind: ClassVar[str] = "transposed"
    kernel: Ints
    stride: Ints
    dilation: Ints
    pad_before: Ints
    pad_after: Ints
    output_padding: Ints
    channels: int | None = None
    groups: int = 1

    def infer_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        lead, spatial = _split(
            shape, self, self.kernel, self.stride, self.dilation, self.pad_before, self.pad_after, self.output_padding
        )
        _positive(kernel=self.kernel, stride=self.stride, dilation=self.dilation)
        if min(self.pad_before + self.pad_after + self.output_padding) < 0:
            raise ShapeError("padding and output padding must not be negative")
        sizes = tuple(self._n_out(n, d) for d, n in enumerate(spatial))
        if min(sizes) < 1:
            raise ShapeError(f"the result would be empty: {sizes}; take less padding or a larger input")
        return (*lead[:-1], _channels(self.channels, self.groups, lead), *sizes)

    def _n_out(self, n: int, d: int) -> int:
        whole = (n - 1) * self.stride[d] + self.dilation[d] * (self.kernel[d] - 1) + 1
        return whole - self.pad_before[d] - self.pad_after[d] + self.output_padding[d]

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        (shape,) = shapes

        def reading(d: int, n: int) -> IndexMap:
            return IndexMap.transposed(
                n,
                self._n_out(n, d),
                self.kernel[d],
                stride=self.stride[d],
                dilation=self.dilation[d],
                pad=self.pad_before[d],
            )

        settings = (self.kernel, self.stride, self.dilation, self.pad_before, self.pad_after, self.output_padding)
        return (_window_access(shape, settings, self.channels, self.groups, reading),)


def _window_access(
    shape: Shape,
    settings: tuple[Ints, ...],
    channels: int | None,
    groups: int,
    reading_of: Callable[[int, int], IndexMap],
) -> Access:
    """Batch as it is, channels by groups, every spatial dimension by its map; equal axes share one map."""
    axes = len(settings[0])
    first = len(shape) - axes
    links = [Link(d) for d in range(first - 1)]
    links.append(_channel_link(first - 1, shape[first - 1], channels, groups))
    made: dict[Ints, IndexMap] = {}
    for d in range(axes):
        key = (shape[first + d], *(values[d] for values in settings))
        if key not in made:
            made[key] = reading_of(d, shape[first + d])
        links.append(Link(first + d, None if made[key].is_identity else made[key]))
    return Access(tuple(links))


def _split(shape: Shape, op: Op, *per_axis: Ints) -> tuple[Shape, Shape]:
    """Batch and channel dimensions, and spatial dimensions."""
    axes = len(per_axis[0])
    if axes == 0 or any(len(values) != axes for values in per_axis):
        raise ShapeError(f"`{op.kind}` must have one number per axis, but got {[len(v) for v in per_axis]}")
    if len(shape) < axes + 1:
        raise ShapeError(f"the operand must have channels and {axes} spatial dimensions, but has shape {shape}")
    return shape[:-axes], shape[-axes:]


def _positive(**fields: Ints) -> None:
    for name, values in fields.items():
        if min(values) < 1:
            raise ShapeError(f"{name} must be at least 1 along every axis, but is {_shown(values)}")


def _shown(values: Ints) -> str:
    return str(values[0]) if len(set(values)) == 1 else str(values)


def _channels(channels: int | None, groups: int, lead: Shape) -> int:
    if channels is None:
        return lead[-1]
    if channels < 1 or groups < 1:
        raise ShapeError(f"channels and groups must be at least 1, but are {channels} and {groups}")
    if lead[-1] % groups or channels % groups:
        raise ShapeError(
            f"channels must divide evenly into groups, but {lead[-1]} → {channels} channels meet {groups} groups"
        )
    return channels


def _channel_link(dim: int, n_in: int, channels: int | None, groups: int) -> Link:
    if channels is None:
        return Link(dim)
    if groups == 1:
        return Link(None)
    reading = IndexMap.blocks(groups, n_in, channels)
    return Link(dim, None if reading.is_identity else reading)
