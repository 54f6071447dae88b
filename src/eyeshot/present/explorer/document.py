"""What the explorer's page knows of a network, as JSON, schema ``eyeshot.explorer/1``.

The page follows features and pixels by itself, so this holds what each node reads, and no answer for any feature.
Lists stand where objects would repeat their keys thousands of times; `web/src/core/document.ts` names their places.
"""

from __future__ import annotations

import json
from typing import Any

from eyeshot.analyses.outlook import Outlook, Piece
from eyeshot.analyses.results import AxisField, InputInfo
from eyeshot.analyses.trace import Trace, TracedMap, TracedNode, TracedReading
from eyeshot.errors import LimitError
from eyeshot.present.escape import visible
from eyeshot.present.numerals import json_number

__all__ = ["SCHEMA", "explorer_dict"]

SCHEMA = "eyeshot.explorer/1"

_MAX_EXACT = 2**53
"""JavaScript counts exactly below this."""


def explorer_dict(trace: Trace) -> dict[str, Any]:
    """A traced network as plain data.

    Parameters
    ----------
    trace : Trace
        The network.

    Returns
    -------
    dict
        As `json.dumps` takes it. Nodes refer to maps, readings, layouts, outlooks, ops and numbers by their places in
        the lists of those names; names are made harmless to show.

    Raises
    ------
    LimitError
        If a number is too large to be exact in a browser.
    """
    axes: dict[str, int] = {}
    nodes = [_node(node, axes) for node in trace.nodes]
    return {
        "schema": SCHEMA,
        "model": visible(trace.table.model),
        "status": trace.table.status.value,
        "inputs": [_input(info) for info in trace.table.inputs],
        "maps": [_map(traced) for traced in trace.maps],
        "readings": [_reading(reading) for reading in trace.readings],
        "layouts": [
            {"axes": list(map(visible, layout.names)), "extents": list(layout.extents), "dims": _lists(layout.dims)}
            for layout in trace.layouts
        ],
        "outlooks": [[_outlook(outlook) for outlook in outlooks] for outlooks in trace.outlooks],
        "ops": [{"kind": kind, **{name: _lists(value) for name, value in settings}} for kind, settings in trace.ops],
        "numbers": [json.loads(numbers) for numbers in axes],
        "nodes": nodes,
        # A call that made one node is that node's own row.
        "calls": [
            [visible(name), visible(kind), first, stop] for name, kind, first, stop in trace.calls if stop - first > 1
        ],
        "notes": list(map(visible, trace.table.notes)),
    }


def _input(info: InputInfo) -> dict[str, Any]:
    return {
        "name": visible(info.name),
        "shape": _safe(info.shape),
        "axes": [[visible(name), dim] for name, dim in info.axes],
    }


def _node(node: TracedNode, axes: dict[str, int]) -> list[Any]:
    row = node.row
    name, kind = node.title if node.title is not None else (row.name, row.source or row.op)
    numbers = [axes.setdefault(json.dumps(_numbers(axis)), len(axes)) for axis in row.axes]
    return [
        visible(name),
        visible(kind),
        _safe(row.shape),
        list(node.inputs),
        list(node.readings),
        node.op,
        node.layout,
        node.outlook,
        numbers,
        row.status.value,
        int(node.title is not None) + int(node.changes),
        list(map(visible, row.blamed)),
    ]


def _numbers(axis: AxisField) -> dict[str, Any]:
    _safe((axis.size, axis.padding))
    return {
        "input": visible(axis.input),
        "axis": visible(axis.axis),
        "n": axis.n,
        "jump": json_number(axis.jump),
        "size": axis.size,
        "size_min": axis.size_min,
        "start": json_number(axis.start),
        "padding": axis.padding,
        "period": axis.period,
        "global": axis.is_global,
        "reach": axis.reach.value,
        "local_size": axis.local_size,
        "misaligned": json_number(axis.misaligned),
    }


def _map(traced: TracedMap) -> list[Any]:
    taps = [[list(tap) for tap in phase] for phase in traced.taps]
    law = [traced.n_in, traced.n_out, traced.period, traced.advance]
    return [*_safe(law), traced.border, int(traced.lawful), taps]


def _reading(reading: TracedReading) -> dict[str, Any]:
    if reading.regroup is not None:
        before, after = reading.regroup
        return {"from": _safe(before), "to": _safe(after)}
    return {"links": _lists(reading.links)}


def _outlook(outlook: Outlook | None) -> dict[str, Any] | None:
    if outlook is None:
        return None
    found: dict[str, Any] = {"global": list(outlook.global_axes)}
    if outlook.listed:
        return {**found, "listed": [_safe(end for interval in box for end in interval) for box in outlook.listed]}
    return {**found, "pieces": [_piece(piece) for piece in outlook.pieces]}


def _piece(piece: Piece) -> list[Any]:
    along = [[a.axis, a.period, *_safe([a.advance]), _safe(a.lo), _safe(a.hi)] for a in piece.along]
    return [along, [[axis, [end for run in runs for end in run]] for axis, runs in piece.masks]]


def _lists(nested: Any) -> Any:
    """Tuples within tuples as lists within lists."""
    return [_lists(part) for part in nested] if isinstance(nested, tuple) else nested


def _safe(numbers: Any) -> list[int]:
    found = list(numbers)
    for number in found:
        if abs(number) >= _MAX_EXACT:
            raise LimitError(
                f"the explorer shows numbers below {_MAX_EXACT:,}, which are exact in a browser, but one is "
                f"{number:,}; choose a smaller input"
            )
    return found
