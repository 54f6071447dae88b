"""What an animation says in words: what the layer is, its equation, and what happens in a frame."""

from __future__ import annotations

from eyeshot.analyses.steps import AxisSteps, Steps
from eyeshot.counted import of_many
from eyeshot.present.arithmetic.cells import Frame
from eyeshot.present.arithmetic.frames import Frames
from eyeshot.present.arithmetic.taps import padding_of
from eyeshot.present.escape import visible
from eyeshot.present.numerals import joined

__all__ = ["equations", "frame_text", "heading", "padding_text", "size_of"]

_KINDS = {
    "conv": "convolution",
    "depthwise": "depthwise convolution",
    "maxpool": "max pooling",
    "avgpool": "average pooling",
    "transposed": "transposed convolution",
    "upsample": "upsampling",
    "adaptive": "adaptive pooling",
}
_MODES = {"reflect": "reflected", "replicate": "replicated", "circular": "circular"}
_WAYS = {"stamp": ", each input stamped", "zeros": ", zeros inserted"}


def size_of(axes: tuple[AxisSteps, ...], *, out: bool) -> str:
    """The size of the operand or of the result in words."""
    return "×".join(str(axis.n_out if out else axis.n_in) for axis in axes)


def heading(frames: Frames) -> str:
    """What the layer is: ``convolution · kernel 3×3 · stride 2 · padding 1``."""
    steps = frames.steps
    parts = [_KINDS.get(steps.source, visible(steps.source)) + _WAYS.get(frames.way, "")]
    if all(axis.has_kernel for axis in steps.axes):
        parts.append("kernel " + "×".join(str(axis.setting("kernel")) for axis in steps.axes))
        parts += [
            f"{name} {joined(str(axis.setting(name, 1)) for axis in steps.axes)}"
            for name in ("stride", "dilation")
            if any(axis.setting(name, 1) != 1 for axis in steps.axes)
        ]
    if steps.op == "resample" and all(axis.n_out % axis.n_in == 0 for axis in steps.axes):
        parts.append(f"scale {joined(str(axis.n_out // axis.n_in) for axis in steps.axes)}")
    parts.append(padding_text(steps))
    if any(axis.setting("output_padding") for axis in steps.axes):
        parts.append(f"output padding {joined(str(axis.setting('output_padding')) for axis in steps.axes)}")
    groups = len(set(steps.groups))
    if steps.source == "conv" and groups > 1:
        parts.append(f"{groups} groups")
    if steps.ceil:
        parts.append("rounded up")
    return " · ".join(part for part in parts if part)


def padding_text(steps: Steps) -> str:
    """The padding in words; empty where there is none."""
    pads = list(map(padding_of, steps.axes))
    if not any(map(any, pads)):
        return ""
    text = joined(str(a) if a == b else f"{a}+{b}" for a, b in pads)
    return f"padding {text} {_MODES.get(steps.padding, '')}".rstrip()


def equations(steps: Steps) -> list[str]:
    """How many outputs there are, with numbers: a line, or one for each axis where they differ; none without window."""
    lines = {axis.axis: _equation(axis, steps) for axis in steps.axes if axis.has_kernel}
    if len(set(lines.values())) == 1:
        return list(lines.values())[:1]
    return [f"{visible(name)}: {line}" for name, line in lines.items()]


def _equation(axis: AxisSteps, steps: Steps) -> str:
    kernel, stride, dilation = (axis.setting(name, 1) for name in ("kernel", "stride", "dilation"))
    before, after = padding_of(axis)
    if steps.op == "transposed":
        more = axis.setting("output_padding")
        extra = f" + {more}" if more else ""
        reach = f"{dilation}·({kernel} − 1)" if dilation > 1 else f"({kernel} − 1)"
        return f"n = ({axis.n_in} − 1)·{stride} + {reach} + 1 − {before + after}{extra} = {axis.n_out}"
    opened, closed = "⌈⌉" if steps.ceil else "⌊⌋"
    dropped = _dropped(axis, steps)
    window = str(kernel) if dilation == 1 else f"({dilation}·({kernel} − 1) + 1)"
    return f"n = {opened}({axis.n_in} + {before + after} − {window}) / {stride}{closed} + 1{dropped} = {axis.n_out}"


def _dropped(axis: AxisSteps, steps: Steps) -> str:
    """Rounding up can promise a window that would begin behind the input; it is dropped."""
    room = axis.n_in + sum(padding_of(axis)) - axis.setting("dilation", 1) * (axis.setting("kernel") - 1) - 1
    promised = -(-room // axis.setting("stride", 1)) + 1 if steps.ceil else axis.n_out
    return " − 1" if promised > axis.n_out else ""


def frame_text(frames: Frames, frame: Frame) -> str:
    """What is read and written in a frame."""
    flat = len(frames.steps.axes) == 1
    if frames.way == "stamp":
        outs = _ranges([write.at for write in frame.writes], flat=flat) if frame.writes else "nothing"
        return f"input {_index(frame.reads[0].at, flat=flat)} is added to output {outs}"
    channel = f"channel {frame.channel}, " if frames.channels[1] > 1 else ""
    reads = _ranges([read.at for read in frame.reads], flat=flat) if frame.reads else "nothing"
    where = "of the inputs laid apart, " if frames.way == "zeros" else ""
    of = f" of input {of_many(len(frame.channels), 'channel')} {_listed(list(frame.channels))}" if channel else ""
    return f"output {channel}{_index(frame.writes[0].at, flat=flat)} reads {where}{reads}{of}"


def _index(at: tuple[int, int], *, flat: bool) -> str:
    return str(at[1]) if flat else f"({at[0]}, {at[1]})"


def _ranges(cells: list[tuple[int, int]], *, flat: bool) -> str:
    """Rows and columns: ``rows −1, 0, 1 and columns 1, 2, 3``."""
    rows, columns = (sorted({cell[d] for cell in cells}) for d in (0, 1))
    if flat:
        return _named("cell", columns)
    return f"{_named('row', rows)} and {_named('column', columns)}"


def _named(what: str, numbers: list[int]) -> str:
    return f"{of_many(len(numbers), what)} {_listed(numbers)}"


def _listed(numbers: list[int]) -> str:
    shown = [str(n).replace("-", "−") for n in numbers]
    steady = len(numbers) > 3 and numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"{shown[0]} to {shown[-1]}" if steady else ", ".join(shown)
