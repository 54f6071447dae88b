"""The proof: every number about a network held against the network itself, running.

NaN in one row of the input comes out of exactly those features that read the row: it passes through sums and products,
also through weights of zero. So one run for each row, column and plane gives the exact projections of the field of
every feature of every layer, and runs with single pixels show holes and branches. Nothing here asks eyeshot's rules.
Where NaN does not pass (see `eyeshot.measure.passage`), other random numbers are put in its place: what changes was
read.
"""

from __future__ import annotations

from collections import Counter
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
from eyeshot.measure.results import (
    AxisRows,
    InputProof,
    Mismatch,
    Proof,
    RowMismatch,
    RowProof,
    ValueProof,
    Verdict,
)
from eyeshot.measure.rows import Rows
from eyeshot.measure.runner import RAISES, Runner
from eyeshot.measure.token_rows import with_parts

__all__ = ["Plan", "Prover"]

_SUPPORTS = 64
"""Features whose exact support is held against every run."""
_PATIENCE = 4
"""Tries with other numbers that show nothing new, after which no more are made."""


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
    """How many rows and pixels were tried of how many that were to be, by input and axis; None stands for pixels."""

    done: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    planned: Counter[tuple[str, int | None]] = field(default_factory=Counter)


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
        self._interrupted = False
        self._tally = _Tally()
        self._notes: list[str] = list(runner.graph.notes)
        self._clean_values: dict[str, Any] = {}

    def fails(self) -> bool:
        """Whether the model raises something for a clean input; an interruption is left to `prove`."""
        try:
            fault = self._runner.run(batched(self._clean, 1), lambda _, __: None)
        except KeyboardInterrupt:
            self._interrupted = True
            return False
        self._runs += 1
        return fault.startswith(RAISES)

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
        batches = self._planned()
        entries: dict[str, Entry] = {}
        fault, mismatch = "", None
        try:
            if self._interrupted:
                return self._report(entries, fault, mismatch)
            names, fault = checked(self._runner, self._clean)
            self._runs += 2
            names = [name for name in names if self._plan.layers is None or name in self._plan.layers]
            without, tables = self._without_nan(), self._runner.tables
            entries.update(entries_of(self._claims, self._runner.passages, names, without_nan=without, tables=tables))
            self._prepare(entries)
            for probes in batches:
                for some in chunks(probes, self._batch):
                    self._judge(entries, some)
            mismatch = self._reproduced(entries)
        except KeyboardInterrupt:
            self._interrupted = True
        return self._report(entries, fault, mismatch)

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
        exact = [name for name, entry in entries.items() if entry.is_exact]
        choices = self._random.choices
        for k in choices.permutation(len(exact))[:_SUPPORTS]:
            name = exact[k]
            feature = tuple(int(choices.integers(n)) for n in self._claims.layout(name).extents)
            watched = self._claims.watched(name, feature)
            if watched is not None:
                entries[name].watched.append(watched)

    def _planned(self) -> list[list[Probe]]:
        """All probes, those of one input and axis together."""
        found: list[list[Probe]] = []
        for value, axis, probes in row_probes(self._runner.graph, self._plan.rows, self._random):
            self._tally.planned[value.name, axis] = len(probes)
            found.append(probes)
        for value, probes in pixel_probes(self._runner.graph, self._plan.pixels, self._random):
            self._tally.planned[value.name, None] = len(probes)
            found.append(probes)
        return found

    # ------------------------------------------------------------------ the runs

    def _judge(self, entries: dict[str, Entry], probes: list[Probe]) -> None:
        judge = Judge(self._claims, entries, probes)
        fault = ""
        if probes[0].input.name in self._without_nan() - self._runner.looked_up:
            judge.opens(set(entries))
        else:
            fault = self._run(poisoned_inputs(self._clean, probes), judge.sees_poison, len(probes))
        self._try_changes(judge, entries, probes)
        judge.close(fault)
        self._count(probes)

    def _try_changes(self, judge: Judge, entries: dict[str, Entry], probes: list[Probe]) -> None:
        """Try other numbers until they have shown all, or show nothing new any more."""
        shown, in_vain = judge.shown, 0
        for number in range(self._random.tries):
            if in_vain == _PATIENCE or not judge.unsettled(number):
                break
            self._try_change(judge, entries, probes, number)
            before, shown = shown, judge.shown
            in_vain = 0 if shown > before else in_vain + 1

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
        fault = self._runner.run({name: tensor.clone() for name, tensor in inputs.items()}, sees)
        self._runs += count
        return fault

    def _count(self, probes: Sequence[Probe]) -> None:
        self._tally.done[probes[0].input.name, probes[0].axis] += len(probes)
        if self._progress is not None:
            self._progress(self._tally.done.total(), self._tally.planned.total())

    # ------------------------------------------------------------------ after

    def _reproduced(self, entries: dict[str, Entry]) -> Mismatch | None:
        """The smallest example of the first wrong value."""
        for entry in entries.values():
            if entry.evidence is not None:
                oracle = Oracle(self._runner, self._clean, self._random, self._plan.below, entry)
                return reproduced(self._claims, oracle, entry)
        return None

    def _rows(self, entries: dict[str, Entry]) -> dict[str, tuple[RowProof, tuple[RowMismatch, ...]]]:
        """What is shown of the rows of all values that are proven."""
        whole = {
            (value.name, number)
            for value in self._runner.graph.inputs
            for number, axis in enumerate(value.axes)
            if self._tally.done[value.name, number] == value.shape[axis.dim]
        }
        proven = [name for name, entry in entries.items() if entry.verdict()[0] in (Verdict.PROVEN, Verdict.CHANGED)]
        measured = {
            (name, *key): intervals
            for name in proven
            for key, intervals in entries[name].intervals.items()
            if key in whole
        }
        rows = Rows(self._claims, measured)
        return with_parts(self._claims, measured, {name: rows.check(name) for name in proven})

    def _values(
        self, entries: dict[str, Entry], fault: str, wrong: set[str], rows: dict[str, RowProof]
    ) -> list[ValueProof]:
        """The verdict about every value that some tensor holds."""
        found = []
        for node in self._runner.graph.nodes:
            if node.name not in self._runner.held or not (self._plan.layers is None or node.name in self._plan.layers):
                continue
            if node.name in entries:
                row = None if node.name in wrong else rows.get(node.name)
                found.append(entries[node.name].proof(self._claims, row, contradicted=node.name in wrong))
            else:
                unseen = "no run has come to it" if self._interrupted else "it was not seen in the running model"
                reason = fault or unseen
                features = self._claims.features(node.name)
                found.append(ValueProof(node.name, node.layer, Verdict.UNPROVABLE, reason, features, node.shape))
        return found

    def _report(self, entries: dict[str, Entry], fault: str, mismatch: Mismatch | None) -> Proof:
        graph = self._runner.graph
        rows = self._rows(entries)
        mismatches = tuple(found for _, wrong in rows.values() for found in wrong)
        shown = {name: row for name, (row, _) in rows.items()}
        values = self._values(entries, fault, {name for name, (_, wrong) in rows.items() if wrong}, shown)
        return Proof(
            model=graph.name,
            inputs=tuple(self._input(value) for value in graph.inputs),
            values=tuple(values),
            inner=sum(node.name not in self._runner.held for node in graph.nodes),
            number=self._number,
            runs=self._runs,
            batch=self._batch,
            seed=self._plan.seed,
            supports=sum(len(entry.watched) for entry in entries.values()),
            notes=tuple(self._notes),
            mismatch=mismatch,
            interrupted=self._interrupted,
            ended=graph.ended,
            row_mismatches=mismatches,
        )

    def _input(self, value: Value) -> InputProof:
        done, planned = self._tally.done, self._tally.planned
        rows = tuple(
            AxisRows(axis.name, done[value.name, k], value.shape[axis.dim], planned[value.name, k])
            for k, axis in enumerate(value.axes)
        )
        return InputProof(value.name, value.shape, rows, done[value.name, None], planned[value.name, None])
