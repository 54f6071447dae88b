"""What the page says below the pointer is what Python says."""

import random
from collections.abc import Callable

import pytest
import torch_support  # noqa: F401
from chromium import Watched

import eyeshot
from eyeshot.api import Fields

Opener = Callable[..., Watched]

MODELS = {
    "alexnet": "alexnet",
    "unet": "unet",
    "inception_v3": "inception_v3",
    "densenet121": "torchvision:densenet121",
    "tcn": "tcn",
    "unet3d": "unet3d",
    "vit": "timm:test_vit",
    "dilated, not square": "conv k5x3 s2x1 p2x1 d1x2 | maxpool k3 s2 ceil | deconv k3 s2 | conv k2 s3",
}
SHAPES = {"dilated, not square": (1, 61, 94)}
HOVERS = 26
PLACES = 5


def check(fields: Fields, told: dict, seen: set) -> None:  # type: ignore[type-arg]
    """One answer of the page against Python's own."""
    # The page follows the parts of a value too, which the network itself does not have: patches beside a class token.
    graph = fields._analysis.graph
    number = told["value"] - len(graph.inputs)
    assert told["unknown"] == []
    if number < 0:
        assert told["pixels"] == [[i, i + 1] for i in told["feature"]]
        return
    region = fields[graph.nodes[number].name].at(*told["feature"])
    name = (region.layer, region.feature)
    assert told["pixels"] == [list(side) for side in region.pixels], name
    assert told["read"] == region.read, name
    if told["box"] is not None:
        assert told["box"] == [list(side) for side in region.box], name
    seen.add(name)


def hover(open_page: Opener, name: str, hovers: int) -> None:
    fields = eyeshot.analyze(MODELS[name], input_shape=SHAPES.get(name))
    page = open_page(fields)
    draw = random.Random(name)  # noqa: S311 - the same places in every run
    titles = [entry for entry in fields._analysis.outline() if fields[entry.node].extents]
    seen: set[object] = set()
    places = max(PLACES, hovers // 10)
    for _ in range(places):
        entry = draw.choice(titles)
        page.go(entry.name, tuple(draw.randrange(n) for _, n in fields[entry.node].extents))
        check(fields, page.answer(), seen)
        stages = [page.page.locator(f"{pane} .ey-stage").bounding_box() for pane in (".ey-stack", ".ey-image")]
        for _ in range(hovers // places):
            box = draw.choice(stages)
            assert box is not None
            down = 0.25 + 0.5 * draw.random()
            page.page.mouse.move(box["x"] + draw.random() * box["width"], box["y"] + down * box["height"])
            page.settle()
            check(fields, page.answer(), seen)
    assert len(seen) > min(hovers // 4, 20), "too few features were met to prove anything"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", MODELS)
def test_hovers_say_what_python_says(open_page: Opener, name: str) -> None:
    hover(open_page, name, HOVERS)


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", MODELS)
def test_many_hovers_say_what_python_says(open_page: Opener, name: str) -> None:
    hover(open_page, name, 200)


def test_shift_shows_who_sees_a_pixel(open_page: Opener) -> None:
    fields = eyeshot.analyze("alexnet")
    page = open_page(fields)
    stage = page.page.locator(".ey-image .ey-stage").bounding_box()
    assert stage is not None
    page.page.keyboard.down("Shift")
    for x, y in [(0.5, 0.5), (0.35, 0.42), (0.6, 0.61)]:
        page.page.mouse.move(stage["x"] + x * stage["width"], stage["y"] + y * stage["height"])
        told = page.answer()
        reaches = {reach.layer: reach.count for reach in fields.reached_by(*told["pixel"])}
        counts = {fields.graph.nodes[value - 1].name: count for value, count in told["counts"] if value}
        assert len(counts) > 3
        assert counts == {layer: reaches[layer] for layer in counts}
    page.page.keyboard.up("Shift")
    assert "read" in page.answer()
