"""The public surface: what `analyze` and `load` return, and what they refuse."""

from __future__ import annotations

import io
import json
from fractions import Fraction

import numpy as np
import pytest
from rich.console import Console

import eyeshot
from eyeshot.errors import FeatureError, InputError, LimitError, ModelReferenceError, ShapeError
from eyeshot.graph.access import Status
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Concat, Gather, Opaque, Pointwise, Roll, Slice, Window


def conv(kernel: int, stride: int = 1, pad: int = 0, axes: int = 2) -> Window:
    return Window((kernel,) * axes, (stride,) * axes, (1,) * axes, (pad,) * axes, (pad,) * axes, channels=2)


@pytest.fixture(scope="module")
def fields() -> eyeshot.Fields:
    return eyeshot.analyze("alexnet")


def two_inputs() -> Graph:
    build = GraphBuilder("two")
    left = build.add(conv(3), build.input("left", (1, 1, 8, 8)), name="a")
    right = build.add(conv(5, pad=1), build.input("right", (1, 1, 8, 8)), name="b")
    return build.finish(build.add(Pointwise(), left, right, name="sum", source="add"))


class TestFields:
    def test_rows_by_name_place_and_block(self, fields: eyeshot.Fields) -> None:
        assert len(fields) == 10
        assert [field.name for field in fields] == list(fields.names)
        assert fields["conv5"].name == fields[6].name == fields[-4].name == "conv5"
        resnet = eyeshot.analyze("resnet18")
        assert resnet["layer1"].name == "layer1.1.add"
        assert "layer1" in resnet
        assert "layer9" not in resnet
        assert 3 not in resnet

    def test_unknown_rows(self, fields: eyeshot.Fields) -> None:
        with pytest.raises(ModelReferenceError, match=r"^`alexnet` has no layer `conf5`; did you mean `conv5`\?$"):
            fields["conf5"]
        with pytest.raises(FeatureError, match=r"^`alexnet` has 10 rows, but row 10 was asked for$"):
            fields[10]
        with pytest.raises(ModelReferenceError, match="has no layer `None`"):
            fields[None]  # type: ignore[index]

    def test_every_format_shows_the_same_numbers(self, fields: eyeshot.Fields) -> None:
        data = fields.to_dict()
        assert data == json.loads(fields.to_json())
        assert [layer["name"] for layer in data["layers"]] == list(fields.names)
        for text in (fields.to_csv(), fields.to_markdown(), fields.to_latex(), fields.to_html(), repr(fields)):
            assert "conv5" in text
            assert "163" in text
        assert fields._repr_html_() == fields.to_html()

    def test_data_frame(self, fields: eyeshot.Fields) -> None:
        frame = fields.to_frame()
        assert len(frame) == 10

    def test_rich_console(self, fields: eyeshot.Fields) -> None:
        stream = io.StringIO()
        Console(file=stream, width=70).print(fields)
        assert "conv5" in stream.getvalue()

    def test_graph_and_status(self, fields: eyeshot.Fields) -> None:
        assert fields.status is Status.EXACT
        assert fields.graph.name == "alexnet"

    def test_reached_by_lists_every_row(self, fields: eyeshot.Fields) -> None:
        reaches = fields.reached_by(0, -1)
        assert [reach.layer for reach in reaches] == list(fields.names)
        assert reaches[0].features == ((0, 1), (54, 55))
        assert reaches[0].pixel == (0, 226)

    def test_pixel_outside(self, fields: eyeshot.Fields) -> None:
        with pytest.raises(FeatureError, match=r"^input `input` has 227 pixels along x, 0 … 226, but index 227 was"):
            fields.reached_by(0, 227)


class TestField:
    def test_numbers(self, fields: eyeshot.Fields) -> None:
        field = fields["conv5"]
        assert field.shape == (1, 256, 13, 13)
        assert field.status is Status.EXACT
        assert field.extents == (("y", 13), ("x", 13))
        assert "conv5" in repr(field)
        assert "pool5" not in repr(field)

    def test_negative_index_counts_from_the_end(self, fields: eyeshot.Fields) -> None:
        assert fields["conv5"].at(-1, -13) == fields["conv5"].at(12, 0)
        assert fields["conv5"].at(-1, -13).feature == (12, 0)

    @pytest.mark.parametrize(
        ("index", "message"),
        [
            ((13, 0), "layer `conv5` has 13 features along y, 0 … 12, but index 13 was asked for"),
            ((0, -14), "layer `conv5` has 13 features along x, 0 … 12, but index -14 was asked for"),
            ((0,), r"layer `conv5` must be asked with 2 numbers \(y, x\), but got 1: \[0\]"),
            ((0, 1.5), "layer `conv5`: an index must be an integer, but is 1.5"),
            ((0, True), "layer `conv5`: an index must be an integer, but is True"),
        ],
    )
    def test_index_outside(self, fields: eyeshot.Fields, index: tuple[int, ...], message: str) -> None:
        with pytest.raises(FeatureError, match=f"^{message}$"):
            fields["conv5"].at(*index)

    def test_actual_is_what_regions_say(self, fields: eyeshot.Fields) -> None:
        lo, hi = fields["conv5"].actual("x")
        assert lo.shape == (1, 1, 1, 13)
        for i in range(13):
            assert (lo[0, 0, 0, i], hi[0, 0, 0, i]) == fields["conv5"].at(5, i).pixels[1]

    def test_unknown_axis(self, fields: eyeshot.Fields) -> None:
        with pytest.raises(FeatureError, match=r"^input `input` has no axis `z`; it has \['y', 'x'\]$"):
            fields["conv5"].actual("z")


