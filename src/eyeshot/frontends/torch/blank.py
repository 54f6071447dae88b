"""Tensors without numbers, made without the slow ways of the meta device."""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["blank_like"]

_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


def blank_like(tensor: Any) -> Any:
    """A tensor on the meta device laid out as an operation would lay out its result.

    As `torch.empty_like`, whose decomposition costs more than a whole convolution on the meta device.
    """
    if tensor.is_contiguous():
        return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")
    last = _LAST.get(tensor.dim())
    if last is not None and tensor.is_contiguous(memory_format=last):
        return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta", memory_format=last)
    return torch.empty_like(tensor, device="meta", requires_grad=False)
