"""A layer list as read, before anything is built from it, and the places that errors name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eyeshot.errors import InputError, LayerListError
from eyeshot.frontends.layers.wording import cited

__all__ = ["BadValueError", "Document", "Entry", "Path", "Place"]

Path = tuple[str | int, ...]
"""Where an entry stands: ``("layers", 3)``, ``("layers", 1, "sequence", 0)``, ``("blocks", "unit", 0)``."""

Entry = Mapping[str, Any]
"""One layer, block use or sequence as it was written."""

Locator = Callable[[Path, str | None], int | None]
"""From a place and a key to a line number, as far as one can be found."""


class BadValueError(InputError):
    """A complaint that does not yet know where it arose; `Place.error` adds that."""

    def __init__(self, text: str, key: str | None = None) -> None:
        super().__init__(text)
        self.key = key


def _no_line(path: Path, key: str | None) -> int | None:  # noqa: ARG001
    return None


@dataclass(frozen=True, slots=True)
class Document:
    """A layer list as read from any source.

    Parameters
    ----------
    name : str
        The network's name unless `settings` has one.
    layers : sequence
        Entries, not yet checked.
    blocks : mapping
        Lists of entries by name, not yet checked.
    settings : mapping
        What else stands at the top of a file: ``input``, ``padding``, ``axes`` …
    origin : str
        What errors call the source, such as a file's path; may be empty.
    locate : callable
        Finds the line of an entry or of a key in it; called for error messages only.
    """

    name: str
    layers: Sequence[Any]
    blocks: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""
    locate: Locator = _no_line

    def place(self, path: Path = (), layer: str | None = None) -> Place:
        """The place of an entry, to complain about it."""
        return Place(self, path, layer)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, as precisely as it is known."""

    document: Document
    path: Path
    layer: str | None

    def named(self, layer: str) -> Place:
        """The same place, now that the layer's name is known."""
        return Place(self.document, self.path, layer)

    def error(self, text: object, key: str | None = None) -> LayerListError:
        """A complaint that says where: ``net.toml, line 12, layer `conv3`: …``."""
        return LayerListError(self.describe(text, key))

    def describe(self, text: object, key: str | None = None) -> str:
        """A sentence after the words that say where."""
        line = self.document.locate(self.path, key) if self.path or key else None
        parts = [self.document.origin] if self.document.origin else []
        if line is not None:
            parts.append(f"line {line}")
        if self.layer is not None:
            parts.append(f"layer {cited(self.layer, 250)}")
        elif self.path:
            parts.append(_spoken(self.path))
        return f"{', '.join(parts)}: {text}" if parts else str(text)


def _spoken(path: Path) -> str:
    """An unnamed entry in words: ``block `unit`, entry 2``."""
    if path[0] == "blocks" and len(path) > 1:
        return ", ".join([f"block {cited(path[1])}", *_numbers(path[2:])])
    return ", ".join(_numbers(path[1:], "layer")) or str(path[0])


def _numbers(path: Path, word: str = "entry") -> list[str]:
    numbers = [step + 1 for step in path if isinstance(step, int)]
    return [f"{word if i == 0 else 'entry'} {n}" for i, n in enumerate(numbers)]
