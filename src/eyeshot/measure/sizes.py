"""How much memory a run takes: an estimate from the graph, before anything is run."""

from __future__ import annotations

import math
import os
import re

from eyeshot.errors import InputError
from eyeshot.graph.core import Graph, Node
from eyeshot.graph.ops import Window

__all__ = ["bytes_of_machine", "bytes_per_run", "parse_memory", "shown_bytes"]

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def bytes_per_run(graph: Graph, width: int, *, frames: bool = False) -> int:
    """Bytes that one input takes on its way: the most that is held at once, and what convolutions unfold.

    Parameters
    ----------
    graph : Graph
        The network.
    width : int
        Bytes of a number.
    frames : bool
        Whether a module holds whatever it computes until it returns, as its variables may, instead of until it is
        used for the last time.
    """
    sizes = {name: math.prod(shape) for name, shape in graph.shapes.items()}
    last = {name: i for i, node in enumerate(graph.nodes) for name in node.inputs}
    returns = _returns(graph) if frames else range(len(graph.nodes))
    ends: dict[int, list[str]] = {}
    for i, node in enumerate(graph.nodes):
        ends.setdefault(max(last.get(node.name, i), returns[i]), []).append(node.name)
    for value in graph.inputs:
        ends.setdefault(last.get(value.name, len(graph.nodes)), []).append(value.name)
    held = sum(sizes[value.name] for value in graph.inputs)
    most = held
    for i, node in enumerate(graph.nodes):
        held += sizes[node.name]
        # Twice the value: flags are taken of it, and copies to lay it out.
        most = max(most, held + sizes[node.name] + _unfolded(graph, node))
        held -= sum(sizes[name] for name in ends.get(i, ()))
    return most * width


def _returns(graph: Graph) -> list[int]:
    """For every node the last one of the innermost module call that makes it; of the model itself the node alone."""
    found = list(range(len(graph.nodes)))
    for call in graph.calls:
        if call.depth:
            found[call.first : call.stop] = [call.stop - 1] * (call.stop - call.first)
    return found


def _unfolded(graph: Graph, node: Node) -> int:
    """Numbers of the matrix that a convolution unfolds its input to."""
    if not isinstance(node.op, Window) or node.op.channels is None:
        return 0
    axes = len(node.op.kernel)
    shape = graph.shapes[node.inputs[0]]
    taps = math.prod(node.op.kernel) * (shape[-axes - 1] // node.op.groups)
    return taps * math.prod(node.shape[-axes:]) * math.prod(shape[: -axes - 1])


def bytes_of_machine() -> int | None:
    """All memory of the machine; None where the system does not tell."""
    known = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in known or "SC_PAGE_SIZE" not in known:
        return None
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def parse_memory(text: str | int) -> int:
    """Bytes, of a text such as ``"2GB"``, ``"500 MB"``.

    Examples
    --------
    >>> parse_memory("2GB"), parse_memory("1.5 M"), parse_memory(4096)
    (2000000000, 1500000, 4096)
    """
    found = re.fullmatch(r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([kmgt]?)(?:i?b)?\s*", str(text).lower())
    size = int(float(found[1]) * _UNITS[found[2]]) if found else 0
    if size < 1:
        raise InputError(f"the bound on memory must be such as 2GB or 500MB, but is {str(text)!r}")
    return size


def shown_bytes(size: int) -> str:
    """Bytes as a person says them.

    Examples
    --------
    >>> shown_bytes(2_000_000_000), shown_bytes(1234), shown_bytes(12)
    ('2 GB', '1.23 kB', '12 bytes')
    """
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size} bytes"
