"""What a rectifier lets through on the way back, by name."""

from __future__ import annotations

import enum

__all__ = ["Rule"]


class Rule(enum.Enum):
    """What passes a rectifier on the way back."""

    GRADIENT = "gradient"
    """What comes to an element that was positive on the way there."""
    DECONV = "deconvnet"
    """What is positive now, wherever it comes to."""
    GUIDED = "guided"
    """What is positive now and comes to an element that was positive on the way there."""
