"""Where tensors claim to lie: on the model's own device, so that what a model decides by devices goes its own way.

Inputs, and all that is made of them, lie on the meta device. A model that asks for a device (`x.device`, `x.is_cuda`)
is told its own; where it hands that device on, as in `torch.zeros_like(x, device=x.device)`, the meta device is meant
again, beside the tensors there. A constant that is made on the CPU lies there, as it does where the model runs.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any

import torch

from eyeshot.frontends.torch.aside import OURS
from eyeshot.frontends.torch.tensors import among

__all__ = ["ANSWERS", "Claim", "device_of"]

_META = torch.device("meta")
_KINDS = ("cpu", "cuda", "hpu", "ipu", "maia", "meta", "mps", "mtia", "xla", "xpu")


Answer = Callable[[torch.device, Any], Any]
"""The answer about a tensor that claims to lie on a device."""


def _is_kind(kind: str) -> Answer:
    return lambda device, _: device.type == kind


def _number(device: torch.device, _: Any) -> int:
    return -1 if device.type == "cpu" else device.index or 0


def _type(device: torch.device, tensor: Any) -> str:
    name = str(torch.empty(0, dtype=tensor.dtype).type())
    return name if device.type == "cpu" else name.replace("torch.", f"torch.{device.type}.", 1)


ANSWERS: dict[Any, Answer] = {
    torch.Tensor.device.__get__: lambda device, _: device,
    torch.Tensor.get_device: _number,
    torch.get_device: _number,
    torch.Tensor.type: _type,
    **{getattr(torch.Tensor, f"is_{k}").__get__: _is_kind(k) for k in _KINDS if hasattr(torch.Tensor, f"is_{k}")},
}
"""What asks for the device of a tensor, given nothing else, each with its answer."""


def device_of(model: torch.nn.Module) -> torch.device:
    """Where a model lies: on the device of its first tensor that has numbers, on the CPU if it has none."""
    for module in model.modules():
        for tensor in (*module._parameters.values(), *module._buffers.values()):
            if tensor is not None and not tensor.is_meta:
                return tensor.device
    return torch.device("cpu")


class Claim:
    """A device that tensors without numbers claim to lie on.

    Parameters
    ----------
    device : device
        Where the model lies.
    """

    def __init__(self, device: torch.device) -> None:
        # An object of its own, by which it is known again.
        self._device = torch.device(device.type, device.index)
        self._is_known = device.type not in {"cpu", "meta"}

    def answer(self, func: Any, args: tuple[Any, ...], caller: FrameType | None) -> Any:
        """The answer of one of `ANSWERS`; eyeshot itself, and what has numbers, are told the truth."""
        is_ours = caller is not None and caller.f_code.co_filename.startswith(OURS)
        if is_ours or not args[0].is_meta:
            return func(*args)
        self._is_known = True
        return ANSWERS[func](self._device, args[0])

    def taken_back(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments with the meta device in place of the one that was claimed."""
        if not self._is_known or self._makes_numbers(args, kwargs):
            return args, kwargs
        named = {key: _META if key == "device" and self._is_claimed(arg) else arg for key, arg in kwargs.items()}
        return tuple(_META if self._is_claimed(arg) else arg for arg in args), named

    def _makes_numbers(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether a tensor is made of nothing on the CPU: its numbers are as good there, and models keep such tensors.

        What a function remembers by the device (`functools.lru_cache`) is there the next time that the model runs.
        """
        return self._device.type == "cpu" and not among(args, kwargs)

    def _is_claimed(self, arg: Any) -> bool:
        """Whether an argument is the claimed device; the CPU only if it is the very object that was handed out."""
        if self._device.type == "cpu":
            return arg is self._device
        if type(arg) is str:
            return bool(arg.partition(":")[0] == self._device.type)
        return isinstance(arg, torch.device) and arg.type == self._device.type
