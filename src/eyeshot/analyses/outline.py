"""The outline of a network: which of its values stand for it in a table.

A list that somebody wrote is shown layer by layer. A program that was watched executes hundreds of operations that
leave the field as it is, so its outline has the module calls and operations that change it, those in which branches
with different fields meet, and what the model returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from eyeshot.analyses.positions import are_pairs
from eyeshot.analyses.repeats import Entry, Made, folded
from eyeshot.analyses.sight import Rows, Sight, grows, sight
from eyeshot.analyses.walk import Walk
from eyeshot.errors import InputError
from eyeshot.graph.core import Call, Graph, Node

__all__ = ["Entry", "outline"]


@dataclass(eq=False, slots=True)
class _Unit:
    """Nodes that stand for one thing: a layer, an operation, or a module call with all that it calls.

    Parameters
    ----------
    name : str
        Name of the layer, operation, call or block.
    kind : str
        The module's class; empty for a layer or operation, which its node's source describes.
    within : str
        The innermost call that it is a part of, itself included.
    is_call, is_folded : bool
        Whether it is a module call or block, and whether other calls or layers are folded into it.
    """

    name: str
    kind: str = ""
    within: str = ""
    is_call: bool = False
    is_folded: bool = False
    nodes: list[Node] = field(default_factory=list)
    sources: dict[str, None] = field(default_factory=dict)
    readers: set[int] = field(default_factory=set)


def outline(
    graph: Graph, walk: Walk, rows: Rows, *, every: bool = False, depth: int | None = None
) -> tuple[Entry, ...]:
    """The rows of a network's table, in order.

    Parameters
    ----------
    graph : Graph
        The network.
    walk : Walk
        The theoretical walk over it.
    rows : function of a node's name
        The numbers of a node, as `eyeshot.analyses.rows.row_of` finds them; asked for once for equal fields.
    every : bool
        Every operation, or with a depth every module call, instead of those that change the field.
    depth : int, optional
        Parts of the names below which modules and blocks are folded: 1 shows ``layer1``, 2 ``layer1.0``.
    """
    if depth is not None and depth < 1:
        raise InputError(f"the depth must be at least 1, but is {depth}")
    if every and depth is None:
        return tuple(Entry(node.name, node.name, node.source) for node in graph.nodes)
    units, owners = _units(graph, depth)
    results = _results(graph)
    ends = [_ends(unit, results) for unit in units]
    if graph.calls and not every:
        _connect(units, owners)
        seen = sight(graph, walk, rows)
        passing = _passing(units, ends, set(graph.outputs), seen)
        for k, entries in enumerate(ends):
            # A matrix of pairs of positions is a step on the way, and no map.
            passing[k] = passing[k] or (are_pairs(walk.fields[entries[0].node]) and not units[k].is_folded)
        changed = _changed(units, ends, owners, passing, seen)
    else:
        changed = [True] * len(units)
    outputs = set(graph.outputs)
    made = []
    for unit, entries, is_new in zip(units, ends, changed, strict=True):
        is_shown = is_new or unit.is_folded or any(entry.node in outputs for entry in entries)
        shown = [*(entries * is_shown), *_more_outputs(unit, entries, results, outputs)]
        made.append(Made(unit.name, entries, shown))
    return folded(made, () if every else graph.loops, rows)


def _more_outputs(
    unit: _Unit, entries: list[Entry], results: dict[str, list[Entry]], outputs: set[str]
) -> Iterator[Entry]:
    """Other results of a unit that the network returns: the last state of an LSTM, beside its sequence."""
    known = {entry.node for entry in entries}
    keys = {entry.node: entry.name for entry in results.get(unit.name, [])}
    for node in unit.nodes:
        if node.name in outputs and node.name not in known:
            yield Entry(keys.get(node.name, node.name), node.name, unit.kind or node.source)


# ---------------------------------------------------------------------- what is taken together


def _units(graph: Graph, depth: int | None) -> tuple[list[_Unit], dict[str, int]]:
    """Units in the order of their last nodes, and the position of the one that each node belongs to."""
    known: dict[str, _Unit] = {}
    around = _calls_around(graph) if graph.calls else _blocks_around(graph, depth)
    folds = _folding(graph)
    for node, calls in zip(graph.nodes, around, strict=True):
        own = calls[-1] if calls else None
        unit_call = next((call for call in calls if call.depth >= depth), None) if depth is not None else None
        name = unit_call.name if unit_call is not None else node.layer
        unit = known.get(name)
        if unit is None:
            unit = known[name] = _Unit(name, within=own.name if own is not None else "")
            if unit_call is not None:
                unit.kind, unit.is_call = unit_call.kind, True
                unit.within = unit_call.name
                unit.is_folded = unit_call.name in folds
            elif own is not None and own.name == name:
                unit.is_call = True
        unit.nodes.append(node)
    place = graph.position
    units = sorted(known.values(), key=lambda unit: place[unit.nodes[-1].name])
    return units, {node.name: k for k, unit in enumerate(units) for node in unit.nodes}


def _calls_around(graph: Graph) -> Iterator[list[Call]]:
    """For each node the calls that it was made in, the outermost first."""
    stack: list[Call] = []
    waiting = iter(graph.calls)
    following = next(waiting, None)
    for i in range(len(graph.nodes)):
        while following is not None and following.first <= i:
            while stack and stack[-1].stop <= following.first:
                stack.pop()
            if following.stop > i:
                stack.append(following)
            following = next(waiting, None)
        while stack and stack[-1].stop <= i:
            stack.pop()
        yield stack


def _blocks_around(graph: Graph, depth: int | None) -> Iterator[list[Call]]:
    """For each node of a written list the blocks whose names begin its own, the outermost first."""
    names = {name for name, _ in graph.groups} if depth is not None else set()
    for node in graph.nodes:
        parts = node.layer.split(".")
        paths = (".".join(parts[:k]) for k in range(1, len(parts)))
        yield [Call(path, "block", path.count(".") + 1, 0, 0) for path in paths if path in names]


def _folding(graph: Graph) -> set[str]:
    """Calls and blocks with others in them."""
    if not graph.calls:
        return {name for name, _ in graph.groups}
    working = [call for call in graph.calls if call.first < call.stop]
    return {call.name for call, after in pairwise(working) if after.stop <= call.stop}


def _results(graph: Graph) -> dict[str, list[Entry]]:
    """What each module call or block returned: one entry, or one for each of several tensors by its key."""
    nodes = graph.by_name
    found: dict[str, list[Entry]] = {}
    for name, result in graph.groups:
        if result in nodes:
            stem = name.partition("[")[0] if name.endswith("]") else name
            found.setdefault(stem, []).append(Entry(name, result, ""))
    return {name: entries[1:] if len(entries) > 1 else entries for name, entries in found.items()}


def _ends(unit: _Unit, results: dict[str, list[Entry]]) -> list[Entry]:
    """The values that stand for a unit: what a folded call returns, or the result of a layer or operation."""
    if unit.is_folded and unit.name in results:
        return [entry._replace(kind=unit.kind) for entry in results[unit.name]]
    last = next((node for node in unit.nodes if node.name == unit.name), unit.nodes[-1])
    return [Entry(unit.name if unit.is_folded else last.name, last.name, unit.kind or last.source)]


# ---------------------------------------------------------------------- what changes


def _connect(units: list[_Unit], owners: dict[str, int]) -> None:
    """Values that each unit reads from outside, and the units that read its own."""
    for k, unit in enumerate(units):
        for node in unit.nodes:
            for name in node.inputs:
                source = owners.get(name)
                if source != k:
                    unit.sources[name] = None
                if source is not None and source != k:
                    units[source].readers.add(k)


def _passing(units: list[_Unit], ends: list[list[Entry]], outputs: set[str], seen: Sight) -> list[bool]:
    """Whether a unit only rearranges what a merge in the same call then puts together, as slices before a concat.

    Such an operation is no module call, enlarges no field, and nothing but the merge reads it.
    """
    passing = [False] * len(units)
    for k in range(len(units) - 1, -1, -1):
        unit, (end, *others) = units[k], ends[k]
        if unit.is_call or others or not unit.readers or any(node.name in outputs for node in unit.nodes):
            continue
        to_merge = all(
            units[r].within == unit.within and not units[r].is_call and (passing[r] or len(units[r].sources) > 1)
            for r in unit.readers
        )
        passing[k] = to_merge and len(unit.sources) == 1 and not grows(seen(next(iter(unit.sources))), seen(end.node))
    return passing


def _changed(
    units: list[_Unit], ends: list[list[Entry]], owners: dict[str, int], passing: list[bool], seen: Sight
) -> list[bool]:
    """Whether the field of a unit's result differs from one of those that it was made from."""
    through: list[dict[str, None]] = []
    changed = []
    for k, unit in enumerate(units):
        sources: dict[str, None] = {}
        for name in unit.sources:
            owner = owners.get(name)
            sources.update(through[owner] if owner is not None and owner < k and passing[owner] else {name: None})
        through.append(sources)
        changed.append(not passing[k] and any(_differs(sources, entry.node, seen) for entry in ends[k]))
    return changed


def _differs(sources: Iterable[str], end: str, seen: Sight) -> bool:
    """Whether a value is seen otherwise than one of its sources; those that read no input do not count."""
    after = seen(end)
    return bool(after) and any(before and before != after for before in map(seen, sources))
