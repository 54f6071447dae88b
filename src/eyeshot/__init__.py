"""eyeshot tells exactly what every feature of a neural network can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eyeshot.api import Field as Field
    from eyeshot.api import Fields as Fields
    from eyeshot.api import Graph as Graph
    from eyeshot.api import Region as Region
    from eyeshot.api import analyze as analyze
    from eyeshot.api import load as load
    from eyeshot.api import verify as verify
    from eyeshot.api.comparison import compare as compare
    from eyeshot.api.effects import activations as activations
    from eyeshot.api.effects import deconv as deconv
    from eyeshot.api.effects import filters as filters
    from eyeshot.api.effects import patches as patches
    from eyeshot.api.tiles import tile as tile
    from eyeshot.exploring import explore as explore

__all__ = ["Field", "Fields", "Graph", "Region", "activations", "analyze", "compare", "deconv", "explore", "filters"]
__all__ += ["load", "patches", "tile", "verify"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Everything public is imported on first use, so that `import eyeshot` costs next to nothing.
    if name == "explore":
        from eyeshot.exploring import explore

        return explore
    if name == "tile":
        from eyeshot.api.tiles import tile

        return tile
    if name == "compare":
        from eyeshot.api.comparison import compare

        return compare
    if name in {"activations", "deconv", "filters", "patches"}:
        from eyeshot.api import effects

        return getattr(effects, name)
    if name in __all__:
        from eyeshot import api

        return getattr(api, name)
    raise AttributeError(f"module 'eyeshot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
