"""The page docs/proof.md, made of the records of a sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from scripts.sweeping import Record

__all__ = ["page"]


VERDICTS = ("proven", "proven by changes", "within its bound", "not provable", "wrong")

ROW_VERDICTS = ("proven", "in part", "wrong")

REASONS = 12
"""So many reasons are told one by one."""

HEAD = """# Proven models

What `eyeshot verify` found when it held every number against the running model: for {models} models of timm {timm}
and torchvision {torchvision} (the quickest of a model file or a family), {built_in} built-in networks made of PyTorch's
operations, and {networks:,} random networks, on PyTorch {torch}. [Proof](guide/verify.md) says how it works and
what the verdicts mean. This page is written by

```sh
make sweep
```

{found}
"""

RIGHT = "**No value and no row was found wrong.**"
WRONG = "**{count} values were found wrong.** The smallest examples stand at the end of the tables below."

MODELS = """## {title}

{text} *Values* are the tensors that the model makes; of them so many are *proven* by NaN, proven by *changes*, within
a *bound*, or *not* provable. *Rows* are those of the table of which every number is shown. *Features* are counted over
all values that are judged, *runs* are inputs that went through the model, and *s* are the seconds of the whole process,
in one thread on a busy machine.
"""

NETWORKS = """## Random networks

