"""The proof: every number about a network held against the network itself, running.

NaN in one row of the input comes out of exactly those features that read the row: it passes through sums and products,
also through weights of zero. So one run for each row, column and plane gives the exact projections of the field of
every feature of every layer, and runs with single pixels show holes and branches. Nothing here asks eyeshot's rules.
Where NaN does not pass (see `eyeshot.measure.passage`), other random numbers are put in its place: what changes was
read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eyeshot.analyses.analysis import Analysis
from eyeshot.graph.core import Value
from eyeshot.measure.claims import Claims, Probe
from eyeshot.measure.clean import Tensors, batched, checked, chunks, takes_batches
from eyeshot.measure.effort import Progress
from eyeshot.measure.judge import Judge
from eyeshot.measure.ledger import Entry, entries_of
from eyeshot.measure.probes import Random, holds_nan, pixel_probes, poisoned_inputs, row_probes
from eyeshot.measure.reproduce import Oracle, reproduced
from eyeshot.measure.results import AxisRows, InputProof, Mismatch, Proof, ValueProof, Verdict
from eyeshot.measure.runner import RAISES, Runner

__all__ = ["Plan", "Prover"]

_SUPPORTS = 64
"""Features whose exact support is held against every run."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is tried.

    Parameters
    ----------
    rows : int or None
        Most rows along an axis; None for all.
    pixels : int
        Single pixels of each input.
    seed : int
        Where random choices begin.
    batch : int
        Most inputs at once, as memory allows.
    one : int
        Bytes that one more input takes.
    layers : frozenset of str or None
        Nodes to look at; None for all.
    below : int
        Integers of an input lie below this one.
    """

    rows: int | None = None
    pixels: int = 16
    seed: int = 0
    batch: int = 1
    one: int = 1
    layers: frozenset[str] | None = None
    below: int = 2


@dataclass
class _Tally:
    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    pixels: dict[str, int] = field(default_factory=dict)
    planned: int = 0


class Prover:
    """Proves what is said of a network.

    Parameters
    ----------
    runner : Runner
        The network.
    clean : callable
        Draws a clean input for every input of the graph, from a random generator.
    plan : Plan
        How much is tried.
    number : str
        Type of its numbers, for the report.
    progress : callable, optional
        Told how far it is.
    """

    def __init__(
        self,
        runner: Runner,
        clean: Callable[[Any], Tensors],
        plan: Plan,
        *,
        number: str,
        progress: Progress | None = None,
    ) -> None:
        self._runner, self._plan, self._number = runner, plan, number
        self._claims = Claims(Analysis(runner.graph))
        self._random = Random(plan.seed)
        self._clean = clean(self._random.numbers)
        self._other = clean(self._random.numbers)
        self._progress = progress
        self._batch, self._runs = 1, 0
        self._tally = _Tally()
        self._notes: list[str] = list(runner.graph.notes)
        self._clean_values: dict[str, Any] = {}

    def fails(self) -> bool:
        """Whether the model raises something for a clean input."""
        self._runs += 1
        return self._runner.run(batched(self._clean, 1), lambda _, __: None).startswith(RAISES)

    def prove(self) -> Proof:
        """Run all that the plan asks for.

        Returns
        -------
        Proof
            What was found out; up to the interruption if there is one.

        Raises
        ------
        InputError
            If the model makes NaN of a clean input, or is random.
        """
        names, fault = checked(self._runner, self._clean)
        self._runs += 2
        names = [name for name in names if self._plan.layers is None or name in self._plan.layers]
        entries = entries_of(
            self._claims, self._runner.passages, names, without_nan=self._without_nan(), tables=self._runner.tables
        )
        interrupted = False
        mismatch = None
        try:
            self._prepare(entries)
            for probes in self._batches():
                self._judge(entries, probes)
            mismatch = self._reproduced(entries)
        except KeyboardInterrupt:
            interrupted = True
        return self._report(entries, fault, mismatch, interrupted=interrupted)

    # ------------------------------------------------------------------ before

    def _without_nan(self) -> frozenset[str]:
        return frozenset(name for name, tensor in self._clean.items() if not holds_nan(tensor))

    def _prepare(self, entries: dict[str, Entry]) -> None:
        judged_by_change = {name for name, entry in entries.items() if entry.passage}
        if judged_by_change:
            self._runs += 1
            self._runner.run(
                batched(self._clean, 1),
                lambda name, t: self._clean_values.update({name: t.clone()}) if name in judged_by_change else None,
            )
        # What is kept of the clean run takes the place of inputs.
        kept = sum(tensor.nbytes for tensor in self._clean_values.values())
        most = max(1, self._plan.batch - -(-kept // self._plan.one))
        if most > 1:
            if takes_batches(self._runner, (self._clean, self._other)):
                self._batch = most
            else:
                self._notes.append(
                    "Inputs went through the model one at a time: several at once do not give what each gives alone."
                )
            self._runs += 4
        self._watch(entries)

    def _watch(self, entries: dict[str, Entry]) -> None:
        """Choose features at random whose support is checked."""
        plain = [name for name, entry in entries.items() if entry.is_plain]
        choices = self._random.choices
        for k in choices.permutation(len(plain))[:_SUPPORTS]:
            name = plain[k]
            feature = tuple(int(choices.integers(n)) for n in self._claims.layout(name).extents)
            watched = self._claims.watched(name, feature)
            if watched is not None:
                entries[name].watched.append(watched)

    def _batches(self) -> list[list[Probe]]:
        """All probes, in batches of one input and axis."""
        found: list[list[Probe]] = []
        for value, axis, probes in row_probes(self._runner.graph, self._plan.rows, self._random):
            self._tally.rows[value.name, axis] = 0
            found += chunks(probes, self._batch)
        for value, probes in pixel_probes(self._runner.graph, self._plan.pixels, self._random):
            self._tally.pixels[value.name] = 0
            found += chunks(probes, self._batch)
        self._tally.planned = sum(map(len, found))
        return found

    # ------------------------------------------------------------------ the runs

    def _judge(self, entries: dict[str, Entry], probes: list[Probe]) -> None:
        judge = Judge(self._claims, entries, probes)
        fault = ""
        if probes[0].input.name in self._without_nan() - self._runner.looked_up:
            judge.opens(set(entries))
        else:
            fault = self._run(poisoned_inputs(self._clean, probes), judge.sees_poison, len(probes))
        for number in range(self._random.tries):
            if not judge.unsettled:
                break
            self._try_change(judge, entries, probes, number)
        judge.close(fault)
        self._count(probes)

    def _try_change(self, judge: Judge, entries: dict[str, Entry], probes: list[Probe], number: int) -> None:
        changed = self._random.changed(self._clean, probes, number, below=self._plan.below)
        self._run(changed, lambda name, t: self._compare(judge, name, t), len(probes))
        for i, probe in enumerate(probes):
            suspects = {name for name in judge.suspects if entries[name].evidence is None}
            if not suspects:
                break
            alone = {name: tensor[i : i + 1] for name, tensor in changed.items()}
            self._run(alone, lambda name, t, p=probe, s=suspects: self._confirm(judge, s, name, p, t), 1)  # type: ignore[misc]
        judge.suspects.clear()

    def _compare(self, judge: Judge, name: str, tensor: Any) -> None:
        if name in self._clean_values:
            judge.sees_change(name, tensor, self._clean_values[name])

    def _confirm(self, judge: Judge, suspects: set[str], name: str, probe: Probe, tensor: Any) -> None:
        if name in suspects:
            judge.confirm(name, probe, tensor, self._clean_values[name])

    def _run(self, inputs: Tensors, sees: Callable[[str, Any], None], count: int) -> str:
        self._runs += count
        return self._runner.run({name: tensor.clone() for name, tensor in inputs.items()}, sees)

    def _count(self, probes: Sequence[Probe]) -> None:
        probe = probes[0]
        if probe.axis is None:
            self._tally.pixels[probe.input.name] += len(probes)
        else:
            self._tally.rows[probe.input.name, probe.axis] += len(probes)
        done = sum(self._tally.rows.values()) + sum(self._tally.pixels.values())
        if self._progress is not None:
            self._progress(done, self._tally.planned)

    # ------------------------------------------------------------------ after

    def _reproduced(self, entries: dict[str, Entry]) -> Mismatch | None:
        """The smallest example of the first wrong value."""
        for entry in entries.values():
            if entry.evidence is not None:
                oracle = Oracle(self._runner, self._clean, self._random, self._plan.below, entry)
                return reproduced(self._claims, oracle, entry)
        return None

    def _report(self, entries: dict[str, Entry], fault: str, mismatch: Mismatch | None, *, interrupted: bool) -> Proof:
        graph = self._runner.graph
        wanted = [
            node
            for node in graph.nodes
            if node.name in self._runner.held and (self._plan.layers is None or node.name in self._plan.layers)
        ]
        values = tuple(
            entries[node.name].proof(self._claims)
            if node.name in entries
            else ValueProof(
                node.name, node.layer, Verdict.UNPROVABLE, fault or "it was not seen in the running model",
                self._claims.features(node.name), node.shape,
            )
            for node in wanted
        )  # fmt: skip
        return Proof(
            model=graph.name,
            inputs=tuple(self._input(value) for value in graph.inputs),
            values=values,
            inner=sum(node.name not in self._runner.held for node in graph.nodes),
            number=self._number,
            runs=self._runs,
            batch=self._batch,
            seed=self._plan.seed,
            supports=sum(len(entry.watched) for entry in entries.values()),
            notes=tuple(self._notes),
            mismatch=mismatch,
            interrupted=interrupted,
            ended=graph.ended,
        )

    def _input(self, value: Value) -> InputProof:
        rows = tuple(
            AxisRows(axis.name, self._tally.rows.get((value.name, number), 0), value.shape[axis.dim])
            for number, axis in enumerate(value.axes)
        )
        return InputProof(value.name, value.shape, rows, self._tally.pixels.get(value.name, 0))
