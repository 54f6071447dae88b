"""Modes that see the operations of a run."""

from __future__ import annotations

from torch.utils._python_dispatch import TorchDispatchMode

__all__ = ["Seeing"]


class Seeing(TorchDispatchMode):
    """A mode that sees every operation that is run within it."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing in here is ever compiled; saying so would load PyTorch's compiler, which takes seconds."""
        return False