{networks:,} networks of 1 to 3 axes from the seeds {first} to {last}, {per_seed} from each: {features:,} features,
{runs:,} runs, {seconds} of one process. Every row along every axis is poisoned, and two single pixels of each.
`PYTHONPATH=tests python -m scripts.sweep_proof --records new.jsonl --only 'random 7'` draws those of seed 7 again.
"""


NOT_SHOWN = """Where every row was poisoned, these numbers of rows are shown by no feature, as the field is larger than
the image, or hidden behind a path that reads all: {listed}.
"""


def page(
    records: list[Record], missing: list[str], versions: Mapping[str, str], effort: tuple[int, int], limit: float
) -> str:
    """The page's text.

    Parameters
    ----------
    records : list of dict
        One for each task that has been run.
    missing : list of str
        Tasks that have not.
    versions : dict of str to str
        Versions of torch, timm and torchvision.
    effort : (int, int)
        Rows along each axis and single pixels that were tried of a model.
    limit : float
        Seconds that each task had.
    """
    random = [record for record in records if record["model"].startswith("random ")]
    built_in = [record for record in records if record["model"].startswith("built-in ")]
    models = [record for record in records if ":" in record["model"]]
    wrong = sum(record.get("counts", {}).get("wrong", 0) for record in records)
    networks = sum(record.get("networks", 0) for record in random)
    found = WRONG.format(count=wrong) if wrong else RIGHT
    tried = (
        "Every row along each axis is poisoned where that is quick, and so rows of the table are proven; elsewhere "
        f"{effort[0]} of them, the first and the last among them; and {effort[1]} single pixels"
    )
    return "\n".join(
        [
            HEAD.format(
                models=sum("counts" in record for record in models),
                built_in=sum("counts" in record for record in built_in),
                networks=networks,
                found=found,
                **versions,
            ),
            *_summary({"models": models, "built-in networks": built_in, "random networks": random}),
            *_networks(random),
            *_chapter("Models of timm and torchvision", f"{tried}; a model had {limit:g} seconds.", models),
            *_chapter("Built-in networks", f"{tried}.", built_in),
            *_missing(missing),
        ]
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    marks = ["---", *["---:"] * (len(names) - 1)]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [names, marks, *rows]) + "\n"


def _summed(records: Iterable[Record], key: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for record in records:
        total.update(record.get(key, {}))
    return total


def _minutes(records: Iterable[Record]) -> str:
    return f"{sum(record['seconds'] for record in records) / 60:.0f} minutes"


# ---------------------------------------------------------------------- chapters


def _summary(groups: Mapping[str, list[Record]]) -> Iterator[str]:
    """Values by verdict, for each sort of network."""
    counts = {title: _summed(records, "counts") for title, records in groups.items()}
    rows: list[list[object]] = [[verdict, *(f"{counts[t][verdict]:,}" for t in groups)] for verdict in VERDICTS]
    numbers = {title: _summed(records, "rows") for title, records in groups.items()}
    rows += [[f"rows {v}", *(f"{numbers[title][v]:,}" for title in groups)] for v in ROW_VERDICTS]
    rows.append(["features", *(f"{sum(r.get('features', 0) for r in records):,}" for records in groups.values())])
    rows.append(["runs", *(f"{sum(r.get('runs', 0) for r in records):,}" for records in groups.values())])
    rows.append(["time", *map(_minutes, groups.values())])
    yield "## How much\n"
    yield _table(["Values", *groups], rows)
    yield from _not_shown([record for records in groups.values() for record in records])


def _not_shown(records: list[Record]) -> Iterator[str]:
    """Numbers of rows that no feature shows."""
    numbers = _summed((record for record in records if record.get("every")), "not shown").most_common()
    if numbers:
        listed = ", ".join(f"`{name}` of {n:,}" for name, n in numbers)
        yield NOT_SHOWN.format(listed=listed)


def _networks(records: list[Record]) -> Iterator[str]:
    done = [record for record in records if "networks" in record]
    if not done:
        return
    seeds = [int(record["model"].split()[1]) for record in done]
    yield NETWORKS.format(
        networks=sum(record["networks"] for record in done),
        first=min(seeds),
        last=max(seeds),
        per_seed=max(record["networks"] for record in done),
        features=sum(record["features"] for record in done),
        runs=sum(record["runs"] for record in done),
        seconds=_minutes(done),
    )
    yield "What they are made of:\n"
    steps = _summed(done, "steps")
    yield _table(["Step", "times"], [[name.replace("_", " "), f"{n:,}"] for name, n in steps.most_common()])
    yield from _reasons(done)
    yield from _failures(records)


def _chapter(title: str, text: str, records: list[Record]) -> Iterator[str]:
    yield MODELS.format(title=title, text=text)
    head = ["Model", "Input", "values", "proven", "changes", "bound", "not", "rows", "features", "runs", "s"]
    yield _table(head, [_row(record) for record in records if "counts" in record])
    yield from _reasons(records)
    yield from _failures(records)


def _row(record: Record) -> list[object]:
    counts = record["counts"]
    shape = "×".join(map(str, record["inputs"][0][1:]))
    shape += f" and {len(record['inputs']) - 1} more" if len(record["inputs"]) > 1 else ""
    numbers = [f"{n:,}" for n in (sum(counts.values()), *(counts[verdict] for verdict in VERDICTS[:4]))]
    name = record["model"].removeprefix("built-in ")
    rows = record.get("rows", {})
    shown = f"{rows.get('proven', 0):,} of {rows.get('of', 0):,}" if record.get("every") else "–"
    return [f"`{name}`", shape, *numbers, shown, f"{record['features']:,}", record["runs"], f"{record['seconds']:.0f}"]


def _reasons(records: list[Record]) -> Iterator[str]:
    """Why values are not provable."""
    reasons = _summed(records, "reasons").most_common()
    rows = [(_cell(reason), f"{n:,}") for reason, n in reasons[:REASONS]]
    if rows:
        others = [n for _, n in reasons[REASONS:]]
        rows += [(f"{len(others)} others of these sorts", f"{sum(others):,}")] if others else []
        yield "What is not provable, and why:\n"
        yield _table(["Reason", "values"], rows)


def _failures(records: list[Record]) -> Iterator[str]:
    """What has no verdict, or a wrong value."""
    rows = [(f"`{r['model']}`", r["status"], _cell(r["reason"])) for r in records if r["status"] != "holds"]
    if rows:
        yield "What came to no good end:\n"
        yield _table(["Model", "Status", "Reason"], rows)


def _missing(tasks: list[str]) -> Iterator[str]:
    """What this page does not speak of."""
    if tasks:
        seeds = [task.split()[1] for task in tasks if task.startswith("random ")]
        names = [f"`{task}`" for task in tasks if not task.startswith("random ")]
        names += [f"random networks of the seeds {seeds[0]} to {seeds[-1]}"] if seeds else []
        yield f"## Not run\n\nThe sweep was ended before these had their turn: {', '.join(names)}.\n"


def _cell(text: str) -> str:
    """A sentence of the tool: its own code stays code, and so does every other word with marks of Markdown."""
    parts = text.replace("|", "/").splitlines()[0].split("`") if text else [""]
    return "".join(f"`{part}`" if number % 2 else _words(part) for number, part in enumerate(parts))


def _words(text: str) -> str:
    return " ".join(f"`{word}`" if set(word) & set("_*<>[]\\$#") else word for word in text.split(" "))
