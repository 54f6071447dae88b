"""Settings for another tool, as YAML with the warnings as comments."""

from __future__ import annotations

import yaml

from eyeshot.plan.exports import Export

__all__ = ["export_text"]


def export_text(export: Export) -> str:
    """What to write into the other tool's file or call, ended by a newline."""
    lines = [f"# {warning}\n" for warning in export.warnings]
    return "".join(lines) + yaml.safe_dump(_plain(export.settings), sort_keys=False, default_flow_style=None)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
