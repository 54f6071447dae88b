r"""Names from a model, made harmless before they are shown anywhere.

A name may hold anything: control characters that move a terminal's cursor, marks that turn the reading
direction, halves of surrogate pairs that no file can hold. They are written as Python writes them, ``\x1b``.
"""

from __future__ import annotations

__all__ = ["ascii_only", "visible"]


def visible(text: str) -> str:
    r"""The text with every character that does not print written as an escape.

    Examples
    --------
    >>> print(visible("conv\x1b[31m\n"))
    conv\x1b[31m\n
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def ascii_only(text: str) -> str:
    r"""The text with all but ASCII written as escapes.

    Examples
    --------
    >>> print(ascii_only("größe"))
    gr\xf6\xdfe
    """
    return text.encode("ascii", "backslashreplace").decode("ascii")
