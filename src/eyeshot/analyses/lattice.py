"""The boxes of many features of one value at once.

Where every axis of the input is followed along a dimension of its own, as in an ordinary feature map, the interval
along an axis depends on the index along that axis only: a lattice of features costs as many intervals as it has
lines, not as it has points. Everywhere else each feature is asked by itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from eyeshot.analyses.layout import Layout
from eyeshot.analyses.results import Box, Interval
from eyeshot.analyses.support import box_at
from eyeshot.analyses.terms import Field, Term
from eyeshot.index.intervals import Periodic

__all__ = ["boxes_on_lattice"]

Along = list[list[Interval]]
"""For each axis of the input the interval at each line."""


def boxes_on_lattice(
    field: Field, layout: Layout, lines: Sequence[Sequence[int]], axes: int
) -> Iterator[tuple[tuple[int, ...], Box]]:
    """Theoretical boxes of the features at the crossings of some lines.

    Parameters
    ----------
    field : Field
        Terms of the value that belong to one input.
    layout : Layout
        Numbering of its features.
    lines : sequence of sequence of int
        Indices along each axis of the layout.
    axes : int
        Axes of the input.

    Yields
    ------
    (tuple of int, Box)
        A feature, row by row, and the same box as `box_at` gives; ``(0, 0)`` everywhere if it reads nothing.
    """
    found = [_along(term, layout, lines) for term in field]
    terms = [pair for pair in found if pair is not None]
    if len(terms) < len(found):
        for index in itertools.product(*lines):
            yield index, box_at(field, layout.locate(index), axes)
        return
    for places in itertools.product(*(range(len(line)) for line in lines)):
        boxes = [
            tuple(row[places[k]] if k >= 0 else row[0] for k, row in zip(homes, along, strict=True))
            for homes, along in terms
        ]
        yield tuple(line[p] for line, p in zip(lines, places, strict=True)), _hull(boxes, axes)


def _along(term: object, layout: Layout, lines: Sequence[Sequence[int]]) -> tuple[list[int], Along] | None:
    """For each axis of the input the axis of the layout that it goes with (−1: none) and its intervals; or None."""
    if not isinstance(term, Term) or not term.is_plain:
        return None
    homes, steps = [-1] * len(term.seqs), [0] * len(term.seqs)
    for parts, factors in zip(term.dims, layout.dims, strict=True):
        ((_, axis, step, mask),) = parts
        if mask is not None or len(factors) > 1 or (step and factors[0][1] < 0):
            return None
        if step:
            homes[axis], steps[axis] = factors[0][1], step
    along = []
    for seq, k, step in zip(term.seqs, homes, steps, strict=True):
        if not isinstance(seq, Periodic):
            return None
        along.append([seq.interval(i * step) for i in (lines[k] if k >= 0 else (0,))])
    return homes, along


def _hull(boxes: list[Box], axes: int) -> Box:
    """The hull of the boxes that are not empty."""
    full = [box for box in boxes if all(hi > lo for lo, hi in box)]
    if len(full) == 1:
        return full[0]
    if not full:
        return ((0, 0),) * axes
    return tuple((min(box[a][0] for box in full), max(box[a][1] for box in full)) for a in range(axes))
