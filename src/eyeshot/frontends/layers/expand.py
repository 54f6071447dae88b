"""Blocks, sequences and repeats written out: a document becomes one row of steps.

A step is a layer, or the beginning or the end of a group (a block, a sequence, a named repeat). Names are given
here; what a layer reads is found when it is built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eyeshot.errors import nearest
from eyeshot.frontends.layers.count import MAX_LAYERS, check_count
from eyeshot.frontends.layers.document import BadValueError, Document, Path, Place
from eyeshot.frontends.layers.kinds.names import Kind, find_kind, known_words
from eyeshot.frontends.layers.schema import MAX_DEPTH, MAX_NAME, check_keys, check_name
from eyeshot.frontends.layers.values import check_int
from eyeshot.frontends.layers.wording import cited, shown

__all__ = ["MAX_OPERANDS", "Enter", "Layer", "Leave", "Step", "expand"]

MAX_OPERANDS = 1000
"""Most names in one `from`."""

_PARAMETER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_-]{0,59})")

References = tuple[str, ...] | None
"""Names in `from`; None for the layer before."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer by its full name, with what it says."""

    name: str
    kind: Kind
    word: str
    options: Mapping[str, Any]
    reads: References
    place: Place


@dataclass(frozen=True, slots=True)
class Enter:
    """A group begins: names in it start with its own, and `input` is what it reads."""

    name: str
    reads: References
    place: Place


@dataclass(frozen=True, slots=True)
class Leave:
    """A group ends; its result is its last layer's."""

    name: str


