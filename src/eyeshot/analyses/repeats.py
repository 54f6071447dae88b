"""Rows that a loop of the program makes again and again, as one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from eyeshot.analyses.results import LayerField
from eyeshot.analyses.sight import Rows

__all__ = ["Entry", "Made", "folded"]


class Entry(NamedTuple):
    """A row of an outline: what it is called, the node that it shows, what made it, and how often a loop made such."""

    name: str
    node: str
    kind: str
    repeats: int = 1


class Made(NamedTuple):
    """What a layer, operation or module call could show, and what of that has a row."""

    name: str
    ends: list[Entry]
    shown: list[Entry]


def folded(made: Sequence[Made], loops: tuple[tuple[str, ...], ...], rows: Rows) -> tuple[Entry, ...]:
    """The rows of an outline: of those that a loop makes the last, with the number of such.

    Parameters
    ----------
    made : sequence of Made
        Layers, operations and module calls in order.
    loops : tuple of tuple of str
        Names of what one place in the program made again and again.
    rows : function of a node's name
        The numbers of a node.

    Notes
    -----
    Only rows are folded that differ in nothing but how far their features see and where the first one stands: levels of
    a pyramid that share a head stay apart.
    """
    places = {name: place for place, names in enumerate(loops) for name in names}
    shown = {places[one.name] for one in made if one.shown and one.name in places}
    counts: Counter[object] = Counter()
    last: dict[object, int] = {}
    listed: list[tuple[object, Entry]] = []
    for one in made:
        place = places.get(one.name)
        for number, entry in enumerate([*one.ends, *(entry for entry in one.shown if entry not in one.ends)]):
            if entry not in one.shown and place not in shown:
                continue
            # What no loop makes is like nothing else.
            key = (place, number, _alike(rows(entry.node))) if place is not None else len(listed)
            counts[key] += 1
            if entry in one.shown:
                last[key] = len(listed)
                listed.append((key, entry))
    return tuple(entry._replace(repeats=counts[key]) for i, (key, entry) in enumerate(listed) if last[key] == i)


def _alike(row: LayerField) -> tuple[object, ...]:
    """What rows of a loop have in common."""
    axes = tuple((axis.input, axis.axis, axis.n, axis.jump, axis.reach, axis.status) for axis in row.axes)
    return row.shape, row.status, axes
