"""Image sizes for which a network runs and for which tiles give what the whole gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eyeshot.errors import EyeshotError
from eyeshot.plan.results import Sizes

__all__ = ["MAX_TRIED", "valid_sizes"]

MAX_TRIED = 64
"""Most residues that are tried one by one."""


def valid_sizes(holds: Callable[[int], bool], runs: Callable[[int], bool], step: int, base: int) -> Sizes:
    """Try every residue of a size modulo the alignment.

    Parameters
    ----------
    holds : callable
        Whether the network runs at a size, and tiles of it give the whole.
    runs : callable
        Whether it runs at a size; by this the smallest one is found.
    step : int
        The alignment, at most `MAX_TRIED`.
    base : int
        A multiple of the step; sizes ``base … base + step − 1`` are tried.
    """
    residues = tuple(r for r in range(step) if _holds(holds, base + r))
    kept, period = _shortest(residues, step)
    below = (n for n in range(1, base) if n % period in kept)
    least = next((n for n in below if _holds(runs, n)), base + (residues[0] if residues else 0))
    return Sizes(period, kept, least)


def _holds(holds: Callable[[int], bool], n: int) -> bool:
    try:
        return holds(n)
    except EyeshotError:
        # The network says itself that it cannot run at this size: that is the answer.
        return False


def _shortest(residues: Sequence[int], step: int) -> tuple[tuple[int, ...], int]:
    """The same residues by the shortest period.

    Examples
    --------
    >>> _shortest((0, 8), 16)
    ((0,), 8)
    """
    for period in range(1, step + 1):
        kept = tuple(r for r in residues if r < period)
        if step % period == 0 and {r + k for r in kept for k in range(0, step, period)} == set(residues):
            return kept, period
    return tuple(residues), step
