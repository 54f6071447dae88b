"""Layers of two networks side by side, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eyeshot.present.columns import Column, fitted, lines_of
from eyeshot.present.numerals import joined
from eyeshot.present.rows import jump_text
from eyeshot.present.screen import TERMINAL, Line, Screen, ansi_text, wrapped

if TYPE_CHECKING:
    from eyeshot.analyses.results import LayerField
    from eyeshot.effects.pairs import Comparison

__all__ = ["pairs_text"]


def pairs_text(found: Comparison, screen: Screen = TERMINAL) -> str:
    """The pairs as a table.

    Parameters
    ----------
    found : Comparison
        Two networks.
    screen : Screen
        Width, and whether colours and Unicode are shown.
    """
    return ansi_text(_lines(found, screen), screen)


def _lines(found: Comparison, screen: Screen) -> Iterator[Line]:
    first, second = screen.name(found.first), screen.name(found.second)
    yield from wrapped(f"{first} · {second} · layers by what they see", screen, style="title")
    yield ()
    pairs = found.pairs
    columns = [
        Column(first, tuple(screen.name(pair.first.layer) for pair in pairs), "title", least=8),
        Column("field", tuple(_sizes(pair.first) for pair in pairs), is_number=True),
        Column("jump", tuple(_jumps(pair.first) for pair in pairs), is_number=True),
        Column(second, tuple(_partner(pair.second, screen) for pair in pairs), "title", least=8),
        Column("field", tuple(_sizes(pair.second) for pair in pairs), is_number=True),
        Column("jump", tuple(_jumps(pair.second) for pair in pairs), is_number=True),
        Column("apart", tuple(_apart(pair.apart) if pair.second else "" for pair in pairs), is_number=True),
    ]
    shown = fitted(columns, screen)
    yield from lines_of(shown, ["" if pair.second else "dim" for pair in pairs]) if shown is not None else ()
    if shown is None:
        for pair in pairs:
            text = f"{pair.first.layer} {_sizes(pair.first)}: {_partner(pair.second, screen)} {_sizes(pair.second)}"
            yield from wrapped(text, screen, indent="  ")
    yield ()
    text = f"{len(found.unmatched)} layers of {second} have no partner. Fields more than a quarter apart do not match."
    yield from wrapped(text, screen, style="dim")


def _partner(row: LayerField | None, screen: Screen) -> str:
    return screen.name(row.layer) if row is not None else "no match"


def _sizes(row: LayerField | None) -> str:
    if row is None:
        return ""
    return joined(str(axis.local_size) for axis in row.axes if axis.input == row.axes[0].input)


def _jumps(row: LayerField | None) -> str:
    if row is None:
        return ""
    return joined(jump_text(axis) for axis in row.axes if axis.input == row.axes[0].input)


def _apart(share: float) -> str:
    return f"{share:.1%}"
