"""The procedure: the four equations with a network's numbers in them, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from eyeshot.analyses.procedure import Equations, ProcedureStep
from eyeshot.analyses.results import AxisField, InputInfo
from eyeshot.counted import counted, of_many
from eyeshot.present.drawings.plane import full_name, size_text
from eyeshot.present.drawings.sheet import HEAD, MARGIN, sheet
from eyeshot.present.escape import visible
from eyeshot.present.numerals import joined, numeral, size_range
from eyeshot.present.rows import jump_text
from eyeshot.present.scene.metrics import fitting, shortened, text_width
from eyeshot.present.scene.palette import category
from eyeshot.present.scene.scene import Mark, Paint, Path, Rect, Scene, Text, page_panel

__all__ = ["equation_texts", "procedure_scene"]

MOST_STEPS = 12

_MOST_OPERANDS = 3
_NAME = 150.0
_SIZE = 9.5
_LINE = 15.0
_LEAST = 210.0
_NUMBERS = 150.0
_FORMULAS = (
    ("n", "n = ⌊(n′ + p − k) / s⌋ + 1"),
    ("j", "j = j′ · s"),
    ("r", "r = r′ + (k − 1) · j′"),
    ("start", "start = start′ + ((k − 1)/2 − p₀) · j′"),
)


def procedure_scene(model: str, info: InputInfo, steps: Sequence[ProcedureStep], *, whole: bool = False) -> Scene:
    """The figure of the computation.

    Parameters
    ----------
    model : str
        Name of the network.
    info : InputInfo
        The input in whose pixels the numbers are.
    steps : sequence of ProcedureStep
        Layers in order.
    whole : bool
        Whether to show all of them; else those that change something, thinned out in the middle.
    """
    shown, hidden = (list(steps), 0) if whole else _shown(steps)
    columns = _columns(shown)
    marks: list[Mark] = []
    y = HEAD
    width = MARGIN * 2 + _NAME + columns + _NUMBERS
    marks += _heading(y, columns)
    y += 5.6 * _LINE
    marks += _row_numbers(("input", f"{info.name}, {size_text(info.extents)}"), _input_numbers(info), y, columns, 0)
    y += 4.6 * _LINE
    for number, item in enumerate(shown, 1):
        marks.append(Path(((MARGIN, y - 12), (width - MARGIN, y - 12)), Paint("", "line", 0.6)))
        if isinstance(item, int):
            text = f"… {counted(item, 'layer')} …"
            marks.append(Text(MARGIN + 14, y + 2, text, _SIZE, "soft", "start"))
            y += 2 * _LINE
            continue
        marks += _step(item, info.name, y, columns, number)
        y += 4.6 * _LINE
    title = f"{model} · {info.name} {size_text(info.extents)}"
    notes = ["k counts the holes of a dilated kernel: k = d · (k′ − 1) + 1. p: padding on both sides, p₀: before."]
    axes = [equations.axis for item in shown if isinstance(item, ProcedureStep) for equations in item.equations]
    if axes and len(info.axes) > 1:
        notes.append(f"Equations along {visible(axes[0])}; numbers that differ between axes are written a×b.")
    if hidden:
        which = counted(hidden, "layer that changes", "layers that change")
        lie = of_many(hidden, "lies", "lie")
        notes.append(f"Not shown: {which} none of n, j and r, or {lie} in between.")
    described = "; ".join(_described(step, info.name) for step in shown if isinstance(step, ProcedureStep))
    page = page_panel(width, y, tuple(marks), "procedure")
    return sheet((width, y - 14), [page], title=title, description=f"The four equations: {described}.", notes=notes)


def equation_texts(equations: Equations) -> tuple[str, str, str, str]:
    """The four equations with their numbers, without the results.

    Examples
    --------
    >>> import eyeshot
    >>> from eyeshot.analyses.analysis import Analysis
    >>> from eyeshot.analyses.procedure import procedure_of
    >>> (step,) = procedure_of(Analysis(eyeshot.load("conv k3 s2 p1", input_shape=5)), "input")
    >>> for line in equation_texts(step.equations[0]):
    ...     print(line)
    n = ⌊(5 + 2 − 3) / 2⌋ + 1
    j = 1 · 2
    r = 1 + (3 − 1) · 1
    start = 0.5 + ((3 − 1)/2 − 1) · 1
    """
    before, k = equations.before, equations.reach
    opened, closed = "⌈⌉" if equations.ceil else "⌊⌋"
    padding, jump = sum(equations.padding), numeral(before.jump)
    return (
        f"n = {opened}({before.n} + {padding} − {k}) / {equations.stride}{closed} + 1",
        f"j = {jump} · {equations.stride}",
        f"r = {before.size} + ({k} − 1) · {jump}",
        f"start = {_signed(before.start)} + (({k} − 1)/2 − {equations.padding[0]}) · {jump}",
    )


def _signed(value: Fraction) -> str:
    return numeral(value).replace("-", "−")


def _shown(steps: Sequence[ProcedureStep]) -> tuple[list[ProcedureStep | int], int]:
    """Steps to show, with the number of those left out where some are; and how many these are in all."""
    changing = [step for step in steps if _changes(step)] or list(steps)
    hidden = len(steps) - len(changing)
    if len(changing) <= MOST_STEPS:
        return list(changing), hidden
    head = MOST_STEPS // 2
    between = len(changing) - 2 * head
    return [*changing[:head], between, *changing[-head:]], hidden + between


def _changes(step: ProcedureStep) -> bool:
    """Whether a step has no equations, or changes one of n, j and r by them."""
    numbers = [
        ((e.before.n, e.before.jump, e.before.size), (e.after.n, e.after.jump, e.after.size)) for e in step.equations
    ]
    return any(before != after for before, after in numbers) or not numbers


def _columns(shown: Sequence[ProcedureStep | int]) -> float:
    """Width of the column of equations."""
    texts = [
        text for item in shown if isinstance(item, ProcedureStep) for e in item.equations for text in equation_texts(e)
    ]
    widest = max(text_width(text, _SIZE) for text in (*texts, *(formula for _, formula in _FORMULAS)))
    return max(_LEAST, widest + 24)


def _heading(y: float, columns: float) -> list[Mark]:
    """The equations in letters."""
    x = MARGIN + _NAME
    marks: list[Mark] = [
        Rect(x - 10, y - 10, x + columns - 12, y + 4.2 * _LINE, Paint("cell", "line", 0.6), "the equations")
    ]
    marks += [Text(x, y + 4 + i * _LINE, formula, _SIZE, anchor="start") for i, (_, formula) in enumerate(_FORMULAS)]
    text = "layer, its window"
    return [
        *marks,
        Text(MARGIN, y + 4, text, _SIZE, "soft", "start"),
        Text(x + columns, y + 4, "numbers", _SIZE, "soft", "start"),
    ]


def _row_numbers(names: tuple[str, str], numbers: Sequence[str], y: float, columns: float, number: int) -> list[Mark]:
    """Name of a layer on the left, its four numbers on the right."""
    x = MARGIN + _NAME + columns
    marks: list[Mark] = [
        Rect(MARGIN, y - 5, MARGIN + 8, y + 5, Paint(category(number), "ink", 0.6)),
        Text(MARGIN + 14, y, shortened(names[0], _NAME - 26, 10, bold=True), 10, anchor="start", bold=True),
        Text(MARGIN + 14, y + _LINE, shortened(names[1], _NAME - 22, 8.5), 8.5, "soft", "start"),
    ]
    for i, ((letter, _), value) in enumerate(zip(_FORMULAS, numbers, strict=True)):
        text = f"{letter} = {value}"
        marks.append(Text(x, y + i * _LINE, text, fitting(text, _NUMBERS - 8, _SIZE), anchor="start", bold=True))
    return marks


def _step(step: ProcedureStep, input_name: str, y: float, columns: float, number: int) -> list[Mark]:
    field = step.field
    marks = _row_numbers((field.name, _window(step)), _numbers(step, input_name), y, columns, number)
    x = MARGIN + _NAME
    if not step.equations:
        for i, line in enumerate(_reason(step)):
            marks.append(Text(x, y + i * _LINE, shortened(line, columns - 16, _SIZE), _SIZE, "soft", "start"))
        return marks
    return [
        *marks,
        *(
            Text(x, y + i * _LINE, text, _SIZE, anchor="start")
            for i, text in enumerate(equation_texts(step.equations[0]))
        ),
    ]


def _window(step: ProcedureStep) -> str:
    """The layer's window in words."""
    name = visible(step.field.source or step.field.op)
    if not step.equations:
        return name
    parts = [f"{name} k{joined(str(e.kernel) for e in step.equations)}"]
    if any(e.stride > 1 for e in step.equations):
        parts.append(f"s{joined(str(e.stride) for e in step.equations)}")
    if any(any(e.padding) for e in step.equations):
        parts.append("p" + joined(str(a) if a == b else f"{a}:{b}" for a, b in (e.padding for e in step.equations)))
    if any(e.dilation > 1 for e in step.equations):
        parts.append(f"d{joined(str(e.dilation) for e in step.equations)}")
    return " ".join(parts)


