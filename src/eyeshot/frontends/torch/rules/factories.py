"""Tensors made after the shape of another: they depend on no input."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from eyeshot.frontends.torch.rules.table import Call, rule

__all__ = ["fill_of", "made_after"]

MAX_MADE = 1 << 20


@rule(
    "zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full", "new_empty",
    "new_empty_strided",
)  # fmt: skip
def made_after(call: Call) -> None:
    """Nothing is read, only the shape."""
    out = call.out
    if math.prod(out.shape) > MAX_MADE:
        return
    name = call.func._schema.name
    if "ones" in name:
        call.made = torch.ones_like(out, device="cpu")
    elif "full" in name and not isinstance(call.arg("fill_value"), torch.Tensor):
        call.made = torch.full_like(out, call.arg("fill_value"), device="cpu")
    else:
        call.made = torch.zeros_like(out, device="cpu")


@rule("rand_like", "randn_like", "randint_like")
def drawn_after(call: Call) -> None:
    """Random numbers: nothing is read, and nobody knows them."""
    _ = call.out


_FILLS: dict[str, Any] = {
    **dict.fromkeys(("zeros", "zeros_like", "new_zeros", "empty", "empty_like", "new_empty", "empty_strided"), 0),
    **dict.fromkeys(("new_empty_strided",), 0),
    **dict.fromkeys(("ones", "ones_like", "new_ones"), 1),
}
"""Operations all of whose elements are one number; memory that nobody has written to yet may be taken for zeros."""


def fill_of(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The number that all elements of a new tensor are; None for operations that make any others."""
    name = func._schema.name.removeprefix("aten::")
    if name in _FILLS:
        return _FILLS[name]
    if name not in {"full", "full_like", "new_full", "scalar_tensor"}:
        return None
    place = {"full": 1, "full_like": 1, "new_full": 2, "scalar_tensor": 0}[name]
    found = args[place] if place < len(args) else kwargs.get("fill_value", kwargs.get("s"))
    return found if isinstance(found, bool | int | float | complex) else None
