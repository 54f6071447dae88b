"""A proof as JSON, schema ``eyeshot.proof/1``: stable, for programs."""

from __future__ import annotations

import json
from typing import Any

from eyeshot.measure.results import InputProof, Mismatch, Proof, RowMismatch, RowProof, RowsProof, ValueProof
from eyeshot.present.proof_words import state

__all__ = ["SCHEMA", "proof_dict", "proof_json"]

SCHEMA = "eyeshot.proof/1"


def proof_dict(proof: Proof) -> dict[str, Any]:
    """The proof as plain data, as `json.dumps` takes it."""
    return {
        "schema": SCHEMA,
        "model": proof.model,
        "state": state(proof),
        "holds": proof.holds,
        "interrupted": proof.interrupted,
        **({"status": "partial", "ended": proof.ended} if proof.ended else {}),
        "counts": {verdict.name.lower(): count for verdict, count in proof.counts.items()},
        "features": proof.features,
        "supports": proof.supports,
        "inner": proof.inner,
        "runs": proof.runs,
        "batch": proof.batch,
        "number": proof.number,
        "seed": proof.seed,
        "inputs": [_input(one) for one in proof.inputs],
        "rows": _rows(proof.rows),
        "tried": {"probes": proof.tried, "planned": proof.planned},
        "mismatch": None if proof.mismatch is None else _mismatch(proof.mismatch),
        "row_mismatches": [_row_mismatch(one) for one in proof.row_mismatches],
        "values": [_value(value) for value in proof.values],
        **({"notes": list(proof.notes)} if proof.notes else {}),
    }


def proof_json(proof: Proof) -> str:
    """The proof as JSON text in ASCII, ended by a newline."""
    return json.dumps(proof_dict(proof), indent=2) + "\n"


def _input(one: InputProof) -> dict[str, Any]:
    rows = [{"axis": row.axis, "checked": row.checked, "of": row.of, "planned": row.planned} for row in one.rows]
    return {
        "name": one.name,
        "shape": list(one.shape),
        "rows": rows,
        "pixels": one.pixels,
        "pixels_planned": one.pixels_planned,
    }


def _rows(rows: RowsProof) -> dict[str, Any]:
    return {
        "of": rows.of,
        "proven": rows.proven,
        "in_part": rows.in_part,
        "wrong": rows.wrong,
        "not_shown": dict(rows.not_shown),
    }


def _value(value: ValueProof) -> dict[str, Any]:
    return {
        "name": value.name,
        "layer": value.layer,
        "shape": list(value.shape),
        "features": value.features,
        "verdict": value.verdict.name.lower(),
        **({"reason": value.reason} if value.reason else {}),
        **({"readings": value.readings, "hidden": value.hidden} if value.readings else {}),
        **({"row": _row(value.row)} if value.row is not None else {}),
    }


def _row(row: RowProof) -> dict[str, Any]:
    return {"shown": list(row.shown), "not_shown": list(row.not_shown)}


def _row_mismatch(mismatch: RowMismatch) -> dict[str, Any]:
    return {
        "name": mismatch.name,
        "layer": mismatch.layer,
        "input": mismatch.input,
        "axis": mismatch.axis,
        "number": mismatch.number,
        "said": mismatch.said,
        "measured": mismatch.measured,
    }


def _mismatch(mismatch: Mismatch) -> dict[str, Any]:
    return {
        "name": mismatch.name,
        "layer": mismatch.layer,
        "feature": list(mismatch.feature),
        "feature_axes": list(mismatch.feature_axes),
        "input": mismatch.input,
        "axes": list(mismatch.axes),
        "pixel": list(mismatch.pixel),
        "expected": mismatch.expected,
        "seen": mismatch.seen,
    }
