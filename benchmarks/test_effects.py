"""What looking at features costs: the search beside bare forwards, a view beside forward and backward of its crop."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from models import model
from ratios import Report, Row, medians

from eyeshot.analyses.support import region_of
from eyeshot.api.weighted import node_of
from eyeshot.effects.crops import Crops, cut
from eyeshot.effects.images import Form, image_of, images_of
from eyeshot.effects.maps import Maps
from eyeshot.effects.passes import Subject
from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.effects.rules import Rule
from eyeshot.effects.search import Search

SIZE = 224
PHOTOS = {"alexnet": 144, "vgg16": 24, "resnet18": 96}
"""How many a search looks at: many, as in use, where a forward is short."""
NETS = [
    ("alexnet", "features.10", lambda net, x: net.features[:11](x)),
    ("vgg16", "features.21", lambda net, x: net.features[:22](x)),
    (
        "resnet18",
        "layer3",
        lambda net, x: net.layer3(net.layer2(net.layer1(net.maxpool(net.relu(net.bn1(net.conv1(x))))))),
    ),
]
"""A network, a layer, and the network without anything behind that layer."""


@pytest.fixture(scope="module", name="photos")
def _photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for number in range(max(PHOTOS.values())):
        # Of the smoothness of photos, and so about as long to decode.
        small = np.random.default_rng(number).integers(0, 256, (14, 14, 3), np.uint8)
        PIL.Image.fromarray(small).resize((SIZE, SIZE), PIL.Image.Resampling.BICUBIC).save(folder / f"{number:03}.jpg")
    return folder


def decoded(path: Path) -> torch.Tensor:
    with PIL.Image.open(path) as photo:
        pixels = np.asarray(photo.convert("RGB"), np.float32) / 255
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(pixels, -1, 0)))[None]


@pytest.mark.parametrize(("name", "layer", "until"), NETS, ids=[net[0] for net in NETS])
def test_search_against_bare_forwards(
    report: Report, photos: Path, name: str, layer: str, until: Callable[[Any, Any], Any]
) -> None:
    torch.manual_seed(0)
    net, count = model(name), PHOTOS[name]
    subject = Subject(net, (1, 3, SIZE, SIZE), name=name)
    paths = sorted(photos.iterdir())[:count]
    node, images = node_of(subject, layer), images_of(paths)

    def searched() -> None:
        Search(subject, node, layer, images, Preprocessing()).run()

    def bare() -> None:
        with torch.no_grad():
            for path in paths:
                until(net, decoded(path))

    ratio = report.compare(
        f"search for the 9 strongest features of every channel of {name}'s `{layer}` in {count} photos of {SIZE}², "
        "against the same photos decoded and bare forwards that end after the layer, CPU time",
        searched,
        bare,
        rounds=5,
        aim=1.15,
        clock=time.process_time,
    )
    assert ratio < 1.15


@pytest.mark.parametrize(("name", "layer", "until"), NETS, ids=[net[0] for net in NETS])
def test_view_against_forward_and_backward_of_its_crop(
    report: Report, photos: Path, name: str, layer: str, until: Callable[[Any, Any], Any]
) -> None:
    torch.manual_seed(0)
    net = model(name)
    subject = Subject(net, (1, 3, SIZE, SIZE), name=name)
    image = image_of(min(photos.iterdir()), Form(3, 2), Preprocessing())
    node = node_of(subject, layer)
    maps = Maps(layer, subject.analysis.layout(node))
    at = tuple(n // 2 for n in maps.extents)
    region, element = region_of(subject.analysis, node, at, subject.graph.inputs[0]), maps.element(0, at)
    (taken,) = medians(lambda: Crops(subject, node).of(region.box, element), rounds=3, clock=time.process_time)
    crop = Crops(subject, node).of(region.box, element)
    numbers = crop.subject.tensor(cut(image.numbers, crop.box))

    def bare() -> None:
        leaf = numbers.clone().requires_grad_()
        value = until(net, leaf)
        torch.autograd.grad(value[crop.element], leaf)

    side = "×".join(str(stop - start) for start, stop in crop.box)
    what = f"of the middle feature of {name}'s `{layer}`"
    ratio = report.compare(
        f"a deconvnet view {what} (crop of {side}) against forward and backward of its crop, CPU time",
        lambda: crop.subject.back(node, crop.element, numbers, Rule.DECONV),
        bare,
        rounds=15,
        aim=1.2,
        clock=time.process_time,
    )
    report.rows.append(Row(f"finding the crop {what}, once for all features, against 1 s, CPU time", taken, 1.0, None))
    assert ratio < 1.2
