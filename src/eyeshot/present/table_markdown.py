"""The table as Markdown, with a pipe table that GitHub and CommonMark readers with tables understand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from eyeshot.analyses.results import Table
from eyeshot.present.rows import COLUMNS, TableRow, words_of

__all__ = ["markdown_escaped", "pipe_table", "table_markdown"]

_SPECIAL = re.compile(r"[^\w\s.,;:/%()!?+'–·×∀≤⊣-]|:(?!\s|$)|(?<![^\W_])_|_(?![^\W_])")
_LIST_START = re.compile(r"(?<=^)[+-](?=\s|$)|(?<=\d)[.)](?=\s|$)")
_NUMBERS = frozenset({"n", "jump", "size", "start"})


def table_markdown(table: Table) -> str:
    """The table as Markdown.

    Parameters
    ----------
    table : Table
        What to show.

    Returns
    -------
    str
        A line with model, input and status, a pipe table, the marks and the notes. Names are text, never
        markup.
    """
    words = words_of(table)
    heads = [*COLUMNS, *(["input"] if words.several_inputs else []), ""]
    marked = any(row.marks for row in words.rows)
    rows = [_cells(row, several_inputs=words.several_inputs) for row in words.rows]
    if not marked:
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    parts = [
        f"**{markdown_escaped(words.model)}** · {markdown_escaped(words.inputs)} · {words.status}",
        *([markdown_escaped(words.shown)] if words.shown else []),
        pipe_table(heads, rows, [i for i, head in enumerate(heads) if head in _NUMBERS]),
    ]
    if words.legend:
        parts.append("\n".join(f"- {markdown_escaped(sign)} {markdown_escaped(text)}" for sign, text in words.legend))
    parts += [markdown_escaped(note) for note in words.notes]
    return "\n\n".join(parts) + "\n"


def markdown_escaped(text: str) -> str:
    """Text in which nothing is taken for markup: what could be is written as a character reference.

    Examples
    --------
    >>> markdown_escaped("layer_1 | *")
    'layer_1 &#124; &#42;'
    """
    safe = _SPECIAL.sub(_reference, text)
    return _LIST_START.sub(_reference, safe)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _cells(row: TableRow, *, several_inputs: bool) -> list[str]:
    texts = [*row.cells, *([row.input] if several_inputs else []), row.marks_text]
    return [markdown_escaped(text) for text in texts]


def pipe_table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int]) -> str:
    """A pipe table whose source is aligned too, with numbers at the right of the columns that hold them."""
    lines = [list(heads), *map(list, rows)]
    widths = [max(3, *(len(line[i]) for line in lines)) for i in range(len(heads))]
    right = [i in numbers for i in range(len(heads))]
    rule = ["-" * (width - 1) + ":" if end else "-" * width for width, end in zip(widths, right, strict=True)]
    lines.insert(1, rule)
    return "\n".join(
        "| "
        + " | ".join(
            cell.rjust(width) if end else cell.ljust(width)
            for cell, width, end in zip(line, widths, right, strict=True)
        )
        + " |"
        for line in lines
    )
