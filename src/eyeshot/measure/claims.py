"""What the analyses say, in the form in which a running model answers: which elements a row or a pixel reaches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.boxes import Boxes
from eyeshot.analyses.layout import Layout
from eyeshot.analyses.results import Reach
from eyeshot.analyses.support import actual_intervals, elements_reached, reach_of, region_of
from eyeshot.errors import LimitError
from eyeshot.graph.core import Graph, Value
from eyeshot.index.sets import IndexSet
from eyeshot.measure.channels import places_of

__all__ = ["Claims", "Probe", "Watched", "box_mask", "free_dims"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Sets = tuple[IndexSet, ...]


@dataclass(frozen=True)
class Probe:
    """A part of an input that is poisoned: one row along one axis, or one pixel; all channels and batches of it.

    Parameters
    ----------
    input : Value
        The input.
    axis : int or None
        Number of the axis of a row; None for a pixel.
    at : tuple of int
        The row, or the pixel.
    """

    input: Value
    axis: int | None
    at: tuple[int, ...]

    @cached_property
    def sets(self) -> Sets:
        """The elements of the input, as one set per dimension."""
        axes = self.input.axes if self.axis is None else self.input.axes[self.axis : self.axis + 1]
        at = {axis.dim: i for axis, i in zip(axes, self.at, strict=True)}
        return tuple(
            IndexSet.span(at[d], at[d] + 1) if d in at else IndexSet.span(0, n) for d, n in enumerate(self.input.shape)
        )

    @property
    def dims(self) -> tuple[int, ...]:
        """Dimensions of the input that tell rows or pixels apart."""
        return tuple(a.dim for n, a in enumerate(self.input.axes) if self.axis in (None, n))


@dataclass(frozen=True, slots=True)
class Watched:
    """A feature whose support is held against every run.

    Parameters
    ----------
    feature : tuple of int
        Its index.
    sets : tuple of IndexSet
        Its elements in the value.
    masks : dict of str to bool array
        For each input the pixels that it is said to read.
    """

    feature: tuple[int, ...]
    sets: Sets
    masks: dict[str, Bools]

    def reads(self, probe: Probe) -> bool:
        """Whether it is said to read anything of what is poisoned."""
        mask = self.masks[probe.input.name]
        return bool(mask[probe.at] if probe.axis is None else mask.take(probe.at[0], probe.axis).any())


class Claims:
    """What is said of a graph.

    Parameters
    ----------
    analysis : Analysis
        Its analyses.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        # By the field, which most values share with their operand.
        self._hulls: dict[tuple[int, tuple[int, ...], str, int], tuple[Ints, Ints]] = {}
        self._places: dict[str, tuple[bool, ...]] = {}

    @property
    def graph(self) -> Graph:
        """The graph."""
        return self.analysis.graph

    def layout(self, name: str) -> Layout:
        """How the features of a value are numbered."""
        return self.analysis.layout(name)

    def features(self, name: str) -> int:
        """Number of features of a value."""
        return math.prod(self.layout(name).extents)

    def places(self, name: str) -> tuple[int, ...]:
        """Dimensions of a value along which not all is one feature, or might not be."""
        if not self._places:
            self._places = places_of(self.graph)
        numbered = (any(axis >= 0 for _, axis in parts) for parts in self.layout(name).dims)
        return tuple(d for d, pair in enumerate(zip(self._places[name], numbered, strict=True)) if any(pair))

    def hull(self, name: str, value: Value, axis: int) -> tuple[Ints, Ints]:
        """The actual field of every element along one axis: first row, and one behind the last."""
        walk = self.analysis.actual
        key = (id(walk.fields[name]), self.graph.shapes[name], value.name, axis)
        if key not in self._hulls:
            lo, hi = actual_intervals(self.graph, walk, name, value, value.axes[axis].name)
            # No image has so many rows that it would not do, and of an attention matrix all are held.
            self._hulls[key] = lo.astype(np.int32), hi.astype(np.int32)
        return self._hulls[key]

    def reached(self, probe: Probe) -> dict[str, Boxes] | None:
        """The elements of every value that read some of what is poisoned; None if there are too many pieces."""
        try:
            return elements_reached(self.graph, probe.input, (probe.sets,))
        except LimitError:
            return None

    def reaches(self, probe: Probe) -> dict[str, Reach] | None:
        """The features of every value that read a pixel; None if there are too many pieces."""
        try:
            return {r.layer: r for r in reach_of(self.analysis, probe.at, probe.input)}
        except LimitError:
            return None

    def watched(self, name: str, feature: tuple[int, ...]) -> Watched | None:
        """A feature with the exact set of pixels that it is said to read; None if there are too many pieces."""
        masks = {}
        for value in self.graph.inputs:
            mask = np.zeros(tuple(value.shape[axis.dim] for axis in value.axes), np.bool_)
            try:
                region = region_of(self.analysis, name, feature, value)
            except LimitError:
                return None
            for product in region.products:
                mask[np.ix_(*(_mask(runs, n) for runs, n in zip(product, mask.shape, strict=True)))] = True
            masks[value.name] = mask
        return Watched(feature, self.layout(name).locate(feature), masks)


def free_dims(boxes: Iterable[Boxes], shape: Sequence[int]) -> set[int]:
    """Dimensions along which not all elements are the same to some boxes."""
    return {d for some in boxes for box in some for d, n in enumerate(shape) if not box[d].is_span(n)}


def box_mask(boxes: Boxes, shape: Sequence[int], keep: Sequence[int]) -> Bools:
    """Elements in a union of boxes, without the dimensions along which all are the same."""
    mask = np.zeros(tuple(shape[d] for d in keep), np.bool_)
    for box in boxes:
        mask[np.ix_(*(box[d].mask(0, shape[d]) for d in keep))] = True
    return mask


def _mask(runs: Sequence[tuple[int, int]], n: int) -> Bools:
    return IndexSet(tuple(runs)).mask(0, n)
