"""Draw docs/images/seams.png: one photo and one network, tiled as is common and as a plan says, beside the difference.

Run it after a change to the planner: ``python scripts/seams_picture.py``. The network is trained here, for some
seconds, to tell the light parts of the photo's surroundings from the dark ones; that needs context, as any
segmentation does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot

ROOT = Path(__file__).parents[1]
PHOTO = ROOT / "docs" / "gallery" / "photo.jpg"
PICTURE = ROOT / "docs" / "images" / "seams.png"
SIZE, TILE, STEPS = (256, 320), 96, 60
COLOURS = np.array([[68, 1, 84], [49, 104, 142], [53, 183, 121], [253, 231, 37]], np.uint8)


class UNet(nn.Module):  # type: ignore[misc]
    """Three levels with batch norm: stride 4."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = _block(3, 12), _block(12, 24), _block(24, 24)
        self.d, self.e = _block(48, 24), _block(36, 12)
        self.head = nn.Conv2d(12, 4, 1)

    def forward(self, x: Any) -> Any:
        """Four scores for each pixel."""
        a = self.a(x)
        b = self.b(F.max_pool2d(a, 2))
        c = self.c(F.max_pool2d(b, 2))
        d = self.d(torch.cat([b, F.interpolate(c, scale_factor=2)], 1))
        return self.head(self.e(torch.cat([a, F.interpolate(d, scale_factor=2)], 1)))


def _block(ins: int, outs: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(ins, outs, 3, padding=1), nn.BatchNorm2d(outs), nn.ReLU())


def trained(photo: Any) -> nn.Module:
    """A network that tells four levels of the brightness around a pixel."""
    torch.manual_seed(0)
    light = F.avg_pool2d(photo.mean(1, keepdim=True), 25, 1, 12, count_include_pad=False)[:, 0]
    levels = torch.bucketize(light, torch.quantile(light, torch.tensor([0.25, 0.5, 0.75])))
    net = UNet()
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(STEPS):
        optimiser.zero_grad()
        F.cross_entropy(net(photo), levels).backward()
        optimiser.step()
    return net.eval()


def without_overlap(net: nn.Module, photo: Any) -> Any:
    """Tiles side by side, each on its own."""
    found = torch.empty(1, 4, *SIZE)
    for y in range(0, SIZE[0], TILE):
        for x in range(0, SIZE[1], TILE):
            found[..., y : y + TILE, x : x + TILE] = net(photo[..., y : y + TILE, x : x + TILE])
    return found


def main() -> None:
    """Write the picture and say how many labels differ."""
    image = Image.open(PHOTO).convert("RGB").resize(SIZE[::-1])
    photo = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None].float() / 255
    net = trained(photo)
    with torch.no_grad():
        whole, common = net(photo).argmax(1)[0], without_overlap(net, photo).argmax(1)[0]
    plan = eyeshot.tile(net, (1, 3, *SIZE), tile=TILE)
    exact = plan.run(net, photo).argmax(1)[0]
    wrong = common.numpy() != whole.numpy()
    print(f"labels that differ: tiles side by side {wrong.mean():.1%}, planned {(exact != whole.numpy()).mean():.1%}")
    seams = np.where(wrong[..., None], np.array([220, 30, 30], np.uint8), np.array([245, 245, 245], np.uint8))
    gap = np.full((SIZE[0], 8, 3), 255, np.uint8)
    row = [np.asarray(image), gap, COLOURS[common.numpy()], gap, seams, gap, COLOURS[exact]]
    Image.fromarray(np.concatenate(row, 1)).quantize(128).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
