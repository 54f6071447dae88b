"""All foreign models, under the names of their packages."""

from __future__ import annotations

from scripts.foreign.detection import DETECTION
from scripts.foreign.diffusion import DIFFUSION
from scripts.foreign.language import LANGUAGE, SOUND
from scripts.foreign.medical import MEDICAL, SEGMENTATION
from scripts.foreign.restoration import KORNIA, SPANDREL
from scripts.foreign.table import Foreign, Table
from scripts.foreign.vision import VISION

__all__ = ["FOREIGN", "PACKAGES"]

PACKAGES: dict[str, Table] = {
    "transformers": {**LANGUAGE, **SOUND, **VISION},
    "segmentation_models_pytorch": SEGMENTATION,
    "monai": MEDICAL,
    "diffusers": DIFFUSION,
    "kornia": KORNIA,
    "spandrel": SPANDREL,
    "ultralytics": DETECTION,
}
"""Models by package, as it is imported."""

FOREIGN: dict[str, Foreign] = {f"{p}:{name}": model for p, table in PACKAGES.items() for name, model in table.items()}
