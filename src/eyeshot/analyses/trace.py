"""A network as plain numbers, for whoever walks over it where there is no Python: the explorer's page.

What every node reads stands here as its index maps, one for each dimension, or as a reshape. With them a feature can
be followed backwards to the exact set of pixels and a pixel forwards to features, as `eyeshot.analyses.support`
does. Equal maps, readings and layouts are held once; a real network has few of each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic, TypeVar

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.layout import Layout
from eyeshot.analyses.outlook import Outlook, outlooks_of
from eyeshot.analyses.results import LayerField, Table
from eyeshot.graph.access import Access, Link, Reading, Shape
from eyeshot.graph.core import Node, Op
from eyeshot.index.maps import IndexMap

__all__ = ["MAX_LISTED_TAPS", "Trace", "TracedMap", "TracedNode", "TracedReading", "trace_of"]

MAX_LISTED_TAPS = 20_000
"""Most runs of taps of one map; what a larger one reads is not traced."""

T = TypeVar("T", bound=Hashable)
Taps = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class TracedMap:
    """An index map.

    Parameters
    ----------
    n_in, n_out, period, advance : int
        As in `eyeshot.index.maps.IndexMap`.
    border : str
        What taps outside the input mean: ``"nothing"``, ``"clamp"``, ``"reflect"`` or ``"wrap"``.
    lawful : bool
        Whether the law holds beyond ``[0, n_out)``.
    taps : tuple of tuple of (first, count, step)
        For every phase its taps, as arithmetic progressions.
    """

    n_in: int
    n_out: int
    period: int
    advance: int
    border: str
    lawful: bool
    taps: tuple[Taps, ...]


@dataclass(frozen=True, slots=True)
class TracedReading:
    """What a node reads of one operand.

    Parameters
    ----------
    links : tuple of (dim, map)
        For each dimension of the operand the output dimension that decides (−1: all of it is read) and the number of
        the map (−1: the identity).
    regroup : tuple of two shapes, or None
        For a row-major reshape the operand's shape and the output's; `links` is empty then.
    """

    links: tuple[tuple[int, int], ...] = ()
    regroup: tuple[Shape, Shape] | None = None


@dataclass(frozen=True, slots=True)
class TracedNode:
    """One node.

    Parameters
    ----------
    row : LayerField
        Its name and numbers.
    title : tuple of (name, kind), or None
        What it is called in the default table, where it stands there.
    changes : bool
        Whether it stands there and its numbers differ from those of something that it reads.
    inputs : tuple of int
        Its operands: inputs of the network come first, nodes follow in order.
    readings : tuple of (int or None)
        For each of them the number of what is read; None if that is too irregular to be traced.
    op, layout, outlook : int
        Numbers of its settings, of its features' numbering and of its theoretical boxes.
    """

    row: LayerField
    title: tuple[str, str] | None
    changes: bool
    inputs: tuple[int, ...]
    readings: tuple[int | None, ...]
    op: int
    layout: int
    outlook: int


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that is needed to follow features and pixels through a network.

    Parameters
    ----------
    table : Table
        The default receptive-field table.
    nodes : tuple of TracedNode
        In the order of execution.
    calls : tuple of (name, kind, first, stop)
        Modules and blocks, each with the nodes ``[first, stop)`` that it made; those around others come first.
    maps, readings, layouts, outlooks : tuple
        What nodes refer to by number.
    ops : tuple of (kind, settings)
        Kind and settings of each different op.
    """

    table: Table
    nodes: tuple[TracedNode, ...]
    calls: tuple[tuple[str, str, int, int], ...]
    maps: tuple[TracedMap, ...]
    readings: tuple[TracedReading, ...]
    layouts: tuple[Layout, ...]
    outlooks: tuple[tuple[Outlook | None, ...], ...]
    ops: tuple[tuple[str, tuple[tuple[str, object], ...]], ...]


@dataclass(slots=True)
class _Numbered(Generic[T]):
    """Different things in the order in which they are first met."""

    known: dict[T, int] = field(default_factory=dict)

    def number(self, thing: T) -> int:
        return self.known.setdefault(thing, len(self.known))

    def listed(self) -> tuple[T, ...]:
        return tuple(self.known)


