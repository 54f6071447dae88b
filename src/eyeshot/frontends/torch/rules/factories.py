"""Tensors made after the shape of another: they depend on no input."""

from __future__ import annotations

import math

import torch

from eyeshot.frontends.torch.rules.table import Call, rule

__all__: list[str] = []

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
