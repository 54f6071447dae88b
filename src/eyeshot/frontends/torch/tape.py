"""What a model has done so far: steps in order, each an op of the closed set, and the module call it belongs to.

Steps are named at the end only, when it is known which of them is the result of its module call, and steps that lead
nowhere are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from eyeshot.frontends.known import Known, carried
from eyeshot.frontends.torch.blend import Blend
from eyeshot.frontends.torch.loops import Places, loops_of
from eyeshot.graph.access import Shape
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Call, Graph, Op
from eyeshot.graph.ops import Constant, Gather, Opaque

__all__ = ["Frame", "Tape", "Value"]


class Value:
    """A value of the graph to be: its place on the tape, its shape, and which of its numbers are known."""

    __slots__ = ("index", "known", "shape")

    def __init__(self, index: int, shape: Shape, known: Known | None = None) -> None:
        self.index, self.shape, self.known = index, shape, known

    @property
    def plain(self) -> Value:
        """The same value, of which no number is known: for a step that makes nothing of it."""
        return Value(self.index, self.shape) if self.known is not None else self

    def telling(self, known: Known | None) -> Value:
        """The same value with other numbers known."""
        return Value(self.index, self.shape, known)


@dataclass(eq=False, slots=True)
class Frame:
    """One call of a module.

    Parameters
    ----------
    label : str
        Module path and, from the second call on, the call's number, ``"block#2"``; empty for the model itself.
    kind : str
        The module's class.
    module : object
        The module; None for the model's surroundings.
    has_children : bool
        Whether it called other modules.
    result : Value or None
        What it returned, if that depends on an input.
    results : dict of str to Value
        Everything that it returned, by key, where that is more than one tensor.
    depth : int
        Parts of the module's path.
    first : int
        Steps on the tape before the call.
    stop : int or None
        Steps at its end; None while it is running, and where the whole capture ended within it.
    place : int
        Where in the program it was called.
    is_ready : bool
        Whether the framework has made its class, which has no loops of its own.
    """

    label: str
    kind: str = ""
    module: Any = None
    has_children: bool = False
    result: Value | None = None
    results: dict[str, Value] = field(default_factory=dict)
    depth: int = 0
    first: int = 0
    stop: int | None = None
    place: int = -1
    is_ready: bool = False


class _Step:
    """One op; `call` numbers the operation of the framework that it is a part of, `place` says where that stands."""

    __slots__ = ("call", "frame", "inputs", "op", "place", "source")

    def __init__(self, op: Op, inputs: tuple[int, ...], tape: Tape) -> None:
        self.op, self.inputs = op, inputs
        self.source, self.frame, self.call, self.place = tape.source, tape.frame, tape.call, tape.place


class Tape:
    """Records inputs and steps, and makes a graph of them.

    `blends` and `pairs` tell of complex values how their parts are blended, and what holds them apart, by place.
    Once the graph is made, `names` has the name of every value by its place on the tape, empty for those that lead
    nowhere, and `calls` has for every node the number of the call that it is a part of. `hides` has the numbers of
    calls in which zeros hide what they are multiplied with; `looked_up` identifies the constants whose numbers rules
    have asked for.
    """

    def __init__(self) -> None:
        self.frame = Frame("")
        self.frames: list[Frame] = []
        self.source = ""
        self.call = 0
        self.places = Places()
        self.place = -1
        self.notes: list[str] = []
        self.names: list[str] = []
        self.calls: dict[str, int] = {}
        self.blends: dict[int, Blend] = {}
        self.pairs: dict[int, Value] = {}
        self.ended = ""
        self._looked_at: tuple[Value, ...] = ()
        # Steps that make the first of several results of an operation.
        self._firsts: list[int] = []
        self.hides: set[int] = set()
        self.looked_up: list[int] = []
        self._inputs: list[tuple[str, Shape, str | None]] = []
        self._steps: list[_Step] = []

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(name for name, _, _ in self._inputs)

    def input(self, name: str, shape: Shape, layout: str | None) -> Value:
        """An input; all inputs come before all steps."""
        self._inputs.append((name, shape, layout))
        return Value(len(self._inputs) - 1, shape)

    def add(self, op: Op, *operands: Value, shape: Shape | None = None) -> Value:
        """One step; its shape is derived by the op's rule where it is not given."""
        if shape is None:
            shape = op.infer_shape(*[operand.shape for operand in operands])
        known = None
        for operand in operands:
            if operand.known is not None:
                known, operands = self._carried(op, operands)
                break
        inputs = tuple([operand.index for operand in operands])
        self._steps.append(_Step(op, inputs, self))
        return Value(len(self._inputs) + len(self._steps) - 1, shape, known)

    def _carried(self, op: Op, operands: tuple[Value, ...]) -> tuple[Known | None, tuple[Value, ...]]:
        """What is known after a step; operands of which more is known than the step can make use of, as a bound."""
        known, is_lost = carried(op, [o.shape for o in operands], [o.known for o in operands])
        if is_lost:
            operands = tuple(self.dimmed(o) if o.known is not None and o.known.matters else o for o in operands)
        return known, operands

    def dimmed(self, value: Value) -> Value:
        """A value some elements of which count no more, or hide others; which ones is left open: a bound."""
        rank = len(value.shape)
        return self.add(Gather(rank - 1, None, value.shape[-1]), value.plain) if rank else value.plain

    def step(self, index: int) -> tuple[Op, tuple[int, ...]] | None:
        """The op of a value and the places of its operands; None for an input."""
        at = index - len(self._inputs)
        return (self._steps[at].op, self._steps[at].inputs) if at >= 0 else None

    def is_bound(self, value: Value, begin: int) -> bool:
        """Whether a value is made by the steps after the first so many, and data decide what one of them reads."""
        waiting = [value.index - len(self._inputs)]
        while waiting:
            i = waiting.pop()
            if i >= begin:
                op = self._steps[i].op
                if isinstance(op, Opaque) or (isinstance(op, Gather) and op.indices is None):
                    return True
                waiting += (k - len(self._inputs) for k in self._steps[i].inputs)
        return False

    def constant(self, shape: Shape) -> Value:
        """A value that reads nothing."""
        return self.add(Constant(tuple(shape)))

    def leads(self, value: Value) -> None:
        """Say that a value is the first of several results of the operation that is being recorded."""
        if value.index >= len(self._inputs) and self._steps[value.index - len(self._inputs)].call == self.call:
            self._firsts.append(value.index - len(self._inputs))

    def note(self, sentence: str) -> None:
        """Say something to the reader of any result, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    # ------------------------------------------------------------------ the end

    def end(self, where: str, looked_at: Sequence[Value]) -> None:
        """Say where and why nothing more can be read, and what is looked at there."""
        self.ended, self._looked_at = where, tuple(looked_at)

    def graph(self, name: str, outputs: list[Value]) -> Graph:
        """The graph of all steps that lead to an output or to the result of a module.

        Where the capture has ended, nobody knows what leads where: then the result of every operation counts.
        """
        first = len(self._inputs)
        live = self._live(self._roots(outputs))
        if self.ended:
            outputs = [Value(first + i, ()) for i in self._ends(live)]
        names = self._names(live)
        self.names = [label for label, _, _ in names]
        self.calls = {names[first + i][0]: step.call for i, step in enumerate(self._steps) if live[i]}
        build = GraphBuilder(name)
        for label, shape, layout in self._inputs:
            build.input(label, shape, layout)
        for i, step in enumerate(self._steps):
            if live[i]:
                label, source, layer = names[first + i]
                build.add(step.op, *[names[k][0] for k in step.inputs], name=label, source=source, layer=layer)
        for frame in self.frames:
            for key, value in (("", frame.result), *((f"[{k}]", v) for k, v in frame.results.items())):
                if value is not None and frame.label + key:
                    build.group(frame.label + key, names[value.index][0])
        before = list(accumulate(live, initial=0))
        for frame in self.frames:
            stop = frame.stop if frame.stop is not None else len(self._steps)
            build.call(Call(frame.label, frame.kind, frame.depth, before[frame.first], before[stop]))
        for sentence in self.notes:
            build.note(sentence)
        build.loops(self._loops(live, names))
        build.end(self.ended)
        return build.finish(*dict.fromkeys(names[value.index][0] for value in outputs))

    def _loops(self, live: Sequence[bool], names: list[tuple[str, str, str]]) -> tuple[tuple[str, ...], ...]:
        """Names of layers and module calls that one place in the program made again and again."""
        first = len(self._inputs)
        placed = [i for i, step in enumerate(self._steps) if live[i] and step.place >= 0]
        made = ((self._steps[i], names[first + i][2], i) for i in sorted(self._mains(placed).values()))
        operations = [(step.place, layer, i) for step, layer, i in made if layer != step.frame.label]
        return loops_of(operations, [(frame.place, frame.label, frame.first) for frame in self.frames])

    def _roots(self, outputs: list[Value]) -> list[Value]:
        """Values that are kept with all that leads to them."""
        roots = [*outputs, *(v for frame in self.frames for v in _returned(frame))]
        if self.ended:
            first = len(self._inputs)
            roots += [*self._looked_at, *(Value(first + i, ()) for i in self._mains(range(len(self._steps))).values())]
        return roots

    def _mains(self, places: Sequence[int]) -> dict[tuple[int, int], int]:
        """For every operation, by its number and module call, the step among these that makes its first result."""
        steps = self._steps
        found = {(steps[i].call, id(steps[i].frame)): i for i in places}
        among = set(places) if self._firsts else ()
        for i in self._firsts:
            if i in among:
                found[steps[i].call, id(steps[i].frame)] = i
        return found

    def _live(self, roots: list[Value]) -> list[bool]:
        first = len(self._inputs)
        live = [not roots] * len(self._steps)
        for value in roots:
            if value.index >= first:
                live[value.index - first] = True
        for i in range(len(self._steps) - 1, -1, -1):
            if live[i]:
                for k in self._steps[i].inputs:
                    if k >= first:
                        live[k - first] = True
        return live

    def _ends(self, live: list[bool]) -> list[int]:
        """Live steps that no step reads."""
        first = len(self._inputs)
        read = {k - first for i, step in enumerate(self._steps) if live[i] for k in step.inputs}
        return [i for i in range(len(self._steps)) if live[i] and i not in read]

    def _names(self, live: list[bool]) -> list[tuple[str, str, str]]:
        """Name, source and layer of every value."""
        first = len(self._inputs)
        names = [(label, "", "") for label, _, _ in self._inputs]
        results = {
            frame.result.index: frame
            for frame in self.frames
            if frame.label and frame.result and not frame.has_children and self._made_in(frame.result, frame)
        }
        # A module path is the module's, whether or not one operation holds its result.
        taken = _Names(list(self.inputs), [frame.label for frame in self.frames])
        main = self._mains([i for i, is_live in enumerate(live) if is_live])
        whole: dict[tuple[int, int], str] = {}
        for i, step in enumerate(self._steps):
            if not live[i]:
                names.append(("", "", ""))
                continue
            key = (step.call, id(step.frame))
            stem = f"{step.frame.label}.{step.source}" if step.frame.label else step.source
            is_leaf = bool(step.frame.label) and not step.frame.has_children
            if first + i in results:
                label, source = step.frame.label, step.frame.kind
            elif main[key] == i:
                label = whole[key] = whole.get(key) or taken.free(stem)
                source = step.source
            else:
                if key not in whole and first + main[key] not in results:
                    whole[key] = taken.free(stem)
                label, source = taken.free(f"{whole.get(key, stem)}.{step.op.kind}"), step.source
            names.append((label, source, step.frame.label if is_leaf else whole.get(key, label)))
        return names

    def _made_in(self, value: Value, frame: Frame) -> bool:
        first = len(self._inputs)
        return value.index >= first and self._steps[value.index - first].frame is frame


class _Names:
    """Names that are still free; those of module calls are kept for them."""

    def __init__(self, taken: list[str], reserved: list[str]) -> None:
        self._taken = {*taken, *reserved}
        self._numbers: dict[str, int] = {}

    def free(self, stem: str) -> str:
        if stem not in self._taken:
            self._taken.add(stem)
            return stem
        number = self._numbers.get(stem, 2)
        while f"{stem}.{number}" in self._taken:
            number += 1
        self._numbers[stem] = number + 1
        self._taken.add(f"{stem}.{number}")
        return f"{stem}.{number}"


def _returned(frame: Frame) -> list[Value]:
    return [*([frame.result] if frame.result is not None else []), *frame.results.values()]
