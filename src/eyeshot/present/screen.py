"""What a terminal can show, and styled lines that fit into it.

A `Line` is a tuple of `(text, style)` pairs. Every style name stands in one palette; ANSI text and rich text
are made of the same lines. This module writes ANSI itself: a rich console would double the start-up time of
the command.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells

from eyeshot.present.escape import ascii_only, visible

if TYPE_CHECKING:
    import rich.text

__all__ = ["TERMINAL", "Line", "Screen", "ansi_text", "explained", "line_width", "rich_text", "wrapped"]

Line = tuple[tuple[str, str], ...]
"""Pieces of text, each with the name of its style."""

_PALETTE = {
    "title": ("1", "bold"),
    "head": ("1", "bold"),
    "dim": ("2", "dim"),
    "mark": ("33", "yellow"),
    "exact": ("32", "green"),
    "bounded": ("33", "yellow"),
    "partial": ("33", "yellow"),
    "unsupported": ("31", "red"),
    "read": ("36", "cyan"),
    "hole": ("35", "magenta"),
    "padding": ("33", "yellow"),
}

_PROSE = 80
"""Columns of running text, however wide the screen is."""

_ASCII = str.maketrans("×–−·…∀↤↦≤⊣─│┌┐└┘█░\u2571", "x--.~*{}<|-|++++#o/")


@dataclass(frozen=True, slots=True)
class Screen:
    """Where text is to be shown.

    Parameters
    ----------
    width : int
        Columns; no line becomes longer, from 20 columns on.
    color : bool
        Whether it takes ANSI colours.
    unicode : bool
        Whether it shows more than ASCII.
    """

    width: int = 80
    color: bool = False
    unicode: bool = True

    def name(self, text: str) -> str:
        """A name as this terminal can show it."""
        return visible(text) if self.unicode else ascii_only(visible(text))

    def shortened(self, text: str, width: int) -> str:
        """The text, its middle left out if it takes more than `width` columns.

        Examples
        --------
        >>> Screen().shortened("layer3.0.downsample.conv", 15)
        'layer3.…le.conv'
        """
        if cell_len(text) <= width:
            return text
        tail = chop_cells(text[::-1], max(1, width // 2))[0][::-1]
        head = chop_cells(text, max(1, width - 1 - cell_len(tail)))[0]
        return f"{head}…{tail}" if width > 2 else head


TERMINAL = Screen()
"""80 columns, Unicode, no colour."""


def line_width(line: Line) -> int:
    """Columns that a line takes."""
    return sum(cell_len(text) for text, _ in line)


def ansi_text(lines: Iterable[Line], screen: Screen) -> str:
    """Lines as text for a terminal, each ended by a newline and without blanks at its end."""
    return "".join(_ansi_line(line, screen) + "\n" for line in lines)


def rich_text(lines: Iterable[Line], screen: Screen) -> rich.text.Text:
    """Lines as text for a rich console; nothing in it is taken for markup."""
    from rich.text import Text

    text = Text(no_wrap=True, overflow="ignore", end="")
    for line in lines:
        for piece, style in line:
            text.append(_shown(piece, screen), _PALETTE[style][1] if style else None)
        text.append("\n")
    return text


def wrapped(text: str, screen: Screen, *, first: str = "", indent: str = "", style: str = "") -> list[Line]:
    """Running text in lines that fit; `first` stands before the first line, `indent` before the others."""
    lines: list[str] = []
    line, fresh, room = first, True, min(screen.width, _PROSE)
    for word in _chunks(text, max(1, room - max(cell_len(first), cell_len(indent)))):
        gap = "" if fresh else " "
        if not fresh and cell_len(line) + 1 + cell_len(word) > room:
            lines.append(line)
            line, gap = indent, ""
        line, fresh = line + gap + word, False
    return [((line, style),) for line in (*lines, line)]


def explained(signs: Iterable[tuple[str, str, str]], screen: Screen) -> Iterator[Line]:
    """A legend: lines of a sign, in its style, and its explanation beside it."""
    entries = list(signs)
    width = max((cell_len(sign) for sign, _, _ in entries), default=0) + 2
    for sign, style, text in entries:
        first, *others = wrapped(text, replace(screen, width=min(screen.width, _PROSE) - width))
        yield ((sign + " " * (width - cell_len(sign)), style), *first)
        yield from (((" " * width, ""), *line) for line in others)


def _chunks(text: str, width: int) -> Iterable[str]:
    """Words, those wider than `width` cut."""
    for word in text.split():
        yield from chop_cells(word, width) if cell_len(word) > width else (word,)


def _ansi_line(line: Line, screen: Screen) -> str:
    pieces = [(_shown(text, screen), style) for text, style in line]
    while pieces and not pieces[-1][0].rstrip():
        pieces.pop()
    if not pieces:
        return ""
    pieces[-1] = (pieces[-1][0].rstrip(), pieces[-1][1])
    if not screen.color:
        return "".join(text for text, _ in pieces)
    return "".join(_painted(text, style) for text, style in pieces)


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_PALETTE[style][0]}m{text}\x1b[0m" if style and text.strip() else text


def _shown(text: str, screen: Screen) -> str:
    return text if screen.unicode else re.sub(r"[^\x00-\x7f]", "?", text.translate(_ASCII))
