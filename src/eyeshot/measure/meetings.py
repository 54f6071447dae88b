"""How far apart the branches lie that meet in a value, measured on each of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from eyeshot.analyses.results import AxisField, Scope
from eyeshot.graph.access import Access
from eyeshot.graph.core import Node
from eyeshot.measure.claims import Claims
from eyeshot.measure.row_numbers import Along, Finding

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
    if len(local) < 2 and not field.misaligned:
        return None
    return Finding("misaligned", field.misaligned, _distance(local))


_Branch = tuple[AxisField, Along | None]


def _branch(claims: Claims, measured: Measured, operand: str, field: AxisField) -> _Branch | None:
    """One operand with what is known of it along the axis; None if it does not follow the axis by itself."""
    if operand not in claims.graph.by_name:
        return _of_input(operand, field)
    for own in claims.analysis.row(operand).axes:
        if (own.input, own.axis) == (field.input, field.axis) and own.n == field.n and own.reach is Scope.LOCAL:
            return own, measured(operand, own)
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
    found = []
    for operand, reading in claims.graph.readings(node):
        if isinstance(reading, Access):
            itself = {link.dim for d, link in enumerate(reading.links) if link.dim == d and link.reading is None}
            found += [operand] if itself.issuperset(numbered) else []
    return found


def _distance(branches: list[_Branch]) -> Fraction | None:
    """The largest distance between the mean centres of branches with one jump; None if not all are known."""
    if len(branches) < 2 or any(along is None for _, along in branches):
        return None
    lone = [along for own, along in branches if own.n == 1 and along is not None]
    if len(lone) == len(branches):
        # Single features have centres, and no jump by which they would be told apart.
        centres = [Fraction(int(a.lo[0] + a.hi[0]), 2) for a in lone if a.known[:1].any()]
        return max(centres) - min(centres) if len(centres) == len(lone) else None
    if any(own.period is None for own, _ in branches):
        return None
    first = branches[0][0].jump
    alike = [(own, along) for own, along in branches if own.jump == first and along is not None]
    turn = math.lcm(*(own.period or 1 for own, _ in alike))
    if len({len(along.known) for _, along in alike}) > 1:
        return None
    known = np.logical_and.reduce([along.known for _, along in alike])
    start = _window(known.tolist(), turn)
    if start is None:
        return None
    means = [Fraction(int((a.lo + a.hi)[start : start + turn].sum()), 2 * turn) for _, a in alike]
    return max(means) - min(means)


def _window(known: list[bool], turn: int) -> int | None:
    """Where so many known features stand one after the other."""
    return next((i for i in range(len(known) - turn + 1) if all(known[i : i + turn])), None)
