"""Whether a feature may read less than is said of an endless image although its field lies inside this one."""

from __future__ import annotations

from eyeshot.graph.access import Access
from eyeshot.graph.core import Graph
from eyeshot.index.images import image
from eyeshot.index.sets import IndexSet

__all__ = ["may_be_cut"]


def may_be_cut(graph: Graph, name: str) -> bool:
    """Whether something on the way to a value leaves out the first or the last index of what it reads.

    Padding behind such a crop stands where pixels of the image would be, so that a feature beside it reads fewer of
    them than on an endless image. Without a crop, what padding replaces always lies outside the image.
    """
    wanted = {name}
    for node in reversed(graph.nodes[: graph.position[name] + 1]):
        if node.name not in wanted:
            continue
        for operand, reading in graph.readings(node):
            wanted.add(operand)
            if isinstance(reading, Access) and any(_crops(reading, d, node.shape) for d in range(len(reading.links))):
                return True
    return False


def _crops(access: Access, d: int, shape: tuple[int, ...]) -> bool:
    link = access.links[d]
    if link.dim is None or link.reading is None:
        return False
    read = image(link.reading, IndexSet.span(0, shape[link.dim]))
    return not read or read.hull != (0, link.reading.n_in)
