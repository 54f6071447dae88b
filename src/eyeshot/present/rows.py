"""The table as people read it: one row of words for each layer, shared by all formats made for people.

Where all axes of an input agree, one number stands for them; where they do not, there is one for each with
``×`` between them, in the order of the input's axes. A network of several inputs gets a row for each input
that a layer depends on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from eyeshot.analyses.results import AxisField, InputInfo, LayerField, Table
from eyeshot.present.escape import visible
from eyeshot.present.marks import Marked, explanations, marks_of
from eyeshot.present.numerals import joined, numeral, size_range

__all__ = ["COLUMNS", "VARIES", "TableRow", "TableWords", "jump_text", "words_of"]

COLUMNS = ("layer", "kind", "shape", "n", "jump", "size", "start")
"""Headings, in order; the marks of a row stand last and have none."""

VARIES = "varies"
"""What stands for a jump where no single one exists."""

_MOST_TURNS = 5


@dataclass(frozen=True, slots=True)
class TableRow:
    """The words of one row. `field` is None for an input; `reach` holds (size, pixels) for each axis."""

    layer: str
    kind: str
    shape: str
    input: str
    n: str
    jump: str
    size: str
    start: str
    marks: tuple[Marked, ...] = ()
    reach: tuple[tuple[int, int], ...] = ()
    is_input: bool = False
    continues: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands below `COLUMNS`."""
        return (self.layer, self.kind, self.shape, self.n, self.jump, self.size, self.start)

    @property
    def marks_text(self) -> str:
        """The marks, with a space between them."""
        return " ".join(map(str, self.marks))


@dataclass(frozen=True, slots=True)
class TableWords:
    """The whole table in words.

    Parameters
    ----------
    model, inputs, status : str
        Parts of the title.
    rows : tuple of TableRow
        Inputs first.
    several_inputs : bool
        Whether rows must name their input.
    legend : tuple of (str, str)
        Each sign that occurs, and its explanation.
    notes : tuple of str
        Sentences to the reader.
    shown : str
        How many of the network's operations have a row; empty if all have.
    """

    model: str
    inputs: str
    status: str
    rows: tuple[TableRow, ...]
    several_inputs: bool
    legend: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    shown: str


def words_of(table: Table) -> TableWords:
    """The table in words; names are escaped for the eye, not yet for a format."""
    layers = table.rows
    batch = _has_batch(table.inputs, layers)
    rows = [_input_row(info, batch=batch) for info in table.inputs]
    found: list[tuple[LayerField, tuple[Marked, ...]]] = []
    for layer in layers:
        for row in _layer_rows(layer, table.inputs, batch=batch):
            rows.append(row)
            found.append((layer, row.marks))
    several = len(table.inputs) > 1
    return TableWords(
        visible(table.model),
        ", ".join(_input_title(info, batch=batch, named=several) for info in table.inputs),
        table.status.value,
        tuple(rows),
        several,
        (*((mark.value, text) for mark, text in explanations(found)), *_more_signs(layers, rows)),
        tuple(map(visible, table.notes)),
        _shown_part(table),
    )


def _shown_part(table: Table) -> str:
    """``57 of 175 operations``; empty if none is left out."""
    hidden = table.operations - len(table.rows)
    return f"{len(table.rows):,} of {table.operations:,} operations" if hidden > 0 else ""


def _has_batch(inputs: tuple[InputInfo, ...], layers: tuple[LayerField, ...]) -> bool:
    """Whether all shapes begin with a batch of one, which then need not be shown."""
    shapes = [info.shape for info in inputs] + [row.shape for row in layers]
    spatial = {dim for info in inputs for _, dim in info.axes}
    return 0 not in spatial and all(len(shape) > 1 and shape[0] == 1 for shape in shapes)


def _shape(shape: tuple[int, ...], *, batch: bool) -> str:
    return "×".join(map(str, shape[1:] if batch else shape)) or "–"


def _input_title(info: InputInfo, *, batch: bool, named: bool) -> str:
    shape = _shape(info.shape, batch=batch)
    return f"{visible(info.name)} {shape}" if named else f"input {shape}"


def _input_row(info: InputInfo, *, batch: bool) -> TableRow:
    n = joined(map(str, info.extents)) if info.axes else "–"
    shape = _shape(info.shape, batch=batch)
    name = visible(info.name)
    return TableRow(name, "input", shape, name, n, "1", "1", numeral(Fraction(1, 2)), is_input=True)


def _layer_rows(layer: LayerField, inputs: tuple[InputInfo, ...], *, batch: bool) -> Iterator[TableRow]:
    name, kind = visible(layer.name), visible(layer.source or layer.op)
    kind += f" ×{layer.repeats}" if layer.repeats > 1 else ""
    shape = _shape(layer.shape, batch=batch)
    first = True
    for info in inputs:
        axes = [field for field in layer.axes if field.input == info.name]
        if not axes:
            continue
        pixels = dict(zip((axis for axis, _ in info.axes), info.extents, strict=True))
        extents = [pixels[field.axis] for field in axes]
        yield TableRow(
            name if first else "",
            kind if first else "",
            shape if first else "",
            visible(info.name),
            joined(str(field.n) for field in axes),
            joined(map(jump_text, axes)),
            joined(map(_size, axes)),
            joined(numeral(field.start) for field in axes),
            marks_of(layer, axes, extents),
            tuple((_shown_size(field), n) for field, n in zip(axes, extents, strict=True)),
            continues=not first,
        )
        first = False
    if first:
        yield TableRow(name, kind, shape, "–", "–", "–", "–", "–", marks_of(layer, (), ()))


def _shown_size(field: AxisField) -> int:
    return field.local_size if field.is_global and field.local_size is not None else field.size


def jump_text(field: AxisField) -> str:
    """Without local paths no feature is a distance away from the next; where distances differ there is no number."""
    if field.is_global and field.local_size is None:
        return "–"
    return numeral(field.jump) if field.jump is not None else VARIES


def _size(field: AxisField) -> str:
    if field.is_global and field.local_size is not None:
        return str(field.local_size)
    return size_range(field.size_min, field.size)


def _more_signs(layers: tuple[LayerField, ...], rows: list[TableRow]) -> Iterator[tuple[str, str]]:
    """Explanations of what is no mark: ranges, and numbers for each axis."""
    ranges = [field for layer in layers for field in layer.axes if "–" in _size(field)]
    if ranges:
        turns = sorted({field.period for field in ranges if field.period})
        after = f", again after {_either(turns)} features" if 0 < len(turns) <= _MOST_TURNS else ""
        yield "a–b", f"the size differs from feature to feature{after}"
    if any(VARIES in row.jump for row in rows):
        yield VARIES, "the distance differs from feature to feature, by no law"
    if any(layer.repeats > 1 for layer in layers):
        yield "×n", "the last of n that a loop makes, alike but for their size and start"
    if any("×" in text for row in rows for text in (row.n, row.jump, row.size, row.start)):
        axes = ", ".join(dict.fromkeys(visible(field.axis) for layer in layers for field in layer.axes))
        yield "a×b", f"one number for each axis: {axes}"


def _either(numbers: list[int]) -> str:
    """``4, 8 or 16``."""
    *first, last = map(str, numbers)
    return f"{', '.join(first)} or {last}" if first else last
