"""Words and values of other people in our error messages: short, on one line, and without control characters."""

from __future__ import annotations

import reprlib
from collections.abc import Collection

__all__ = ["cited", "listed", "printable", "shown"]

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 60
_repr.maxlevel = 3


def shown(value: object) -> str:
    """A value for an error message: on one line, and short whatever it is.

    Examples
    --------
    >>> shown("a" * 1000)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
    """
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 100:
        return f"an integer of {value.bit_length()} bits"
    text = _repr.repr(value).replace("\n", " ")
    return text if len(text) <= 100 else text[:97] + "..."


def listed(words: Collection[str]) -> str:
    """Words for a sentence, each in backticks."""
    return ", ".join(f"`{word}`" for word in words)


def cited(word: object, most: int = 60) -> str:
    r"""A word in backticks, cut if it is long, with escapes for what cannot be printed.

    Examples
    --------
    >>> print(cited("conv"), cited("\x1b[31m"))
    `conv` `\x1b[31m`
    """
    return f"`{printable(word, most)}`"


def printable(text: object, most: int = 500) -> str:
    r"""Text on one line, cut if it is long, with escapes for what cannot be printed.

    Examples
    --------
    >>> print(printable("a\nb", 10), printable("abcdef", 3))
    a\nb ab…
    """
    found = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in str(text)[: most + 1])
    return found if len(found) <= most else f"{found[: most - 1]}…"
