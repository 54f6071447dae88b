"""Functions that insist on one device or one type of all their tensors, though here some have numbers and some none.

Inputs lie on the meta device, the model's own constants where they always were. Most operations are translated before
anyone compares devices; some functions of the framework compare them first, and mixed precision, which casts by
device, does not see tensors on the meta device at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from eyeshot.frontends.torch.tensors import mapped
from eyeshot.frontends.torch.watch import Watch

__all__ = ["Mixing"]

_OF_DEVICES = re.compile(r"\bdevices?\b|\bmeta\b", re.IGNORECASE)
_OF_TYPES = re.compile(r"dtype|\btypes?\b", re.IGNORECASE)

_LOWER = frozenset({
    "__matmul__", "__rmatmul__", "addbmm", "addmm", "addmv", "addr", "baddbmm", "bilinear", "bmm", "chain_matmul",
    "conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "einsum",
    "gru", "gru_cell", "linear", "lstm", "lstm_cell", "matmul", "mm", "multi_dot", "mv", "prelu",
    "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell", "scaled_dot_product_attention", "tensordot",
})  # fmt: skip
"""What mixed precision computes in the shorter type."""


class Mixing:
    """Calls functions, with their tensors made alike where they insist on it.

    Parameters
    ----------
    watch : Watch
        What is watched.
    device : str
        Kind of device that the model lies on: mixed precision is switched on for one kind at a time.
    """

    def __init__(self, watch: Watch, device: str) -> None:
        self._watch, self._device = watch, device

    def call(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The result of a function."""
        if torch._C._is_any_autocast_enabled():
            return self._in_mixed_precision(func, args, kwargs)
        before = self._watch.heard()
        try:
            return func(*args, **kwargs)
        except RuntimeError as error:
            if not _OF_DEVICES.search(str(error)):
                raise
            again = self._together(func, args, kwargs)
            if again is None:
                raise
        self._watch.forget(before)
        return func(*again[0], **again[1])

    def _in_mixed_precision(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The result of a function, cast here: the framework's own casts know nothing of the meta device."""
        short = torch.get_autocast_dtype(self._device) if torch.is_autocast_enabled(self._device) else None
        with torch._C._DisableAutocast():
            if short is not None and getattr(func, "__name__", "") in _LOWER:
                args, kwargs = _changed(args, kwargs, lambda t: _cast(t, short))
            before = self._watch.heard()
            try:
                return self.call(func, args, kwargs)
            except RuntimeError as error:
                kinds = {t.dtype for t in _tensors(args, kwargs) if t.is_floating_point()}
                if len(kinds) < 2 or not _OF_TYPES.search(str(error)):
                    raise
            # Everything else takes the longest type that it is given.
            self._watch.forget(before)
            longest = max(kinds, key=lambda kind: kind.itemsize)
            args, kwargs = _changed(args, kwargs, lambda t: _cast(t, longest))
            return self.call(func, args, kwargs)

    def _together(
        self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]] | None:
        """The arguments with all constants on the meta device; None if nothing there has to move."""
        moved: list[Any] = []

        def move(tensor: Any) -> Any:
            if tensor.is_meta:
                return tensor
            moved.append(tensor)
            return self._watch.on_meta(tensor)

        # What is written to stays where it is: whoever holds it must see what was written.
        kept = 1 if _writes(func) else 0
        rest, named = _changed(args[kept:], {k: v for k, v in kwargs.items() if k != "out"}, move)
        found = list(_tensors(args, kwargs))
        if not moved or not any(t.is_meta for t in found):
            return None
        return [*args[:kept], *rest], {**kwargs, **named}


def _writes(func: Any) -> bool:
    name = getattr(func, "__name__", "")
    return name in {"__setitem__", "__set__"} or (name.endswith("_") and not name.endswith("__"))


def _tensors(args: Iterable[Any], kwargs: dict[str, Any]) -> Iterator[Any]:
    for arg in (*args, *kwargs.values()):
        if isinstance(arg, torch.Tensor):
            yield arg
        elif isinstance(arg, list | tuple):
            yield from _tensors(arg, {})


def _changed(args: Iterable[Any], kwargs: dict[str, Any], change: Callable[[Any], Any]) -> tuple[Any, dict[str, Any]]:
    """Arguments with every tensor changed; what was one tensor stays one, for functions ask whether two are one."""
    known: dict[int, Any] = {}

    def once(tensor: Any) -> Any:
        if id(tensor) not in known:
            known[id(tensor)] = change(tensor)
        return known[id(tensor)]

    named = dict(zip(kwargs, mapped(kwargs.values(), once), strict=True))
    return tuple(mapped(args, once)), named


def _cast(tensor: Any, kind: torch.dtype) -> Any:
    """A tensor as mixed precision casts it: numbers in double precision stay."""
    if tensor.dtype in (kind, torch.float64) or not tensor.is_floating_point():
        return tensor
    return tensor.to(kind)
