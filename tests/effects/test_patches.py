"""Patches: the strongest features over images, cropped by what they really read, the same after any interruption."""

import contextlib
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.effects.crops import reduced
from eyeshot.effects.images import images_of
from eyeshot.effects.passes import Subject
from eyeshot.effects.patches import Patches, patches_of
from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.effects.rules import Rule
from eyeshot.effects.search import Search, before_activation
from eyeshot.errors import FeatureError, InputError
from eyeshot.present.scene.scene import Photo, Rect, Scene

SIZE = (30, 34)


def net(act: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 4, 2, 1), act(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 3, padding=1), act()).eval()


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    place = tmp_path / "images"
    place.mkdir()
    for number in range(6):
        pixels = np.random.default_rng(number).integers(0, 256, (*SIZE, 3), np.uint8)
        PIL.Image.fromarray(pixels).save(place / f"{number}.png")
    return place


def search(folder: Path, model: nn.Module | None = None, layer: str = "4", **named: Any) -> Search:
    subject = Subject(model or net(), (1, 3, *SIZE))
    return Search(subject, layer, layer, images_of(folder), Preprocessing(), **named)


def same(one: Patches, other: Patches) -> None:
    assert repr(one) == repr(other)
    for mine, theirs in zip(one.channels, other.channels, strict=True):
        assert [patch.hit for patch in mine.patches] == [patch.hit for patch in theirs.patches]
        for a, b in zip(mine.patches, theirs.patches, strict=True):
            assert (a.name, a.box) == (b.name, b.box)
            assert a.pixels.tobytes() == b.pixels.tobytes()
            assert [v.values.tobytes() for v in a.views] == [v.values.tobytes() for v in b.views]


def test_ranks_are_those_of_all_features_of_all_images(folder: Path) -> None:
    model = net()
    work = search(folder, model, count=7)
    work.run()
    images = [np.asarray(PIL.Image.open(path), np.float32) / 255 for path in sorted(folder.iterdir())]
    with torch.no_grad():
        maps = [model[:4](torch.from_numpy(np.moveaxis(image, -1, 0))[None])[0].numpy() for image in images]
    for channel in range(5):
        every = sorted((-float(m[channel][i]), n, i) for n, m in enumerate(maps) for i in np.ndindex(*m.shape[1:]))
        wanted = [(n, i) for _, n, i in every[:7]]
        found = patches_of(work, [channel]).channels[0].patches
        assert [(patch.hit.image, patch.hit.feature) for patch in found] == wanted


def test_a_crop_holds_the_pixels_whose_nan_reaches_the_hit(folder: Path) -> None:
    model = net()
    work = search(folder, model, count=3)
    work.run()
    for channel in patches_of(work, range(5)).channels:
        for patch in channel.patches:
            image = work.image(patch.hit.image)
            reached = np.zeros(SIZE, np.bool_)
            for y, x in np.ndindex(*SIZE):
                poisoned = torch.from_numpy(image.numbers).clone()
                poisoned[:, y, x] = float("nan")
                with torch.no_grad():
                    out = model[:4](poisoned[None])[0]
                reached[y, x] = bool(out[(channel.number, *patch.hit.feature)].isnan())
            (y0, y1), (x0, x1) = patch.box
            assert reached[y0:y1, x0:x1].all()
            assert reached.sum() == (y1 - y0) * (x1 - x0)
            assert np.array_equal(patch.pixels, image.pixels[:, y0:y1, x0:x1])


def test_a_channel_that_saturates_is_ranked_before_its_activation(folder: Path) -> None:
    model = net(nn.ReLU6)
    with torch.no_grad():
        model[3].bias.fill_(50)
    work = search(folder, model)
    work.run()
    found = patches_of(work, [0])
    assert found.ranked == "3"
    assert found.channels[0].ties == 0
    assert len({patch.hit.feature for patch in found.channels[0].patches}) > 3


