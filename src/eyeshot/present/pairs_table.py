"""Layers of two networks side by side as plain data: JSON, CSV, Markdown, rows of a frame, arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eyeshot.effects.pairs import sizes_of
from eyeshot.present.numerals import json_number
from eyeshot.present.pairs_text import alone_words, apart_words, jump_words, size_words
from eyeshot.present.table_csv import csv_text
from eyeshot.present.table_markdown import markdown_escaped, pipe_table

if TYPE_CHECKING:
    from eyeshot.analyses.results import LayerField
    from eyeshot.effects.pairs import Comparison, Match, Pair, Side

__all__ = ["SCHEMA", "pairs_arrays", "pairs_csv", "pairs_json", "pairs_markdown", "pairs_rows"]

SCHEMA = "eyeshot.comparison/1"

_SIDES = ("first", "second")
_ENDLESS = (float("inf"), -float("inf"))


def pairs_rows(found: Comparison) -> list[dict[str, Any]]:
    """One row for each pair; with an image, also what was shown of those that are drawn.

    Parameters
    ----------
    found : Comparison
        Two networks.
    """
    shown = dict(zip(found.drawn, found.matches, strict=False))
    return [_row(pair, shown.get(k), has_images=bool(shown)) for k, pair in enumerate(found.pairs)]


def _row(pair: Pair, match: Match | None, *, has_images: bool) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, layer in zip(_SIDES, (pair.first, pair.second), strict=True):
        row[name] = layer.layer if layer is not None else None
        row[f"{name}_field"] = sizes_of(layer) if layer is not None else None
        row[f"{name}_jump"] = _jumps(layer)
    row["apart"] = pair.apart if pair.second is not None else None
    for name in _SIDES if has_images else ():
        row |= {f"{name}_{key}": value for key, value in _feature(match, name).items()}
    return row


def _feature(match: Match | None, name: str) -> dict[str, Any]:
    if match is None:
        return dict.fromkeys(("channel", "feature", "value", "box"))
    views = _side(match, name).views
    return {"channel": views.channel, "feature": views.feature, "value": views.value, "box": views.box}


def _side(match: Match, name: str) -> Side:
    return match.first if name == "first" else match.second


def _jumps(layer: LayerField | None) -> tuple[int | float | None, ...] | None:
    return tuple(json_number(axis.jump) for axis in layer.axes if axis.input == layer.axes[0].input) if layer else None


def pairs_csv(found: Comparison) -> str:
    """The pairs as CSV text; sizes and places of several axes have an ``x`` between them."""
    rows = pairs_rows(found)
    headings = list(rows[0]) if rows else ["first", "second", "apart"]
    return csv_text(headings, ([_flat(row[name]) for name in headings] for row in rows))


def _flat(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    if value and isinstance(value[0], tuple):
        return " ".join(f"{lo}:{hi}" for lo, hi in value)
    return "x".join("varies" if one is None else str(one) for one in value)


def pairs_json(found: Comparison) -> str:
    """The pairs as JSON text in ASCII, ended by a newline."""
    pairs = []
    for row, pair in zip(pairs_rows(found), found.pairs, strict=True):
        sides = {}
        for name, layer in zip(_SIDES, (pair.first, pair.second), strict=True):
            own = {key.removeprefix(f"{name}_"): value for key, value in row.items() if key.startswith(f"{name}_")}
            # JSON has no infinity, which a map may hold.
            own = {key: value for key, value in own.items() if value is not None and value not in _ENDLESS}
            sides[name] = {"layer": layer.layer, "name": layer.name, **own} if layer is not None else None
        pairs.append({**sides, "apart": row["apart"]})
    unmatched = [
        {"layer": row.layer, "name": row.name, "field": sizes_of(row), "jump": _jumps(row)} for row in found.unmatched
    ]
    data = {
        "schema": SCHEMA,
        "first": found.first,
        "second": found.second,
        "pairs": pairs,
        "unmatched": unmatched,
    }
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def pairs_markdown(found: Comparison) -> str:
    """The pairs as Markdown, with a pipe table; names are text, never markup."""
    first, second = markdown_escaped(found.first), markdown_escaped(found.second)
    heads = [first, "field", "jump", second, "field", "jump", "apart"]
    rows = [
        [
            markdown_escaped(text)
            for text in (
                pair.first.layer, size_words(pair.first), jump_words(pair.first),
                pair.second.layer if pair.second is not None else "no match",
                size_words(pair.second), jump_words(pair.second),
                apart_words(pair.apart) if pair.second is not None else "",
            )
        ]
        for pair in found.pairs
    ]  # fmt: skip
    parts = [
        f"**{first}** · **{second}** · layers by what they see",
        pipe_table(heads, rows, (1, 2, 4, 5, 6)),
        alone_words(found, second),
    ]
    return "\n\n".join(parts) + "\n"


def pairs_arrays(found: Comparison) -> Mapping[str, Any]:
    """Names, sizes and distances of all pairs, and the arrays of those that are shown with an image.

    Where a layer has no match its name is empty, and its numbers are NaN.
    """
    pairs = found.pairs
    arrays: dict[str, Any] = {"apart": [pair.apart if pair.second is not None else float("nan") for pair in pairs]}
    both: tuple[list[LayerField | None], ...] = [pair.first for pair in pairs], [pair.second for pair in pairs]
    for name, layers in zip(_SIDES, both, strict=True):
        arrays[name] = [layer.layer if layer is not None else "" for layer in layers]
        arrays[f"{name}.field"] = _filled([sizes_of(layer) if layer is not None else None for layer in layers])
        arrays[f"{name}.jump"] = _filled([_jumps(layer) for layer in layers])
    for k, match in zip(found.drawn, found.matches, strict=False):
        for name in _SIDES:
            side = _side(match, name)
            views, prefix = side.views, f"pair{k}.{name}"
            arrays |= {
                f"{prefix}.patch": views.patch,
                f"{prefix}.activation": side.activation,
                f"{prefix}.box": views.box,
                f"{prefix}.channel": views.channel,
                f"{prefix}.feature": views.feature,
                f"{prefix}.value": views.value,
            }
            arrays |= {f"{prefix}.{view.rule.value}": view.values for view in views.views}
    return arrays


def _filled(rows: Sequence[tuple[Any, ...] | None]) -> list[list[float]]:
    """Rows of one length, NaN where there is nothing."""
    nan, length = float("nan"), max((len(row) for row in rows if row is not None), default=0)
    return [[nan if one is None else one for one in (*(row or ()), *[None] * length)][:length] for row in rows]
