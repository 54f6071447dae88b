"""How many layers a document stands for, found without writing them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eyeshot.frontends.layers.document import Document
from eyeshot.frontends.layers.schema import MAX_DEPTH

__all__ = ["MAX_LAYERS", "check_count"]

MAX_LAYERS = 100_000
"""Most layers of a network, repeats counted."""

_Parameters = Mapping[str, Any]


class _TooManyError(Exception):
    """The count has passed the limit; going on could take for ever."""


def check_count(document: Document) -> None:
    """Refuse a document of too many layers.

    Entries that make no sense count as one: whoever writes them out complains about them.

    Raises
    ------
    LayerListError
        Naming the entry with which there are too many.
    """
    total = 0
    for i, entry in enumerate(document.layers):
        try:
            total += _times(_one(document, entry, {}, 0), _repeat(entry, {}))
            _bounded(total)
        except _TooManyError:
            name = entry.get("name")
            place = document.place(("layers", i), name if isinstance(name, str) else None)
            text = f"a network must have at most {MAX_LAYERS:,} layers, repeats counted, but has more"
            raise place.error(text) from None


def _one(document: Document, entry: Mapping[str, Any], given: _Parameters, depth: int) -> int:
    if depth > MAX_DEPTH:
        return 1
    if "sequence" in entry:
        return _all(document, entry["sequence"], given, depth)
    block = _filled(entry.get("block"), given)
    if not isinstance(block, str) or block not in document.blocks:
        return 1
    values = {key: _filled(value, given) for key, value in entry.get("with", {}).items()}
    return _all(document, document.blocks[block], values, depth)


def _all(document: Document, entries: Sequence[Mapping[str, Any]], given: _Parameters, depth: int) -> int:
    total = 0
    for entry in entries:
        total = _bounded(total + _times(_one(document, entry, given, depth + 1), _repeat(entry, given)))
    return total


def _repeat(entry: Mapping[str, Any], given: _Parameters) -> int:
    repeat = _filled(entry.get("repeat", 1), given)
    return repeat if isinstance(repeat, int) and 1 <= repeat <= MAX_LAYERS else 1


def _filled(value: Any, given: _Parameters) -> Any:
    return given.get(value[1:]) if isinstance(value, str) and value.startswith("$") else value


def _times(count: int, repeat: int) -> int:
    return _bounded(count * repeat)


def _bounded(count: int) -> int:
    if count > MAX_LAYERS:
        raise _TooManyError
    return count
