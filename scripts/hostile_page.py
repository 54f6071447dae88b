"""The page docs/hostile.md, made of the records of a sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from scripts.sweeping import Record

__all__ = ["page"]


HEAD = """# Hostile modules

Random PyTorch modules written against eyeshot: {networks:,} networks of 1 to 3 axes on PyTorch {torch}, each from one
seed, made of steps that readers of networks get wrong: index tables, scatter, masks, running sums and recurrent layers,
frames taken apart and stacked, hooks, writes into views, resizing by factors near 1, sizes 1 to 3, branches that do not
fit each other. This page is written by

```sh
make sweep
```

{verdict}

## How it is measured

The oracle shares no code with eyeshot, but for the numbering of a few values that is counted below. It runs the
module in double precision and changes every place of every input by itself, {tries} times by random numbers of
different size and once by NaN, in one batch, or one by one where a batch is rounded otherwise.

- *Too narrow*: a feature changes that is not said to read the place. Never right, whatever the status.
- *Too wide*: the status is exact, and a place that is said to be read never shows in 24 tries, nor does NaN come
  through. Behind a softmax with weights of 0 NaN says too much, and changes alone decide. Where there what is read may
  hide as well (maxima, recurrent layers, folds with gaps, sums that are always 1), nothing is asked for too much.
- *Reach*: what a place is said to reach must be the features that are said to read it.
- *Rows*: the network runs on a larger input, whole slices are changed, and jump, sizes, start and padding are read off
  the features in the middle that surely lie inside the image. A row whose field is larger than that image is counted as
  not shown. On its own input every row is held against all of its features.
- A network that runs must be read; a refusal counts as wrong.

## How much
"""

RIGHT = "**Nothing was found wrong.**"
WRONG = "**{count:,} networks have something wrong.** The smallest examples stand at the end."


def page(records: list[Record], missing: int, per_task: int, torch: str) -> str:
    """The page's text.

    Parameters
    ----------
    records : list of dict
        One for each task that has been run.
    missing : int
        Tasks that have not.
    per_task : int
        Networks of a task.
    torch : str
        Its version.
    """
    counts, faults = _summed(records, "counts"), _summed(records, "faults")
    wrong = faults.total() + sum(record["status"] not in ("holds", "wrong") for record in records)
    verdict = WRONG.format(count=wrong) if wrong else RIGHT
    parts = [
        HEAD.format(networks=counts["networks"], torch=torch, verdict=verdict, tries=4),
        _table(["What", "times"], _amounts(counts, records)),
        "Rows, number by number:\n",
        _table(["Number", "held"], [(name, f"{n:,}") for name, n in _summed(records, "rows").most_common()]),
        "## What they are made of\n",
        _table(["Step", "times"], [(name, f"{n:,}") for name, n in _summed(records, "steps").most_common()]),
        *_failures(records, faults),
    ]
    if missing:
        parts.append(f"## Not run\n\nThe sweep was ended before {missing * per_task:,} more networks had their turn.\n")
    return "\n".join(parts)


def _amounts(counts: Counter[str], records: list[Record]) -> Iterator[tuple[str, str]]:
    words = {
        "networks": "networks", "values": "values compared, each for each input", "exact": "of them exact",
        "bounded": "bounded", "partial": "partial", "unsupported": "unsupported", "features": "features",
        "reaches": "places asked for what they reach",
        "not asked for too much": "exact values of which changes do not tell either: asked for too little only",
        "always 0": "features that are always 0 behind a softmax, not asked for what they are multiplied with",
        "reads nothing": "networks whose result reads nothing, which is refused",
        "numbered otherwise": "values whose features are no places of their map, compared by eyeshot's own numbering",
    }  # fmt: skip
    for name, text in words.items():
        yield text, f"{counts[name]:,}"
    yield "time of one process", f"{sum(record['seconds'] for record in records) / 60:.0f} minutes"


def _failures(records: list[Record], faults: Counter[str]) -> Iterator[str]:
    if faults:
        yield "## Wrong\n"
        yield _table(["Sort", "networks"], [(name, f"{n:,}") for name, n in faults.most_common()])
    kept = [fault for record in records for fault in record.get("kept", ())]
    smallest: dict[str, Any] = {}
    for fault in sorted(kept, key=lambda fault: len(fault["network"])):
        smallest.setdefault(fault["sort"], fault)
    for sort, fault in smallest.items():
        yield f"{sort}, seed {fault['seed']}:\n\n```text\n{fault['network']}\n{fault['text']}\n```\n"
    ended = [
        (f"`{r['model']}`", r["status"], f"`{r['reason'][:200]}`")
        for r in records
        if r["status"] not in ("holds", "wrong")
    ]
    if ended:
        yield "What came to no good end:\n"
        yield _table(["Task", "Status", "Reason"], ended)


def _summed(records: Iterable[Record], key: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for record in records:
        total.update(record.get(key, {}))
    return total


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    marks = ["---", *["---:"] * (len(names) - 1)]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [names, marks, *rows]) + "\n"
