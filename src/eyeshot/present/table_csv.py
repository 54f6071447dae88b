"""The table as CSV: one line for each layer, the numbers of every axis side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from eyeshot.analyses.results import AxisField, LayerField, Table
from eyeshot.present.escape import visible
from eyeshot.present.numerals import json_number

__all__ = ["csv_text", "flat_table", "table_csv"]

_LAYER = ("name", "op", "source", "shape", "status")
_AXIS = ("n", "jump", "size", "size_min", "start", "padding", "period", "global", "local_size", "misaligned", "reach")
_FORMULA = ("=", "+", "-", "@")


def flat_table(table: Table) -> tuple[list[str], list[list[Any]]]:
    """Headings and one list of values for each layer.

    Parameters
    ----------
    table : Table
        What to show.

    Returns
    -------
    headings : list of str
        ``name, op, source, shape, status``, then for each axis ``y_n, y_jump, …``; with several inputs the
        axis's input stands before it, ``left.y_n``. At the end ``repeats``, where a row stands for several.
    rows : list of list
        Numbers, booleans and text; None where a layer does not depend on an input.
    """
    keys = [(info.name, axis) for info in table.inputs for axis, _ in info.axes]
    several = len(table.inputs) > 1
    names = [f"{name}.{axis}" if several else axis for name, axis in keys]
    headings = [*_LAYER, *(f"{name}_{column}" for name in names for column in _AXIS)]
    rows = [_flat_row(row, keys) for row in table.rows]
    if any(row.repeats > 1 for row in table.rows):
        return [*headings, "repeats"], [[*flat, row.repeats] for flat, row in zip(rows, table.rows, strict=True)]
    return headings, rows


def table_csv(table: Table) -> str:
    r"""The table as CSV text (RFC 4180, but lines end with ``\n``).

    Names stand as they are, with two exceptions: characters that do not print are written as escapes, and a
    name that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    return csv_text(*flat_table(table))


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Headings and rows as CSV text; None is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, headings))
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue()


def _flat_row(row: LayerField, keys: list[tuple[str, str]]) -> list[Any]:
    found = {(field.input, field.axis): field for field in row.axes}
    values: list[Any] = [row.name, row.op, row.source, "x".join(map(str, row.shape)), row.status.value]
    for key in keys:
        values += _axis_values(found[key]) if key in found else [None] * len(_AXIS)
    return values


def _axis_values(field: AxisField) -> list[Any]:
    return [
        field.n,
        json_number(field.jump),
        field.size,
        field.size_min,
        json_number(field.start),
        field.padding,
        field.period,
        field.is_global,
        field.local_size,
        json_number(field.misaligned),
        field.reach.value,
    ]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            text = visible(value)
            return f"'{text}" if text.startswith(_FORMULA) else text
        case _:
            return str(value)
