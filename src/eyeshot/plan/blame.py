"""Which nodes are to blame where no tile gives what the whole image gives."""

from __future__ import annotations

from collections.abc import Sequence

from eyeshot.analyses.terms import Field, Term
from eyeshot.analyses.walk import Walk
from eyeshot.graph.access import Access, Reading
from eyeshot.graph.core import Graph
from eyeshot.plan.fitting import Fitting
from eyeshot.plan.obstacle import Obstacle
from eyeshot.plan.pairing import ancestors
from eyeshot.plan.phases import strides
from eyeshot.plan.prove import prove
from eyeshot.plan.results import AxisCut
from eyeshot.plan.subject import Size, Subject

__all__ = ["GLOBAL", "blamed", "strange"]

GLOBAL = "reads the whole axis"


def blamed(subject: Subject, size: Size) -> list[Obstacle]:
    """Nodes because of which an output has no law, by comparing half of the image with the whole.

    Parameters
    ----------
    subject : Subject
        Network and image.
    size : tuple of int
        Pixels of a tile per axis; an axis no longer than that stays whole.
    """
    if subject.unread is not None:
        return [subject.unread]
    if subject.unlawful is not None:
        return [subject.unlawful]
    # On the grid, or on that of the strides where only a resampling spoils it: else these would be blamed.
    bare = strides(subject.walk, len(subject.extents))
    steps = [a if a < n else s for a, s, n in zip(subject.aligned, bare, subject.extents, strict=True)]
    found = _in_half(subject, size, steps) or _in_half(subject, size, (1,) * len(size))
    if found and "" not in found:
        return list(found.values())
    named = _reducing(subject.whole, subject.walk, subject.wanted)
    return [*named, *found.values()] or [
        Obstacle("", "", "", "has an output whose features do not follow the axes of the image")
    ]


def strange(subject: Subject, fitting: Fitting, size: Size) -> list[Obstacle]:
    """Obstacles where the grid leaves no room for a tile; it is often that of a resampling between odd sizes."""
    is_narrow = any(
        s < n and (subject.aligned[axis] > n // 4 or fitting.least(axis) > s)
        for axis, (s, n) in enumerate(zip(size, subject.extents, strict=True))
    )
    found = blamed(subject, size) if is_narrow else []
    return [one for one in found if one.node and "phase" not in one.reason]


def _in_half(subject: Subject, size: Size, steps: Sequence[int]) -> dict[str, Obstacle]:
    """Obstacles in about half of the image, cut on a grid."""
    cuts = tuple(_half(subject, axis, n, size[axis], steps[axis]) for axis, n in enumerate(subject.extents))
    return prove(subject.build, subject.whole, cuts, subject.uncut(), subject.reader).obstacles


def _half(subject: Subject, axis: int, n: int, size: int, step: int) -> AxisCut:
    """The middle half of an axis, as the only tile; all of it if it is not to be cut.

    It begins on the grid, if need be with the image. Off the grid the first layer with a stride would be out of phase,
    nothing behind it could be compared, and that layer would be named instead of what is to blame.
    """
    start, stop = n // 4 // step * step, n * 3 // 4 // step * step
    if stop == 0:
        # The grid has one place at most within the image; a tile that ends there still suits its strides.
        stop = step if step < n else n // 2
    reads = ((0, n),) if size >= n or stop <= start else ((start, stop),)
    return AxisCut(subject.names[axis], n, step, (0, 0), (0, 0), n, reads)


def _reducing(graph: Graph, walk: Walk, wanted: Sequence[str]) -> list[Obstacle]:
    """Nodes on the way to some values that reduce a dimension along which features stand."""
    needed = ancestors(graph, wanted)
    return [
        Obstacle(node.name, node.layer, node.source, GLOBAL)
        for node in graph.nodes
        if node.name in needed and any(_reduces(walk.fields[name], reading) for name, reading in graph.readings(node))
    ]


def _reduces(field: Field, reading: Reading) -> bool:
    if not isinstance(reading, Access):
        return False
    reduced = [d for d, link in enumerate(reading.links) if link.reduces or link.runs]
    for term in field:
        if not isinstance(term, Term):
            if any(set(reduced) & dims for dims in term.carried):
                return True
        elif any(part.stride for d in reduced for part in term.dims[d]):
            return True
    return False
