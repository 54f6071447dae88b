"""A plan in the words of other tools, and what their words cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eyeshot.errors import InputError
from eyeshot.plan.results import Sizes, Tiling

__all__ = ["Export", "bioimageio", "dask_depth", "monai_sliding_window"]


@dataclass(frozen=True, slots=True)
class Export:
    """Settings for another tool.

    Parameters
    ----------
    settings : dict
        In the tool's own words.
    warnings : tuple of str
        What the tool does otherwise than the plan.
    """

    settings: dict[str, Any]
    warnings: tuple[str, ...]


def dask_depth(tiling: Tiling) -> Export:
    """``depth`` and ``boundary`` of ``dask.array.map_overlap``, and the chunks that keep tiles aligned."""
    _check_possible(tiling)
    depth = {cut_dim: cut.margin for cut_dim, cut in zip(tiling.dims, tiling.axes, strict=True)}
    chunks = tuple(
        tiling.axes[tiling.dims.index(d)].core if d in tiling.dims else n for d, n in enumerate(tiling.image)
    )
    warnings = ["Every chunk but the last must have these sizes, or tiles leave the grid of the network's strides."]
    if any(law.jump != 1 for output in tiling.outputs for law in output.laws):
        warnings.append("map_overlap trims by pixels, but an output has another stride: trim by hand, or use to_dask.")
    return Export({"depth": depth, "boundary": "none", "trim": True, "chunks": chunks}, tuple(warnings))


def bioimageio(tiling: Tiling, sizes: tuple[Sizes, ...]) -> Export:
    """``min`` and ``step`` of the input's axes, ``halo`` of the output's (model description 0.5)."""
    _check_possible(tiling)
    inputs, outputs, warnings = {}, {}, []
    for cut, valid in zip(tiling.axes, sizes, strict=True):
        if len(valid.residues) != 1:
            warnings.append(f"Along {cut.axis} sizes {valid} are valid, but min and step can only say one of them.")
        step = valid.step if len(valid.residues) == 1 else max(valid.step, cut.alignment)
        inputs[cut.axis] = {"min": max(valid.least, sum(cut.margin) + cut.alignment), "step": step}
        outputs[cut.axis] = {"halo": max(cut.margin)}
        if cut.margin[0] != cut.margin[1]:
            warnings.append(f"Along {cut.axis} the halo is {cut.margin[0]} + {cut.margin[1]}, but there is one number.")
    warnings.append(f"Tiles must also begin at multiples of {[cut.alignment for cut in tiling.axes]}.")
    if any(law.jump != 1 for output in tiling.outputs for law in output.laws):
        warnings.append("The halo is in pixels of the input; an output of another stride has another one.")
    return Export({"inputs": inputs, "outputs": outputs}, tuple(warnings))


def monai_sliding_window(tiling: Tiling) -> Export:
    """Arguments of ``monai.inferers.sliding_window_inference`` that come closest."""
    _check_possible(tiling)
    overlap = tuple(sum(cut.margin) / cut.size for cut in tiling.axes)
    settings = {"roi_size": tuple(cut.size for cut in tiling.axes), "overlap": overlap, "mode": "constant"}
    warnings = (
        "MONAI averages what overlaps, also the features near the border of a tile, which are wrong: it is not exact "
        "whatever the overlap.",
        "It moves the last tile back so that it ends with the image, which may leave the grid of the strides.",
    )
    return Export(settings, warnings)


def _check_possible(tiling: Tiling) -> None:
    if not tiling.is_possible:
        raise InputError(f"`{tiling.model}` cannot be tiled, so there is nothing to export; the plan says why")