def test_ties_are_told(folder: Path) -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(x) * 0 + 1

    model = Flat().eval()
    subject = Subject(model, (1, 3, *SIZE))
    work = Search(subject, subject.graph.outputs[0], "all", images_of(folder), Preprocessing())
    work.run()
    found = patches_of(work, [0]).channels[0]
    assert found.ties == 6 * 28 * 32 - 1


def test_only_features_whose_field_lies_in_the_image(folder: Path) -> None:
    work = search(folder, only_inside=True)
    work.run()
    fields = eyeshot.analyze(net(), (1, 3, *SIZE))["3"]
    for channel in patches_of(work, range(5)).channels:
        for patch in channel.patches:
            assert fields.at(*patch.hit.feature).box == patch.box


def test_views_and_how_much_they_are_alike(folder: Path) -> None:
    work = search(folder, count=4, only_inside=True)
    work.run()
    found = patches_of(work, most=2, rules=[Rule.DECONV])
    assert [channel.number for channel in found.channels] == list(work.strongest.strongest_channels()[:2])
    for channel in found.channels:
        assert all(view.values.shape == patch.pixels.shape for patch in channel.patches for view in patch.views)
        assert -1 <= (channel.likeness(Rule.DECONV) or 0) <= 1
        assert channel.likeness(Rule.GUIDED) is None


class Interrupted(Exception):  # noqa: N818 - as a person does it
    pass


@pytest.mark.parametrize("seed", range(4))
def test_a_search_that_is_interrupted_gives_the_same(folder: Path, tmp_path: Path, seed: int) -> None:
    whole = search(folder)
    whole.run()
    journal, draw = tmp_path / "search.journal", random.Random(seed)

    def stop(done: int, _of: int) -> None:
        if done == at:
            raise Interrupted

    for _ in range(3):
        at = draw.randrange(6)
        with contextlib.suppress(Interrupted):
            # What is done already is not interrupted any more.
            search(folder).run(journal, lambda done, of: stop(done, of) if done < 6 else None)
        if not journal.exists():
            break
        if draw.random() < 0.5:
            # Half of the last line.
            journal.write_bytes(journal.read_bytes()[: -draw.randrange(1, 9)])
    looked: list[int] = []
    again = search(folder)
    again.run(journal, lambda done, _: looked.append(done))
    assert not journal.exists()
    same(patches_of(again, range(5), rules=[Rule.GUIDED]), patches_of(whole, range(5), rules=[Rule.GUIDED]))


def test_a_journal_of_another_search_is_refused(folder: Path, tmp_path: Path) -> None:
    journal = tmp_path / "search.journal"

    def stop(done: int, _of: int) -> None:
        if done == 3:
            raise Interrupted

    with pytest.raises(Interrupted):
        search(folder).run(journal, stop)
    other = net()
    with torch.no_grad():
        other[0].bias += 1
    with pytest.raises(InputError, match="interrupted search with another model"):
        search(folder, other).run(journal)
    with pytest.raises(InputError, match="another number of features"):
        search(folder, count=3).run(journal)
    os.utime(folder / "2.png", (1, 1))
    with pytest.raises(InputError, match="another set of images"):
        search(folder).run(journal)


