"""The table as HTML: a fragment for notebooks and a whole page, without scripts and without anything to load.

The style sheets beside this module say nothing of text colours, so the table takes those of the page around
it, dark or light; every rule in ``table.css`` begins with a class of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from eyeshot.analyses.results import Table
from eyeshot.present.marks import Mark
from eyeshot.present.numerals import joined, percentage
from eyeshot.present.rows import COLUMNS, TableRow, TableWords, words_of

__all__ = ["table_html", "table_page"]

_TITLES = {
    "layer": "name of the layer",
    "kind": "what the layer does",
    "shape": "shape of the layer's result",
    "n": "features along each axis",
    "jump": "distance of neighbouring features in input pixels",
    "size": "receptive-field size in input pixels",
    "start": "centre of the first feature; the first pixel's centre is 0.5",
}
_NUMBERS = frozenset({"n", "jump", "size", "start"})


def table_html(table: Table) -> str:
    """The table as an HTML fragment: what ``_repr_html_`` returns.

    Parameters
    ----------
    table : Table
        What to show.

    Returns
    -------
    str
        One ``<div>`` with its style sheet, a table, the marks explained and the notes; every name is escaped.
    """
    words = words_of(table)
    return "\n".join(
        [
            '<div class="eyeshot">',
            f"<style>\n{_style('table.css')}</style>",
            "<table>",
            _caption(words),
            _head(several_inputs=words.several_inputs),
            "<tbody>",
            *(_row(row, words) for row in words.rows),
            "</tbody>",
            "</table>",
            *_below(words),
            "</div>\n",
        ]
    )


def table_page(table: Table) -> str:
    """The table as a whole HTML document in ASCII, so that it can be written in any encoding."""
    page = "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(words_of(table).model)}: receptive fields</title>",
            f"<style>\n{_style('page.css')}</style>",
            "</head>",
            "<body>",
            table_html(table) + "</body>",
            "</html>\n",
        ]
    )
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _style(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _caption(words: TableWords) -> str:
    status = f'<span class="eyeshot-status-{words.status}">{words.status}</span>'
    shown = f" · {escape(words.shown)}" if words.shown else ""
    return f"<caption><strong>{escape(words.model)}</strong> · {escape(words.inputs)} · {status}{shown}</caption>"


def _head(*, several_inputs: bool) -> str:
    cells = [f'<th scope="col"{_class(name)} title="{escape(_TITLES[name])}">{name}</th>' for name in COLUMNS]
    if several_inputs:
        cells.append('<th scope="col" title="input that the numbers are measured in">input</th>')
    cells.append('<th scope="col" title="marks, explained below">marks</th>')
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _class(column: str) -> str:
    return ' class="eyeshot-number"' if column in _NUMBERS else ""


def _row(row: TableRow, words: TableWords) -> str:
    layer, *others = row.cells
    cells = [f'<th scope="row">{escape(layer)}</th>']
    for name, text in zip(COLUMNS[1:], others, strict=True):
        shown = _size(row) if name == "size" else escape(text)
        cells.append(f"<td{_class(name)}>{shown}</td>")
    if words.several_inputs:
        cells.append(f"<td>{escape(row.input)}</td>")
    cells.append(f"<td>{_marks(row, dict(words.legend))}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _size(row: TableRow) -> str:
    """The size, and a bar for its share of the image along the axis where that is largest."""
    number = f'<span class="eyeshot-size">{escape(row.size)}</span>'
    shares = [(size / pixels, size, pixels) for size, pixels in row.reach if pixels]
    if not shares:
        return number
    share = max(shares)[0]
    beyond = " eyeshot-beyond" if any(marked.mark is Mark.BEYOND for marked in row.marks) else ""
    image = joined(str(pixels) for _, pixels in row.reach)
    title = f"{row.size} of {image} pixels: {percentage(share)}"
    bar = f'<span style="width: {min(share, 1):.1%}"></span>'
    return f'{number}<span class="eyeshot-bar{beyond}" role="img" title="{title}" aria-label="{title}">{bar}</span>'


def _marks(row: TableRow, legend: dict[str, str]) -> str:
    return " ".join(
        f'<abbr class="eyeshot-mark" title="{escape(legend[marked.mark.value])}">{escape(str(marked))}</abbr>'
        for marked in row.marks
    )


def _below(words: TableWords) -> Iterator[str]:
    if words.legend:
        yield f"<dl>{''.join(_explained(words.legend))}</dl>"
    for note in words.notes:
        yield f"<p>{escape(note)}</p>"


def _explained(legend: Iterable[tuple[str, str]]) -> Iterator[str]:
    for sign, text in legend:
        yield f"<div><dt>{escape(sign)}</dt><dd>{escape(text)}</dd></div>"
