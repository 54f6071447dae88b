"""The public surface: one function to analyse, one to load, and the objects that they return."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.results import AxisField, LayerField, Reach, Region, Table
from eyeshot.errors import FeatureError, ModelReferenceError, nearest
from eyeshot.graph.access import Shape, Status
from eyeshot.graph.core import Graph, Value

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import rich.console

__all__ = ["Field", "Fields", "Graph", "Region", "analyze", "load"]

Reference = str | os.PathLike[str] | Graph | Sequence[Any] | dict[str, Any]


def load(
    model: Reference,
    *,
    input_shape: int | str | Sequence[int] | None = None,
    axes: str | None = None,
    padding: str | None = None,
) -> Graph:
    """Read a model into a graph.

    Parameters
    ----------
    model : str, path, Graph, list or dict
        The name of a built-in network (``"alexnet"``), a layer list (``"conv k3 | pool k2 s2"``), a list of
        ``[kernel, stride, padding]``, a TOML, YAML or JSON file, or the plain data of one. A graph is returned as
        it is.
    input_shape : int, str or sequence of int, optional
        Input size: one number for all axes, one per axis, channels and axes, or the full shape with batch; or text
        such as ``"3x224x224"``. Built-in networks have a default.
    axes : str, optional
        Layout such as ``"NCHW"``, where the shape alone does not tell.
    padding : {"declared", "same", "same_lower", "valid", "gist"}, optional
        Padding rule for the layers that do not say their own.

    Returns
    -------
    Graph
        The network as plain, validated data.

    Raises
    ------
    EyeshotError
        One line that says where, what must hold, what was found and what to do.

    Examples
    --------
    >>> import eyeshot
    >>> graph = eyeshot.load("conv k11 s4 | pool k3 s2", input_shape=227)
    >>> [node.shape[2:] for node in graph.nodes]
    [(55, 55), (27, 27)]
    """
    from eyeshot.frontends.load import load as read
    from eyeshot.graph.validate import validate

    if isinstance(model, Graph):
        validate(model)
    return read(model, input_shape=input_shape, axes=axes, padding=padding)


def analyze(
    model: Reference,
    *,
    input_shape: int | str | Sequence[int] | None = None,
    axes: str | None = None,
    padding: str | None = None,
) -> Fields:
    """Find what every feature of a network can see.

    Parameters
    ----------
    model, input_shape, axes, padding
        As for `load`.

    Returns
    -------
    Fields
        The table of all layers, and the answer for every feature.

    Raises
    ------
    EyeshotError
        One line that says where, what must hold, what was found and what to do.

    Examples
    --------
    >>> import eyeshot
    >>> fields = eyeshot.analyze("alexnet")
    >>> axis = fields["conv5"].axes[0]
    >>> axis.n, int(axis.jump), axis.size, float(axis.start)
    (13, 16, 163, 17.5)
    """
    return Fields(load(model, input_shape=input_shape, axes=axes, padding=padding))


class Fields:
    """What every feature of a network can see; prints as the receptive-field table.

    Index it by layer name, module or block name, node name, or position; iterate over its rows.

    Parameters
    ----------
    graph : Graph
        A valid graph.

    Examples
    --------
    >>> import eyeshot
    >>> fields = eyeshot.analyze("conv k3 s2 p1 | conv k3 s2 p1", input_shape=5)
    >>> [field.axes[0].size for field in fields]
    [3, 7]
    """

    def __init__(self, graph: Graph) -> None:
        self._analysis = Analysis(graph)
        # The walk is what can fail; it fails here and not when something is printed.
        _ = self._analysis.theoretical

    @property
    def graph(self) -> Graph:
        """The network that was analysed."""
        return self._analysis.graph

    @property
    def table(self) -> Table:
        """The table as plain data."""
        return self._analysis.table

    @property
    def status(self) -> Status:
        """The worst status of any layer."""
        return self.table.status

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the rows of the default table."""
        return tuple(self._analysis.layer_ends.values())

    def __len__(self) -> int:
        return len(self._analysis.layer_ends)

    def __iter__(self) -> Iterator[Field]:
        return (Field(self._analysis, name) for name in self.names)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._resolve(key) is not None

    def __getitem__(self, key: str | int) -> Field:
        if isinstance(key, int) and not isinstance(key, bool):
            names = self.names
            if not -len(names) <= key < len(names):
                raise FeatureError(f"`{self.graph.name}` has {len(names)} rows, but row {key} was asked for")
            return Field(self._analysis, names[key])
        found = self._resolve(key) if isinstance(key, str) else None
        if found is None:
            known = (*dict(self.graph.groups), *self._analysis.layer_ends, *self.graph.by_name)
            raise ModelReferenceError(f"`{self.graph.name}` has no layer `{key}`{nearest(str(key), known)}")
        return Field(self._analysis, found)

    def _resolve(self, key: str) -> str | None:
        """The node that a name means: a node's own name first, then a layer's, then a block's."""
        if key in self.graph.by_name:
            return key
        found = self._analysis.layer_ends.get(key) or dict(self.graph.groups).get(key)
        return found if found in self.graph.by_name else None

    def reached_by(self, *pixel: int, input: str | None = None) -> tuple[Reach, ...]:
        """The features of every layer that read one pixel of an input.

        Parameters
        ----------
        *pixel : int
            Index of the pixel along each axis; negative numbers count from the end.
        input : str, optional
            Name of the input; the first by default.

        Returns
        -------
        tuple of Reach
            One for each row of the default table.
        """
        from eyeshot.analyses.support import reach_of

        value = _input(self.graph, input)
        rows = set(self.names)
        reaches = reach_of(self.graph, self._analysis.theoretical, pixel, value)
        return tuple(reach for reach in reaches if reach.layer in rows)

    # ------------------------------------------------------------------ presentation

    def to_dict(self, *, every: bool = False) -> dict[str, Any]:
        """The table as plain data in the schema ``eyeshot.table/1``; `every` node or one row per layer."""
        from eyeshot.present.table_json import table_dict

        return table_dict(self.table, every=every)

    def to_json(self, *, every: bool = False) -> str:
        """The table as JSON text in the schema ``eyeshot.table/1``."""
        from eyeshot.present.table_json import table_json

        return table_json(self.table, every=every)

    def to_csv(self, *, every: bool = False) -> str:
        """The table as CSV text, one line for each layer with all axes side by side."""
        from eyeshot.present.table_csv import table_csv

        return table_csv(self.table, every=every)

    def to_markdown(self, *, every: bool = False) -> str:
        """The table as Markdown."""
        from eyeshot.present.table_markdown import table_markdown

        return table_markdown(self.table, every=every)

    def to_latex(self, *, every: bool = False) -> str:
        """The table as LaTeX (booktabs)."""
        from eyeshot.present.table_latex import table_latex

        return table_latex(self.table, every=every)

    def to_html(self, *, every: bool = False) -> str:
        """The table as self-contained HTML, what notebooks show."""
        from eyeshot.present.table_html import table_html

        return table_html(self.table, every=every)

    def to_frame(self, *, every: bool = False) -> pd.DataFrame:
        """The table as a pandas data frame; needs ``pip install 'eyeshot[frame]'``."""
        from eyeshot.present.table_frame import table_frame

        return table_frame(self.table, every=every)

    def __repr__(self) -> str:
        from eyeshot.present.table_text import table_text

        return table_text(self.table).rstrip("\n")

    def _repr_html_(self) -> str:
        return self.to_html()

    def __rich_console__(
        self, console: rich.console.Console, options: rich.console.ConsoleOptions
    ) -> Iterator[rich.console.RenderableType]:
        from eyeshot.present.screen import Screen
        from eyeshot.present.table_text import table_rich

        yield table_rich(self.table, Screen(width=options.max_width, unicode=not options.ascii_only))


