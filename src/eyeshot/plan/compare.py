"""The proof behind a tile: the network as it runs on the tile, held against the network as it runs on the whole image.

Both graphs are walked together, node by node. For every value the walk knows at which shift the tile's indices stand
for the whole's, and which of them are right (`eyeshot.plan.parts`). Where an op reads a tile in another way than the
whole (a mean over the image, a resampling whose ratio depends on the size), there is an obstacle with the node's
name. The walk then goes on as if the value were right, so that every obstacle is found and not the first one only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eyeshot.frontends.entered import Entries
from eyeshot.graph.access import Access, Link, Reading, Shape, Status
from eyeshot.graph.core import Graph, Node
from eyeshot.graph.ops import Pad, Slice
from eyeshot.index.maps import IndexMap
from eyeshot.plan.alike import Unlike, beside, read
from eyeshot.plan.numbers import ROUNDED, Beside
from eyeshot.plan.obstacle import Obstacle
from eyeshot.plan.pairing import ancestors, idle, paired
from eyeshot.plan.parts import Dim, Part, collapsed, fixed, met, regrouped, tile_size, whole_size

__all__ = ["Match", "compare"]


@dataclass(frozen=True, slots=True)
class Match:
    """A value of the tile and of the whole image.

    Parameters
    ----------
    dims : tuple of Dim or None
        How their indices correspond; None where nobody can tell.
    obstacles : frozenset of str
        Nodes on the way because of which the tile's numbers are other ones.
    """

    dims: tuple[Dim, ...] | None
    obstacles: frozenset[str] = frozenset()


def compare(
    whole: Graph,
    tile: Graph,
    offset: Sequence[int],
    wanted: Sequence[str],
    entries: tuple[Entries, Entries] | None = None,
) -> tuple[dict[str, Match], dict[str, Obstacle]]:
    """Hold a tile's graph against the whole's.

    Parameters
    ----------
    whole, tile : Graph
        The same network at the size of the image and at that of the tile, each with one input.
    offset : sequence of int
        Where the tile begins in the image, per axis.
    wanted : sequence of str
        Values of the whole's graph to answer for; only what leads to them is looked at.
    entries : (Entries, Entries), optional
        What enters the calls of both beside their values; without them the network is taken to compute the same.

    Returns
    -------
    matches : dict of str to Match
        For each value wanted.
    obstacles : dict of str to Obstacle
        For each node because of which one of them cannot be had, in the order of execution.
    """
    needed = ancestors(whole, wanted)
    walk = _Walk(whole, tile, Beside(*entries, whole, needed) if entries is not None else None)
    walk.begin(offset)
    for mine, theirs in paired(whole, tile):
        if mine is None:
            # A step that only the tile takes, such as padding to a multiple.
            walk.skip_in_whole(theirs)
        elif theirs is None:
            walk.skip_in_tile(mine)
        elif mine.name in needed:
            walk.step(mine, theirs)
    walk.check_ends()
    matches = {name: walk.matches[name] for name in wanted}
    blamed = frozenset().union(*(match.obstacles for match in matches.values()))
    return matches, {name: found for name, found in walk.obstacles.items() if name in blamed}


class _Walk:
    """What is known of every value so far."""

    def __init__(self, whole: Graph, tile: Graph, numbers: Beside | None) -> None:
        self.whole, self.tile, self._numbers = whole, tile, numbers
        self.matches: dict[str, Match] = {}
        self.obstacles: dict[str, Obstacle] = {}
        # Names in the tile's graph of what has another name, or no node of its own, in the whole's.
        self._renamed: dict[str, str] = {}
        # For each value of the whole's graph the one that stands for it in the tile's.
        self._partners: dict[str, str] = {}
        self._node: Node | None = None
        self._found: set[str] = set()

    def begin(self, offset: Sequence[int]) -> None:
        """The inputs: pixel i of the tile is pixel i + offset of the image."""
        for value, cut in zip(self.whole.inputs, self.tile.inputs, strict=True):
            at = {axis.dim: (number, offset[number]) for number, axis in enumerate(value.axes)}
            dims: list[Dim] = []
            for d, (n, m) in enumerate(zip(value.shape, cut.shape, strict=True)):
                number, shift = at.get(d, (-1, 0))
                dims.append((Part(n, m, shift, 0, m, number),))
            self.matches[value.name] = Match(tuple(dims))
            if self._numbers is not None and self._numbers.is_rounded_otherwise(value.name, cut.name):
                self.obstacles[value.name] = Obstacle(value.name, value.name, "input", ROUNDED)
                self.matches[value.name] = Match(tuple(dims), frozenset({value.name}))
            self._partners[value.name] = cut.name

    def step(self, mine: Node, theirs: Node) -> None:
        """One node that both graphs have."""
        operands = [self.matches.get(name) for name in mine.inputs]
        self._node, self._found = mine, set()
        self._partners[mine.name] = theirs.name
        before = frozenset().union(*(match.obstacles for match in operands if match is not None))
        if any(match is None or match.dims is None for match in operands):
            self.matches[mine.name] = Match(None, before)
            return
        known = [match.dims for match in operands if match is not None and match.dims is not None]
        if not before and [self._partners.get(name) for name in mine.inputs] != list(theirs.inputs):
            self._blame("is executed on other values in a tile than on the whole image")
        in_whole = mine.op.accesses(*(self.whole.shapes[name] for name in mine.inputs))
        in_tile = theirs.op.accesses(*(self.tile.shapes[name] for name in theirs.inputs))
        dims = self._read(known, in_whole, in_tile, (mine.shape, theirs.shape))
        for reason in self._numbers.unlike(mine, theirs, dims) if self._numbers is not None else ():
            self._blame(reason)
        self.matches[mine.name] = Match(dims, before | self._found)

    def skip_in_tile(self, mine: Node) -> None:
        """A padding or a crop that does nothing at the tile's size, so that its graph has no node for it."""
        operand = self.matches.get(mine.inputs[0])
        self._partners[mine.name] = self._partners.get(mine.inputs[0], "")
        if operand is None or operand.dims is None:
            self.matches[mine.name] = Match(None, operand.obstacles if operand is not None else frozenset())
            return
        if not isinstance(mine.op, Pad | Slice):
            self._lose(mine, "is not executed at the size of a tile")
            return
        shape = tuple(tile_size(dim) for dim in operand.dims)
        self._node, self._found = mine, set()
        whole_access = mine.op.accesses(self.whole.shapes[mine.inputs[0]])
        dims = self._read([operand.dims], whole_access, idle(mine.op).accesses(shape), (mine.shape, shape))
        self.matches[mine.name] = Match(dims, operand.obstacles | self._found)

    def skip_in_whole(self, theirs: Node | None) -> None:
        """The other way round: the whole's graph has no node for it."""
        if theirs is None or not isinstance(theirs.op, Pad):
            return
        if sum(node.inputs.count(theirs.inputs[0]) for node in self.tile.nodes) > 1:
            # Others read the value without the padding: then no single value of the whole stands for both.
            return
        source = self._renamed.get(theirs.inputs[0], theirs.inputs[0])
        operand = self.matches.get(source)
        if operand is None or operand.dims is None:
            return
        shape = self.whole.shapes[source]
        self._node, self._found = self.whole.by_name.get(source), set()
        tile_access = theirs.op.accesses(self.tile.shapes[theirs.inputs[0]])
        dims = self._read([operand.dims], idle(theirs.op).accesses(shape), tile_access, (shape, theirs.shape))
        self.matches[source] = Match(dims, operand.obstacles | self._found)
        self._renamed[theirs.name] = source
        self._partners[source] = theirs.name

    def check_ends(self) -> None:
        """The outputs in the tile's graph must be those that stand for the whole's."""
        for name, other in zip(self.whole.outputs, self.tile.outputs, strict=False):
            node, match = self.whole.by_name.get(name), self.matches.get(name)
            if node is not None and match is not None and not match.obstacles and self._partners.get(name) != other:
                self._lose(node, "is followed by other steps in a tile")

    # ------------------------------------------------------------------ one node

    def _read(
        self,
        operands: list[tuple[Dim, ...]],
        whole: tuple[Reading, ...],
        tile: tuple[Reading, ...],
        shapes: tuple[Shape, Shape],
    ) -> tuple[Dim, ...] | None:
        found: list[list[Dim]] = [[] for _ in shapes[0]]
        pairs = list(zip(operands, whole, tile, strict=True))
        # What is cut comes first: it says by how much the output is shifted.
        pairs.sort(key=lambda pair: all(part.is_complete for dim in pair[0] for part in dim))
        for dims, mine, theirs in pairs:
            if not isinstance(mine, Access):
                regrouped_dims = regrouped(dims, *shapes)
                if regrouped_dims is None:
                    self._blame("cuts the axes into pieces that do not fall together with the tile's border")
                    return self._guessed(found, operands, shapes)
                return regrouped_dims
            if mine.status is not Status.EXACT and not all(part.is_complete for dim in dims for part in dim):
                self._blame(_unknown(mine.status))
                continue
            if isinstance(theirs, Access):
                self._read_dims(dims, mine, theirs, found)
        return self._guessed(found, operands, shapes)

    def _read_dims(self, dims: tuple[Dim, ...], whole: Access, tile: Access, found: list[list[Dim]]) -> None:
        """Put down what every dimension of an operand says of the output's."""
        for dim, mine, theirs in zip(dims, whole.links, tile.links, strict=True):
            shift = _shift_of(found[mine.dim]) if mine.dim is not None else None
            try:
                made = _linked(dim, mine, theirs, shift)
            except Unlike as unlike:
                self._blame(unlike.reason)
                continue
            if mine.dim is not None and made is not None:
                found[mine.dim].append(made)

    def _guessed(
        self, found: list[list[Dim]], operands: list[tuple[Dim, ...]], shapes: tuple[Shape, Shape]
    ) -> tuple[Dim, ...] | None:
        """Dimensions of the output: what all operands agree on, or what fits where none says anything."""
        dims: list[Dim] = []
        for d, (n, m) in enumerate(zip(*shapes, strict=True)):
            listed = [dim for dim in found[d] if (tile_size(dim), whole_size(dim)) == (m, n)]
            if not listed:
                guess = self._guess(operands, n, m)
                if guess is None:
                    return None
                dims.append(guess)
                continue
            both = listed[0]
            for other in listed[1:]:
                agreed = met(both, other)
                if agreed is None:
                    self._blame("joins branches that stand at other distances from each other in a tile")
                else:
                    both = agreed
            dims.append(both)
        return tuple(dims)

    def _guess(self, operands: list[tuple[Dim, ...]], n: int, m: int) -> Dim | None:
        if n == m:
            return (fixed(n),)
        cut = [part for dims in operands for dim in dims for part in dim if part.whole != part.tile and part.shift]
        if not self._found and not cut:
            self._blame("makes a constant of the image's size")
        for dims in operands:
            for dim in dims:
                if (tile_size(dim), whole_size(dim)) == (m, n):
                    return dim
        if len(cut) == 1 and cut[0].shift is not None:
            return (Part(n, m, round(cut[0].shift * n / cut[0].whole), 0, m, cut[0].axis),)
        if not operands:
            return (Part(n, m, None, 0, m),)
        self._blame("gives another shape in a tile than any that its operands explain")
        return None

    def _blame(self, reason: str) -> None:
        node = self._node
        if node is None:
            return
        self._found.add(node.name)
        self.obstacles.setdefault(node.name, Obstacle(node.name, node.layer, node.source, reason))

    def _lose(self, node: Node, reason: str) -> None:
        self._node, self._found = node, set()
        self._blame(reason)
        before = [self.matches[name].obstacles for name in node.inputs if name in self.matches]
        self.matches[node.name] = Match(None, frozenset().union(*before, self._found))


