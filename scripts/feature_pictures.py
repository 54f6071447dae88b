"""Make the pictures of docs/guide/two-networks.md by the very commands that it shows.

python scripts/feature_pictures.py

Commands that need other packages stand on the page as text; with `--others` they are run too, which needs what the page
says, and the packages of the tests.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image

from eyeshot.present.files import write_whole

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guide" / "two-networks.md"
WIDEST, EXACT_BYTES, QUALITY = 1000, 40_000, 86

sys.path.insert(0, str(ROOT / "tests"))

from replay import replay  # noqa: E402


def small(path: Path) -> bytes:
    """A picture no wider than a page needs, as WebP: exact where that is small, else as a photo."""
    picture = Image.open(path).convert("RGB")
    if picture.width > WIDEST:
        size = (WIDEST, round(picture.height * WIDEST / picture.width))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    found = b""
    for manner in ({"lossless": True}, {"quality": QUALITY}):
        file = io.BytesIO()
        picture.save(file, "WebP", method=6, **manner)
        found = file.getvalue()
        if len(found) <= EXACT_BYTES:
            break
    return found


def main() -> None:
    """Run the page in a folder of its own, and keep the pictures that it shows."""
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "--others" in sys.argv[1:]:
            import torch_support  # noqa: F401 - by which torchvision can be imported beside any torch

            replay(page.replace("```text\n$ eyeshot", "```console\n$ eyeshot"), folder)
        else:
            replay(page, folder)
        for shown in re.findall(r"\.\./images/([\w-]+)\.webp", page):
            if (folder / f"{shown}.png").is_file():
                data = small(folder / f"{shown}.png")
                write_whole(str(ROOT / "docs" / "images" / f"{shown}.webp"), data)
                print(f"{shown}.webp: {len(data):,} bytes")


if __name__ == "__main__":
    main()
