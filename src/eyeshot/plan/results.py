"""What planning answers: frozen data that know nothing of how they are shown or run."""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

__all__ = ["AxisCut", "Option", "Output", "OutputLaw", "Rounding", "Sizes", "Tile", "Tiling", "Verdict"]

Interval = tuple[int, int]
Box = tuple[Interval, ...]


class Verdict(enum.Enum):
    """Whether tiles can give what the whole image gives."""

    EXACT = "exact"
    """At any position."""
    ALIGNED = "exact if aligned"
    """If every tile begins on the grid of the network's strides, as those of the plan do."""
    IMPOSSIBLE = "impossible"
    """Some node reads the whole image, or works differently at the size of a tile."""


@dataclass(frozen=True, slots=True)
class OutputLaw:
    """Where the features of an output stand along one axis of the image, and what aligned tiles of them read.

    Parameters
    ----------
    dim : int
        The output's dimension that follows the axis.
    n : int
        Features along it.
    jump : Fraction
        Distance of neighbouring features in pixels.
    before, after : int
        Pixels read beyond either side of a tile; negative where it does not even read up to its side.
    """

    dim: int
    n: int
    jump: Fraction
    before: int
    after: int

    def count(self, pixels: int) -> int:
        """Features that stand on the first so many pixels of the axis."""
        # What `pixels / jump` is, without making a fraction for each side of each tile.
        return pixels * self.jump.denominator // self.jump.numerator


