"""The rows of the table, held against the intervals that poisoned rows have shown.

Only features whose theoretical field lies inside the image are asked: what they read is all that is said of them. What
a row says beyond that shows on a larger image, and is counted as not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.layout import Layout
from eyeshot.analyses.outlook import feature_boxes
from eyeshot.analyses.results import AxisField
from eyeshot.errors import LimitError
from eyeshot.graph.core import Value
from eyeshot.measure.claims import Claims
from eyeshot.measure.cuts import may_be_cut
from eyeshot.measure.intervals import Intervals
from eyeshot.measure.meetings import misalignment
from eyeshot.measure.results import RowMismatch, RowProof
from eyeshot.measure.row_numbers import Along, Finding, findings

__all__ = ["Key", "Rows"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Key = tuple[str, str, int]
"""A value, an input, and the number of one of its axes."""


@dataclass(frozen=True, slots=True)
class _Fields:
    """What features read of one input along one of its axes, said and measured."""

    inside: Bools
    """Features whose field lies inside the image along all axes, as it is said."""
    shown: Bools
    """Features whose field is measured as it is said, and lies inside the image along this axis."""
    said: tuple[Ints, Ints]
    lo: Ints
    hi: Ints


class Rows:
    """Holds rows against what was measured.

    Parameters
    ----------
    claims : Claims
        What is said.
    measured : mapping of (value, input, axis) to Intervals
        What rows have reached; only along axes of which every row was tried.
    """

    def __init__(self, claims: Claims, measured: Mapping[Key, Intervals]) -> None:
        self._claims, self._measured = claims, measured

    def check(self, name: str) -> tuple[RowProof, tuple[RowMismatch, ...]]:
        """What is shown of a row, and what is contradicted.

        Parameters
        ----------
        name : str
            A value of which every run agreed with what is said of its features.
        """
        row = self._claims.analysis.row(name)
        shown: dict[str, bool] = {}
        wrong: list[RowMismatch] = []
        for field in row.axes:
            for found in self._findings(name, field):
                shown[found.number] = shown.get(found.number, True) and found.measured is not None
                if found.is_wrong:
                    wrong.append(_mismatch(row.layer, name, field, found))
        return (
            RowProof(
                tuple(dict.fromkeys(field.axis for field in row.axes)),
                tuple(number for number, all_ in shown.items() if all_),
                tuple(number for number, all_ in shown.items() if not all_),
            ),
            tuple(wrong),
        )

    def _findings(self, name: str, field: AxisField) -> Iterator[Finding]:
        value, axis = self._axis(field)
        fields = self._fields(name, value, axis)
        layout = self._claims.layout(name)
        if fields is None:
            yield from findings(field, _nothing(field.n, _pixels(value, axis)))
            return
        cut = fields.inside & ~_equal(fields)
        if cut.any() and not may_be_cut(self._claims.graph, name):
            at = tuple(int(i) for i in np.argwhere(cut)[0])
            yield Finding(f"field of feature {at}", _words(fields.said, at), _words((fields.lo, fields.hi), at))
        yield from findings(field, along_of(fields, layout, field.axis, _pixels(value, axis)))
        apart = misalignment(self._claims, self.along, name, field)
        yield from () if apart is None else (apart,)

    def along(self, name: str, field: AxisField) -> Along | None:
        """What was measured of a value along one axis; None if not all of it was."""
        value, axis = self._axis(field)
        fields = self._fields(name, value, axis)
        layout = self._claims.layout(name)
        return None if fields is None else along_of(fields, layout, field.axis, _pixels(value, axis))

    def _axis(self, field: AxisField) -> tuple[Value, int]:
        (value,) = (value for value in self._claims.graph.inputs if value.name == field.input)
        return value, [axis.name for axis in value.axes].index(field.axis)

    def _fields(self, name: str, value: Value, axis: int) -> _Fields | None:
        measured = self._measured.get((name, value.name, axis))
        if measured is None:
            return None
        layout, position = self._claims.layout(name), self._claims.graph.inputs.index(value)
        terms = tuple(t for t in self._claims.analysis.theoretical.fields[name] if t.input == position)
        try:
            los, his = feature_boxes(terms, layout, self._claims.graph.shapes[name], len(value.axes))
        except LimitError:
            return None
        ends = np.array([value.shape[a.dim] for a in value.axes]).reshape(-1, *(1,) * len(layout.extents))
        fits = (los >= 0) & (his <= ends)
        lo, hi = (part.astype(np.int64) for part in measured.of_features(layout))
        empty = hi <= lo
        lo, hi = np.where(empty, 0, lo), np.where(empty, 0, hi)
        equal = (lo == los[axis]) & (hi == his[axis])
        return _Fields(np.asarray(fits.all(axis=0)), fits[axis] & equal, (los[axis], his[axis]), lo, hi)


def along_of(fields: _Fields, layout: Layout, axis: str, pixels: int) -> Along:
    """What was measured along one axis by the number of features along it."""
    numbered = _numbered(fields, layout, axis)

    def by_number(part: npt.NDArray[Any]) -> npt.NDArray[Any]:
        rows = int(np.prod([layout.extents[k] for k in numbered], dtype=np.int64))
        return np.moveaxis(part, numbered, range(len(numbered))).reshape(rows, -1)

    reads = fields.said[1] > fields.said[0]
    counted = by_number(fields.shown & reads)
    # Of features with one number all are said to read the same: each of those that are known stands for it.
    one = counted.argmax(axis=1)[:, None]
    lo, hi = (np.take_along_axis(by_number(ends), one, 1)[:, 0] for ends in (fields.lo, fields.hi))
    return Along(
        n=_count(layout, axis, numbered, len(lo)),
        pixels=pixels,
        sizes=(fields.hi - fields.lo)[fields.shown & reads],
        known=np.asarray(counted.any(axis=1)),
        lo=lo,
        hi=hi,
        reads=np.asarray(by_number(reads).any(axis=1)),
    )


def _numbered(fields: _Fields, layout: Layout, axis: str) -> list[int]:
    """The numbers of a feature that count along an axis: its own, and those with which the field changes.

    What the first ones leave out, the next ones do not see: on a diagonal one of both numbers tells which field it is.
    """
    lo, hi = fields.said
    own, far = layout.names.index(axis) if axis in layout.names else -1, np.iinfo(np.int64).max
    reads = hi > lo
    lo_least, lo_most, hi_least, hi_most = (np.where(reads, e, f) for e in (lo, hi) for f in (far, -far))
    found = []
    for k in range(len(layout.names)):
        least = [ends.min(axis=k, keepdims=True) for ends in (lo_least, hi_least)]
        most = [ends.max(axis=k, keepdims=True) for ends in (lo_most, hi_most)]
        if k == own or any(bool((a < b).any()) for a, b in zip(least, most, strict=True)):
            found.append(k)
        else:
            (lo_least, hi_least), (lo_most, hi_most) = least, most
    return found


def _count(layout: Layout, axis: str, numbered: list[int], changing: int) -> int | None:
    """Features along an axis: by its own number, else by those with which the field changes.

    Where it changes with none there is one, unless features are numbered by dimensions: then nothing shows which of
    them count along the axis.
    """
    if axis in layout.names:
        return layout.extents[layout.names.index(axis)]
    return changing if numbered or not _is_by_dimension(layout) else None


def _is_by_dimension(layout: Layout) -> bool:
    return any(name.startswith("dim ") for name in layout.names)


def _equal(fields: _Fields) -> Bools:
    return np.asarray((fields.lo == fields.said[0]) & (fields.hi == fields.said[1]))


def _pixels(value: Value, axis: int) -> int:
    return value.shape[value.axes[axis].dim]


def _nothing(n: int, pixels: int) -> Along:
    """Nothing was measured."""
    none = np.zeros(0, np.int64)
    no, zero = np.zeros(n, np.bool_), np.zeros(n, np.int64)
    return Along(None, pixels, none, no, zero, zero, no)


def _words(ends: tuple[Ints, Ints], at: tuple[int, ...]) -> str:
    return f"[{int(ends[0][at])}, {int(ends[1][at])})"


def _mismatch(layer: str, name: str, field: AxisField, found: Finding) -> RowMismatch:
    said, measured = str(found.said), str(found.measured)
    return RowMismatch(name, layer, field.input, field.axis, found.number, said, measured)
