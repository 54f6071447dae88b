"""The page docs/foreign.md, made of the records of a sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from scripts.markdown import cell, table
from scripts.sweeping import Record

__all__ = ["page"]


VERDICTS = ("proven", "proven by changes", "within its bound", "not provable", "wrong")
STATUSES = ("exact", "bounded", "partial", "unsupported")
REASONS = 8
"""So many reasons are told one by one, of each package."""

HEAD = """# Foreign models

What `eyeshot` says of {models} models of other people's packages, and what `eyeshot verify` found when it held that
against the running models, on PyTorch {torch}. Each is made of a small configuration with random weights, so nothing
is downloaded. [Proof](guide/verify.md) says what the verdicts mean. This page is written by

```sh
make sweep
```

{found}
"""

RIGHT = "**Nothing was found wrong.**"
WRONG = "**{values} values and {rows} rows were found wrong**; the smallest examples stand below the tables."

EFFORT = """Every row along every axis is poisoned (8 of an axis where that takes too long), and {pixels} single
pixels; a model had {limit:g} seconds. *Values* are the tensors that a model makes; of them so many are *proven* by
NaN, proven by *changes* (behind masks, maxima and rounding NaN tells nothing), within a *bound*, or *not* provable.
*Rows* are those of the table of which every number is shown; of the others some number is not shown by an image as
small, such as a field that is larger. *s* are the seconds of the whole process, in one thread on a busy machine.
"""


def page(records: list[Record], missing: list[str], versions: Mapping[str, str], pixels: int, limit: float) -> str:
    """The page's text.

    Parameters
    ----------
    records : list of dict
        One for each model that has been run.
    missing : list of str
        Models that have not.
    versions : dict of str to str
        Versions of torch and of the packages.
    pixels : int
        Single pixels of each input that were tried.
    limit : float
        Seconds that each model had.
    """
    packages = {p: [r for r in records if r["model"].startswith(f"{p}:")] for p in versions if p != "torch"}
    wrong = [_total(records, "counts")["wrong"], _total(records, "rows")["wrong"]]
    found = WRONG.format(values=wrong[0], rows=wrong[1]) if any(wrong) else RIGHT
    return "\n".join(
        [
            HEAD.format(models=sum("counts" in r for r in records), torch=versions["torch"], found=found),
            *_summary(packages),
            EFFORT.format(pixels=pixels, limit=limit),
            *(text for p, its in packages.items() if its for text in _chapter(p, versions[p], its)),
            *_missing(missing),
        ]
    )


def _total(records: Iterable[Record], key: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for record in records:
        total.update(record.get(key, {}))
    return total


def _summary(packages: Mapping[str, list[Record]]) -> Iterator[str]:
    """Models by status, values by verdict and rows, for each package."""
    yield "## How much\n"
    statuses = {p: Counter(r.get("fields", "refused") for r in records) for p, records in packages.items()}
    lines: list[list[object]] = [["models", *map(len, packages.values())]]
    used = [s for s in (*STATUSES, "refused") if any(counts[s] for counts in statuses.values())]
    lines += [[f"… {status}", *(counts[status] for counts in statuses.values())] for status in used]
    totals = [_total(records, "counts") for records in packages.values()]
    lines += [[f"values {verdict}", *(f"{total[verdict]:,}" for total in totals)] for verdict in VERDICTS]
    shown = [_total(records, "rows") for records in packages.values()]
    lines += [[f"rows {word}", *(f"{total[key]:,}" for total in shown)] for word, key in _ROWS]
    lines.append(["minutes", *(f"{sum(r['seconds'] for r in records) / 60:.0f}" for records in packages.values())])
    yield table(["", *packages], lines)


_ROWS = (("proven", "proven"), ("proven in part", "in_part"), ("wrong", "wrong"))
"""What is said of rows, and its name in a record."""


def _chapter(package: str, version: str, records: list[Record]) -> Iterator[str]:
    yield f"## {package} {version}\n"
    head = ["Model", "Input", "Status", "values", "proven", "changes", "bound", "not", "rows", "s"]
    yield table(head, [_line(record) for record in records if "counts" in record])
    yield from _notes(records)
    yield from _reasons(records)
    yield from _not_shown(records)
    yield from _failures(records)


def _line(record: Record) -> list[object]:
    counts = record["counts"]
    shape = ", ".join("×".join(map(str, shape)) for shape in record["inputs"])
    numbers = [f"{n:,}" for n in (sum(counts.values()), *(counts[verdict] for verdict in VERDICTS[:4]))]
    rows = f"{record['rows']['proven']} of {record['rows']['of']}"
    return [f"`{_name(record)}`", shape, record["fields"], *numbers, rows, f"{record['seconds']:.0f}"]


def _name(record: Record) -> str:
    return str(record["model"]).partition(":")[2]


def _notes(records: list[Record]) -> Iterator[str]:
    """What is not exact, and because of what."""
    lines = [(f"`{_name(r)}`", r["fields"], cell(r["blame"])) for r in records if r.get("fields", "exact") != "exact"]
    if lines:
        yield "What is not exact, and why:\n"
        yield table(["Model", "Status", "Reason"], lines)


def _reasons(records: list[Record]) -> Iterator[str]:
    """Why values are not provable."""
    reasons = _total(records, "reasons").most_common()
    lines = [(cell(reason), f"{n:,}") for reason, n in reasons[:REASONS]]
    if lines:
        others = [n for _, n in reasons[REASONS:]]
        lines += [(f"{len(others)} others of these sorts", f"{sum(others):,}")] if others else []
        yield "What is not provable, and why:\n"
        yield table(["Reason", "values"], lines)


def _not_shown(records: list[Record]) -> Iterator[str]:
    """Numbers of rows that images as small do not show."""
    numbers = _total(records, "not_shown").most_common()
    if numbers:
        listed = ", ".join(f"`{number}` in {count:,}" for number, count in numbers)
        yield f"Numbers that are not shown, and in how many rows: {listed}.\n"


def _failures(records: list[Record]) -> Iterator[str]:
    """What has no verdict, or a wrong value."""
    lines = [(f"`{_name(r)}`", r["status"], cell(r["reason"])) for r in records if r["status"] != "holds"]
    if lines:
        yield "What came to no good end:\n"
        yield table(["Model", "End", "Reason"], lines)


def _missing(names: list[str]) -> Iterator[str]:
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        yield f"## Not run\n\nThe sweep was ended before these had their turn: {listed}.\n"