def test_bad_images(folder: Path, tmp_path: Path) -> None:
    work = search(folder)
    work.run()
    with pytest.raises(FeatureError, match="`4` has 5 channels, 0 … 4, but channel 5 was asked for"):
        patches_of(work, [5])
    PIL.Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(folder / "7.png")
    with pytest.raises(
        InputError,
        match=r"7\.png' must be of the size of the first, 3×30×34 with its channels, but is of 3×20×20; scale",
    ):
        search(folder).run()
    for mode in ("L", "RGBA", "I;16", "CMYK"):
        name = folder / ("7.tif" if mode == "CMYK" else "7.png")
        PIL.Image.new(mode, (34, 30)).save(name)
        with pytest.raises(InputError, match=rf"must be RGB \(3 channels of 8 bits\), but is {mode}"):
            search(folder).run()
        name.unlink()
    (folder / "7.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"7\.png' must be an image .* cannot be decoded"):
        search(folder).run()
    (folder / "notes.txt").write_text("words")
    with pytest.raises(InputError, match=r"must hold nothing but images, but holds .*notes\.txt"):
        images_of(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="must hold images, but holds no file"):
        images_of(tmp_path / "empty")


def test_a_bad_image_leaves_no_journal_and_two_searches_do_not_share_one(folder: Path, tmp_path: Path) -> None:
    journal = tmp_path / "search.journal"
    refused: list[str] = []

    def other(done: int, _of: int) -> None:
        if done == 2:
            with pytest.raises(InputError, match="must be written by one run at a time") as caught:
                search(folder).run(journal)
            refused.append(str(caught.value))

    search(folder).run(journal, other)
    assert refused
    PIL.Image.new("L", (34, 30)).save(folder / "7.png")
    with pytest.raises(InputError, match="must be RGB"):
        search(folder).run(journal)
    with pytest.raises(InputError, match="must lie in a folder that exists"):
        search(folder).run(tmp_path / "none" / "search.journal")
    assert [path.name for path in tmp_path.iterdir()] == ["images"]


def test_what_stands_before_an_activation() -> None:
    model = nn.Sequential(*net(), nn.Sigmoid(), nn.ReLU6(inplace=True), nn.Hardtanh(), nn.Tanh(), nn.GELU()).eval()
    subject = Subject(model, (1, 3, *SIZE))
    assert [before_activation(subject, str(n)) for n in range(2, 10)] == ["2", *"333333", "9"]
    assert before_activation(subject, "1") == "0"


def test_the_whole_image_has_the_box_in_it(folder: Path) -> None:
    found = eyeshot.patches(net(), "4", folder, channels=[1, 3], count=4, rules=())
    for channel in found.channels:
        for patch in channel.patches:
            pixels = np.asarray(PIL.Image.open(patch.name), np.float32) / 255
            assert patch.extents == SIZE
            np.testing.assert_allclose(patch.whole, pixels.transpose(2, 0, 1), atol=1e-6, err_msg="small as it is")
            (top, bottom), (left, right) = patch.box
            assert patch.spot == (left / SIZE[1], top / SIZE[0], right / SIZE[1], bottom / SIZE[0])
    scene = found.draw(photos=True).scene
    assert len(spots(scene)) == 8
    assert not spots(found.draw().scene)
    columns = sorted({round((mark.x0 + mark.x1) / 2) for mark in photos(scene)})
    assert len(columns) == 6, "one patch in the last line does not stand where photos stand"


def photos(scene: Scene) -> list[Photo]:
    return [mark for panel in scene.panels for mark in panel.marks if isinstance(mark, Photo)]


def spots(scene: Scene) -> list[Rect]:
    """What is outlined in the middle of pictures, each once."""
    marks = [mark for panel in scene.panels for mark in panel.marks if isinstance(mark, Rect)]
    return [mark for mark in marks if mark.paint.stroke == "vermillion"]


def test_large_images_are_made_small() -> None:
    rng = np.random.default_rng(0)
    photo = rng.random((3, 350, 170), np.float32)
    small = reduced(photo, ((0, 9), (0, 9)))
    assert small.shape == (3, 160, 160)
    assert float(small.mean()) == pytest.approx(float(photo.mean()), abs=1e-3)
    assert reduced(photo[:, :40, :30], ((0, 9), (0, 9))).tolist() == photo[:, :40, :30].tolist()
    volume = rng.random((1, 9, 20, 30), np.float32)
    assert np.array_equal(reduced(volume, ((3, 6), (0, 9), (0, 9))), volume[:, 4])
    signal = rng.normal(size=(2, 1001)).astype(np.float32)
    wave = reduced(signal, ((0, 9),))
    assert wave.shape[0] == 2
    assert wave.shape[1] <= 160
    assert (wave.min(1) == signal.min(1)).all()
    assert (wave.max(1) == signal.max(1)).all()
