"""The forward walk: the field of every value, from the inputs on.

One walk serves two questions. On endless sequences it gives the theoretical field, what a feature would read if
every map went on for ever; on finite ones the actual field, in which padding holds no information.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from eyeshot.analyses.terms import Field, Part, Term, merge
from eyeshot.analyses.transport import through_access, through_regroup
from eyeshot.graph.access import Access, Reading, Shape, Status
from eyeshot.graph.core import Graph, Node, Value
from eyeshot.index.intervals import Periodic

__all__ = ["Extent", "Walk", "arriving", "forward", "start"]


class Extent(enum.Enum):
    """Whether feature maps end."""

    ENDLESS = "theoretical"
    FINITE = "actual"


@dataclass(frozen=True, slots=True)
class Walk:
    """Fields of all values, and how far they can be trusted.

    Parameters
    ----------
    fields : dict of str to tuple of terms
        The field of every value by name.
    status : dict of str to Status
        The worst status on the way to each value.
    blamed : dict of str to tuple of str
        Nodes because of which the status of a value is not exact.
    """

    fields: dict[str, Field]
    status: dict[str, Status]
    blamed: dict[str, tuple[str, ...]]


def forward(graph: Graph, extent: Extent) -> Walk:
    """Walk over a graph in the order of its nodes.

    Parameters
    ----------
    graph : Graph
        A valid graph.
    extent : Extent
        ENDLESS for the theoretical field, FINITE for the actual one.

    Returns
    -------
    Walk
        The field of every value.

    Raises
    ------
    LimitError
        If a field has no closed form and is too large to be listed; the message names the node.
    """
    fields: dict[str, Field] = {
        value.name: (start(value, position, extent),) for position, value in enumerate(graph.inputs)
    }
    status = dict.fromkeys(fields, Status.EXACT)
    blamed: dict[str, tuple[str, ...]] = dict.fromkeys(fields, ())
    shapes = graph.shapes
    for node in graph.nodes:
        readings = node.op.accesses(*(shapes[name] for name in node.inputs))
        if len(readings) == 1:
            name = node.inputs[0]
            fields[node.name] = arriving(fields[name], readings[0], shapes[name], node.shape)
        else:
            terms = [
                term
                for name, reading in zip(node.inputs, readings, strict=True)
                for term in arriving(fields[name], reading, shapes[name], node.shape)
            ]
            fields[node.name] = merge(terms, node.shape)
        status[node.name], blamed[node.name] = _trust(node, readings, fields, status, blamed)
    return Walk(fields, status, blamed)


def start(value: Value, position: int, extent: Extent) -> Term:
    """The field of a graph input: every pixel reads itself."""
    along = {axis.dim: number for number, axis in enumerate(value.axes)}
    dims = tuple((Part(n, along[d], 1) if d in along else Part(n),) for d, n in enumerate(value.shape))
    seqs = tuple(_pixels(value.shape[axis.dim], extent) for axis in value.axes)
    return Term(position, dims, seqs, frozenset())


def _pixels(n: int, extent: Extent) -> Periodic:
    if extent is Extent.ENDLESS:
        return Periodic(1, 1, (0,), (1,))
    from eyeshot.index.bordered import Bordered

    return Bordered.pixels(n)  # type: ignore[return-value]


def arriving(field: Field, reading: Reading, shape: Shape, out_shape: Shape) -> Field:
    """The field of an operand as the output of an op reads it."""
    if isinstance(reading, Access):
        if reading.is_identity and len(out_shape) == len(shape):
            return field
        found = [piece for term in field for piece in _access(term, reading, shape, out_shape)]
    else:
        found = [
            piece
            for term in field
            for piece in (through_regroup(term, reading) if isinstance(term, Term) else term.through_regroup(reading))
        ]
    return merge(found, out_shape)


def _access(term: object, access: Access, shape: Shape, out_shape: Shape) -> list:  # type: ignore[type-arg]
    if isinstance(term, Term):
        return through_access(term, access, shape, out_shape)
    return term.through_access(access, out_shape)  # type: ignore[attr-defined, no-any-return]


def _trust(
    node: Node,
    readings: tuple[Reading, ...],
    fields: dict[str, Field],
    status: dict[str, Status],
    blamed: dict[str, tuple[str, ...]],
) -> tuple[Status, tuple[str, ...]]:
    """Status of a node's value: the worst of what it reads, and of how it reads it."""
    worst, names = Status.EXACT, ()
    for name, reading in zip(node.inputs, readings, strict=True):
        if not fields[name]:
            continue
        if reading.status is not Status.EXACT:
            worst = Status.worst(worst, reading.status)
            names = (*names, node.name) if node.name not in names else names
        if status[name] is not Status.EXACT:
            worst = Status.worst(worst, status[name])
            names = (*(n for n in blamed[name] if n not in names), *names)
    return worst, names
