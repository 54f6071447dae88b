"""The form of a layer list, checked before anything is built: which keys stand where."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from eyeshot.errors import nearest
from eyeshot.frontends.layers.document import BadValueError, Document, Path
from eyeshot.frontends.layers.gist import gist_entry
from eyeshot.frontends.layers.kinds.names import Kind, find_kind, known_words
from eyeshot.frontends.layers.text import parse_layer
from eyeshot.frontends.layers.wording import cited, listed, shown

__all__ = ["MAX_DEPTH", "MAX_NAME", "check_keys", "check_name", "checked", "document_of"]

MAX_DEPTH = 32
"""Most sequences and blocks within one another."""
MAX_NAME = 200
"""Most characters of a name, with the names of the groups around it."""

_SETTINGS = ("name", "title", "source", "input", "axes", "dims", "padding", "outputs")
_FORMS = {
    "kind": ("name", "kind", "from", "repeat"),
    "block": ("name", "block", "with", "from", "repeat"),
    "sequence": ("name", "sequence", "from", "repeat"),
}


def document_of(data: Any, document: Document) -> Document:
    """A document with what a file or a caller gave: a table with `layers`, or just the list of them."""
    if isinstance(data, list | tuple):
        return replace(document, layers=data)
    if not isinstance(data, Mapping):
        raise document.place().error(
            f"a network must be a table with `layers` or a list of layers, but is {shown(data)}"
        )
    known = (*_SETTINGS, "layers", "blocks")
    for key in data:
        if key not in known:
            word = str(key)[:60]
            raise document.place((), None).error(f"unknown key {cited(word)}{nearest(word, known)}", str(key))
    if "layers" not in data:
        raise document.place().error("a network must have `layers`, but has none")
    settings = {key: data[key] for key in _SETTINGS if data.get(key) is not None}
    blocks = {} if data.get("blocks") is None else data["blocks"]
    return replace(document, layers=data["layers"], blocks=blocks, settings=settings)


def checked(document: Document) -> Document:
    """The same document with every entry in its plain form: a table with known keys, spelt in one way."""
    blocks = document.blocks
    if not isinstance(blocks, Mapping):
        raise document.place(("blocks",)).error(f"`blocks` must be lists of layers by name, but is {shown(blocks)}")
    for name in blocks:
        try:
            check_name(name)
        except BadValueError as error:
            raise document.place(("blocks",)).error(error) from None
    return replace(
        document,
        layers=_entries(document, document.layers, ("layers",)),
        blocks={name: _entries(document, entries, ("blocks", name)) for name, entries in blocks.items()},
    )


def check_name(name: object) -> str:
    """A name without spaces, commas and control characters."""
    if not isinstance(name, str) or not name:
        raise BadValueError(f"a name must be text, but is {shown(name)}", "name")
    if len(name) > MAX_NAME:
        raise BadValueError(
            f"a name must have at most {MAX_NAME} characters, but has {len(name)}: {shown(name)}", "name"
        )
    if not name.isprintable() or any(sign in name for sign in " ,|;="):
        raise BadValueError(f"a name must have no spaces and none of , | ; = in it, but is {shown(name)}", "name")
    if name.rpartition(".")[2] == "input":
        raise BadValueError("a name must not be `input`: that is what a network, block or sequence reads", "name")
    return name


def check_keys(kind: Kind, word: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with the keys of its kind in their one spelling."""
    found: dict[str, Any] = {}
    for key, value in entry.items():
        own = key if key in _FORMS["kind"] else kind.key(key)
        if own is None:
            known = (*kind.keys, *_FORMS["kind"])
            hint = nearest(key[:60], known) or f"; it takes {listed(known)}"
            raise BadValueError(f"{cited(word)} has no {cited(key)}{hint}", key)
        if own in found:
            raise BadValueError(f"{cited(own)} must be given once, but {cited(key)} gives it again", key)
        found[own] = value
    return found


def _entries(document: Document, entries: Any, path: Path) -> list[dict[str, Any]]:
    what = f"`{path[0]}`" if len(path) == 1 else "a sequence" if path[-1] == "sequence" else f"block {cited(path[1])}"
    if not isinstance(entries, list | tuple):
        raise document.place(path).error(f"{what} must be a list of layers, but is {shown(entries)}")
    if not entries:
        raise document.place(path[:-1] if len(path) > 2 else path).error(
            f"{what} must have at least one layer, but is empty"
        )
    if len(path) > 2 * MAX_DEPTH:
        raise document.place(path[:4]).error(f"sequences must lie at most {MAX_DEPTH} deep within one another")
    return [_entry(document, entry, (*path, i)) for i, entry in enumerate(entries)]


def _entry(document: Document, entry: Any, path: Path) -> dict[str, Any]:
    place = document.place(path)
    try:
        table = _table(entry, path)
        name = table.get("name")
        if isinstance(name, str) and not name.startswith("$"):
            place = place.named(check_name(name))
        form = _form(table)
        if form == "sequence":
            table = {**table, "sequence": _entries(document, table["sequence"], (*path, "sequence"))}
        return _checked_form(form, table)
    except BadValueError as error:
        raise place.error(error, error.key) from None


def _table(entry: Any, path: Path) -> dict[str, Any]:
    """An entry in whatever form as a table."""
    if isinstance(entry, str):
        return parse_layer(entry) if entry.strip() else _table(None, path)
    if isinstance(entry, list | tuple):
        position = path[-1]
        return gist_entry(entry, position if isinstance(position, int) else 0)
    if not isinstance(entry, Mapping):
        raise BadValueError(f"a layer must be a table such as {{kind = 'conv', kernel = 3}}, but is {shown(entry)}")
    for key in entry:
        if not isinstance(key, str):
            raise BadValueError(f"a key must be text, but is {shown(key)}")
    return {key: value for key, value in entry.items() if value is not None}


def _form(table: Mapping[str, Any]) -> str:
    forms = [form for form in _FORMS if form in table]
    if len(forms) != 1:
        found = listed(forms) if forms else f"none{_hint(table, _FORMS)}"
        raise BadValueError(f"a layer must have one of {listed(_FORMS)}, but has {found}")
    return forms[0]


def _hint(table: Mapping[str, Any], known: Collection[str]) -> str:
    return next(filter(None, (nearest(key[:60], known) for key in table)), "")


def _checked_form(form: str, table: dict[str, Any]) -> dict[str, Any]:
    word = table[form]
    if form == "kind":
        if not isinstance(word, str):
            raise BadValueError(f"kind must be text, but is {shown(word)}", "kind")
        if word.startswith("$"):
            return table
        kind = find_kind(word)
        if kind is None:
            raise BadValueError(f"unknown kind {cited(word)}{nearest(word[:60], known_words())}", "kind")
        return check_keys(kind, word, table)
    for key in table:
        if key not in _FORMS[form]:
            raise BadValueError(f"a {form} has no {cited(key)}{nearest(key[:60], _FORMS[form])}", key)
    if form == "block" and not isinstance(table.get("with", {}), Mapping):
        raise BadValueError(f"`with` must be a table of parameters, but is {shown(table['with'])}", "with")
    return table
