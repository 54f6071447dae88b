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
changes both sides alike. Absolute times are of one core, of one thread, with whatever else the machine was doing.
"""

RATIOS = """
| what | measured | against | ratio | aim |
| --- | ---: | ---: | ---: | ---: |
"""

RIVALS = """
## Beside other tools

Each tool runs in a process of its own, in turn there with eyeshot's capture and analysis of the same model object
(theoretical and actual fields of all layers). A receptive field depends neither on weights nor on the device, so each
tool is given the faster of a real model and of one on the meta device. r is the receptive-field size that it reports
for the last convolution, in pixels.

| what | tool | its time | eyeshot | ratio | r |
| --- | --- | ---: | ---: | ---: | ---: |
"""


@dataclass(frozen=True)
class Row:
    what: str
    measured: float
    against: float
    aim: float | None
    unit: str = "s"

    def __str__(self) -> str:
        aim = "" if self.aim is None else f"{self.aim:g}"
        shown = [_quantity(number, self.unit) for number in (self.measured, self.against)]
        return f"| {self.what} | {shown[0]} | {shown[1]} | {self.measured / self.against:.3g} | {aim} |"


@dataclass(frozen=True)
class Rival:
    what: str
    tool: str
    seconds: float
    eyeshot: float
    r: str

    def __str__(self) -> str:
        times = f"{_quantity(self.seconds)} | {_quantity(self.eyeshot)} | {self.seconds / self.eyeshot:.3g}"
        return f"| {self.what} | {self.tool} | {times} | {self.r} |"


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)
    rivals: list[Rival] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def compare(
        self,
        what: str,
        measured: Callable[[], object],
        against: Callable[[], object],
        *,
        rounds: int = 9,
        per: tuple[int, int] = (1, 1),
        aim: float | None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> float:
        """The ratio of two medians, measured in turn; `per` says how many units each call does."""
        both = medians(measured, against, rounds=rounds, clock=clock)
        mine, theirs = (taken / n for taken, n in zip(both, per, strict=True))
        self.rows.append(Row(what, mine, theirs, aim))
        return mine / theirs

    def text(self) -> str:
        parts = [HEAD, RATIOS, *(f"{row}\n" for row in self.rows)]
        if self.rivals:
            parts += [RIVALS, *(f"{rival}\n" for rival in self.rivals)]
        conditions = "; ".join([f"Python {platform.python_version()}", *dict.fromkeys(self.notes)])
        return "".join([*parts, f"\n{conditions}.\n"])


def medians(*calls: Callable[[], object], rounds: int, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Seconds that each of some calls takes, the median of `rounds` turns in which each is called once."""
    for call in calls:
        call()
    # What the test runner holds is not ours to search for garbage.
    gc.collect()
    gc.freeze()
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for taken, call in zip(times, calls, strict=True):
            begin = clock()
            call()
            taken.append(clock() - begin)
    gc.unfreeze()
    return [statistics.median(taken) for taken in times]


def _quantity(number: float, unit: str = "s") -> str:
    for prefix, scale in (("", 1.0), ("m", 1e3), ("µ", 1e6)):
        if number * scale >= 1:
            return f"{number * scale:.3g} {prefix}{unit}"
    return f"{number * 1e9:.3g} n{unit}"