class Field:
    """What the features of one layer can see.

    Made by indexing `Fields`.

    Examples
    --------
    >>> import eyeshot
    >>> conv2 = eyeshot.analyze("alexnet")["conv2"]
    >>> conv2.at(0, 0).box, conv2.at(0, 0).pixels
    (((-16, 35), (-16, 35)), ((0, 35), (0, 35)))
    """

    def __init__(self, analysis: Analysis, name: str) -> None:
        self._analysis = analysis
        self._name = name

    @property
    def row(self) -> LayerField:
        """The layer's numbers as plain data."""
        return self._analysis.row(self._name)

    @property
    def name(self) -> str:
        """Name of the node."""
        return self._name

    @property
    def shape(self) -> Shape:
        """Shape of the layer's output."""
        return self._analysis.graph.shapes[self._name]

    @property
    def axes(self) -> tuple[AxisField, ...]:
        """The theoretical field along each axis of each input."""
        return self.row.axes

    @property
    def status(self) -> Status:
        """How far the numbers can be trusted."""
        return self._analysis.theoretical.status(self._name)

    @property
    def extents(self) -> tuple[tuple[str, int], ...]:
        """Axes by which features are numbered, each with the number of features along it."""
        from eyeshot.analyses.layout import layout_of

        node = self._analysis.graph.by_name[self._name]
        layout = layout_of(self._analysis.graph, node, self._analysis.theoretical.fields[self._name])
        return tuple(zip(layout.names, layout.extents, strict=True))

    def at(self, *index: int, input: str | None = None) -> Region:
        """What one feature reads of an input.

        Parameters
        ----------
        *index : int
            Index of the feature along each axis; negative numbers count from the end.
        input : str, optional
            Name of the input; the first by default.

        Returns
        -------
        Region
            Theoretical box, pixels really read, exact support.

        Raises
        ------
        FeatureError
            If the index lies outside the map.
        """
        from eyeshot.analyses.support import region_of

        graph = self._analysis.graph
        value = _input(graph, input)
        return region_of(graph, graph.by_name[self._name], self._analysis.theoretical, index, value)

    def reached_by(self, *pixel: int, input: str | None = None) -> Reach:
        """The features of this layer that read one pixel of an input: its projective field.

        Parameters
        ----------
        *pixel : int
            Index of the pixel along each axis; negative numbers count from the end.
        input : str, optional
            Name of the input; the first by default.
        """
        from eyeshot.analyses.support import reach_of

        graph = self._analysis.graph
        value = _input(graph, input)
        (reach,) = reach_of(graph, self._analysis.theoretical, pixel, value, graph.by_name[self._name])
        return reach

    def actual(self, axis: str, *, input: str | None = None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The actual field of every feature along one axis: first and last pixel really read.

        Parameters
        ----------
        axis : str
            Name of an axis of the input.
        input : str, optional
            Name of the input; the first by default.

        Returns
        -------
        lo, hi : int64 arrays of equal shape
            Half-open intervals; the shape is that of the layer with 1 along every dimension that does not matter.
            ``lo == hi == 0`` where nothing is read.
        """
        from eyeshot.analyses.support import actual_intervals

        graph = self._analysis.graph
        return actual_intervals(graph, self._analysis.actual, self._name, _input(graph, input), axis)

    def __repr__(self) -> str:
        from eyeshot.present.table_text import table_text

        row = self.row
        table = Table(self._analysis.graph.name, row.status, self._analysis.table.inputs, (row,))
        return table_text(table, every=True).rstrip("\n")


def _input(graph: Graph, name: str | None) -> Value:
    if name is None:
        return graph.inputs[0]
    for value in graph.inputs:
        if value.name == name:
            return value
    known = [value.name for value in graph.inputs]
    raise ModelReferenceError(f"`{graph.name}` has no input `{name}`{nearest(name, known)}; it has {known}")
