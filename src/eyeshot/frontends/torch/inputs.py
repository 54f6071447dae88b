"""From what a caller says of the inputs to the arguments of a model: tensors without numbers."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.layers.input_shape import parse_shape
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.graph.access import Shape
from eyeshot.graph.validate import check_size

__all__ = ["Arguments", "arguments_of", "layout_of"]

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
class Arguments:
    """What a model is called with.

    Parameters
    ----------
    args, kwargs : tuple, dict
        Positional and named arguments.
    tensors : tuple of (str, Tensor)
        The tensors among them, named.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    tensors: tuple[tuple[str, Any], ...]


def arguments_of(given: Any, model: torch.nn.Module) -> Arguments:
    """Arguments for a model.

    Parameters
    ----------
    given : int, tuple of int, Tensor, list or dict
        The size of one input; a list of several for positional arguments; a dict for named ones. Where a size may
        stand, a tensor may too (its shape and type count), a pair of a size and a type, ``((1, 128), "int64")``, or
        text, ``"1x128:int64"``.
        Lists within lists stay lists.
    model : Module
        The model: what is not said of a size, batch and channels, is taken from its first convolution.
    """
    if given is None:
        raise InputError("the size of the input must be given; add --input 224 (input_shape=(1, 3, 224, 224))")
    dtype = _dtype(model)
    found: list[tuple[str, Any]] = []
    if isinstance(given, Mapping):
        kwargs = {str(key): _argument(value, str(key), dtype, found, None) for key, value in given.items()}
        args: tuple[Any, ...] = ()
    elif isinstance(given, list) and not all(isinstance(n, int) for n in given):
        args = tuple(
            _argument(value, f"input{i}" if i else "input", dtype, found, None) for i, value in enumerate(given)
        )
        kwargs = {}
    else:
        args = (_argument(given, "input", dtype, found, model),)
        kwargs = {}
    if not found:
        raise InputError("a model must have at least one input tensor, but none is given")
    return Arguments(args, kwargs, tuple(found))


def layout_of(shape: Shape, axes: str | None) -> str:
    """Letters of the dimensions of an input."""
    if axes is not None:
        letters = axes.upper()
        rank = len(shape)
        if len(letters) == rank:
            return letters
        if len(letters) < rank and not set(letters) & set("NC"):
            return "NC"[: rank - len(letters)] + letters if rank - len(letters) <= 2 else letters
    layout = _LAYOUTS.get(len(shape))
    if layout is None:
        raise InputError(f"axes must be given for an input of shape {shape}, such as axes='NCDHW'")
    return layout


def _argument(
    value: Any, name: str, dtype: torch.dtype, found: list[tuple[str, Any]], model: torch.nn.Module | None
) -> Any:
    if isinstance(value, torch.Tensor):
        tensor = blank_like(value)
    elif isinstance(value, list) and not all(isinstance(n, int) for n in value):
        return [_argument(item, f"{name}.{i}", dtype, found, None) for i, item in enumerate(value)]
    elif isinstance(value, Mapping):
        return {key: _argument(item, f"{name}.{key}", dtype, found, None) for key, item in value.items()}
    else:
        sizes, kind = _sized(value, dtype)
        shape = _completed(sizes, model) if model is not None else sizes
        check_size(name, shape)
        tensor = torch.empty(shape, dtype=kind, device="meta")
    if tensor.dim():
        found.append((name, tensor))
    return tensor


def _sized(value: Any, dtype: torch.dtype) -> tuple[Shape, torch.dtype]:
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str | torch.dtype):
        return _sized(value[0], _named(value[1]))
    if isinstance(value, str):
        text, _, kind = value.partition(":")
        return _sized(parse_shape(text), _named(kind.strip()) if kind else dtype)
    listed = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    try:
        sizes = tuple(operator.index(n) for n in listed)
    except TypeError:
        raise InputError(f"an input size must be integers such as (1, 3, 224, 224), but is {value!r}") from None
    for n in sizes:
        if n < 1:
            raise InputError(f"input sizes must be at least 1, but one is {n}")
    return sizes, dtype


def _named(kind: str | torch.dtype) -> torch.dtype:
    found = kind if isinstance(kind, torch.dtype) else getattr(torch, kind, None)
    if not isinstance(found, torch.dtype):
        raise InputError(f"the type of an input must be such as 'float32' or 'int64', but is {kind!r}")
    return found


def _dtype(model: torch.nn.Module) -> torch.dtype:
    return next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.get_default_dtype())


def _completed(sizes: Shape, model: torch.nn.Module) -> Shape:
    """Sizes with batch and channels, where the model's first convolution tells them."""
    first = next(_convolutions(model), None)
    if first is None:
        return sizes if len(sizes) > 1 else (1, 3, *sizes * 2)
    axes, channels = first
    if len(sizes) == 1:
        return (1, channels, *sizes * axes)
    if len(sizes) == axes:
        return (1, channels, *sizes)
    return (1, *sizes) if len(sizes) == axes + 1 else sizes


def _convolutions(model: torch.nn.Module) -> Iterator[tuple[int, int]]:
    for module in model.modules():
        for kind, axes in _CONVOLUTIONS.items():
            if isinstance(module, kind):
                yield axes, module.in_channels
