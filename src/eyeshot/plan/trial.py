"""What measuring tiles against the whole image answers."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Check", "Curve", "CurvePoint", "OutputError", "TileError"]


@dataclass(frozen=True, slots=True)
class OutputError:
    """How far an output made of tiles is from the whole's.

    Parameters
    ----------
    name : str
        The output.
    largest, mean : float
        Largest and mean absolute difference.
    deviation : float
        Standard deviation of the whole's values, as a measure of their size.
    """

    name: str
    largest: float
    mean: float
    deviation: float

    @property
    def relative(self) -> float:
        """The largest difference in standard deviations of the output."""
        if self.largest == 0:
            return 0.0
        return self.largest / self.deviation if self.deviation else float("inf")


@dataclass(frozen=True, slots=True)
class TileError:
    """How far a tile of the plan's own size is from the same features of a larger crop.

    Parameters
    ----------
    index : tuple of int
        Its place in the grid.
    read, crop : tuple of (int, int)
        Pixels that the tile reads, and those of the crop around them, per axis.
    outputs : tuple of OutputError
        The outputs.
    """

    index: tuple[int, ...]
    read: tuple[tuple[int, int], ...]
    crop: tuple[tuple[int, int], ...]
    outputs: tuple[OutputError, ...]

    @property
    def relative(self) -> float:
        """The largest difference in standard deviations of its output."""
        return max((output.relative for output in self.outputs), default=0.0)


@dataclass(frozen=True, slots=True)
class Check:
    """Tiled against whole on a size where both fit, and tiles of the plan's own size against larger crops.

    Parameters
    ----------
    extents : tuple of int
        Pixels of the image that was tried, per axis.
    size : tuple of int
        Pixels of its tiles.
    tiles : int
        How many there were.
    outputs : tuple of OutputError
        The outputs.
    tolerance : float
        Up to which relative difference tiles count as equal to the whole: that of rounding.
    real : tuple of TileError
        Tiles of the plan itself: one within the image, one at a side, one in a corner, as far as it has such.
    number : str
        Type of the numbers in which the model ran. It is float64 where the plan names places that float32 rounds.
    is_rounded : bool
        Whether such places are in the errors, because the model does not run in float64.
    """

    extents: tuple[int, ...]
    size: tuple[int, ...]
    tiles: int
    outputs: tuple[OutputError, ...]
    tolerance: float
    real: tuple[TileError, ...] = ()
    number: str = "float32"
    is_rounded: bool = False

    @property
    def holds(self) -> bool:
        """Whether tiles gave what the whole gave, and what larger crops gave, up to rounding."""
        errors = [output.relative for output in self.outputs] + [tile.relative for tile in self.real]
        return all(error <= self.tolerance for error in errors)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The error at one width of the margin.

    Parameters
    ----------
    margin : tuple of (int, int)
        Pixels read before and behind a tile, per axis.
    recomputation : float
        Pixels that all tiles of the plan's image would read together, in images.
    errors : tuple of OutputError
        The outputs.
    """

    margin: tuple[tuple[int, int], ...]
    recomputation: float
    errors: tuple[OutputError, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Error against halo, for real weights and a real image.

    Parameters
    ----------
    core : tuple of int
        Pixels per axis of the tile that was compared.
    points : tuple of CurvePoint
        From no margin to the exact one.
    """

    core: tuple[int, ...]
    points: tuple[CurvePoint, ...]
