"""The rows of patches, and of the tokens beside them, held against what was measured of all tokens.

No tensor of the running model holds them by themselves: they are slices, reshaped, of one that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eyeshot.graph.core import Node
from eyeshot.graph.ops import Reshape, Slice
from eyeshot.measure.claims import Claims
from eyeshot.measure.intervals import Intervals
from eyeshot.measure.results import RowMismatch, RowProof
from eyeshot.measure.rows import Key, Rows

__all__ = ["with_parts"]

Checked = tuple[RowProof, tuple[RowMismatch, ...]]


def with_parts(claims: Claims, measured: Mapping[Key, Intervals], checked: dict[str, Checked]) -> dict[str, Checked]:
    """What is shown of the rows of some values together with those of their parts.

    Parameters
    ----------
    claims : Claims
        What is said.
    measured : mapping of (value, input, axis) to Intervals
        What rows have reached.
    checked : dict of str to (RowProof, mismatches)
        What was found of the values themselves.
    """
    whole = claims.analysis.by_parts
    parts = {name: whole.parts[name] for name in checked if name in whole.parts}
    if not parts:
        return checked
    nodes = whole.graph.by_name
    of_parts = {
        (part, *key[1:]): _taken(intervals, nodes, nodes[part], key[0])
        for key, intervals in measured.items()
        for part in parts.get(key[0], ())
    }
    rows = Rows(Claims(whole), of_parts)
    return checked | {name: _together(checked[name], map(rows.check, listed)) for name, listed in parts.items()}


def _taken(intervals: Intervals, nodes: Mapping[str, Node], part: Node, name: str) -> Intervals:
    """What was measured of a value, of one of its parts."""
    if part.name == name:
        return intervals
    (operand,) = part.inputs
    before = _taken(intervals, nodes, nodes[operand], name)
    if isinstance(part.op, Slice):
        return before.sliced(part.op.dim, part.op.start or 0, part.op.stop)
    if not isinstance(part.op, Reshape):
        raise TypeError(f"a part of tokens is a slice or a reshape, but `{part.name}` is a {part.op.kind}")
    return before.split(nodes[operand].shape, part.shape)


def _together(whole: Checked, parts: Iterable[Checked]) -> Checked:
    """A number is shown of a value if it is shown of all its rows."""
    proofs, wrong = zip(whole, *parts, strict=True)
    hidden = tuple(dict.fromkeys(number for proof in proofs for number in proof.not_shown))
    shown = tuple(number for proof in proofs for number in proof.shown if number not in hidden)
    axes = tuple(dict.fromkeys(axis for proof in proofs for axis in proof.axes))
    return RowProof(axes, tuple(dict.fromkeys(shown)), hidden), tuple(found for each in wrong for found in each)
