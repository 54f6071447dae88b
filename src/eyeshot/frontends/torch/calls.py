"""Which module call an operation belongs to: a stack of calls, kept by hooks that are gone afterwards."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from threading import get_ident
from types import TracebackType
from typing import Any

import torch
from torch.nn.modules import module as torch_module

from eyeshot.frontends.torch.tape import Frame, Tape, Value
from eyeshot.frontends.torch.tensors import Tensors

__all__ = ["Calls"]

MAX_RESULTS = 64
"""Most tensors of one result that get names of their own."""


class Calls:
    """Names the calls of a model's modules on a tape, as a context.

    Parameters
    ----------
    modules : dict of str to Module
        The model's modules by path.
    tape : Tape
        Where operations are recorded.
    tensors : Tensors
        What is known of tensors.
    """

    def __init__(self, modules: dict[str, torch.nn.Module], tape: Tape, tensors: Tensors) -> None:
        self._paths = {id(module): path for path, module in modules.items()}
        self._known = modules.keys()
        self._tape, self._tensors = tape, tensors
        self._counts: dict[str, int] = dict.fromkeys(tape.inputs, 1)
        # A module path is the module's whatever an input is called.
        for path in modules:
            self._counts.pop(path, None)
        self._stack: list[Frame] = [tape.frame]
        self._handles: list[Any] = []
        # The last hook of each module that has hooks of its own.
        self._last: dict[int, Any] = {}
        # The hooks are those of the process, and hear what other threads call.
        self._thread = get_ident()

    def __enter__(self) -> Calls:
        # A module's own hooks run inside these, those after the call by `_hear_last`: they belong to the call.
        self._handles = [
            torch_module.register_module_forward_pre_hook(self._begin),
            torch_module.register_module_forward_hook(self._end),
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handle in (*self._handles, *self._last.values()):
            handle.remove()

    @property
    def where(self) -> str:
        """The call that is running."""
        return self._tape.frame.label

    def _begin(self, module: torch.nn.Module, args: Any) -> None:  # noqa: ARG002 - the form of a hook
        if get_ident() != self._thread:
            return
        if module._forward_hooks:
            self._hear_last(module)
        parent = self._tape.frame
        parent.has_children = True
        path = self._paths.get(id(module))
        name = type(module).__name__
        if path is None:
            path = f"{parent.label}.{name}" if parent.label else name
        frame = Frame(self._numbered(path), name, module)
        frame.depth = path.count(".") + 1 if path else 0
        frame.first = len(self._tape)
        frame.is_ready = type(module).__module__.startswith("torch.nn.")
        frame.place = self._tape.places.of_call(parent.place, module, sys._getframe(1))
        self._stack.append(frame)
        self._tape.frames.append(frame)
        self._tape.frame = frame

    def _hear_last(self, module: torch.nn.Module) -> None:
        """Let a call end after the module's own hooks, which may replace what it returns."""
        handle = self._last.get(id(module))
        if handle is None:
            handle = self._last[id(module)] = module.register_forward_hook(self._finish)
        module._forward_hooks.move_to_end(handle.id)

    def _numbered(self, path: str) -> str:
        """The label of a call: the path, and from the second call on ``path#2``; ``path.2`` is always a child."""
        count = self._counts[path] = self._counts.get(path, 0) + 1
        if count == 1 or not path:
            return path
        # The key of a ModuleDict may hold any sign but a dot.
        label = f"{path}#{count}"
        while label in self._known:
            label = label.replace("#", "##", 1)
        return label

    def _end(self, module: torch.nn.Module, args: Any, output: Any) -> None:
        if id(module) not in self._last:
            self._finish(module, args, output)

    def _finish(self, module: torch.nn.Module, args: Any, output: Any) -> None:  # noqa: ARG002 - the form of a hook
        if get_ident() != self._thread:
            return
        stack = self._stack
        while len(stack) > 1:
            # Calls above it were left by an exception that the model caught.
            frame = stack.pop()
            frame.stop = len(self._tape)
            if frame.module is module:
                break
        else:
            return
        self._tape.frame = stack[-1]
        if type(output) is torch.Tensor:
            frame.result = self._tensors.value(output)
            return
        found = list(returned(output, self._tensors))
        if found:
            frame.result = found[0][1]
            if len(found) > 1:
                frame.results = dict(found[:MAX_RESULTS])


def returned(output: Any, tensors: Tensors, key: str = "") -> list[tuple[str, Value]]:
    """All values in a result of any structure, by key."""
    if isinstance(output, torch.Tensor):
        value = tensors.value(output)
        return [(key, value)] if value is not None else []
    if isinstance(output, Mapping):
        items = list(output.items())
    elif isinstance(output, list | tuple):
        names = getattr(output, "_fields", None)
        items = list(zip(names or range(len(output)), output, strict=True))
    elif hasattr(output, "__dict__") and not isinstance(output, torch.nn.Module | type):
        items = list(vars(output).items())
    else:
        return []
    return [pair for name, item in items for pair in returned(item, tensors, f"{key}.{name}" if key else str(name))]