def _reason(step: ProcedureStep) -> Iterator[str]:
    """Why a layer has no equations, in four lines at most."""
    if len(step.operands) > 1:
        yield "branches meet; the hull of the fields of"
        shown = step.operands if len(step.operands) <= _MOST_OPERANDS else step.operands[: _MOST_OPERANDS - 1]
        yield from map(visible, shown)
        if len(shown) < len(step.operands):
            yield f"and {len(step.operands) - len(shown)} more"
    else:
        yield "no single window: the numbers"
        yield "are read off the graph"


def _input_numbers(info: InputInfo) -> tuple[str, str, str, str]:
    return joined(map(str, info.extents)), "1", "1", "0.5"


def _numbers(step: ProcedureStep, input_name: str) -> tuple[str, str, str, str]:
    axes = [axis for axis in step.field.axes if axis.input == input_name]
    return (
        joined(str(axis.n) for axis in axes),
        joined(map(jump_text, axes)),
        joined(map(_size, axes)),
        joined(_signed(axis.start) for axis in axes),
    )


def _size(axis: AxisField) -> str:
    return size_range(axis.size_min, axis.size)


def _described(step: ProcedureStep, input_name: str) -> str:
    n, jump, size, start = _numbers(step, input_name)
    return f"{full_name(step.field.name, step.node)} n {n}, j {jump}, r {size}, start {start}"
