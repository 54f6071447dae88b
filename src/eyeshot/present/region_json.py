"""What one feature reads, as JSON, schema ``eyeshot.region/1``."""

from __future__ import annotations

import json
from typing import Any

from eyeshot.analyses.results import Region
from eyeshot.present.numerals import json_number

__all__ = ["SCHEMA", "region_dict", "region_json"]

SCHEMA = "eyeshot.region/1"


def region_dict(region: Region) -> dict[str, Any]:
    """The region as plain data.

    Returns
    -------
    dict
        As `json.dumps` takes it. ``box`` is the theoretical one, ``pixels`` the actual one, both ``[lo,
        hi)``.
    """
    axes = zip(
        region.axes, region.extents, region.box, region.size, region.center, region.pixels, region.is_global,
        strict=True,
    )  # fmt: skip
    return {
        "schema": SCHEMA,
        "layer": region.layer,
        "feature": list(region.feature),
        "input": region.input,
        "status": region.status.value,
        "axes": [
            {
                "axis": axis,
                "extent": extent,
                "box": list(box),
                "size": size,
                "center": json_number(center),
                "pixels": list(pixels),
                "global": is_global,
            }
            for axis, extent, box, size, center, pixels, is_global in axes
        ],
        "read": region.read,
        "holes": region.holes,
        "padding_fraction": json_number(region.padding_fraction),
    }


def region_json(region: Region) -> str:
    """The region as JSON text in ASCII, ended by a newline."""
    return json.dumps(region_dict(region), indent=2) + "\n"
