"""Two graphs of one network at two sizes, node beside node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eyeshot.graph.core import Graph, Node
from eyeshot.graph.ops import Pad, Slice

__all__ = ["ancestors", "idle", "paired"]


def ancestors(graph: Graph, wanted: Sequence[str]) -> set[str]:
    """Nodes that lead to some values."""
    needed = set(wanted)
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed.update(node.inputs)
    return needed


def idle(op: Pad | Slice) -> Pad | Slice:
    """The same operation where it has nothing to do."""
    if isinstance(op, Slice):
        return Slice(op.dim)
    return Pad(tuple(0 for _ in op.before), tuple(0 for _ in op.after), op.mode)


def paired(whole: Graph, tile: Graph) -> Iterator[tuple[Node | None, Node | None]]:
    """Nodes of both graphs side by side; a padding or a crop may be missing in one of them."""
    i = j = 0
    while i < len(whole.nodes) or j < len(tile.nodes):
        mine = whole.nodes[i] if i < len(whole.nodes) else None
        theirs = tile.nodes[j] if j < len(tile.nodes) else None
        if mine is not None and theirs is not None and _same(mine, theirs):
            yield mine, theirs
            i, j = i + 1, j + 1
        elif theirs is not None and isinstance(theirs.op, Pad) and not (mine and isinstance(mine.op, Pad)):
            yield None, theirs
            j += 1
        elif mine is not None:
            yield mine, None
            i += 1
        else:
            j += 1


def _same(mine: Node, theirs: Node) -> bool:
    if (mine.op.kind, mine.source) != (theirs.op.kind, theirs.source):
        return False
    if isinstance(mine.op, Slice) and isinstance(theirs.op, Slice):
        # The second crop at one size may be the first at the other, where a crop along another axis has nothing to do.
        return mine.op.dim == theirs.op.dim and _unnumbered(mine.layer) == _unnumbered(theirs.layer)
    return mine.layer == theirs.layer


def _unnumbered(layer: str) -> str:
    """The layer of a function without the number of its call."""
    head, _, call = layer.rpartition(".")
    return head if call.isdigit() else layer
