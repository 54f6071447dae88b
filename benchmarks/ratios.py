"""Ratios of medians that are measured in turn, and the page that they are written to."""

from __future__ import annotations

import gc
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

HEAD = """# Performance

Written by `make bench`. Each ratio is between medians taken in turn in one run, so that a busy or a slow machine
changes both sides alike. Absolute times are of one core.

| what | measured | against | ratio | aim |
| --- | ---: | ---: | ---: | ---: |
"""


@dataclass(frozen=True)
class Row:
    what: str
    measured: float
    against: float
    aim: float | None


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)

    def compare(
        self,
        what: str,
        measured: Callable[[], object],
        against: Callable[[], object],
        *,
        rounds: int = 9,
        per: tuple[int, int] = (1, 1),
        aim: float | None,
    ) -> float:
        """The ratio of two medians, measured in turn; `per` says how many units each call does."""
        times: tuple[list[float], list[float]] = ([], [])
        measured(), against()
        # What the test runner holds is not ours to search for garbage.
        gc.collect()
        gc.freeze()
        for _ in range(rounds):
            for taken, call in zip(times, (measured, against), strict=True):
                begin = time.perf_counter()
                call()
                taken.append(time.perf_counter() - begin)
        gc.unfreeze()
        mine, theirs = (statistics.median(taken) / n for taken, n in zip(times, per, strict=True))
        self.rows.append(Row(what, mine, theirs, aim))
        return mine / theirs

    def text(self) -> str:
        lines = [
            f"| {row.what} | {_time(row.measured)} | {_time(row.against)} | {row.measured / row.against:.2f} "
            f"| {'' if row.aim is None else f'{row.aim:g}'} |"
            for row in self.rows
        ]
        return HEAD + "\n".join(lines) + f"\n\nPython {platform.python_version()}.\n"


def _time(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
