"""Layers and inputs by name, and what to write instead of a name that is not there."""

from __future__ import annotations

from eyeshot.errors import ModelReferenceError, nearest
from eyeshot.graph.core import Graph, Value

__all__ = ["hint", "input_named"]


def hint(graph: Graph, key: str) -> str:
    """What to write instead of the name of a layer that is not there."""
    # Who asks for `block.2` may have meant the second call, which is `block#2`.
    stem, mark, number = key.rpartition("#") if "#" in key else key.rpartition(".")
    calls = [call.name for call in graph.calls if call.name == stem or call.name.rpartition("#")[0] == stem]
    if number.isdecimal() and (len(calls) > 1 or (mark == "#" and calls)):
        times = "once" if len(calls) == 1 else f"{len(calls)} times"
        return f"; `{stem}` is called {times}: {', '.join(calls[:3])}{', …' * (len(calls) > 3)}"
    known = (*dict(graph.groups), *(node.layer for node in graph.nodes), *graph.by_name)
    parts = [name for name in known if name.startswith(f"{key}.")]
    return f", only parts of it; the last is `{parts[-1]}`" if parts else nearest(key, dict.fromkeys(known))


def input_named(graph: Graph, name: str | None) -> Value:
    """An input of a graph; the first one without a name."""
    if name is None:
        return graph.inputs[0]
    for value in graph.inputs:
        if value.name == name:
            return value
    known = [value.name for value in graph.inputs]
    raise ModelReferenceError(f"`{graph.name}` has no input `{name}`{nearest(name, known)}; it has {known}")
