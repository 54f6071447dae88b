"""`Field`: what the features of one layer can see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.results import AxisField, LayerField, Reach, Region, Table
from eyeshot.api.naming import input_named
from eyeshot.graph.access import Shape, Status

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from eyeshot.present.picture import Animation

__all__ = ["Field"]


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
        """How far the numbers can be trusted; partial for the last value of a network that was read no further."""
        return self.row.status

    @property
    def extents(self) -> tuple[tuple[str, int], ...]:
        """Axes by which features are numbered, each with the number of features along it."""
        layout = self._analysis.layout(self._name)
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

        return region_of(self._analysis, self._name, index, input_named(self._analysis.graph, input))

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
        value = input_named(graph, input)
        (reach,) = reach_of(self._analysis, pixel, value, graph.by_name[self._name])
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
        return actual_intervals(graph, self._analysis.actual, self._name, input_named(graph, input), axis)

    def animate(
        self,
        *,
        way: str = "gather",
        view: str = "flat",
        numbers: bool = False,
        values: Sequence[Sequence[int]] = (),
        weights: Sequence[Sequence[int]] = (),
        grey: bool = False,
        theme: str = "light",
    ) -> Animation:
        """Show how the layer computes its outputs, one after another; of a large layer, the first few.

        Parameters
        ----------
        way : {"gather", "stamp", "zeros"}
            From output to output; of a transposed convolution also from input to input, each stamped onto the output,
            or as a convolution of inputs laid apart with zeros between them.
        view : {"flat", "oblique"}
            Maps beside each other, or above each other.
        numbers : bool
            Whether values, weights and sums are shown; those of a well-known example unless given.
        values, weights : sequence of sequence of int
            Rows of the input and of the kernel.
        grey : bool
            Whether cells have the grey of their value.
        theme : {"light", "dark"}
            Colours.

        Returns
        -------
        Animation
            Saves itself as GIF, WebP, numbered frames, or a strip.

        Examples
        --------
        >>> import eyeshot
        >>> animation = eyeshot.analyze("conv k3 s2 p1", input_shape=5)["conv1"].animate()
        >>> animation.scenes[1].description
        'output (0, 1) reads rows −1, 0, 1 and columns 1, 2, 3. Frame 2 of 9.'
        """
        from eyeshot.analyses.steps import steps_of
        from eyeshot.present.arithmetic.frames import frames_of
        from eyeshot.present.arithmetic.numbers import numbers_for
        from eyeshot.present.arithmetic.stage import scenes
        from eyeshot.present.picture import Animation
        from eyeshot.present.scene.palette import theme_named

        graph = self._analysis.graph
        steps = steps_of(graph, graph.by_name[self._name], self._analysis.theoretical)
        is_one_of_several = len({node.layer for node in graph.nodes}) > 1
        frames = frames_of(steps, way, model=graph.name if is_one_of_several else "")
        shown = numbers_for(frames, values, weights) if numbers or values or weights else None
        return Animation(scenes(frames, view=view, numbers=shown, grey=grey), theme_named(theme))

    def __repr__(self) -> str:
        from eyeshot.present.table_text import table_text

        row = self.row
        table = Table(self._analysis.graph.name, row.status, self._analysis.table.inputs, (row,))
        return table_text(table).rstrip("\n")
