"""What some paths read along one axis, feature by feature, as `at` numbers the features.

A row of the table is made of this and of nothing else, so that it says of the features what each of them answers.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from eyeshot.analyses.layout import Layout, layout_of
from eyeshot.analyses.positions import positions_of, stands_twice
from eyeshot.analyses.terms import Field, Term
from eyeshot.graph.core import Graph, Node
from eyeshot.index.intervals import Interval, Periodic
from eyeshot.index.sequences import union

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.analyses.hulls import Ends
    from eyeshot.index.bordered import Bordered
    from eyeshot.index.explicit import Ints

__all__ = ["Features", "Listed", "Terms", "extent_of", "united"]

Terms = list["Term | GridTerm"]

_MOST_LISTED = 200_000
"""Most features that are listed where what they read along an axis depends on several numbers."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Intervals listed one by one; features that read nothing have no interval.

    Parameters
    ----------
    lo, hi : int64 array
        Intervals of the features that read anything.
    places : int64 array or None
        Their numbers; None if the list has no order (a few intervals that stand for very many features).
    n : int
        Number of features.
    """

    lo: Ints
    hi: Ints
    places: Ints | None
    n: int


class Features:
    """The features of one value.

    Parameters
    ----------
    graph : Graph
        The network.
    node : Node
        The node that makes the value.
    field : Field
        Its theoretical field.
    among : Features, optional
        All paths to the value, where `field` are some of them: features are numbered as for all of them.
    """

    def __init__(self, graph: Graph, node: Node, field: Field, among: Features | None = None) -> None:
        self._graph, self._node, self._field, self._among = graph, node, field, among
        pairs = zip(positions_of(graph, field), field, strict=True)
        # Each term with channels taken together, and as it is: what is listed goes by the layout, as `at` does.
        self._as_they_are = {id(term): (term, own) for term, own in pairs if not _falls_into_gaps(term)}
        self.terms = tuple(term for term, _ in self._as_they_are.values())
        # For each term, which `terms` keeps, and axis.
        self._known: dict[tuple[int, int], Ends] = {}
        self._united: dict[tuple[int, ...], tuple[Ints, Ints] | None] = {}

    @cached_property
    def _layout(self) -> Layout:
        return self._among._layout if self._among else layout_of(self._graph, self._node, self._field)

    @cached_property
    def _is_direct(self) -> bool:
        """Whether coordinates along every axis are the numbers of features, so that no layout is needed."""
        places: dict[int, tuple[int, int, int]] = {}
        owners: dict[tuple[int, int], int] = {}
        if self._among and not self._among._is_direct:
            return False
        if len({term.input for term in self.terms}) > 1:
            return False
        if not all(_is_numbered(term, places, owners) for term in self.terms):
            return False
        products = [term for term in self.terms if isinstance(term, Term)]
        numbered = {d for term in products for d, parts in enumerate(term.dims) if any(p.axis >= 0 for p in parts)}
        if any(part.mask for term in products for d in numbered for part in term.dims[d]):
            return False
        if len(products) > 1 and any(seq.has_gaps for term in products for seq in term.seqs):
            return False
        axes = range(max((len(term.seqs) for term in products), default=0))
        return all(len({term.features(axis) for term in products} - {1}) < 2 for axis in axes)

    def count(self, terms: Terms, axis: int) -> int:
        """Number of features along an axis of the input of some terms, which are all that read it."""
        if self._is_direct:
            return max(term.features(axis) for term in terms if isinstance(term, Term))
        name = self._graph.inputs[terms[0].input].axes[axis].name
        if name in self._layout.names:
            return self._layout.extents[self._layout.names.index(name)]
        # Where all read the whole axis, features differ in what they read otherwise.
        others = [term for term in terms if axis not in term.global_axes]
        numbered = self._followed(terms, axis) or (self._followed(others, axis) if others else [])
        return math.prod(self._layout.extents[k] for k in numbered)

    def along(self, terms: Terms, axis: int) -> Periodic | Bordered | Listed:
        """What each feature reads along an axis by way of some terms of one input."""
        if self._is_direct:
            # Counted over all paths: those that stand still say the same of every feature.
            n = self.count([term for term in self.terms if term.input == terms[0].input], axis)
            return united([term for term in terms if isinstance(term, Term)], axis, n)
        return self._listed(terms, axis)

    # ------------------------------------------------------------------ listed

    def _ends(self, terms: Terms, axis: int) -> list[Ends]:
        """For each term the intervals of features, with a dimension for each axis of features."""
        from eyeshot.analyses.hulls import intervals_along

        for term in terms:
            if (id(term), axis) not in self._known:
                ends = intervals_along(self._as_they_are[id(term)][1], self._node.shape, axis)
                self._known[id(term), axis] = ends.of_features(self._layout)
        return [self._known[id(term), axis] for term in terms]

    def ends(self, terms: Terms, axis: int) -> tuple[Ints, Ints] | None:
        """Ends of what all terms read together, with a dimension for each axis of features; None if they are too many.

        Axes of features that change nothing are left out, but for the one that numbers the features along the axis.
        """
        key = (axis, *map(id, terms))
        if key not in self._united:
            self._united[key] = self._unite(terms, axis)
        return self._united[key]

    def _unite(self, terms: Terms, axis: int) -> tuple[Ints, Ints] | None:
        import numpy as np

        each = self._ends(terms, axis)
        shape = np.broadcast_shapes(*(one.shape for one in each))
        if math.prod(shape) > _MOST_LISTED and sum(n > 1 for n in shape) > 1:
            return None
        los, his = zip(*(one.laid_out() for one in each), strict=True)
        lo, hi = functools.reduce(np.minimum, los), functools.reduce(np.maximum, his)
        name = self._graph.inputs[terms[0].input].axes[axis].name
        for k, own in enumerate(self._layout.names):
            lo, hi = (lo, hi) if own == name else _once(lo, hi, k)
        return lo, hi

    def _followed(self, terms: Terms, axis: int) -> list[int]:
        """Axes of features along which it changes what is read."""
        hulls = self.ends(terms, axis)
        shapes = [one.shape for one in self._ends(terms, axis)] if hulls is None else [hulls[0].shape]
        return [k for k in range(len(self._layout.extents)) if any(shape[k] > 1 for shape in shapes)]

    def _listed(self, terms: Terms, axis: int) -> Listed:
        import numpy as np

        hulls = self.ends(terms, axis)
        if hulls is None:
            return self._distinct(terms, axis, math.prod(self._layout.extents[k] for k in self._followed(terms, axis)))
        lo, hi = (ends.ravel() for ends in hulls)
        there = np.flatnonzero(hi > lo)
        name = self._graph.inputs[terms[0].input].axes[axis].name
        # Numbered along the axis, but what they read changes along another one too: then the list has no order.
        is_mixed = any(n > 1 and name in self._layout.names and own != name for n, own in self._sizes(hulls[0]))
        return Listed(lo[there], hi[there], None if is_mixed else there, len(lo))

    def _sizes(self, ends: Ints) -> Iterator[tuple[int, str]]:
        return zip(ends.shape, self._layout.names, strict=True)

    def _distinct(self, terms: Terms, axis: int, n: int) -> Listed:
        """The intervals that differ, where there are too many features to list them."""
        import numpy as np

        from eyeshot.analyses.hulls import distinct_hulls

        pairs = np.array(distinct_hulls(terms, self._node.shape, axis), np.int64).reshape(-1, 2)
        return Listed(pairs[:, 0], pairs[:, 1], None, n)


def _once(lo: Ints, hi: Ints, k: int) -> tuple[Ints, Ints]:
    """The ends of intervals with axis `k` left out, if along it all features that read anything read the same."""
    from eyeshot.index.explicit import NOTHING

    if lo.shape[k] == 1:
        return lo, hi
    import numpy as np

    reads = hi > lo
    found = []
    for ends in (lo, hi):
        least = np.where(reads, ends, NOTHING).min(axis=k, keepdims=True)
        most = np.where(reads, ends, -NOTHING).max(axis=k, keepdims=True)
        if (least < most).any():
            return lo, hi
        found.append((least, most))
    return found[0][0], found[1][1]


# ---------------------------------------------------------------------- coordinates that are numbers


def _falls_into_gaps(term: Term | GridTerm) -> bool:
    """Whether so few features are left along some axis that all of them are gaps: then none reads anything."""
    if not isinstance(term, Term) or not any(seq.has_gaps for seq in term.seqs):
        return False
    return any(
        isinstance(seq, Periodic) and all(hi <= lo for lo, hi in map(seq.interval, range(min(n, seq.period))))
        for n, seq in ((term.extent(axis), seq) for axis, seq in enumerate(term.seqs))
    )


def _is_numbered(
    term: Term | GridTerm, places: dict[int, tuple[int, int, int]], owners: dict[tuple[int, int], int]
) -> bool:
    """Whether the coordinate along each axis is a single part of a dimension, the same as for other terms.

    Parameters
    ----------
    term : Term or GridTerm
        A term of the value.
    places : dict of int to (dimension, part, size)
        Where earlier terms follow each axis; completed.
    owners : dict of (dimension, part) to int
        The axis that each part belongs to; completed.
    """
    if not isinstance(term, Term):
        return False
    for d, parts in enumerate(term.dims):
        for p, part in enumerate(parts):
            if part.axis < 0:
                continue
            if part.stride not in {0, 1} or (not part.stride and len(parts) > 1):
                return False
            here = (d, p, part.size)
            if part.stride and places.setdefault(part.axis, here) != here:
                return False
            if owners.setdefault((d, p), part.axis) != part.axis:
                return False
    return not stands_twice(term)


def united(terms: list[Term], axis: int, n: int) -> Periodic | Bordered:
    """The hull of some terms along one axis, as a sequence over its coordinate; `n` features are numbered by it."""
    whole: Periodic | Bordered | None = None
    for term in terms:
        seq = term.seqs[axis]
        if term.extent(axis) == 1 and (n > 1 or not isinstance(seq, Periodic)):
            seq = Periodic(1, 0, *((end,) for end in extent_of(term, axis)))
        whole = seq if whole is None else union(whole, seq, n)
    return whole if whole is not None else Periodic(1, 0, (0,), (0,))


def extent_of(term: Term | GridTerm, axis: int) -> Interval:
    """The smallest interval that holds all that a term reads along an axis."""
    if not isinstance(term, Term):
        return int(term.lo[axis].min()), int(term.hi[axis].max())
    seq = term.seqs[axis]
    if not term.parts_of(axis):
        return seq.interval(0)
    return seq.hull_of(term.extent(axis)) if isinstance(seq, Periodic) else seq.extent()
