"""How far apart the branches lie that meet in a value: a warning of every decoder whose sizes were rounded."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from eyeshot.analyses.features import Features, Terms
from eyeshot.analyses.law import law_of
from eyeshot.analyses.paths import Paths
from eyeshot.analyses.positions import followed
from eyeshot.analyses.walk import Walk, carried, carriers
from eyeshot.graph.access import Access
from eyeshot.graph.core import Graph, Node
from eyeshot.index.intervals import Periodic

if TYPE_CHECKING:
    from eyeshot.index.explicit import Ints, Pair

__all__ = ["distance", "meeting"]


class Branch(NamedTuple):
    """One branch that meets others in a node.

    Parameters
    ----------
    features : Features
        The features of the node as this branch alone makes them.
    in_place, moved : set of int
        Dimensions along which each element reads the one of its own index, and those along which it reads others.
    """

    features: Features
    in_place: set[int]
    moved: set[int]

    def follows(self, terms: Terms, axis: int) -> bool:
        """Whether each feature stands where what it reads stands, along an axis of the input of some terms.

        Queries do, keys do not; nor does anything meet that is joined one behind the other.
        """
        own = {d for term in terms for d in followed(term, axis)}
        others = {d for term in terms for d in followed(term)}
        return own <= self.in_place and not others & self.moved


def meeting(graph: Graph, node: Node, walk: Walk, features: Features) -> list[Branch]:
    """The branches that meet in a node.

    Parameters
    ----------
    graph : Graph
        The network.
    node : Node
        Where branches may meet.
    walk : Walk
        The theoretical walk over the network.
    features : Features
        The features of the node, all branches together.
    """
    if len(node.inputs) < 2:
        return []
    shapes = [graph.shapes[name] for name in node.inputs]
    readings = node.op.accesses(*shapes)
    branches = []
    for name, reading, carrier in zip(node.inputs, readings, carriers(readings, shapes, node.shape), strict=True):
        if isinstance(reading, Access):
            in_place = {d for d, link in enumerate(reading.links) if link.dim == d and link.reading is None}
            moved = {link.dim for link in reading.links if link.dim is not None} - in_place
            field = carried(walk.fields[name], carrier)
            branches.append(Branch(Features(graph, node, field, among=features), in_place, moved))
    return branches


def distance(met: list[Branch], terms: Terms, axis: int, extent: int, n: int) -> Fraction | None:
    """The largest distance between the centres of two branches along an axis of an input.

    Parameters
    ----------
    met : list of Branch
        The branches.
    terms : list of terms
        All paths from that input.
    axis : int
        Its axis.
    extent, n : int
        Pixels along it, and features.

    Returns
    -------
    Fraction or None
        Pixels; 0 where no two branches have a feature in common; None where some distance is not one, or not known.
    """
    beside = [branch.features for branch in met if branch.follows(terms, axis)]
    local = [(features, paths) for features in beside if (paths := _local(features, terms[0].input, axis, extent))]
    seqs = [features.along(paths, axis) for features, paths in local]
    if all(isinstance(seq, Periodic) for seq in seqs):
        different = dict.fromkeys(seq for seq in seqs if isinstance(seq, Periodic))
        pairs = itertools.combinations(different, 2)
        found = [a.distance_from(b, n) for a, b in pairs if n == 1 or _stands(a, n) is _stands(b, n)]
    else:
        listed = [features.ends(paths, axis) for features, paths in local]
        found = [_apart(a, b, extent, n) for a, b in itertools.combinations(listed, 2)]
    known = [one for one in found if one is not None]
    return None if len(known) < len(found) else max(known, default=Fraction(0))


def _local(features: Features, position: int, axis: int, extent: int) -> Terms:
    """The local paths of a branch; none if it reads all up to its place, and so has no centre."""
    terms = [term for term in features.terms if term.input == position]
    paths = Paths.of(features, terms, axis, extent) if terms else None
    return paths.local if paths is not None and not paths.running else []


def _stands(seq: Periodic, n: int) -> bool:
    """Whether several of `n` features read something, and all of them the same: those have no place beside others.

    It goes by the features that there are: a law may move on behind the last of them.
    """
    # What two periods read alike, all read alike.
    read = [(lo, hi) for lo, hi in map(seq.interval, range(min(n, 2 * seq.period))) if hi > lo]
    return len(read) > 1 and len(set(read)) == 1


def _apart(a: Pair | None, b: Pair | None, extent: int, n: int) -> Fraction | None:
    """The distance of two branches that are listed; 0 if they have no feature in common, None if it is not known."""
    import numpy as np

    if a is None or b is None:
        return None
    if _stands_listed(*a, n) is not _stands_listed(*b, n):
        # One of them stands still.
        return Fraction(0)
    follows = {d for lo, _ in (a, b) for d, size in enumerate(lo.shape) if size > 1}
    a_lo, a_hi, b_lo, b_hi = (ends.ravel() for ends in np.broadcast_arrays(*a, *b))
    there = np.flatnonzero((a_hi > a_lo) & (b_hi > b_lo))
    if not len(there):
        return Fraction(0)
    a_lo, a_hi, b_lo, b_hi = (ends[there] for ends in (a_lo, a_hi, b_lo, b_hi))
    twice = a_lo + a_hi - b_lo - b_hi
    if (twice == twice[0]).all():
        return Fraction(abs(int(twice[0])), 2)
    in_row = len(follows) == 1 and int(there[-1] - there[0]) + 1 == len(there)
    return _mean(twice, (a_lo, a_hi), (b_lo, b_hi), extent) if in_row else None


def _stands_listed(lo: Ints, hi: Ints, n: int) -> bool:
    """As `_stands`, of what is listed; one interval stands for all features."""
    if lo.size == 1:
        return n > 1
    lo, hi = lo[hi > lo], hi[hi > lo]
    return lo.size > 1 and bool((lo == lo[0]).all() and (hi == hi[0]).all())


def _mean(twice: Ints, a: Pair, b: Pair, extent: int) -> Fraction | None:
    """The distance in the mean over a period, of twice the distances feature by feature; None if nothing repeats."""
    import numpy as np

    first, second = (law_of(*ends, extent) for ends in (a, b))
    if first is None or second is None or first.jump is None or first.jump != second.jump:
        return None
    whole = np.ones(len(twice), np.bool_)
    for law, (lo, hi) in ((first, a), (second, b)):
        if law.is_cut:
            whole &= (lo > 0) & (hi < extent)
    turn = math.lcm(first.period, second.period)
    at = np.flatnonzero(whole)[:turn]
    return abs(Fraction(int(twice[at].sum()), 2 * turn)) if len(at) == turn else None
