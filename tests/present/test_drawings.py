"""What drawings show, read off their scenes: boxes, arrows and windows against `at` and against plain loops."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

import eyeshot
from eyeshot.errors import EyeshotError, InputError
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Pointwise, Window
from eyeshot.present.arithmetic.presets import PRESETS
from eyeshot.present.scene.metrics import text_width
from eyeshot.present.scene.scene import Arrow, Disc, Panel, Photo, Rect, Scene, Text, placed
from eyeshot.present.scene.scene import Path as Line

GUIDE = "conv k3 s2 p1 | conv k3 s2 p1"


def rects(panel: Panel, name: str) -> list[tuple[float, float, float, float]]:
    return [(m.x0, m.y0, m.x1, m.y1) for m in panel.marks if isinstance(m, Rect) and m.name == name]


def corners(box: tuple[tuple[int, int], ...]) -> tuple[int, int, int, int]:
    (y0, y1), (x0, x1) = box
    return x0, y0, x1, y1


def centers(panel: Panel, layer: str) -> dict[tuple[int, ...], tuple[float, float]]:
    """Where the features of a layer are drawn."""
    found = {}
    for mark in panel.marks:
        if not isinstance(mark, Rect | Disc) or not mark.name.startswith(f"{layer} (") or not mark.name.endswith(")"):
            continue
        at = (mark.x, mark.y) if isinstance(mark, Disc) else ((mark.x0 + mark.x1) / 2, (mark.y0 + mark.y1) / 2)
        index = mark.name.removeprefix(f"{layer} ").strip("()").split(", ")
        found[tuple(map(int, index))] = at
    return found


def arrows(panel: Panel, name: str) -> list[Arrow]:
    return [m for m in panel.marks if isinstance(m, Arrow) and m.name == name]


@pytest.fixture(scope="module")
def fields() -> eyeshot.Fields:
    return eyeshot.analyze(GUIDE, input_shape=5)


@pytest.fixture(scope="module")
def scene(fields: eyeshot.Fields) -> Scene:
    return fields.draw().scene


class TestGuide:
    """The figure of the guide: 5 × 5 pixels, kernel 3, stride 2 and padding 1, twice."""

    def test_maps_of_the_common_drawing(self, scene: Scene) -> None:
        for number, (name, n) in enumerate([("input", 5), ("conv1", 3), ("conv2", 2)]):
            cells = rects(scene.panel(f"common {number}"), f"{name} cell")
            assert set(cells) == {(x, y, x + 1, y + 1) for y in range(n) for x in range(n)}

    def test_padding_around_the_maps(self, scene: Scene) -> None:
        for number, (name, n) in enumerate([("input", 5), ("conv1", 3)]):
            cells = rects(scene.panel(f"common {number}"), f"{name} padding")
            assert len(cells) == len(set(cells)) == (n + 2) ** 2 - n**2
        assert not rects(scene.panel("common 2"), "conv2 padding")

    def test_windows_of_the_common_drawing(self, scene: Scene) -> None:
        # Feature (1, 1) reads features 1 and 2 of the first map, and pixels 1 to 4: the rest lies in the padding.
        assert rects(scene.panel("common 2"), "conv2 window") == [(1, 1, 2, 2)]
        assert rects(scene.panel("common 1"), "conv1 window") == [(1, 1, 3, 3)]
        assert rects(scene.panel("common 0"), "input window") == [(1, 1, 5, 5)]

    def test_fields_of_3_and_7_pixels(self, scene: Scene) -> None:
        assert rects(scene.panel("fixed 1"), "conv1 (1, 1) field") == [(1, 1, 4, 4)]
        assert rects(scene.panel("fixed 2"), "conv2 (1, 1) field") == [(1, 1, 8, 8)]
        assert rects(scene.panel("fixed 2"), "conv2 (1, 1) reads") == [(1, 1, 5, 5)]

    def test_centres(self, scene: Scene) -> None:
        first, second = (centers(scene.panel(f"fixed {i}"), f"conv{i}") for i in (1, 2))
        assert first == {(i, j): (2 * j + 0.5, 2 * i + 0.5) for i in range(3) for j in range(3)}
        assert second == {(i, j): (4 * j + 0.5, 4 * i + 0.5) for i in range(2) for j in range(2)}

    def test_both_drawings_stand_side_by_side(self, scene: Scene) -> None:
        for number in range(3):
            left, right = (scene.panel(f"{kind} {number}").place for kind in ("common", "fixed"))
            assert left[0] + left[2] < right[0]

    def test_single_drawings_have_the_same_marks(self, fields: eyeshot.Fields, scene: Scene) -> None:
        for style in ("common", "fixed"):
            alone = fields.draw(style).scene
            for number in range(3):
                assert alone.panel(f"{style} {number}").marks == scene.panel(f"{style} {number}").marks


MODELS = ["alexnet", "resnet18", "vgg16", "unet", "inception_v1", "dilated_segnet"]


@pytest.mark.parametrize("model", MODELS)
def test_boxes_centres_and_arrows_of_the_fixed_drawing_are_those_of_at(model: str) -> None:
    fields = eyeshot.analyze(model)
    layers = [row.name for row in fields][1:-2:3][:8]
    layers = [name for name in layers if [axis for axis, _ in fields[name].extents] == ["y", "x"]]
    scene = fields.draw("fixed", layers=layers).scene
    for number, name in enumerate(layers, 1):
        panel = scene.panel(f"fixed {number}")
        label = next(m.name for m in panel.marks if m.name.endswith(" field")).removesuffix(" field")  # type: ignore[union-attr]
        focus = tuple(int(i) for i in label[label.index("(") + 1 : -1].split(", "))
        region = fields[name].at(*focus)
        assert rects(panel, f"{label} field") == [corners(region.box)]
        assert rects(panel, f"{label} reads") == [corners(region.pixels)]
        drawn = centers(panel, label[: label.index(" (")])
        assert focus in drawn
        for feature, (x, y) in drawn.items():
            assert (y, x) == fields[name].at(*feature).center
        for arrow in arrows(panel, f"{label[: label.index(' (')]} size"):
            assert (arrow.x0, arrow.x1) == region.box[1]
            assert arrow.y0 == arrow.y1 > region.box[0][1]
        for arrow in arrows(panel, f"{label[: label.index(' (')]} jump"):
            ends = {(arrow.y0, arrow.x0), (arrow.y1, arrow.x1)}
            assert region.center in ends
            beside = [
                fields[name].at(focus[0], focus[1] + step).center
                for step in (-1, 1)
                if 0 <= focus[1] + step < fields[name].extents[1][1]
            ]
            assert ends - {region.center} <= set(beside)


def test_arrows_are_there() -> None:
    scene = eyeshot.analyze("alexnet").draw("fixed").scene
    found = [m.name for panel in scene.panels for m in panel.marks if isinstance(m, Arrow)]
    assert found == ["conv2 size", "conv5 size", "pool5 jump", "pool5 size"]


def test_common_windows_by_brute_force() -> None:
    """Which features of each map does a chosen one read? Asked of every feature in turn."""
    fields = eyeshot.analyze("conv k3 d2 | conv k2 s2 | conv k3 p1", input_shape=17)
    sizes, windows = (13, 6, 6), ((3, 1, 2, 0), (2, 2, 1, 0), (3, 1, 1, 1))
    scene = fields.draw("common", at=(0, 4)).scene
    read: tuple[set[int], set[int]] = ({0}, {4})
    for number in (3, 2, 1, 0):
        name = "input" if number == 0 else f"conv{number}"
        y, x = ((min(axis), max(axis) + 1) for axis in read)
        assert rects(scene.panel(f"common {number}"), f"{name} window") == [(x[0], y[0], x[1], y[1])]
        if number:
            k, s, d, p = windows[number - 1]
            limit = (17, *sizes)[number - 1]
            read = tuple(  # type: ignore[assignment]
                {i for o in axis for t in range(k) if 0 <= (i := s * o - p + d * t) < limit} for axis in read
            )


def test_long_networks_are_folded_and_thinned_out_and_say_so() -> None:
    picture = eyeshot.analyze("resnet152").draw("fixed")
    texts = " ".join(picture.scene.texts())
    assert "maps drawn: 5" in texts
    assert "Left out, without a map to draw: avgpool, fc." in texts
    assert "one feature is drawn for each 10×10 of conv1" in texts
    assert "Fields go on beyond the drawing." in texts
    same = eyeshot.analyze(" | ".join(["conv k3 p1"] * 1000), input_shape=64).draw("fixed").scene
    assert "maps drawn: 6, standing for 1000 of 1000 layers" in " ".join(same.texts())


@pytest.mark.parametrize(
    ("layers", "shape", "axes"),
    [
        ("conv k3 s2 | conv k3 d2", 21, "t"),
        ("conv k3 s2 | conv k3", 15, "zyx"),
        ("conv k3x5 s1x2 | conv k3", (20, 40), "yx"),
    ],
)
@pytest.mark.parametrize("style", ["pair", "common", "fixed", "procedure", "boxes", "growth"])
def test_any_number_of_axes(layers: str, shape: object, axes: str, style: str) -> None:
    fields = eyeshot.analyze(
        layers, input_shape=(1, 1, *([shape] * len(axes) if isinstance(shape, int) else shape)), axes=axes
    )  # type: ignore[misc]
    scene = fields.draw(style).scene
    assert scene.title
    assert scene.description
    for panel in scene.panels:
        left, top, width, height = panel.place
        assert left >= 0
        assert top >= 0
        assert left + width <= scene.width + 0.01 or panel.name in {"common", "fixed", "titles", "procedure", "legend"}
        assert top + height <= scene.height + 0.01 or panel.name in {"common", "fixed", "titles", "procedure", "legend"}


def test_one_axis_is_a_strip_with_the_boxes_of_at() -> None:
    fields = eyeshot.analyze("conv k3 s2 p1 | conv k3 d2", input_shape=(1, 1, 33), axes="t")
    panel = fields.draw("fixed").scene.panel("fixed 2")
    (box,) = rects(panel, "conv2 (6) field")
    assert (box[0], box[2]) == fields["conv2"].at(6).box[0]
    assert centers(panel, "conv2")[6,] == (fields["conv2"].at(6).center[0], 0.5)


def test_three_axes_are_a_slice_of_the_focus() -> None:
    fields = eyeshot.analyze("conv k3 s2", input_shape=(1, 1, 9, 9, 9), axes="zyx")
    scene = fields.draw("fixed").scene
    drawn = centers(scene.panel("fixed 1"), "conv1")
    assert set(drawn) == {(2, i, j) for i in range(4) for j in range(4)}
    assert "at z = 2" in " ".join(fields.draw("common").scene.texts())


class TestBoxes:
    def test_boxes_of_all_features_are_those_of_at(self) -> None:
        fields = eyeshot.analyze("resnet18")
        scene = fields.draw("boxes", layers=["layer2", "layer3"], at=["first", (3, 4), "last"]).scene
        panel = scene.panel("image")
        for layer in ("layer2", "layer3"):
            (_, n), _ = fields[layer].extents
            for feature in ((0, 0), (3, 4), (n - 1, n - 1)):
                region = fields[layer].at(*feature)
                label = f"{layer} ({feature[0]}, {feature[1]})"
                assert rects(panel, f"{label} field") == [corners(region.box)]
                (disc,) = [m for m in panel.marks if isinstance(m, Disc) and m.name == f"{label} centre"]
                assert (disc.y, disc.x) == region.center

    def test_padding_lies_around_the_image(self) -> None:
        scene = eyeshot.analyze("resnet18").draw("boxes").scene
        panel = scene.panel("ground")
        (outside,) = [m for m in panel.marks if isinstance(m, Rect) and m.name == "outside the image"]
        assert outside.paint.hatch
        assert rects(scene.panel("image"), "edge of the image") == [(0, 0, 224, 224)]
        assert outside.x0 < 0
        assert outside.y1 > 224

    def test_a_photo_is_fitted_to_the_input(self, tmp_path: Path) -> None:
        from matplotlib.cbook import get_sample_data

        with get_sample_data("grace_hopper.jpg", asfileobj=True) as file:
            (tmp_path / "photo.jpg").write_bytes(file.read())
        scene = eyeshot.analyze("resnet18").draw("boxes", image=tmp_path / "photo.jpg").scene
        (photo,) = [m for m in scene.panel("ground").marks if isinstance(m, Photo)]
        assert (photo.x0, photo.y0, photo.x1, photo.y1) == (0, 0, 224, 224)
        assert photo.png.startswith(b"\x89PNG")
        assert "512×600 pixels was cut" in " ".join(scene.texts())

    def test_more_layers_than_colours(self) -> None:
        fields = eyeshot.analyze("vgg16")
        names = [row.name for row in fields if len(row.extents) == 2][:12]
        texts = list(fields.draw("boxes", layers=names, at="center").scene.texts())
        assert all(any(text.startswith(f"{name} ·") for text in texts) for name in names)

    def test_without_a_name_the_last_layer_whose_field_fits_the_image(self) -> None:
        fields = eyeshot.analyze("resnet152")
        scene = fields.draw("boxes").scene
        texts = " ".join(scene.texts())
        assert (
            "No layer was named: layer3.1.add is the last one up to which all fields are smaller than the image."
            in texts
        )
        sizes = {row.name: row.axes[0].size for row in fields if not row.axes[0].is_global}
        before = list(itertools.takewhile(lambda name: sizes[name] < 224, sizes))
        assert "layer3.1.add" in before
        assert len(rects(scene.panel("image"), "layer3.1.add (7, 7) field")) == 1
        small = eyeshot.analyze("conv k9 p4 | conv k9 p4", input_shape=8).draw("boxes").scene
        assert "No layer was named: conv2 is the last one with a map." in " ".join(small.texts())

    def test_features_at_several_depths_are_seen_along_them(self) -> None:
        fields = eyeshot.analyze("conv k3", input_shape=(1, 1, 9, 9, 9), axes="zyx")
        assert "Seen along z: dots lie at z = 1.5." in list(fields.draw("boxes").scene.texts())
        assert "The slice at z = 4.5 is drawn." in list(fields.draw("boxes", at="center").scene.texts())


def two_inputs() -> Graph:
    build = GraphBuilder("two")
    window = Window((3, 3), (1, 1), (1, 1), (0, 0), (0, 0), channels=1)
    left, right = (
        build.add(window, build.input(value, (1, 1, 9, 9)), name=name, source="conv")
        for value, name in (("a", "left"), ("b", "right"))
    )
    return build.finish(build.add(Pointwise(), left, right, name="add", source="add"))


def named_blocks() -> Graph:
    """A network with a block whose result is an activation."""
    build = GraphBuilder("net")
    window = Window((3, 3), (1, 1), (1, 1), (0, 0), (0, 0), channels=1)
    value = build.add(window, build.input("input", (1, 1, 9, 9)), name="block.conv1", source="conv")
    value = build.add(window, value, name="block.conv2", source="conv")
    value = build.add(Pointwise(), value, name="block.relu", source="relu")
    build.group("block", value)
    return build.finish(build.add(window, value, name="head", source="conv"))


class TestNames:
    """A layer is called as it was asked for, whatever node holds it; the description names the node too."""

    @pytest.mark.parametrize("style", ["pair", "common", "fixed", "boxes", "procedure"])
    def test_the_name_that_was_asked_for(self, style: str) -> None:
        scene = eyeshot.analyze(named_blocks()).draw(style, layers=["block"]).scene
        texts = " ".join(scene.texts())
        assert "block" in texts.split()
        assert "block.relu" not in texts
        assert "block (node block.relu)" in scene.description

    def test_one_node_that_was_asked_for_twice(self) -> None:
        scene = eyeshot.analyze(named_blocks()).draw("fixed", layers=["block", "block.relu"]).scene
        assert "block = block.relu" in list(scene.texts())

    def test_a_layer_by_its_place(self) -> None:
        assert "conv5" in list(eyeshot.analyze("alexnet").draw("fixed", layers=[6]).scene.texts())

    def test_blocks_stand_for_their_layers_but_modules_without_parts_do_not(self) -> None:
        drawn = eyeshot.analyze("resnet18").draw("fixed").scene
        assert "layer1.1.add" in list(drawn.texts())


def test_what_lies_beyond_the_image_is_hatched() -> None:
    fields = eyeshot.analyze(GUIDE, input_shape=5)
    scene = fields.draw("fixed").scene
    assert "hatched: what lies beyond it" in " ".join(scene.texts())
    for number in (1, 2):
        marks = scene.panel(f"fixed {number}").marks
        (hatched,) = [m for m in marks if isinstance(m, Rect) and m.paint.hatch]
        assert (hatched.x0, hatched.y0, hatched.x1, hatched.y1) == corners(fields[number - 1].at(1, 1).box)
        # The image is drawn over it.
        assert marks.index(hatched) == 0
    assert "hatched" not in " ".join(eyeshot.analyze("conv k3", input_shape=9).draw("fixed").scene.texts())


def test_strips_stand_below_each_other() -> None:
    fields = eyeshot.analyze("conv k3 | conv k3 | conv k3 | conv k3 | conv k3", input_shape=(1, 1, 40), axes="t")
    for style in ("common", "fixed"):
        places = [fields.draw(style).scene.panel(f"{style} {i}").place for i in range(6)]
        assert len({place[0] for place in places}) == 1 or style == "common"
        assert all(a[1] + a[3] < b[1] for a, b in itertools.pairwise(places))


def test_words_in_an_index() -> None:
    fields = eyeshot.analyze("alexnet")
    same = [fields.draw("fixed", layers=["conv1"], at=at).scene for at in ((0, 54), (0, "last"), ("first", -1))]
    assert same[0] == same[1] == same[2]
    with pytest.raises(EyeshotError, match="must be asked with 2 numbers"):
        fields.draw("fixed", at=("first", 1, "last"))
    with pytest.raises(InputError, match="one of first, center, last; found 'left'"):
        fields.draw("fixed", at=(1, "left"))


class TestProcedure:
    def test_numbers_of_the_guide(self) -> None:
        texts = list(eyeshot.analyze("alexnet").draw("procedure").scene.texts())
        for text in (
            "n = ⌊(227 + 0 − 11) / 4⌋ + 1", "n = 55", "j = 16 · 2", "r = 163 + (3 − 1) · 16", "r = 195",
            "start = 9.5 + ((5 − 1)/2 − 2) · 8", "start = 33.5",
        ):  # fmt: skip
            assert text in texts

    def test_branches_have_no_equations(self) -> None:
        texts = list(eyeshot.analyze("resnet18").draw("procedure", layers=["layer1.0.add"]).scene.texts())
        assert "branches meet; the hull of the fields of" in texts
        assert {"layer1.0.conv2", "maxpool"} <= set(texts)
        assert "r = 27" in texts
        assert not any("⌊(" in text and "′" not in text for text in texts)

    def test_long_networks_leave_out_their_middle(self) -> None:
        texts = list(eyeshot.analyze("resnet152").draw("procedure").scene.texts())
        assert any(text.startswith("… ") and text.endswith(" layers …") for text in texts)

    def test_axes_that_differ(self) -> None:
        texts = list(eyeshot.analyze("conv k3x5 s1x2 p1", input_shape=(9, 20)).draw("procedure").scene.texts())
        assert "r = 3×5" in texts
        assert "conv k3×5 s1×2 p1" in texts

    def test_rounding_up_dilation_and_transposed(self) -> None:
        fields = eyeshot.analyze("maxpool k3 s2 ceil | conv k3 d2 | transposed k2 s2", input_shape=20)
        texts = list(fields.draw("procedure").scene.texts())
        assert "n = ⌈(20 + 0 − 3) / 2⌉ + 1" in texts
        assert "n = ⌊(10 + 0 − 5) / 1⌋ + 1" in texts
        assert "no single window: the numbers" in texts

    def test_a_module_that_is_no_row_of_the_table(self) -> None:
        from torch import nn

        block = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3), nn.ReLU())
        fields = eyeshot.analyze(nn.Sequential(block, nn.Conv2d(1, 1, 3)), input_shape=(1, 1, 9, 9))
        assert fields["0"].name not in fields.names
        scene = fields.draw("procedure", layers=["0", "1"]).scene
        texts = list(scene.texts())
        assert [texts[texts.index(name) + 4] for name in ("0", "1")] == ["r = 5", "r = 7"]
        assert f"0 (node {fields['0'].name})" in scene.description

    def test_one_layer_is_left_out(self) -> None:
        texts = " ".join(eyeshot.analyze("conv k3 | conv k1 | conv k3", input_shape=9).draw("procedure").scene.texts())
        assert "Not shown: 1 layer that changes none of n, j and r" in texts

    def test_layers_must_read_the_input(self) -> None:
        fields = eyeshot.analyze(two_inputs())
        assert "r = 3" in list(fields.draw("procedure", layers=["left"], input="a").scene.texts())
        with pytest.raises(InputError, match="layer `left` of `two` must read the input `b` to have numbers"):
            fields.draw("procedure", layers=["left"], input="b")


class TestGrowth:
    def test_axes_that_agree_are_one_curve_with_a_line_for_each_size_of_the_image(self) -> None:
        scene = eyeshot.analyze("conv k3 | conv k15 p1", input_shape=(16, 30)).draw("growth").scene
        lines = [m for m in scene.panel("growth").marks if isinstance(m, Line)]
        assert [{y for _, y in line.points} for line in lines] == [{16}, {30}, {3, 17}]
        discs = [m for m in scene.panel("growth").marks if isinstance(m, Disc)]
        assert [disc.paint.fill == "paper" for disc in discs] == [False, True]
        assert "larger than the image along an axis." in " ".join(scene.texts())

    def test_a_curve_that_falls_is_explained(self) -> None:
        falls = "a curve falls where a branch begins anew"
        assert falls in " ".join(eyeshot.analyze("resnet18").draw("growth").scene.texts())
        assert falls not in " ".join(eyeshot.analyze("alexnet").draw("growth").scene.texts())

    def test_points_are_the_table(self) -> None:
        fields = eyeshot.analyze("alexnet")
        scene = fields.draw("growth").scene
        plot = scene.panel("growth")
        discs = [m for m in plot.marks if isinstance(m, Disc)]
        assert [(d.x, d.y) for d in discs] == [(i, row.axes[0].size) for i, row in enumerate(fields, 1)]
        assert [d.paint.fill == "paper" for d in discs] == [row.axes[0].size > 227 for row in fields]
        assert plot.log_y
        assert plot.y(10) - plot.y(100) == pytest.approx(plot.y(1) - plot.y(10))

    def test_size_of_the_image_is_a_line(self) -> None:
        plot = eyeshot.analyze("alexnet").draw("growth").scene.panel("growth")
        (line,) = [m for m in plot.marks if isinstance(m, Line) and m.name == "alexnet image"]
        assert {y for _, y in line.points} == {227}

    def test_several_networks(self) -> None:
        first, second = eyeshot.analyze("alexnet"), eyeshot.analyze("vgg16")
        plot = first.draw("growth", beside=[second]).scene.panel("growth")
        assert {m.name for m in plot.marks if isinstance(m, Line)} == {
            "alexnet", "alexnet image", "vgg16", "vgg16 image"
        }  # fmt: skip

    def test_axes_that_differ_are_two_curves(self) -> None:
        plot = eyeshot.analyze("conv k3x5 | conv k3x5", input_shape=(20, 30)).draw("growth").scene
        assert any("along y" in text for text in plot.texts())

    def test_global_layers_are_counted(self) -> None:
        texts = " ".join(eyeshot.analyze("resnet18").draw("growth").scene.texts())
        assert "Not drawn: layers that see everything by global paths only (2 of resnet18)." in texts


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"style": "fixd"}, "style must be one of .*did you mean `fixed`"),
        ({"theme": "drak"}, "theme must be one of light, dark; found 'drak'; did you mean `dark`"),
        ({"style": "fixed", "image": "x.png"}, "an image goes with the style boxes, but the style is fixed"),
        ({"style": "fixed", "at": [(0, 0), (1, 1)]}, "several features go with the style boxes"),
        ({"style": "growth", "at": (0, 0)}, "singles out no feature"),
        ({"style": "growth", "layers": ["conv1"]}, "the style growth draws all layers"),
        ({"style": "fixed", "at": (9, 9, 9)}, "must be asked with 2 numbers"),
        ({"style": "fixed", "at": (99, 0)}, "has 6 features along y, 0 … 5, but index 99"),
        ({"style": "fixed", "at": "middle"}, "a feature must be an index, or one of first, center, last"),
        ({"layers": ["conv9"]}, "has no layer `conv9`"),
        ({"layers": [f"conv{i}" for i in (1, 2, 3, 4, 5)] * 6}, None),
    ],
)
def test_arguments(arguments: dict[str, object], message: str | None) -> None:
    fields = eyeshot.analyze("alexnet")
    if message is None:
        assert fields.draw(**arguments).scene.title  # type: ignore[arg-type]
        return
    with pytest.raises(EyeshotError, match=message):
        fields.draw(**arguments)  # type: ignore[arg-type]


def test_what_has_no_room() -> None:
    fields = eyeshot.analyze(" | ".join(["conv k3 p1"] * 30), input_shape=9)
    with pytest.raises(InputError, match="a drawing has room for 24 layers, but 30 are asked for"):
        fields.draw(layers=list(range(30)))
    with pytest.raises(InputError, match="a plot has room for 8 networks, but got 9; draw fewer"):
        fields.draw("growth", beside=[fields] * 8)
    with pytest.raises(InputError, match="several networks go with the style growth"):
        fields.draw(beside=[fields])


def test_layers_without_a_map() -> None:
    fields = eyeshot.analyze("conv k3 | flatten | linear c5", input_shape=9)
    with pytest.raises(InputError, match=r"must have a map along y, x to be drawn, but its features follow no axis"):
        fields.draw(layers=[-1])
    flat = eyeshot.analyze("linear c5", input_shape=9)
    with pytest.raises(InputError, match="must have a layer with a map along y, x to be drawn, but has none"):
        flat.draw()
    with pytest.raises(InputError, match="has no layer with a local field"):
        flat.draw("growth")


def test_an_image_goes_with_two_axes(tmp_path: Path) -> None:
    fields = eyeshot.analyze("conv k3", input_shape=(1, 1, 9), axes="t")
    with pytest.raises(InputError, match="an image goes with an input of two axes or more"):
        fields.draw("boxes", image=tmp_path / "x.png")


def check_texts(scene: Scene) -> None:
    """Boxes around texts, as wide as they are in the font of pixels, against each other and against the page."""
    boxes = []
    for mark in itertools.chain.from_iterable(map(placed, scene.panels)):
        if not isinstance(mark, Text) or mark.size < 6:
            continue
        width = text_width(mark.text, mark.size, bold=mark.bold)
        left = mark.x - {"start": 0, "middle": width / 2, "end": width}[mark.anchor]
        boxes.append((left, mark.y - mark.size * 0.45, left + width, mark.y + mark.size * 0.45, mark.text))
    for x0, y0, x1, y1, text in boxes:
        assert x0 >= 0, text
        assert y0 >= 0, text
        assert x1 <= scene.width, (scene.title, text)
        assert y1 <= scene.height, (scene.title, text)
    for one, other in itertools.combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (scene.title, one, other)


@pytest.mark.parametrize("model", ["resnet18", "unet3d", "tcn", "inception_v1"])
def test_texts_do_not_overlap_or_leave_the_page(model: str) -> None:
    fields = eyeshot.analyze(model)
    for style in ("pair", "fixed", "common", "procedure", "growth", "boxes"):
        check_texts(fields.draw(style).scene)


@pytest.mark.parametrize("view", ["flat", "oblique"])
def test_words_around_animations_do_not_overlap_or_leave_the_page(view: str) -> None:
    """Of a frame and of a strip: title, captions and lines; numbers in cells are parts of the boards."""
    from eyeshot.cli.animate import _of_kind

    for name, preset in PRESETS.items():
        if view == "oblique" and preset.groups > 1:
            continue
        moving = _of_kind(preset).animate(way=preset.way or "gather", view=view, numbers=preset.shows_values)
        for scene in (moving.scenes[-1], moving.strip().scene):
            words = [
                panel for panel in scene.panels if panel.name.split(": ")[-1] in {"words", "title", "lasting", "strip"}
            ]
            assert len(words) >= 3, name
            check_texts(replace(scene, panels=tuple(words)))
