"""What one feature reads in every value on its way: the windows that a drawing of the network marks."""

from __future__ import annotations

from collections.abc import Collection

from eyeshot.analyses.boxes import Boxes, backward, unite
from eyeshot.analyses.layout import checked_index, layout_of
from eyeshot.analyses.results import Box
from eyeshot.analyses.walk import Walk
from eyeshot.graph.core import Graph, Node

__all__ = ["windows_of"]


def windows_of(
    graph: Graph, node: Node, walk: Walk, index: tuple[int, ...], among: Collection[str] | None = None
) -> dict[str, Box]:
    """The smallest box of features that a feature reads, in every node that it reads at all.

    Parameters
    ----------
    graph : Graph
        The network.
    node : Node
        The layer of the feature.
    walk : Walk
        The theoretical walk over the network.
    index : tuple of int
        The feature; negative numbers count from the end.
    among : collection of str, optional
        Names of the nodes that are wanted; all of them by default.

    Returns
    -------
    dict of str to box
        Half-open intervals of feature indices by node name, the feature itself included.

    Examples
    --------
    >>> import eyeshot
    >>> from eyeshot.analyses.walk import Extent, forward
    >>> graph = eyeshot.load("conv k3 s2 p1 | conv k3 s2 p1", input_shape=5)
    >>> windows_of(graph, graph.nodes[-1], forward(graph, Extent.ENDLESS), (0, 1))
    {'conv2': ((0, 1), (1, 2)), 'conv1': ((0, 2), (1, 3))}
    """
    layout = layout_of(graph, node, walk.fields[node.name])
    index = checked_index(index, layout.extents, layout.names, f"layer `{node.name}`")
    pending: dict[str, Boxes] = {node.name: (layout.locate(index),)}
    found: dict[str, Box] = {}
    for current in reversed(graph.nodes[: graph.position[node.name] + 1]):
        wanted = pending.pop(current.name, None)
        if not wanted:
            continue
        if among is None or current.name in among:
            found[current.name] = _box(graph, current, walk, wanted)
        for name, reading in graph.readings(current):
            read = backward(wanted, reading, graph.shapes[name])
            known = pending.get(name, ())
            if read:
                pending[name] = unite((*known, *read)) if len(known) + len(read) > 1 else tuple(read)
    return found


def _box(graph: Graph, node: Node, walk: Walk, boxes: Boxes) -> Box:
    """The hull of the features that have an element in some boxes."""
    layout = layout_of(graph, node, walk.fields[node.name])
    positions = [position for box in boxes for position in layout.positions(box)]
    return tuple(
        (min(p[a].hull[0] for p in positions), max(p[a].hull[1] for p in positions)) for a in range(len(layout.names))
    )
