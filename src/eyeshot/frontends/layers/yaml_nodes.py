"""YAML as plain data, with limits: no tags, no repeated keys, no aliases that multiply, YAML 1.2's plain values.

PyYAML resolves plain values by YAML 1.1, where ``1:2`` is 62 and ``no`` is false. So it only parses here, and
values are resolved by the core schema of YAML 1.2.
"""

from __future__ import annotations

import re
from typing import Any

from eyeshot.errors import LayerListError
from eyeshot.frontends.layers.wording import cited

__all__ = ["YamlError", "compose", "read_yaml"]

_MAX_NODES = 500_000
_MAX_DEPTH = 100
_INT = re.compile(r"[-+]?[0-9]{1,100}", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII
)
_PLAIN = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map")}


class YamlError(LayerListError):
    """Text that is not YAML of the kind taken here, with its line if it is known."""

    def __init__(self, text: str, line: int | None = None) -> None:
        super().__init__(text)
        self.line = line


def read_yaml(text: str) -> Any:
    """Plain data from YAML text.

    Raises
    ------
    YamlError
        Naming the line.
    """
    node = compose(text)
    return None if node is None else _Reader().read(node, 0)


def compose(text: str) -> Any:
    """The tree of YAML nodes of a text, each with its place; None if it is empty."""
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        problem = " ".join(str(error.problem or error.context).split())
        raise YamlError(f"not valid YAML: {problem[:200]}", None if mark is None else mark.line + 1) from None
    except yaml.YAMLError as error:
        raise YamlError(f"not valid YAML: {' '.join(str(error).split())[:200]}") from None
    except RecursionError:
        raise YamlError("not readable YAML: it is nested too deeply") from None


class _Reader:
    def __init__(self) -> None:
        self._count = 0

    def read(self, node: Any, depth: int) -> Any:
        line = node.start_mark.line + 1
        self._count += 1
        if self._count > _MAX_NODES:
            raise YamlError(f"the file must hold at most {_MAX_NODES:,} values, aliases counted, but holds more", line)
        if depth > _MAX_DEPTH:
            raise YamlError(f"values must lie at most {_MAX_DEPTH} deep within one another", line)
        if node.tag not in _TAGS:
            raise YamlError(f"tags must not be used, but {node.tag[:60]!r} is", line)
        if node.id == "sequence":
            return [self.read(part, depth + 1) for part in node.value]
        if node.id == "mapping":
            return self._mapping(node, depth)
        return node.value if node.style is not None else _plain(node.value)

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if key_node.id != "scalar":
                raise YamlError("a key must be text", line)
            if key in found:
                raise YamlError(f"keys must be unique, but {cited(key)} stands twice", line)
            if key == "<<":
                raise YamlError("merge keys (<<) must not be used; use blocks", line)
            found[key] = self.read(value_node, depth + 1)
        return found


def _plain(text: str) -> Any:
    if text in _PLAIN:
        return _PLAIN[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
