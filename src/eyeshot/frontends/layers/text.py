"""Layer lists as one line of text: ``"conv k11 s4 | pool k3 s2 | conv k5 p2"``.

Grammar
-------
::

    list    = layer { separator layer }         separator = "|", ";" or a new line
    layer   = kind { option }                   words parted by spaces
    option  = letter value                      k3  k3x5  p1:2  c64  s2
            | word                              ceil  align  same  valid  linear  reflect …
            | key "=" value                     name=stem  from=a,b  output_padding=1
            | "x" count | "*" count             x3: the layer stands three times
    value   = part { "x" part }                 one for all axes, or one per axis
    part    = number | number ":" number        the same before and after, or before:after

Letters: ``k`` kernel, ``s`` stride, ``d`` dilation, ``p`` padding (of a crop: its amounts), ``c`` channels, ``g``
groups, ``f`` factor, ``m`` multiplier, ``op`` output padding, ``size`` and ``scale`` (``scale3/2``).

Words: padding rules (``declared``, ``same``, ``same_lower``, ``valid``, ``gist``), padding modes (``constant``,
``reflect``, ``replicate``, ``circular``), methods of upsampling (``nearest``, ``linear``, ``cubic``, ``area`` …),
``ceil`` and ``align`` (aligned corners).
"""

from __future__ import annotations

import re
from typing import Any

from eyeshot.errors import nearest
from eyeshot.frontends.layers.document import BadValueError, Document
from eyeshot.frontends.layers.kinds.names import Kind, find_kind, known_words
from eyeshot.frontends.layers.padding import RULES
from eyeshot.frontends.layers.wording import cited, listed

__all__ = ["MAX_TEXT", "parse_layer", "parse_text"]

MAX_TEXT = 1_000_000
"""Most characters of a layer list given as text."""

_LETTERS = {
    "k": "kernel", "s": "stride", "d": "dilation", "p": "padding", "c": "channels", "g": "groups", "f": "factor",
    "m": "multiplier", "op": "output_padding", "size": "size", "scale": "scale",
}  # fmt: skip
_WORDS: dict[str, tuple[str, Any]] = {
    **{rule: ("padding", rule) for rule in RULES},
    **{mode: ("mode", mode) for mode in ("constant", "zeros", "reflect", "replicate", "circular")},
    **{
        method: ("method", method)
        for method in ("nearest", "nearest_exact", "linear", "bilinear", "trilinear", "cubic", "bicubic", "area")
    },
    "ceil": ("ceil", True),
    "align": ("align_corners", True),
    "align_corners": ("align_corners", True),
}
_LETTER = re.compile(r"(op|size|scale|[ksdpcgfm])(-?\d.*)", re.ASCII)
_REPEAT = re.compile(r"[x*](\d+)", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,30}", re.ASCII)
_FRACTION = re.compile(r"\d{1,30}(/\d{1,30}|\.\d{1,30})", re.ASCII)


def parse_text(text: str) -> Document:
    """The entries of a layer list in one text.

    Examples
    --------
    >>> parse_text("conv k3 s2 | relu").layers
    [{'kind': 'conv', 'kernel': 3, 'stride': 2}, {'kind': 'relu'}]
    """
    name = " ".join(text.strip().partition("\n")[0][:200].split()) or "layers"
    document = Document(name if len(name) <= 60 else name[:59] + "…", [])
    if len(text) > MAX_TEXT:
        raise document.place().error(f"a layer list must have at most {MAX_TEXT:,} characters, but has {len(text):,}")
    pieces = [piece for piece in re.split(r"[|;\n]", text) if piece.strip()]
    if not pieces:
        raise document.place().error("a layer list must have at least one layer, but is empty")
    layers = []
    for i, piece in enumerate(pieces):
        try:
            layers.append(parse_layer(piece))
        except BadValueError as error:
            raise document.place(("layers", i)).error(error) from None
    return Document(document.name, layers)


def parse_layer(piece: str) -> dict[str, Any]:
    """One layer: its kind, then its options.

    Examples
    --------
    >>> parse_layer("pool k3x5 p1:2x0:0 ceil")
    {'kind': 'pool', 'kernel': [3, 5], 'padding': [[1, 2], [0, 0]], 'ceil': True}
    """
    word, *options = piece.split()
    kind = find_kind(word)
    if kind is None:
        raise BadValueError(f"unknown kind {cited(word)}{nearest(word[:60], known_words())}")
    entry: dict[str, Any] = {"kind": word}
    for option in options:
        key, value = _option(kind, word, option)
        if key in entry:
            raise BadValueError(f"{cited(key)} must be given once, but {cited(option)} gives it again")
        entry[key] = value
    return entry


def _option(kind: Kind, word: str, option: str) -> tuple[str, Any]:
    if "=" in option:
        key, _, value = option.partition("=")
        return _assigned(kind, word, key, value)
    if option in _WORDS:
        key, value = _WORDS[option]
        return _known(kind, word, key, option), value
    if match := _REPEAT.fullmatch(option):
        return "repeat", _value(match[1])
    if match := _LETTER.fullmatch(option):
        return _known(kind, word, _LETTERS[match[1]], option), _value(match[2])
    words = (*_WORDS, *kind.keys)
    raise BadValueError(f"unknown option {cited(option)} of {cited(word)}{nearest(option[:60], words)}")


def _assigned(kind: Kind, word: str, key: str, value: str) -> tuple[str, Any]:
    if key == "name":
        return key, value
    if key == "from":
        return key, value.split(",") if "," in value else value
    if key == "repeat":
        return key, _value(value)
    return _known(kind, word, _LETTERS.get(key, key), key), {"true": True, "false": False}.get(
        value.lower(), _value(value)
    )


def _known(kind: Kind, word: str, key: str, option: str) -> str:
    found = kind.key(key)
    if found is None:
        near = nearest(key[:60], kind.keys) if option == key and key not in _WORDS else ""
        takes = f"; it takes {listed(kind.keys)}" if kind.keys else "; it takes no options"
        raise BadValueError(f"{cited(word)} has no {cited(option)}{near or takes}")
    return found


def _value(text: str) -> Any:
    """Numbers as such, ``3x5`` as a list, ``1:2`` as a pair; all else stays text."""
    if _FRACTION.fullmatch(text) or not text:
        return text
    parts = [_part(part) for part in text.split("x")]
    if None in parts:
        return text
    return parts[0] if len(parts) == 1 and isinstance(parts[0], int) else parts


def _part(text: str) -> int | list[int] | str | None:
    if _NUMBER.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        return text
    before, colon, after = text.partition(":")
    if colon and _NUMBER.fullmatch(before) and _NUMBER.fullmatch(after):
        return [int(before), int(after)]
    return None