class TestSeveralInputs:
    def test_each_input_has_its_own_field(self) -> None:
        field = eyeshot.analyze(two_inputs())["sum"]
        assert [(axis.input, axis.axis, axis.size) for axis in field.axes] == [
            ("left", "y", 3),
            ("left", "x", 3),
            ("right", "y", 5),
            ("right", "x", 5),
        ]
        assert field.at(0, 0, input="right").box == ((-1, 4), (-1, 4))
        assert field.at(0, 0).input == "left"
        assert field.reached_by(4, 4, input="right").count == 25

    def test_unknown_input(self) -> None:
        with pytest.raises(ModelReferenceError, match=r"^`two` has no input `rigth`; did you mean `right`\?; it has"):
            eyeshot.analyze(two_inputs())["sum"].at(0, 0, input="rigth")


class TestStatus:
    def graph(self) -> Graph:
        build = GraphBuilder("odd")
        first = build.add(conv(3), build.input("x", (1, 1, 9, 9)), name="first")
        chosen = build.add(Gather(2, None, 4), first, name="chosen")
        strange = build.add(Opaque("fft", (1, 1, 7, 7)), first, name="strange")
        narrow = build.add(Slice(2, 0, 4), strange, name="narrow")
        wide = build.add(Opaque("unknown", (1, 2, 4, 7)), chosen, name="wide")
        return build.finish(build.add(Concat(1), chosen, narrow, wide, name="end"))

    def test_the_worst_counts_and_everyone_to_blame_is_named(self) -> None:
        fields = eyeshot.analyze(self.graph())
        assert fields["first"].status is Status.EXACT
        assert fields["chosen"].status is Status.BOUNDED
        assert fields["chosen"].row.blamed == ("chosen",)
        assert fields["narrow"].row.blamed == ("strange",)
        assert fields["wide"].row.blamed == ("chosen", "wide")
        assert fields["end"].status is fields.status is Status.UNSUPPORTED
        assert set(fields["end"].row.blamed) == {"chosen", "strange", "wide"}
        assert fields["end"].at(0, 0).status is Status.UNSUPPORTED


class TestBranches:
    def test_misaligned_branches_say_by_how_much(self) -> None:
        text = "conv k3 s2 p1 name=a from=input | conv k3 s2 name=b from=input | crop p0:1 from=a name=c | add from=c,b"
        axis = eyeshot.analyze(text, input_shape=9)[-1].axes[0]
        assert axis.size == 4
        assert axis.misaligned == Fraction(1)


class TestRegion:
    def test_support_of_a_giant_image_is_refused_by_name(self) -> None:
        region = eyeshot.analyze("conv k3 | globalpool", input_shape=100_000)[-1].at(0, 0)
        assert region.read == 100_000**2
        assert region.holes == 0
        with pytest.raises(LimitError, match=r"^a mask may have at most 1,000,000,000 cells, but the box has"):
            region.support()

    def test_a_feature_that_reads_nothing(self) -> None:
        region = eyeshot.analyze("pad p2 | conv k1", input_shape=4)[-1].at(0, 0)
        assert region.box == ((-2, -1), (-2, -1))
        assert region.pixels == ((0, 0), (0, 0))
        assert region.read == 0
        assert region.support().shape == (0, 0)
        assert region.padding_fraction == 1

    def test_rolled_maps_are_exact_though_not_periodic(self) -> None:
        build = GraphBuilder("rolled")
        value = build.add(Roll((2,), (2,)), build.input("x", (1, 1, 6)), name="roll")
        value = build.add(conv(3, pad=1, axes=1), value, name="conv")
        field = eyeshot.analyze(build.finish(value))["conv"]
        assert field.axes[0].period is None
        assert field.at(2).support().tolist() == [True, True, False, False, False, True]


class TestLoad:
    def test_graph_is_validated_and_returned(self) -> None:
        graph = two_inputs()
        assert eyeshot.load(graph) is graph

    def test_graph_keeps_its_input(self) -> None:
        with pytest.raises(InputError, match="a graph has its input already"):
            eyeshot.load(two_inputs(), input_shape=5)

    def test_size_as_text(self) -> None:
        assert eyeshot.load("conv k3", input_shape="3x8x9").shapes["conv1"] == (1, 3, 6, 7)

    def test_errors_are_one_line(self) -> None:
        with pytest.raises((InputError, ShapeError)) as caught:
            eyeshot.load("conv k9", input_shape=5)
        assert "\n" not in str(caught.value)

    def test_unknown_attribute(self) -> None:
        with pytest.raises(AttributeError, match="module 'eyeshot' has no attribute 'analyse'"):
            eyeshot.analyse  # noqa: B018


def test_numpy_integers_are_integers(fields: eyeshot.Fields) -> None:
    assert fields["conv5"].at(*np.array([3, 4])).feature == (3, 4)


def test_the_shape_may_stand_after_the_model() -> None:
    fields = eyeshot.analyze("conv k3 s2", (1, 1, 9, 9))
    assert fields.graph == eyeshot.load("conv k3 s2", (1, 1, 9, 9))
    assert eyeshot.verify("conv k3 s2", (1, 1, 9, 9)).holds
    assert "conv1" in eyeshot.explore("conv k3 s2", (1, 1, 9, 9)).html()
