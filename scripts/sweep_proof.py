"""Prove models, built-in networks and random networks against themselves, running, and write docs/proof.md.

    PYTHONPATH=tests python -m scripts.sweep_proof --networks 20000

What is proven: the quickest model of every model file of timm and of every family of torchvision, at a small input;
every built-in network, made of PyTorch's operations; and random networks, 250 from each seed. Each task runs in a
process of its own and puts down a line of JSON; tasks that have one are not run again, so the sweep can be interrupted.
The page is written of what there is, and says what is missing.
"""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from fnmatch import fnmatch
from importlib.metadata import version
from typing import Any

from eyeshot.frontends.zoo import names
from scripts.code import SWEEPS
from scripts.pages import write
from scripts.proof_page import page
from scripts.sweep_models import SAMPLE
from scripts.sweeping import Record, parser_of, swept

SIZES = (48, 64, 96, 128, 160, 192, 224)
"""Pixels of the sides that are tried for a model, until it takes one; it gets its own size if it takes none."""
PER_SEED = 250
"""Random networks from each seed."""
ROWS, PIXELS = 3, 2
"""What is tried of a model: so many rows along each axis, and so many single pixels."""
QUICK = 20_000
"""Operations times rows up to which every row is tried, so that rows of the table are proven too."""
RESIZING = ("torchvision:*rcnn_*", "torchvision:fcos_*", "torchvision:retinanet_*")
"""Models that resize every image by themselves; they are asked to do so to a small size."""
RESIZED = {"min_size": 128, "max_size": 192}
BUILT_IN_SIZES = {1: (1100,), 2: (64, 112, 160, 208, 304), 3: (60, 92)}
"""Pixels along an axis that are tried for a built-in network, until it takes them, by the number of axes."""


# ---------------------------------------------------------------------- in a process of its own


def proved(task: str) -> dict[str, Any]:
    """What came out of one task: `random 17`, `built-in resnet18`, `timm:resnet18`."""
    import eyeshot
    from eyeshot.errors import EyeshotError

    kind, _, name = task.partition(" ")
    if kind == "random":
        return _of_networks(int(name))
    reference = name or task
    try:
        shape = _built_in_shape(reference) if name else _small_shape(reference)
        more = RESIZED if any(fnmatch(reference, pattern) for pattern in RESIZING) else None
        rows = _rows(eyeshot.load(reference, input_shape=shape, arguments=more))
        proof = eyeshot.verify(reference, input_shape=shape, arguments=more, rows=rows, pixels=PIXELS, memory="6GB")
    except (EyeshotError, MemoryError) as error:
        return {"status": "refused", "reason": f"{type(error).__name__}: {error}"}
    return {
        "status": "holds" if proof.holds else "wrong",
        "reason": "" if proof.holds else repr(proof.mismatch or proof.row_mismatches[0]),
        "inputs": [list(one.shape) for one in proof.inputs],
        "counts": {verdict.value: count for verdict, count in proof.counts.items()},
        "reasons": dict(proof.reasons),
        **_of_rows(proof),
        "every": rows is None,
        "features": proof.features,
        "runs": proof.runs,
        "number": proof.number,
    }


def _rows(graph: Any) -> int | None:
    """Rows along each axis that are tried of a network; None for all, where that is quick."""
    there = sum(value.shape[axis.dim] for value in graph.inputs for axis in value.axes)
    return None if len(graph.nodes) * there <= QUICK else ROWS


def _of_rows(proof: Any) -> dict[str, dict[str, int]]:
    """What is shown of the rows of the table."""
    rows = proof.rows
    return {
        "rows": {"of": rows.of, "proven": rows.proven, "in part": rows.in_part, "wrong": rows.wrong},
        "not shown": dict(rows.not_shown),
    }


def _small_shape(reference: str) -> Any:
    """The smallest image, or film, that a model takes; None for its own size."""
    import eyeshot
    from eyeshot.errors import EyeshotError

    whole = eyeshot.load(reference)
    if len(whole.inputs) != 1 or len(whole.inputs[0].shape) not in {4, 5}:
        return None
    channels = whole.inputs[0].shape[1:-2]
    for size in SIZES:
        if size >= whole.inputs[0].shape[-1]:
            break
        try:
            graph = eyeshot.load(reference, input_shape=(1, *channels, size, size))
        except EyeshotError:
            # Too small, or another size than it is made for.
            continue
        if len(graph.nodes) >= len(whole.nodes) and not graph.ended:
            return graph.inputs[0].shape
    return None


def _built_in_shape(name: str) -> Any:
    """A small image for a built-in network; None for its own size."""
    import eyeshot
    from eyeshot.errors import EyeshotError

    shape = eyeshot.load(name).inputs[0].shape
    for size in BUILT_IN_SIZES[len(shape) - 2]:
        small = (*shape[:2], *(min(n, size) for n in shape[2:]))
        try:
            eyeshot.load(name, input_shape=small)
        except EyeshotError:
            # Too small for some layer.
            continue
        return small
    return None


def _of_networks(number: int) -> dict[str, Any]:
    """What came out of the random networks of one seed."""
    from hypothesis import HealthCheck, Phase, given, seed, settings

    import eyeshot

    # It lies in tests/.
    networks = importlib.import_module("torch_networks").networks
    totals: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    not_shown: Counter[str] = Counter()
    faults: list[str] = []

    @seed(number)
    @settings(
        max_examples=PER_SEED,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(networks())
    def prove(network: Any) -> None:
        proof = eyeshot.verify(network, input_shape=network.shape, pixels=2, seed=number)
        totals.update(networks=1, features=proof.features, runs=proof.runs)
        steps.update(step.kind for step in network.steps)
        verdicts.update({verdict.value: count for verdict, count in proof.counts.items()})
        reasons.update(dict(proof.reasons))
        found = _of_rows(proof)
        rows.update(found["rows"])
        not_shown.update(found["not shown"])
        if not proof.holds:
            faults.append(f"{proof.mismatch or proof.row_mismatches[0]}\n{network}")

    prove()
    return {
        "status": "wrong" if faults else "holds",
        "reason": min(faults, key=len, default=""),
        "counts": dict(verdicts),
        "reasons": dict(reasons),
        "rows": dict(rows),
        "not shown": dict(not_shown),
        "every": True,
        "steps": dict(steps),
        **totals,
    }


# ---------------------------------------------------------------------- the sweep


def main() -> int:
    """Run what is missing, and write the page."""
    parser = parser_of(__doc__, "proof", limit=900)
    parser.add_argument("--networks", type=int, default=20_000, help="random networks (default: %(default)s)")
    options = parser.parse_args()
    versions = {library: version(library).split("+")[0] for library in ("torch", "timm", "torchvision")}
    tasks = [f"built-in {name}" for name in names()]
    tasks += [*SAMPLE.read_text("utf-8").split(), *(f"random {n}" for n in range(-(-options.networks // PER_SEED)))]
    records, missing = swept(proved, tasks, _said, options, SWEEPS["proof"])
    write("proof", page(records, missing, versions, (ROWS, PIXELS), options.limit))
    print(f"{len(missing)} tasks have no result yet")
    return int(any(record["status"] in ("wrong", "crash") for record in records))


def _said(record: Record) -> str:
    return ", ".join(f"{n} {verdict}" for verdict, n in record["counts"].items() if n)


if __name__ == "__main__":
    sys.exit(main())
