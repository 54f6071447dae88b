"""Two networks with an image: each tile is what the other views give for the same feature."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.api.comparison import Comparison
from eyeshot.effects.pairs import Side
from eyeshot.effects.passes import Subject
from eyeshot.errors import InputError, RunError
from eyeshot.present.drawings.activations import shown
from eyeshot.present.drawings.tiles import grey
from eyeshot.present.scene.scene import Photo, Rect

SIZE = (40, 52)


def wide() -> nn.Sequential:
    """Large kernels, and activations that write over what they are given."""
    torch.manual_seed(0)
    layers = [
        nn.Conv2d(3, 6, 6, 2, 2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(6, 5, 4),
        nn.ReLU(inplace=True),
    ]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 3))


def deep() -> nn.Sequential:
    """Small kernels."""
    torch.manual_seed(1)
    layers: list[nn.Module] = []
    for width, channels in ((3, 4), (4, 4)):
        layers += [nn.Conv2d(width, channels, 3, padding=1), nn.ReLU()]
    layers += [nn.MaxPool2d(2), nn.Conv2d(4, 7, 3, padding=1), nn.ReLU(), nn.Conv2d(7, 4, 3, padding=1), nn.ReLU()]
    layers += [nn.Conv2d(4, 4, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers)


def image(size: tuple[int, ...] = (3, *SIZE)) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).random(size, np.float32)


@pytest.fixture(name="found", scope="module")
def _found() -> Comparison:
    return eyeshot.compare(wide(), deep(), image(), most=9, rules=["deconvnet", "guided"])


def sides(found: Comparison) -> list[tuple[Callable[[], nn.Module], str, Side]]:
    both = [(wide, match.pair.first, match.first) for match in found.matches]
    both += [(deep, match.pair.second, match.second) for match in found.matches if match.pair.second is not None]
    return [(net, row.layer, side) for net, row, side in both]


def test_each_side_is_what_the_other_views_give(found: Comparison) -> None:
    assert len(found.matches) == len(found.drawn) >= 3
    for net, layer, side in sides(found):
        alone = eyeshot.deconv(net(), layer, image(), rules=["deconvnet", "guided"])
        views = side.views
        assert (views.channel, views.feature, views.value) == (alone.channel, alone.feature, alone.value)
        assert (views.box, views.is_whole, views.is_chosen) == (alone.box, alone.is_whole, True)
        assert np.array_equal(views.patch, alone.patch)
        for mine, theirs in zip(views.views, alone.views, strict=True):
            assert (mine.rule, mine.met) == (theirs.rule, theirs.met)
            assert np.array_equal(mine.values, theirs.values)
        maps = eyeshot.activations(net(), layer, image())
        assert np.array_equal(side.activation, maps.values[views.channel])
        assert side.activation[views.feature] == maps.values.max()


def test_each_crop_is_the_patch_of_the_channel(found: Comparison, tmp_path: Path) -> None:
    np.save(tmp_path / "image.npy", image())
    for net, layer, side in sides(found):
        (channel,) = eyeshot.patches(
            net(), layer, tmp_path / "image.npy", channels=[side.views.channel], count=1, rules=()
        ).channels
        assert channel.patches[0].hit.feature == side.views.feature
        assert np.array_equal(channel.patches[0].pixels, side.views.patch)


def test_the_scene_shows_them(found: Comparison) -> None:
    marks = found.draw().scene.panel("tiles").marks
    photos = [mark for mark in marks if isinstance(mark, Photo)]
    spots = [mark for mark in marks if isinstance(mark, Rect) and mark.name.endswith("spot")]
    wanted = [side for match in found.matches for side in (match.first, match.second)]
    assert len(photos) == 4 * len(wanted)
    for k, side in enumerate(wanted):
        patch, activation, *views = photos[4 * k : 4 * k + 4]
        assert [one.name.rsplit(maxsplit=1)[-1] for one in views] == ["deconvnet", "guided"]
        assert_drawn(patch, shown(side.views.patch))
        assert_drawn(activation, grey(side.activation, side.activation.min(), side.activation.max()))
        for one, view in zip(views, side.views.views, strict=True):
            met = abs(view.values[view.values != 0])
            scaled = np.clip(view.values / np.quantile(met, 0.99), -1, 1)
            assert_drawn(one, np.moveaxis(scaled, 0, -1) * 127.5 + 127.5)
        # The outline stands around the feature in its map.
        height, width = side.activation.shape
        y, x = side.views.feature
        spot = spots[k]
        across, down = activation.x1 - activation.x0, activation.y1 - activation.y0
        assert (spot.x0 + spot.x1) / 2 == pytest.approx(activation.x0 + (x + 0.5) / width * across)
        assert (spot.y0 + spot.y1) / 2 == pytest.approx(activation.y0 + (y + 0.5) / height * down)


def assert_drawn(photo: Photo, pixels: Any) -> None:
    drawn = np.asarray(PIL.Image.open(io.BytesIO(photo.png)).convert("RGB"))
    times = drawn.shape[0] // pixels.shape[0]
    assert drawn.shape == (pixels.shape[0] * times, pixels.shape[1] * times, 3)
    np.testing.assert_allclose(drawn[::times, ::times].astype(float), pixels, atol=0.51)


def test_captions_say_what_was_done(found: Comparison) -> None:
    said = " ".join(found.draw().scene.texts())
    for words in (
        "Grey is 0",
        "numbers as they are and nothing more",
        "2 rectifiers",
        "no rectifiers",
        "random weights",
    ):
        assert words in said
    assert "The whole image was run where no part of it" in said
    fewer = " ".join(eyeshot.compare(wide(), deep(), image(), most=1, rules=()).draw().scene.texts())
    assert f"Drawn: 1 of {len(found.matched)} matched pairs, those whose fields are spread most widely" in fewer
    assert "rectifier" not in fewer
    assert "view" not in fewer
    named = eyeshot.compare(wide(), deep(), image(), layers=["3"], mean=[0.5] * 3)
    said = " ".join(named.draw().scene.texts())
    assert "those that were named" in said
    assert "less mean 0.5/0.5/0.5, by deviation none (as given)" in said


def test_each_network_gets_what_its_configuration_says(tmp_path: Path) -> None:
    PIL.Image.fromarray((np.moveaxis(image(), 0, -1) * 255).astype(np.uint8)).save(tmp_path / "photo.png")
    other = deep()
    other.pretrained_cfg = {"input_size": (3, 32, 32), "mean": (0.1,) * 3, "std": (2.0,) * 3}
    found = eyeshot.compare(wide(), other, tmp_path / "photo.png", layers=["0"])
    assert found.extents == (SIZE, (32, 32))
    assert found.matches[0].second.views.image.numbers.shape == (3, 32, 32)
    said = " ".join(found.draw().scene.texts())
    assert "numbers 0 … 1 and nothing more; for the second network scaled to shorter side 32 px" in said


def test_each_network_runs_once_over_the_image() -> None:
    runs: dict[str, int] = {"wide": 0, "deep": 0}
    nets = {"wide": wide(), "deep": deep()}

    def counts(name: str) -> Callable[..., None]:
        def count(_: nn.Module, args: Any) -> None:
            value = args[0]
            runs[name] += value.untyped_storage().device.type != "meta" and tuple(value.shape[2:]) == SIZE

        return count

    for name, net in nets.items():
        net[0].register_forward_pre_hook(counts(name))
    found = eyeshot.compare(nets["wide"], nets["deep"], image(), rules=())
    assert len(found.matches) >= 3
    assert runs == {"wide": 1, "deep": 1}


def test_the_numbers_of_both(found: Comparison, tmp_path: Path) -> None:
    found.save(tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as arrays:
        assert list(arrays["first"]) == [pair.first.layer for pair in found.pairs]
        for k, match in zip(found.drawn, found.matches, strict=True):
            for name, side in (("first", match.first), ("second", match.second)):
                assert np.array_equal(arrays[f"pair{k}.{name}.patch"], side.views.patch)
                assert np.array_equal(arrays[f"pair{k}.{name}.activation"], side.activation)
                assert np.array_equal(arrays[f"pair{k}.{name}.guided"], side.views.views[1].values)
                assert arrays[f"pair{k}.{name}.box"].tolist() == [list(ends) for ends in side.views.box]
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert rows[0]["first_channel"] == str(found.matches[0].first.views.channel)
    read = json.loads(found.to_json())
    assert read["schema"] == "eyeshot.comparison/1"
    assert read["pairs"][0]["second"]["feature"] == list(found.matches[0].second.views.feature)
    assert f"{len(found.matches)} with an image" in repr(found)


def test_signals_and_volumes() -> None:
    signal = nn.Sequential(nn.Conv1d(1, 4, 9, 4), nn.ReLU(), nn.Conv1d(4, 2, 3))
    found = eyeshot.compare(signal, signal, image((1, 90)), rules=["gradient"])
    scene = found.draw().scene
    assert "The line in the middle is 0 in a view" in " ".join(scene.texts())
    spot = next(m for m in scene.panel("tiles").marks if isinstance(m, Rect) and m.name.endswith("spot"))
    assert spot.y1 - spot.y0 > 10 * (spot.x1 - spot.x0)
    volume = nn.Sequential(nn.Conv3d(1, 3, 3), nn.ReLU(), nn.Conv3d(3, 2, 3))
    found = eyeshot.compare(volume, volume, image((9, 10, 11)))
    assert "Of a map the slice that holds the feature" in " ".join(found.draw().scene.texts())
    boxes = eyeshot.compare(volume, volume, input_shape=(1, 1, 9, 10, 11)).draw().scene
    assert "Of more than two axes the last two are drawn." in " ".join(boxes.texts())
    strips = eyeshot.compare(signal, signal, input_shape=(1, 1, 90)).draw().scene
    assert [m.x1 - m.x0 for m in strips.panel("first").marks if isinstance(m, Rect) and "field" in m.name] == [17, 9]


def test_layers_without_a_match_or_a_picture_are_told() -> None:
    first = nn.Sequential(nn.Conv2d(3, 4, 5), nn.ReLU(), nn.Conv2d(4, 4, 30))
    found = eyeshot.compare(first, deep(), image(), most=1)
    assert "1 layer of Sequential has no match in Sequential." in " ".join(found.draw().scene.texts())
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert [row["first_channel"] != "" for row in rows] == [k in found.drawn for k in range(len(rows))]
    with pytest.raises(InputError, match="`2` of `Sequential` must have a match to be drawn"):
        eyeshot.compare(first, deep(), image(), layers=["2"])


# ---------------------------------------------------------------------- without an image


def test_fields_stand_around_one_centre_to_one_scale() -> None:
    found = eyeshot.compare("alexnet", "vgg16")
    assert [found.pairs[k].first.layer for k in found.drawn] == ["conv1", "pool1", "conv2", "conv3", "conv4", "pool5"]
    scene = found.draw(theme="dark").scene
    panels = [scene.panel("first"), scene.panel("second")]
    assert panels[0].view == panels[1].view
    assert panels[0].place[2:] == panels[1].place[2:]
    for panel, name, size, pixels in zip(panels, ("conv3", "pool4"), (99, 100), (227, 224), strict=True):
        boxes = {mark.name: mark for mark in panel.marks if isinstance(mark, Rect)}
        assert boxes["image"].x1 == pixels / 2
        box = boxes[f"{name} field {size}"]
        assert (box.x0, box.y0, box.x1, box.y1) == (-size / 2, -size / 2, size / 2, size / 2)
        assert panel.view[2] / panel.place[2] == pytest.approx(panel.view[3] / panel.place[3])
    texts = list(scene.texts())
    assert texts.count("no match") == 2
    assert "Boxes: 6 of 8 matched pairs, spread most widely." in " ".join(texts)


def test_layers_are_named_or_spread() -> None:
    found = eyeshot.compare("alexnet", "vgg16", layers=["conv5", "conv3", "conv5"])
    assert [found.pairs[k].first.layer for k in found.drawn] == ["conv5", "conv3"]
    assert "2 of 8 matched pairs, named" in " ".join(found.draw().scene.texts())
    assert [pair.first.layer for pair in found.pairs] == [
        p.first.layer for p in eyeshot.compare("alexnet", "vgg16").pairs
    ]
    few = eyeshot.compare("alexnet", "vgg16", most=2)
    assert [few.pairs[k].first.layer for k in few.drawn] == ["conv1", "pool5"]
    # Of layers that see the same one stands for all.
    same = eyeshot.compare("conv k3 | conv k1 | conv k1 | conv k5", "conv k3 | conv k5", input_shape=20)
    assert len({max(axis.size for axis in same.pairs[k].first.axes) for k in same.drawn}) == len(same.drawn)


def test_many_pairs_are_paged() -> None:
    many = " | ".join(["conv k3 p1"] * 30)
    found = eyeshot.compare(many, many, input_shape=99)
    assert "Page 2 of 2." in " ".join(found.draw(page=2).scene.texts())
    with pytest.raises(InputError, match="page must be one of 1 … 2, but is 3"):
        found.draw(page=3)


def test_nothing_to_draw() -> None:
    alone = eyeshot.compare("conv k3 | conv k3", "conv k30", input_shape=40)
    assert not alone.drawn
    assert "first" not in {panel.name for panel in alone.draw().scene.panels}
    with pytest.raises(InputError, match="must have a map to be drawn"):
        eyeshot.compare("globalpool", "conv k3", input_shape=40).draw()


def test_tables_of_all_pairs(tmp_path: Path) -> None:
    found = eyeshot.compare("alexnet", "vgg16")
    assert "| conv5    |   163 |   16 | conv5_2  |   164 |   16 |  0.6% |" in found.to_markdown()
    assert found.to_csv().splitlines()[-1] == "fc7-conv,355x355,32x32,,,,"
    read = json.loads(found.to_json())
    assert read["pairs"][-1]["second"] is None
    assert read["pairs"][4]["first"] == {"layer": "conv3", "name": "conv3", "field": [99, 99], "jump": [16, 16]}
    assert len(read["unmatched"]) == len(found.unmatched)
    assert "conv5_2" in found.to_text()
    found.save(tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["second"].tolist()[-1] == ""
        assert np.isnan(arrays["second.field"][-1]).all()
        assert arrays["first.field"][4].tolist() == [99, 99]
    frame = pytest.importorskip("pandas") and found.to_frame()
    assert frame["second"][7] == "conv5_3"


# ---------------------------------------------------------------------- what cannot be compared


class Whole(nn.Module):
    """Ends with whole numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        labels = self.conv(x).argmax(1, keepdim=True)
        result: Tensor = labels[..., :-1, :-1] + labels[..., 1:, 1:]
        return result


