"""Sets of indices carried through an index map, in both directions.

What a feature reads is carried backwards through the graph by `image`, what a pixel reaches forwards by `preimage`.
Both follow whole runs where the law of the map allows it, and single taps only where it does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from eyeshot.errors import LimitError
from eyeshot.index.border import Border
from eyeshot.index.explicit import Ints
from eyeshot.index.maps import IndexMap
from eyeshot.index.sets import IndexSet, Run

__all__ = ["image", "preimage"]

_MAX_ENUMERATED = 50_000_000


def image(reading: IndexMap, outs: IndexSet) -> IndexSet:
    """Input indices that the output indices `outs` read.

    Examples
    --------
    >>> image(IndexMap.window(9, 4, 3, stride=2), IndexSet.of([0, 2]))
    IndexSet(runs=((0, 3), (4, 7)))
    """
    if not outs or reading.is_identity:
        return outs
    if reading.is_whole:
        return IndexSet.span(0, reading.n_in)
    gapless = _is_gapless(reading)
    parts = [part for run in outs.runs for part in _image_of_run(reading, run, gapless)]
    return _folded(reading, parts)


def preimage(reading: IndexMap, ins: IndexSet) -> IndexSet:
    """Output indices that read at least one of the input indices `ins`.

    Examples
    --------
    >>> preimage(IndexMap.window(9, 4, 3, stride=2), IndexSet.of([4]))
    IndexSet(runs=((1, 3),))
    """
    if not ins or reading.is_identity:
        return ins
    if reading.is_whole:
        return IndexSet.span(0, reading.n_out)
    if reading.is_shift:
        by = -reading.taps[0][0]
        moved = IndexSet(tuple((start + by, stop + by) for start, stop in ins.runs))
        return moved & IndexSet.span(max(0, by), min(reading.n_out, reading.n_in + by))
    a, b = reading.regular(0, reading.n_in) if reading.lawful else (0, 0)
    inner = [run for piece in ins.runs for run in _preimage_of_run(reading, piece, a, b)]
    _enumerable(a + reading.n_out - b)
    outer = [*range(a), *range(b, reading.n_out)]
    mask = _touching(reading, np.array(outer, np.int64), ins)
    edge = [(o, o + 1) for o, touches in zip(outer, mask, strict=True) if touches]
    return IndexSet.from_runs((*inner, *edge))


def _is_gapless(reading: IndexMap) -> bool:
    """Whether the taps of neighbouring outputs leave no input index between them unread."""
    if not (reading.lawful and reading.advance > 0):
        return False
    end = reading.law(-1)
    for o in range(reading.period):
        taps = reading.law(o)
        if not (isinstance(taps, range) and taps.step == 1 and len(taps) and len(end)):
            return False
        if not end[0] <= taps[0] <= end[-1] + 1 or taps[-1] < end[-1]:
            return False
        end = taps
    return True


def _image_of_run(reading: IndexMap, run: Run, gapless: bool) -> list[Run]:
    start, stop = run
    if gapless:
        return [(reading.law(start)[0], reading.law(stop - 1)[-1] + 1)]
    taps = reading.taps[0]
    if reading.period == 1 and abs(reading.advance) <= 1 and reading.advance != 0:
        ends = (start, stop - 1) if reading.advance > 0 else (1 - stop, -start)
        return [(tap + ends[0], tap + ends[1] + 1) for tap in taps]
    alike = stop - start == 1 or reading.advance == 0
    if reading.period == 1 and alike and isinstance(taps, range) and taps.step == 1:
        first = taps.start + start * reading.advance
        return [(first, first + len(taps))] if len(taps) else []
    indices = _all_taps(reading, np.arange(start, stop))
    return list(IndexSet.of(indices.tolist()).runs)


def _all_taps(reading: IndexMap, outs: Ints) -> Ints:
    """Taps of many output indices in one array, not folded."""
    _enumerable(len(outs) * max(len(taps) for taps in reading.taps))
    turns, phases = np.divmod(outs, reading.period)
    found = [np.zeros(0, np.int64)]
    for phase in np.unique(phases):
        moved = turns[phases == phase] * reading.advance
        found.append((moved[:, None] + np.array(reading.taps[phase], np.int64)[None, :]).ravel())
    return np.unique(np.concatenate(found))


def _folded(reading: IndexMap, runs: list[Run]) -> IndexSet:
    """Runs of taps as a set of input indices, by the border rule."""
    n, inside = reading.n_in, []
    for start, stop in runs:
        if start >= 0 and stop <= n:
            inside.append((start, stop))
            continue
        if max(0, start) < min(n, stop):
            inside.append((max(0, start), min(n, stop)))
        if reading.border is not Border.NOTHING and n:
            outside = [*range(start, min(stop, 0)), *range(max(start, n), stop)]
            _enumerable(len(outside))
            inside.extend((i, i + 1) for i in {reading.fold(tap) for tap in outside})
    return IndexSet.from_runs(inside)


def _preimage_of_run(reading: IndexMap, piece: Run, a: int, b: int) -> list[Run]:
    """Outputs within the regular range ``[a, b)`` that read something of a run of inputs."""
    x, y = piece
    if b <= a:
        return []
    if all(isinstance(taps, range) and taps.step == 1 and len(taps) for taps in reading.taps) and _rises(reading):
        low = _first_where(a, b, lambda o: reading.law(o)[-1] >= x)
        high = _first_where(a, b, lambda o: reading.law(o)[0] >= y)
        return [(low, high)] if high > low else []
    low, high = _candidates(reading, x, y, a, b)
    _enumerable((high - low) * max(len(taps) for taps in reading.taps))
    outs = np.arange(low, high)
    touches = _touching(reading, outs, IndexSet.span(x, y))
    return list(IndexSet.from_mask(touches, low).runs)


def _rises(reading: IndexMap) -> bool:
    """Whether first and last taps never fall from one output to the next."""
    ends = [(reading.law(o)[0], reading.law(o)[-1]) for o in range(reading.period + 1)]
    return all(p[0] <= q[0] and p[1] <= q[1] for p, q in itertools.pairwise(ends))


def _first_where(a: int, b: int, holds: Callable[[int], bool]) -> int:
    """The first index in ``[a, b)`` from which on a monotone condition holds, or b."""
    while a < b:
        middle = (a + b) // 2
        if holds(middle):
            b = middle
        else:
            a = middle + 1
    return a


def _candidates(reading: IndexMap, x: int, y: int, a: int, b: int) -> Run:
    """A range of outputs outside which no tap can lie in ``[x, y)``."""
    filled = [taps for taps in reading.taps if len(taps)]
    if reading.advance == 0 or not filled:
        return a, b
    low = min(min(taps[0], taps[-1]) for taps in filled)
    high = max(max(taps[0], taps[-1]) for taps in filled)
    # turn t reads within [low + t·advance, high + t·advance]
    if reading.advance > 0:
        first, last = (x - high) // reading.advance, -((low - y) // reading.advance)
    else:
        first, last = (low - y) // -reading.advance, (high - x) // -reading.advance + 1
    return max(a, first * reading.period), min(b, max(a, (last + 1) * reading.period))


def _touching(reading: IndexMap, outs: Ints, ins: IndexSet) -> npt.NDArray[np.bool_]:
    """Whether each output index reads at least one of the input indices, borders included."""
    found = np.zeros(len(outs), np.bool_)
    if not len(outs):
        return found
    starts = np.array([start for start, _ in ins.runs], np.int64)
    stops = np.array([stop for _, stop in ins.runs], np.int64)
    turns, phases = np.divmod(outs, reading.period)
    for phase in np.unique(phases):
        mine = phases == phase
        taps = np.array(reading.taps[phase], np.int64)
        _enumerable(len(taps) * int(mine.sum()))
        index = turns[mine][:, None] * reading.advance + taps[None, :]
        index, there = reading.border.fold_all(index, np.ones(index.shape, np.bool_), reading.n_in)
        run = np.searchsorted(starts, index, side="right") - 1
        found[mine] = (there & (run >= 0) & (index < stops[np.maximum(run, 0)])).any(axis=1)
    return found


def _enumerable(count: int) -> None:
    if count > _MAX_ENUMERATED:
        raise LimitError(
            f"following single taps is limited to {_MAX_ENUMERATED:,} of them, but {count:,} are needed; "
            "choose a smaller input"
        )
