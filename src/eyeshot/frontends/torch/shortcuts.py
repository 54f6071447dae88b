"""Functions that are understood as a whole, before the framework takes them apart.

On the meta device attention becomes a dozen operations whose intermediate results hold a field for every pair of
tokens, a linear layer becomes four operations, a recurrent layer a dozen for each time. What they read is simple, so
it is said at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import torch
from torch._ops import HigherOrderOperator
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from eyeshot.frontends.torch.control import FLEX_ATTENTION, follow, mask_of
from eyeshot.frontends.torch.devices import ANSWERS, Claim
from eyeshot.frontends.torch.failures import Ended
from eyeshot.frontends.torch.mixing import Mixing
from eyeshot.frontends.torch.tape import Value
from eyeshot.frontends.torch.untouched import Untouched
from eyeshot.frontends.torch.watch import Watch

__all__ = ["Shortcuts", "passes", "whole"]

_OVERLOADS: dict[Callable[..., Any], Any] = {
    functional.scaled_dot_product_attention: torch.ops.aten.scaled_dot_product_attention.default,
    functional.linear: torch.ops.aten.linear.default,
    functional.batch_norm: torch.ops.aten.batch_norm.default,
    # Where there are numbers it looks at them, to see that none is too large.
    functional.one_hot: torch.ops.aten.one_hot.default,
}
"""Functions, each with the operation whose rule says what it reads."""

_NAMES = {
    functional.linear: ("input", "weight", "bias"),
    functional.scaled_dot_product_attention: ("query", "key", "value", "attn_mask", "dropout_p", "is_causal", "scale"),
    functional.batch_norm: ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"),
    functional.one_hot: ("tensor", "num_classes"),
}
"""Their arguments in the order of the function."""

_ORDER = {
    **_NAMES,
    functional.batch_norm: ("input", "weight", "bias", "running_mean", "running_var", "training", "momentum", "eps"),
}
"""The same in the order of the operation."""


_RECURRENT = {
    torch.lstm: torch.ops.aten.lstm,
    torch.gru: torch.ops.aten.gru,
    torch.rnn_tanh: torch.ops.aten.rnn_tanh,
    torch.rnn_relu: torch.ops.aten.rnn_relu,
}
"""Recurrent layers; that of a packed batch has other arguments."""

_CELLS = {
    torch.lstm_cell: torch.ops.aten.lstm_cell.default,
    torch.gru_cell: torch.ops.aten.gru_cell.default,
    torch.rnn_tanh_cell: torch.ops.aten.rnn_tanh_cell.default,
    torch.rnn_relu_cell: torch.ops.aten.rnn_relu_cell.default,
}
"""One time of a recurrent layer."""

_WHOLE = frozenset({*_OVERLOADS, *_RECURRENT, *_CELLS, functional.pad})
_NEW = {torch.Tensor.new_tensor}
_FROM_DATA = {torch.tensor, torch.as_tensor, *_NEW}
_SETS_LEARNING = {
    *(torch.Tensor.requires_grad_, torch.Tensor.requires_grad.__set__),
    *(torch.Tensor.grad.__set__, torch.Tensor.grad.__delete__),
}
_CHANGES = _SETS_LEARNING | {torch.Tensor.data.__set__, torch._C._set_grad_enabled}
_GUARDS = {
    (torch.Tensor.__bool__, torch._assert.__code__),
    (torch.Tensor.item, torch._check_tensor_all_with.__code__),
}
"""Methods that ask for a number, in functions that only check it."""
_LEFT_ALIGNED = torch._nested_tensor_from_mask_left_aligned
_ASKED = {method for method, _ in _GUARDS} | {_LEFT_ALIGNED}
_READS = {torch.Tensor.tolist, torch.Tensor.numpy, torch.Tensor.__array__}
"""Methods that take numbers out of memory, without an operation that anyone sees."""
_INDEXED = {torch.Tensor.__getitem__, torch.Tensor.__setitem__}


class Shortcuts(TorchFunctionMode):
    """Hands some functions to the rules as they are, while it is active."""

    def __init__(self, watch: Watch, untouched: Untouched, device: torch.device) -> None:
        super().__init__()
        self._watch, self._untouched = watch, untouched
        self._mixing = Mixing(watch, device.type)
        self._claim = Claim(device)

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """One function."""
        if func in ANSWERS and len(args) == 1 and not kwargs:
            return self._claim.answer(func, args, sys._getframe(1))
        self._watch.tape.places.turn += 1
        args, kwargs = self._claim.taken_back(args, kwargs or {})
        found = self._at_once(func, args, kwargs, sys._getframe(1))
        if found is not NotImplemented:
            return found
        if func in _CHANGES:
            self._changes(func, args)
        return self._mixing.call(func, self._prepared(func, args), kwargs)

    def _at_once(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], caller: FrameType | None) -> Any:
        """The result of a function that is not left to the framework; NotImplemented for any other."""
        found = whole(func, args, kwargs)
        if found is not None and self._watch.tensors.depends(found[1]):
            return self._watch.whole(*found)
        if func in _FROM_DATA and _loses_numbers(func, args, kwargs):
            data = (torch.empty(0, dtype=args[0].dtype), *args[1:]) if func in _NEW else args
            return self._watch.moved(func(*data, **{**kwargs, "device": "cpu"}))
        if func in _ASKED and passes(func, caller) and self._watch.tensors.depends(args):
            return func is not _LEFT_ALIGNED or _is_left_aligned(self._watch.tensors.real(args[1]))
        if isinstance(func, HigherOrderOperator):
            return self._followed(func, args, kwargs)
        if func is torch.Tensor.__setitem__ and _fills(args[1], args[2]):
            # As it is where everything lies on one device; on several it is broadcast and copied.
            args[0][args[1]].fill_(args[2])
            return None
        return NotImplemented

    def _prepared(self, func: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Arguments of a function with numbers where it needs them."""
        if func in _READS:
            return (self._watch.tensors.readable(args[0], func.__name__), *args[1:])
        if func in _INDEXED and (type(args[1]) is list or type(args[1]) is tuple):
            return (args[0], _with_tensors(args[1]), *args[2:])
        return args

    def _changes(self, func: Any, args: tuple[Any, ...]) -> None:
        """Note what a function is about to change in the model."""
        if func in _SETS_LEARNING:
            self._untouched.learning_changes(args[0])
        elif func is not torch._C._set_grad_enabled:
            self._untouched.memory_changes(args[0])
        elif args[0]:
            # From here on gradients may reach any parameter without a word.
            self._untouched.learning_changes()

    def _followed(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A function of functions."""
        asked: list[Value] = []
        try:
            with self:
                found = follow(func.name(), args, lambda condition: self._truth(condition, asked))
        except Ended as ended:
            raise Ended(ended.name, ended.looked_at or asked, drawn=ended.drawn) from None
        if found is not NotImplemented:
            return found
        if func.name() != "flex_attention" or not self._watch.tensors.depends(args[:3]):
            return self._mixing.call(func, args, kwargs)
        with self:
            mask = mask_of(args[0], args[1], *args[3:], **kwargs)
        query, key, value = args[:3]
        if mask is None:
            mask = torch.empty((1, 1, query.shape[2], key.shape[2]), dtype=torch.bool, device="meta")
        return self._watch.whole(FLEX_ATTENTION, (query, key, value, mask))

    def _truth(self, condition: Any, asked: list[Value]) -> bool | None:
        """What a condition says; None, and its value among those that were asked, if the data say so."""
        tensors = self._watch.tensors
        value = tensors.value(condition)
        if value is not None:
            asked[:] = [value]
            return None
        real = tensors.real(condition)
        if real is None:
            raise Ended("cond", drawn=tensors.drawn([condition]))
        return bool(real)


def whole(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, tuple[Any, ...]] | None:
    """The operation that stands for a call of a function, with its arguments; None if it is to be taken apart."""
    if func not in _WHOLE or torch.is_grad_enabled() or torch._C._functorch.peek_interpreter_stack() is not None:
        # Gradients flow through parts only; within `torch.func` tensors are wrapped, and seen in parts only.
        return None
    overload = _OVERLOADS.get(func)
    if overload is not None:
        named = dict(zip(_NAMES[func], args, strict=False), **kwargs)
        # In training a batch normalisation has checks of its own; how many numbers there are only data can say.
        is_apart = named.get("training") or (func is functional.one_hot and named.get("num_classes", -1) < 0)
        return None if is_apart else (overload, tuple(map(named.get, _ORDER[func])))
    if func is functional.pad and args and _mode(args, kwargs) == "circular":
        # Taken apart it is a dozen writes into slices, in which the law beyond the ends is lost.
        amounts = args[1] if len(args) > 1 else kwargs["pad"]
        return torch.ops.aten._pad_circular.default, (args[0], list(amounts))
    if func in _CELLS:
        return _CELLS[func], args
    if func in _RECURRENT:
        return _RECURRENT[func].input if type(args[3]) is bool else _RECURRENT[func].data, args
    return None


def passes(func: Any, caller: FrameType | None) -> bool:
    """Whether a function is called only to check a tensor (`torch._assert`) or to choose a form of computing."""
    return func is _LEFT_ALIGNED or (caller is not None and (func, caller.f_code) in _GUARDS)


def _is_left_aligned(mask: Any) -> bool:
    """Whether the elements that a mask leaves come first in each line."""
    return mask is not None and bool((mask[:, :-1] >= mask[:, 1:]).all())


def _mode(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return args[2] if len(args) > 2 else kwargs.get("mode", "constant")


def _loses_numbers(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether numbers that the model names go to the meta device, where they would be gone before anyone sees them."""
    data = args[1 if func in _NEW else 0] if len(args) > (func in _NEW) else kwargs.get("data")
    device = kwargs.get("device", args[0].device if func in _NEW else None)
    return not isinstance(data, torch.Tensor) and _is_meta(device)


def _is_meta(device: Any) -> bool:
    return device is not None and torch.device(device).type == "meta"


def _fills(index: Any, value: Any) -> bool:
    """Whether one number is written everywhere in a part that is a view."""
    listed = index if type(index) is tuple else (index,)
    return (
        isinstance(value, torch.Tensor)
        and not value.dim()
        and all(item is None or item is Ellipsis or type(item) is int or type(item) is slice for item in listed)
    )


def _with_tensors(index: Any) -> Any:
    """An index with lists of numbers as tensors on the CPU."""
    if type(index) is tuple:
        return tuple(_with_tensors(item) if type(item) is list else item for item in index)
    return torch.tensor(index) if index and all(isinstance(n, int) for n in index) else index
