"""Whether a feature may read less than is said of an endless image although its field lies inside this one."""

from __future__ import annotations

from eyeshot.graph.access import Access
from eyeshot.graph.core import Graph
from eyeshot.index.images import image
from eyeshot.index.sets import IndexSet

__all__ = ["may_be_cut"]


def may_be_cut(graph: Graph, name: str) -> bool:
    """Whether padding on the way to a value may stand where pixels of the image would be.

    Behind a crop, which leaves out the first or the last index of what it reads, a feature beside padding reads fewer
    of them than on an endless image. So it does where an axis stands in several dimensions, as in windows: an inner one
    ends where the next window begins, and not with the image. Without either, what padding replaces lies outside.
    """
    wanted, is_padded = {name}, False
    for node in reversed(graph.nodes[: graph.position[name] + 1]):
        if node.name not in wanted:
            continue
        for operand, reading in graph.readings(node):
            wanted.add(operand)
            if isinstance(reading, Access):
                if any(_crops(reading, d, node.shape) for d in range(len(reading.links))):
                    return True
                read = [link.reading for link in reading.links if link.reading is not None]
                if is_padded and any(len(taps) == 0 for one in read for taps in one.taps):
                    # What is read beside a gap may be put where the law goes on with gaps.
                    return True
                is_padded |= any(not one.stays_inside() for one in read)
            elif is_padded and any(sum(reading.out_shape[o] > 1 for o in outs) > 1 for _, outs in reading.groups()):
                return True
    return False


def _crops(access: Access, d: int, shape: tuple[int, ...]) -> bool:
    """Whether an index of the operand is left out, or the law goes on within it beyond the ends of the output."""
    link = access.links[d]
    if link.dim is None or link.reading is None:
        return False
    reading, n_out = link.reading, shape[link.dim]
    read = image(reading, IndexSet.span(0, n_out))
    if not read or read.hull != (0, reading.n_in):
        return True
    # A transposed convolution that is padded leaves out its own outermost outputs, though not what they read.
    beyond = (*range(-reading.period, 0), *range(n_out, n_out + reading.period))
    taps = [reading.law(o) for o in beyond] if reading.advance else []
    return any(len(listed) and min(listed) >= 0 and max(listed) < reading.n_in for listed in taps)
