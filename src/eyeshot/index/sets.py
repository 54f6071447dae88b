"""Sets of indices along one dimension, held as their runs: one without holes costs one run, whatever its size.

numpy is loaded only by what makes or reads arrays: a table needs sets, but no arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eyeshot.errors import LimitError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["MAX_RUNS", "IndexSet", "Run", "joined"]

Run = tuple[int, int]
"""All indices in ``[start, stop)``."""

MAX_RUNS = 1_000_000
"""Most separate runs of a set."""


@dataclass(frozen=True, slots=True)
class IndexSet:
    """A finite set of indices as disjoint, non-touching, rising runs ``[start, stop)``.

    Examples
    --------
    >>> IndexSet.of([4, 0, 1, 2])
    IndexSet(runs=((0, 3), (4, 5)))
    """

    runs: tuple[Run, ...]

    @staticmethod
    def span(start: int, stop: int) -> IndexSet:
        """All indices in ``[start, stop)``."""
        return IndexSet(((start, stop),) if stop > start else ())

    @staticmethod
    def of(indices: Iterable[int]) -> IndexSet:
        """The listed indices."""
        return _checked(joined((i, i + 1) for i in sorted(set(indices))))

    @staticmethod
    def from_runs(runs: Iterable[Run]) -> IndexSet:
        """All indices of some runs, which may come in any order and overlap."""
        return _checked(joined(sorted(runs)))

    @staticmethod
    def from_mask(mask: npt.NDArray[np.bool_], start: int = 0) -> IndexSet:
        """Indices ``start + i`` where ``mask[i]`` is true."""
        import numpy as np

        edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
        edges += start
        _bounded(len(edges) // 2)
        return IndexSet(tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)))

    def __bool__(self) -> bool:
        return bool(self.runs)

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self.runs)

    def __iter__(self) -> Iterator[int]:
        for start, stop in self.runs:
            yield from range(start, stop)

    def __contains__(self, index: int) -> bool:
        return any(start <= index < stop for start, stop in self.runs)

    @property
    def hull(self) -> Run:
        """The smallest interval that holds the set; ``(0, 0)`` if it is empty."""
        return (self.runs[0][0], self.runs[-1][1]) if self.runs else (0, 0)

    def is_span(self, n: int) -> bool:
        """Whether the set is all of ``[0, n)``."""
        return self.runs == ((0, n),)

    def mask(self, start: int, stop: int) -> npt.NDArray[np.bool_]:
        """Membership of ``start … stop − 1`` as a boolean array."""
        import numpy as np

        inside = np.zeros(max(0, stop - start), np.bool_)
        for a, b in self.runs:
            inside[max(0, a - start) : max(0, b - start)] = True
        return inside

    def __or__(self, other: IndexSet) -> IndexSet:
        if not self.runs or self.runs == other.runs:
            return other
        if not other.runs:
            return self
        return IndexSet.from_runs((*self.runs, *other.runs))

    def __and__(self, other: IndexSet) -> IndexSet:
        found, mine, theirs = [], iter(self.runs), iter(other.runs)
        a, b = next(mine, None), next(theirs, None)
        while a is not None and b is not None:
            start, stop = max(a[0], b[0]), min(a[1], b[1])
            if stop > start:
                found.append((start, stop))
            if a[1] < b[1]:
                a = next(mine, None)
            else:
                b = next(theirs, None)
        return IndexSet(tuple(found))

    def __le__(self, other: IndexSet) -> bool:
        if len(self.runs) == len(other.runs) == 1:
            (a, b), (start, stop) = self.runs[0], other.runs[0]
            return start <= a and b <= stop
        return (self & other).runs == self.runs


def joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Rising runs with those that touch or overlap made one, and without empty ones.

    Examples
    --------
    >>> joined([(0, 2), (2, 3), (4, 6), (5, 9)])
    ((0, 3), (4, 9))
    """
    found: list[Run] = []
    for start, stop in runs:
        if stop <= start:
            continue
        if found and start <= found[-1][1]:
            if stop > found[-1][1]:
                found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return tuple(found)


def _checked(runs: tuple[Run, ...]) -> IndexSet:
    _bounded(len(runs))
    return IndexSet(runs)


def _bounded(runs: int) -> None:
    if runs > MAX_RUNS:
        raise LimitError(
            f"a set may have at most {MAX_RUNS:,} separate runs, but this one has {runs:,}; "
            "ask for a feature that reads less, or for a smaller input"
        )
