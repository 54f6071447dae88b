"""Analyse every model of timm and torchvision, each in a process of its own, and write docs/zoo.md.

    PYTHONPATH=tests python -m scripts.sweep_models --records sweep.jsonl

Each model gets its default input size and the full analysis: both walks and the row of every operation. One line of
JSON per model goes to the records; models that have one are not run again, so the sweep can be interrupted. The page
is written when every model has its line.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import multiprocessing.connection
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from scripts.zoo_page import STATUSES, Record, page

PAGE = Path(__file__).parents[1] / "docs" / "zoo.md"
SAMPLE = Path(__file__).parents[1] / "tests" / "frontends" / "torch" / "zoo_sample.txt"
"""The quickest model of every family, which the tests read."""

PRELOADED = [
    "torch_support",
    "torch",
    "torchvision",
    "timm",
    "eyeshot.api",
    "eyeshot.analyses.grids",
    "eyeshot.frontends.torch.capture",
]
"""Imported once, by the server that all processes are forked from; torch_support lies in tests/."""

MEMORY = 12 * 2**30
"""Bytes of address space that one model may take."""


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
                "jump": str(axis.jump),
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


def _child(pipe: Connection, task: Callable[..., dict[str, Any]], *args: str) -> None:
    """Do one task and send what came out of it."""
    import resource
    import warnings

    import torch

    importlib.import_module("torch_support")
    torch.set_num_threads(1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Warnings are the models' own: of names that will change, of options that are not there on this machine.
    warnings.simplefilter("ignore")
    try:
        found = task(*args)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this model's result
        lines = traceback.extract_tb(error.__traceback__)[-1:]
        where = f" in {Path(lines[0].filename).name}, {lines[0].name}" if lines else ""
        found = {"status": "crash", "reason": f"{type(error).__name__}{where}: {error}"}
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    pipe.send(found)


# ---------------------------------------------------------------------- the sweep


class Pool:
    """Processes that do one task each, a few at a time, none longer than a limit.

    Parameters
    ----------
    limit : float
        Seconds after which a process is ended.
    jobs : int
        Processes at a time.
    more : sequence of str
        Modules that are imported once for all processes, besides the usual ones.
    """

    def __init__(self, limit: float, jobs: int, more: Sequence[str] = ()) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([*PRELOADED, *more])
        self._limit, self._jobs = limit, jobs

    def run(self, task: Callable[..., dict[str, Any]], arguments: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Results in the order in which they come; a process that dies or takes too long has one too."""
        waiting = list(reversed(arguments))
        running: dict[Connection, tuple[str, Any, float]] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self._jobs:
                    argument = waiting.pop()
                    pipe, end = self._context.Pipe(duplex=False)
                    args = (end, task, argument) if argument else (end, task)
                    process = self._context.Process(target=_child, args=args, daemon=True)
                    process.start()
                    end.close()
                    running[pipe] = (argument, process, time.monotonic())
                multiprocessing.connection.wait(list(running), timeout=0.5)
                for pipe, (argument, process, began) in list(running.items()):
                    found = self._ended(pipe, process, time.monotonic() - began)
                    if found is not None:
                        del running[pipe]
                        yield argument, {**found, "seconds": round(time.monotonic() - began, 2)}
        finally:
            for _, process, _ in running.values():
                process.kill()

    def _ended(self, pipe: Connection, process: Any, seconds: float) -> dict[str, Any] | None:
        """What a process sent or how it died; None while it works."""
        if pipe.poll():
            try:
                found: dict[str, Any] = pipe.recv()
            except EOFError:
                process.join()
                found = {"status": "crash", "reason": f"the process ended with exit code {process.exitcode}"}
        elif seconds > self._limit:
            found = {"status": "timeout", "reason": f"not done after {self._limit:g} s"}
        else:
            return None
        process.kill()
        process.join()
        pipe.close()
        return found


def read_records(path: Path) -> dict[str, Record]:
    """The last line of every model; a line that was cut off by an interruption is no line."""
    found: dict[str, Record] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.endswith("}"):
            record = json.loads(line)
            found[record["model"]] = record
    return found


def sweep(pool: Pool, wanted: dict[str, str], records: Path) -> None:
    """Run models and put down a line for each."""
    with records.open("a", encoding="utf-8") as lines:
        for number, (model, found) in enumerate(pool.run(analysed, list(wanted)), 1):
            lines.write(json.dumps({"model": model, "family": wanted[model], **found}) + "\n")
            lines.flush()
            reason = "" if found["status"] in ("exact", "bounded") else f"  {found['reason'][:150]}"
            print(
                f"{number:5}/{len(wanted)} {found['seconds']:7.1f} s  {found['status']:11} {model}{reason}", flush=True
            )


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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=Path, required=True, help="file of results, one line of JSON per model")
    parser.add_argument("--limit", type=float, default=120, help="seconds for one model (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time (default: %(default)s)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="models to run, such as 'timm:res*'")
    parser.add_argument(
        "--again", default="", metavar="STATUSES", help=f"run these again too: {','.join(STATUSES)} or all"
    )
    options = parser.parse_args()
    pool = Pool(options.limit, options.jobs)
    about = next(pool.run(names, [""]))[1]
    if "names" not in about:
        print(f"the models cannot be listed: {about['reason']}; is tests/ on PYTHONPATH?", file=sys.stderr)
        return 2
    again = STATUSES if options.again == "all" else options.again.split(",")
    known = {model: r for model, r in read_records(options.records).items() if r["status"] not in again}
    wanted = {m: f for m, f in about["names"].items() if m not in known and fnmatch(m, options.only)}
    print(f"{len(about['names'])} models, {len(known)} known, {len(wanted)} to run")
    sweep(pool, wanted, options.records)
    found = read_records(options.records)
    missing = [model for model in about["names"] if model not in found]
    if missing:
        print(f"{len(missing)} models have no result yet, so {PAGE.name} is not written")
        return 0
    records = [found[model] for model in about["names"]]
    PAGE.write_text(page(records, about["versions"], options.limit), "utf-8")
    SAMPLE.write_text(sample(records), "utf-8")
    print(f"{PAGE} and {SAMPLE} are written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
