"""The forward walk: the field of every value, from the inputs on.

One walk serves two questions. On endless sequences it gives the theoretical field, what a feature would read if
every map went on for ever; on finite ones the actual field, in which padding holds no information.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eyeshot.analyses.regrouping import through_regroup
from eyeshot.analyses.term_union import merge
from eyeshot.analyses.terms import Field, Part, Term
from eyeshot.analyses.transport import Plan, through_access
from eyeshot.errors import LimitError
from eyeshot.graph.access import Access, Reading, Regroup, Shape, Status
from eyeshot.graph.core import Graph, Node, Value
from eyeshot.index.intervals import Periodic

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.index.bordered import Bordered

__all__ = ["Carrier", "Extent", "Walk", "carried", "carriers", "forward", "start"]

Carrier = Plan | Regroup
"""A reading made ready to carry terms from an operand to the output."""


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
    not_exact : dict of str to Status
        The worst status on the way to each value that is not exact.
    culprits : dict of str to tuple of str
        For each of them the nodes because of which it is not, in order.
    """

    fields: dict[str, Field]
    not_exact: dict[str, Status]
    culprits: dict[str, tuple[str, ...]]

    def status(self, name: str) -> Status:
        """How far the field of a value can be trusted."""
        return self.not_exact.get(name, Status.EXACT)

    def blamed(self, name: str) -> tuple[str, ...]:
        """Nodes because of which the field of a value is not exact."""
        return self.culprits.get(name, ())


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
    status: dict[str, Status] = {}
    blamed: dict[str, tuple[str, ...]] = {}
    node = None
    try:
        for node, readings, ready, exact in _prepared(graph):
            if len(ready) == 1:
                fields[node.name] = carried(fields[node.inputs[0]], ready[0])
            else:
                pairs = zip(node.inputs, ready, strict=True)
                fields[node.name] = merge([t for name, how in pairs for t in carried(fields[name], how)], node.shape)
            if status or not exact:
                _trust(node, readings, fields, status, blamed)
    except LimitError as error:
        raise LimitError(f"node `{node.name if node else ''}`: {error}") from None
    return Walk(fields, status, blamed)


def _prepared(graph: Graph) -> Iterator[tuple[Node, tuple[Reading, ...], list[Carrier], bool]]:
    """Every node with what it reads, how to carry it, and whether that is exact; equal layers share the work."""
    shapes = graph.shapes
    known: dict[object, tuple[tuple[Reading, ...], list[Carrier], bool]] = {}
    for node in graph.nodes:
        operands = [shapes[name] for name in node.inputs]
        key = (id(node.op), *operands)
        found = known.get(key)
        if found is None:
            readings = node.op.accesses(*operands)
            exact = all(reading.status is Status.EXACT for reading in readings)
            found = known[key] = (readings, carriers(readings, operands, node.shape), exact)
        yield node, *found


def start(value: Value, position: int, extent: Extent) -> Term:
    """The field of a graph input: every pixel reads itself."""
    along = {axis.dim: number for number, axis in enumerate(value.axes)}
    dims = tuple((Part(n, along[d], 1) if d in along else Part(n),) for d, n in enumerate(value.shape))
    # Axes of equal length share their sequence, so that what follows is computed once.
    pixels = {value.shape[axis.dim]: _pixels(value.shape[axis.dim], extent) for axis in value.axes}
    seqs = tuple(pixels[value.shape[axis.dim]] for axis in value.axes)
    return Term(position, dims, seqs, (), is_plain=True)


def _pixels(n: int, extent: Extent) -> Periodic | Bordered:
    if extent is Extent.ENDLESS:
        return Periodic(1, 1, (0,), (1,))
    from eyeshot.index.bordered import Bordered

    return Bordered.pixels(n)


def carriers(readings: Sequence[Reading], operands: Sequence[Shape], out_shape: Shape) -> list[Carrier]:
    """Each reading made ready to carry terms."""
    return [
        Plan(reading, shape, out_shape) if isinstance(reading, Access) else reading
        for reading, shape in zip(readings, operands, strict=True)
    ]


def carried(field: Field, carrier: Carrier) -> Field:
    """The field of an operand as the output of an op reads it."""
    if isinstance(carrier, Plan):
        if carrier.is_identity:
            return field
        if len(field) == 1 and isinstance(field[0], Term):
            found = through_access(field[0], carrier)
            return found if len(found) < 2 else merge(found, carrier.out_shape)
    return merge([piece for term in field for piece in _pieces(term, carrier)], carrier.out_shape)


def _pieces(term: Term | GridTerm, carrier: Carrier) -> Iterable[Term | GridTerm]:
    if isinstance(carrier, Plan):
        if isinstance(term, Term):
            return through_access(term, carrier)
        return term.through_access(carrier.access, carrier.out_shape)
    return through_regroup(term, carrier) if isinstance(term, Term) else term.through_regroup(carrier)


def _trust(
    node: Node,
    readings: tuple[Reading, ...],
    fields: dict[str, Field],
    status: dict[str, Status],
    blamed: dict[str, tuple[str, ...]],
) -> None:
    """Status of a node's value, where it is not exact: the worst of what it reads, and of how it reads it."""
    worst = Status.EXACT
    names: tuple[str, ...] = ()
    for name, reading in zip(node.inputs, readings, strict=True):
        if reading.status is not Status.EXACT and fields[name]:
            worst = Status.worst(worst, reading.status)
            names = (*names, node.name) if node.name not in names else names
        if name in status and fields[name]:
            worst = Status.worst(worst, status[name])
            names = (*(n for n in blamed[name] if n not in names), *names)
    if worst is not Status.EXACT:
        status[node.name], blamed[node.name] = worst, names
