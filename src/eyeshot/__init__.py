"""eyeshot tells exactly what every feature of a neural network can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eyeshot import errors as errors

if TYPE_CHECKING:
    from eyeshot.analyses.results import Reach as Reach
    from eyeshot.api import Field as Field
    from eyeshot.api import Fields as Fields
    from eyeshot.api import Graph as Graph
    from eyeshot.api import Proof as Proof
    from eyeshot.api import Region as Region
    from eyeshot.api import analyze as analyze
    from eyeshot.api import load as load
    from eyeshot.api import verify as verify
    from eyeshot.api.comparison import Comparison as Comparison
    from eyeshot.api.comparison import compare as compare
    from eyeshot.api.effects import activations as activations
    from eyeshot.api.effects import deconv as deconv
    from eyeshot.api.effects import filters as filters
    from eyeshot.api.effects import patches as patches
    from eyeshot.api.feature_views import Activations as Activations
    from eyeshot.api.feature_views import Deconv as Deconv
    from eyeshot.api.feature_views import Filters as Filters
    from eyeshot.api.feature_views import Patches as Patches
    from eyeshot.api.plan import Plan as Plan
    from eyeshot.api.tiles import tile as tile
    from eyeshot.exploring import explore as explore
    from eyeshot.graph.build import GraphBuilder as GraphBuilder
    from eyeshot.present.explorer.explorer import Explorer as Explorer
    from eyeshot.present.picture import Animation as Animation
    from eyeshot.present.picture import Picture as Picture

__version__ = "0.1.0"

_NAMES = {
    "eyeshot.analyses.results": ("Reach",),
    "eyeshot.api": ("Field", "Fields", "Graph", "Proof", "Region", "analyze", "load", "verify"),
    "eyeshot.api.comparison": ("Comparison", "compare"),
    "eyeshot.api.effects": ("activations", "deconv", "filters", "patches"),
    "eyeshot.api.feature_views": ("Activations", "Deconv", "Filters", "Patches"),
    "eyeshot.api.plan": ("Plan",),
    "eyeshot.api.tiles": ("tile",),
    "eyeshot.exploring": ("explore",),
    "eyeshot.graph.build": ("GraphBuilder",),
    "eyeshot.present.explorer.explorer": ("Explorer",),
    "eyeshot.present.picture": ("Animation", "Picture"),
}
"""All that is public, by where it is defined; imported on first use, so that `import eyeshot` costs next to nothing."""

__all__ = sorted(["errors", *(name for names in _NAMES.values() for name in names)])  # noqa: PLE0605


def __getattr__(name: str) -> object:
    for module, names in _NAMES.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(module), name)
    raise AttributeError(f"module 'eyeshot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