@dataclass(frozen=True, slots=True)
class Output:
    """An output of the network for the whole image.

    Parameters
    ----------
    name : str
        The node.
    shape : tuple of int
        Its shape.
    laws : tuple of OutputLaw
        Where its features stand along each axis of the image.
    place : int, str or None
        Where a run of the model finds it: its number among the outputs, or the path of the module that returns it.
    """

    name: str
    shape: tuple[int, ...]
    laws: tuple[OutputLaw, ...]
    place: int | str | None = None

    def where(self, box: Box) -> tuple[slice, ...]:
        """A box of features as slices of the output's dimensions."""
        found = [slice(None)] * len(self.shape)
        for law, (start, stop) in zip(self.laws, box, strict=True):
            if law.dim >= 0:
                found[law.dim] = slice(start, stop)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class AxisCut:
    """How one axis of the image is cut.

    Parameters
    ----------
    axis : str
        Its name.
    n : int
        Pixels along it.
    alignment : int
        A tile begins at a multiple of this many pixels.
    halo : (int, int)
        Pixels that the features of a tile read before and behind it.
    margin : (int, int)
        Pixels that are read before and behind it: the halo, up to the next multiple of the alignment.
    core : int
        Pixels between the beginnings of neighbouring tiles, a multiple of the alignment.
    reads : tuple of (int, int)
        Pixels ``[start, stop)`` that each tile reads, margins included; a tile ends where the image ends.
    """

    axis: str
    n: int
    alignment: int
    halo: tuple[int, int]
    margin: tuple[int, int]
    core: int
    reads: tuple[Interval, ...]

    @property
    def size(self) -> int:
        """Pixels of the largest tile, margins included."""
        return max(stop - start for start, stop in self.reads)

    @property
    def has_one_length(self) -> bool:
        """Whether all tiles have as many pixels along it."""
        return all(stop - start == self.size for start, stop in self.reads)

    @property
    def recomputation(self) -> float:
        """Pixels that all tiles read together, in images."""
        return sum(stop - start for start, stop in self.reads) / self.n


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: what it reads of the image, and where its results go.

    Parameters
    ----------
    index : tuple of int
        Its place in the grid, per axis.
    read : box
        Pixels of the image, per axis.
    write : tuple of box
        For each output the features that the tile gives, per axis of the image.
    crop : tuple of box
        The same features numbered as in the tile's own output.
    """

    index: tuple[int, ...]
    read: Box
    write: tuple[Box, ...]
    crop: tuple[Box, ...]

    @property
    def name(self) -> str:
        """Its place in words, for messages and journals."""
        return ",".join(map(str, self.index))


@dataclass(frozen=True, slots=True)
class Option:
    """One size of tiles against what it costs."""

    size: tuple[int, ...]
    tiles: int
    recomputation: float
    bytes: int
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class Sizes:
    """Image sizes along an axis for which the network runs and tiles give the whole.

    Parameters
    ----------
    step : int
        The rule repeats after this many pixels.
    residues : tuple of int
        Valid sizes are these, modulo `step`.
    least : int
        The smallest valid size that was tried.
    """

    step: int
    residues: tuple[int, ...]
    least: int

    def holds(self, n: int) -> bool:
        """Whether a size is valid."""
        return n >= self.least and n % self.step in self.residues

    def __str__(self) -> str:
        if len(self.residues) == self.step:
            return f"any from {self.least}"
        if self.residues == (0,):
            return f"multiples of {self.step} from {self.least}"
        listed = ", ".join(map(str, self.residues[:8])) + (", …" if len(self.residues) > 8 else "")
        return f"{self.step}·k + {{{listed}}} from {self.least}"


@dataclass(frozen=True, slots=True)
class Rounding:
    """A node that resamples at places which PyTorch rounds in the whole more than in a tile.

    Parameters
    ----------
    node, source : str
        The node, and the operation.
    axes : tuple of str
        Axes of the image along which it does.
    pixels : tuple of float
        For each by about how much the last place is off, in pixels of what is resampled.
    """

    node: str
    source: str
    axes: tuple[str, ...]
    pixels: tuple[float, ...]


@dataclass(frozen=True)
class Tiling:
    """A plan for running a network tile by tile.

    Parameters
    ----------
    model : str
        Name of the network.
    input : str
        Name of its input.
    image : tuple of int
        Shape of the input for the whole image, batch and channels included.
    dims : tuple of int
        The input's dimensions that are spatial axes.
    verdict : Verdict
        Whether tiles give what the whole gives.
    obstacles : tuple of (str, str, str)
        If not: node, operation and reason, in the order of execution.
    axes : tuple of AxisCut
        The cuts along each axis; empty if impossible.
    outputs : tuple of Output
        The outputs for the whole image.
    sizes : tuple of Sizes
        Valid image sizes per axis, where they were asked for.
    bytes : int
        What a run on the largest tile takes of memory, weights not counted, one tile in the batch; for a list of
        layers what its values take.
    weights : int
        Bytes of the model's parameters and buffers.
    shapes : mapping
        For each shape of a tile (its pixels per axis) the shapes of all outputs, as the proof found them.
    options : tuple of Option
        Sizes to choose from, where none was asked for.
    roundings : tuple of Rounding
        Where tiles are rounded otherwise than the whole, by more than sums in another order.
    notes : tuple of str
        What the reader has to know besides.
    ended : str
        Where and why the network was read no further; empty if it was read to its end. Then the plan is partial: it
        holds for values before that.
    """

    model: str
    input: str
    image: tuple[int, ...]
    dims: tuple[int, ...]
    verdict: Verdict
    obstacles: tuple[tuple[str, str, str], ...] = ()
    axes: tuple[AxisCut, ...] = ()
    outputs: tuple[Output, ...] = ()
    sizes: tuple[Sizes, ...] = ()
    bytes: int = 0
    weights: int = 0
    shapes: Mapping[tuple[int, ...], tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    roundings: tuple[Rounding, ...] = ()
    notes: tuple[str, ...] = ()
    ended: str = ""

    @property
    def is_possible(self) -> bool:
        """Whether there are tiles that give what the whole gives."""
        return self.verdict is not Verdict.IMPOSSIBLE

    @property
    def extents(self) -> tuple[int, ...]:
        """Pixels of the image per axis."""
        return tuple(self.image[d] for d in self.dims)

    @property
    def grid(self) -> tuple[int, ...]:
        """Tiles per axis."""
        return tuple(len(cut.reads) for cut in self.axes)

    def __len__(self) -> int:
        return math.prod(self.grid) if self.axes else 0

    @property
    def recomputation(self) -> float:
        """Pixels that all tiles read together, in images: what tiling costs."""
        return math.prod(cut.recomputation for cut in self.axes)

    def tiles(self) -> Iterator[Tile]:
        """All tiles, row by row."""
        return (self.tile(index) for index in itertools.product(*map(range, self.grid)))

    def tile(self, index: tuple[int, ...]) -> Tile:
        """The tile at one place of the grid."""
        read = tuple(cut.reads[k] for cut, k in zip(self.axes, index, strict=True))
        write, crop = [], []
        for output in self.outputs:
            box, inner = [], []
            for cut, law, k in zip(self.axes, output.laws, index, strict=True):
                start, stop = written(cut, law, k)
                shift = law.count(cut.reads[k][0])
                box.append((start, stop))
                inner.append((start - shift, stop - shift))
            write.append(tuple(box))
            crop.append(tuple(inner))
        return Tile(index, read, tuple(write), tuple(crop))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        from eyeshot.plan.plain import plain

        return plain(self)


def written(cut: AxisCut, law: OutputLaw, k: int) -> Interval:
    """Features of an output that tile `k` along an axis writes; the last one writes all that are left."""
    last = k == len(cut.reads) - 1
    start = min(law.n, law.count(k * cut.core))
    return start, law.n if last else min(law.n, law.count((k + 1) * cut.core))
