"""What a model makes without its input: coordinates, masks, scales that it computes from the size of the image.

A graph says what is read of the input, and such numbers read nothing. But if they change with the size, a tile gets
others than the whole image. So all calls whose arguments do not come from the input are written down, and numbers by
which values are scaled; two sizes must give the same list.
"""

from __future__ import annotations

import sys
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

__all__ = ["Constants"]

# Not `empty`: the input itself is made by it, without numbers.
_UNIFORM = {"zeros", "ones", "full"}
_UNIFORM_OF_ANY = {"zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full"}
_KEEPS = {
    "to",
    "clone",
    "expand",
    "expand_as",
    "float",
    "half",
    "double",
    "type_as",
    "contiguous",
    "detach",
    "requires_grad_",
}
_SCALES = {
    "add", "sub", "mul", "div", "pow", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__pow__",
    "__truediv__", "__rtruediv__", "__rdiv__", "__iadd__", "__isub__", "__imul__", "__itruediv__", "add_", "mul_",
    "div_", "sub_", "clamp", "clip", "masked_fill", "masked_fill_", "fill_", "true_divide",
}  # fmt: skip


class Constants(TorchFunctionMode):
    """Writes down what does not come from the input, while it is active.

    Parameters
    ----------
    model : Module
        The model; its parameters and buffers are constants.
    """

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        held = [*model.parameters(), *model.buffers()]
        held += [
            value for module in model.modules() for value in vars(module).values() if isinstance(value, torch.Tensor)
        ]
        # By identity, and held so that no other tensor gets the same.
        self._constant: dict[int, Any] = {id(tensor): tensor for tensor in held}
        self._uniform: dict[int, Any] = {}
        self.seen: list[tuple[str, str, str]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """One call of PyTorch."""
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        name = getattr(func, "__name__", str(func))
        tensors = [one for one in _flat((args, kwargs)) if isinstance(one, torch.Tensor)]
        if name in _SCALES:
            numbers = [one for one in _flat((args, kwargs)) if isinstance(one, int | float)]
            self._write(name, str(numbers))
        made = [one for one in _flat(result) if isinstance(one, torch.Tensor)]
        if not made and name != "__setitem__":
            return result
        if name.startswith("empty") or name == "new_empty":
            return result
        keeps = name in _KEEPS and all(id(one) in self._uniform for one in tensors)
        if name in _UNIFORM_OF_ANY or (name in _UNIFORM and not tensors) or (tensors and keeps):
            self._uniform.update({id(one): one for one in made})
        elif all(id(one) in self._constant or id(one) in self._uniform for one in tensors):
            self._write(name, str([tuple(one.shape) for one in (*tensors, *made)]))
            self._constant.update({id(one): one for one in made})
        return result

    def _write(self, name: str, what: str) -> None:
        frame = sys._getframe(2)
        while frame.f_back is not None and "/torch/" in frame.f_code.co_filename.replace("\\", "/"):
            frame = frame.f_back
        path = frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
        self.seen.append((name, what, f"{path}:{frame.f_lineno}"))


def _flat(value: Any) -> list[Any]:
    """Everything in nested arguments."""
    if isinstance(value, dict):
        return [one for item in value.values() for one in _flat(item)]
    if isinstance(value, list | tuple):
        return [one for item in value for one in _flat(item)]
    return [value]
