"""Train the small AlexNet and VGG-16 of docs/pair, on crops of the photos that come with scikit-image.

pip install --no-deps scikit-image
python scripts/train_pair.py

Takes some minutes on one core. A network is shown a crop of 64 pixels, turned by 0, 90, 180 or 270 degrees, and must
say which photo it comes from and how it was turned. The right third of each photo is never trained on; the accuracy is
that on crops of it. All of these photos are in the public domain or CC0: docs/pair/LICENCES.txt.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from eyeshot.present.files import write_whole

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pair"
PHOTOS = (
    "astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "retina.jpg", "ihc.png", "hubble_deep_field.jpg",
    "camera.png", "brick.png", "grass.png", "gravel.png", "clock_motion.png",
)  # fmt: skip
SHORTER_SIDES = (192, 240, 300)
"""Sizes at which the photos are cropped."""
STEPS = {"alexnet": 1000, "vgg16": 600}
CROP, BATCH, TESTED, SEED = 64, 64, 4096, 0
RATE, NOISE = 0.05, 0.08
DECAY, FIRST_DECAY = 1e-3, 0.05
"""Of the weights; the strong one of the first convolution clears its kernels of the noise that they begin with."""

sys.path[:0] = [str(FOLDER), str(ROOT)]  # the networks lie where readers of the docs find them

import pair  # noqa: E402

from scripts.pair_photos import scaled, skimage_data  # noqa: E402


class Crops:
    """Photos in some sizes, and batches of crops of them."""

    def __init__(self) -> None:
        folder = skimage_data()
        self.photos = [[np.asarray(scaled(folder / name, side)) for side in SHORTER_SIDES] for name in PHOTOS]

    def batch(self, count: int, chance: np.random.Generator, *, is_held_out: bool) -> tuple[Any, Any]:
        """Crops, numbers from 0 to 1, and their classes."""
        crops, classes = [], []
        for _ in range(count):
            photo, size, turn = (int(chance.integers(n)) for n in (len(PHOTOS), len(SHORTER_SIDES), pair.TURNS))
            whole = self.photos[photo][size]
            height, width = whole.shape[:2]
            border = width * 2 // 3
            left, right = (border, width) if is_held_out else (0, border)
            y, x = int(chance.integers(height - CROP + 1)), int(chance.integers(left, right - CROP + 1))
            crop = whole[y : y + CROP, x : x + CROP]
            if chance.random() < 0.5:
                crop = crop[:, ::-1]
            crops.append(np.rot90(crop, turn))
            classes.append(photo * pair.TURNS + turn)
        numbers = torch.from_numpy(np.stack(crops).astype(np.float32) / 255).permute(0, 3, 1, 2)
        return numbers.contiguous(), torch.tensor(classes)


def varied(crops: Any) -> Any:
    """Crops in other lights and colours, some of them grey, with noise: neither a colour nor a pixel tells all."""
    count = len(crops)
    is_grey = (torch.rand(count, 1, 1, 1) < 0.3).float()
    crops = crops * (1 - is_grey) + crops.mean(1, keepdim=True) * is_grey
    gain = (1 + 0.3 * (2 * torch.rand(count, 1, 1, 1) - 1)) * (1 + 0.15 * (2 * torch.rand(count, 3, 1, 1) - 1))
    shift = 0.2 * (torch.rand(count, 1, 1, 1) - 0.5)
    return (crops - 0.5) * gain + 0.5 + shift + NOISE * torch.randn_like(crops)


def trained(make: Callable[..., Any], crops: Crops, steps: int) -> Any:
    """A network with batch norms, trained."""
    torch.manual_seed(SEED)
    chance = np.random.default_rng(SEED)
    net = make(has_norms=True).to(memory_format=torch.channels_last)
    first = net.features[0].weight
    others = [parameter for parameter in net.parameters() if parameter is not first]
    groups = [{"params": [first], "weight_decay": FIRST_DECAY}, {"params": others, "weight_decay": DECAY}]
    optimiser = torch.optim.SGD(groups, RATE, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.15)
    recent = 0.0
    for step in range(1, steps + 1):
        numbers, classes = crops.batch(BATCH, chance, is_held_out=False)
        optimiser.zero_grad()
        loss = F.cross_entropy(net(varied(numbers).to(memory_format=torch.channels_last)), classes)
        loss.backward()
        optimiser.step()
        schedule.step()
        recent += float(loss.detach()) / 100
        if not step % 100:
            print(f"  step {step} of {steps}: loss {recent:.3f}", flush=True)
            recent = 0.0
    return net.eval()


def folded(net: Any, plain: Any) -> Any:
    """The same network without batch norms: each becomes part of the convolution before it."""
    norms = [module for module in net.features if isinstance(module, nn.BatchNorm2d)]
    pairs = [[m for m in one.features if isinstance(m, nn.Conv2d)] for one in (net, plain)]
    with torch.no_grad():
        for norm, conv, found in zip(norms, *pairs, strict=True):
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            found.weight.copy_(conv.weight * scale[:, None, None, None])
            found.bias.copy_((conv.bias - norm.running_mean) * scale + norm.bias)
        plain.classifier.load_state_dict(net.classifier.state_dict())
        # What is measured is what is written.
        for parameter in plain.parameters():
            parameter.copy_(parameter.half().float())
    return plain.eval()


def accuracy(net: Any, crops: Crops) -> tuple[float, float]:
    """How often the photo, and how often photo and turn are told, on crops that were held out."""
    numbers, classes = crops.batch(TESTED, np.random.default_rng(SEED + 1), is_held_out=True)
    with torch.no_grad():
        told = torch.cat([net(part).argmax(1) for part in numbers.split(BATCH)])
    photos = (told // pair.TURNS == classes // pair.TURNS).float().mean()
    return float(photos), float((told == classes).float().mean())


def main() -> None:
    """Train both, say what they can, and write their weights."""
    torch.set_num_threads(1)
    crops = Crops()
    for name, steps in STEPS.items():
        make = getattr(pair, f"empty_{name}")
        print(name, flush=True)
        net = folded(trained(make, crops, steps), make())
        photos, both = accuracy(net, crops)
        file = io.BytesIO()
        np.savez_compressed(file, **{key: value.half().numpy() for key, value in net.state_dict().items()})
        path = FOLDER / f"{name}.npz"
        write_whole(str(path), file.getvalue())
        print(f"  held out: photo {photos:.1%}, photo and turn {both:.1%}; {len(file.getvalue()):,} bytes", flush=True)


if __name__ == "__main__":
    main()
