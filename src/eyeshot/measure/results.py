"""What a proof answers: frozen data that know nothing of torch, nor of how they are shown."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from eyeshot.graph.access import Shape

__all__ = [
    "AxisRows",
    "InputProof",
    "Mismatch",
    "Proof",
    "RowMismatch",
    "RowProof",
    "RowsProof",
    "ValueProof",
    "Verdict",
]


class Verdict(enum.Enum):
    """What was found out about one value."""

    PROVEN = "proven"
    """NaN reached exactly the features that were said to read it, in every run."""
    CHANGED = "proven by changes"
    """NaN tells nothing here; random changes of the input showed every reading that was said, and no other."""
    BOUNDED = "within its bound"
    """The field is an outer bound, and nothing beyond it was read."""
    UNPROVABLE = "not provable"
    """The running model does not tell; the reason says why. This is no fault, and no proof."""
    WRONG = "wrong"
    """The running model contradicts what was said."""


@dataclass(frozen=True, slots=True)
class RowProof:
    """What is shown of a row of the table, by features whose field lies inside the image.

    Parameters
    ----------
    axes : tuple of str
        Its axes.
    shown : tuple of str
        Numbers that were derived again from what was measured, along every axis.
    not_shown : tuple of str
        Numbers that no measured feature shows at this size, along some axis.
    """

    axes: tuple[str, ...]
    shown: tuple[str, ...]
    not_shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowMismatch:
    """A number of a row that the running model contradicts.

    Parameters
    ----------
    name, layer : str
        Node of the graph, and layer of the user's model.
    input, axis : str
        The input and its axis.
    number : str
        Which number, ``"jump"``.
    said, measured : str
        What the row says, and what was measured.
    """

    name: str
    layer: str
    input: str
    axis: str
    number: str
    said: str
    measured: str


@dataclass(frozen=True, slots=True)
class RowsProof:
    """Rows of a table, counted.

    Parameters
    ----------
    of : int
        Rows of values that are proven or wrong and read some input.
    proven : int
        Rows of which every number is shown.
    in_part : int
        Rows of which some number is not shown.
    wrong : int
        Rows with a number that is contradicted.
    shown : tuple of str
        Numbers that are shown of some row.
    axes : tuple of str
        Axes of these rows.
    not_shown : tuple of (str, int)
        Numbers that are not shown, each with how many rows.
    """

    of: int
    proven: int
    in_part: int
    wrong: int
    shown: tuple[str, ...]
    axes: tuple[str, ...]
    not_shown: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ValueProof:
    """The verdict about one value that a tensor of the running model held.

    Parameters
    ----------
    name, layer : str
        Node of the graph, and layer of the user's model.
    verdict : Verdict
        What was found out.
    reason : str
        Why it is not provable; empty otherwise.
    features : int
        Number of its features.
    shape : tuple of int
        Its shape.
    readings : int
        Readings that random changes were to show: pairs of something poisoned and an element said to read it.
    hidden : int
        Those of them that did not show.
    row : RowProof or None
        What is shown of its row; None if the value itself is not proven.
    """

    name: str
    layer: str
    verdict: Verdict
    reason: str
    features: int
    shape: Shape
    readings: int = 0
    hidden: int = 0
    row: RowProof | None = None


@dataclass(frozen=True, slots=True)
class AxisRows:
    """Rows of one axis of an input, each poisoned as a whole in all channels: how many of how many.

    Parameters
    ----------
    axis : str
        Name of the axis.
    checked, of : int
        Rows that were tried, and rows that there are.
    planned : int
        Rows that were to be tried.
    """

    axis: str
    checked: int
    of: int
    planned: int


@dataclass(frozen=True, slots=True)
class InputProof:
    """What was poisoned of one input.

    Parameters
    ----------
    name : str
        Name of the input.
    shape : tuple of int
        Its shape.
    rows : tuple of AxisRows
        Rows, columns, planes … along each axis.
    pixels : int
        Single pixels.
    pixels_planned : int
        Single pixels that were to be tried.
    """

    name: str
    shape: Shape
    rows: tuple[AxisRows, ...]
    pixels: int
    pixels_planned: int


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The smallest example of what was said wrongly: one feature and, where one was found, one pixel.

    Parameters
    ----------
    name, layer : str
        Node of the graph, and layer of the user's model.
    feature : tuple of int
        Index of the feature along each of `feature_axes`.
    feature_axes : tuple of str
        How features of the layer are numbered.
    input : str
        Name of the input.
    axes : tuple of str
        Axes of `pixel`: all axes of the input, or the one whose whole row is meant.
    pixel : tuple of int
        The pixel, or the row.
    expected : bool
        Whether eyeshot says that the feature reads it.
    seen : bool
        Whether it does.
    """

    name: str
    layer: str
    feature: tuple[int, ...]
    feature_axes: tuple[str, ...]
    input: str
    axes: tuple[str, ...]
    pixel: tuple[int, ...]
    expected: bool
    seen: bool


