"""Margins and sizes of tiles: wide enough to be right, and such that the network runs on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from eyeshot.plan.cuts import cut_axis, least_tile, margins
from eyeshot.plan.results import AxisCut, Output
from eyeshot.plan.sizes import MAX_TRIED
from eyeshot.plan.subject import Size, Subject

__all__ = ["Fitting"]

_STEPS = (2, 6, 1, 0)
"""Steps of the grid in the tiles by which it is tried whether the network runs; in large ones deep layers have room."""

_MOST_PROBED = 200
"""Tiles along an axis, about, by which it is tried whether there are any."""
_MOST_KINDS = 27
"""Kinds of tiles that differ in length, or in the borders that they touch; the network is captured for each."""


class Fitting:
    """What is known so far of the tiles that a network needs.

    Parameters
    ----------
    subject : Subject
        Network and image.
    extra : list of [int, int], optional
        Pixels beyond what the fields say that margins have, per axis and side; shared with whoever found them.
    """

    def __init__(self, subject: Subject, extra: list[list[int]] | None = None) -> None:
        self._subject = subject
        self.extra = [[0, 0] for _ in subject.extents] if extra is None else extra
        self._rest: int | None = None

    def widen(self, short: Iterable[tuple[int, int]]) -> None:
        """Add a step of the grid to margins on some sides of some axes."""
        for axis, side in short:
            self.extra[axis][side] += self._subject.aligned[axis]

    def cuts(self, size: Size, outputs: Sequence[Output], *, even: bool = False) -> tuple[AxisCut, ...]:
        """Tiles of at most a size; `even` makes those at the image's borders as large as the others."""
        cuts = tuple(self._cut(axis, size[axis], outputs, even=even) for axis in range(len(size)))
        if even or math.prod(map(_kinds, cuts)) <= _MOST_KINDS:
            return cuts
        return self.cuts(size, outputs, even=True)

    def _cut(self, axis: int, size: int, outputs: Sequence[Output], *, even: bool) -> AxisCut:
        laws = [output.laws[axis] for output in outputs]
        margin = self._widened(axis, (max(law.before for law in laws), max(law.after for law in laws)))
        name, n, step = self._subject.names[axis], self._subject.extents[axis], self._subject.aligned[axis]
        return cut_axis(name, n, step, laws, margin, size, even=even)

    def _widened(self, axis: int, halo: tuple[int, int]) -> tuple[int, int]:
        """The margins along an axis: a tile begins on the grid, and has a size at which the network runs."""
        step = self._subject.aligned[axis]
        before, after = margins(halo, step, (self.extra[axis][0], self.extra[axis][1]))
        return before, after + (self._rest or 0) % step

    def least(self, axis: int) -> int:
        """Pixels of the smallest tile along an axis."""
        laws = [self._subject.laws[name][axis] for name in self._subject.wanted]
        before, after = (max((getattr(law, side) for law in laws if law), default=0) for side in ("before", "after"))
        return least_tile(self._widened(axis, (before, after)), self._subject.aligned[axis])

    def fit(self) -> None:
        """Find how many pixels beyond a multiple of the alignment a tile needs, so that the network runs on it.

        Most networks take multiples; a U-Net without padding may take 8·k + 4 only.
        """
        if self._rest is not None:
            return
        for rest in range(min(max(self._subject.aligned), MAX_TRIED)):
            self._rest = rest
            sizes = [self._smallest(steps) for steps in _STEPS]
            # That the whole image runs says nothing of tiles.
            if any(size != self._subject.extents and self._subject.runs(size) for size in sizes):
                return
        self._rest = 0

    def _smallest(self, steps: int) -> Size:
        axes = enumerate(zip(self._subject.extents, self._subject.aligned, strict=True))
        return tuple(min(self.least(axis) + steps * step, n) for axis, (n, step) in axes)

    @property
    def has_room(self) -> bool:
        """Whether the image is larger than the smallest tile along some axis."""
        return any(n > self.least(axis) for axis, n in enumerate(self._subject.extents))

    def probe(self) -> Size:
        """The size of small tiles with a few steps of the grid in them, at which the network runs."""
        extents = self._subject.extents
        self.fit()
        least = tuple(self.least(axis) for axis in range(len(extents)))
        steps = 2
        while True:
            found = tuple(
                min(small + max(steps, n // _MOST_PROBED // step) * step, n - 1) if n > small else n
                for n, small, step in zip(extents, least, self._subject.aligned, strict=True)
            )
            is_last = all(size >= n - 1 for size, n in zip(found, extents, strict=True))
            if is_last or self._subject.runs(found):
                return found
            steps *= 2

    def clipped(self, size: int) -> Size:
        """A size per axis: no smaller than the smallest tile, and all of an axis that is not to be cut."""
        return tuple(
            n if size >= n or n <= self.least(axis) else max(size, self.least(axis))
            for axis, n in enumerate(self._subject.extents)
        )

    def narrowest(self) -> int:
        """Pixels of the smallest tile that is as large along every axis that can be cut."""
        least = [self.least(axis) for axis in range(len(self._subject.extents))]
        return max(small for small, n in zip(least, self._subject.extents, strict=True) if small < n)


def _kinds(cut: AxisCut) -> int:
    return len({(stop - start, start == 0, stop == cut.n) for start, stop in cut.reads})
