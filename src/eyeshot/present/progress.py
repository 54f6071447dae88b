"""A bar with the time that is left, on standard error, for what takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Told", "progress_bar"]

Told = Callable[[int, int], None]
"""Told how many of how many are done."""


@contextmanager
def progress_bar(what: str, *, wanted: bool | Told) -> Iterator[Told | None]:
    """Something to tell how many of how many are done; it shows them where a person looks.

    Parameters
    ----------
    what : str
        What is counted.
    wanted : bool or callable
        Whether a bar is wanted; a callable is told instead. Without a terminal there is no bar.
    """
    if callable(wanted):
        yield wanted
        return
    if not wanted or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    text = TextColumn("{task.description}")
    columns = (text, BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
