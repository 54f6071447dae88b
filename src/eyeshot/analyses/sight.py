"""What a reader of a table sees of a value, and compares from row to row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from eyeshot.analyses.results import AxisField, LayerField, Scope
from eyeshot.analyses.terms import Field, Term
from eyeshot.analyses.walk import Walk
from eyeshot.graph.access import Status
from eyeshot.graph.core import Graph

__all__ = ["Rows", "Seen", "Sight", "grows", "sight"]

Rows = Callable[[str], LayerField]
"""The numbers of a node, by its name."""


class Seen(NamedTuple):
    """What a row of a table says of a value along one axis; no jump and no sizes where all paths are global."""

    input: str
    axis: str
    n: int
    jump: Fraction | None
    size: int | None
    size_min: int | None
    reach: Scope
    status: Status


Sight = Callable[[str], tuple[Seen, ...]]
"""What is seen of a value, by its name."""


def sight(graph: Graph, walk: Walk, rows: Rows) -> Sight:
    """The numbers of any value, inputs included, that a reader of a table compares."""
    inputs = {
        value.name: tuple(
            Seen(value.name, axis.name, value.shape[axis.dim], Fraction(1), 1, 1, Scope.LOCAL, Status.EXACT)
            for axis in value.axes
        )
        for value in graph.inputs
    }

    known: dict[object, tuple[Seen, ...]] = {}

    def seen(name: str) -> tuple[Seen, ...]:
        if name in inputs:
            return inputs[name]
        key = (walk.status(name), *_alike(walk.fields[name]))
        if key not in known:
            known[key] = tuple(map(_seen, rows(name).axes))
        return known[key]

    return seen


def _alike(field: Field) -> Iterator[object]:
    """What fields with equal numbers have in common: all but their channels, where every dimension has one part."""
    for term in field:
        if isinstance(term, Term) and term.is_plain:
            yield term.input, term.seqs, term.global_axes, term.running_axes
            yield tuple((d, part) for d, (part,) in enumerate(term.dims) if part.axis >= 0)
        else:
            yield id(field)


def _seen(axis: AxisField) -> Seen:
    if not axis.is_global:
        return Seen(axis.input, axis.axis, axis.n, axis.jump, axis.size, axis.size_min, axis.reach, axis.status)
    jump = None if axis.local_size is None else axis.jump
    return Seen(axis.input, axis.axis, axis.n, jump, axis.local_size, axis.local_size, axis.reach, axis.status)


def grows(before: tuple[Seen, ...], after: tuple[Seen, ...]) -> bool:
    """Whether features see more than those of what they were made from."""
    known = {(seen.input, seen.axis): (seen.size or 0, seen.reach) for seen in before}
    return any(
        (seen.size or 0) > size or seen.reach not in {reach, Scope.LOCAL}
        for seen in after
        for size, reach in [known.get((seen.input, seen.axis), (0, Scope.LOCAL))]
    )
