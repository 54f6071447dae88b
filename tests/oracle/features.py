"""Brute force by feature: what the elements that make up a feature read together.

A feature is a position; channels, heads and batch belong to it. Which elements that are is a convention of the
package, so it is taken from there; what they read is not.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
from oracle.actual import Bits, execute, extents, pixels_of_input
from oracle.theory import Axis, Seen, Theory, unite

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.layout import Layout, layout_of
from eyeshot.analyses.terms import Term
from eyeshot.graph.core import Graph, Value
from eyeshot.index.intervals import Periodic

Index = tuple[int, ...]
Interval = tuple[int, int]
Box = tuple[Interval, ...]


class Brute:
    """All answers for one graph, by enumeration."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.analysis = Analysis(graph)
        self._elements: dict[tuple[str, Index], list[Index]] = {}

    # ------------------------------------------------------------------ features

    @cache  # noqa: B019 (one object lives as long as one test)
    def layout(self, name: str) -> Layout:
        field = self.analysis.theoretical.fields[name]
        return layout_of(self.graph, self.graph.by_name[name], field)

    def features(self, name: str) -> Iterator[Index]:
        return iter(np.ndindex(*self.layout(name).extents))

    def elements(self, name: str, feature: Index) -> list[Index]:
        """The elements of a value that make up one feature."""
        key = (name, feature)
        if key not in self._elements:
            self._elements[key] = list(itertools.product(*self.layout(name).locate(feature)))
        return self._elements[key]

    # ------------------------------------------------------------------ what is read

    @cached_property
    def bits(self) -> dict[str, Bits]:
        return execute(self.graph)

    @cache  # noqa: B019
    def supports(self, name: str, value: Value) -> Bits:
        """Which pixels of an input every feature really reads: axes of features, then axes of pixels."""
        bits = pixels_of_input(self.graph, value.name, self.bits[name])
        read = np.zeros((*self.layout(name).extents, *extents(value)), np.bool_)
        for feature in self.features(name):
            for element in self.elements(name, feature):
                read[feature] |= bits[element]
        return read

    def theory(self, name: str, feature: Index) -> tuple[Seen, Seen]:
        """What a feature reads in theory: at least and at most.

        At most is what the laws of the ops say beyond all edges. At least is the same where values that the table
        says not to be periodic end at their edges, for their readers and what they read themselves. If no such value
        is on the way, the two are equal.
        """
        elements = self.elements(name, feature)
        if self._is_settled:
            only = unite([self._endless.element(name, element) for element in elements])
            return only, only
        least, most = (unite([theory.element(name, e) for e in elements]) for theory in (self._least, self._most))
        return least, most

    def along(self, name: str, input_name: str, axis_name: str) -> list[tuple[Interval, Interval]] | None:
        """For each coordinate along an axis what its features read in theory: over all paths, and over local ones.

        None where the features of one coordinate differ, some have no local path, or one dimension alone does not
        number them, or numbers them by another input with an axis of this name.
        """
        layout = self.layout(name)
        value = next(value for value in self.graph.inputs if value.name == input_name)
        axis = (input_name, [a.name for a in value.axes].index(axis_name))
        place = layout.names.index(axis_name) if axis_name in layout.names else None
        if place is None or [p for parts in layout.dims for _, p in parts].count(place) != 1:
            return None
        (dim,) = (d for d, parts in enumerate(layout.dims) if place in [p for _, p in parts])
        names = [a.name for v in self.graph.inputs for a in v.axes]
        if names.count(axis_name) > 1 and axis not in self._followed(name, dim):
            return None
        found: dict[int, set[tuple[Interval, Interval]]] = {}
        for feature in self.features(name):
            least, most = self.theory(name, feature)
            if least != most or axis not in most.local or most.reduced != most.perhaps:
                return None
            found.setdefault(feature[place], set()).add((most.hulls[axis], most.local[axis]))
        if any(len(intervals) > 1 for intervals in found.values()):
            return None
        return [found[k].pop() for k in sorted(found)]

    @cached_property
    def _is_settled(self) -> bool:
        """Whether nothing ends and nothing is split, so that there is only one answer."""
        return self.is_regular and not self.is_split

    @cached_property
    def is_split(self) -> bool:
        """Whether dimensions may be merged or split on the way."""
        return any(node.op.kind == "reshape" for node in self.graph.nodes)

    @cached_property
    def is_regular(self) -> bool:
        """Whether all values that local paths lead to are periodic."""
        return not any(self._irregular(node.name) for node in self.graph.nodes)

    @cached_property
    def _endless(self) -> Theory:
        return Theory(self.graph)

    @cached_property
    def _least(self) -> Theory:
        return Theory(self.graph, self._ends, least=True)

    @cached_property
    def _most(self) -> Theory:
        return Theory(self.graph, self._ends)

    @cache  # noqa: B019
    def _ends(self, reader: str, operand: str, dim: int) -> bool:
        """Whether reader or operand are irregular along an axis that the operand's dimension follows."""
        irregular = self._irregular(reader) | self._irregular(operand)
        return bool(irregular) and bool(irregular & self._followed(operand, dim))

    @cache  # noqa: B019
    def _irregular(self, name: str) -> set[Axis]:
        """Axes along which local paths to a value are held as lists: they end where the value ends."""
        found = set()
        for term in self.analysis.theoretical.fields[name]:
            value = self.graph.inputs[term.input]
            for a in range(len(value.axes)):
                ends = not isinstance(term, Term) or not isinstance(term.seqs[a], Periodic)
                if ends and a not in term.global_axes:
                    found.add((value.name, a))
        return found

    @cache  # noqa: B019
    def _followed(self, name: str, dim: int) -> set[Axis]:
        """Axes along which elements read differently if only their index in one dimension differs."""
        shape = self.graph.shapes[name]
        found = set()
        for line in np.ndindex(*shape[:dim], 1, *shape[dim + 1 :]):
            along = [
                self._endless.element(name, (*line[:dim], i, *line[dim + 1 :])).hulls for i in range(-1, shape[dim] + 1)
            ]
            for axis in {axis for hulls in along for axis in hulls}:
                if len({hulls[axis] for hulls in along if axis in hulls}) > 1:
                    found.add(axis)
        return found


def box_of(seen: Seen, value: Value) -> Box:
    """The hull along each axis of an input; ``(0, 0)`` everywhere if nothing of it is read."""
    return tuple(seen.hulls.get((value.name, a), (0, 0)) for a in range(len(value.axes)))


def hull_of(mask: npt.NDArray[np.bool_]) -> Box:
    """The smallest box that holds all true cells; ``(0, 0)`` everywhere if there are none."""
    places = np.argwhere(mask)
    if not len(places):
        return ((0, 0),) * mask.ndim
    return tuple((int(lo), int(hi) + 1) for lo, hi in zip(places.min(axis=0), places.max(axis=0), strict=True))


def laid_out(mask: npt.NDArray[np.bool_], box: Box, sizes: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """A mask over a box as one over everything."""
    whole = np.zeros(sizes, np.bool_)
    whole[tuple(slice(lo, hi) for lo, hi in box)] = mask
    return whole


def holds(outer: Box, inner: Box) -> bool:
    """Whether a box lies in another along every axis."""
    return all(b <= a or (lo <= a and b <= hi) for (lo, hi), (a, b) in zip(outer, inner, strict=True))
