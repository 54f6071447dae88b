"""Patches and what came back to them, side by side: one feature by three rules, nine features of a channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eyeshot.counted import counted
from eyeshot.errors import InputError
from eyeshot.present.drawings.activations import shown
from eyeshot.present.drawings.tiles import Tile, grey, rgb, tiles_scene
from eyeshot.present.escape import visible
from eyeshot.present.numerals import measured
from eyeshot.present.scene.scene import Scene

if TYPE_CHECKING:
    from eyeshot.effects.patches import Patch, Patches
    from eyeshot.effects.views import View, Views

__all__ = ["patch_tile", "patches_scene", "reduced_words", "scale_words", "view_tile", "views_scene", "zero_words"]

_PER_SIDE = 3
_STRONGEST = 0.01
"""Share of the numbers of a view that lie beyond the ends of its scale."""


def views_scene(found: Views) -> Scene:
    """The patch of one feature, and what came back to it by each rule.

    Parameters
    ----------
    found : Views
        The feature.
    """
    tiles = [patch_tile(found.patch, "patch")]
    tiles += [view_tile(view) for view in found.views]
    title = f"{found.model} · {found.layer} · channel {found.channel}"
    where = ", ".join(map(str, found.feature))
    sizes = "×".join(str(stop - start) for start, stop in found.box)
    chosen = ", the strongest" if found.is_chosen else ""
    field = f"its field holds {sizes} px of {visible(found.image.name)}"
    notes = [f"Feature ({where}){chosen}: {measured(found.value)}; {field}."]
    notes += _about(found.views, found.patch)
    notes += reduced_words(found.patch)
    if found.is_whole:
        notes.append("The whole image was run: no part of it surely gives the feature the same.")
    if found.image.prepared:
        notes.append(f"{found.image.prepared[0].upper()}{found.image.prepared[1:]}.")
    return tiles_scene([tiles], title=title, description=f"Views of {visible(title)}.", notes=notes, side=150)


def scale_words(patch: Any) -> str:
    """What the scales of views are."""
    ends = ", which ends where its strongest hundredth begins" if patch.ndim > 2 else ""
    return f"each view has its own scale{ends}"


def _about(views: Sequence[View], patch: Any) -> list[str]:
    if not views:
        return []
    met = views[0].met
    if not met:
        told = "No rectifier was met on the way: all rules are the plain gradient."
    else:
        told = f"{counted(met, 'rectifier')} met on the way back."
    return [f"{told} {zero_words(patch)} is 0; {scale_words(patch)}."]


def patches_scene(found: Patches, rule: str = "", *, photos: bool = False) -> Scene:
    """For each channel its strongest patches in a square, and beside it what came back to each.

    Parameters
    ----------
    found : Patches
        The patches.
    rule : str
        Which views to draw; the first rule there is by default.
    photos : bool
        Whether the whole images stand beside them, each with the box of its patch.

    Raises
    ------
    InputError
        If there are none of that rule.
    """
    rules = [view.rule for channel in found.channels for patch in channel.patches[:1] for view in patch.views]
    named = next((one for one in rules if one.value == rule), None) if rule else next(iter(rules), None)
    if rule and named is None:
        raise InputError(f"there must be views by the rule {rule!r} to be drawn, but there are none")
    rows: list[list[Tile | None]] = []
    heads: list[str] = []
    notes = [f"The strongest of {counted(found.images, 'image')}, {found.preprocessing}."]
    across = min(_PER_SIDE, max((len(channel.patches) for channel in found.channels), default=0))
    for channel in found.channels:
        block = channel.patches[: _PER_SIDE * _PER_SIDE]
        for r in range(0, len(block), _PER_SIDE):
            rows.append([*_line(block[r : r + _PER_SIDE], across, named, photos=photos)])
            heads.append(f"channel {channel.number}" if r == 0 else "")
        notes += _told(channel, named)
    if found.ranked:
        notes.append(f"Ranked by {visible(found.ranked)}, the value before the activation.")
    if found.only_inside:
        notes.append("Only features whose field lies within the image.")
    first = next((patch.pixels for channel in found.channels for patch in channel.patches), None)
    notes += reduced_words(first) if first is not None else []
    if named is not None and first is not None:
        zero = zero_words(first)
        notes.append(
            f"Beside the patches {named.value} views; {zero[0].lower()}{zero[1:]} is 0; {scale_words(first)}. A "
            "network with random weights gives views that look alike as well: they show what passes, not why."
        )
    if photos:
        notes.append("On the right the whole images, made small, each with the box of its patch.")
    title = f"{found.model} · {found.layer} · strongest features"
    return tiles_scene(
        rows,
        title=title,
        description=f"Patches of {visible(title)}.",
        notes=notes,
        side=70,
        heads=heads,
        split=across if named is not None or photos else 0,
    )


def _line(line: Sequence[Patch], across: int, rule: Any, *, photos: bool) -> Iterator[Tile | None]:
    """Patches, their views, their photos; each sort under the same one of the line above."""
    free = [None] * (across - len(line))
    yield from [patch_tile(patch.pixels, measured(patch.hit.score)) for patch in line] + free
    if rule is not None:
        views = [view for patch in line for view in patch.views if view.rule is rule]
        yield from [view_tile(view, label="") for view in views] + free
    if photos:
        for patch in line:
            yield replace(patch_tile(patch.whole, visible(Path(patch.name).name)), spot=patch.spot)
        yield from free


def _told(channel: Any, rule: Any) -> list[str]:
    told = []
    if channel.ties:
        others = counted(channel.ties, "other feature is", "other features are")
        told.append(f"Channel {channel.number}: {others} as strong, so which is shown means nothing.")
    likeness = channel.likeness(rule) if rule is not None else None
    if likeness is not None:
        told.append(f"Channel {channel.number}: views of different patches correlate by {likeness:.2f}.")
    return told


def zero_words(patch: Any) -> str:
    """How 0 looks in a view."""
    return "The line in the middle" if patch.ndim == 2 else "Grey"


def reduced_words(patch: Any) -> list[str]:
    """What of a patch and of its views is not drawn as it is."""
    told = []
    if patch.ndim > 3:
        told.append("Of the field the slice in its middle is drawn.")
    if len(patch) != (3 if patch.ndim > 2 else 1) and len(patch) > 1:
        told.append(f"The {len(patch)} channels of the image are drawn as their mean, those of views as their sum.")
    return told


def _middle(values: Any) -> Any:
    """The slice in the middle of a volume; a signal or an image as it is."""
    while values.ndim > 3:
        values = values[:, values.shape[1] // 2]
    return values


def patch_tile(pixels: Any, label: str) -> Tile:
    """The pixels that a feature sees as a tile."""
    if pixels.ndim == 2:
        return _curve(pixels.mean(0), label, label)
    return Tile(shown(_middle(pixels)), label=label, name=label)


def view_tile(view: View, label: str | None = None) -> Tile:
    """What came back from a feature as a tile."""
    words = view.rule.value if label is None else label
    values = _middle(view.values)
    if values.ndim == 2:
        return _curve(values.sum(0), words, view.rule.value)
    drawn = values if len(values) == 3 else values.sum(0)
    most = _end_of(drawn)
    return Tile(rgb(drawn, most) if len(values) == 3 else grey(drawn, -most, most), label=words, name=view.rule.value)


def _end_of(drawn: Any) -> float:
    """Where the scale of a view ends: a few strong pixels would leave all others grey."""
    import numpy as np

    strengths = np.abs(drawn[drawn != 0])
    return float(np.quantile(strengths, 1 - _STRONGEST)) if strengths.size else 1.0


def _curve(numbers: Any, label: str, name: str) -> Tile:
    top = float(abs(numbers).max()) or 1.0
    return Tile(curve=tuple(float(v) / top for v in numbers), label=label, name=name)