def _linked(dim: Dim, whole: Link, tile: Link, shift: int | None) -> Dim | None:
    """What a link makes of a dimension."""
    if whole.dim != tile.dim:
        raise Unlike("reads its operand's dimensions in another order")
    if whole.dim is None:
        if not all(part.is_complete for part in dim):
            raise Unlike("reads the whole axis" if whole.reduces else "mixes all of the axis")
        return None
    if whole.reading is None and tile.reading is None:
        return dim
    part = collapsed(dim)
    if part is None:
        raise Unlike("works on an axis that is flattened together with another")
    if whole.runs and not part.is_complete and not part.is_uniform:
        raise Unlike("reads the whole axis")
    n, m = whole_size(dim), tile_size(dim)
    mine, theirs = whole.reading or IndexMap.identity(n), tile.reading or IndexMap.identity(m)
    if shift is not None and part.is_complete and not mine.lawful and len(mine.taps) == len(mine.taps[0]) == 1:
        return (beside(part, mine, theirs, shift),)
    return (read(part, mine, theirs),)


def _shift_of(listed: list[Dim]) -> int | None:
    """The shift of an output's dimension, where an operand that is cut has said it."""
    for dim in listed:
        for part in dim:
            if part.whole != part.tile and len(dim) == 1:
                return part.shift
    return None


def _unknown(status: Status) -> str:
    return "looks where its data say" if status is Status.BOUNDED else "is an operation without an exact rule"
