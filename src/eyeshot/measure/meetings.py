"""How far apart the branches lie that meet in a value, measured on each of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from eyeshot.analyses.results import AxisField, Scope
from eyeshot.graph.access import Access
from eyeshot.graph.core import Node
from eyeshot.measure.claims import Claims
from eyeshot.measure.row_numbers import VARIES, Along, Bools, Finding, Ints, Number

__all__ = ["misalignment"]

Measured = Callable[[str, AxisField], Along | None]


def misalignment(claims: Claims, measured: Measured, name: str, field: AxisField) -> Finding | None:
    """What is said of the distance between branches, held against their own fields; None if no branches meet.

    Parameters
    ----------
    claims : Claims
        What is said.
    measured : callable
        What was measured of a value along an axis.
    name : str
        Where they meet.
    field : AxisField
        What is said along one axis.
    """
    node = claims.graph.by_name[name]
    branches = [_branch(claims, measured, operand, field) for operand in _beside(claims, node, field.axis)]
    local = [branch for branch in branches if branch is not None]
    if len(local) < 2 and field.misaligned == 0:
        return None
    said = VARIES if field.misaligned is None else field.misaligned
    return Finding("misaligned", said, _distance(local, said))


_Branch = tuple[AxisField, Along | None]


def _branch(claims: Claims, measured: Measured, operand: str, field: AxisField) -> _Branch | None:
    """One operand with what is known of it along the axis; None if it does not follow the axis by itself."""
    if operand not in claims.graph.by_name:
        return _of_input(operand, field)
    for own in claims.analysis.row(operand).axes:
        if (own.input, own.axis) == (field.input, field.axis) and own.n == field.n and own.reach is Scope.LOCAL:
            along = measured(operand, own)
            # Where the field changes with other numbers too, one number of two branches is not one place.
            return own, along if along is not None and along.known.size == field.n else None
    return None


def _of_input(operand: str, field: AxisField) -> _Branch | None:
    """An input is its own field."""
    if operand != field.input:
        return None
    i = np.arange(field.n, dtype=np.int64)
    every = np.ones(field.n, np.bool_)
    along = Along(field.n, field.n, np.ones(field.n, np.int64), every, i, i + 1, every)
    own = AxisField(
        field.input, field.axis, field.n, Fraction(1), 1, 1, Fraction(1, 2), 0, 1,
        local_size=1, misaligned=Fraction(0), status=field.status,
    )  # fmt: skip
    return own, along


def _beside(claims: Claims, node: Node, axis: str) -> list[str]:
    """Operands whose features stand where those of the value stand, along the axis."""
    layout = claims.layout(node.name)
    if axis not in layout.names:
        return []
    number = layout.names.index(axis)
    numbered = [d for d, parts in enumerate(layout.dims) if any(k == number for _, k in parts)]
    others = {d for d, parts in enumerate(layout.dims) if any(k >= 0 for _, k in parts)}
    found = []
    for operand, reading in claims.graph.readings(node):
        if isinstance(reading, Access):
            itself = {link.dim for d, link in enumerate(reading.links) if link.dim == d and link.reading is None}
            moved = {link.dim for link in reading.links} - itself
            found += [operand] if itself.issuperset(numbered) and not others & moved else []
    return found


def _distance(branches: list[_Branch], said: Number) -> Number | None:
    """The largest distance of two branches, or that it varies; None if not all are known."""
    known = [(own, along) for own, along in branches if along is not None]
    if len(known) < max(2, len(branches)):
        return None
    found = [_apart(a, b, said) for a, b in itertools.combinations(known, 2)]
    if VARIES in found:
        return VARIES
    return None if None in found else max(one for one in found if isinstance(one, Fraction))


def _stands(own: AxisField, along: Along) -> bool | None:
    """Whether several features read something, and all of them the same; None if those that are known do not show it.

    They have no place beside features that move on.
    """
    lo, hi = along.lo[along.known], along.hi[along.known]
    if lo.size and ((lo != lo[0]).any() or (hi != hi[0]).any()):
        return False
    if along.is_whole:
        return lo.size > 1
    return own.jump == 0 if own.period is not None and own.period < own.n else None


def _apart(a: tuple[AxisField, Along], b: tuple[AxisField, Along], said: Number) -> Number | None:
    """The distance between the centres of two branches, in the mean over a period if it changes."""
    stand = {_stands(*a), _stands(*b)} if a[0].n > 1 else set()
    if None in stand:
        return None
    both = a[1].known & b[1].known
    is_whole = a[1].is_whole and b[1].is_whole
    if stand == {True, False} or (is_whole and not both.any()):
        return Fraction(0)
    twice = a[1].lo + a[1].hi - b[1].lo - b[1].hi
    turn = _turn(a[0], b[0])
    if turn is not None:
        return _over(min(turn, both.size), twice, both, is_whole=is_whole)
    return _by_feature(a, b, twice, both, said, is_whole=is_whole)


def _over(turn: int, twice: Ints, both: Bools, *, is_whole: bool) -> Fraction | None:
    """The mean distance over the first period, or over any other whose features are all known; None if none are."""
    start = 0 if is_whole and both[:turn].any() else _window(both.tolist(), turn)
    return None if start is None else _in_the_mean(twice[start : start + turn][both[start : start + turn]])


def _by_feature(
    a: tuple[AxisField, Along], b: tuple[AxisField, Along], twice: Ints, both: Bools, said: Number, *, is_whole: bool
) -> Number | None:
    """The distance of branches that repeat by no law, or by two; shown by all features, or by some that come again."""
    varies = both.any() and bool((twice[both] != twice[both][0]).any())
    if is_whole and not varies:
        return _in_the_mean(twice[both])
    if varies and None not in {a[0].jump, b[0].jump} and a[0].jump != b[0].jump:
        return VARIES
    # At the ends of the image they may be cut off.
    inner = both & np.logical_and.reduce([(one.lo > 0) & (one.hi < one.pixels) for _, one in (a, b)])
    if any(said == mean for known in (both, inner) for mean in _repeated(twice, known)):
        return said
    return VARIES if varies and (is_whole or said == VARIES) else None


def _repeated(twice: Ints, known: Bools) -> Iterator[Fraction]:
    """Mean distances over so and so many features after which all known distances come again, at least twice."""
    at = np.flatnonzero(known)
    if at.size < 2 or at[-1] - at[0] + 1 != at.size:
        return
    shown = twice[at]
    for turn in range(1, at.size // 2 + 1):
        if (shown[turn:] == shown[:-turn]).all():
            yield _in_the_mean(shown[:turn])


def _in_the_mean(twice: Ints) -> Fraction:
    return abs(Fraction(int(twice.sum()), 2 * twice.size))


def _turn(a: AxisField, b: AxisField) -> int | None:
    """After how many features two branches lie as they did; None if they do not."""
    if a.jump != b.jump or a.period is None or b.period is None:
        return None
    return math.lcm(a.period, b.period)


def _window(known: list[bool], turn: int) -> int | None:
    """Where so many known features stand one after the other."""
    return next((i for i in range(len(known) - turn + 1) if all(known[i : i + turn])), None)
