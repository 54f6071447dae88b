"""The frames of an animation: for each moment the cells that are read, and those that are written.

A layer is walked over in one of three ways. *Gathering* goes from output to output and marks what it reads. Of a
transposed convolution there are two more pictures: *stamping* goes from input to input and marks the outputs that its
kernel is stamped onto, and *zeros* lays the inputs apart, with zeros between them, and slides an ordinary window.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from eyeshot.analyses.steps import AxisSteps, Steps, Tap
from eyeshot.errors import InputError, LimitError
from eyeshot.present.arithmetic.cells import Board, Cell, Frame, Read, Write
from eyeshot.present.arithmetic.taps import Weighed, laid_apart, padding_of, readers, slid
from eyeshot.present.escape import visible

__all__ = ["WAYS", "Frames", "frames_of"]

WAYS = ("gather", "stamp", "zeros")

MOST_FRAMES = 400
_MOST_CELLS = 26
_MOST_SPAN = 48
_FEW_FRAMES = 64
_MOST_CHANNELS = 4


@dataclass(frozen=True, slots=True)
class Frames:
    """A whole animation, still without a look.

    Parameters
    ----------
    steps : Steps
        The layer.
    way : {"gather", "stamp", "zeros"}
        How it is walked over.
    input, output : Board
        What is drawn of the operand and of the result.
    unread : frozenset of (int, int)
        Places on the input's board that no output reads: cells of the input, and of the padding around it.
    frames : tuple of Frame
        In order.
    note : str
        Which layer of which network it is, and what is not drawn, as sentences; empty if there is nothing to say.
    """

    steps: Steps
    way: str
    input: Board
    output: Board
    unread: frozenset[Cell]
    frames: tuple[Frame, ...]
    note: str = ""

    @property
    def channels(self) -> tuple[int, int]:
        """Channels that are drawn of the operand and of the result."""
        return self.steps.channels if shows_channels(self.steps) else (1, 1)


def shows_channels(steps: Steps) -> bool:
    """Whether channels are drawn one by one: where there are few, and an output does not read all of them."""
    return bool(steps.groups) and max(steps.channels) <= _MOST_CHANNELS


def frames_of(steps: Steps, way: str = "gather", *, model: str = "") -> Frames:
    """The frames of a layer.

    Parameters
    ----------
    steps : Steps
        What the layer reads; of more than two axes the last two are drawn, of one a single row.
    way : {"gather", "stamp", "zeros"}
        How to walk over it; the last two are for transposed convolutions.
    model : str
        Name of the network, where the layer is one of several.

    Raises
    ------
    InputError
        If the way does not fit the layer.
    LimitError
        If there would be more than 400 frames, or if a single output reads too many cells to draw.

    Examples
    --------
    >>> import eyeshot
    >>> from eyeshot.analyses.steps import steps_of
    >>> from eyeshot.analyses.walk import Extent, forward
    >>> graph = eyeshot.load("conv k3 s2 p1", input_shape=5)
    >>> frames = frames_of(steps_of(graph, graph.nodes[0], forward(graph, Extent.ENDLESS))).frames
    >>> len(frames), [read.at for read in frames[0].reads if read.source is not None]
    (9, [(0, 0), (0, 1), (1, 0), (1, 1)])
    """
    if way not in WAYS:
        raise InputError(f"a way must be one of {', '.join(WAYS)}; found {way!r}")
    if way != "gather" and steps.op != "transposed":
        raise InputError(f"the view `{way}` is for transposed convolutions, but `{steps.layer}` is a {steps.source}")
    if way != "gather" and shows_channels(steps):
        raise InputError(f"the view `{way}` is drawn for one channel; `{steps.layer}` has groups of channels")
    y, x = _two(steps.axes)
    outs = _drawn_outputs(steps.layer, y, x)
    whole = outs == (y.n_out, x.n_out)
    if way == "stamp":
        found = _stamping(steps, (y, x), outs, whole=whole)
    else:
        found = _gathering(steps, (y, x), outs, zeros=way == "zeros")
    if len(found.frames) > MOST_FRAMES:
        raise LimitError(
            f"an animation may have at most {MOST_FRAMES} frames, but this one needs {len(found.frames):,}; "
            "choose a smaller input or fewer channels"
        )
    about = f"Layer {visible(steps.layer)} of {visible(model)}. " if model else ""
    return replace(found, note=(about + found.note).strip())


def _two(axes: tuple[AxisSteps, ...]) -> tuple[AxisSteps, AxisSteps]:
    """The last two axes; a single one as a row."""
    if len(axes) > 1:
        return axes[-2], axes[-1]
    return AxisSteps("", 1, 1, (), ((Tap(0, 0),),)), axes[0]


def _drawn_outputs(layer: str, y: AxisSteps, x: AxisSteps) -> Cell:
    """How many outputs are drawn, from the first one on: all of a small layer, a corner of a large one."""
    spans = [_span(axis, 1)[1] - _span(axis, 1)[0] for axis in (y, x)]
    if max(spans) > _MOST_SPAN:
        raise LimitError(
            f"one output of `{layer}` spans {spans[0]}×{spans[1]} cells, and a drawing has room for {_MOST_SPAN} along "
            "an axis; choose a smaller input"
        )
    most = [_fitting(axis) for axis in (y, x)]
    while most[0] * most[1] > _FEW_FRAMES and most != [y.n_out, x.n_out]:
        largest = 0 if most[0] >= most[1] else 1
        most[largest] -= 1
    if max(y.n_in, x.n_in, y.n_out, x.n_out) <= _MOST_CELLS:
        return y.n_out, x.n_out
    return most[0], most[1]


def _fitting(axis: AxisSteps) -> int:
    """Outputs along an axis whose windows fit the drawing."""
    count = axis.n_out
    while count > 1 and (count > _MOST_CELLS or _span(axis, count)[1] - _span(axis, count)[0] > _MOST_CELLS):
        count = min(count - 1, _MOST_CELLS)
    return count


def _span(axis: AxisSteps, count: int) -> Cell:
    """Places that the first outputs read, from the first to behind the last."""
    at = [tap.at for taps in axis.taps[:count] for tap in taps]
    return min(at, default=0), max(at, default=0) + 1


def _gathering(steps: Steps, axes: tuple[AxisSteps, AxisSteps], outs: Cell, *, zeros: bool) -> Frames:
    taps = [laid_apart(axis, steps) if zeros else slid(axis, steps) for axis in axes]
    apart = tuple(axis.setting("stride", 1) if zeros else 1 for axis in axes)
    frames = tuple(
        Frame(tuple(_read(a, b) for a in taps[0][i] for b in taps[1][j]), (Write((i, j)),), channel, channels)
        for channel, channels in _channels(steps)
        for i in range(outs[0])
        for j in range(outs[1])
    )
    used = [[tap.at for taps_of in along[:n] for tap in taps_of] for along, n in zip(taps, outs, strict=True)]
    ranges = [_range(at, axis, n, steps, step) for at, axis, n, step in zip(used, axes, outs, apart, strict=True)]
    board = Board(ranges[0], ranges[1], (axes[0].n_in, axes[1].n_in), (apart[0], apart[1]))
    output = Board((0, outs[0]), (0, outs[1]), (axes[0].n_out, axes[1].n_out))
    unread = _unread(*axes)
    if not zeros and steps.op == "window":
        lines = [set(along) for along in used]
        unread |= {
            at for at in board.places() if board.cell(at) is None and not (at[0] in lines[0] and at[1] in lines[1])
        }
    return Frames(steps, "zeros" if zeros else "gather", board, output, unread, frames, _note(steps, axes, outs))


def _range(at: list[int], axis: AxisSteps, outs: int, steps: Steps, apart: int) -> Cell:
    """Places to draw along an axis: what is read, and all of the input and its padding where all outputs are drawn."""
    first, behind = min(at, default=0), max(at, default=0) + 1
    if outs < axis.n_out:
        return min(first, 0), behind
    before, after = padding_of(axis) if steps.op == "window" else (0, 0)
    return min(first, -before), max(behind, (axis.n_in - 1) * apart + 1 + after)


def _stamping(steps: Steps, axes: tuple[AxisSteps, AxisSteps], outs: Cell, *, whole: bool) -> Frames:
    """From input to input, with the outputs that read it."""
    reading = [readers(axis, steps, n) for axis, n in zip(axes, outs, strict=True)]
    inputs = [sorted(along) for along in reading]
    frames = tuple(
        Frame(
            (Read((i, j), (i, j), None),),
            tuple(Write((a, b), _pair(s, t)) for a, s in reading[0][i] for b, t in reading[1][j]),
        )
        for i in inputs[0]
        for j in inputs[1]
    )
    sizes = [axis.n_in if whole else max(along, default=0) + 1 for axis, along in zip(axes, inputs, strict=True)]
    board = Board((0, sizes[0]), (0, sizes[1]), (axes[0].n_in, axes[1].n_in))
    output = Board((0, outs[0]), (0, outs[1]), (axes[0].n_out, axes[1].n_out))
    return Frames(steps, "stamp", board, output, _unread(*axes), frames, _note(steps, axes, outs))


def _read(a: Weighed, b: Weighed) -> Read:
    source = (a.source, b.source) if min(a.source, b.source) >= 0 else None
    return Read((a.at, b.at), source, _pair(a.weight, b.weight))


def _pair(a: int | None, b: int | None) -> Cell | None:
    return (a, b) if a is not None and b is not None else None


def _channels(steps: Steps) -> list[tuple[int, tuple[int, ...]]]:
    return list(enumerate(steps.groups)) if shows_channels(steps) else [(0, (0,))]


def _unread(y: AxisSteps, x: AxisSteps) -> frozenset[Cell]:
    rows, columns = set(y.unread), set(x.unread)
    return frozenset((i, j) for i in range(y.n_in) for j in range(x.n_in) if i in rows or j in columns)


def _note(steps: Steps, axes: tuple[AxisSteps, AxisSteps], outs: Cell) -> str:
    """What is not drawn of a large layer."""
    parts = []
    if outs != (axes[0].n_out, axes[1].n_out):
        parts.append(f"Drawn: the first {outs[0]}×{outs[1]} of {axes[0].n_out}×{axes[1].n_out} outputs.")
    if len(steps.axes) > 2:
        named = ", ".join(axis.axis for axis in steps.axes[:-2])
        parts.append(f"Drawn: the last two axes; along {named} the layer moves in the same way.")
    if max(steps.channels) > 1 and not shows_channels(steps):
        parts.append(f"One of {steps.channels[0]} channels is drawn.")
    return " ".join(parts)
