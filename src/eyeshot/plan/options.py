"""Which sizes of tiles to offer, which to recommend, and which fit into memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from eyeshot.errors import InputError
from eyeshot.plan.fitting import Fitting
from eyeshot.plan.results import Option
from eyeshot.plan.subject import Size, Subject

__all__ = ["MAX_TILES", "candidates", "largest_within", "options_of", "recommended"]

_WORTH = 1.25
"""Recomputation below which larger tiles save little."""
_MOST = 8
_MOST_ALONG = 100_000
"""Tiles along an axis beyond which smaller ones are not offered."""
MAX_TILES = 10_000_000
"""Most tiles of an image."""


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


def options_of(subject: Subject, fitting: Fitting) -> list[Option]:
    """Sizes to choose from, one of them recommended."""
    longest = max(subject.extents)
    most = min(_MOST_ALONG, int(MAX_TILES ** (1 / len(subject.extents))))
    # A tile gives one step of the grid, and as many pixels more as it has beyond the narrowest.
    least = fitting.narrowest() + max(0, -(-longest // most) - max(subject.aligned))
    sizes = [fitting.clipped(size) for size in candidates(least, longest)]
    rows = [_option(subject, fitting, size) for size in sizes]
    return recommended([row for row in rows if row is not None])


def _option(subject: Subject, fitting: Fitting, size: Size) -> Option | None:
    outputs = subject.outputs(size)
    if outputs is None or all(s >= n for s, n in zip(size, subject.extents, strict=True)):
        return None
    cuts = fitting.cuts(size, outputs)
    taken = subject.taken(tuple(cut.size for cut in cuts)).alone
    tiles = math.prod(len(cut.reads) for cut in cuts)
    return Option(size, tiles, math.prod(cut.recomputation for cut in cuts), taken)


def largest_within(subject: Subject, fitting: Fitting, memory: int) -> Size:
    """The largest tile that takes no more than a budget.

    Raises
    ------
    InputError
        If not even the smallest does.
    """
    step, low = max(subject.aligned), fitting.narrowest()
    smallest = _taken(subject, fitting, low)
    if smallest > memory:
        raise InputError(
            f"the memory must hold at least the smallest tile ({low} pixels, {smallest:,} bytes), but leaves "
            f"{memory:,} bytes for it"
        )
    count, most = 0, max(0, (max(subject.extents) - 1 - low) // step)
    while count < most:
        middle = (count + most + 1) // 2
        fits = _taken(subject, fitting, low + middle * step) <= memory
        count, most = (middle, most) if fits else (count, middle - 1)
    return fitting.clipped(low + count * step)


def _taken(subject: Subject, fitting: Fitting, pixels: int) -> int:
    """Bytes of a run on the tiles of a plan for a size; the largest is on the grid, and may be smaller than that."""
    size = fitting.clipped(pixels)
    outputs = subject.outputs(size)
    if outputs is None:
        return subject.taken(size).among
    cuts = fitting.cuts(size, outputs)
    taken = subject.taken(tuple(cut.size for cut in cuts))
    return taken.alone if all(cut.has_one_length for cut in cuts) else taken.among
