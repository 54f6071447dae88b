"""The table for a terminal: aligned, as wide as the screen at most, every sign in it explained below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from eyeshot.analyses.results import Table
from eyeshot.present.columns import Column, fitted, lines_of
from eyeshot.present.rows import COLUMNS, TableRow, TableWords, words_of
from eyeshot.present.screen import TERMINAL, Line, Screen, ansi_text, explained, line_width, rich_text, wrapped

if TYPE_CHECKING:
    import rich.text

__all__ = ["table_rich", "table_text"]

_LEAST_NAME = 16
_LEAST_KIND = 10


def table_text(table: Table, screen: Screen = TERMINAL, *, rest: str = "") -> str:
    """The table as text for a terminal.

    Parameters
    ----------
    table : Table
        What to show.
    screen : Screen
        Width, and whether colours and Unicode are shown.
    rest : str
        How to see the operations that have no row here, such as ``"--all"``.

    Returns
    -------
    str
        Lines ended by a newline, none longer than the screen is wide.
    """
    return ansi_text(_lines(table, screen, rest), screen)


def table_rich(table: Table, screen: Screen = TERMINAL, *, rest: str = "") -> rich.text.Text:
    """The table for a rich console: what ``__rich_console__`` yields."""
    return rich_text(_lines(table, screen, rest), screen)


def _lines(table: Table, screen: Screen, rest: str) -> Iterator[Line]:
    words = words_of(table)
    yield from _title(words, screen)
    if words.shown:
        more = f"; {rest} shows every one" if rest else ""
        yield from wrapped(f"{words.shown} shown{more}", screen, style="dim")
    yield ()
    yield from _body(words, screen)
    if words.legend:
        yield ()
        yield from explained(((sign, "mark", _known(text, screen)) for sign, text in words.legend), screen)
    if words.notes:
        yield ()
    for note in words.notes:
        yield from wrapped(screen.name(note), screen, first="note: ", indent="      ")


def _title(words: TableWords, screen: Screen) -> list[Line]:
    model, inputs = screen.name(words.model), _known(words.inputs, screen)
    line = ((model, "title"), (f" · {inputs} · ", ""), (words.status, words.status))
    if line_width(line) <= screen.width:
        return [line]
    return wrapped(f"{model} · {inputs} · {words.status}", screen, style="title")


def _known(text: str, screen: Screen) -> str:
    """A text of ours with names in it: the names' characters are escaped, our own are replaced when shown."""
    return "×".join(screen.name(part) for part in text.split("×"))


def _body(words: TableWords, screen: Screen) -> list[Line]:
    rows = [_on_screen(row, screen) for row in words.rows]
    columns = fitted(list(_columns(rows, several_inputs=words.several_inputs)), screen)
    if columns is None:
        return [line for row in rows for line in _record(row, screen)]
    return lines_of(columns, ["dim" if row.is_input else "" for row in rows])


def _on_screen(row: TableRow, screen: Screen) -> TableRow:
    layer, kind, name = screen.name(row.layer), screen.name(row.kind), screen.name(row.input)
    return replace(row, layer=layer, kind=kind, input=name)


def _columns(rows: list[TableRow], *, several_inputs: bool) -> Iterator[Column]:
    layer, kind, shape, n, jump, size, start = zip(*(row.cells for row in rows), strict=True)
    yield Column(COLUMNS[0], layer, least=_LEAST_NAME)
    yield Column(COLUMNS[1], kind, "dim", least=_LEAST_KIND, optional=True)
    yield Column(COLUMNS[2], shape, "dim", optional=True)
    if several_inputs:
        yield Column("input", tuple(row.input for row in rows), "dim", least=_LEAST_KIND)
    yield Column(COLUMNS[3], n, is_number=True)
    yield Column(COLUMNS[4], jump, is_number=True)
    yield Column(COLUMNS[5], size, "title", is_number=True)
    yield Column(COLUMNS[6], start, is_number=True)
    yield Column("", tuple(row.marks_text for row in rows), "mark")


def _record(row: TableRow, screen: Screen) -> list[Line]:
    """A row as running text, for screens too narrow for columns."""
    words = [f"{head} {cell}" for head, cell in zip(COLUMNS[1:], row.cells[1:], strict=True) if cell]
    text = ", ".join([*words, row.marks_text] if row.marks else words)
    name = wrapped(row.layer or f"({row.input})", screen, style="title")
    return [*name, *wrapped(text, screen, first="  ", indent="  ")]