Step = Layer | Enter | Leave


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a list of entries stands: names before theirs, parameters, blocks around."""

    prefix: str = ""
    numbered: bool = False
    parameters: Mapping[str, Any] | None = None
    blocks: tuple[str, ...] = ()
    depth: int = 0

    def within(self, name: str, **changes: Any) -> _Scope:
        values = {"parameters": self.parameters, "blocks": self.blocks, "numbered": False, **changes}
        return _Scope(prefix=f"{name}.", depth=self.depth + 1, **values)


def expand(document: Document) -> list[Step]:
    """All steps of a checked document, in order.

    Raises
    ------
    LayerListError
        If there are too many layers, a block is unknown or uses itself, or a name stands twice.
    """
    check_count(document)
    return _Expander(document).run()


class _Expander:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._names: set[str] = set()
        self._steps: list[Step] = []
        self._parameters = {name: _parameters(entries) for name, entries in document.blocks.items()}

    def run(self) -> list[Step]:
        self._list(self._document.layers, ("layers",), _Scope())
        return self._steps

    def _list(self, entries: Sequence[Mapping[str, Any]], path: Path, scope: _Scope) -> None:
        filled = [_filled(entry, scope) for entry in entries]
        labels = _Labels(filled, numbered=scope.numbered)
        for i, entry in enumerate(filled):
            place = self._document.place((*path, i))
            try:
                self._repeated(entry, place, scope, labels)
            except BadValueError as error:
                label = entry.get("name")
                name = scope.prefix + label if isinstance(label, str) and len(label) <= MAX_NAME else scope.prefix[:-1]
                named = place.named(name) if name else place
                raise named.error(error, error.key) from None

    def _repeated(self, entry: dict[str, Any], place: Place, scope: _Scope, labels: _Labels) -> None:
        repeat = check_int("repeat", entry.get("repeat", 1), at_most=MAX_LAYERS)
        reads = _references(entry.get("from"))
        if "name" not in entry:
            for i in range(repeat):
                self._one(entry, scope.prefix + labels.next(entry), place, scope, reads if i == 0 else None)
            return
        name = scope.prefix + check_name(entry["name"])
        if "repeat" not in entry:
            self._one(entry, name, place, scope, reads)
            return
        self._enter(name, reads, place.named(name))
        inner = scope.within(name)
        for i in range(repeat):
            self._one(entry, f"{name}.{i}", place, inner, None)
        self._steps.append(Leave(name))

    def _one(self, entry: dict[str, Any], name: str, place: Place, scope: _Scope, reads: References) -> None:
        place = place.named(name)
        if scope.depth > MAX_DEPTH:
            raise place.error(f"blocks and sequences must lie at most {MAX_DEPTH} deep within one another")
        if "kind" in entry:
            self._layer(entry, name, place, reads)
        elif "sequence" in entry:
            self._enter(name, reads, place)
            self._list(entry["sequence"], (*place.path, "sequence"), scope.within(name, numbered=True))
            self._steps.append(Leave(name))
        else:
            inner = self._block_scope(entry, name, place, scope)
            self._enter(name, reads, place)
            block = inner.blocks[-1]
            self._list(self._document.blocks[block], ("blocks", block), inner)
            self._steps.append(Leave(name))

    def _block_scope(self, entry: dict[str, Any], name: str, place: Place, scope: _Scope) -> _Scope:
        block, given = entry["block"], entry.get("with", {})
        known = self._document.blocks
        if not isinstance(block, str) or block not in known:
            hint = nearest(block[:60], known) if isinstance(block, str) else ""
            raise place.error(f"there is no block {shown(block)}{hint}", "block")
        if block in scope.blocks:
            raise place.error(f"a block must not use itself, but: {' → '.join([*scope.blocks, block])}", "block")
        wanted = self._parameters[block]
        for key in given:
            if key not in wanted:
                raise place.error(
                    f"block {cited(block)} has no parameter {cited(str(key))}{nearest(str(key)[:60], wanted)}", "with"
                )
        missing = [key for key in wanted if key not in given]
        if missing:
            raise place.error(f"block {cited(block)} needs the parameter {cited(missing[0])} in `with`")
        return scope.within(name, parameters=given, blocks=(*scope.blocks, block))

    def _layer(self, entry: dict[str, Any], name: str, place: Place, reads: References) -> None:
        word = entry["kind"]
        kind = find_kind(word) if isinstance(word, str) else None
        if kind is None:
            hint = nearest(word[:60], known_words()) if isinstance(word, str) else ""
            raise place.error(f"unknown kind {shown(word)}{hint}", "kind")
        try:
            options = check_keys(kind, word, entry)
        except BadValueError as error:
            raise place.error(error, error.key) from None
        self._take(name, place)
        self._steps.append(Layer(name, kind, word, options, reads, place))

    def _enter(self, name: str, reads: References, place: Place) -> None:
        self._take(name, place)
        self._steps.append(Enter(name, reads, place))

    def _take(self, name: str, place: Place) -> None:
        if len(name) > MAX_NAME:
            raise place.named(name[: MAX_NAME // 4] + "…").error(
                f"a name with its groups must have at most {MAX_NAME} characters, but has {len(name)}", "name"
            )
        if name in self._names:
            raise place.error(f"names must be unique, but {cited(name)} stands twice", "name")
        self._names.add(name)


class _Labels:
    """Names for the entries of one list that have none: ``conv1``, ``conv2``, or in a sequence their positions."""

    def __init__(self, entries: Sequence[Mapping[str, Any]], *, numbered: bool) -> None:
        self._taken = {entry["name"] for entry in entries if isinstance(entry.get("name"), str)}
        self._numbered = numbered
        self._counts: dict[str, int] = {}

    def next(self, entry: Mapping[str, Any]) -> str:
        stem = "" if self._numbered else str(entry.get("kind") or entry.get("block") or "group")[:MAX_NAME]
        while True:
            count = self._counts.get(stem, -1 if self._numbered else 0) + 1
            self._counts[stem] = count
            if f"{stem}{count}" not in self._taken:
                return f"{stem}{count}"


def _filled(entry: Mapping[str, Any], scope: _Scope) -> dict[str, Any]:
    """An entry with the parameters of its block filled in; a sequence fills in its own."""
    if not scope.blocks:
        return dict(entry)
    parameters = scope.parameters or {}
    return {key: value if key == "sequence" else _fill(value, parameters) for key, value in entry.items()}


def _references(value: object) -> References:
    if value is None:
        return None
    names = value if isinstance(value, list | tuple) else [value]
    if not 0 < len(names) <= MAX_OPERANDS:
        raise BadValueError(f"`from` must have 1 to {MAX_OPERANDS:,} names, but has {len(names):,}", "from")
    for name in names:
        if not isinstance(name, str) or not name:
            raise BadValueError(f"`from` must be the name of a layer or a list of names, but is {shown(value)}", "from")
    return tuple(names)


def _parameters(value: Any) -> dict[str, None]:
    """Names of all parameters, ``$name``, in the entries of a block."""
    if isinstance(value, str):
        match = _PARAMETER.fullmatch(value)
        return {match[1]: None} if match else {}
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    found: dict[str, None] = {}
    for part in parts:
        found |= _parameters(part)
    return found


def _fill(value: Any, parameters: Mapping[str, Any]) -> Any:
    """A value with its parameters filled in."""
    if isinstance(value, str):
        match = _PARAMETER.fullmatch(value)
        return parameters[match[1]] if match else value
    if isinstance(value, list | tuple):
        return [_fill(part, parameters) for part in value]
    if isinstance(value, Mapping):
        return {key: _fill(part, parameters) for key, part in value.items()}
    return value
