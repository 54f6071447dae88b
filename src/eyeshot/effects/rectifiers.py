"""What a rectifier lets through on the way back: the rules of gradients, of deconvnets, and of both at once.

The forward pass stays as it is. On the way back PyTorch calls one operation for each rectifier that was passed,
whatever the model wrote: a module, a function, in place, one module many times. A mode that sees these operations
exchanges what they do. Max pooling needs nothing: its own backward pass puts values where the maxima were.
"""

from __future__ import annotations

from typing import Any

from eyeshot.effects.modes import Seeing
from eyeshot.effects.rules import Rule

__all__ = ["Rectifying"]


_RECTIFIERS = frozenset({"aten::threshold_backward", "aten::hardtanh_backward"})
"""Operations of the way back that belong to rectifiers: ReLU, and ReLU6 with its like, which are cut off above too."""


class Rectifying(Seeing):
    """Sends what comes back through rectifiers by a rule, as a context.

    Parameters
    ----------
    rule : Rule
        The rule.

    Attributes
    ----------
    met : int
        How many rectifiers have been met. Where there is none all rules say the same: the plain gradient.
    """

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self._rule = rule
        self.met = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one operation."""
        if func._schema.name not in _RECTIFIERS:
            return func(*args, **(kwargs or {}))
        self.met += 1
        if self._rule is Rule.GRADIENT:
            return func(*args, **(kwargs or {}))
        positive = args[0].clamp_min(0)
        return positive if self._rule is Rule.DECONV else func(positive, *args[1:], **(kwargs or {}))