class Frozen(nn.Module):
    """Computes without gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 6, 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            result: Tensor = self.conv(x).relu()
        return result


def broken() -> nn.Module:
    net = deep()
    with torch.no_grad():
        net[0].weight[0, 0, 0, 0] = float("nan")
    return net


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    ("vgg16", {"image": image()}, "the second network: only a PyTorch model has weights"),
    (deep(), {"image": image((1, *SIZE))}, "the first network: the image must have 3 channels and 2 axes"),
    (deep(), {"image": image() * float("nan")}, "must hold numbers, but holds NaN"),
    (deep(), {"image": image(), "input_shape": 32}, "with an image its size is the input's"),
    (deep(), {"mean": [0.5] * 3}, "mean, std and resize say what is done to an image, but there is none"),
    (deep(), {"image": image(), "layers": ["0", "7"]}, "`7` is none"),
    (deep(), {"image": image(), "most": 0}, "at least 1 pair must be drawn"),
    (deep(), {"image": image(), "rules": ["guide"]}, "did you mean `guided`"),
    (deep(), {"image": image(), "arguments": [{}]}, "or two, but there are 1"),
    (deep(), {"image": image(), "arguments": [None, {"x": 1}]}, "the second network: arguments go with a reference"),
    (Whole(), {"image": image(), "layers": ["0"]}, "the second network: `.*` must hold real numbers"),
    (Frozen(), {"image": image(), "layers": ["0"]}, "the second network: .* must have gradients to the input"),
    (broken(), {"image": image()}, "the second network: .* must hold finite numbers, but holds NaN in channel 0"),
    (nn.Conv2d(3, 4, 39), {"image": image()}, "must have a match in .* to be drawn, but none has"),
]


@pytest.mark.parametrize(("other", "named", "why"), WRONG)
def test_bad_input_is_one_line(other: Any, named: dict[str, Any], why: str) -> None:
    with pytest.raises((InputError, RunError), match=why) as caught:
        eyeshot.compare(wide(), other, **named)
    assert "\n" not in str(caught.value)


def test_a_value_within_an_operation_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    holds = Subject.holds
    monkeypatch.setattr(Subject, "holds", lambda self, node: node != "2" and holds(self, node))
    found = eyeshot.compare(wide(), deep(), image())
    assert [found.pairs[k].first.layer for k in found.unheld] == ["2"]
    assert set(found.drawn).isdisjoint(found.unheld)
    assert "Left out: 1 matched pair with a value" in " ".join(found.draw().scene.texts())


@pytest.mark.parametrize("other", [deep, broken])
def test_models_come_back_untouched(other: Callable[[], nn.Module]) -> None:
    first, second = wide().eval(), other().train()
    states = [{name: tensor.clone() for name, tensor in net.state_dict().items()} for net in (first, second)]
    seed = torch.random.get_rng_state()
    try:
        eyeshot.compare(first, second, image())
    except InputError:
        assert other is broken
    assert torch.equal(torch.random.get_rng_state(), seed)
    for net, state in zip((first, second), states, strict=True):
        assert all(module.training is (net is second) for module in net.modules())
        now = net.state_dict()
        assert all(torch.equal(now[name].nan_to_num(), tensor.nan_to_num()) for name, tensor in state.items())
        assert all(p.grad is None and p.requires_grad for p in net.parameters())
        assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())
