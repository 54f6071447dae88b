"""Scenes one after another: GIF, animated WebP, numbered frames, and a strip of some of them on one page."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import sub
from typing import TYPE_CHECKING

from eyeshot.present.scene.palette import Theme
from eyeshot.present.scene.raster import pillow, raster
from eyeshot.present.scene.scene import Panel, Scene, Text, page_panel
from eyeshot.present.scene.svg import svg

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["gif", "numbered", "strip", "webp"]

_FRAME_MS, _LAST_MS = 700, 1800
_ACROSS, _DOWN, _WIDEST, _GAP = 4, 4, 1400.0, 8.0
"""Frames beside and below each other in a strip, how wide it may be, and room above what is true of all of them."""

_SHARED = ("title", "lasting")
_COLORS, _APART = 64, 10
_FOOT = 22.0


def gif(scenes: Sequence[Scene], theme: Theme) -> bytes:
    """An endless GIF; all frames share one palette.

    Parameters
    ----------
    scenes : sequence of Scene
        All of one size.
    theme : Theme
        Their colours.
    """
    library = pillow()
    colors = _shared_palette(scenes, theme)
    dither = library.Image.Dither.NONE
    images = [raster(scene, theme).quantize(palette=colors, dither=dither) for scene in scenes]
    return _animated(images, format="GIF", optimize=False, disposal=1)


def webp(scenes: Sequence[Scene], theme: Theme) -> bytes:
    """An endless WebP without loss."""
    return _animated([raster(scene, theme) for scene in scenes], format="WEBP", lossless=True, method=3)


def numbered(scenes: Sequence[Scene], theme: Theme, form: str) -> Iterator[tuple[str, bytes]]:
    """Each frame as a file of its own: its name and what it holds; `form` is ``"svg"`` or ``"png"``."""
    digits = len(str(len(scenes)))
    for number, scene in enumerate(scenes, 1):
        name = f"frame-{number:0{digits}}.{form}"
        yield name, svg(scene, theme).encode() if form == "svg" else _png(raster(scene, theme))


def strip(scenes: Sequence[Scene]) -> Scene:
    """Frames in rows on one page; of many, some evenly spaced ones, the first and the last among them.

    What all frames have alike, their panels ``title`` and ``lasting``, stands once above and below them.
    """
    count, first = len(scenes), scenes[0]
    head, foot = (first.panel(name).place[3] for name in _SHARED)
    width, height = first.width, first.height - head - foot
    across = max(1, min(_ACROSS, count, int(_WIDEST // width)))
    most = min(count, _DOWN * across)
    chosen = sorted({round(i * (count - 1) / max(1, most - 1)) for i in range(most)})
    panels = [first.panel("title")]
    for place, number in enumerate(chosen):
        left, top = place % across * width, place // across * height
        panels += [_moved(panel, left, top, number) for panel in scenes[number].panels if panel.name not in _SHARED]
    below = head + -(-len(chosen) // across) * height + _GAP
    panels.append(_moved(first.panel("lasting"), 0, below - first.panel("lasting").place[1]))
    whole = (across * width, below + foot + (_FOOT if len(chosen) < count else 0))
    if len(chosen) < count:
        text = f"{len(chosen)} of {count} frames, evenly spaced"
        panels.append(page_panel(*whole, (Text(16, whole[1] - 14, text, 9, "soft", "start"),), "strip"))
    return Scene(*whole, first.title, f"Frames of an animation. {first.description}", tuple(panels))


def _moved(panel: Panel, left: float, top: float, number: int | None = None) -> Panel:
    x, y, width, height = panel.place
    name = panel.name if number is None else f"{number}: {panel.name}"
    return replace(panel, name=name, place=(x + left, y + top, width, height))


def _shared_palette(scenes: Sequence[Scene], theme: Theme) -> Image:
    """The most frequent colours of the first, the middle and the last frame, as frames of one animation look alike.

    They are taken as they are, not averaged, so that paper stays white.
    """
    counts: Counter[tuple[int, ...]] = Counter()
    for number in sorted({0, len(scenes) // 2, len(scenes) - 1}):
        image = raster(scenes[number], theme)
        for count, color in image.getcolors(image.width * image.height) or ():
            if isinstance(color, tuple):
                counts[color] += count
    chosen: list[tuple[int, ...]] = []
    # Equally frequent ones in a fixed order, so that the file is the same every time.
    for color in sorted(counts, key=lambda color: (-counts[color], color)):
        # Pillow finds the nearest entry roughly only: a shade beside paper must not take its place.
        if all(max(map(abs, map(sub, color, other))) >= _APART for other in chosen):
            chosen.append(color)
        if len(chosen) == _COLORS:
            break
    palette: Image = pillow().Image.new("P", (1, 1))
    palette.putpalette([part for color in chosen for part in color])
    return palette


def _animated(images: list[Image], **how: object) -> bytes:
    file = io.BytesIO()
    times = [_FRAME_MS] * (len(images) - 1) + [_LAST_MS]
    images[0].save(file, save_all=True, append_images=images[1:], duration=times, loop=0, **how)  # type: ignore[arg-type]
    return file.getvalue()


def _png(image: Image) -> bytes:
    file = io.BytesIO()
    image.save(file, format="PNG")
    return file.getvalue()
