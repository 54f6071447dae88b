"""Which sizes of tiles to offer, and which to recommend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eyeshot.plan.results import Option

__all__ = ["candidates", "recommended"]

_WORTH = 1.25
"""Recomputation below which larger tiles save little."""
_MOST = 8


def candidates(least: int, extent: int) -> list[int]:
    """Round sizes from the smallest possible tile up to the image.

    Examples
    --------
    >>> candidates(40, 1000)
    [64, 128, 256, 512]
    """
    found, size = [], 16
    while size < extent:
        found += [size, size * 3 // 2]
        size *= 2
    kept = [n for n in found if least <= n < extent]
    if len(kept) > _MOST:
        doubled = [n for n in kept if n & (n - 1) == 0]
        kept = doubled if len(doubled) >= _MOST // 2 else kept
    return kept[:_MOST] or [least]


def recommended(options: Sequence[Option]) -> list[Option]:
    """Mark one: the smallest that recomputes little, or else the one that recomputes least."""
    unique = list({option.size: option for option in options}.values())
    good = [option for option in unique if option.recomputation <= _WORTH]
    best = good[0] if good else min(unique, key=lambda option: option.recomputation)
    return [replace(option, recommended=option is best) for option in unique]
