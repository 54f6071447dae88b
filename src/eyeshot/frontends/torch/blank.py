"""Tensors without numbers, made without the slow ways of the meta device."""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["blank_like", "blank_packed", "blank_standard", "blank_strided"]

_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


def blank_like(tensor: Any) -> Any:
    """A tensor on the meta device laid out as an operation would lay out its result.

    As `torch.empty_like`, whose decomposition costs more than a whole convolution on the meta device.
    """
    if tensor.is_contiguous():
        return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")
    if _is_channels_last(tensor):
        return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta", memory_format=_LAST[tensor.dim()])
    return torch.empty_like(tensor, device="meta", requires_grad=False)


def blank_packed(tensor: Any) -> Any:
    """A tensor on the meta device in the order of its dimensions, however the operand lies in memory."""
    return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")


def blank_standard(tensor: Any) -> Any:
    """A tensor on the meta device in one of PyTorch's memory formats: with channels last as the operand, or packed."""
    return blank_like(tensor) if _is_channels_last(tensor) else blank_packed(tensor)


def blank_strided(tensor: Any) -> Any:
    """A tensor on the meta device with the operand's own strides, gaps between its elements too."""
    return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")


def _is_channels_last(tensor: Any) -> bool:
    last = _LAST.get(tensor.dim())
    return last is not None and bool(tensor.is_contiguous(memory_format=last))
