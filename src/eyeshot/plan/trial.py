"""What measuring tiles against the whole image answers."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Check", "Curve", "CurvePoint", "OutputError"]


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
class Check:
    """Tiled against whole, on a size where both fit.

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
    """

    extents: tuple[int, ...]
    size: tuple[int, ...]
    tiles: int
    outputs: tuple[OutputError, ...]
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether tiles gave what the whole gave, up to rounding."""
        return all(output.relative <= self.tolerance for output in self.outputs)


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
