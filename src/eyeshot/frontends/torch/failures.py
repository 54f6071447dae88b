"""What is said of a model that cannot be watched to its end: it raises, or it asks for numbers that are not there."""

from __future__ import annotations

import re

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.inputs import Arguments

__all__ = ["cut_short", "failed", "needs_device", "numbers_wanted"]

_WITHOUT_NUMBERS = {
    r"meta device type tensor to numpy": "numpy",
    r"tolist\(\) shouldn't be called": "tolist",
    r"item\(\) cannot be called on meta": "item",
    r"passed to Tensor\.__format__": "format",
    r"out of meta tensor": "copy",
}
"""How PyTorch complains of a tensor that has a shape and no numbers, and what the model then did."""

_DEVICES = re.compile(r"\b(cuda|nvidia|hip|xpu|mps|gpu)\b", re.IGNORECASE)

_WORDS = {"_local_scalar_dense": "item (`if`, `while`, int() or .item() on a tensor)"}
"""Names of operations that their users do not know."""


def numbers_wanted(error: BaseException) -> str | None:
    """The operation that failed only because tensors have no numbers here; None if the model itself is at fault."""
    return next((name for text, name in _WITHOUT_NUMBERS.items() if re.search(text, str(error))), None)


def needs_device(error: BaseException) -> bool:
    """Whether an error speaks of an accelerator."""
    return _DEVICES.search(str(error)) is not None


def cut_short(where: str, operation: str) -> str:
    """The note on a capture that ended before the model did."""
    return (
        f"The capture ended in {where or 'the model itself'} at the operation {_WORDS.get(operation, operation)}, "
        "which needs the numbers of real data; everything up to there is analysed."
    )


def failed(model: torch.nn.Module, arguments: Arguments, where: str, error: BaseException) -> InputError:
    """The one line on a model that raises: what was run, where it happened, the model's own exception."""
    shapes = ", ".join(f"{name} {tuple(tensor.shape)}" for name, tensor in arguments.tensors)
    message = (str(error).strip() or "no message").splitlines()[0].rstrip(".:")
    advice = ""
    if needs_device(error):
        advice = "; eyeshot runs it on shapes, without a GPU: make tensors where the input is, as in `x.to(y.device)`"
    return InputError(
        f"`{type(model).__name__}` must run with {shapes}, but "
        f"{'`' + where + '`' if where else 'it'} raises {type(error).__name__}: {message}{advice}"
    )
