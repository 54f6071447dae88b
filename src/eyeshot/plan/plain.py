"""A plan as plain data, in the schema ``eyeshot.tiling/1``."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from eyeshot.plan.results import AxisCut, Output, Sizes, Tiling

__all__ = ["plain"]


def plain(tiling: Tiling) -> dict[str, Any]:
    """Everything that a program needs to run the tiles itself: for each axis what each tile reads and writes."""
    return {
        "schema": "eyeshot.tiling/1",
        "model": tiling.model,
        "input": {"name": tiling.input, "shape": list(tiling.image), "axes": [cut.axis for cut in tiling.axes]},
        "verdict": tiling.verdict.value,
        "obstacles": [
            {"node": node, "operation": source, "reason": reason} for node, source, reason in tiling.obstacles
        ],
        "axes": [_axis(cut) for cut in tiling.axes],
        "outputs": [_output(output, tiling) for output in tiling.outputs],
        "tiles": len(tiling),
        "recomputation": tiling.recomputation,
        "bytes": tiling.bytes,
        "weights": tiling.weights,
        "valid_sizes": [_sizes(sizes) for sizes in tiling.sizes],
        "options": [
            {
                "size": list(option.size),
                "tiles": option.tiles,
                "recomputation": option.recomputation,
                "bytes": option.bytes,
                "recommended": option.recommended,
            }
            for option in tiling.options
        ],
        "roundings": [
            {"node": one.node, "operation": one.source, "axes": list(one.axes), "pixels": list(one.pixels)}
            for one in tiling.roundings
        ],
        "notes": list(tiling.notes),
        **({"status": "partial", "ended": tiling.ended} if tiling.ended else {}),
    }


def _axis(cut: AxisCut) -> dict[str, Any]:
    return {
        "axis": cut.axis,
        "n": cut.n,
        "alignment": cut.alignment,
        "halo": list(cut.halo),
        "margin": list(cut.margin),
        "size": cut.size,
        "step": cut.core,
        "reads": [list(read) for read in cut.reads],
    }


def _output(output: Output, tiling: Tiling) -> dict[str, Any]:
    from eyeshot.plan.results import written

    return {
        "name": output.name,
        "shape": list(output.shape),
        "axes": [
            {
                "dim": law.dim,
                "jump": _number(law.jump),
                "halo": [law.before, law.after],
                "writes": [list(written(cut, law, k)) for k in range(len(cut.reads))],
            }
            for cut, law in zip(tiling.axes, output.laws, strict=True)
        ],
    }


def _sizes(sizes: Sizes) -> dict[str, Any]:
    return {"step": sizes.step, "residues": list(sizes.residues), "least": sizes.least}


def _number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)
