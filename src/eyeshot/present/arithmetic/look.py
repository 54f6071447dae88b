"""How the cells of an animation look: what is read, what is written, padding, and cells that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from eyeshot.present.arithmetic.cells import Cell, Frame
from eyeshot.present.arithmetic.frames import Frames
from eyeshot.present.arithmetic.numbers import Numbers, number_text
from eyeshot.present.arithmetic.plane import Plane
from eyeshot.present.scene.scene import Mark, Paint

__all__ = ["input_marks", "kernel_marks", "output_marks"]

_REST = Paint("blue", "line", 0.7, opacity=0.16)
_READ = Paint("blue", "ink", 1.0, opacity=0.8)
_PAD = Paint("", "line", 0.7, (2, 2))
_PAD_UNREAD = Paint("", "line", 0.7, (2, 2), hatch="line")
_PAD_READ = Paint("sky", "ink", 0.9, (2, 2), opacity=0.35)
_UNREAD = Paint("paper", "line", 0.7, hatch="soft")
_WINDOW = Paint("", "ink", 1.6)
_ORIGIN = Paint("", "vermillion", 1.1)
_EMPTY = Paint("green", "line", 0.7, opacity=0.08)
_DONE = Paint("green", "line", 0.7, opacity=0.35)
_NOW = Paint("green", "ink", 1.6)


def input_marks(
    frames: Frames, frame: Frame, plane: Plane, numbers: Numbers | None, *, grey: bool = False
) -> list[Mark]:
    """The operand: cells at rest, padding, what is read, and where reflected padding comes from."""
    reads = {read.at: read for read in frame.reads}
    # Slanted cells are too low for a weight below the value; the kernel stands beside them.
    weights = numbers.weights if numbers is not None and not plane.slanted else ()
    shift = (-0.1, -0.04) if weights else (0, 0)
    marks: list[Mark] = []
    texts: list[Mark] = []
    for at in plane.board.places():
        cell, read = plane.board.cell(at), reads.get(at)
        paint, name = _input_paint(frames, at, cell, reading=read is not None)
        value = _value(numbers, cell if cell is not None else read.source if read is not None else None)
        if grey and cell is not None and value is not None:
            paint = Paint(_grey(value, numbers), "ink" if read is not None else "line", 1.0)
        marks.append(plane.cell(at, paint, f"{name} {at}"))
        if value is not None:
            color = _text_color(paint)
            texts.append(plane.text(at, _short(value), 0.4, color, shift=shift))
        elif numbers is not None and read is not None and numbers.rule != "max":
            texts.append(plane.text(at, "0", 0.4, "soft", shift=shift))
        if weights and read is not None and read.weight is not None:
            weight = weights[read.weight[0]][read.weight[1]]
            texts.append(plane.text(at, f"×{_short(weight)}", 0.24, _text_color(paint), shift=(0.3, 0.2)))
    return [*marks, *_window(plane, list(reads)), *_origins(plane, frame), *texts]


def _input_paint(frames: Frames, at: Cell, cell: Cell | None, *, reading: bool) -> tuple[Paint, str]:
    if cell is None:
        if reading:
            return _PAD_READ, "padding read"
        return (_PAD_UNREAD, "padding never read") if at in frames.unread else (_PAD, "padding")
    if reading:
        return _READ, "read"
    return (_UNREAD, "never read") if cell in frames.unread else (_REST, "input")


def _window(plane: Plane, reads: list[Cell]) -> Iterator[Mark]:
    """The hull of what is read."""
    if reads:
        rows, columns = ([cell[d] for cell in reads] for d in (0, 1))
        yield plane.block((min(rows), min(columns)), (max(rows) + 1, max(columns) + 1), _WINDOW, "window")


def _origins(plane: Plane, frame: Frame) -> Iterator[Mark]:
    """Arrows from the cells from which padding takes its value."""
    for read in frame.reads:
        if read.source is not None and plane.board.cell(read.at) is None:
            yield plane.arrow(read.source, read.at, _ORIGIN, f"origin {read.source} of {read.at}")


def output_marks(frames: Frames, number: int, plane: Plane, numbers: Numbers | None, *, channel: int = 0) -> list[Mark]:
    """The result: what is written now, what has been written before, what is still empty."""
    frame = frames.frames[number]
    now = {write.at: write for write in frame.writes} if frame.channel == channel else {}
    done = {write.at for f in frames.frames[:number] if f.channel == channel for write in f.writes}
    sums = _sums(frames, number, numbers)
    marks: list[Mark] = []
    texts: list[Mark] = []
    for at in plane.board.places():
        paint, name = (_NOW, "written") if at in now else (_DONE, "done") if at in done else (_EMPTY, "output")
        marks.append(plane.cell(at, paint, f"{name} {at}"))
        value = sums.get(at)
        if value is not None:
            texts.append(plane.text(at, number_text(value), 0.4, "paper" if at in now else "ink"))
    # What is written now once more, so that its edge lies above its neighbours'.
    marks += [plane.cell(at, Paint("", "ink", 1.6)) for at in now]
    return [*marks, *texts]


def _sums(frames: Frames, number: int, numbers: Numbers | None) -> dict[Cell, Fraction | None]:
    """What the outputs hold after a frame."""
    if numbers is None:
        return {}
    seen = Frames(
        frames.steps, frames.way, frames.input, frames.output, frames.unread, frames.frames[: number + 1], frames.note
    )
    return numbers.results(seen)


def kernel_marks(plane: Plane, numbers: Numbers, frame: Frame) -> list[Mark]:
    """The kernel with its weights; those that meet a cell of the input now are marked."""
    used = {read.weight for read in frame.reads if read.source is not None} | {
        w.weight for w in frame.writes if w.weight
    }
    marks: list[Mark] = []
    for at in plane.board.places():
        paint = Paint("orange", "ink", 0.9, opacity=0.55) if at in used else Paint("orange", "line", 0.7, opacity=0.15)
        marks.append(plane.cell(at, paint, f"kernel {at}"))
        marks.append(plane.text(at, _short(numbers.weights[at[0]][at[1]]), 0.4, "ink"))
    return marks


def _value(numbers: Numbers | None, cell: Cell | None) -> int | None:
    return numbers.values[cell[0]][cell[1]] if numbers is not None and cell is not None else None


def _short(value: int) -> str:
    return str(value).replace("-", "−")


def _grey(value: int, numbers: Numbers | None) -> str:
    """A value between 0 and the largest one as a shade of grey."""
    largest = max((v for row in numbers.values for v in row), default=1) if numbers is not None else 1
    level = round(255 * max(0, min(1, value / (largest or 1))))
    return f"#{level:02X}{level:02X}{level:02X}"


def _text_color(paint: Paint) -> str:
    """Light on dark cells, dark on light ones, whatever the theme."""
    if paint.fill.startswith("#"):
        return "#FFFFFF" if int(paint.fill[1:3], 16) < 128 else "#000000"
    return "#FFFFFF" if paint.opacity >= 0.7 and paint.fill == "blue" else "ink"
