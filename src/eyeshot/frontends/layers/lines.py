"""Lines of a file for error messages, as far as they can be found; looked for only when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from eyeshot.errors import EyeshotError
from eyeshot.frontends.layers.document import Path

__all__ = ["toml_line", "tree_line"]

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""' r"|'''.*?'''" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|#[^\n]*|[\[\]{},]", re.DOTALL
)


_LONG = ('"""', "'''")
_BLOT = re.compile(r"[^\n]")
_MAX_TREE = 300_000
"""Longest text that is parsed once more only to find a line."""


def tree_line(text: str, path: Path, key: str | None) -> int | None:
    """The line of an entry, or of a key in it, in YAML or JSON text (which YAML's parser reads as well)."""
    from eyeshot.frontends.layers.yaml_nodes import compose

    if len(text) > _MAX_TREE:
        return None
    try:
        node = compose(text)
    except EyeshotError:
        return None
    # A file may hold the list of its layers alone.
    steps = path[1:] if node is not None and node.id == "sequence" else path
    for step in steps:
        node = _child(node, step)
    found = _key(node, key)
    if found is None and not path:
        return None
    node = found if found is not None else node
    return None if node is None else int(node.start_mark.line) + 1


def _child(node: Any, step: str | int) -> Any:
    if node is not None and node.id == "sequence" and isinstance(step, int):
        return node.value[step]
    if node is not None and node.id == "mapping":
        return next((value for key, value in node.value if key.value == step), None)
    return None


def _key(node: Any, word: str | None) -> Any:
    if node is None or node.id != "mapping":
        return None
    return next((key for key, _ in node.value if key.value == word), None)


def toml_line(text: str, path: Path, key: str | None) -> int | None:
    """The line of an entry, or of a key in it, in TOML text.

    TOML's parser tells no places, so headers (``[[layers]]``) are counted and brackets of inline lists matched.
    """
    text = _masked(text)
    if not path:
        return _line_of(text, _assigned(text, key))
    depth = 2 if path[0] == "blocks" else 1
    rest = path[depth:]
    headers = _headers(text, path[:depth])
    if not headers:
        at = _assigned(text, str(path[:depth][-1]))
        return _line_of(text, at if at is None else _inline(text, at, rest) or at)
    if not rest:
        return _line_of(text, headers[0])
    at = headers[int(rest[0])] if int(rest[0]) < len(headers) else None
    if at is None:
        return None
    end = _search(r"^[ \t]*\[\[?[ \t]*[A-Za-z\"']", text, at) or len(text)
    if len(rest) == 1:
        return _line_of(text, _assigned(text[:end], key, at) or at)
    inner = _assigned(text[:end], "sequence", at)
    return _line_of(text, at if inner is None else _inline(text, inner, rest[1:]) or inner)


def _masked(text: str) -> str:
    """The text with strings of several lines blotted out, which may hold what looks like a header."""
    return _TOKEN.sub(lambda found: _BLOT.sub("x", found[0]) if found[0][:3] in _LONG else found[0], text)


def _headers(text: str, table: Path) -> list[int]:
    """Where the headers of an array of tables stand."""
    name = r"[ \t]*\.[ \t]*".join(rf"[\"']?{re.escape(str(step))}[\"']?" for step in table)
    return [match.end() for match in re.finditer(rf"^[ \t]*\[\[[ \t]*{name}[ \t]*\]\]", text, re.MULTILINE)]


def _assigned(text: str, key: str | None, at: int = 0) -> int | None:
    """Where the value of a key begins."""
    return None if key is None else _search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", text, at)


def _inline(text: str, at: int, path: Path) -> int | None:
    """Where the entry of a path begins in an inline list, ``[ {…}, {…, sequence = [ … ]} ]``, that begins at `at`."""
    indices = [step for step in path if isinstance(step, int)]
    counts: list[int] = []
    for position, bracket in _brackets(text, at):
        if bracket == "[":
            counts.append(0)
        if bracket == "," and counts:
            counts[-1] += 1
        if bracket == "{":
            if [count for count in counts if count >= 0] == indices:
                return position
            counts.append(-_MANY)
        if bracket in "]}":
            counts = counts[:-1]
            if not counts:
                return None
    return None


_MANY = 10**9
"""Commas within a table do not count list entries: its counter stays below zero."""


def _brackets(text: str, at: int) -> Iterator[tuple[int, str]]:
    for match in _TOKEN.finditer(text, at):
        if match[0] in "[]{},":
            yield match.start(), match[0]


def _search(pattern: str, text: str, at: int = 0) -> int | None:
    """Where a pattern's match ends, which is in the line that it names."""
    match = re.compile(pattern, re.MULTILINE).search(text, at)
    return None if match is None else match.end()


def _line_of(text: str, position: int | None) -> int | None:
    return None if position is None else text.count("\n", 0, position) + 1
