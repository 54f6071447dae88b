"""The page docs/zoo.md, made of the records of a sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby

from scripts.sweeping import Record

__all__ = ["WELL", "page"]


WELL = ("exact", "bounded", "partial")
STATUSES = (*WELL, "unsupported", "error", "timeout", "crash")

MEANINGS = {
    "exact": "every operation has a rule; every number is what the model reads",
    "bounded": "some operations look where their data say; the numbers hold all that is read, and perhaps more",
    "partial": "analysed up to where the model needs the numbers of real data",
    "unsupported": "an operation has no rule and was taken as reading everything",
    "error": "refused with one line that says why",
    "timeout": "not done within the limit",
    "crash": "the process ended without an answer",
}

HEAD = """# The zoo

Every model of timm {timm} and every float model of torchvision {torchvision}, at its default input size, on PyTorch
{torch}: what eyeshot says of it, and how long it took. This page is made by

```sh
make sweep
```

which analyses each model in a process of its own, with both walks and the row of every operation, and stops it after
{limit:g} seconds.
"""

COLUMNS = """## Models

The numbers are those of the last feature map: the last value with several features along some axis that keeps paths
of its own along it (behind it come pooled values, which read everything). Axes that agree share a number; else they
stand in their order, as in 8 × 7 × 7. *Size* is that of the local paths, *global* says along which axes some path reads
everything besides (squeeze-excitation, attention, normalisation over space), and *s* are the seconds for building,
capture and analysis together, in one thread, measured once: an order of magnitude, no benchmark. A jump *varies* where
features follow each other at no single distance, as tokens do that go through the image row by row.
"""

_NUMBERS = (("jump", "varies"), ("size", "–"), ("start", "–"))
"""The columns of an axis, and what stands in them where there is no number."""


def page(records: list[Record], versions: dict[str, str], limit: float) -> str:
    """The page's text.

    Parameters
    ----------
    records : list of dict
        One for each model.
    versions : dict of str to str
        Versions of torch, timm and torchvision.
    limit : float
        Seconds that each model had.
    """
    chapters = [HEAD.format(limit=limit, **versions), *_counts(records), *_reasons(records), COLUMNS]
    for library, of_library in groupby(sorted(records, key=_place), key=_library):
        models = list(of_library)
        chapters.append(f"## {library}\n\n{len(models):,} models.\n")
        for family, of_family in groupby(models, key=lambda record: str(record["family"])):
            chapters += [f"### {library}: {family.replace('.', ', ')}\n", *_models(list(of_family))]
    return "\n".join(chapters)


def _library(record: Record) -> str:
    return str(record["model"]).split(":")[0]


def _place(record: Record) -> tuple[str, str, list[object]]:
    """By library, family and name, numbers within names by their size."""
    parts = str(record["model"]).replace("-", "_").split("_")
    return _library(record), record["family"], [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


# ---------------------------------------------------------------------- summaries


def _counts(records: list[Record]) -> Iterator[str]:
    """Models by library and status."""
    found = Counter((_library(record), record["status"]) for record in records)
    libraries = sorted({library for library, _ in found})
    used = [status for status in STATUSES if any(found[library, status] for library in libraries)]
    rows = [[status, *(found[library, status] for library in libraries), MEANINGS[status]] for status in used]
    total = ["all", *(sum(found[library, status] for status in used) for library in libraries), ""]
    yield "## How far\n"
    yield _table(["Status", *libraries, "It means"], [*rows, total])


def _reasons(records: list[Record]) -> Iterator[str]:
    """Everything that is not exact, with its reason."""
    rows = [(f"`{r['model']}`", r["status"], _cell(r["reason"])) for r in records if r["status"] != "exact"]
    yield "## What is not exact, and why\n"
    yield _table(["Model", "Status", "Reason"], rows) if rows else "Nothing: every model is exact.\n"


def _cell(text: str) -> str:
    """A sentence of the tool, as code wherever it has marks of Markdown."""
    words = text.replace("`", "").replace("|", "/").splitlines()[0].split(" ") if text else [""]
    return " ".join(f"`{word}`" if set(word) & set("_*<>[]\\$#") else word for word in words)


# ---------------------------------------------------------------------- models


def _models(records: list[Record]) -> Iterator[str]:
    rows = [_row(record) for record in records]
    yield _table(["Model", "Input", "Last map", "n", "jump", "size", "start", "global", "status", "s"], rows)


def _row(record: Record) -> list[object]:
    name = str(record["model"]).split(":")[1]
    last = record.get("last")
    inputs = _times(record["inputs"][0][-len(last["axes"]) :]) if last else ""
    seconds = f"{record['load'] + record['analysis']:.1f}" if "load" in record else ""
    if not last:
        return [f"`{name}`", inputs, "", "", "", "", "", "", record["status"], seconds]
    axes = last["axes"]
    numbers = [_times(axis["n"] for axis in axes)]
    numbers += [_times(_plain(axis[key], none) for axis in axes) for key, none in _NUMBERS]
    everywhere = [axis["axis"] for axis in axes if axis["global"]]
    return [f"`{name}`", inputs, f"`{last['name']}`", *numbers, ", ".join(everywhere), record["status"], seconds]


def _times(numbers: Iterable[object]) -> str:
    """One number for all axes where they agree, else one each."""
    listed = [str(number) for number in numbers]
    return listed[0] if len(set(listed)) == 1 else " × ".join(listed)


def _plain(number: object, none: str) -> str:
    """A fraction as a decimal number, rounded where it does not end soon; `none` where there is no number."""
    if number is None:
        return none
    value = Fraction(str(number))
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.2f}".rstrip("0").rstrip(".")
