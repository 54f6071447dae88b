"""What analyses answer: frozen data that know nothing of how they are shown."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from eyeshot.graph.access import Shape, Status

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["AxisField", "Box", "InputInfo", "Interval", "LayerField", "Product", "Reach", "Region", "Scope", "Table"]

Interval = tuple[int, int]
"""Half open ``[lo, hi)``."""
Box = tuple[Interval, ...]
"""One interval per axis."""
Runs = tuple[Interval, ...]
Product = tuple[Runs, ...]
"""Per axis a set of indices as runs; together the product of these sets."""


class Scope(enum.StrEnum):
    """How far the paths to a layer reach along an axis.

    Examples
    --------
    >>> Scope.CAUSAL == "causal"
    True
    """

    LOCAL = "local"
    """Each feature reads a window around its place."""
    GLOBAL = "global"
    """Some path reads a whole map along the axis: all of the image, or all that a crop has left of it."""
    CAUSAL = "causal"
    """Some path reads all up to here: a running sum, a recurrent layer, causal attention."""
    ANTICAUSAL = "anticausal"
    """Some path reads all from here on."""


@dataclass(frozen=True, slots=True)
class AxisField:
    """The theoretical field of a layer along one input axis.

    Parameters
    ----------
    input, axis : str
        Names of the network input and of its axis.
    n : int
        Features along the axis, as `at` numbers them.
    jump : Fraction or None
        Distance of neighbouring features in input pixels; beside global paths that of the others, 0 if there are
        none (then all features read the same). Of a causal layer the advance of the last pixel read, of an anticausal
        one that of the first. None where it varies: no single distance exists.
    size, size_min : int
        Receptive-field size in pixels, the largest and the smallest over the features, of all paths.
    start : Fraction
        Centre of the first feature that reads anything, with the centre of the first pixel at 0.5; beside global paths
        that of the others.
    padding : int
        Effective padding: −lo of that feature, of the same paths.
    period : int or None
        Features after which the field repeats, beside global paths that of the others; None if it does not, or not at
        the borders of the image.
    local_size : int or None
        Size over the paths that are local; None if there are none.
    misaligned : Fraction or None
        Largest distance in pixels between the centres of branches that meet here (mean over a period); 0 if they
        agree or none meet. None where no one distance is known: most often branches of different jumps, which lie the
        further apart the further on.
    status : Status
        How far the numbers can be trusted.
    reach : Scope
        How far the paths reach: ``"local"``, ``"global"``, ``"causal"`` (all up to here) or ``"anticausal"``.
    """

    input: str
    axis: str
    n: int
    jump: Fraction | None
    size: int
    size_min: int
    start: Fraction
    padding: int
    period: int | None
    local_size: int | None
    misaligned: Fraction | None
    status: Status
    reach: Scope = Scope.LOCAL

    @property
    def is_global(self) -> bool:
        """Whether some path reads a whole map along the axis."""
        return self.reach is Scope.GLOBAL


@dataclass(frozen=True, slots=True)
class LayerField:
    """One row of the table: a value of the graph and its theoretical field along every axis.

    Parameters
    ----------
    name : str
        Node name.
    layer : str
        Layer of the user's model.
    op, source : str
        Kind of op in the graph, and what the user's model calls it.
    shape : tuple of int
        Shape of the value.
    axes : tuple of AxisField
        One for each axis of each input that the value depends on.
    status : Status
        The worst status on the way; partial, or worse, for the last row of a network that was read no further. Then
        the status of the axes says how far their numbers can be trusted.
    blamed : tuple of str
        Nodes because of which the status is not exact, in order.
    repeats : int
        Rows that it stands for, itself included: a loop of the program made them, and it is the last.
    """

    name: str
    layer: str
    op: str
    source: str
    shape: Shape
    axes: tuple[AxisField, ...]
    status: Status
    blamed: tuple[str, ...]
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class InputInfo:
    """An input of the analysed network."""

    name: str
    shape: Shape
    axes: tuple[tuple[str, int], ...]

    @property
    def extents(self) -> tuple[int, ...]:
        """Pixels along each axis."""
        return tuple(self.shape[dim] for _, dim in self.axes)


@dataclass(frozen=True, slots=True)
class Table:
    """A receptive-field table of a network, everything a presenter needs.

    Parameters
    ----------
    model : str
        Name of the network.
    status : Status
        The worst status of any operation, whether it has a row or not; partial if the network was read up to a
        data-dependent step only.
    inputs : tuple of InputInfo
        Network inputs.
    rows : tuple of LayerField
        What is to be shown, in order.
    notes : tuple of str
        Sentences of the frontend to the reader.
    operations : int
        Operations of the whole network, those without a row included.
    """

    model: str
    status: Status
    inputs: tuple[InputInfo, ...]
    rows: tuple[LayerField, ...]
    notes: tuple[str, ...] = ()
    operations: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """What one feature reads of one input.

    Parameters
    ----------
    layer : str
        Node name.
    feature : tuple of int
        Index of the feature along each axis of the layer.
    input : str
        Name of the network input.
    axes : tuple of str
        Names of its axes; all boxes follow their order.
    extents : tuple of int
        Pixels of the input along each axis.
    box : tuple of (int, int)
        Theoretical box ``[lo, hi)`` per axis; may reach beyond the input. ``(0, 0)`` everywhere if it reads nothing.
    pixels : tuple of (int, int)
        Actual box: the smallest that holds every pixel really read.
    products : tuple of products of index runs
        The exact support: the union of these products (each a tuple of runs per axis).
    is_global : tuple of bool
        Whether some path reads a whole map along the axis.
    status : Status
        How far the answer can be trusted; with BOUNDED the true support is a part of this one.
    read : int
        Number of pixels really read.
    """

    layer: str
    feature: tuple[int, ...]
    input: str
    axes: tuple[str, ...]
    extents: tuple[int, ...]
    box: Box
    pixels: Box
    products: tuple[Product, ...]
    is_global: tuple[bool, ...]
    status: Status
    read: int

    @property
    def center(self) -> tuple[float, ...]:
        """Centre of the theoretical box, with the centre of the first pixel at 0.5."""
        return tuple((lo + hi) / 2 for lo, hi in self.box)

    @property
    def size(self) -> tuple[int, ...]:
        """Extent of the theoretical box in pixels."""
        return tuple(hi - lo for lo, hi in self.box)

    @property
    def padding_fraction(self) -> float:
        """Share of the theoretical box that lies outside the input."""
        whole = inside = 1
        for (lo, hi), n in zip(self.box, self.extents, strict=True):
            whole *= hi - lo
            inside *= max(0, min(hi, n) - max(lo, 0))
        return 1 - inside / whole if whole else 0.0

    @property
    def holes(self) -> int:
        """Pixels inside the actual box that are never read."""
        area = 1
        for lo, hi in self.pixels:
            area *= hi - lo
        return area - self.read

    def support(self) -> npt.NDArray[np.bool_]:
        """The exact support as a boolean mask over the actual box `pixels`.

        Returns
        -------
        bool array, one dimension per axis
            ``mask[k] is True`` says that pixel ``pixels.lo + k`` is read.

        Raises
        ------
        LimitError
            If the box has more than 10⁹ pixels.

        Examples
        --------
        >>> import eyeshot
        >>> fields = eyeshot.analyze("conv k2 d2", input_shape=(1, 1, 5))
        >>> fields["conv1"].at(1).support()
        array([ True, False,  True])
        """
        from eyeshot.analyses.support import mask_of

        return mask_of(self.products, self.pixels)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which features of a layer read one input pixel: its projective field.

    Parameters
    ----------
    layer : str
        Node name.
    input : str
        Name of the network input.
    pixel : tuple of int
        Index of the pixel along each axis of the input.
    axes : tuple of str
        Names of the axes along which features are counted.
    extents : tuple of int
        Features of the layer along each of them.
    features : tuple of (int, int)
        The smallest box of features that holds all that read the pixel; ``(0, 0)`` everywhere if none does.
    products : tuple of products of index runs
        The exact set: the union of these products.
    count : int
        Number of features reached.
    status : Status
        How far the answer can be trusted.
    """

    layer: str
    input: str
    pixel: tuple[int, ...]
    axes: tuple[str, ...]
    extents: tuple[int, ...]
    features: Box
    products: tuple[Product, ...]
    count: int
    status: Status

    def mask(self) -> npt.NDArray[np.bool_]:
        """The features reached as a boolean mask over the box `features`."""
        from eyeshot.analyses.support import mask_of

        return mask_of(self.products, self.features)
