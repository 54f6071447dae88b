"""What has been found out about every value so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from eyeshot.graph.access import Status
from eyeshot.graph.core import Graph, Node, Value
from eyeshot.measure.claims import Claims, Probe, Watched
from eyeshot.measure.intervals import Intervals
from eyeshot.measure.passage import Passage
from eyeshot.measure.results import RowProof, ValueProof, Verdict

__all__ = ["Entry", "Evidence", "entries_of"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A run that contradicts what was said, and whether NaN or other numbers showed it."""

    probe: Probe
    by_change: bool


@dataclass(slots=True)
class Entry:
    """One value.

    Parameters
    ----------
    node : Node
        The node that makes it.
    status : Status
        How far its field is claimed to be exact.
    passage : Passage
        What may have happened to NaN on the way to it.
    culprits : tuple of str
        The operations because of which.
    blamed : str
        The node because of which the field is not exact.
    watched : list of Watched
        Features whose support is checked.
    runs : int
        Runs in which it was judged.
    unseen : str
        Why it was not seen in some run.
    readings, hidden : int
        Readings that random changes were to show, and those of them that did not show.
    evidence : Evidence or None
        The first run that contradicts.
    intervals : dict of (str, int) to Intervals
        What rows have reached, for each input and axis.
    """

    node: Node
    status: Status
    passage: Passage
    culprits: tuple[str, ...]
    blamed: str
    watched: list[Watched] = field(default_factory=list)
    runs: int = 0
    unseen: str = ""
    readings: int = 0
    hidden: int = 0
    evidence: Evidence | None = None
    intervals: dict[tuple[str, int], Intervals] = field(default_factory=dict)

    @property
    def is_exact(self) -> bool:
        """Whether the field is claimed to be exact."""
        return self.status is Status.EXACT

    @property
    def is_plain(self) -> bool:
        """Whether NaN decides alone."""
        return self.is_exact and not self.passage

    def measured(self, value: Value, axis: int) -> Intervals:
        """Where to put down what rows along an axis have reached."""
        rows = value.shape[value.axes[axis].dim]
        return self.intervals.setdefault((value.name, axis), Intervals(len(self.node.shape), rows))

    def proof(self, claims: Claims, row: RowProof | None, *, contradicted: bool) -> ValueProof:
        """What was found out.

        Parameters
        ----------
        claims : Claims
            What is said.
        row : RowProof or None
            What is shown of its row, if it is proven.
        contradicted : bool
            Whether a number of its row is wrong.
        """
        verdict, reason = (Verdict.WRONG, "") if contradicted else self.verdict()
        node = self.node
        return ValueProof(
            node.name, node.layer, verdict, reason, claims.features(node.name), node.shape,
            self.readings, self.hidden, row,
        )  # fmt: skip

    @property
    def _open(self) -> str:
        """Why nothing is proven; empty if something is."""
        if self.unseen or not self.runs:
            return self.unseen or "no run has come to it"
        if self.status is Status.UNSUPPORTED:
            return f"eyeshot has no rule for an operation at or before it (`{self.blamed}`)"
        if self.hidden:
            return (
                f"NaN does not pass through {_listed(self.culprits)} as numbers do, "
                "and random changes did not show every reading"
            )
        return ""

    def verdict(self) -> tuple[Verdict, str]:
        """The verdict about the fields of its features, and why it is not provable."""
        if self.evidence is not None:
            return Verdict.WRONG, ""
        if self._open:
            return Verdict.UNPROVABLE, self._open
        if not self.is_exact:
            return Verdict.BOUNDED, ""
        return (Verdict.CHANGED if self.passage else Verdict.PROVEN), ""


def entries_of(
    claims: Claims,
    own: dict[str, tuple[Passage, str]],
    names: Iterable[str],
    *,
    without_nan: frozenset[str],
    tables: frozenset[str],
) -> dict[str, Entry]:
    """An entry for each named value, with what happens to NaN on the way from the inputs.

    Parameters
    ----------
    claims : Claims
        What is said.
    own : dict of str to (Passage, str)
        What single nodes do to NaN.
    names : iterable of str
        Values to look at.
    without_nan : frozenset of str
        Inputs whose numbers have no NaN.
    tables : frozenset of str
        Nodes that look such numbers up: from there on there is NaN.
    """
    passages, culprits = _passed(claims.graph, own, without_nan, tables)
    walk = claims.analysis.theoretical
    found = {}
    for name in names:
        node, blamed = claims.graph.by_name[name], walk.blamed(name)
        found[name] = Entry(node, walk.status(name), passages[name], culprits[name], blamed[0] if blamed else "")
    return found


def _passed(
    graph: Graph, own: dict[str, tuple[Passage, str]], without_nan: frozenset[str], tables: frozenset[str]
) -> tuple[dict[str, Passage], dict[str, tuple[str, ...]]]:
    """For every value what may have happened to NaN before it, and the operations that did it."""
    passages = {v.name: Passage.STOPS if v.name in without_nan else Passage.FAITHFUL for v in graph.inputs}
    culprits: dict[str, tuple[str, ...]] = {
        v.name: (f"input {v.name} (no fractions)",) if v.name in without_nan else () for v in graph.inputs
    }
    for node in graph.nodes:
        if node.name in tables:
            passages[node.name], culprits[node.name] = Passage.FAITHFUL, ()
            continue
        passage, name = own.get(node.name, (Passage.FAITHFUL, ""))
        names = dict.fromkeys(c for operand in node.inputs for c in culprits[operand])
        for operand in node.inputs:
            passage |= passages[operand]
        # A node may read nothing although its operation was given numbers that it hides.
        passages[node.name] = passage
        culprits[node.name] = tuple(names | ({name: None} if name else {}))
    return passages, culprits


def _listed(names: tuple[str, ...]) -> str:
    most = 3
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
