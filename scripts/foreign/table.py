"""One foreign model: how it is made, and what goes into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Foreign", "Table"]


@dataclass(frozen=True, slots=True)
class Foreign:
    """A model of somebody else's package, small and with random weights.

    Parameters
    ----------
    make : callable
        Makes the module; it imports its package when it is called.
    input_shape : Any
        What `eyeshot.verify` takes of that name.
    call : callable, optional
        Makes arguments of `forward` that are no inputs, by name.
    axes : str, optional
        Axes of the inputs, where their rank does not tell.
    rows : int, optional
        Most rows along an axis that are poisoned; all by default.
    """

    make: Callable[[], Any]
    input_shape: Any
    call: Callable[[], Mapping[str, Any]] = dict
    axes: str | None = None
    rows: int | None = None


Table = Mapping[str, Foreign]
"""Models by their names in the page."""
