"""Pairs on the command line: arguments of a factory or of a model, and the sizes of several inputs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from eyeshot.errors import InputError

__all__ = ["input_sizes", "named_arguments"]

_TOML = {"true": True, "false": False}
_EXAMPLES = {"--arg": "num_classes=10", "--call": "timestep=5"}
_EXAMPLES |= dict.fromkeys(("--first-arg", "--second-arg"), "weights=DEFAULT")


def named_arguments(pairs: Sequence[str], option: str = "--arg") -> dict[str, Any]:
    """``name=value`` as named arguments; a value is a literal of Python or TOML, or else text.

    Examples
    --------
    >>> named_arguments(["num_classes=10", "pretrained=false", "act=relu", "dims=[64, 128]"])
    {'num_classes': 10, 'pretrained': False, 'act': 'relu', 'dims': [64, 128]}
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, given, value = pair.partition("=")
        name = name.strip()
        if not given or not name.isidentifier():
            raise InputError(f"`{option}` must be such as {_EXAMPLES[option]}, but is {pair!r}")
        if name in found:
            raise InputError(f"`{option}`: `{name}` must be given once, but is given twice")
        found[name] = _literal(value.strip())
    return found


def _literal(text: str) -> Any:
    if text in _TOML:
        return _TOML[text]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        # No literal: a word such as `relu` needs no quotes.
        return text


def input_sizes(texts: Sequence[str]) -> str | list[str] | dict[str, str] | None:
    """One size as it is; several for positional inputs as a list; those with names as a dict.

    Examples
    --------
    >>> input_sizes(["224"]), input_sizes(["left=3x64x64", "right=3x64x64"])
    ('224', {'left': '3x64x64', 'right': '3x64x64'})
    """
    named = [text.partition("=") for text in texts if "=" in text]
    if named and len(named) < len(texts):
        raise InputError("`--input` must have a name everywhere or nowhere where it is given several times")
    if named:
        sizes = {name.strip(): size for name, _, size in named}
        if len(sizes) < len(named):
            raise InputError("`--input` must name each input once")
        return sizes
    return list(texts) if len(texts) > 1 else texts[0] if texts else None
