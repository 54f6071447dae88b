"""Layer lists from files: TOML, YAML and JSON as plain data, with limits and with the lines of errors."""

from __future__ import annotations

import json
import os
import re
from functools import partial
from pathlib import Path
from typing import Any

from eyeshot.errors import InputError, LayerListError, ModelReferenceError
from eyeshot.frontends.layers.document import Document
from eyeshot.frontends.layers.lines import toml_line, tree_line
from eyeshot.frontends.layers.schema import document_of
from eyeshot.frontends.layers.wording import cited

__all__ = ["MAX_BYTES", "SUFFIXES", "check_depth", "decode", "parse_file", "read_data", "read_file"]

SUFFIXES = (".toml", ".yaml", ".yml", ".json")
"""Endings of layer-list files."""
MAX_BYTES = {".toml": 10_000_000, ".json": 50_000_000, ".yaml": 1_000_000, ".yml": 1_000_000}
"""Largest files; YAML's parser is the slowest by far."""
_MAX_DEPTH = 100
_MAX_VALUES = 5_000_000


def read_file(path: str) -> str:
    """The text of a file.

    Raises
    ------
    ModelReferenceError
        If there is no such file.
    LayerListError
        If it is too large or not UTF-8.
    """
    limit = MAX_BYTES[Path(path).suffix.lower()]
    try:
        if not os.path.isfile(path):
            raise ModelReferenceError(f"there is no file {path!r}")
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InputError(f"{path!r} cannot be read: {reason}") from None
    return decode(data, path)


def decode(data: bytes, path: str) -> str:
    """The text in the bytes of a file.

    Raises
    ------
    LayerListError
        If there are too many, or they are not UTF-8.
    """
    limit = MAX_BYTES[Path(path).suffix.lower()]
    if len(data) > limit:
        raise LayerListError(f"{path}: a layer list must have at most {limit:,} bytes, but has more")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LayerListError(f"{path}, line {line}: a layer list must be UTF-8 text, but is not") from None


def parse_file(text: str, path: str) -> Document:
    """The document in the text of a file; its format goes by the ending of `path`."""
    suffix = Path(path).suffix.lower()
    locate = partial(toml_line if suffix == ".toml" else tree_line, text)
    document = Document(Path(path).stem or "layers", [], origin=path, locate=locate)
    return document_of(read_data(text, suffix, path), document)


def read_data(text: str, suffix: str, origin: str) -> Any:
    """Plain data from text in the format of a suffix; `origin` is what errors call the text."""
    reader = {".toml": _toml, ".json": _json}.get(suffix, _yaml)
    try:
        data = reader(text)
        check_depth(data)
    except LayerListError as error:
        line = getattr(error, "line", None)
        raise LayerListError(f"{origin}, line {line}: {error}" if line else f"{origin}: {error}") from None
    except RecursionError:
        raise LayerListError(f"{origin}: values must lie at most {_MAX_DEPTH} deep within one another") from None
    return data


def check_depth(data: Any) -> None:
    """Refuse data that are nested too deeply, contain themselves, or are too many."""
    stack = [(data, 0)]
    count = 0
    while stack:
        value, depth = stack.pop()
        count += 1
        if depth > _MAX_DEPTH:
            raise LayerListError(f"values must lie at most {_MAX_DEPTH} deep within one another")
        if count > _MAX_VALUES:
            raise LayerListError(f"there must be at most {_MAX_VALUES:,} values, but there are more")
        if isinstance(value, dict):
            stack += [(part, depth + 1) for part in value.values()]
        elif isinstance(value, list | tuple):
            stack += [(part, depth + 1) for part in value]


_DIGITS = "a number must have at most 4,300 digits, but one has more"
"""Python itself refuses to read longer ones."""


class _TextError(LayerListError):
    def __init__(self, text: str, line: int | None = None) -> None:
        super().__init__(text)
        self.line = line


def _toml(text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(found[1]) if found and found[1] else None
        problem = str(error)[: found.start()] if found else str(error)
        raise _TextError(f"not valid TOML: {problem[:200]}", line) from None
    except ValueError:
        raise _TextError(_DIGITS) from None


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _TextError(f"not valid JSON: {error.msg}", error.lineno) from None
    except LayerListError:
        raise
    except ValueError:
        raise _TextError(_DIGITS) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise LayerListError(f"keys must be unique, but {cited(key)} stands twice")
        found[key] = value
    return found


def _no_constant(word: str) -> Any:
    raise LayerListError(f"numbers must be finite, but one is {word}")


def _yaml(text: str) -> Any:
    from eyeshot.frontends.layers.yaml_nodes import read_yaml

    return read_yaml(text)
