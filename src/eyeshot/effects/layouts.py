"""How numbers lie in memory decides into which operations some functions are taken apart; here it does not."""

from __future__ import annotations

from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from eyeshot.errors import InputError

__all__ = ["InOrder"]

_PRODUCTS = (torch.nn.functional.linear, torch.matmul, torch.Tensor.matmul, torch.Tensor.__matmul__)
_RECURRENT = (torch.lstm, torch.gru, torch.rnn_tanh, torch.rnn_relu)


class InOrder(TorchFunctionMode):
    """Has products of matrices taken apart alike wherever a model runs, as a context.

    A model that is read has no numbers, so no kernel says how they lie: behind some convolutions a linear layer would
    be one operation when it is read and two when it runs. So its numbers are laid in order first.

    Parameters
    ----------
    runs : bool
        Whether the model runs with numbers. Then recurrent layers are refused: every device takes them apart in its
        own way.
    """

    def __init__(self, *, runs: bool) -> None:
        super().__init__()
        self._runs = runs

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one function."""
        kwargs = kwargs or {}
        if self._runs and func in _RECURRENT:
            raise InputError(
                f"no way back is followed through recurrent layers (`{func.__name__}`); take a layer before the first "
                "of them, or look at `activations`, which need no way back"
            )
        if func in _PRODUCTS:
            return func(*map(_in_order, args), **{name: _in_order(one) for name, one in kwargs.items()})
        return func(*args, **kwargs)


def _in_order(one: Any) -> Any:
    return one.contiguous() if isinstance(one, torch.Tensor) else one
