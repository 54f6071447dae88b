"""Prove small models of foreign packages against themselves, running, and write docs/foreign.md.

    PYTHONPATH=tests python -m scripts.sweep_foreign

Every model of `scripts/foreign` is made of a small configuration with random weights, so nothing is downloaded; each is
analysed and proven in a process of its own, and puts down a line of JSON. Models that have one are not run again, so
the sweep can be interrupted. The page is written of what there is, and says what is missing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib.metadata import version
from typing import Any

from scripts.code import SWEEPS
from scripts.foreign.everything import FOREIGN, PACKAGES
from scripts.foreign_page import page
from scripts.pages import write
from scripts.sweeping import Record, parser_of, swept

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


def main() -> int:
    """Run what is missing, and write the page."""
    options = parser_of(__doc__, "foreign", limit=900).parse_args()
    os.environ.update(ALONE)
    records, missing = swept(proved, list(FOREIGN), _said, options, SWEEPS["foreign"], more=PRELOADED)
    versions = {package: version(package).split("+")[0] for package in ("torch", *PACKAGES)}
    write("foreign", page(records, missing, versions, PIXELS, options.limit))
    print(f"{len(missing)} models have no result yet")
    return int(any(record["status"] in ("wrong", "crash") for record in records))


def _said(record: Record) -> str:
    counts = ", ".join(f"{n} {verdict}" for verdict, n in record["counts"].items() if n)
    return f"{record['fields']}: {counts}"


if __name__ == "__main__":
    sys.exit(main())
