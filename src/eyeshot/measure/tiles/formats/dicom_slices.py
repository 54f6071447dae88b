"""What the header of one slice says, and the order in which slices stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError

__all__ = ["Slice", "in_order", "slice_of", "step_of"]

Vector = npt.NDArray[np.float64]

_CLOSE_MM = 0.01
_CLOSE_PART = 0.01
"""How far a slice may stand from its place: positions are written with few digits."""


@dataclass(frozen=True)
class Slice:
    """One slice, as its header describes it.

    Parameters
    ----------
    path : Path
        Its file.
    series : str
        The series that it belongs to.
    rows, columns : int
        Pixels.
    stored : tuple of int
        Bits of a pixel that are allocated, and whether the numbers have a sign.
    slope, intercept : float
        What turns stored numbers into those that are meant, such as Hounsfield units.
    position : array or None
        Millimetres from the origin to the centre of the first pixel, towards left, posterior and superior.
    across, down : array
        Directions in which columns and rows follow each other.
    spacing : (float, float) or None
        Millimetres between rows, and between columns.
    thickness : float
        Millimetres; it matters only where there is no other slice to measure the distance to.
    """

    path: Path
    series: str
    rows: int
    columns: int
    stored: tuple[int, int]
    slope: float
    intercept: float
    position: Vector | None
    across: Vector
    down: Vector
    spacing: tuple[float, float] | None
    thickness: float

    @property
    def bytes(self) -> int:
        """Bytes of its pixels."""
        return max(1, self.rows * self.columns * self.stored[0] // 8)

    @property
    def normal(self) -> Vector:
        """Direction in which slices follow each other."""
        return np.cross(self.across, self.down)

    @property
    def height(self) -> float:
        """Millimetres along the normal."""
        return 0.0 if self.position is None else float(self.position @ self.normal)


def slice_of(pydicom: Any, path: Path, where: str) -> Slice:
    """Read the header of one file.

    Raises
    ------
    InputError
        If it is of no DICOM, is cut off, or holds no plain slice.
    """
    if not path.is_file():
        raise InputError(f"{where} must hold the files of a series and nothing else, but {path.name!r} is a folder")
    try:
        with path.open("rb") as file:
            header = pydicom.dcmread(file, stop_before_pixels=True)
            left = path.stat().st_size - file.tell()
    except pydicom.errors.InvalidDicomError:
        raise InputError(
            f"{where} must hold a series of DICOM and nothing else, but {path.name!r} is none; move it away"
        ) from None
    _check_plain(header, path, where)
    found = _described(header, path)
    syntax = header.file_meta.get("TransferSyntaxUID")
    # Only pixels that are neither packed nor deflated have a length that is known before they are read; tag, type and
    # length stand before them, in 12 bytes, or in 8 where the type is implied.
    is_plain = syntax is not None and not syntax.is_compressed and not syntax.is_deflated
    if is_plain and left < found.bytes + (8 if syntax.is_implicit_VR else 12):
        raise InputError(f"{where} must hold whole slices, but {path.name!r} is cut off within its pixels")
    return found


def _check_plain(header: Any, path: Path, where: str) -> None:
    """Refuse what is no slice of one number a pixel."""
    for holds, what in (
        ("Rows" in header and "Columns" in header, "has no pixels"),
        (int(header.get("NumberOfFrames") or 1) == 1, "holds several frames; write each as a file of its own"),
        (int(header.get("SamplesPerPixel") or 1) == 1, "is in colour"),
        ("ModalityLUTSequence" not in header, "turns its numbers by a table, which is not read"),
    ):
        if not holds:
            raise InputError(f"{where} must hold slices of one number a pixel, but {path.name!r} {what}")


def _described(header: Any, path: Path) -> Slice:
    position, directions = header.get("ImagePositionPatient"), header.get("ImageOrientationPatient")
    spacing = header.get("PixelSpacing")
    across, down = np.array(directions or (1, 0, 0, 0, 1, 0), np.float64).reshape(2, 3)
    stands = position is not None and directions is not None
    return Slice(
        path,
        str(header.get("SeriesInstanceUID", "")),
        int(header.Rows),
        int(header.Columns),
        (int(header.get("BitsAllocated", 16)), int(header.get("PixelRepresentation", 0))),
        float(header.get("RescaleSlope", 1)),
        float(header.get("RescaleIntercept", 0)),
        np.array(position, np.float64) if stands else None,
        across,
        down,
        (float(spacing[0]), float(spacing[1])) if spacing is not None else None,
        float(header.get("SpacingBetweenSlices") or header.get("SliceThickness") or 1),
    )


def in_order(slices: Sequence[Slice], where: str) -> list[Slice]:
    """Slices along their normal.

    Raises
    ------
    InputError
        If they are of several series, differ, or do not stand one behind the other at one distance.
    """
    names = sorted({one.series for one in slices})
    if len(names) > 1:
        raise InputError(
            f"{where} must hold one series, but holds {len(names)}: {', '.join(names[:3])}{', …' * (len(names) > 3)}; "
            "put each into a folder of its own"
        )
    first = slices[0]
    for one in slices[1:]:
        _check_alike(first, one, where)
    if len(slices) == 1:
        return list(slices)
    for one in slices:
        if one.position is None:
            raise InputError(
                f"{where} must hold slices that say where they stand (ImagePositionPatient, ImageOrientationPatient), "
                f"but {one.path.name!r} does not"
            )
    found = sorted(slices, key=lambda one: one.height)
    _check_distances(found, where)
    return found


def _check_alike(first: Slice, other: Slice, where: str) -> None:
    both = f"{first.path.name!r} and {other.path.name!r}"
    for mine, theirs, what in (
        ((first.rows, first.columns), (other.rows, other.columns), "rows and columns"),
        (first.stored, other.stored, "bits and sign of their numbers"),
        (first.spacing, other.spacing, "spacing of their pixels"),
    ):
        if mine != theirs:
            raise InputError(f"{where} must hold slices that are alike, but {both} differ in {what}: {mine}, {theirs}")
    if max(abs(first.across - other.across).max(), abs(first.down - other.down).max()) > 1e-4:
        raise InputError(f"{where} must hold parallel slices, but {both} are turned against each other")


def _check_distances(slices: Sequence[Slice], where: str) -> None:
    heights = np.array([one.height for one in slices])
    gaps = np.diff(heights)
    # Of an even number of gaps the smaller one in the middle: what is missing makes gaps wider.
    usual = float(np.sort(gaps)[(len(gaps) - 1) // 2])
    allowed = max(_CLOSE_MM, _CLOSE_PART * usual)
    pairs = [(f"{a.path.name!r} and {b.path.name!r}", gap) for a, b, gap in zip(slices, slices[1:], gaps, strict=False)]
    for both, gap in pairs:
        if gap <= _CLOSE_MM:
            raise InputError(f"{where} must hold each slice once, but {both} stand at the same place")
    for both, gap in pairs:
        if gap > usual + allowed and round(gap / usual) > 1:
            raise InputError(
                f"{where} must hold all slices of the series, but between {both} {round(gap / usual) - 1} are missing: "
                f"they are {gap:.4g} mm apart, others {usual:.4g} mm"
            )
        if abs(gap - usual) > allowed:
            raise InputError(
                f"{where} must hold slices at one distance, but {both} are {gap:.4g} mm apart, others {usual:.4g} mm"
            )
    _check_line(slices, allowed, where)


def _check_line(slices: Sequence[Slice], allowed: float, where: str) -> None:
    """Refuse slices that are moved sideways against each other: a single affine could not say where they are."""
    step = step_of(slices)
    for number, one in enumerate(slices):
        assert one.position is not None and slices[0].position is not None  # noqa: S101, PT018 - for the type checker
        off = np.linalg.norm(one.position - (slices[0].position + number * step))
        if off > allowed:
            raise InputError(
                f"{where} must hold slices along one line, but {one.path.name!r} stands {off:.4g} mm beside its place"
            )


def step_of(slices: Sequence[Slice]) -> Vector:
    """Millimetres from one slice to the next, as a vector: it need not be along the normal."""
    first, last = slices[0], slices[-1]
    if first.position is None or last.position is None or len(slices) == 1:
        return first.normal * first.thickness
    return (last.position - first.position) / (len(slices) - 1)
