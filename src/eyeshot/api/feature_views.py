"""Kernels, activations, ways back and patches as results that draw and save themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eyeshot.api.shown import Shown
from eyeshot.effects.activations import Activations as _Activations
from eyeshot.effects.filters import Kernels
from eyeshot.effects.patches import Patches as _Patches
from eyeshot.effects.views import Views

if TYPE_CHECKING:
    from eyeshot.present.scene.scene import Scene

__all__ = ["Activations", "Deconv", "Filters", "Patches"]


@dataclass(frozen=True, eq=False, repr=False)
class Filters(Kernels, Shown):
    """The kernels of a convolution; ``weights`` go by filter, channel and place."""

    def _scene(self, **named: Any) -> Scene:
        from eyeshot.present.drawings.kernels import kernels_scene

        return kernels_scene(self, **named)

    def _arrays(self) -> Mapping[str, Any]:
        return {"weights": self.weights, "order": self.order}

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        import numpy as np

        norms = np.sqrt((self.weights.reshape(len(self.weights), -1).astype(float) ** 2).sum(1))
        return [{"filter": i, "norm": float(norms[i])} for i in self.order]


@dataclass(frozen=True, eq=False, repr=False)
class Activations(_Activations, Shown):
    """Every channel of a layer for one image; ``values`` go by channel and feature."""

    def _scene(self, *, overlay: int | None = None, **named: Any) -> Scene:
        from eyeshot.present.drawings.activations import activations_scene, overlay_scene

        return activations_scene(self, **named) if overlay is None else overlay_scene(self, overlay, **named)

    def _arrays(self) -> Mapping[str, Any]:
        return {"values": self.values, "centers": self.centers, "jump": self.jump, "pixels": self.image.pixels}

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        dead = set(self.dead)
        return [
            {"channel": i, "least": float(m.min()), "mean": float(m.mean()), "most": float(m.max()), "dead": i in dead}
            for i, m in enumerate(self.values)
        ]


@dataclass(frozen=True, eq=False, repr=False)
class Deconv(Views, Shown):
    """One feature: its patch, and what came back to it by each rule."""

    def _scene(self) -> Scene:  # type: ignore[override]
        from eyeshot.present.drawings.views import views_scene

        return views_scene(self)

    def _arrays(self) -> Mapping[str, Any]:
        found = {view.rule.value: view.values for view in self.views}
        return {"patch": self.patch, "box": self.box, "feature": self.feature, "channel": self.channel, **found}

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        return [
            {"rule": view.rule.value, "rectifiers": view.met, "most": float(abs(view.values).max())}
            for view in self.views
        ]


@dataclass(frozen=True, eq=False, repr=False)
class Patches(_Patches, Shown):
    """The strongest features of some channels, with the pixels that they see."""

    def _scene(self, **named: Any) -> Scene:
        from eyeshot.present.drawings.views import patches_scene

        return patches_scene(self, **named)

    def _arrays(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for channel in self.channels:
            for k, patch in enumerate(channel.patches):
                found[f"channel{channel.number}.{k}.patch"] = patch.pixels
                found[f"channel{channel.number}.{k}.box"] = patch.box
                for view in patch.views:
                    found[f"channel{channel.number}.{k}.{view.rule.value}"] = view.values
        return found

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        return [
            {
                "channel": channel.number,
                "rank": k,
                "image": patch.name,
                "feature": patch.hit.feature,
                "score": patch.hit.score,
                "ties": patch.hit.ties,
                "box": patch.box,
            }
            for channel in self.channels
            for k, patch in enumerate(channel.patches)
        ]
