"""What all sweeps share: tasks in processes of their own, a line of JSON for each, and what there is still to do.

A task that has its line is not run again, so a sweep can be interrupted; `--again` runs what has not come out well.
The lines are kept in the repository, each with the code that it belongs to: what other code has given is run again, and
a page holds the results of one state of the code alone.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import multiprocessing.connection
import resource
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from scripts.code import ROOT, digest

__all__ = ["Pool", "Record", "parser_of", "swept"]

Record = dict[str, Any]
"""What came out of one task, named by `model`; `status` says whether it came out well."""

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
"""Bytes of address space that one task may take."""


def parser_of(text: str | None, name: str, *, limit: float, jobs: int = 1) -> argparse.ArgumentParser:
    """The options of the sweep of some name; the first line of a text describes it, the others are defaults."""
    parser = argparse.ArgumentParser(description=(text or "").splitlines()[0])
    records = ROOT / "docs" / "records" / f"{name}.jsonl"
    parser.add_argument("--records", type=Path, default=records, help="file of results, one line of JSON per task")
    parser.add_argument("--limit", type=float, default=limit, help="seconds for one task (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=jobs, help="processes at a time (default: %(default)s)")
    parser.add_argument(
        "--only", default="*", metavar="PATTERN", help="tasks to run, such as 'timm:res*' or 'random 3*'"
    )
    parser.add_argument("--again", action="store_true", help="run what has not come out well again")
    return parser


def swept(
    task: Callable[[str], Record],
    names: Sequence[str],
    said: Callable[[Record], str],
    options: argparse.Namespace,
    code: Sequence[str],
    *,
    well: Sequence[str] = ("holds",),
    more: Sequence[str] = (),
) -> tuple[list[Record], list[str]]:
    """Run what has no result yet.

    Parameters
    ----------
    task : callable
        Makes the result of one name, in a process of its own.
    names : sequence of str
        All tasks.
    said : callable
        A line about a result that came out well.
    options : argparse.Namespace
        As of `parser_of`.
    code : sequence of str
        The files that the results depend on, as `scripts.code.digest` takes them.
    well : sequence of str
        Statuses of what came out well.
    more : sequence of str
        Modules that are imported once for all processes, besides the usual ones.

    Returns
    -------
    records, missing
        The results that there are, in the order of the names, and the names that have none.
    """
    state = digest(code)
    _keep(options.records, state)
    known = {name for name, record in _read(options.records).items() if not options.again or record["status"] in well}
    wanted = [name for name in names if name not in known and fnmatch(name, options.only)]
    print(f"{len(names)} tasks, {len(names) - len(wanted)} known or left out, {len(wanted)} to run")
    with options.records.open("a", encoding="utf-8") as lines:
        for number, (name, found) in enumerate(Pool(options.limit, options.jobs, more).run(task, wanted), 1):
            lines.write(json.dumps({"model": name, "code": state, **found}) + "\n")
            lines.flush()
            line = said(found) if found["status"] in well else found["reason"][:400]
            print(
                f"{number:5}/{len(wanted)} {found['seconds']:7.1f} s  {found['status']:11} {name}  {line}", flush=True
            )
    there = _read(options.records)
    return [there[name] for name in names if name in there], [name for name in names if name not in there]


def _read(path: Path) -> dict[str, Record]:
    """The last line of every task; a line that was cut off by an interruption is no line."""
    found: dict[str, Record] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.endswith("}"):
            record = json.loads(line)
            found[record["model"]] = record
    return found


def _keep(path: Path, state: str) -> None:
    """Leave in a file of results those of one state of the code alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = _read(path)
    kept = [json.dumps(record) + "\n" for record in found.values() if record.get("code") == state]
    # Only then: another sweep may be writing into the same file.
    if len(kept) == len(found):
        return
    print(f"{len(found) - len(kept)} results of other code are dropped from {path.name}")
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(kept), "utf-8")
    fresh.replace(path)


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


def _child(pipe: Connection, task: Callable[..., dict[str, Any]], *args: str) -> None:
    """Do one task and send what came out of it."""
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
