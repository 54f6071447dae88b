"""Cut the photos of docs/pair/photos out of those that come with scikit-image.

pip install --no-deps scikit-image
python scripts/pair_photos.py
"""

from __future__ import annotations

import importlib.util
import io
import sys
from pathlib import Path

from PIL import Image

from eyeshot.present.files import write_whole

FOLDER = Path(__file__).parents[1] / "docs" / "pair" / "photos"
SHORTER, SIDE, QUALITY = 240, 224, 88
CENTRE = (0.5, 0.5)
PHOTOS = {
    "astronaut.png": ("astronaut", (0.5, 0)),
    "brick.png": ("brick", CENTRE),
    "chelsea.png": ("chelsea", (0.35, 0)),
    "coffee.png": ("coffee", (0.55, 0.5)),
    "hubble_deep_field.jpg": ("hubble", CENTRE),
    "ihc.png": ("ihc", CENTRE),
    "retina.jpg": ("retina", CENTRE),
    "rocket.jpg": ("rocket", CENTRE),
}
"""File there, name here, and where in the photo the square lies: 0 is left or top, 1 right or bottom."""


def skimage_data() -> Path:
    """Where scikit-image keeps its photos."""
    found = importlib.util.find_spec("skimage")
    if found is None or found.origin is None:
        sys.exit("the photos come with scikit-image; install it with `pip install --no-deps scikit-image`")
    return Path(found.origin).parent / "data"


def scaled(path: Path, shorter: int) -> Image.Image:
    """A photo in colours, its shorter side as long as that."""
    photo = Image.open(path).convert("RGB")
    scale = shorter / min(photo.size)
    return photo.resize((round(photo.width * scale), round(photo.height * scale)), Image.Resampling.LANCZOS)


def main() -> None:
    """Write the squares."""
    for source, (name, (right, down)) in PHOTOS.items():
        photo = scaled(skimage_data() / source, SHORTER)
        left, top = round((photo.width - SIDE) * right), round((photo.height - SIDE) * down)
        file = io.BytesIO()
        photo.crop((left, top, left + SIDE, top + SIDE)).save(file, "JPEG", quality=QUALITY, optimize=True)
        write_whole(str(FOLDER / f"{name}.jpg"), file.getvalue())
        print(f"{name}.jpg: {len(file.getvalue()):,} bytes")


if __name__ == "__main__":
    main()
