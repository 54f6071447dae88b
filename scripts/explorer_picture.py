"""Draw the explorer for the README: docs/images/explorer-alexnet.png, and moving, explorer-alexnet.webp.

Run it with the interpreter that the test group is installed for: `PYTHONPATH=tests .venv/bin/python
scripts/explorer_picture.py`. It takes screenshots in Chromium.
"""

import io
import math
import tempfile
from pathlib import Path

from chromium import Watched, launched, watched
from PIL import Image

import eyeshot

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"width": 1280, "height": 780}
STEPS = 24
MILLISECONDS = 120


def shot(page: Watched) -> Image.Image:
    """The page as it is."""
    page.settle()
    return Image.open(io.BytesIO(page.page.screenshot())).convert("RGB")


def path() -> list[tuple[int, int]]:
    """Features of conv5 on a round trip."""
    angles = [2 * math.pi * k / STEPS for k in range(STEPS)]
    return list(dict.fromkeys((round(6 - 5 * math.cos(a)), round(6 + 5 * math.sin(a))) for a in angles))


def frames(page: Watched) -> list[Image.Image]:
    """The journey, one picture for each feature."""
    found = []
    for feature in path():
        page.go("conv5", feature)
        found.append(shot(page))
    return found


def main() -> None:
    """Write both pictures and say where they are."""
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        saved = Path(folder) / "page.html"
        eyeshot.explore("alexnet").save(saved)
        with watched(browser, viewport=SIZE) as page:
            page.open(saved)
            page.page.mouse.move(5, 5)
            still = shot(page)
            moving = frames(page)
    still.quantize(128).save(IMAGES / "explorer-alexnet.png", optimize=True)
    half = [
        frame.resize((SIZE["width"] * 3 // 4, SIZE["height"] * 3 // 4), Image.Resampling.LANCZOS) for frame in moving
    ]
    first, *others = half
    target = IMAGES / "explorer-alexnet.webp"
    first.save(target, save_all=True, append_images=others, duration=MILLISECONDS, loop=0, quality=60, method=6)
    for name in ("explorer-alexnet.png", "explorer-alexnet.webp"):
        print(IMAGES / name, f"{(IMAGES / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
