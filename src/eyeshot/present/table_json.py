"""The table as JSON, schema ``eyeshot.table/1``: stable, for programs."""

from __future__ import annotations

import json
from typing import Any

from eyeshot.analyses.results import AxisField, InputInfo, LayerField, Table
from eyeshot.present.numerals import json_number

__all__ = ["SCHEMA", "table_dict", "table_json"]

SCHEMA = "eyeshot.table/1"


def table_dict(table: Table) -> dict[str, Any]:
    """The table as plain data.

    Parameters
    ----------
    table : Table
        What to show.

    Returns
    -------
    dict
        As `json.dumps` takes it: jump, start and misaligned are ints where they are whole, else floats;
        `jump` is None where it varies, `misaligned` where it is no one distance, `period` and `local_size` are None
        where there is none. Some keys stand only
        where they say something: ``notes``, with several inputs the ``input`` of each axis, ``operations``, the number
        of all operations, where some have no row, in the last row of a partial network the ``status`` of the
        numbers along each axis, and the number of rows of a loop, ``repeats``, in the one that stands for them.
    """
    return {
        "schema": SCHEMA,
        "model": table.model,
        "status": table.status.value,
        "inputs": [_input(info) for info in table.inputs],
        "layers": [_layer(row, several=len(table.inputs) > 1) for row in table.rows],
        **({"operations": table.operations} if table.operations > len(table.rows) else {}),
        **({"notes": list(table.notes)} if table.notes else {}),
    }


def table_json(table: Table) -> str:
    """The table as JSON text in ASCII, ended by a newline."""
    return json.dumps(table_dict(table), indent=2) + "\n"


def _input(info: InputInfo) -> dict[str, Any]:
    return {"name": info.name, "shape": list(info.shape), "axes": [axis for axis, _ in info.axes]}


def _layer(row: LayerField, *, several: bool) -> dict[str, Any]:
    return {
        "name": row.name,
        "op": row.op,
        "source": row.source,
        "shape": list(row.shape),
        "status": row.status.value,
        **({"repeats": row.repeats} if row.repeats > 1 else {}),
        "axes": [_axis(field, row, several=several) for field in row.axes],
    }


def _axis(field: AxisField, row: LayerField, *, several: bool) -> dict[str, Any]:
    return {
        **({"input": field.input} if several else {}),
        "axis": field.axis,
        "n": field.n,
        "jump": json_number(field.jump),
        "size": field.size,
        "size_min": field.size_min,
        "start": json_number(field.start),
        "padding": field.padding,
        "period": field.period,
        "global": field.is_global,
        "reach": field.reach.value,
        "local_size": field.local_size,
        "misaligned": json_number(field.misaligned),
        **({"status": field.status.value} if field.status is not row.status else {}),
    }
