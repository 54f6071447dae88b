"""Hold random hostile PyTorch modules against what they really read, and write docs/hostile.md.

    PYTHONPATH=tests python -m scripts.sweep_hostile

Networks come from tests/hostile, 100 consecutive seeds to a task; some seeds give none. Each task runs in a process of
its own and puts down a line of JSON; tasks that have one are not run again, so the sweep can be interrupted. The page
is written of what there is, and says what is missing.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections import Counter
from importlib.metadata import version
from typing import Any

from scripts.code import SWEEPS
from scripts.hostile_page import page
from scripts.pages import write
from scripts.sweeping import parser_of, swept

PER_TASK = 100
"""Networks of a task."""
SHOWN = 3
"""Faults of a task that are kept in full, each with the smallest network that has it."""


# ---------------------------------------------------------------------- in a process of its own


def judged(task: str) -> dict[str, Any]:
    """What came out of the networks of one task, such as `seeds 300`."""
    net = importlib.import_module("hostile.net")
    judge = importlib.import_module("hostile.judge")
    first = int(task.split()[1])
    totals: dict[str, Counter[str]] = {"counts": Counter(), "rows": Counter(), "steps": Counter(), "faults": Counter()}
    kept: list[dict[str, Any]] = []
    for seed in range(first, first + PER_TASK):
        plan = net.drawn(seed)
        report = judge.judged(plan)
        totals["counts"].update(report.counts)
        totals["rows"].update(report.rows)
        totals["steps"].update(report.steps)
        sorts = {fault.sort for fault in report.faults}
        totals["faults"].update(sorts)
        for sort in sorted(sorts) if len(kept) < SHOWN else ():
            smallest = net.shrunk(plan, lambda one, sort=sort: sort in {f.sort for f in judge.judged(one).faults})
            fault = next(f for f in judge.judged(smallest).faults if f.sort == sort)
            kept.append({"seed": seed, "sort": sort, "text": fault.text, "network": repr(net.built(smallest))})
    return {
        "status": "wrong" if totals["faults"] else "holds",
        "reason": json.dumps(dict(totals["faults"])) if totals["faults"] else "",
        "kept": kept,
        **{name: dict(counter) for name, counter in totals.items()},
    }


# ---------------------------------------------------------------------- the sweep


def main() -> int:
    """Run what is missing, and write the page."""
    parser = parser_of(__doc__, "hostile", limit=900, jobs=2)
    parser.add_argument("--networks", type=int, default=21_000, help="seeds of random networks (default: %(default)s)")
    options = parser.parse_args()
    tasks = [f"seeds {first}" for first in range(0, options.networks, PER_TASK)]
    code = SWEEPS["hostile"]
    records, missing = swept(judged, tasks, lambda record: f"{record['counts']['features']:,} features", options, code)
    write("hostile", page(records, len(missing), PER_TASK, version("torch").split("+")[0]))
    print(f"{len(missing)} tasks have no result yet")
    return int(any(record["status"] != "holds" for record in records))


if __name__ == "__main__":
    sys.exit(main())
