"""The four equations of receptive-field arithmetic with a network's numbers in them, layer by layer.

They hold where a layer slides one window over one value. Whether they do is checked, not assumed: a layer gets its
equations only if these give exactly the numbers of its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.results import AxisField, LayerField
from eyeshot.analyses.selection import NONE_ASKED, check_count
from eyeshot.analyses.steps import AxisSteps, Steps, steps_of
from eyeshot.errors import InputError, LimitError

__all__ = ["Equations", "ProcedureStep", "Quadruple", "procedure_of"]


@dataclass(frozen=True, slots=True)
class Quadruple:
    """Features, jump, receptive-field size and start along one axis."""

    n: int
    jump: Fraction
    size: int
    start: Fraction


@dataclass(frozen=True, slots=True)
class Equations:
    """What stands in the four equations along one axis.

    Parameters
    ----------
    axis : str
        Name of the axis.
    before, after : Quadruple
        Numbers of the value that is read, and of the result.
    kernel, stride, dilation : int
        The window.
    padding : tuple of (int, int)
        Cells before and behind.
    ceil : bool
        Whether the number of features is rounded up.
    """

    axis: str
    before: Quadruple
    after: Quadruple
    kernel: int
    stride: int
    dilation: int
    padding: tuple[int, int]
    ceil: bool

    @property
    def reach(self) -> int:
        """The kernel's extent with the holes of its dilation: ``dilation·(kernel − 1) + 1``."""
        return self.dilation * (self.kernel - 1) + 1

    def hold(self) -> bool:
        """Whether the four equations give `after`; a count that is rounded up may be one less (PyTorch's rule)."""
        room = self.before.n + sum(self.padding) - self.reach
        n = -(-room // self.stride) + 1 if self.ceil else room // self.stride + 1
        shift = (Fraction(self.reach - 1, 2) - self.padding[0]) * self.before.jump
        found = (
            self.before.jump * self.stride,
            self.before.size + (self.reach - 1) * self.before.jump,
            self.before.start + shift,
        )
        given = (self.after.jump, Fraction(self.after.size), self.after.start)
        counts = {n, n - 1} if self.ceil else {n}
        return self.after.n in counts and found == given


@dataclass(frozen=True, slots=True)
class ProcedureStep:
    """A row of the table, its node, and its equations, one for each axis; none where they do not hold."""

    field: LayerField
    node: str
    operands: tuple[str, ...]
    equations: tuple[Equations, ...]


def procedure_of(
    analysis: Analysis, input_name: str, layers: Mapping[str, str] = NONE_ASKED
) -> tuple[ProcedureStep, ...]:
    """The steps of some layers, in the order of the network.

    Parameters
    ----------
    analysis : Analysis
        Of the network.
    input_name : str
        The input in whose pixels the numbers are.
    layers : mapping of str to str
        Names of nodes, each with the name by which it was asked for; by default all rows of the default table that
        depend on the input.

    Raises
    ------
    InputError
        If a layer that is asked for does not depend on the input, or if too many are asked for.
    """
    check_count(layers)
    rows = {entry.node: row for entry, row in zip(analysis.outline(), analysis.table.rows, strict=True)}
    if layers:
        rows = {
            name: replace(rows.get(name, analysis.row(name)), name=layers[name])
            for name in sorted(layers, key=analysis.graph.position.__getitem__)
        }
    depending = {name: row for name, row in rows.items() if any(axis.input == input_name for axis in row.axes)}
    for name, label in layers.items():
        if name not in depending:
            raise InputError(
                f"layer `{label}` of `{analysis.graph.name}` must read the input `{input_name}` to have numbers in its "
                "pixels, but does not"
            )
    return tuple(_step(analysis, name, row, input_name) for name, row in depending.items())


def _step(analysis: Analysis, name: str, row: LayerField, input_name: str) -> ProcedureStep:
    graph = analysis.graph
    node = graph.by_name[name]
    try:
        steps = steps_of(graph, node, analysis.theoretical)
    except (InputError, LimitError):
        # Branches, reductions and whatever slides no window: their numbers are shown without equations.
        return ProcedureStep(row, name, node.inputs, ())
    before = _quadruples(analysis, steps.operand, input_name)
    after = {axis.axis: axis for axis in row.axes if axis.input == input_name}
    equations = [
        _equations(axis, before[axis.axis], after[axis.axis], steps)
        for axis in steps.axes
        if axis.has_kernel and axis.axis in before and axis.axis in after
    ]
    good = len(equations) == len(after) and all(equation is not None and equation.hold() for equation in equations)
    return ProcedureStep(row, name, (steps.operand,), tuple(e for e in equations if e is not None) if good else ())


def _quadruples(analysis: Analysis, name: str, input_name: str) -> dict[str, Quadruple]:
    for value in analysis.graph.inputs:
        if value.name == name:
            own = {axis.name: value.shape[axis.dim] for axis in value.axes} if name == input_name else {}
            return {axis: Quadruple(n, Fraction(1), 1, Fraction(1, 2)) for axis, n in own.items()}
    rows = (axis for axis in analysis.row(name).axes if axis.input == input_name)
    return {axis.axis: Quadruple(axis.n, axis.jump, axis.size, axis.start) for axis in rows if axis.jump is not None}


def _equations(axis: AxisSteps, before: Quadruple, after: AxisField, steps: Steps) -> Equations | None:
    if steps.op != "window" or after.size != after.size_min or after.jump is None:
        return None
    return Equations(
        axis.axis,
        before,
        Quadruple(after.n, after.jump, after.size, after.start),
        axis.setting("kernel"),
        axis.setting("stride", 1),
        axis.setting("dilation", 1),
        (
            axis.setting("pad_before") + axis.setting("before"),
            axis.setting("pad_after") + axis.setting("after"),
        ),
        steps.ceil,
    )
