"""`eyeshot table`: the receptive-field table of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eyeshot.cli.options import Command, ModelOptions, format_of, model_options, output_options, row_options
from eyeshot.cli.output import emit, screen_for

if TYPE_CHECKING:
    from eyeshot.analyses.results import Table

__all__ = ["command"]

_FORMATS = ("text", "json", "csv", "markdown", "latex", "html")
_EXAMPLES = """\b
Examples:
  eyeshot table alexnet
  eyeshot table resnet50 --input 3x480x640 --format csv -o resnet50.csv
  eyeshot table "conv k11 s4 | pool k3 s2 | conv k5 p2" --input 227
  eyeshot table "[[11,4,0],[3,2,0]]" --input 227 --padding gist
"""


@click.command("table", cls=Command, epilog=_EXAMPLES)
@click.argument("model")
@model_options
@row_options
@output_options(*_FORMATS)
def command(
    *,
    model: str,
    how: ModelOptions,
    every: bool,
    depth: int | None,
    format_: str | None,
    output: str | None,
    color: str,
) -> None:
    """Print the receptive-field table of MODEL.

    For every layer: the number of features, their distance in input pixels (jump), the size of their
    receptive field and the centre of the first one (start). Whatever is marked is explained below the table.
    """
    from eyeshot.cli.model import fields_of

    chosen = format_of(format_, output, _FORMATS)
    table = fields_of(model, how).table_of(every=every, depth=depth)
    if chosen == "text":
        from eyeshot.present.table_text import table_text

        emit(table_text(table, screen_for(output, color), rest="" if every else "--all"), output)
    else:
        emit(_document(table, chosen), output)


def _document(table: Table, chosen: str) -> str:
    """The table in a format that is no terminal's."""
    match chosen:
        case "json":
            from eyeshot.present.table_json import table_json as written
        case "csv":
            from eyeshot.present.table_csv import table_csv as written
        case "markdown":
            from eyeshot.present.table_markdown import table_markdown as written
        case "latex":
            from eyeshot.present.table_latex import table_latex as written
        case _:
            from eyeshot.present.table_html import table_page as written
    return written(table)
