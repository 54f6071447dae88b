"""Which layers a drawing shows: those that are asked for, or a few that stand for all."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.layout import Layout, layout_of
from eyeshot.analyses.results import LayerField
from eyeshot.errors import InputError

__all__ = ["Selection", "select"]

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


def select(analysis: Analysis, axes: tuple[str, ...], asked: Sequence[str], most: int) -> Selection:
    """Choose layers with a map along all axes of an input.

    Parameters
    ----------
    analysis : Analysis
        Of the network.
    axes : tuple of str
        Names of the input's axes.
    asked : sequence of str
        Names of nodes; without any, neighbours with equally many features are folded, and folds thinned out.
    most : int
        Most layers, where none are asked for.

    Raises
    ------
    InputError
        If a layer that is asked for has no such map, if too many are, or if the network has none.
    """
    names = list(dict.fromkeys(asked)) or [entry.node for entry in analysis.outline()]
    layouts = {name: layout_of(analysis.graph, analysis.graph.by_name[name], analysis.theoretical.fields[name])
               for name in names}  # fmt: skip
    drawable = [name for name in names if layouts[name].names == axes]
    _check_asked(analysis, names if asked else (), layouts, axes)
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
    folds = _folded(drawable, layouts, most)
    ends = {result for _, result in analysis.graph.groups}
    chosen = tuple(next((name for name in reversed(fold) if name in ends), fold[-1]) for fold in folds)
    return Selection(tuple(folds), chosen, tuple(name for name in names if name not in drawable))


def _is_local(row: LayerField) -> bool:
    return any(axis.local_size is not None for axis in row.axes)


def _check_asked(analysis: Analysis, layers: Sequence[str], layouts: dict[str, Layout], axes: tuple[str, ...]) -> None:
    for name in layers:
        if layouts[name].names != axes:
            found = ", ".join(layouts[name].names) or "no axis"
            raise InputError(
                f"layer `{name}` of `{analysis.graph.name}` must have a map along {', '.join(axes)} to be drawn, "
                f"but its features follow {found}"
            )
    if len(layers) > MOST_ASKED:
        raise InputError(
            f"a drawing has room for {MOST_ASKED} layers, but {len(layers)} are asked for; name fewer, "
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
