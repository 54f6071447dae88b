"""NaN for whole numbers: where they are looked up in a table, what was found there is poisoned in their place.

There is no NaN among tokens. But all that a language model does with most of them is to look them up, so NaN in the
rows that were looked up comes out of exactly those features that read the token. Which tokens are meant is known for
every tensor that lies in their memory, however it is viewed, and for copies of it.
"""

from __future__ import annotations

import math
from typing import Any

import torch

__all__ = ["Lookups", "nan_of"]


def nan_of(number: torch.dtype) -> float | int:
    """NaN, or the whole number that is written into an input where NaN is meant; the model never gets it."""
    return int(torch.iinfo(number).min) if number in _WHOLE else math.nan


class Lookups:
    """Whole numbers that are poisoned, from the input to the tables."""

    def __init__(self) -> None:
        # By memory a truth value for each of its elements, and the name of the input.
        self._masks: dict[int, tuple[Any, str]] = {}

    def begin(self, name: str, tensor: Any) -> None:
        """Take a tensor as an input, and leave in it only numbers that the model may get."""
        if tensor.dtype in _WHOLE:
            mask = tensor == nan_of(tensor.dtype)
            tensor.masked_fill_(mask, 0)
            self._put(tensor, mask, name)

    def copy(self, source: Any, copied: Any) -> None:
        """A copy is poisoned where its source is."""
        found = self._of(source)
        if found is not None and copied.dtype in _WHOLE and copied.shape == source.shape:
            self._put(copied, *found)

    def forget(self, tensor: Any) -> None:
        """Something else was written there."""
        self._masks.pop(_memory(tensor), None)

    def poison(self, name: str, settings: dict[str, Any], out: Any) -> str | None:
        """Put NaN into what was looked up; the name of the input whose numbers this call looks up, if it does."""
        found = self._of(settings["indices"]) if name == "aten::embedding.default" else None
        if found is None or not out.is_floating_point():
            return None
        mask, input_name = found
        out.masked_fill_(mask.unsqueeze(-1), torch.nan)
        return input_name

    def _put(self, tensor: Any, mask: Any, name: str) -> None:
        count = tensor.untyped_storage().nbytes() // tensor.element_size()
        flat = torch.zeros(count, dtype=torch.bool)
        flat.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).copy_(mask)
        self._masks[_memory(tensor)] = flat, name

    def _of(self, tensor: Any) -> tuple[Any, str] | None:
        found = self._masks.get(_memory(tensor))
        if found is None or tensor.dtype not in _WHOLE:
            return None
        return found[0].as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()), found[1]


_WHOLE = (torch.int16, torch.int32, torch.int64)


def _memory(tensor: Any) -> int:
    return int(tensor.untyped_storage()._cdata)
