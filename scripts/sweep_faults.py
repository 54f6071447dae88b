"""Kill, fight over, change, damage and cut off runs of tiles, and write docs/tiles-faults.md.

    PYTHONPATH=tests python -m scripts.sweep_faults

What happens comes from tests/tile_faults.py, so many of a kind to a task, each task with a seed of its own. Tasks that
have a line of JSON are not run again, so the sweep can be interrupted. The page is written of what there is, and says
what is missing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from scripts.code import SWEEPS
from scripts.markdown import table
from scripts.pages import write
from scripts.sweeping import Record, parser_of, swept

ROOT = Path(__file__).parents[1]
NUMBERS = {
    "kills": (500, 25),
    "fights": (200, 20),
    "changes": (100, 20),
    "damage": (200, 20),
    "full disks": (50, 25),
    "power cuts": (9, 1),
}
"""How many of each, and how many to a task."""

HEAD = """# Faults of tile runs

Runs of tiles that are killed, fought over, changed, damaged, cut off from their power, or left without room. Each works
on real files in processes of its own, with PyTorch {torch}, zarr {zarr} and tifffile {tifffile}. This page is written
by

```sh
make sweep
```

{verdict}

*Wrong* is a result that has its name and is not, bit by bit, what an undisturbed run gives; a run that was killed and
does not go on by itself; two runs of one target that both say that they ended well; an image or a model that is another
than at the beginning, and is mixed with the old one; a tile that was promised to last and is done again; a file left
lying about.

"""
SAID = {
    "kills": "A process is killed up to five times (SIGKILL) at a random moment, then goes on without help",
    "fights": "Two processes begin one target at once; in most one of them is killed",
    "changes": "Killed halfway; then image, pixel, weight, buffer, number, activation or code are others",
    "damage": "Killed halfway; then a file of it has bits flipped, is zeroed, cut, removed or grown",
    "full disks": "The disk is full after a random number of writes; with room again it goes on",
    "power cuts": "A run is cut off behind each of its changes to the disk; of what was not synced any part is lost",
}


def happened(task: str) -> Record:
    """What came of one task, such as `kills 3`."""
    kind, _, number = task.rpartition(" ")
    counts = json.dumps({kind: NUMBERS[kind][1]})
    # A process of its own: a fork of one that has threads is none of a user's.
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "tile_faults.py"), counts, "--seed", number],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"status": "wrong", "reason": (done.stderr.strip() or "no message")[-2000:], "ends": {}}
    return {"status": "holds", "reason": "", "ends": json.loads(done.stdout)[kind]}


def page(records: list[Record], missing: int) -> str:
    """The page's text."""
    wrong = [record for record in records if record["status"] != "holds"]
    count = sum(sum(record["ends"].values()) for record in records)
    verdict = f"**{len(wrong)} tasks found something wrong.**" if wrong else f"**{count:,} runs, nothing wrong.**"
    if missing:
        verdict += f" {missing} tasks have no result yet."
    versions = {name: version(name).split("+")[0] for name in ("torch", "zarr", "tifffile")}
    parts = [HEAD.format(verdict=verdict, **versions)]
    for kind in NUMBERS:
        ends: Counter[str] = Counter()
        for record in records:
            if record["model"].rpartition(" ")[0] == kind:
                ends.update(record["ends"])
        parts.append(f"## {kind.capitalize()}\n\n{SAID[kind]}.\n\n{table(['End', 'Runs'], _rows(kind, ends))}\n")
    parts += [f"## Wrong: {record['model']}\n\n```text\n{record['reason']}\n```\n" for record in wrong]
    return "".join(parts).rstrip("\n") + "\n"


def _rows(kind: str, ends: Counter[str]) -> list[tuple[str, str]]:
    if kind == "power cuts":
        # Each is a run of its own: what is told is how many cuts came to what.
        cuts: Counter[str] = Counter()
        for end, times in ends.items():
            suffix, _, listed = end.partition(": ")
            for one in listed.split(", "):
                number, _, how = one.partition(" ")
                cuts[f"`{suffix}`, {how}"] += int(number) * times
        ends = cuts
    return [(end, f"{number:,}") for end, number in sorted(ends.items())]


def main() -> int:
    """Run what is missing, and write the page."""
    options = parser_of(__doc__, "faults", limit=900, jobs=2).parse_args()
    tasks = [f"{kind} {number}" for kind, (count, each) in NUMBERS.items() for number in range(count // each)]

    def said(record: Record) -> str:
        return ", ".join(f"{number} {end}" for end, number in record["ends"].items())[:100]

    records, missing = swept(happened, tasks, said, options, SWEEPS["tiles-faults"])
    write("tiles-faults", page(records, len(missing)))
    print(f"{len(missing)} tasks have no result yet")
    return int(any(record["status"] != "holds" for record in records))


if __name__ == "__main__":
    sys.exit(main())
