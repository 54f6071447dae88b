"""Tables of Markdown, and sentences of the tool in their cells."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["cell", "table"]


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table whose first column is text and whose other columns are numbers."""
    names = list(head)
    marks = ["---", *["---:"] * (len(names) - 1)]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [names, marks, *rows]) + "\n"


def cell(text: str) -> str:
    """A sentence of the tool: its own code stays code, and so does every other word with marks of Markdown."""
    parts = text.replace("|", "/").splitlines()[0].split("`") if text else [""]
    return "".join(f"`{part}`" if number % 2 else _words(part) for number, part in enumerate(parts))


def _words(text: str) -> str:
    return " ".join(f"`{word}`" if set(word) & set("_*<>[]\\$#") else word for word in text.split(" "))
