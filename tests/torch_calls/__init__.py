"""Calls of operations with small odd arguments, each with how far the answer is to be trusted."""

from torch_calls import kernels, matrices, numbers, resizes, writes
from torch_calls.call import Call

__all__ = ["CALLS", "Call"]

CALLS: dict[str, Call] = {}
for _family in (kernels, matrices, numbers, resizes, writes):
    for _name, _call in _family.CALLS.items():
        assert _name not in CALLS, _name
        CALLS[_name] = _call
