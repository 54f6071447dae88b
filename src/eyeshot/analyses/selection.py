"""Which layers a drawing shows: those that are asked for, or a few that stand for all."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.layout import Layout
from eyeshot.analyses.results import LayerField
from eyeshot.errors import InputError

if TYPE_CHECKING:
    from eyeshot.graph.core import Graph, Value

__all__ = ["NONE_ASKED", "Selection", "check_count", "select"]

NONE_ASKED: Mapping[str, str] = MappingProxyType({})
"""No layer is asked for: the drawing chooses."""

MOST_ASKED = 24
_FEW = 3


@dataclass(frozen=True, slots=True)
class Selection:
    """The layers of a drawing.

    Parameters
    ----------
    folds : tuple of tuple of str
        For each drawn layer the nodes that it stands for.
    chosen : tuple of str
        The node that is drawn of each.
    left_out : tuple of str
        Nodes that have no map to draw.
    """

    folds: tuple[tuple[str, ...], ...]
    chosen: tuple[str, ...]
    left_out: tuple[str, ...]


def select(
    analysis: Analysis, value: Value, asked: Mapping[str, str], most: int, *, fitting: bool = False
) -> Selection:
    """Choose layers with a map along all axes of an input.

    Parameters
    ----------
    analysis : Analysis
        Of the network.
    value : Value
        The input that is looked at.
    asked : mapping of str to str
        Names of nodes, each with the name by which it was asked for; without any, neighbours with equally many
        features are folded, and folds thinned out.
    most : int
        Most layers, where none are asked for.
    fitting : bool
        Whether to stop, where none are asked for, before the first layer whose field is as large as the image.

    Raises
    ------
    InputError
        If a layer that is asked for has no such map, if too many are, or if the network has none.
    """
    axes = tuple(axis.name for axis in value.axes)
    names = list(asked) or [entry.node for entry in analysis.outline()]
    layouts = {name: analysis.layout(name) for name in names}
    drawable = [name for name in names if layouts[name].names == axes]
    _check_asked(analysis, asked, layouts, axes)
    if not drawable:
        known = ", ".join(axes)
        raise InputError(
            f"`{analysis.graph.name}` must have a layer with a map along {known} to be drawn, but has none"
        )
    if asked:
        return Selection(tuple((name,) for name in drawable), tuple(drawable), ())
    # A global pooling sees everything, and a map of one feature has nothing to tell apart: they are drawn where there
    # is nothing else, or where they are asked for.
    drawable = [name for name in drawable if _is_local(analysis.row(name))] or drawable
    drawable = [name for name in drawable if max(layouts[name].extents) > 1] or drawable
    left_out = tuple(name for name in names if name not in drawable)
    if fitting:
        drawable = list(itertools.takewhile(lambda name: _fits(analysis.row(name), value), drawable)) or drawable
    folds = _folded(drawable, layouts, most)
    ends = _block_ends(analysis.graph)
    chosen = tuple(next((name for name in reversed(fold) if name in ends), fold[-1]) for fold in folds)
    return Selection(tuple(folds), chosen, left_out)


def _fits(row: LayerField, value: Value) -> bool:
    """Whether a field is smaller than the image."""
    extents = {axis.name: value.shape[axis.dim] for axis in value.axes}
    sizes = [(field.local_size, extents[field.axis]) for field in row.axes if field.input == value.name]
    return all(size is not None and size < n for size, n in sizes)


def _block_ends(graph: Graph) -> set[str]:
    """Nodes that hold the result of a block or module that has parts."""
    names = [name for name, _ in graph.groups]
    inner = {name.rpartition(".")[0] for name in (*names, *(node.layer for node in graph.nodes))}
    return {result for name, result in graph.groups if name in inner}


def _is_local(row: LayerField) -> bool:
    return any(axis.local_size is not None for axis in row.axes)


def _check_asked(
    analysis: Analysis, asked: Mapping[str, str], layouts: dict[str, Layout], axes: tuple[str, ...]
) -> None:
    for name, label in asked.items():
        if layouts[name].names != axes:
            found = ", ".join(layouts[name].names) or "no axis"
            raise InputError(
                f"layer `{label}` of `{analysis.graph.name}` must have a map along {', '.join(axes)} to be drawn, "
                f"but its features follow {found}"
            )
    check_count(asked)


def check_count(asked: Collection[str]) -> None:
    """Raise an `InputError` if more layers are asked for than a drawing has room for."""
    if len(asked) > MOST_ASKED:
        raise InputError(
            f"a drawing has room for {MOST_ASKED} layers, but {len(asked)} are asked for; name fewer, "
            "or none and the drawing chooses"
        )


def _folded(drawable: list[str], layouts: dict[str, Layout], most: int) -> list[tuple[str, ...]]:
    """Neighbouring layers with equally many features as one, then evenly thinned out, first and last kept."""
    folds = [tuple(group) for _, group in itertools.groupby(drawable, key=lambda name: layouts[name].extents)]
    if len(drawable) <= most:
        return [(name,) for name in drawable]
    if most == 1:
        return folds[-1:]
    if len(folds) < min(most, _FEW):
        # All of one size, as in a network that keeps it: every so-many-th layer stands for those before it.
        ends = sorted({round((i + 1) * len(drawable) / most) for i in range(most)})
        return [tuple(drawable[a:b]) for a, b in zip((0, *ends), ends, strict=False)]
    if len(folds) <= most:
        return folds
    kept = sorted({round(i * (len(folds) - 1) / (most - 1)) for i in range(most)})
    return [folds[i] for i in kept]
