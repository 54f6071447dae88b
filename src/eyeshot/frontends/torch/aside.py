"""What running somebody's model does to the process: threads take turns, and what a model says is no result.

What a model prints goes to standard error, because standard output is for results. A warning that the framework gives
beneath eyeshot's own functions, which stand between it and a model that is watched, is given again where the model
stands.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any, cast

import torch

__all__ = ["OURS", "TURN", "Aside"]

TURN = threading.RLock()
"""Held by whoever watches or proves a model: that swaps weights, hooks and random states, so others wait."""

OURS = str(Path(__file__).parents[2]) + os.sep
"""How the names of eyeshot's own files begin."""
_TORCH = str(Path(torch.__file__).parent) + os.sep
_BETWEEN = tuple(
    _TORCH + name.replace("/", os.sep) for name in ("_ops.py", "overrides.py", "utils/_python_dispatch.py")
)
"""The framework's own files between an operation and whoever watches it."""


class _Here(threading.local):
    """The code of the functions of this thread that are running a model."""

    def __init__(self) -> None:
        self.running: list[CodeType] = []


_here = _Here()


class Aside:
    """Keeps what a model says apart from results while it runs in this thread, as a context."""

    _lock = threading.Lock()
    _active = 0
    _output: _Diverted | None = None
    _showing: Any = None

    def __enter__(self) -> Aside:
        _here.running.append(sys._getframe(1).f_code)
        with Aside._lock:
            Aside._active += 1
            if Aside._active == 1:
                if sys.stdout is not None:
                    Aside._output = _Diverted(sys.stdout)
                    sys.stdout = cast(Any, Aside._output)
                if warnings.showwarning is not _show:
                    Aside._showing, warnings.showwarning = warnings.showwarning, _show
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _here.running.pop()
        with Aside._lock:
            Aside._active -= 1
            if Aside._active == 0:
                # Whoever has put something else there meanwhile keeps it.
                if isinstance(sys.stdout, _Diverted) and sys.stdout is Aside._output:
                    sys.stdout = sys.stdout.own
                if warnings.showwarning is _show:
                    warnings.showwarning = Aside._showing


class _Diverted:
    """Standard output, which is standard error to a thread that runs a model."""

    def __init__(self, own: Any) -> None:
        self.own = own

    def __getattr__(self, name: str) -> Any:
        where = self.own
        if _here.running:
            # Without standard error what is printed goes nowhere.
            where = sys.stderr if sys.stderr is not None else io.StringIO()
        return getattr(where, name)


def _show(message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None) -> None:
    """Show a warning; one of ours is given again as the model's."""
    place = _place(filename) if _here.running and filename.startswith((OURS, *_BETWEEN)) else None
    if place is None:
        Aside._showing(message, category, filename, lineno, file, line)
        return
    # It is counted where the model stands, and not here, where all models pass.
    warnings.onceregistry.pop((str(message), category), None)  # type: ignore[attr-defined]
    registry = place.f_globals.setdefault("__warningregistry__", {})
    module = place.f_globals.get("__name__")
    warnings.warn_explicit(message, category, place.f_code.co_filename, place.f_lineno, module, registry)


def _place(filename: str) -> FrameType | None:
    """The innermost line of the model's code that is running; of the framework's where the model has none."""
    framework = None
    for frame in _frames():
        if frame.f_code.co_filename == filename:
            # Otherwise the second model would not be warned.
            frame.f_globals.get("__warningregistry__", {}).clear()
        name = frame.f_code.co_filename
        if name.startswith((OURS, *_BETWEEN)) or name == warnings.__file__:
            continue
        if not name.startswith(_TORCH):
            return frame
        framework = framework or frame
    return framework


def _frames() -> Iterator[FrameType]:
    """The frames of this thread, from the innermost one to what runs the model."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code is not _here.running[-1]:
        yield frame
        frame = frame.f_back
