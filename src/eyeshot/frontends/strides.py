"""Lists of indices that go in even steps: slices, windows, cells, copies, and what padding makes of them.

An even list is a sum of digits, each of which runs through a few places with a stride of its own: three windows of two
elements are one digit of stride 1 and size 2 within another of stride 1 and size 3. Digits whose strides do not overlap
are dimensions of a reshape; two that overlap are windows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyeshot.frontends.path import Path
from eyeshot.graph.ops import Flip, Gather, Pad, Roll, Slice, Unfold

__all__ = ["lay_out"]

Ints = npt.NDArray[np.int64]

_MOST_DIGITS = 8
"""Most digits of a list that are told apart."""


def lay_out(path: Path, d: int, table: Ints) -> None:
    """Put the elements that a table lists in the place of one dimension of what a path has come to.

    Parameters
    ----------
    path : Path
        Where the steps are added.
    d : int
        The dimension, which is replaced by those of the table.
    table : int array
        Indices along it.
    """
    for way in (_strided, _shifted):
        trial = Path((), (path.core[d],), ())
        if way(trial, 0, table) and np.array_equal(trial.numbers(), table):
            way(path, d, table)
            return
    path.add(Gather(path.first + d, tuple(table.ravel().tolist())))
    path.split(d, table.shape)


# ---------------------------------------------------------------------- even steps


@dataclass(frozen=True, slots=True)
class _Digit:
    """A part of an index that runs from 0 to `size` with a stride; `place` is its number in the table's shape."""

    stride: int
    size: int
    place: int


