"""Calls of operations with small odd arguments, each with how far the answer is to be trusted."""

from torch_calls import (
    indices,
    kernels,
    layers,
    matrices,
    numbers,
    pointwise,
    reductions,
    resizes,
    views,
    writes,
)
from torch_calls.call import Call

__all__ = ["CALLS", "Call"]

CALLS: dict[str, Call] = {}
for _family in (indices, kernels, layers, matrices, numbers, pointwise, reductions, resizes, views, writes):
    for _name, _call in _family.CALLS.items():
        assert _name not in CALLS, _name
        CALLS[_name] = _call
