"""Tiled equals whole: every network, at sizes drawn at random, non-square and not divisible ones included."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch_support  # noqa: F401 - torchvision needs it
from tile_nets import (
    ROUNDING,
    Causal,
    CroppedThenPadded,
    PaddedToMultiple,
    Pyramid,
    Space,
    SuperResolution,
    ValidUNet,
    error,
    image_of,
    listed,
    zoo_builder,
    zoo_runner,
)
from torch import nn

import eyeshot
from eyeshot.plan.tiling import Planner

LOCAL = {"dilated_segnet": 8, "tcn": 1, "unet": 16, "unet3d": 8, "unet_bilinear": 16, "wavenet": 1}
"""The networks of the zoo that end in a map, with a step of image sizes for which they run."""
HEADLESS = {
    "alexnet": "conv5",
    "alexnet_v2": "pool5",
    "inception_v1": "inception_5b.output",
    "inception_v3": "Mixed_7c.concat",
    "lenet5": "s4",
    "mobilenet_v1": "Conv2d_13.pointwise",
    "resnet18": "layer4.1.add",
    "resnet34": "layer4.2.add",
    "resnet50": "layer4.2.add",
    "resnet50_v1": "block4.2.add",
    "resnet101": "layer4.2.add",
    "resnet101_v1": "block4.2.add",
    "resnet152": "layer4.2.add",
    "resnet152_v1": "block4.2.add",
    "vgg11": "pool5",
    "vgg13": "pool5",
    "vgg16": "pool5",
    "vgg19": "pool5",
    "zfnet": "pool5",
}
"""Those that end in a classifier, up to their last map."""
SAME = {"mobilenet_v1": 32, "resnet50_v1": 32, "resnet101_v1": 32, "resnet152_v1": 32, "inception_v1": 32}
"""Those whose padding depends on whether the size is even."""
ROOM = {"alexnet": 160, "alexnet_v2": 160, "lenet5": 40}
"""More pixels of a tile, where layers behind the last map need them."""
MOST = 12
"""Tiles of large networks that are run: those in the corners and on the sides, and others at random."""
FEW = 2
"""Tiles of these that are run with every change; all the others only now and then."""
LARGE = {"dilated_segnet", "inception_v1", "inception_v3", "resnet152", "resnet152_v1", "unet3d"}
"""Networks of which a tile takes a second."""


def names() -> list[Any]:
    every = [pytest.param(name, FEW if name in LARGE else MOST, id=name) for name in (*LOCAL, *HEADLESS)]
    more = [pytest.param(name, MOST, id=f"{name}, more", marks=pytest.mark.sweep) for name in sorted(LARGE)]
    return every + more


@pytest.mark.parametrize(("name", "most"), names())
def test_zoo(name: str, most: int) -> None:
    build = zoo_builder(name, HEADLESS.get(name, ""))
    draw = random.Random(name)
    step = LOCAL.get(name, SAME.get(name, 1))
    first = eyeshot.load(name).inputs[0].shape[2:]
    probe = Planner(build, tuple(4096 if len(first) < 3 else 500 for _ in first))
    least, aligned = [probe.least(axis) for axis in range(len(first))], probe.aligned
    size = tuple(n + ROOM.get(name, 0) + a * draw.randrange(1, 4) for n, a in zip(least, aligned, strict=True))
    extents = tuple((n + a * draw.randrange(3, 5)) // step * step + step * draw.randrange(4)
                    for n, a in zip(size, aligned, strict=True))  # fmt: skip
    if name == "unet3d":
        # Sizes between multiples of its stride; in the small form one axis is no longer than a tile.
        extents = (132, 108, 116) if most == FEW else tuple(n // 8 * 8 + 4 for n in extents)
    tiling = Planner(build, extents).plan(size)
    assert tiling.is_possible, tiling
    assert len(tiling) > 1
    assert error(tiling, zoo_runner(build), image_of(build(extents).inputs[0].shape), most) <= ROUNDING


MODULES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], int, tuple[int, ...]]] = {
    "valid U-Net": (ValidUNet, (1, 92, 92), 4, (44, 48)),
    "causal, padded": (lambda: Causal("pad"), (2, 700), 1, (150,)),
    "causal, joined with zeros": (lambda: Causal("cat"), (2, 700), 1, (150,)),
    "causal, cut behind": (lambda: Causal("cut"), (2, 700), 1, (150,)),
    "super resolution": (SuperResolution, (3, 61, 87), 1, (24, 30)),
    "pyramid": (Pyramid, (3, 96, 128), 4, (48, 64)),
    "cropped, then padded": (CroppedThenPadded, (1, 200), 1, (60,)),
    "padded to a multiple": (PaddedToMultiple, (2, 81, 90), 1, (30, 36)),
    "space and windows": (Space, (2, 96, 64), 4, (28, 32)),
}


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("seed", range(3))
def test_module(name: str, seed: int) -> None:
    make, (channels, *extents), step, size = MODULES[name]
    draw = random.Random(f"{name} {seed}")
    torch.manual_seed(seed)
    model = make().eval()
    moved = tuple(n + step * draw.randrange(12) for n in extents)
    smaller = tuple(n + draw.randrange(12) for n in size)
    plan = eyeshot.tile(model, (1, channels, *moved), tile=smaller)
    assert plan.tiling.is_possible, plan
    assert len(plan) > 1
    assert error(plan.tiling, listed(model), image_of((1, channels, *moved), seed)) <= ROUNDING


def monai(dims: int, norm: str = "batch") -> nn.Module:
    from monai.networks.nets import UNet

    return UNet(dims, 1, 2, (4, 8, 16, 32) if dims == 2 else (4, 8, 16), (2,) * (5 - dims), norm=norm).eval()


def basic(norm: str = "batch") -> nn.Module:
    from monai.networks.nets import BasicUNet

    return BasicUNet(2, 1, 2, (4, 4, 8, 8, 8, 4), norm=norm).eval()


@pytest.mark.parametrize(
    ("make", "extents", "size"),
    [
        (lambda: monai(2), (320, 243 - 3), (100, 80)),
        (lambda: monai(2), (207, 319), (71, 90)),
        (lambda: monai(3), (48, 64, 40), (40, 40, 32)),
        (basic, (333, 487), (256, 400)),
        (basic, (352, 304), (272, 256)),
    ],
    ids=["2-D", "2-D one less", "3-D", "basic, any size", "basic"],
)
def test_monai(make: Callable[[], nn.Module], extents: tuple[int, ...], size: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    model = make()
    plan = eyeshot.tile(model, (1, 1, *extents), tile=size)
    assert plan.tiling.is_possible, plan
    assert error(plan.tiling, listed(model), image_of((1, 1, *extents))) <= ROUNDING


SMP = [(kind, encoder) for kind in ("Linknet", "Unet") for encoder in ("mobilenet_v2", "resnet18", "vgg11_bn")]


@pytest.mark.parametrize("width", [64, pytest.param(None, marks=pytest.mark.sweep)], ids=["narrow", "wide"])
@pytest.mark.parametrize(("kind", "encoder"), SMP)
def test_segmentation_models(kind: str, encoder: str, width: int | None) -> None:
    import segmentation_models_pytorch as smp

    torch.manual_seed(0)
    model = getattr(smp, kind)(encoder, encoder_weights=None, classes=2).eval()
    planner_least = eyeshot.tile(model, (3, 4096, width or 4096), tile=2048).axes[0]
    least = sum(planner_least.margin) + 32
    # An image no wider than a tile is cut along one axis only, and costs a tenth.
    extents = (least + 64, width or least + 32)
    plan = eyeshot.tile(model, (3, *extents), tile=(least + 33, width or least))
    assert plan.tiling.is_possible, plan
    assert plan.alignment == (32, 32)
    assert error(plan.tiling, listed(model), image_of((1, 3, *extents)), MOST) <= ROUNDING


@pytest.mark.parametrize("width", [40, pytest.param(480, marks=pytest.mark.sweep)], ids=["narrow", "wide"])
def test_torchvision_fcn(width: int) -> None:
    from torchvision.models.segmentation import fcn_resnet50

    torch.manual_seed(0)
    model = fcn_resnet50(weights=None, weights_backbone=None, num_classes=2).eval()
    plan = eyeshot.tile(model, (3, 504, width), tile=(472, width))
    assert plan.tiling.is_possible, plan
    assert plan.alignment == (8, 8)
    assert error(plan.tiling, listed(model), image_of((1, 3, 504, width)), FEW if width < 480 else MOST) <= ROUNDING
