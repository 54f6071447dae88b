"""`Fields`: what every feature of a network can see."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.results import Reach, Table
from eyeshot.api.field import Field
from eyeshot.api.naming import Inputs, hint, input_named
from eyeshot.errors import FeatureError, ModelReferenceError
from eyeshot.graph.access import Status
from eyeshot.graph.core import Graph

if TYPE_CHECKING:
    import pandas as pd
    import rich.console
    from matplotlib.axes import Axes

    from eyeshot.analyses.views import Feature
    from eyeshot.present.picture import Picture

__all__ = ["Fields"]

_REST = "to_text(every=True)"
"""How the table's text says that all rows are shown in Python."""


class Fields:
    """What every feature of a network can see; prints as the receptive-field table.

    Index it by layer name, module path or block name (what the module returns; ``"block#2"`` is the second call of a
    module that is called several times, ``"block.2"`` always its child), node name, or position; iterate over its
    rows.

    The rows that stand for a PyTorch model are the module calls and operations that change the number of features,
    the jump or the size, those in which branches with different fields meet, and the outputs; what a loop over
    one module or one line makes is one row, the last, with its number (``row.repeats``). What prints or
    exports the table takes ``every=True`` for all operations, and ``depth=2`` for one row for each module with a
    path of two parts, such as ``layer1.0``.

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
        self._whole = Analysis(graph)
        # The walk is what can fail; it fails here and not when something is printed.
        _ = self._whole.theoretical

    @property
    def _analysis(self) -> Analysis:
        """With the parts of values that have rows of their own."""
        return self._whole.by_parts

    @property
    def graph(self) -> Graph:
        """The network that was analysed."""
        return self._whole.graph

    @property
    def inputs(self) -> Inputs:
        """The network's inputs, by name or position, each with `name`, `shape` and `axes`."""
        return Inputs(self.graph)

    @property
    def table(self) -> Table:
        """The table as plain data."""
        return self._analysis.table_of()

    def table_of(self, *, every: bool = False, depth: int | None = None) -> Table:
        """The table as plain data, with a row for every operation, or with modules folded by their paths."""
        return self._analysis.table_of(every=every, depth=depth)

    @property
    def status(self) -> Status:
        """The worst status of any operation; partial if the model was read up to a data-dependent step only."""
        return self._whole.status

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the rows of the default table."""
        return tuple(entry.node for entry in self._analysis.outline())

    def __len__(self) -> int:
        return len(self._analysis.outline())

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
            raise ModelReferenceError(f"`{self.graph.name}` has no layer `{key}`{hint(self.graph, str(key))}")
        return Field(self._whole if found in self.graph.by_name else self._analysis, found)

    def _resolve(self, key: str) -> str | None:
        """The node that a name means: a node's own name first, then a layer's, then a block's."""
        if key in self.graph.by_name:
            return key
        found = self._whole.layer_ends.get(key) or dict(self.graph.groups).get(key)
        if found in self.graph.by_name:
            return found
        stem, bracket, part = key.rpartition("[")
        whole = self._resolve(stem) if bracket else None
        return f"{whole}[{part}" if whole and f"{whole}[{part}" in self._analysis.graph.by_name else None

    def reached_by(
        self, *pixel: int, input: str | None = None, every: bool = False, depth: int | None = None
    ) -> tuple[Reach, ...]:
        """The features of every layer that read one pixel of an input.

        Parameters
        ----------
        *pixel : int
            Index of the pixel along each axis; negative numbers count from the end.
        input : str, optional
            Name of the input; the first by default.
        every, depth
            Rows as for the table.

        Returns
        -------
        tuple of Reach
            One for each row of the table.
        """
        from eyeshot.analyses.support import reach_of

        value = input_named(self.graph, input)
        reaches = {reach.layer: reach for reach in reach_of(self._analysis, pixel, value)}
        entries = self._analysis.outline(every=every, depth=depth)
        return tuple(replace(reaches[entry.node], layer=entry.name) for entry in entries)

    # ------------------------------------------------------------------ presentation

    def to_text(self, *, every: bool = False, depth: int | None = None) -> str:
        """The table as text: what is printed, with a choice of rows."""
        from eyeshot.present.table_text import table_text

        rest = "" if every else _REST
        return table_text(self.table_of(every=every, depth=depth), rest=rest).rstrip("\n")

    def to_dict(self, *, every: bool = False, depth: int | None = None) -> dict[str, Any]:
        """The table as plain data in the schema ``eyeshot.table/1``."""
        from eyeshot.present.table_json import table_dict

        return table_dict(self.table_of(every=every, depth=depth))

    def to_json(self, *, every: bool = False, depth: int | None = None) -> str:
        """The table as JSON text in the schema ``eyeshot.table/1``."""
        from eyeshot.present.table_json import table_json

        return table_json(self.table_of(every=every, depth=depth))

    def to_csv(self, *, every: bool = False, depth: int | None = None) -> str:
        """The table as CSV text, one line for each layer with all axes side by side."""
        from eyeshot.present.table_csv import table_csv

        return table_csv(self.table_of(every=every, depth=depth))

    def to_markdown(self, *, every: bool = False, depth: int | None = None) -> str:
        """The table as Markdown."""
        from eyeshot.present.table_markdown import table_markdown

        return table_markdown(self.table_of(every=every, depth=depth))

    def to_latex(self, *, every: bool = False, depth: int | None = None) -> str:
        """The table as LaTeX (booktabs)."""
        from eyeshot.present.table_latex import table_latex

        return table_latex(self.table_of(every=every, depth=depth))

    def to_html(self, *, every: bool = False, depth: int | None = None) -> str:
        """The table as self-contained HTML, what notebooks show."""
        from eyeshot.present.table_html import table_html

        return table_html(self.table_of(every=every, depth=depth))

    def to_frame(self, *, every: bool = False, depth: int | None = None) -> pd.DataFrame:
        """The table as a pandas data frame; needs ``pip install 'eyeshot[frame]'``."""
        from eyeshot.present.table_frame import table_frame

        return table_frame(self.table_of(every=every, depth=depth))

    def draw(
        self,
        style: str = "pair",
        *,
        layers: Sequence[str | int] = (),
        at: Sequence[Any] | str = (),
        input: str | None = None,
        image: str | os.PathLike[str] | None = None,
        beside: Sequence[Fields] = (),
        theme: str = "light",
        ax: Axes | None = None,
    ) -> Picture:
        """Draw the network; `Picture` saves itself as SVG, PDF or PNG and shows itself in notebooks.

        Parameters
        ----------
        style : {"pair", "common", "fixed", "procedure", "boxes", "growth"}
            Maps that get smaller, maps of the input's size, or both; the four equations with numbers; fields on the
            image; field size against depth.
        layers : sequence of str or int
            Which layers, as for ``fields[...]``; the picture calls them so. Without any, the drawing chooses and says
            what it leaves out.
        at : tuple of int, str, or several of them
            Which features: an index, ``"first"``, ``"center"`` or ``"last"``; these words may stand in an index too.
        input : str, optional
            Name of the input; the first by default.
        image : path, optional
            A photo, for *boxes*; it is fitted to the input's size.
        beside : sequence of Fields
            More networks, for *growth*.
        theme : {"light", "dark"}
            Colours.
        ax : matplotlib.axes.Axes, optional
            Axes to draw onto. *boxes* and *growth* are drawn in the axes' coordinates, with a legend; boxes lie right
            on what ``imshow`` shows there, which is not covered. All others fill the axes as large as these are now.

        Returns
        -------
        Picture
            What was drawn.

        Raises
        ------
        EyeshotError
            One line that says where, what must hold, what was found and what to do.

        Examples
        --------
        >>> import eyeshot
        >>> picture = eyeshot.analyze("alexnet").draw("growth")
        >>> picture.scene.title
        'alexnet · receptive-field growth'
        """
        from eyeshot.present.drawings.draw import drawing_of
        from eyeshot.present.picture import Picture
        from eyeshot.present.scene.palette import theme_named

        scene = drawing_of(
            self._analysis,
            style,
            layers=self._asked(layers),
            features=_features(at),
            input_name=input_named(self.graph, input).name,
            image=image,
            beside=[fields.table for fields in beside],
        )
        picture = Picture(scene, theme_named(theme))
        if ax is not None:
            picture.onto(ax)
        return picture

    def _asked(self, layers: Sequence[str | int]) -> dict[str, str]:
        """Nodes with the names by which they were asked for; one that was asked for twice has both."""
        rows = {entry.node: entry.name for entry in self._analysis.outline()}
        found: dict[str, list[str]] = {}
        for layer in layers:
            node = self[layer].name
            found.setdefault(node, []).append(layer if isinstance(layer, str) else rows[node])
        return {node: " = ".join(dict.fromkeys(names)) for node, names in found.items()}

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return self.to_html()

    def __rich_console__(
        self, console: rich.console.Console, options: rich.console.ConsoleOptions
    ) -> Iterator[rich.console.RenderableType]:
        from eyeshot.present.screen import Screen
        from eyeshot.present.table_text import table_rich

        yield table_rich(self.table, Screen(width=options.max_width, unicode=not options.ascii_only), rest=_REST)


def _features(at: Sequence[Any] | str) -> list[Feature]:
    """Features from one index, one word, or several of them; an index has a number among its parts."""
    if isinstance(at, str):
        return [at]
    if at and any(hasattr(part, "__index__") for part in at):
        return [_feature(at)]
    return [part if isinstance(part, str) else _feature(part) for part in at]


def _feature(index: Sequence[Any]) -> Feature:
    return tuple(part if isinstance(part, str) else int(part) for part in index)
