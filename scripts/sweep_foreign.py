"""Prove small models of foreign packages against themselves, running, and write docs/foreign.md.

    PYTHONPATH=tests python -m scripts.sweep_foreign --records foreign.jsonl

Every model of `scripts/foreign` is made of a small configuration with random weights, so nothing is downloaded; each is
analysed and proven in a process of its own, and puts down a line of JSON. Models that have one are not run again, so
the sweep can be interrupted. The page is written of what there is, and says what is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.foreign.everything import FOREIGN, PACKAGES
from scripts.foreign_page import Record, page
from scripts.sweep_models import Pool, read_records

PAGE = Path(__file__).parents[1] / "docs" / "foreign.md"

PIXELS = 2
"""Single pixels of each input that are tried; of rows all are, since rows of the table are proven by nothing less."""

ALONE = {"HF_HUB_OFFLINE": "1", "YOLO_OFFLINE": "True", "YOLO_CONFIG_DIR": tempfile.gettempdir()}
"""Told to the packages: none of them is to fetch anything, or to leave files in the user's home."""

PRELOADED = (
    "segmentation_models_pytorch",
    "monai.networks.nets",
    "transformers.modeling_utils",
    "diffusers.models.modeling_utils",
    "kornia",
    "spandrel",
    "ultralytics.nn.tasks",
)
"""What takes long to import."""


# ---------------------------------------------------------------------- in a process of its own


def proved(name: str) -> dict[str, Any]:
    """What came out of one model."""
    import torch

    import eyeshot
    from eyeshot.errors import EyeshotError

    foreign = FOREIGN[name]
    torch.manual_seed(0)
    model, how = foreign.make(), {"input_shape": foreign.input_shape, "axes": foreign.axes, "call": foreign.call()}
    try:
        fields = eyeshot.analyze(model, **how)
        proof = eyeshot.verify(model, rows=foreign.rows, pixels=PIXELS, memory="4GB", **how)
    except (EyeshotError, MemoryError) as error:
        return {"status": "refused", "reason": f"{type(error).__name__}: {error}"}
    return {
        "status": "holds" if proof.holds else "wrong",
        "reason": "; ".join(map(repr, [m for m in [proof.mismatch] if m] + list(proof.row_mismatches[:1]))),
        "fields": fields.status.value,
        "blame": _blame(fields),
        "inputs": [list(one.shape) for one in proof.inputs],
        "counts": {verdict.value: count for verdict, count in proof.counts.items()},
        "reasons": dict(proof.reasons),
        "rows": {word: getattr(proof.rows, word) for word in ("of", "proven", "in_part", "wrong")},
        "not_shown": dict(proof.rows.not_shown),
    }


def _blame(fields: Any) -> str:
    """Why a model is not exact: where its capture ended, or the operations that look where data say."""
    from eyeshot.analyses.analysis import Analysis

    graph = fields.graph
    ended = [note for note in graph.notes if note.startswith("The capture ended")]
    found: dict[str, str] = {}
    for name in dict.fromkeys(n for names in Analysis(graph).theoretical.culprits.values() for n in names):
        node = graph.by_name[name]
        found.setdefault(f"`{node.source or node.op.kind}`", f"`{node.layer or name}`")
    return " ".join([*ended, ", ".join(f"{source} in {layer}" for source, layer in found.items())])


# ---------------------------------------------------------------------- the sweep


def sweep(pool: Pool, wanted: list[str], records: Path) -> None:
    """Run models and put down a line for each."""
    with records.open("a", encoding="utf-8") as lines:
        for number, (name, found) in enumerate(pool.run(proved, wanted), 1):
            lines.write(json.dumps({"model": name, **found}) + "\n")
            lines.flush()
            said = ", ".join(f"{n} {verdict}" for verdict, n in found.get("counts", {}).items() if n)
            said = f"{found['fields']}: {said}" if found["status"] == "holds" else found["reason"][:400]
            print(f"{number:5}/{len(wanted)} {found['seconds']:7.1f} s  {found['status']:8} {name}  {said}", flush=True)


def main() -> int:
    """Run what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=Path, required=True, help="file of results, one line of JSON per model")
    parser.add_argument("--limit", type=float, default=300, help="seconds for one model (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time (default: %(default)s)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="models to run, such as 'monai:*'")
    parser.add_argument("--again", action="store_true", help="run what has not come out well again")
    options = parser.parse_args()
    os.environ.update(ALONE)
    known = {name for name, r in read_records(options.records).items() if not options.again or r["status"] == "holds"}
    wanted = [name for name in FOREIGN if name not in known and fnmatch(name, options.only)]
    print(f"{len(FOREIGN)} models, {len(known)} known, {len(wanted)} to run")
    sweep(Pool(options.limit, options.jobs, PRELOADED), wanted, options.records)
    found = read_records(options.records)
    records: list[Record] = [found[name] for name in FOREIGN if name in found]
    missing = [name for name in FOREIGN if name not in found]
    versions = {package: version(package).split("+")[0] for package in ("torch", *PACKAGES)}
    PAGE.write_text(page(records, missing, versions, PIXELS, options.limit), "utf-8")
    print(f"{PAGE} is written; {len(missing)} models have no result yet")
    return int(any(record["status"] in ("wrong", "crash") for record in records))


if __name__ == "__main__":
    sys.exit(main())