@dataclass(frozen=True, slots=True)
class _Level:
    """One dimension of a reshaped input: its size, the first index that is read, the digits that run along it."""

    unit: int
    size: int
    start: int
    digits: tuple[_Digit, ...]

    @property
    def stop(self) -> int:
        """One behind the last index that is read."""
        return self.start + sum(digit.stride // self.unit * (digit.size - 1) for digit in self.digits) + 1


def _strided(path: Path, d: int, table: Ints) -> bool:
    """Say a table by strides; whether that can be done at all, not whether it is right."""
    digits = _digits(table)
    if digits is None:
        return False
    moving = [digit for digit in digits if digit.stride]
    turned = [digit for digit in moving if digit.stride < 0]
    start = int(table.flat[0]) + sum(digit.stride * (digit.size - 1) for digit in turned)
    levels = _levels([_Digit(abs(m.stride), m.size, m.place) for m in moving], start, path.core[d])
    if levels is None:
        return False
    places = _along_levels(path, d, levels)
    flips = tuple(path.first + d + k for k, place in enumerate(places) if digits[place].stride < 0)
    if flips:
        path.add(Flip(flips))
    order = sorted(range(len(places)), key=places.__getitem__)
    rest = range(d + len(places), len(path.core))
    path.permute([*range(d), *(d + k for k in order), *rest])
    before, after = path.core[:d], path.core[d + len(places) :]
    path.reshape((*before, *(digit.size if digit.stride else 1 for digit in digits), *after))
    path.expand((*before, *(digit.size for digit in digits), *after))
    path.reshape((*before, *table.shape, *after))
    return True


def _digits(table: Ints) -> list[_Digit] | None:
    """The digits of a table, each of its dimensions taken for itself; None if one of them is no sum of digits."""
    found: list[tuple[int, int]] = []
    for dim in range(table.ndim):
        line = table[tuple(slice(None) if e == dim else 0 for e in range(table.ndim))]
        runs: list[tuple[int, int]] = []
        while len(line) > 1:
            steps = np.diff(line)
            uneven = np.flatnonzero(steps != steps[0])
            length = int(uneven[0]) + 1 if len(uneven) else len(line)
            if len(line) % length or len(runs) == _MOST_DIGITS:
                return None
            runs.insert(0, (int(steps[0]), length))
            line = line[::length]
        found += runs
    return [_Digit(*run, place) for place, run in enumerate(found)] if len(found) <= _MOST_DIGITS else None


def _levels(digits: Sequence[_Digit], start: int, n: int) -> list[_Level] | None:
    """Dimensions, the outermost first, into which an input is told apart so that the digits run along them."""
    rising = sorted(digits, key=lambda digit: (digit.stride, -digit.place))
    for groups in _groupings(rising):
        units = [1, *(group[0].stride for group in groups[1:])]
        if any(b % a for a, b in itertools.pairwise(units)) or n < units[-1]:
            continue
        sizes = [b // a for a, b in itertools.pairwise(units)] + [n // units[-1]]
        starts = [start // unit % size for unit, size in zip(units, sizes, strict=True)]
        levels = [_Level(*parts) for parts in zip(units, sizes, starts, groups, strict=True)]
        inside = all(level.stop <= level.size for level in levels) and start // units[-1] < sizes[-1]
        if inside and all(digit.stride % level.unit == 0 for level in levels for digit in level.digits):
            return levels[::-1]
    return None


def _groupings(digits: Sequence[_Digit]) -> Iterator[list[tuple[_Digit, ...]]]:
    """Neighbouring digits alone or in pairs, as few pairs as possible first; one group without digits if none move."""
    if not digits:
        yield [()]
        return
    ways = itertools.product((False, True), repeat=len(digits) - 1)
    for joins in sorted(ways, key=sum):
        groups: list[tuple[_Digit, ...]] = [(digits[0],)]
        for join, digit in zip(joins, digits[1:], strict=True):
            if join:
                groups[-1] = (*groups[-1], digit)
            else:
                groups.append((digit,))
        if all(len(group) <= 2 for group in groups):
            yield groups


def _along_levels(path: Path, d: int, levels: Sequence[_Level]) -> list[int]:
    """Tell a dimension apart and pick along each part; which digit each of the new dimensions is."""
    used = levels[0].size * levels[0].unit
    if used < path.core[d]:
        path.add(Slice(path.first + d, 0, used))
    path.split(d, [level.size for level in levels])
    places: list[int] = []
    # From behind, so that the numbers of the dimensions before stay as they are.
    for k in range(len(levels) - 1, -1, -1):
        level, dim = levels[k], path.first + d + k
        step = level.digits[0].stride // level.unit if len(level.digits) == 1 else 1
        if level.stop - level.start < level.size or step > 1:
            path.add(Slice(dim, level.start, level.stop, step))
        own = list(level.digits) if len(level.digits) < 2 else _window_and_place(*level.digits)
        if len(own) == 2:
            outer, inner = own
            path.add(Unfold(dim, inner.size, outer.stride // level.unit, inner.stride // level.unit))
            path.split(d + k, (outer.size, inner.size))
        if not own:
            path.split(d + k, ())
        places = [digit.place for digit in own] + places
    return places


def _window_and_place(one: _Digit, other: _Digit) -> list[_Digit]:
    """Which of two digits that overlap numbers the windows, and which the places in each.

    Both ways pick the same elements. Places mostly stand behind, with the smaller stride; else there are fewer of them.
    """
    first, last = sorted((one, other), key=lambda digit: digit.place)
    return [first, last] if last.stride < first.stride or last.size <= first.size else [last, first]


# ---------------------------------------------------------------------- shifted and padded


def _shifted(path: Path, d: int, table: Ints) -> bool:
    """Say a table as all of the input shifted round or padded; whether that can be done."""
    n, line = path.core[d], table.ravel()
    if len(line) < n or n < 2:
        return False
    if len(line) == n and line[0] and np.array_equal(line, (np.arange(n) + line[0]) % n):
        path.add(Roll((path.first + d,), (n - int(line[0]),)))
        path.split(d, table.shape)
        return True
    zeros = np.flatnonzero(line == 0)
    if not len(zeros):
        return False
    for mode, before in (("replicate", _leading(line)), ("reflect", int(zeros[0])), ("circular", int(zeros[0]))):
        after = len(line) - n - before
        most = {"reflect": n - 1, "circular": n}.get(mode, len(line))
        if 0 <= after <= most and before <= most and np.array_equal(line, _padding(mode, before, len(line), n)):
            others = (0,) * (len(path.core) - d - 1 + path.behind)
            path.add(Pad((before, *others), (after, *others), mode))
            path.split(d, table.shape)
            return True
    return False


def _leading(line: Ints) -> int:
    """How often the first element of the input stands before its own place."""
    other = np.flatnonzero(line != 0)
    return int(other[0]) - 1 if len(other) and other[0] else len(line)


def _padding(mode: str, before: int, count: int, n: int) -> Ints:
    """The indices that padding reads."""
    places = np.arange(count) - before
    if mode == "replicate":
        return np.clip(places, 0, n - 1)
    if mode == "circular":
        return places % n
    turned = np.abs(places)
    return np.where(turned >= n, 2 * (n - 1) - turned, turned)