@dataclass(frozen=True)
class Proof:
    """What was proven of a model, and how.

    Parameters
    ----------
    model : str
        Name of the model.
    inputs : tuple of InputProof
        What was poisoned.
    values : tuple of ValueProof
        The verdict about every value that was looked at, in the order of the graph.
    inner : int
        Nodes of the graph that stand within one operation of the framework, so that no tensor holds their value.
    number : str
        Type of the numbers, ``"float64"``.
    runs : int
        Inputs that went through the model.
    batch : int
        Most inputs that went through it at once.
    seed : int
        Where random choices began.
    supports : int
        Features whose exact set of pixels was held against every run.
    notes : tuple of str
        What a reader should know.
    mismatch : Mismatch or None
        The smallest example of the first wrong value.
    interrupted : bool
        Whether it was ended before its time; the counts say how far it came.
    ended : str
        Where and why the model was read no further; empty if it was read to its end. Nothing behind that is proven.
    row_mismatches : tuple of RowMismatch
        Numbers of rows that are contradicted.
    """

    model: str
    inputs: tuple[InputProof, ...]
    values: tuple[ValueProof, ...]
    inner: int
    number: str
    runs: int
    batch: int
    seed: int
    supports: int
    notes: tuple[str, ...] = ()
    mismatch: Mismatch | None = None
    interrupted: bool = False
    ended: str = ""
    row_mismatches: tuple[RowMismatch, ...] = ()

    @cached_property
    def counts(self) -> dict[Verdict, int]:
        """Number of values by verdict; every verdict has its number."""
        found = Counter(value.verdict for value in self.values)
        return {verdict: found[verdict] for verdict in Verdict}

    @cached_property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Why values are not provable, each reason with the number of them, in the order of the graph."""
        return tuple(Counter(value.reason for value in self.values if value.reason).items())

    @cached_property
    def rows(self) -> RowsProof:
        """What is shown of the rows of the table."""
        wrong = len({found.name for found in self.row_mismatches})
        rows = [value.row for value in self.values if value.row is not None and value.row.axes]
        whole = sum(not row.not_shown for row in rows)
        not_shown = Counter(number for row in rows for number in row.not_shown)
        return RowsProof(
            of=len(rows) + wrong,
            proven=whole,
            in_part=len(rows) - whole,
            wrong=wrong,
            shown=tuple(dict.fromkeys(number for row in rows for number in row.shown)),
            axes=tuple(dict.fromkeys(axis for row in rows for axis in row.axes)),
            not_shown=tuple(not_shown.items()),
        )

    @cached_property
    def hidden(self) -> dict[str, tuple[int, int]]:
        """For each reason why values are not provable the readings that did not show, and those that were asked."""
        found: dict[str, tuple[int, int]] = {}
        for value in self.values:
            if value.reason and value.hidden:
                hidden, asked = found.get(value.reason, (0, 0))
                found[value.reason] = hidden + value.hidden, asked + value.readings
        return found

    @property
    def planned(self) -> int:
        """Rows and single pixels that were to be poisoned, all together."""
        return sum(one.pixels_planned + sum(row.planned for row in one.rows) for one in self.inputs)

    @property
    def tried(self) -> int:
        """Rows and single pixels that were poisoned, all together."""
        return sum(one.pixels + sum(row.checked for row in one.rows) for one in self.inputs)

    @property
    def features(self) -> int:
        """Number of features of all values that were looked at, not provable ones left out."""
        return sum(value.features for value in self.values if value.verdict is not Verdict.UNPROVABLE)

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.counts[Verdict.WRONG]
