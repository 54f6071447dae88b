"""From the theoretical field of a value to the numbers of its row: n, jump, size, start and what else is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from eyeshot.analyses.jump import typical_jump
from eyeshot.analyses.positions import positions_of
from eyeshot.analyses.results import AxisField, LayerField
from eyeshot.analyses.terms import Term
from eyeshot.analyses.walk import Walk, carried, carriers
from eyeshot.graph.access import Shape, Status
from eyeshot.graph.core import Graph, Node
from eyeshot.index.intervals import Interval, Periodic, hull
from eyeshot.index.sequences import finite, union

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.index.bordered import Bordered

__all__ = ["row_of"]


@dataclass(frozen=True, slots=True)
class _Local:
    """The local paths along one axis, summed up."""

    n: int
    jump: Fraction
    size: int
    size_min: int
    start: Fraction
    padding: int
    period: int | None
    seq: Periodic | Bordered | list[Interval]


def row_of(graph: Graph, node: Node, walk: Walk) -> LayerField:
    """The row of a node.

    Parameters
    ----------
    graph : Graph
        The network.
    node : Node
        One of its nodes.
    walk : Walk
        The theoretical walk over it.
    """
    field = positions_of(graph, walk.fields[node.name])
    axes = []
    for position, value in enumerate(graph.inputs):
        terms = [term for term in field if term.input == position]
        for number, axis in enumerate(value.axes if terms else ()):
            axes.append(
                _axis_field(
                    value.name,
                    axis.name,
                    terms,
                    number,
                    shape=node.shape,
                    misaligned=_misaligned(graph, node, walk, position, number),
                    status=walk.status(node.name),
                )
            )
    return LayerField(
        node.name,
        node.layer,
        node.op.kind,
        node.source,
        node.shape,
        tuple(axes),
        walk.status(node.name),
        walk.blamed(node.name),
    )


def _axis_field(
    input_name: str,
    axis_name: str,
    terms: list[Term | GridTerm],
    axis: int,
    *,
    shape: Shape,
    misaligned: Fraction,
    status: Status,
) -> AxisField:
    local = [term for term in terms if axis not in term.global_axes]
    reduced = [term for term in terms if axis in term.global_axes]
    n = max((_features(term, axis, shape) for term in local or reduced), default=1)
    own = _local(local, axis, n, shape) if local else None
    everything = hull(_extent(term, axis) for term in reduced)
    if own is None:
        lo, hi = everything
        return AxisField(
            input_name, axis_name, n, Fraction(0), hi - lo, hi - lo, Fraction(lo + hi, 2), -lo, None,
            is_global=True, local_size=None, misaligned=misaligned, status=status,
        )  # fmt: skip
    size, size_min = (own.size, own.size_min) if not reduced else _sizes_with(own.seq, n, everything)
    return AxisField(
        input_name, axis_name, n, own.jump, size, size_min, own.start, own.padding, own.period,
        is_global=bool(reduced), local_size=own.size, misaligned=misaligned, status=status,
    )  # fmt: skip


# ---------------------------------------------------------------------- the local paths


def _features(term: Term | GridTerm, axis: int, shape: Shape) -> int:
    if isinstance(term, Term):
        return term.features(axis)
    alone = [d for d in term.carried[axis] if sum(d in dims for dims in term.carried) == 1]
    if len(term.carried[axis]) == len(alone) == 1:
        return shape[alone[0]]
    # Tokens and windows that several axes share: as many features as fields that differ.
    return len(_distinct(term, axis))


def _local(terms: list[Term | GridTerm], axis: int, n: int, shape: Shape) -> _Local:
    products = [term for term in terms if isinstance(term, Term)]
    if len({term.extent(axis) for term in products if term.parts_of(axis)}) > 1:
        return _laid_out(terms, axis, n, shape)
    if len(products) == len(terms):
        seq = _along(products, axis, n)
        return _periodic(seq, n) if isinstance(seq, Periodic) else _listed(seq, n)
    pairs = sorted({pair for term in terms for pair in _distinct(term, axis)})
    return _from_pairs(pairs, n)


def _laid_out(terms: list[Term | GridTerm], axis: int, n: int, shape: Shape) -> _Local:
    """Numbers of terms that count along the axis in different steps (tokens, and windows of tokens)."""
    from eyeshot.analyses.hulls import distinct_hulls

    return _from_pairs(distinct_hulls(terms, shape, axis), n)


def _home(term: Term, axis: int) -> list[int]:
    """Dimensions along which a term follows an axis."""
    return [d for d, parts in enumerate(term.dims) if any(part.axis == axis and part.stride for part in parts)]


def _along(terms: Sequence[Term], axis: int, n: int) -> Periodic | Bordered:
    """The hull of all terms along one axis, as a sequence over its coordinate."""
    whole: Periodic | Bordered | None = None
    home = _home(max(terms, key=lambda term: (bool(_home(term, axis)), term.features(axis))), axis)
    for term in terms:
        seq, own = term.seqs[axis], _home(term, axis)
        if n > 1 and (not own or own != home):
            # Along the dimension that numbers the features it reads the same everywhere.
            lo, hi = _extent(term, axis)
            seq = Periodic(1, 0, (lo,), (hi,))
        whole = seq if whole is None else union(whole, seq, n)
    return whole if whole is not None else Periodic(1, 0, (0,), (0,))


def _periodic(seq: Periodic, n: int) -> _Local:
    pairs = [pair for pair in map(seq.interval, range(min(n, seq.period))) if pair[1] > pair[0]]
    sizes = [hi - lo for lo, hi in pairs] or [0]
    lo, hi = pairs[0] if pairs else (0, 0)
    return _Local(n, seq.jump, max(sizes), min(sizes), Fraction(lo + hi, 2), -lo, seq.period, seq)


def _listed(seq: Bordered, n: int) -> _Local:
    lo, hi = seq.arrays()
    pairs = [(int(a), int(b)) for a, b in zip(lo, hi, strict=True) if b > a]
    return _from_pairs(pairs, n, seq)


def _from_pairs(pairs: list[Interval], n: int, seq: Bordered | None = None) -> _Local:
    """Numbers of a value that is not periodic."""
    pairs = pairs or [(0, 0)]
    sizes = [hi - lo for lo, hi in pairs]
    first = Fraction(sum(pairs[0]), 2)
    return _Local(n, typical_jump(pairs, n), max(sizes), min(sizes), first, -pairs[0][0], None, seq or pairs)


def _distinct(term: Term | GridTerm, axis: int) -> set[Interval]:
    """The different intervals of a term along an axis; a grid's features are counted by them."""
    from eyeshot.analyses.hulls import distinct_intervals

    if isinstance(term, Term):
        return set(distinct_intervals(*finite(term.seqs[axis], term.extent(axis)).arrays()))
    return set(distinct_intervals(term.lo[axis], term.hi[axis]))


