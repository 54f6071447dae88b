"""Following a run of a model to values of its graph: call by call, and from then on by its operations alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from eyeshot.effects.modes import Seeing
from eyeshot.frontends.torch.record import Record, is_copy, listed
from eyeshot.graph.core import Graph
from eyeshot.running.listen import Listener

__all__ = ["EnoughError", "Followed", "Operations", "Trace", "Until", "kept", "repeated"]


class EnoughError(BaseException):
    """The value that is wanted is there; not an Exception, so that no model catches it."""


class Until(Listener):
    """Ends the model at the call behind the one that makes a value: only by then a way back leads from it."""

    has_enough = False
    _is_within = False

    def whole(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run what is taken as one call; the operations within are for who writes them down."""
        self._is_within = True
        try:
            return func(*args, **kwargs)
        finally:
            self._is_within = False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one operation."""
        if self._is_within:
            return func(*args, **(kwargs or {}))
        return super().__torch_dispatch__(func, types, args, kwargs)

    def _expect(self, name: str) -> None:
        if self.has_enough:
            raise EnoughError
        super()._expect(name)


class Trace:
    """What the model calls in one way of running, and where its values are first held."""

    def __init__(self, graph: Graph, record: Record) -> None:
        self.record, self._graph = record, graph
        self._places: dict[str, tuple[int, int]] = {}
        for place, call in enumerate(record.calls):
            for number, result in enumerate(call.results):
                if result.value in graph.by_name:
                    # The first: later ones may be changed in place.
                    self._places.setdefault(str(result.value), (place, number))

    def place_of(self, node: str, graph: Graph) -> tuple[int, int] | None:
        """The call and the result that hold a value of another reading of the model; None if none surely does."""
        shape = graph.shapes[node]
        if self._graph.shapes.get(node) != shape:
            # Taken apart it has other names; what a module returns it returns all the same.
            ends = _ends(self._graph)
            paths = [path for path, end in _ends(graph).items() if end == node]
            node = next((ends[path] for path in paths if self._graph.shapes.get(ends.get(path, "")) == shape), "")
        return self._places.get(node)


def _ends(graph: Graph) -> dict[str, str]:
    """For each layer and each module the value that it ends with."""
    return {node.layer: node.name for node in graph.nodes} | dict(graph.groups)


def kept(tensor: Any) -> Any:
    """A copy that nobody listens to: what comes later in the model may write to the tensor."""
    with torch._C._DisableTorchDispatch():
        return tensor.clone()


class _OtherError(BaseException):
    """Another operation than before."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a run did until it had a value.

    Parameters
    ----------
    operations : tuple of operation
        Every operation, the last of which made the value.
    result : int
        Which of the results of the last one the value is.
    """

    operations: tuple[Any, ...]
    result: int


class Operations(Seeing):
    """Writes down the operations of a run, below whoever follows it; as a context, entered before the other."""

    def __init__(self) -> None:
        super().__init__()
        self._operations: list[Any] = []
        self._last: list[Any] = []

    def until(self, tensor: Any) -> Followed | None:
        """The run until a tensor that was just made; None if no single operation has made it."""
        places = [k for k, made in enumerate(self._last) if made is tensor]
        return Followed(tuple(self._operations), places[0]) if places else None

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one operation."""
        out = func(*args, **(kwargs or {}))
        self._operations.append(func)
        self._last = listed(out)
        return out


class _Again(Seeing):
    """Lets a model do what it did, ends it behind the last operation, and keeps what that made."""

    def __init__(self, followed: Followed) -> None:
        super().__init__()
        self._followed, self._done = followed, 0
        self.found: Any = None

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one operation."""
        if self.found is not None:
            if is_copy(func, args, kwargs or {}):
                # The operation before is not over: a way back from it may need its result as another tensor.
                return func(*args, **(kwargs or {}))
            raise EnoughError
        if func is not self._followed.operations[self._done]:
            raise _OtherError
        self._done += 1
        out = func(*args, **(kwargs or {}))
        if self._done == len(self._followed.operations):
            self.found = listed(out)[self._followed.result]
        return out


def repeated(model: Callable[[], object], followed: Followed) -> Any:
    """Run a model to a value as it ran before.

    Parameters
    ----------
    model : callable
        Runs it.
    followed : Followed
        What it did before.

    Returns
    -------
    Tensor or None
        The value; None if the model fails or does anything else: whoever follows it call by call says how.
    """
    again = _Again(followed)
    try:
        with again:
            model()
    except EnoughError:
        pass
    except (_OtherError, Exception):  # noqa: BLE001 - the run that is followed fails the same, and says where
        return None
    return again.found
