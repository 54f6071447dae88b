"""From the frames of an animation to scenes: where the boards stand, and the words around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eyeshot.errors import InputError
from eyeshot.present.arithmetic.cells import Board, Frame
from eyeshot.present.arithmetic.frames import Frames
from eyeshot.present.arithmetic.look import input_marks, kernel_marks, output_marks
from eyeshot.present.arithmetic.numbers import Numbers
from eyeshot.present.arithmetic.plane import Plane
from eyeshot.present.arithmetic.words import equations, frame_text, heading, padding_text, size_of
from eyeshot.present.scene.metrics import fitting, text_width, wrapped_text
from eyeshot.present.scene.scene import Arrow, Mark, Paint, Panel, Path, Scene, Text, page_panel

__all__ = ["VIEWS", "scenes"]

VIEWS = ("flat", "oblique")

_MARGIN, _GAP, _CAPTION = 16.0, 40.0, 18.0
_HEAD, _LINE = 34.0, 14.0
_UNIT, _VALUE_UNIT, _LEAST_UNIT = 26.0, 32.0, 9.0
_ROOM = 560.0
_LEAST_WIDTH = 330.0
_COUNTER = 38.0
"""Room at the right for the number of a frame."""

_LIFT = 1.4


@dataclass(frozen=True, slots=True)
class _Stage:
    """Everything that all frames share."""

    frames: Frames
    numbers: Numbers | None
    grey: bool
    inputs: tuple[Plane, ...]
    outputs: tuple[Plane, ...]
    kernel: Plane | None
    title: str
    lasting: tuple[str, ...]
    width: float
    foot: float
    lasts: float
    height: float


def scenes(
    frames: Frames, *, view: str = "flat", numbers: Numbers | None = None, grey: bool = False
) -> tuple[Scene, ...]:
    """A scene for each frame, all of one size.

    Parameters
    ----------
    frames : Frames
        The animation.
    view : {"flat", "oblique"}
        Boards beside each other, or the output lying above the input.
    numbers : Numbers, optional
        Numbers in the cells.
    grey : bool
        Whether input cells have the grey of their number.

    Returns
    -------
    tuple of Scene
        Flat ones have panels ``input`` and ``output`` in the coordinates of their boards; with several channels
        ``input 0``, ``input 1`` and so on. What is written in every frame alike are the panels ``title`` at the top
        and ``lasting`` at the foot.
    """
    if view not in VIEWS:
        raise InputError(f"a view must be one of {', '.join(VIEWS)}; found {view!r}")
    stage = _staged(frames, numbers, slanted=view == "oblique", grey=grey)
    return tuple(_scene(stage, number) for number in range(len(frames.frames)))


# ---------------------------------------------------------------------- where boards stand


def _staged(frames: Frames, numbers: Numbers | None, *, slanted: bool, grey: bool) -> _Stage:
    unit = _unit(frames, numbers)
    channels_in, channels_out = frames.channels
    top = _HEAD + _CAPTION
    probe_in, probe_out = (Plane("", board, 0, 0, unit, slanted) for board in (frames.input, frames.output))
    many = max(channels_in, channels_out) > 1
    if slanted and many:
        raise InputError("the oblique view is drawn for one channel; leave out `--view oblique` or `--groups`")
    if slanted:
        inputs, outputs, kernel = _above_each_other(frames, numbers, unit, top)
    elif many:
        # Above the captions of the channels stands what is true of all of them.
        top += _LINE
        out_top = top + probe_in.height + _GAP + _LINE
        inputs = _in_a_row("input", frames.input, channels_in, unit, top)
        outputs = _in_a_row("output", frames.output, channels_out, unit, out_top)
        kernel = None
    else:
        inputs, outputs, kernel = _beside(frames, numbers, unit, top, max(probe_in.height, probe_out.height))
    planes = [*inputs, *outputs, *([kernel] if kernel is not None else [])]
    title = heading(frames)
    width = max(max(plane.left + plane.width for plane in planes) + _MARGIN, _LEAST_WIDTH)
    width = max(width, min(text_width(title, 11, bold=True) + 2 * _MARGIN, 620))
    planes_foot = max(plane.top + plane.height for plane in planes) + (34 if slanted else 20)
    lines = max(len(_passing_lines(frames, frame, numbers, width)) for frame in frames.frames)
    lasting = tuple(_lasting_lines(frames, width))
    lasts = planes_foot + lines * _LINE
    height = lasts + len(lasting) * _LINE + 4
    shift = (width - max(p.left + p.width for p in planes) - _MARGIN) / 2
    moved = [Plane(p.name, p.board, p.left + shift, p.top, p.unit, p.slanted) for p in planes]
    count = len(inputs)
    return _Stage(
        frames, numbers, grey, tuple(moved[:count]), tuple(moved[count : count + len(outputs)]),
        moved[-1] if kernel is not None else None, title, lasting, width, planes_foot, lasts, height,
    )  # fmt: skip


def _unit(frames: Frames, numbers: Numbers | None) -> float:
    """Width of a cell, so that all boards fit."""
    columns = [board.columns[1] - board.columns[0] for board in (frames.input, frames.output)]
    counts = frames.channels
    across = sum(columns) if counts == (1, 1) else max(c * n + n for c, n in zip(columns, counts, strict=True))
    most = _UNIT if numbers is None else _VALUE_UNIT
    return max(_LEAST_UNIT, min(most, (_ROOM - _GAP) / across))


def _beside(
    frames: Frames, numbers: Numbers | None, unit: float, top: float, height: float
) -> tuple[tuple[Plane, ...], tuple[Plane, ...], Plane | None]:
    """Input, kernel where it has numbers, output, from left to right."""
    first = Plane("input", frames.input, _MARGIN, 0, unit)
    x = _MARGIN + first.width + _GAP
    kernel = _kernel_board(numbers)
    middle = None
    if kernel is not None:
        middle = Plane("kernel", kernel, x, 0, unit * 0.8)
        x += middle.width + _GAP
    last = Plane("output", frames.output, x, 0, unit)
    placed = [
        Plane(p.name, p.board, p.left, top + (height - p.height) / 2, p.unit)
        for p in (first, *([middle] if middle is not None else []), last)
    ]
    return (placed[0],), (placed[-1],), placed[1] if middle is not None else None


def _above_each_other(
    frames: Frames, numbers: Numbers | None, unit: float, top: float
) -> tuple[tuple[Plane, ...], tuple[Plane, ...], Plane | None]:
    """The output slanted above the input, the kernel beside them where it has numbers."""
    below = Plane("input", frames.input, _MARGIN, 0, unit, slanted=True)
    above = Plane("output", frames.output, _MARGIN, 0, unit, slanted=True)
    width = max(below.width, above.width)
    upper = Plane("output", frames.output, _MARGIN + (width - above.width) / 2, top, unit, slanted=True)
    low = top + above.height + _LIFT * unit + 6
    lower = Plane("input", frames.input, _MARGIN + (width - below.width) / 2, low, unit, slanted=True)
    kernel = _kernel_board(numbers)
    beside = Plane("kernel", kernel, _MARGIN + width + _GAP, top, unit * 0.8) if kernel is not None else None
    return (lower,), (upper,), beside


def _in_a_row(name: str, board: Board, count: int, unit: float, top: float) -> tuple[Plane, ...]:
    """One board for each channel."""
    wide = Plane("", board, 0, 0, unit).width + unit
    return tuple(Plane(f"{name} {i}", board, _MARGIN + i * wide, top, unit) for i in range(count))


def _kernel_board(numbers: Numbers | None) -> Board | None:
    if numbers is None or not numbers.weights:
        return None
    sizes = (len(numbers.weights), len(numbers.weights[0]))
    return Board((0, sizes[0]), (0, sizes[1]), sizes)


# ---------------------------------------------------------------------- one frame


def _scene(stage: _Stage, number: int) -> Scene:
    frames, frame = stage.frames, stage.frames.frames[number]
    page = (stage.width, stage.height)
    panels = []
    for channel, plane in enumerate(stage.inputs):
        reading = frame if len(stage.inputs) == 1 or channel in frame.channels else Frame((), ())
        panels.append(plane.panel(input_marks(frames, reading, plane, stage.numbers, grey=stage.grey), page))
    if stage.kernel is not None and stage.numbers is not None:
        panels.append(stage.kernel.panel(kernel_marks(stage.kernel, stage.numbers, frame), page))
    if stage.inputs[0].slanted:
        panels.append(page_panel(*page, tuple(_beams(stage, frame)), "beams"))
    for channel, plane in enumerate(stage.outputs):
        panels.append(plane.panel(output_marks(frames, number, plane, stage.numbers, channel=channel), page))
    words = page_panel(*page, tuple(_words(stage, number)), "words")
    described = f"{frame_text(frames, frame)}. Frame {number + 1} of {len(frames.frames)}."
    return Scene(stage.width, stage.height, stage.title, described, (*panels, words, _title(stage), _lasting(stage)))


def _words(stage: _Stage, number: int) -> Iterator[Mark]:
    """Captions of the boards, and the lines that change from frame to frame."""
    frames = stage.frames
    yield from _captions(stage)
    for i, line in enumerate(_passing_lines(frames, frames.frames[number], stage.numbers, stage.width)):
        yield Text(_MARGIN, stage.foot + i * _LINE, line, 9, "ink" if i == 0 else "soft", "start")
    yield Text(stage.width - _MARGIN, stage.foot, f"{number + 1} / {len(frames.frames)}", 7.5, "soft", "end")


def _title(stage: _Stage) -> Panel:
    # Bold letters are wider than those that are measured.
    size = fitting(stage.title, 0.88 * (stage.width - 2 * _MARGIN), 11)
    strip = (0.0, 0.0, stage.width, _HEAD - 8)
    return Panel("title", strip, strip, (Text(_MARGIN, 18, stage.title, size, anchor="start", bold=True),))


def _lasting(stage: _Stage) -> Panel:
    lines = enumerate(stage.lasting)
    texts = tuple(Text(_MARGIN, stage.lasts + i * _LINE, line, 9, "soft", "start") for i, line in lines)
    top = stage.lasts - _LINE / 2
    return Panel("lasting", (0, top, stage.width, stage.height - top), (0, top, stage.width, stage.height), texts)


def _captions(stage: _Stage) -> Iterator[Mark]:
    steps = stage.frames.steps
    padding = padding_text(steps) if stage.frames.way == "gather" else ""
    texts = {
        "input": f"input {size_of(steps.axes, out=False)}" + (f", {padding}" if padding else ""),
        "output": f"output {size_of(steps.axes, out=True)}",
    }
    for planes, name in ((stage.inputs, "input"), (stage.outputs, "output")):
        for channel, plane in enumerate(planes):
            yield _caption(plane, texts[name] if len(planes) == 1 else f"channel {channel}", alone=len(planes) == 1)
        if len(planes) > 1:
            yield Text(planes[0].left, planes[0].top - 9 - _LINE, texts[name], 9, "soft", "start")
    if stage.kernel is not None:
        yield _caption(stage.kernel, f"kernel {stage.kernel.rows}×{stage.kernel.columns}", alone=True)
    if not stage.inputs[0].slanted and len(stage.inputs) == len(stage.outputs) == 1:
        left, right = stage.inputs[0], stage.outputs[0]
        y = left.top + left.height / 2
        start = (stage.kernel or left).left + (stage.kernel or left).width + 10
        yield Arrow(start, y, right.left - 10, y, Paint("", "soft", 1.2))


def _caption(plane: Plane, text: str, *, alone: bool) -> Text:
    room = plane.width + (_GAP - 6 if alone else plane.unit * 0.9)
    # A slanted input has beams above it.
    below = plane.slanted and plane.name == "input"
    y = plane.top + plane.height + 11 if below else plane.top - 9
    return Text(plane.left + plane.width / 2, y, text, fitting(text, room, 9), "soft")


def _passing_lines(frames: Frames, frame: Frame, numbers: Numbers | None, width: float) -> list[str]:
    """What is said of one frame."""
    found = [frame_text(frames, frame)]
    if numbers is not None and frames.way != "stamp":
        found.append(numbers.sentence(frame))
    return [line for text in found for line in wrapped_text(text, width - 2 * _MARGIN - _COUNTER, 9)]


def _lasting_lines(frames: Frames, width: float) -> list[str]:
    """What is said of all frames."""
    found = [*equations(frames.steps), *([frames.note] if frames.note else [])]
    if frames.unread:
        found.append("Hatched: cells that no output reads.")
    return [line for text in found for line in wrapped_text(text, width - 2 * _MARGIN, 9)]


def _beams(stage: _Stage, frame: Frame) -> Iterator[Mark]:
    """Lines from the corners of what is read to the corners of what is written."""
    paint = Paint("", "soft", 0.7, (2.5, 2))
    if not frame.reads or not frame.writes:
        return
    ends = []
    for plane, cells in (
        (stage.inputs[0], [r.at for r in frame.reads]),
        (stage.outputs[0], [w.at for w in frame.writes]),
    ):
        rows, columns = ([cell[d] for cell in cells] for d in (0, 1))
        low, high = (min(rows), min(columns)), (max(rows) + 1, max(columns) + 1)
        ends.append([plane.point(y, x) for y in (low[0], high[0]) for x in (low[1], high[1])])
    yield from (Path((a, b), paint) for a, b in zip(*ends, strict=True))
