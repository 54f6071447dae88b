"""From the theoretical field of a value to the numbers of its row: n, jump, size, start and what else is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from eyeshot.analyses.features import Features, Listed, Terms, extent_of
from eyeshot.analyses.law import Law, law_of
from eyeshot.analyses.meetings import Branch, distance, meeting
from eyeshot.analyses.paths import Paths, ends_of, is_steady
from eyeshot.analyses.results import AxisField, LayerField, Scope
from eyeshot.analyses.walk import Walk
from eyeshot.graph.access import Status
from eyeshot.graph.core import Graph, Node, Value
from eyeshot.index.intervals import Interval, Periodic, hull

if TYPE_CHECKING:
    from eyeshot.index.bordered import Bordered
    from eyeshot.index.explicit import Ints

__all__ = ["row_of"]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Some paths along one axis, summed up."""

    jump: Fraction | None
    size: int
    size_min: int
    start: Fraction
    padding: int
    period: int | None


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
    features = Features(graph, node, walk.fields[node.name])
    status = walk.status(node.name)
    axes: list[AxisField] = []
    met = meeting(graph, node, walk, features)
    for position, value in enumerate(graph.inputs):
        terms = [term for term in features.terms if term.input == position]
        own = range(len(value.axes) if terms else 0)
        axes += [_axis_field(features, met, value, terms, axis, status) for axis in own]
    return LayerField(
        node.name, node.layer, node.op.kind, node.source, node.shape, tuple(axes), status, walk.blamed(node.name)
    )


def _axis_field(
    features: Features, met: list[Branch], value: Value, terms: Terms, number: int, status: Status
) -> AxisField:
    axis = value.axes[number]
    paths = Paths.of(features, terms, number, value.shape[axis.dim])
    n = features.count(terms, number)
    local = _numbers(features.along(paths.local, number), n, paths.extent) if paths.local else None
    numbers = local if paths.reach is Scope.LOCAL else _others(features, paths, terms, number, n, local)
    if numbers is None:
        numbers = _Numbers(Fraction(0), 0, 0, Fraction(0), 0, None)
    return AxisField(
        value.name,
        axis.name,
        n,
        numbers.jump,
        numbers.size,
        numbers.size_min,
        numbers.start,
        numbers.padding,
        numbers.period,
        local_size=local.size if local is not None else None,
        misaligned=distance(met, terms, number, paths.extent, n),
        status=status,
        reach=paths.reach,
    )


# ---------------------------------------------------------------------- their numbers


def _numbers(seq: Periodic | Bordered | Listed, n: int, extent: int) -> _Numbers:
    """The numbers of local paths."""
    if isinstance(seq, Periodic):
        pairs = [pair for pair in map(seq.interval, range(min(n, seq.period))) if pair[1] > pair[0]]
        sizes = [hi - lo for lo, hi in pairs] or [0]
        lo, hi = pairs[0] if pairs else (0, 0)
        jump = Law(seq.period, seq.advance, is_cut=False).jump
        return _Numbers(jump, max(sizes), min(sizes), Fraction(lo + hi, 2), -lo, seq.period)
    return _listed_numbers(*ends_of(seq, n), n, extent)


def _listed_numbers(lo: Ints, hi: Ints, places: Ints | None, n: int, extent: int) -> _Numbers:
    if not len(lo):
        return _Numbers(None, 0, 0, Fraction(0), 0, None)
    law = law_of(lo, hi, extent) if _are_neighbours(places) else None
    repeats = law is not None and not law.is_cut and len(lo) == n
    return _Numbers(
        law.jump if law is not None else None,
        int((hi - lo).max()),
        int((hi - lo).min()),
        Fraction(int(lo[0] + hi[0]), 2),
        -int(lo[0]),
        law.period if law is not None and repeats else None,
    )


def _are_neighbours(places: Ints | None) -> bool:
    """Whether features of these numbers stand in a row."""
    return places is not None and int(places[-1]) - int(places[0]) + 1 == len(places)


def _others(features: Features, paths: Paths, terms: Terms, axis: int, n: int, local: _Numbers | None) -> _Numbers:
    """The numbers where some path reaches to an end of the axis."""
    if paths.reach is not Scope.GLOBAL:
        return _causal(features.along([*paths.local, *paths.running], axis), n, paths.reach)
    lo, hi = hull(extent_of(term, axis) for term in paths.whole)
    seq = features.along(paths.local, axis) if paths.local else None
    if isinstance(seq, Periodic) and not paths.running and all(is_steady(term, axis) for term in paths.whole):
        size, size_min = _sizes(seq, n, (lo, hi))
    else:
        size, size_min = _sizes(features.along(terms, axis), n, (0, 0))
    if local is None:
        whole = features.along(terms, axis)
        los, his, _ = ends_of(whole, n)
        if len(los):
            # Of some paths together: where all read the same, any feature says where they stand.
            lo, hi = int(los[0]), int(his[0])
        jump = Fraction(0) if _all_read_the_same(whole, n) else None
        return _Numbers(jump, size, size_min, Fraction(lo + hi, 2), -lo, None)
    return _Numbers(local.jump, size, size_min, local.start, local.padding, local.period)


def _all_read_the_same(seq: Periodic | Bordered | Listed, n: int) -> bool:
    if isinstance(seq, Periodic) and seq.period == 1 and not seq.advance:
        return True
    lo, hi, _ = ends_of(seq, n)
    return not len(lo) or bool((lo == lo[0]).all() and (hi == hi[0]).all())


def _causal(seq: Periodic | Bordered | Listed, n: int, reach: Scope) -> _Numbers:
    """The jump is the advance of the last pixel that is read, or of the first."""
    lo, hi, places = ends_of(seq, n)
    sizes = hi - lo
    moving = hi if reach is Scope.CAUSAL else lo
    law = law_of(moving, moving, 0) if _are_neighbours(places) else None
    start = Fraction(int(lo[0] + hi[0]), 2)
    return _Numbers(law.jump if law is not None else None, int(sizes.max()), int(sizes.min()), start, -int(lo[0]), None)


def _sizes(seq: Periodic | Bordered | Listed, n: int, everything: Interval) -> Interval:
    """Largest and smallest size over all features when each also reads `everything`."""
    if not isinstance(seq, Periodic):
        lo, hi, _ = ends_of(seq, n)
        return (int((hi - lo).max()), int((hi - lo).min())) if len(lo) else (0, 0)
    hulls = [hull((pair, everything)) for pair in map(seq.interval, _turning_points(seq, n, everything))]
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
