"""From the theoretical field of a value to the numbers of its row: n, jump, size, start and what else is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from eyeshot.analyses.features import Features, Listed, Terms, extent_of, united
from eyeshot.analyses.law import Law, law_of
from eyeshot.analyses.positions import positions_of
from eyeshot.analyses.results import AxisField, LayerField, Scope
from eyeshot.analyses.terms import Term
from eyeshot.analyses.walk import Walk, carried, carriers
from eyeshot.graph.access import Status
from eyeshot.graph.core import Axis, Graph, Node, Value
from eyeshot.index.intervals import Interval, Periodic, hull

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
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
    axes = []
    met = _meeting(graph, node, walk)
    for position, value in enumerate(graph.inputs):
        terms = [term for term in features.terms if term.input == position]
        for number, axis in enumerate(value.axes if terms else ()):
            misaligned = _misaligned(met, position, number, value.shape[axis.dim])
            axes.append(_axis_field(features, value, axis, terms, number, misaligned, status))
    return LayerField(
        node.name, node.layer, node.op.kind, node.source, node.shape, tuple(axes), status, walk.blamed(node.name)
    )


def _axis_field(
    features: Features, value: Value, axis: Axis, terms: Terms, number: int, misaligned: Fraction, status: Status
) -> AxisField:
    paths = _Paths.of(features, terms, number, value.shape[axis.dim])
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
        misaligned=misaligned,
        status=status,
        reach=paths.reach,
    )


# ---------------------------------------------------------------------- which paths there are


@dataclass(frozen=True, slots=True)
class _Paths:
    """The paths along one axis by how far they reach."""

    local: Terms
    running: Terms
    whole: Terms
    reach: Scope
    extent: int

    @staticmethod
    def of(features: Features, terms: Terms, axis: int, extent: int) -> _Paths:
        whole = [term for term in terms if axis in term.global_axes and _is_whole(features, term, axis, extent)]
        others = [term for term in terms if not any(term is other for other in whole)]
        running = [term for term in others if axis in term.running_axes and axis not in term.global_axes]
        local = [term for term in others if axis not in term.running_axes or axis in term.global_axes]
        running += _grown(features, local, axis, extent)
        local = [term for term in local if not any(term is other for other in running)]
        reach = Scope.LOCAL
        if running:
            n = features.count(terms, axis)
            reach = _direction(features.along(running, axis), n, extent)
            # Beside local paths each feature still has to read all up to its place, those without a running path too.
            if local and reach is not _direction(features.along([*local, *running], axis), n, extent, within=True):
                reach = Scope.LOCAL
        if reach is Scope.LOCAL:
            # Cut into windows, a running sum is a window like any other.
            local, running = [*local, *running], []
        elif reach is Scope.GLOBAL:
            whole, running = [*whole, *running], []
        return _Paths(local, running, whole, Scope.GLOBAL if whole else reach, extent)


def _is_whole(features: Features, term: Term | GridTerm, axis: int, extent: int) -> bool:
    """Whether of an axis that some paths have reduced every feature reads all that any of them reads.

    It does not where they reduced it part by part: every second place by itself, or windows that overlap.
    """
    if _is_steady(term, axis):
        return True
    lo, hi, _ = _ends(features.along([term], axis), features.count([term], axis))
    lo, hi = lo.clip(0, extent), hi.clip(0, extent)
    return not len(lo) or bool((lo == lo.min()).all() and (hi == hi.max()).all())


def _grown(features: Features, local: Terms, axis: int, extent: int) -> Terms:
    """Listed paths that come to the same as a running reduction: a loop over time that keeps a state.

    Or to the same as a whole one: windows that by and by have seen everything.
    """
    listed = [term for term in local if not isinstance(term, Term) or not isinstance(term.seqs[axis], Periodic)]
    if not listed:
        return []
    reach = _direction(features.along(listed, axis), features.count(local, axis), extent)
    return listed if reach is not Scope.LOCAL else []


def _direction(seq: Periodic | Bordered | Listed, n: int, extent: int, *, within: bool = False) -> Scope:
    """How far paths reach: to one end of the axis, to both, or to neither; `within` the image, or all in all."""
    lo, hi, places = _ends(seq, n)
    if not len(lo):
        return Scope.LOCAL
    if within:
        lo, hi = lo.clip(0, extent), hi.clip(0, extent)
    from_start, to_end = bool((lo <= 0).all()), bool((hi >= extent).all())
    if from_start and to_end:
        return Scope.GLOBAL
    if places is None:
        # What is read does not go by the place along the axis: the first row of a causal raster is not the others.
        return Scope.LOCAL
    if from_start and (lo == lo[0]).all() and _goes_one_way(hi):
        return Scope.CAUSAL
    return Scope.ANTICAUSAL if to_end and (hi == hi[0]).all() and _goes_one_way(lo) else Scope.LOCAL


def _goes_one_way(ends: Ints) -> bool:
    """Whether ends rise or fall from feature to feature, and do not all lie at one place."""
    rises, falls = bool((ends[1:] >= ends[:-1]).all()), bool((ends[1:] <= ends[:-1]).all())
    return rises != falls


# ---------------------------------------------------------------------- their numbers


def _numbers(seq: Periodic | Bordered | Listed, n: int, extent: int) -> _Numbers:
    """The numbers of local paths."""
    if isinstance(seq, Periodic):
        pairs = [pair for pair in map(seq.interval, range(min(n, seq.period))) if pair[1] > pair[0]]
        sizes = [hi - lo for lo, hi in pairs] or [0]
        lo, hi = pairs[0] if pairs else (0, 0)
        jump = Law(seq.period, seq.advance, is_cut=False).jump
        return _Numbers(jump, max(sizes), min(sizes), Fraction(lo + hi, 2), -lo, seq.period)
    return _listed_numbers(*_ends(seq, n), n, extent)


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


def _ends(seq: Periodic | Bordered | Listed, n: int) -> tuple[Ints, Ints, Ints | None]:
    """Intervals of the features that read anything, and their numbers."""
    import numpy as np

    from eyeshot.index.sequences import finite

    if isinstance(seq, Listed):
        return seq.lo, seq.hi, seq.places
    lo, hi = finite(seq, n).arrays()
    there = np.flatnonzero(hi > lo)
    return lo[there], hi[there], there


def _others(features: Features, paths: _Paths, terms: Terms, axis: int, n: int, local: _Numbers | None) -> _Numbers:
    """The numbers where some path reaches to an end of the axis."""
    if paths.reach is not Scope.GLOBAL:
        return _causal(features.along([*paths.local, *paths.running], axis), n, paths.reach)
    lo, hi = hull(extent_of(term, axis) for term in paths.whole)
    seq = features.along(paths.local, axis) if paths.local else None
    if isinstance(seq, Periodic) and not paths.running and all(_is_steady(term, axis) for term in paths.whole):
        size, size_min = _sizes(seq, n, (lo, hi))
    else:
        size, size_min = _sizes(features.along(terms, axis), n, (0, 0))
    if local is None:
        whole = features.along(terms, axis)
        los, his, _ = _ends(whole, n)
        if len(los):
            # Of some paths together: where all read the same, any feature says where they stand.
            lo, hi = int(los[0]), int(his[0])
        jump = Fraction(0) if _all_read_the_same(whole, n) else None
        return _Numbers(jump, size, size_min, Fraction(lo + hi, 2), -lo, None)
    return _Numbers(local.jump, size, size_min, local.start, local.padding, local.period)


def _all_read_the_same(seq: Periodic | Bordered | Listed, n: int) -> bool:
    if isinstance(seq, Periodic) and seq.period == 1 and not seq.advance:
        return True
    lo, hi, _ = _ends(seq, n)
    return not len(lo) or bool((lo == lo[0]).all() and (hi == hi[0]).all())


def _is_steady(term: Term | GridTerm, axis: int) -> bool:
    """Whether some paths have reduced an axis and read the same of it at every feature."""
    return isinstance(term, Term) and axis in term.global_axes and not term.parts_of(axis)


def _causal(seq: Periodic | Bordered | Listed, n: int, reach: Scope) -> _Numbers:
    """The jump is the advance of the last pixel that is read, or of the first."""
    lo, hi, places = _ends(seq, n)
    sizes = hi - lo
    moving = hi if reach is Scope.CAUSAL else lo
    law = law_of(moving, moving, 0) if _are_neighbours(places) else None
    start = Fraction(int(lo[0] + hi[0]), 2)
    return _Numbers(law.jump if law is not None else None, int(sizes.max()), int(sizes.min()), start, -int(lo[0]), None)


def _sizes(seq: Periodic | Bordered | Listed, n: int, everything: Interval) -> Interval:
    """Largest and smallest size over all features when each also reads `everything`."""
    if not isinstance(seq, Periodic):
        lo, hi, _ = _ends(seq, n)
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


# ---------------------------------------------------------------------- branches that do not fit


def _meeting(graph: Graph, node: Node, walk: Walk) -> list[list[Term]]:
    """For each branch that meets in a node its paths, as the node reads them."""
    if len(node.inputs) < 2:
        return []
    shapes = [graph.shapes[name] for name in node.inputs]
    ready = carriers(node.op.accesses(*shapes), shapes, node.shape)
    fields = (carried(walk.fields[name], carrier) for name, carrier in zip(node.inputs, ready, strict=True))
    # By features: in a coordinate channels may stand too, as in cells that were made channels.
    return [[term for term in positions_of(graph, field) if isinstance(term, Term)] for field in fields]


def _misaligned(met: list[list[Term]], position: int, axis: int, extent: int) -> Fraction:
    """Largest distance between the centres of the branches that meet in a node, in the mean over a period."""
    found = [[t for t in paths if t.input == position and axis not in t.global_axes] for paths in met]
    extents = [{t.extent(axis) for t in terms} for terms in found]
    branches: list[Periodic] = []
    for terms, sizes in zip(found, extents, strict=True):
        is_running = any(axis in t.running_axes for t in terms)
        if all(some <= {1} for some in extents):
            branches += _single(terms, axis, extent if is_running else None)
        elif len(sizes) == 1 and not is_running and all(t.parts_of(axis) for t in terms):
            branches += _repeating(united(terms, axis, next(iter(sizes))))
    offsets = [branches[0].offset_from(other) for other in branches[1:]] if branches else []
    known = [Fraction(0), *(offset for offset in offsets if offset is not None)]
    return max(known) - min(known)


def _single(terms: list[Term], axis: int, extent: int | None) -> list[Periodic]:
    """A branch of one feature, which has a centre though nothing repeats; none if it runs over all of the axis."""
    lo, hi = hull(extent_of(term, axis) for term in terms) if terms else (0, 0)
    runs_over_all = extent is not None and lo <= 0 and hi >= extent
    return [Periodic(1, 0, (lo,), (hi,))] if hi > lo and not runs_over_all else []


def _repeating(seq: Periodic | Bordered) -> list[Periodic]:
    """A branch that repeats; none if it does not. A part of what was rolled or gathered may, as a list of intervals."""
    if isinstance(seq, Periodic):
        return [seq]
    lo, hi = seq.arrays()
    law = law_of(lo, hi, 0) if len(lo) > 1 and (hi > lo).all() else None
    if law is None:
        return []
    ends = (tuple(part[: law.period].tolist()) for part in (lo, hi))
    return [Periodic(law.period, law.advance, *ends)]
