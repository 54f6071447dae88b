"""The paths to a value along one axis, by how far they reach: here and there, up to one end, or over all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eyeshot.analyses.features import Features, Listed, Terms
from eyeshot.analyses.results import Scope
from eyeshot.analyses.terms import Term
from eyeshot.index.intervals import Periodic

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.index.bordered import Bordered
    from eyeshot.index.explicit import Ints

__all__ = ["Paths", "ends_of", "is_steady"]


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths along one axis by how far they reach.

    Parameters
    ----------
    local, running, whole : list of terms
        Those that read here and there, that read up to one end of the axis, and that read all of it.
    reach : Scope
        What they come to, all together.
    extent : int
        Pixels along the axis.
    """

    local: Terms
    running: Terms
    whole: Terms
    reach: Scope
    extent: int

    @staticmethod
    def of(features: Features, terms: Terms, axis: int, extent: int) -> Paths:
        """Some paths to a value, sorted.

        Parameters
        ----------
        features : Features
            The features of the value.
        terms : list of terms
            Those of its paths that come from one input.
        axis, extent : int
            An axis of that input, and the pixels along it.
        """
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
        return Paths(local, running, whole, Scope.GLOBAL if whole else reach, extent)


def _is_whole(features: Features, term: Term | GridTerm, axis: int, extent: int) -> bool:
    """Whether of an axis that some paths have reduced every feature reads all that any of them reads.

    It does not where they reduced it part by part: every second place by itself, or windows that overlap.
    """
    if is_steady(term, axis):
        return True
    lo, hi, _ = ends_of(features.along([term], axis), features.count([term], axis))
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
    lo, hi, places = ends_of(seq, n)
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


def is_steady(term: Term | GridTerm, axis: int) -> bool:
    """Whether some paths have reduced an axis and read the same of it at every feature."""
    return isinstance(term, Term) and axis in term.global_axes and not term.parts_of(axis)


def ends_of(seq: Periodic | Bordered | Listed, n: int) -> tuple[Ints, Ints, Ints | None]:
    """Intervals of the features that read anything, and their numbers."""
    import numpy as np

    from eyeshot.index.sequences import finite

    if isinstance(seq, Listed):
        return seq.lo, seq.hi, seq.places
    lo, hi = finite(seq, n).arrays()
    there = np.flatnonzero(hi > lo)
    return lo[there], hi[there], there
