"""Analyse every model of timm and torchvision, each in a process of its own, and write docs/zoo.md.

    PYTHONPATH=tests python -m scripts.sweep_models

Each model gets its default input size and the full analysis: both walks and the row of every operation. One line of
JSON per model goes to the records; models that have one are not run again, so the sweep can be interrupted. The page
is written when every model has its line.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from scripts.code import SWEEPS
from scripts.pages import write
from scripts.sweeping import Pool, Record, parser_of, swept
from scripts.zoo_page import WELL, page

SAMPLE = Path(__file__).parents[1] / "tests" / "frontends" / "torch" / "zoo_sample.txt"
"""The quickest model of every family, which the tests read."""

# ---------------------------------------------------------------------- in a process of its own


def names() -> dict[str, Any]:
    """All references to be analysed, each with its family, and the versions of the libraries."""
    import timm
    import torch
    import torchvision
    from timm.models import _registry

    models = torchvision.models
    modules = {name: models.get_model_builder(name).__module__.split(".", 2)[2] for name in models.list_models()}
    found = {f"timm:{name}": _registry._model_to_module[name] for name in timm.list_models()}
    found |= {f"torchvision:{n}": module for n, module in modules.items() if not module.startswith("quantization")}
    versions = {library.__name__: library.__version__.split("+")[0] for library in (torch, timm, torchvision)}
    return {"names": found, "versions": versions}


def analysed(reference: str) -> dict[str, Any]:
    """What the page says of one model."""
    import eyeshot
    from eyeshot.analyses.analysis import Analysis
    from eyeshot.errors import EyeshotError

    began = time.perf_counter()
    try:
        graph = eyeshot.load(reference)
        captured = time.perf_counter()
        analysis = Analysis(graph)
        rows = [analysis.row(node.name) for node in graph.nodes]
        # Asked for because it is the other half of the work: every node's field on the input as it is.
        actual = analysis.actual
    except (EyeshotError, MemoryError) as error:
        return {"status": "error", "reason": f"{type(error).__name__}: {error}"}
    done = time.perf_counter()
    last = _last_map(rows)
    return {
        "status": analysis.status.value,
        "reason": f"ended {graph.ended}" if graph.ended else _blame(graph, analysis),
        "nodes": len(graph.nodes),
        "inputs": [list(value.shape) for value in graph.inputs],
        "last": last and _numbers(last),
        "unread": sum(not field for field in actual.fields.values()),
        "load": round(captured - began, 2),
        "analysis": round(done - captured, 2),
    }


def _last_map(rows: Any) -> Any:
    """The last value that still has several features along some axis, and paths that are local along it."""
    for row in reversed(rows):
        if any(axis.n > 1 and axis.local_size is not None for axis in row.axes):
            return row
    return None


def _numbers(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "axes": [
            {
                "axis": axis.axis,
                "n": axis.n,
                "jump": None if axis.jump is None else str(axis.jump),
                "size": axis.local_size,
                "start": str(axis.start),
                "global": axis.is_global,
            }
            for axis in row.axes
            if axis.input == row.axes[0].input
        ],
    }


def _blame(graph: Any, analysis: Any) -> str:
    """Operations because of which a value is not exact, each with the module that first called it."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(name for names in analysis.theoretical.culprits.values() for name in names):
        node = graph.by_name[name]
        found.setdefault(node.source or node.op.kind, node.layer or name)
    return ", ".join(f"{source} in {layer}" for source, layer in found.items())


# ---------------------------------------------------------------------- the sweep


def sample(records: list[Record]) -> str:
    """The model of every family that took the least time, a reference on each line."""
    quickest: dict[tuple[str, str], tuple[float, str]] = {}
    for record in records:
        if "load" in record:
            key = (record["model"].split(":")[0], record["family"])
            this = (record["load"] + record["analysis"], record["model"])
            quickest[key] = min(this, quickest.get(key, this))
    return "".join(f"{model}\n" for _, (_, model) in sorted(quickest.items()))


def main() -> int:
    """Run what is missing, and write the page when nothing is."""
    options = parser_of(__doc__, "zoo", limit=180).parse_args()
    about = next(Pool(options.limit, 1).run(names, [""]))[1]
    if "names" not in about:
        print(f"the models cannot be listed: {about['reason']}; is tests/ on PYTHONPATH?", file=sys.stderr)
        return 2
    families = about["names"]
    records, missing = swept(
        analysed, list(families), lambda found: found["reason"][:150], options, SWEEPS["zoo"], well=WELL
    )
    if missing:
        print(f"{len(missing)} models have no result yet, so docs/zoo.md is not written")
        return 0
    records = [{**record, "family": families[record["model"]]} for record in records]
    write("zoo", page(records, about["versions"], options.limit))
    SAMPLE.write_text(sample(records), "utf-8")
    print(f"{SAMPLE} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
