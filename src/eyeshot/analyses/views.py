"""What a drawing of a network needs: for each drawn layer some of its features, their boxes, and what is left out.

Drawings have room for a few maps and a few features of each. Which ones they show is decided here, and what they do
not show is part of the result, so that a picture can say it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.lattice import boxes_on_lattice
from eyeshot.analyses.layout import Layout, checked_index
from eyeshot.analyses.results import Box, InputInfo, LayerField, Region
from eyeshot.analyses.selection import NONE_ASKED, select
from eyeshot.analyses.steps import steps_of
from eyeshot.analyses.support import region_of
from eyeshot.analyses.windows import windows_of
from eyeshot.errors import InputError

if TYPE_CHECKING:
    from eyeshot.graph.core import Value

__all__ = ["Feature", "LayerView", "Spot", "Views", "views_of"]

Feature = tuple[int | str, ...] | str
"""A feature as a person names it: an index, a word for all axes, or a word for some of them."""

MOST_LAYERS = 6
MOST_PADDED = 20
_PLACES: dict[str, Callable[[int], int]] = {"first": lambda _: 0, "center": lambda n: n // 2, "last": lambda n: n - 1}


@dataclass(frozen=True, slots=True)
class Spot:
    """A feature and its theoretical box, the same as `at` says."""

    feature: tuple[int, ...]
    box: Box

    @property
    def center(self) -> tuple[float, ...]:
        """Centre of the box."""
        return tuple((lo + hi) / 2 for lo, hi in self.box)


@dataclass(frozen=True, slots=True)
class LayerView:
    """One layer as a drawing shows it.

    Parameters
    ----------
    field : LayerField
        Its row, under the name by which it was asked for.
    node : str
        Name of the node that holds it.
    extents : tuple of int
        Features along each axis of the input.
    window : box
        Features that the traced feature reads in this layer; empty intervals if it reads none.
    padding : tuple of (int, int)
        Cells before and behind the map drawn before this one that its windows read along each axis; empty where
        another map lies between them, or where that map is large.
    regions : tuple of Region
        What the features that are singled out read; the first one is the focus.
    spots : tuple of Spot
        Features of the map: those of the last two axes, in the slice of the focus.
    every : tuple of int
        Along each of the last two axes every how many-th feature is among them.
    folded : tuple of str
        Names of all layers with equally many features that this one stands for, itself included.
    """

    field: LayerField
    node: str
    extents: tuple[int, ...]
    window: Box
    padding: tuple[tuple[int, int], ...]
    regions: tuple[Region, ...]
    spots: tuple[Spot, ...]
    every: tuple[int, ...]
    folded: tuple[str, ...]

    @property
    def focus(self) -> Region:
        """The feature whose field is drawn."""
        return self.regions[0]


@dataclass(frozen=True, slots=True)
class Views:
    """Some layers of a network as a drawing shows them.

    Parameters
    ----------
    model : str
        Name of the network.
    input : InputInfo
        The input in whose pixels everything is.
    layers : tuple of LayerView
        In order; the traced feature is the focus of the last one.
    rows : int
        Rows of the network's default table.
    left_out : tuple of str
        Rows that have no map along the input's axes.
    """

    model: str
    input: InputInfo
    layers: tuple[LayerView, ...]
    rows: int
    left_out: tuple[str, ...]


def views_of(
    analysis: Analysis,
    value: Value,
    *,
    layers: Mapping[str, str] = NONE_ASKED,
    features: Sequence[Feature] = ("center",),
    most_layers: int = MOST_LAYERS,
    most_spots: int = 12,
    fitting: bool = False,
) -> Views:
    """Choose layers and features, and find their boxes.

    Parameters
    ----------
    analysis : Analysis
        Of the network.
    value : Value
        The input that is looked at.
    layers : mapping of str to str
        Names of nodes, each with the name by which it was asked for; by default the last layer of each size, thinned
        out to `most_layers`.
    features : sequence of tuple of int or str, or of str
        Features that are singled out: an index, or ``"first"``, ``"center"``, ``"last"`` for all of it or along an
        axis. The first one, of the last layer, is traced; the others of its layers take
        their focus from it.
    most_layers, most_spots : int
        Most layers that are chosen, and most features that are listed along an axis.
    fitting : bool
        Whether to choose, where no layer is asked for, among those before fields grow as large as the image.

    Raises
    ------
    InputError
        If a layer that is asked for has no map along the axes of the input, or if too many are asked for.
    """
    selection = select(analysis, value, layers, most_layers, fitting=fitting)
    rows = {name: _named(analysis, name, layers.get(name)) for name in (*selection.chosen, *selection.left_out)}
    last = selection.chosen[-1]
    focus = _index(features[0], analysis.layout(last), rows[last].name)
    windows = windows_of(analysis.graph, analysis.graph.by_name[last], analysis.theoretical, focus, selection.chosen)
    drawer = _Viewer(analysis, value, rows, windows, tuple(features), most_spots)
    before = (value.name, *selection.chosen)
    views = tuple(map(drawer.view, selection.chosen, before, selection.folds))
    info = next(info for info in analysis.inputs if info.name == value.name)
    left_out = tuple(rows[name].name for name in selection.left_out)
    return Views(analysis.graph.name, info, views, len(analysis.outline()), left_out)


@dataclass(frozen=True, slots=True)
class _Viewer:
    """What all views of a drawing share."""

    analysis: Analysis
    value: Value
    rows: dict[str, LayerField]
    windows: dict[str, Box]
    features: tuple[Feature, ...]
    most_spots: int

    def view(self, name: str, before: str, fold: tuple[str, ...]) -> LayerView:
        """The view of one layer; `before` is the map drawn before it."""
        graph, walk = self.analysis.graph, self.analysis.theoretical
        layout = self.analysis.layout(name)
        window = self.windows.get(name, ((0, 0),) * len(layout.names))
        row = self.rows[name]
        regions = tuple(
            replace(region_of(self.analysis, name, index, self.value), layer=row.name)
            for index in self._singled_out(name, window)
        )
        image = tuple(self.value.shape[axis.dim] for axis in self.value.axes)
        every = _steps(layout.extents[-2:], image[-2:], self.most_spots)
        field = tuple(term for term in walk.fields[name] if term.input == graph.inputs.index(self.value))
        lines = _lines(regions[0].feature, layout.extents, every)
        spots = (Spot(index, box) for index, box in boxes_on_lattice(field, layout, lines, len(layout.names)))
        return LayerView(
            row,
            name,
            layout.extents,
            window,
            _padding(self.analysis, name, before),
            regions,
            tuple(spot for spot in spots if all(hi > lo for lo, hi in spot.box)),
            every,
            fold,
        )

    def _singled_out(self, name: str, window: Box) -> Iterable[tuple[int, ...]]:
        """The features that are asked for; of one, in each layer the middle of what it reads there."""
        layout = self.analysis.layout(name)
        if len(self.features) > 1:
            return dict.fromkeys(_index(feature, layout, self.rows[name].name) for feature in self.features)
        pairs = zip(window, layout.extents, strict=True)
        return [tuple((lo + hi - 1) // 2 if hi > lo else n // 2 for (lo, hi), n in pairs)]


def _steps(extents: tuple[int, ...], image: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Of how many features along each axis one is listed: as far apart along a short side as along the longest."""
    if len(image) != len(extents):
        return tuple(-(-n // most) for n in extents)
    longest = max(range(len(image)), key=image.__getitem__)
    apart = -(-extents[longest] // most) * image[longest] / extents[longest]
    return tuple(max(1, round(apart * n / side)) for n, side in zip(extents, image, strict=True))


def _named(analysis: Analysis, node: str, asked: str | None) -> LayerField:
    """The row of a node, as it was asked for or as the table names it."""
    row = analysis.row(node)
    found = next((entry for entry in analysis.outline() if entry.node == node), None)
    if found is not None:
        row = replace(row, name=found.name, source=found.kind, repeats=found.repeats)
    return row if asked is None else replace(row, name=asked)


def _padding(analysis: Analysis, name: str, before: str) -> tuple[tuple[int, int], ...]:
    """How far the windows of a layer go beyond a small map, if that is what it reads."""
    if max(_sizes(analysis, before)) > MOST_PADDED:
        return ()
    try:
        steps = steps_of(analysis.graph, analysis.graph.by_name[name], analysis.theoretical)
    except InputError:
        # A branch or a reshape: there is no window whose padding could be drawn.
        return ()
    if steps.operand != before or steps.op != "window":
        return ()
    taps = [[tap.at for taps in axis.taps for tap in taps] for axis in steps.axes]
    return tuple((max(0, -min(at)), max(0, max(at) - axis.n_in + 1)) for at, axis in zip(taps, steps.axes, strict=True))


def _sizes(analysis: Analysis, name: str) -> tuple[int, ...]:
    """All dimensions of a value but batch and channels."""
    return analysis.graph.shapes[name][2:] or (0,)


def _lines(focus: tuple[int, ...], extents: tuple[int, ...], every: tuple[int, ...]) -> list[Sequence[int]]:
    """Indices along each axis: of the last two every so-many-th, the focus among them, of those before its own."""
    head = len(focus) - len(every)
    along = (range(i % k, n, k) for i, n, k in zip(focus[head:], extents[head:], every, strict=True))
    return [*((i,) for i in focus[:head]), *along]


def _index(feature: Feature, layout: Layout, name: str) -> tuple[int, ...]:
    """A feature as an index; a single word stands for all axes."""
    parts = (feature,) * len(layout.extents) if isinstance(feature, str) else feature
    for part in parts:
        if isinstance(part, str) and part not in _PLACES:
            raise InputError(f"a feature must be an index, or one of {', '.join(_PLACES)}; found {part!r}")
    extents = (*layout.extents, *(0,) * len(parts))
    index = tuple(_PLACES[part](n) if isinstance(part, str) else part for part, n in zip(parts, extents, strict=False))
    return checked_index(index, layout.extents, layout.names, f"layer `{name}`")
