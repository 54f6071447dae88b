"""A plan as JSON, schema ``eyeshot.tiling/1``: stable, for programs."""

from __future__ import annotations

import json

from eyeshot.plan.results import Tiling

__all__ = ["plan_json"]


def plan_json(tiling: Tiling) -> str:
    """The plan as JSON text in ASCII, ended by a newline."""
    return json.dumps(tiling.to_dict(), indent=2) + "\n"
