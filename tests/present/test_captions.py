"""What captions say of shades and lines is what is drawn: on signals, images and volumes."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import eyeshot
from eyeshot.effects.rules import Rule
from eyeshot.effects.views import View
from eyeshot.present.drawings.tiles import Tile, tiles_scene
from eyeshot.present.drawings.views import view_tile
from eyeshot.present.scene.scene import Photo, Scene, Text

CONVS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
SIZES = {1: (60,), 2: (20, 24), 3: (8, 12, 14)}


def net(axes: int, channels: int) -> nn.Module:
    torch.manual_seed(0)
    conv = CONVS[axes]
    return nn.Sequential(conv(channels, 5, 3), nn.ReLU(), conv(5, 4, 3)).eval()


def image(axes: int, channels: int) -> Any:
    return np.random.default_rng(0).normal(size=(channels, *SIZES[axes])).astype(np.float32)


def said(scene: Scene) -> str:
    return " ".join(mark.text for panel in scene.panels for mark in panel.marks if isinstance(mark, Text))


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_zero_is_where_the_caption_says(axes: int, channels: int) -> None:
    model, pixels = net(axes, channels), image(axes, channels)
    words = said(eyeshot.deconv(model, "2", pixels, channel=1, at=(2,) * axes).draw().scene)
    assert ("The line in the middle is 0" in words) == (axes == 1)
    assert ("Grey is 0" in words) == (axes > 1)
    assert ("the slice in its middle" in words) == (axes == 3)
    assert ("as their mean" in words) == (channels == 2 or (axes, channels) == (1, 3))
    maps = eyeshot.activations(model, "2", pixels)
    least, most = float(maps.values.min()), float(maps.values.max())
    words = said(maps.draw().scene)
    assert least < 0
    if axes == 1:
        top = max(-least, most)
        assert f"Tiles reach from −{top:.3g} to {top:.3g}; the line in the middle is 0." in words
    else:
        assert f"Black is −{-least:.3g}, white {most:.3g}, in all tiles." in words


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_kernels_on_one_channel_are_a_grid(axes: int) -> None:
    conv = CONVS[axes](1, 40, 3).eval()
    scene = eyeshot.filters(nn.Sequential(conv), "0", input_shape=(1, 1, *SIZES[axes])).draw().scene
    words = said(scene)
    assert "Rows are filters" not in words
    assert all(f" {i} " in f" {words} " for i in range(40)), "each has its number"
    assert 0.4 < scene.width / scene.height < 2.5


def test_views_of_several_channels_keep_within_their_scale() -> None:
    """Their sum over channels reaches beyond what one channel does; its strongest hundredth alone ends the scale."""
    view = eyeshot.deconv(net(2, 2), "2", image(2, 2), channel=1, at=(4, 4))
    photos = [m for panel in view.draw().scene.panels for m in panel.marks if isinstance(m, Photo)]
    shades = np.asarray(Image.open(BytesIO(photos[-1].png)))
    found = view.views[-1].values.sum(0)
    ends = np.abs(found) == np.abs(found).max()
    assert ((shades == 0) | (shades == 255)).any()
    assert ends.sum() == 1


def test_pages_of_kernels_alone(tmp_path: Path) -> None:
    kernels = eyeshot.filters(nn.Sequential(nn.Conv2d(1, 300, 3)).eval(), "0", input_shape=(1, 1, 9, 9))
    kernels.save(tmp_path / "second.svg", page=2)
    assert "Page 2 of 2" in (tmp_path / "second.svg").read_text("utf-8")


def shades(values: Any) -> Any:
    image = view_tile(View(Rule.DECONV, values, 1)).image
    assert image is not None
    return image.astype(int)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_few_strong_pixels_leave_the_others_of_a_view_to_be_seen(channels: int) -> None:
    values = image(2, channels)
    calm = shades(values).std()
    values[:, 3, 4] = 1000
    assert shades(values).std() == pytest.approx(calm, rel=0.1)
    assert (shades(values)[3, 4] == 255).all()


def test_what_nothing_comes_back_to_takes_no_part_in_the_scale() -> None:
    values = np.zeros((3, 20, 20), np.float32)
    assert (shades(values) == 128).all()
    values[:, 5, 5] = -0.001
    assert (shades(values)[5, 5] == 0).all()


def test_blocks_stand_apart() -> None:
    tile = Tile(np.zeros((4, 4, 3), np.uint8))
    drawn = tiles_scene([[tile] * 4] * 4, title="", description="", heads=["a", "", "b", ""], split=2)
    photos = [mark for panel in drawn.panels for mark in panel.marks if isinstance(mark, Photo)]
    columns, rows = (np.diff(sorted({getattr(photo, name) for photo in photos})) for name in ("x0", "y0"))
    for gaps in (columns, rows):
        assert gaps[0] == pytest.approx(gaps[2])
        assert gaps[1] > gaps[0] + 5
    assert max(photo.x1 for photo in photos) < drawn.width - 15
    assert max(photo.y1 for photo in photos) < drawn.height
