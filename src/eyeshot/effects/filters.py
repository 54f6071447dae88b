"""The kernels of a convolution, in an order to look at them."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.analysis import Analysis
from eyeshot.counted import counted
from eyeshot.errors import InputError, nearest

__all__ = ["ORDERS", "Kernels", "kernels_of"]

Array = npt.NDArray[Any]

ORDERS = ("index", "norm", "hue")
_COLORS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Kernels:
    """The kernels of one convolution.

    Parameters
    ----------
    model, layer : str
        Where they are.
    weights : array, shape (filters, channels, *sides)
        Kernels in the order of the module. Of a transposed convolution filters are its outputs too.
    stride, dilation : tuple of int
        Of the convolution, per axis.
    groups : int
        Groups of channels; a filter reads those of its own group.
    field : tuple of int
        Sides of the receptive field of the layer, in pixels.
    order : tuple of int
        Filters in the order in which they are drawn.
    ordered_by : str
        What that order is.
    is_color : bool
        Whether a kernel is a small photo: three channels, right on the input.
    is_transposed : bool
        Whether the convolution is transposed.
    """

    model: str
    layer: str
    weights: Array
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    field: tuple[int, ...]
    order: tuple[int, ...]
    ordered_by: str
    is_color: bool
    is_transposed: bool = False

    @property
    def caption(self) -> str:
        """What the kernels are, in numbers."""
        kind = "transposed convolution" if self.is_transposed else "convolution"
        count, channels, *sides = self.weights.shape
        parts = [f"{counted(count, 'kernel')} of {_by(tuple(sides))} on {counted(channels, 'channel')}"]
        parts.append(f"{kind}, stride {_alike(self.stride)}")
        if max(self.dilation) > 1:
            parts.append(f"dilation {_alike(self.dilation)}")
        if self.groups > 1:
            parts.append(f"{self.groups} groups")
        if self.field:
            parts.append(f"field {_by(self.field)} px")
        return " · ".join(parts)

    def __repr__(self) -> str:
        return f"Kernels({self.model} · {self.layer} · {self.caption})"


def kernels_of(
    model: Any, layer: str, node: str | None, analysis: Analysis, *, order: str = "index", name: str = ""
) -> Kernels:
    """The kernels of a module that is a convolution.

    Parameters
    ----------
    model : Module
        The model, with numbers.
    layer : str
        Path of the module; ``block#2`` is its second call.
    node : str or None
        The value that it makes, by which its field is told.
    analysis : Analysis
        Of the model.
    order : {"index", "norm", "hue"}
        As they are; the largest first; by the hue of their mean colour.
    name : str
        What the model is called; the name of the graph by default.

    Raises
    ------
    InputError
        If the layer is no convolution, its numbers are no real ones, or it has no colours to be ordered by.
    """
    if order not in ORDERS:
        raise InputError(f"order must be one of {', '.join(ORDERS)}; found {order!r}{nearest(order, ORDERS)}")
    module: Any = dict(model.named_modules()).get(layer.partition("#")[0])
    weight = getattr(module, "weight", None)
    if not hasattr(module, "kernel_size") or not hasattr(module, "dilation") or weight is None:
        kind = type(module).__name__ if module is not None else "a step of the code"
        raise InputError(f"`{layer}` must be a convolution with kernels of its own, but is {kind}")
    if callable(weight):
        # Of 8 bits: whole numbers with a scale, and these are the numbers that they stand for.
        weight = weight().dequantize()
    if weight.is_meta:
        raise InputError(f"`{layer}` must have weights, but its kernels lie on the meta device; load them first")
    if not weight.is_floating_point():
        raise InputError(f"`{layer}` must have kernels of real numbers, but their type is {weight.dtype}")
    array = np.asarray(weight.detach().float().numpy(force=True))
    is_transposed = bool(getattr(module, "transposed", False))
    if is_transposed:
        # (inputs, outputs of a group, sides) → (outputs, inputs of a group, sides)
        apart = array.reshape(module.groups, -1, *array.shape[1:])
        array = np.moveaxis(apart, 1, 2).reshape(-1, apart.shape[1], *array.shape[2:])
    axes = analysis.row(node).axes if node is not None else ()
    field = tuple(axis.size for axis in axes)
    own = tuple((k - 1) * d + 1 for k, d in zip(array.shape[2:], module.dilation, strict=True))
    is_color = array.shape[1] == _COLORS and module.groups == 1 and array.ndim == 4 and field == own
    return Kernels(
        name or analysis.graph.name,
        layer,
        array,
        tuple(module.stride),
        tuple(module.dilation),
        int(module.groups),
        field,
        _ordered(array, order, layer, is_color=is_color),
        order,
        is_color,
        is_transposed,
    )


def _ordered(weights: Array, order: str, layer: str, *, is_color: bool) -> tuple[int, ...]:
    if order == "index":
        return tuple(range(len(weights)))
    if order == "norm":
        norms = np.sqrt((weights.reshape(len(weights), -1).astype(np.float64) ** 2).sum(1))
        return tuple(int(i) for i in np.argsort(-norms, kind="stable"))
    if not is_color:
        raise InputError(f"`{layer}` must read the three colours of an image to be ordered by hue; take index or norm")
    most = np.abs(weights).max() or 1.0
    # The colour where a kernel is strongest: a mean over light and dark is grey.
    flat = weights.reshape(len(weights), _COLORS, -1)
    strongest = np.abs(flat).sum(1).argmax(1)
    colors = [flat[i, :, at] / (2 * most) + 0.5 for i, at in enumerate(strongest)]
    hues = [colorsys.rgb_to_hsv(*map(float, color))[0] for color in colors]
    return tuple(int(i) for i in np.argsort(hues, kind="stable"))


def _by(sizes: tuple[int, ...]) -> str:
    return "×".join(map(str, sizes))


def _alike(numbers: tuple[int, ...]) -> str:
    return str(numbers[0]) if len(set(numbers)) == 1 else _by(numbers)
