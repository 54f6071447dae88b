"""A proof for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from eyeshot.measure.results import Proof
from eyeshot.present.proof_words import (
    facts,
    headline,
    interruption,
    reasons,
    state,
    wrong_sentence,
)
from eyeshot.present.screen import TERMINAL, Line, Screen, ansi_text, wrapped

__all__ = ["proof_text"]

_LABEL = 10
_STYLES = {"proven": "exact", "proven as far as read": "partial", "wrong": "unsupported"}


def proof_text(proof: Proof, screen: Screen = TERMINAL) -> str:
    """The proof as text for a terminal.

    Parameters
    ----------
    proof : Proof
        What to show.
    screen : Screen
        Width, and whether colours and Unicode are shown.

    Returns
    -------
    str
        Lines ended by a newline, none longer than the screen is wide.
    """
    return ansi_text(_lines(proof, screen), screen)


def _lines(proof: Proof, screen: Screen) -> Iterator[Line]:
    yield from wrapped(_safe(headline(proof), screen), screen, style=_STYLES.get(state(proof), "title"))
    yield ()
    for label, text in facts(proof):
        yield from wrapped(_safe(text, screen), screen, first=f"{label:{_LABEL}}", indent=" " * _LABEL)
    wrong = wrong_sentence(proof)
    if wrong:
        yield ()
        yield from wrapped("the first that is wrong", screen, style="head")
        yield from wrapped(_safe(wrong, screen), screen, first="  ", indent="  ")
    if proof.reasons:
        yield ()
        yield (("not provable", "head"),)
        for count, reason in reasons(proof):
            yield from wrapped(_safe(reason, screen), screen, first=f"{count:>6,}  ", indent=" " * 8)
    for note in proof.notes:
        yield ()
        yield from wrapped(_safe(note, screen), screen, first="note: ", indent="      ")
    if proof.interrupted:
        yield ()
        yield from wrapped(_safe(interruption(proof), screen), screen, style="mark")


def _safe(text: str, screen: Screen) -> str:
    """A text with names in it: their characters are escaped, our own signs are replaced when shown."""
    return "·".join("×".join(screen.name(part) for part in piece.split("×")) for piece in text.split("·"))
