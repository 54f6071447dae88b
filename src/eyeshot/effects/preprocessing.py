"""What is done to the numbers of an image before a network sees them: said, and never guessed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError

__all__ = ["Preprocessing", "carried_by", "given"]

Array = npt.NDArray[Any]

_RANGES = {"photo": "numbers 0 … 1", "signal": "samples −1 … 1", "array": "numbers as they are"}
"""What the numbers of an image are before a mean is taken off, by its kind."""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How an image becomes a network's input.

    Parameters
    ----------
    resize : int, tuple of int or None
        The image is scaled so that its shorter side, or each side (height, width), has so many pixels; None leaves it.
    crop : tuple of int or None
        Height and width of the middle that is cut out then.
    mean, std : tuple of float
        For each channel, on numbers scaled to 0 … 1; empty if they stay so.
    resampling : str
        How it is scaled: ``"bilinear"``, ``"bicubic"``, ``"nearest"``, ``"lanczos"``.
    source : str
        Where this comes from, for captions.
    is_resize_asked : bool
        Whether the caller has said how it is scaled: what cannot be scaled is refused then.
    """

    resize: int | tuple[int, int] | None = None
    crop: tuple[int, int] | None = None
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    resampling: str = "bilinear"
    source: str = ""
    is_resize_asked: bool = False

    def told(self, kind: str) -> str:
        """What is done to an image of a kind, in words.

        Parameters
        ----------
        kind : {"photo", "signal", "array"}
            Only photos are scaled and cut.
        """
        parts = []
        if self.resize is not None and kind == "photo":
            is_one = isinstance(self.resize, int)
            sides = f"shorter side {self.resize} px" if is_one else _by(self.resize)
            parts.append(f"scaled to {sides} ({self.resampling})")
        if self.crop is not None and kind == "photo":
            parts.append(f"middle of {_by(self.crop)}")
        parts.append(_RANGES[kind])
        if self.mean or self.std:
            parts.append(f"less mean {_listed(self.mean)}, by deviation {_listed(self.std)}")
        elif len(parts) == 1:
            parts[-1] += " and nothing more"
        return ", ".join(parts) + (f" ({self.source})" if self.source else "")

    def numbers(self, pixels: Array) -> Array:
        """Pixels between 0 and 1, channels first, as the network takes them.

        Raises
        ------
        InputError
            If there is a mean for another number of channels.
        """
        count = len(pixels)
        for name, listed in (("mean", self.mean), ("std", self.std)):
            if listed and len(listed) not in {1, count}:
                raise InputError(f"the {name} must have {count} numbers, one for each channel, but has {len(listed)}")
        ones = (1,) * (pixels.ndim - 1)
        if self.mean:
            pixels = pixels - np.asarray(self.mean, np.float32).reshape(-1, *ones)
        if self.std:
            pixels = pixels / np.asarray(self.std, np.float32).reshape(-1, *ones)
        return pixels.astype(np.float32)


def _by(sizes: Any) -> str:
    return "×".join(map(str, sizes))


def _listed(numbers: Sequence[float]) -> str:
    return "/".join(f"{number:g}" for number in numbers) or "none"


def given(
    mean: Sequence[float] | None, std: Sequence[float] | None, resize: int | Sequence[int] | None, own: Preprocessing
) -> Preprocessing:
    """What the caller says, and for the rest what the model carries.

    Raises
    ------
    InputError
        If a deviation is not positive, a mean is no number, or a size is none.
    """
    if mean is None and std is None and resize is None:
        return own
    if std is not None and not all(0 < one < math.inf for one in std):
        raise InputError(f"every std must be positive and finite, but they are {list(std)}")
    if mean is not None and not all(map(math.isfinite, mean)):
        raise InputError(f"every mean must be a finite number, but they are {list(mean)}")
    sides: tuple[Any, ...] = (resize,) if isinstance(resize, int) else tuple(resize or ())
    if len(sides) > 2 or not all(isinstance(n, int) and n > 0 for n in sides):
        raise InputError(f"resize must be one or two numbers of pixels, but is {resize!r}")
    both = (sides[0], sides[1]) if len(sides) == 2 else None
    return Preprocessing(
        resize=(both or sides[0]) if sides else own.resize,
        crop=None if sides else own.crop,
        mean=tuple(map(float, mean)) if mean is not None else own.mean,
        std=tuple(map(float, std)) if std is not None else own.std,
        resampling=own.resampling,
        is_resize_asked=bool(sides),
        source="as given" if not own.source else f"as given, the rest of {own.source}",
    )


def carried_by(model: Any, weights: Any = None) -> Preprocessing:
    """What a model of timm or the weights of torchvision say of their images; nothing if they say nothing.

    Parameters
    ----------
    model : Module
        The model; one of timm has a configuration on it.
    weights : object, optional
        Weights of torchvision, whose transforms are asked.
    """
    if hasattr(weights, "transforms"):
        transform = weights.transforms()
        if hasattr(transform, "mean"):
            return Preprocessing(
                resize=_one(getattr(transform, "resize_size", None)),
                crop=_two(getattr(transform, "crop_size", None)),
                mean=tuple(transform.mean),
                std=tuple(transform.std),
                resampling=str(getattr(getattr(transform, "interpolation", None), "value", "bilinear")),
                source=f"{type(weights).__name__}.{getattr(weights, 'name', '')}".rstrip("."),
            )
    config = getattr(model, "pretrained_cfg", None)
    if isinstance(config, dict) and "mean" in config and "input_size" in config:
        _, height, width = config["input_size"]
        part = float(config.get("crop_pct") or 1)
        return Preprocessing(
            resize=round(min(height, width) / part),
            crop=(height, width),
            mean=tuple(config["mean"]),
            std=tuple(config["std"]),
            resampling=str(config.get("interpolation") or "bicubic"),
            source=f"timm's configuration of {config.get('architecture') or type(model).__name__}",
        )
    return Preprocessing()


def _one(size: Any) -> int | tuple[int, int] | None:
    listed = [size] if isinstance(size, int) else list(size or ())
    return None if not listed else listed[0] if len(listed) == 1 else (listed[0], listed[1])


def _two(size: Any) -> tuple[int, int] | None:
    found = _one(size)
    return (found, found) if isinstance(found, int) else found
