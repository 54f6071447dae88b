"""What one pixel reaches, as JSON, schema ``eyeshot.reach/1``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from eyeshot.analyses.results import Reach

__all__ = ["SCHEMA", "reach_dict", "reach_json"]

SCHEMA = "eyeshot.reach/1"


def reach_dict(reaches: Iterable[Reach]) -> dict[str, Any]:
    """Projective fields as plain data.

    Parameters
    ----------
    reaches : iterable of Reach
        Of one pixel, at least one; each becomes an entry of ``layers``.

    Returns
    -------
    dict
        As `json.dumps` takes it. ``features`` is the box of features reached, ``[lo, hi)`` per axis.
    """
    found = list(reaches)
    return {
        "schema": SCHEMA,
        "input": found[0].input,
        "pixel": list(found[0].pixel),
        "layers": [
            {
                "name": reach.layer,
                "status": reach.status.value,
                "axes": [
                    {"axis": axis, "n": n, "features": list(features)}
                    for axis, n, features in zip(reach.axes, reach.extents, reach.features, strict=True)
                ],
                "count": reach.count,
            }
            for reach in found
        ],
    }


def reach_json(reaches: Iterable[Reach]) -> str:
    """Projective fields as JSON text in ASCII, ended by a newline."""
    return json.dumps(reach_dict(reaches), indent=2) + "\n"
