"""Layers and inputs by name, and what to write instead of a name that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from eyeshot.errors import FeatureError, ModelReferenceError, nearest
from eyeshot.graph.core import Graph, Value

__all__ = ["Inputs", "hint", "input_named"]


def hint(graph: Graph, key: str) -> str:
    """What to write instead of the name of a layer that is not there."""
    # Who asks for `block.2` may have meant the second call, which is `block#2`.
    stem, mark, number = key.rpartition("#") if "#" in key else key.rpartition(".")
    calls = [call.name for call in graph.calls if call.name == stem or call.name.rpartition("#")[0] == stem]
    if stem and number.isdecimal() and (len(calls) > 1 or (mark == "#" and calls)):
        times = "once" if len(calls) == 1 else f"{len(calls)} times"
        return f"; `{stem}` is called {times}: {', '.join(calls[:3])}{', …' * (len(calls) > 3)}"
    known = (*dict(graph.groups), *(node.layer for node in graph.nodes), *graph.by_name)
    parts = [name for name in known if name.startswith(f"{key}.")]
    return f", only parts of it; the last is `{parts[-1]}`" if parts else nearest(key, dict.fromkeys(known))


def input_named(graph: Graph, name: str | None) -> Value:
    """An input of a graph; the first one without a name."""
    return graph.inputs[0] if name is None else Inputs(graph)[name]


class Inputs:
    """The inputs of a network, each with `name`, `shape` and `axes`; by name, by position, or one after the other.

    An input that is called as a module is ``"input (2)"``, because the module keeps the name; here it is found by
    either.

    Parameters
    ----------
    graph : Graph
        The network.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __len__(self) -> int:
        return len(self._graph.inputs)

    def __iter__(self) -> Iterator[Value]:
        return iter(self._graph.inputs)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._find(key) is not None

    def __getitem__(self, key: str | int) -> Value:
        values = self._graph.inputs
        if isinstance(key, int):
            if not -len(values) <= key < len(values):
                raise FeatureError(f"`{self._graph.name}` has {len(values)} inputs, but input {key} was asked for")
            return values[key]
        found = self._find(key)
        if found is None:
            known = [value.name for value in values]
            raise ModelReferenceError(f"`{self._graph.name}` has no input `{key}`{nearest(key, known)}; it has {known}")
        return found

    def _find(self, name: str) -> Value | None:
        by_name = {value.name: value for value in self._graph.inputs}
        return by_name.get(name) or by_name.get(f"{name} (2)")

    def __repr__(self) -> str:
        return ", ".join(f"{value.name} {value.shape}" for value in self)