def trace_of(analysis: Analysis) -> Trace:
    """The trace of an analysed network.

    Parameters
    ----------
    analysis : Analysis
        The analyses of a graph.

    Returns
    -------
    Trace
        Its nodes in order, with what they read.

    Examples
    --------
    >>> import eyeshot
    >>> trace = trace_of(Analysis(eyeshot.load("conv k3 s2 | conv k3 s2", input_shape=(1, 1, 15))))
    >>> [traced.n_out for traced in trace.maps]
    [7, 3]
    >>> trace.maps[0].taps
    (((0, 3, 1),),)
    """
    graph = analysis.graph
    maps: _Numbered[TracedMap] = _Numbered()
    readings: _Numbered[TracedReading] = _Numbered()
    layouts: _Numbered[Layout] = _Numbered()
    outlooks: _Numbered[tuple[Outlook | None, ...]] = _Numbered()
    ops: _Numbered[tuple[str, tuple[tuple[str, object], ...]]] = _Numbered()
    numbers = {name: number for number, name in enumerate(graph.shapes)}
    # Equal layers share their ops, and activations the fields of what they read: each is laid out once.
    read: dict[object, tuple[int | None, ...]] = {}
    seen: dict[object, tuple[int, int]] = {}
    titles = {name: (title, f"{kind} ×{n}" if n > 1 else kind) for title, name, kind, n in analysis.outline()}
    nodes = []
    for node in graph.nodes:
        shapes = [graph.shapes[name] for name in node.inputs]
        key = (id(node.op), *shapes)
        if key not in read:
            read[key] = tuple(_reading(reading, maps, readings) for reading in node.op.accesses(*shapes))
        terms = analysis.theoretical.fields[node.name]
        sight = (*map(id, terms), node.shape)
        if sight not in seen:
            layout = analysis.layout(node.name)
            seen[sight] = layouts.number(layout), outlooks.number(outlooks_of(graph, terms, layout, node.shape))
        inputs = tuple(numbers[name] for name in node.inputs)
        row, title = analysis.row(node.name), titles.get(node.name)
        changes = title is not None and (bool(graph.calls) or _differs(analysis, node, row))
        op = ops.number(_settings(node.op))
        nodes.append(TracedNode(row, title, changes, inputs, read[key], op, *seen[sight]))
    return Trace(
        analysis.table,
        tuple(nodes),
        tuple((call.name, call.kind, call.first, call.stop) for call in graph.calls if call.name),
        maps.listed(),
        readings.listed(),
        layouts.listed(),
        outlooks.listed(),
        ops.listed(),
    )


def _differs(analysis: Analysis, node: Node, row: LayerField) -> bool:
    """Whether a node's numbers are not those of all that it reads."""
    known = analysis.graph.by_name
    return any(name not in known or _numbers(analysis.row(name)) != _numbers(row) for name in node.inputs)


def _numbers(row: LayerField) -> list[tuple[object, ...]]:
    return [(axis.axis, axis.n, axis.jump, axis.size, axis.local_size, axis.start) for axis in row.axes]


def _settings(op: Op) -> tuple[str, tuple[tuple[str, object], ...]]:
    """An op's kind and its fields, whatever they are called."""
    fields = dataclasses.fields(op)  # type: ignore[arg-type]
    return op.kind, tuple((f.name, _plain(getattr(op, f.name))) for f in fields if len(repr(getattr(op, f.name))) < 200)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return str(value) if isinstance(value, Fraction) else value


def _reading(reading: Reading, maps: _Numbered[TracedMap], readings: _Numbered[TracedReading]) -> int | None:
    if not isinstance(reading, Access):
        return readings.number(TracedReading(regroup=(reading.in_shape, reading.out_shape)))
    links = []
    for link in reading.links:
        traced = _link(link, maps)
        if traced is None:
            return None
        links.append(traced)
    return readings.number(TracedReading(tuple(links)))


def _link(link: Link, maps: _Numbered[TracedMap]) -> tuple[int, int] | None:
    if link.dim is None:
        return -1, -1
    if link.reading is None:
        return link.dim, -1
    traced = _map(link.reading)
    return None if traced is None else (link.dim, maps.number(traced))


def _map(reading: IndexMap) -> TracedMap | None:
    taps = []
    room = MAX_LISTED_TAPS
    for listed in reading.taps:
        runs = ((listed.start, len(listed), listed.step),) if isinstance(listed, range) else _runs(listed)
        room -= max(1, len(runs))
        if room < 0:
            return None
        taps.append(runs if listed else ())
    return TracedMap(
        reading.n_in, reading.n_out, reading.period, reading.advance, reading.border.value, reading.lawful, tuple(taps)
    )


def _runs(taps: Iterable[int]) -> Taps:
    """Rising taps as runs of neighbours."""
    runs: list[tuple[int, int, int]] = []
    for tap in taps:
        if runs and sum(runs[-1][:2]) == tap:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1, 1)
        else:
            runs.append((tap, 1, 1))
    return tuple(runs)
