"""Building a model without memory for its weights: large tensors with fractions are made on the meta device."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from eyeshot.frontends.torch.tensors import MAX_WEIGHT

__all__ = ["NumbersNeededError", "Sparing"]

_FACTORIES = {"empty", "zeros", "ones", "full", "rand", "randn", "new_empty", "new_zeros", "new_ones", "new_full"}


class NumbersNeededError(Exception):
    """A model writes numbers made of large weights into a small tensor, so it has to be built for real."""


class Sparing(TorchDispatchMode):
    """While active, tensors of more than a few thousand floating-point numbers have no numbers.

    Whatever a model computes of small tensors (tables of indices, positions) is computed as ever.

    Raises
    ------
    NumbersNeededError
        If a small tensor is to hold numbers that nobody knows then.
    """

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """One operation; where large tensors take part in it, it is done on shapes."""
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::")
        tensors = [a for a in (*args, *kwargs.values()) if isinstance(a, torch.Tensor)]
        for arg in args:
            if type(arg) is list or type(arg) is tuple:
                tensors += [item for item in arg if isinstance(item, torch.Tensor)]
        if name in _FACTORIES and _is_large(args, kwargs):
            kwargs = {**kwargs, "device": torch.device("meta")}
        elif kwargs.get("device") is not None and not _has_large(tensors):
            # Asked for where a large weight lies: small numbers are kept all the same.
            kwargs = {**kwargs, "device": torch.device("cpu")}
        elif any(t.is_meta for t in tensors) and not all(t.is_meta for t in tensors):
            if func._schema.is_mutable and not args[0].is_meta:
                raise NumbersNeededError(name)
            args = tuple(_meta(a) for a in args)
            kwargs = {k: _meta(v) for k, v in kwargs.items()}
        return func(*args, **kwargs)


def _is_large(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    dtype = kwargs.get("dtype") or torch.get_default_dtype()
    sizes = next((a for a in args if isinstance(a, list | tuple)), ())
    return dtype.is_floating_point and math.prod(sizes) > MAX_WEIGHT


def _has_large(tensors: list[Any]) -> bool:
    return any(t.is_meta for t in tensors)


def _meta(arg: Any) -> Any:
    if isinstance(arg, torch.Tensor):
        return arg if arg.is_meta else arg.to("meta")
    if type(arg) is list or type(arg) is tuple:
        return [_meta(item) for item in arg]
    return arg
