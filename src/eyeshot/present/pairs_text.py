"""Layers of two networks side by side, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eyeshot.counted import counted
from eyeshot.present.columns import Column, fitted, lines_of
from eyeshot.present.numerals import joined
from eyeshot.present.rows import jump_text
from eyeshot.present.screen import TERMINAL, Line, Screen, ansi_text, wrapped

if TYPE_CHECKING:
    from eyeshot.analyses.results import LayerField
    from eyeshot.effects.pairs import Comparison

__all__ = ["alone_words", "apart_words", "jump_words", "pairs_text", "size_words"]


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
        Column("field", tuple(size_words(pair.first) for pair in pairs), is_number=True),
        Column("jump", tuple(jump_words(pair.first) for pair in pairs), is_number=True),
        Column(second, tuple(_partner(pair.second, screen) for pair in pairs), "title", least=8),
        Column("field", tuple(size_words(pair.second) for pair in pairs), is_number=True),
        Column("jump", tuple(jump_words(pair.second) for pair in pairs), is_number=True),
        Column("apart", tuple(apart_words(pair.apart) if pair.second else "" for pair in pairs), is_number=True),
    ]
    shown = fitted(columns, screen)
    yield from lines_of(shown, ["" if pair.second else "dim" for pair in pairs]) if shown is not None else ()
    if shown is None:
        for pair in pairs:
            partner = f"{_partner(pair.second, screen)} {size_words(pair.second)}"
            text = f"{pair.first.layer} {size_words(pair.first)}: {partner}"
            yield from wrapped(text, screen, indent="  ")
    yield ()
    yield from wrapped(alone_words(found, second), screen, style="dim")


def alone_words(found: Comparison, second: str) -> str:
    """How many layers of the second network, whose name is given as it is to be shown, are nobody's partner."""
    layers = counted(len(found.unmatched), f"layer of {second} has", f"layers of {second} have")
    return f"{layers} no partner. Fields more than a quarter apart do not match."


def _partner(row: LayerField | None, screen: Screen) -> str:
    return screen.name(row.layer) if row is not None else "no match"


def size_words(row: LayerField | None) -> str:
    """Size of the field of the local paths; empty for no layer."""
    if row is None:
        return ""
    return joined(str(axis.local_size) for axis in row.axes if axis.input == row.axes[0].input)


def jump_words(row: LayerField | None) -> str:
    """Distance of neighbouring features; empty for no layer."""
    if row is None:
        return ""
    return joined(jump_text(axis) for axis in row.axes if axis.input == row.axes[0].input)


def apart_words(share: float) -> str:
    """By how much two fields differ."""
    return f"{share:.1%}"
