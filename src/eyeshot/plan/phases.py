"""On which grid a tile must begin, and how far beyond itself it must read.

A tile that is moved by some pixels makes the same values, moved too, only if every stride on the way divides the
move: the least such move is the alignment. An aligned tile then needs the pixels that its own features read, the hull
of their theoretical fields, and no more. That halo is smaller than the reach over all phases, and its two sides differ.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from eyeshot.analyses.terms import Part, Term
from eyeshot.analyses.walk import Walk
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.graph.core import Graph, Node
from eyeshot.graph.ops import AdaptivePool, Gather, Resample
from eyeshot.index.bordered import Bordered
from eyeshot.index.intervals import Periodic
from eyeshot.plan.obstacle import Obstacle
from eyeshot.plan.pairing import ancestors
from eyeshot.plan.results import OutputLaw

__all__ = ["MAX_ALIGNMENT", "alignment", "law_of", "long_ratios", "strides"]

_PERIODS = (1, 2, 3, 4, 6, 8, 16, 32)
_LOOKED_AT = 4096
"""Features in the middle by which a law is found where none is known."""

MAX_ALIGNMENT = 65_536
"""Beyond this no image has an aligned tile but itself."""
_MAX_PERIODS = 65_536
"""Features after which all resamplings of a network may repeat, together; a walk lists so many intervals one by one."""


def long_ratios(graph: Graph) -> Obstacle | None:
    """The resampling with the longest period, where those of a network are too long to be followed.

    What is resampled to the size of a skip connection repeats only after all of an axis whose size is odd. Each such
    step costs a walk as many intervals as the axis has features, so the walk is not begun.
    """
    found: list[tuple[int, Node, Shape, Shape]] = []
    for node in graph.nodes:
        shape = graph.shapes[node.inputs[0]] if node.inputs else ()
        if isinstance(node.op, Resample | AdaptivePool):
            count = len(node.op.sizes)
            found.append((max(node.op.periods(shape)), node, shape[-count:], node.shape[-count:]))
        elif isinstance(node.op, Gather) and node.op.indices is not None:
            # Where rounding decides which neighbour is the nearest, a resampling is a list that never repeats.
            found.append((len(node.op.indices), node, (shape[node.op.dim],), (node.shape[node.op.dim],)))
    if sum(period for period, *_ in found) <= _MAX_PERIODS:
        return None
    period, node, before, after = max(found, key=lambda one: one[0])
    sizes = " to ".join("×".join(map(str, shape)) for shape in (before, after))
    reason = f"resamples {sizes}, which repeats only after {period:,} features"
    return Obstacle(node.name, node.layer, node.source, reason)


def strides(walk: Walk, count: int) -> tuple[int, ...]:
    """Least common multiples of the strides of all values per axis, whatever is resampled to the size of others.

    Parameters
    ----------
    walk : Walk
        The theoretical walk over a network.
    count : int
        Axes of the image.
    """
    found: list[set[int]] = [{1} for _ in range(count)]
    for field in walk.fields.values():
        for term in field:
            for axis, seq in enumerate(term.seqs if isinstance(term, Term) else ()):
                if isinstance(seq, Periodic) and seq.period == 1 and seq.advance:
                    found[axis].add(abs(seq.advance))
    return tuple(math.lcm(*steps) for steps in found)


def alignment(graph: Graph, walk: Walk, wanted: Sequence[str]) -> tuple[int, ...]:
    """Pixels per axis by which a tile may be moved, so that all values on the way to some outputs move with it.

    Parameters
    ----------
    graph : Graph
        The network, with one input.
    walk : Walk
        The theoretical walk over it.
    wanted : sequence of str
        The outputs.

    Returns
    -------
    tuple of int
        One number for each axis. What has no phase (a mean over the image) does not count.
    """
    steps: list[set[Fraction]] = [{Fraction(1)} for _ in graph.inputs[0].axes]
    needed = ancestors(graph, wanted)
    for node in graph.nodes:
        if node.name in needed:
            for axis, step in _steps(graph, walk, node):
                steps[axis].add(step)
    for name in wanted:
        for axis, step in _steps_of_value(walk, name):
            steps[axis].add(step)
    return tuple(_least_common(found) for found in steps)


def _steps(graph: Graph, walk: Walk, node: Node) -> Iterator[tuple[int, Fraction]]:
    """For everything that a node reads: the least move in pixels that its index map takes along."""
    for name, reading in graph.readings(node):
        for term in walk.fields.get(name, ()):
            if not isinstance(term, Term):
                continue
            if isinstance(reading, Access):
                for dim, link in zip(term.dims, reading.links, strict=True):
                    yield from _steps_of(term, dim, link)
    yield from _steps_of_value(walk, node.name)


def _steps_of(term: Term, dim: tuple[Part, ...], link: Link) -> Iterator[tuple[int, Fraction]]:
    if link.reading is None or link.reading.advance == 0:
        return
    for part in dim:
        pixels = _pixels(term, part)
        if pixels:
            yield part.axis, abs(link.reading.advance * pixels)


def _steps_of_value(walk: Walk, name: str) -> Iterator[tuple[int, Fraction]]:
    """An axis that is split into cells moves by whole cells; so does a field by its own period."""
    for term in walk.fields.get(name, ()):
        if not isinstance(term, Term):
            continue
        for axis, seq in enumerate(term.seqs):
            parts = term.parts_of(axis)
            law = endless(seq) if parts else None
            if law is not None and law.advance:
                leading = max(parts, key=lambda part: part.stride)
                yield axis, abs(_pixels(term, leading))
                yield axis, abs(Fraction(law.advance))


def _pixels(term: Term, part: Part) -> Fraction:
    """Pixels by which one step along a part moves the field; 0 if it does not, or by no law."""
    if part.axis < 0 or not part.stride:
        return Fraction(0)
    law = endless(term.seqs[part.axis])
    return law.jump * part.stride if law is not None else Fraction(0)


def endless(seq: Periodic | Bordered) -> Periodic | None:
    """The law that the features in the middle follow; None if they follow none.

    A value that was joined from pieces (zeros before a causal layer) has no law at its ends, but has one between them.
    What is planned by it is proven afterwards.
    """
    if isinstance(seq, Periodic):
        return seq
    if seq.period:
        return _law_within(seq, seq.head, seq.n - seq.tail, seq.period)
    middle = min(seq.n // 2, _LOOKED_AT)
    start = (seq.n - middle) // 2
    return next(
        (law for period in _PERIODS if (law := _law_within(seq, start, start + middle, period)) is not None), None
    )


def _law_within(seq: Bordered, start: int, stop: int, period: int) -> Periodic | None:
    """The law of a period that all features in a range follow."""
    begin = -(-start // period) * period
    if stop - begin < 2 * period:
        return None
    lo, hi = seq.intervals(np.arange(begin, min(stop, begin + _LOOKED_AT)))
    moves = np.concatenate((lo[period:] - lo[:-period], hi[period:] - hi[:-period]))
    advance = int(moves[0])
    if (moves != advance).any():
        return None
    pixel = begin // period * advance
    return Periodic(
        period, advance, tuple(int(n) - pixel for n in lo[:period]), tuple(int(n) - pixel for n in hi[:period])
    )


def _least_common(steps: set[Fraction]) -> int:
    """The least common multiple of fractions of pixels, 1 among them."""
    return math.lcm(*(step.numerator for step in steps))


def law_of(graph: Graph, walk: Walk, name: str, aligned: Sequence[int]) -> tuple[OutputLaw | None, ...]:
    """The halo of an output per axis of the image; None where its features do not move with the tile.

    Parameters
    ----------
    graph, walk : Graph, Walk
        The network and the theoretical walk over it.
    name : str
        The output.
    aligned : sequence of int
        The alignment per axis.
    """
    found: list[OutputLaw | None] = []
    for axis, step in enumerate(aligned):
        if step > MAX_ALIGNMENT:
            # No tile begins on such a grid, and the features on one step of it would be listed one by one.
            found.append(None)
            continue
        laws = [_law(term, axis, step) for term in walk.fields.get(name, ()) if isinstance(term, Term)]
        alike = {(law.dim, law.jump) for law in laws if law is not None}
        kept = [law for law in laws if law is not None]
        if not kept or len(alike) > 1 or len(kept) < len(walk.fields[name]):
            found.append(None)
            continue
        before, after = max(law.before for law in kept), max(law.after for law in kept)
        n = graph.shapes[name][kept[0].dim]
        found.append(OutputLaw(kept[0].dim, n, kept[0].jump, before, after))
    return tuple(found)


def _law(term: Term, axis: int, step: int) -> OutputLaw | None:
    """The halo of one set of paths: what the features of an aligned tile read beyond it."""
    places = [(d, part) for d, parts in enumerate(term.dims) for part in parts if part.axis == axis and part.stride]
    seq = endless(term.seqs[axis])
    if len(places) != 1 or seq is None or axis in (*term.global_axes, *term.running_axes):
        return None
    dim, part = places[0]
    jump = seq.jump * part.stride
    if jump <= 0 or len(term.dims[dim]) != 1 or (step / jump).denominator != 1:
        return None
    features = int(step / jump)
    first = [seq.interval(i * part.stride) for i in range(features)]
    last = [seq.interval(i * part.stride) for i in range(-features, 0)]
    before = max((-lo for lo, hi in first if hi > lo), default=0)
    after = max((hi for lo, hi in last if hi > lo), default=0)
    return OutputLaw(dim, part.size, jump, before, after)