# ---------------------------------------------------------------------- global paths


def _extent(term: Term | GridTerm, axis: int) -> Interval:
    """The smallest interval that holds all that a term reads along an axis."""
    if not isinstance(term, Term):
        return int(term.lo[axis].min()), int(term.hi[axis].max())
    seq = term.seqs[axis]
    return seq.hull_of(term.extent(axis)) if isinstance(seq, Periodic) else seq.extent()


def _sizes_with(seq: Periodic | Bordered | list[Interval], n: int, everything: Interval) -> Interval:
    """Largest and smallest size over all features when each also reads `everything`."""
    if isinstance(seq, Periodic):
        pairs: Iterable[Interval] = map(seq.interval, _turning_points(seq, n, everything))
    elif isinstance(seq, list):
        pairs = seq
    else:
        lo, hi = seq.arrays()
        pairs = zip(lo.tolist(), hi.tolist(), strict=True)
    hulls = [hull((pair, everything)) for pair in pairs]
    sizes = [hi - lo for lo, hi in hulls]
    return max(sizes), min(sizes)


def _turning_points(seq: Periodic, n: int, everything: Interval) -> Iterator[int]:
    """Features among which the largest and the smallest hull with an interval surely are.

    Along each phase the hull's size is a convex, piecewise linear function of the index, so it is largest at an
    end and smallest where one of its pieces begins: where lo or hi passes an end of the interval.
    """
    found = {*range(min(n, seq.period)), *range(max(0, n - seq.period), n)}
    if seq.advance:
        for phase in range(seq.period):
            for bound, ends in zip(everything, (seq.lo, seq.hi), strict=True):
                turn = (bound - ends[phase]) // seq.advance
                found.update(phase + seq.period * t for t in (turn, turn + 1))
    return (i for i in sorted(found) if 0 <= i < n)


# ---------------------------------------------------------------------- branches that do not fit


def _misaligned(graph: Graph, node: Node, walk: Walk, position: int, axis: int) -> Fraction:
    """Largest distance between the centres of the branches that meet in a node, in the mean over a period."""
    if len(node.inputs) < 2:
        return Fraction(0)
    shapes = [graph.shapes[name] for name in node.inputs]
    branches = []
    ready = carriers(node.op.accesses(*shapes), shapes, node.shape)
    for name, carrier in zip(node.inputs, ready, strict=True):
        terms = [
            term
            for term in carried(walk.fields[name], carrier)
            if isinstance(term, Term) and term.input == position and axis not in term.global_axes
        ]
        if len({term.extent(axis) for term in terms}) == 1 and all(term.parts_of(axis) for term in terms):
            seq = _along(terms, axis, terms[0].extent(axis))
            if isinstance(seq, Periodic):
                branches.append(seq)
    offsets = [branches[0].offset_from(other) for other in branches[1:]] if branches else []
    known = [Fraction(0), *(offset for offset in offsets if offset is not None)]
    return max(known) - min(known)
