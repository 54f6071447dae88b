"""Whether a network computes the same whenever it runs: tiles are run one after the other.

A module that counts its calls, keeps what it made for the first image or draws from Python's random numbers gives one
answer when it is read once and others in a run of many tiles.
"""

from __future__ import annotations

from collections.abc import Sequence

from eyeshot.errors import EyeshotError
from eyeshot.frontends.entered import Entries
from eyeshot.graph.core import Graph
from eyeshot.plan.compare import compare
from eyeshot.plan.numbers import Reader
from eyeshot.plan.obstacle import Obstacle
from eyeshot.plan.prove import Builder

__all__ = ["in_training", "unsettled"]

_AGAIN = "computes something else when the model runs again"
_TRAINING = "works otherwise in training mode than in evaluation mode; call model.eval() first"


def unsettled(
    build: Builder, reader: Reader, sizes: Sequence[tuple[int, ...]], wanted: Sequence[str]
) -> list[Obstacle]:
    """Nodes that compute something else in a later run than in the first, or in training mode.

    Parameters
    ----------
    build : callable
        The network's graph at a size, as it was read first.
    reader : Reader
        Reads it anew.
    sizes : sequence of tuple of int
        Sizes of tiles.
    wanted : sequence of str
        Values that count.
    """
    ordered = sorted(sizes)
    if not ordered or reader.entered(ordered[0]) is None:
        return []
    try:
        again = reader.repeated(ordered)
        evaluated = reader.evaluated(ordered[0])
    except EyeshotError as error:
        return [Obstacle("", "", "", f"does not run a second time: {error}")]
    for size, graph, entries in again:
        found = _others(build(size), graph, (reader.entered(size), entries), wanted, _AGAIN)
        if found:
            return found
    if evaluated is None:
        return []
    graph, entries = evaluated
    return in_training(build(ordered[0]), graph, (reader.entered(ordered[0]), entries), wanted)


def in_training(
    first: Graph, evaluated: Graph, entries: tuple[Entries | None, Entries], wanted: Sequence[str]
) -> list[Obstacle]:
    """Nodes that work otherwise in the mode that the network is in than in evaluation mode.

    Parameters
    ----------
    first, evaluated : Graph
        The network at one size, as it is and in evaluation mode.
    entries : (Entries or None, Entries)
        What enters the calls of both.
    wanted : sequence of str
        Values that count.
    """
    return _others(first, evaluated, entries, wanted, _TRAINING)


def _others(
    first: Graph, other: Graph, entries: tuple[Entries | None, Entries], wanted: Sequence[str], reason: str
) -> list[Obstacle]:
    """Nodes in which two readings of one size differ."""
    mine, theirs = entries
    names = [name for name in wanted if name in first.shapes]
    if mine is None:
        return []
    _, obstacles = compare(first, other, [0] * len(first.inputs[0].axes), names, (mine, theirs))
    return [Obstacle(one.node, one.layer, one.source, reason) for one in obstacles.values()]
