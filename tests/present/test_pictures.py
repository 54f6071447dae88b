"""From scenes to files: SVG, PDF, PNG, GIF, WebP, folders, and axes of the user's own."""

from __future__ import annotations

import builtins
import io
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree as ET  # the documents are our own

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from PIL import Image

import eyeshot
from eyeshot.effects import photos
from eyeshot.errors import InputError, LimitError
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Window
from eyeshot.present import photo
from eyeshot.present.files import write_folder
from eyeshot.present.picture import Animation, Picture
from eyeshot.present.scene.metrics import fitting, shortened, text_width, wrapped_text
from eyeshot.present.scene.palette import CATEGORIES, THEMES
from eyeshot.present.scene.raster import raster
from eyeshot.present.scene.scene import (
    Arrow,
    Disc,
    Paint,
    Panel,
    Photo,
    Rect,
    Scene,
    Text,
    page_panel,
    placed,
)
from eyeshot.present.scene.scene import Path as Line

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "</script><img onerror=x> & \x1b[31m $a_b^{c}$ \u202e \ud800"
STYLES = ("pair", "common", "fixed", "procedure", "boxes", "growth")


def png(width: int, height: int, color: str = "#808080") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), color).save(file, format="PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def alexnet() -> eyeshot.Fields:
    return eyeshot.analyze("alexnet")


@pytest.fixture(scope="module")
def moving() -> Animation:
    return eyeshot.analyze("conv k3 s2 p1", input_shape=5)["conv1"].animate()


def nasty() -> Graph:
    """A network whose every name is one that a page or a formula could stumble over."""
    build = GraphBuilder(NASTY)
    window = Window((3, 3), (1, 1), (1, 1), (0, 0), (0, 0), channels=1)
    value = build.add(window, build.input(NASTY, (1, 1, 9, 9)), name=f"1 {NASTY}", source=NASTY)
    return build.finish(build.add(window, value, name=f"2 {NASTY}", source=NASTY))


def everything() -> Scene:
    """A scene with a shape of every kind, inside and beyond a panel that cuts."""
    paint = Paint("blue", "ink", 1.0, (2, 1), 0.5, "soft")
    marks = (
        Rect(0, 0, 4, 4, paint, "rect"),
        Line(((0, 0), (5, 5), (9, 0)), Paint("", "vermillion", 2.5)),
        Line(((1, 1), (3, 1), (2, 3)), paint, closed=True, name="triangle"),
        Disc(5, 5, 4, Paint("green", "ink", 0.8), "disc"),
        Arrow(1, 8, 9, 8, Paint("", "ink", 1), both=True, name="arrow"),
        Arrow(5, 5, 5, 5, Paint("", "ink", 1)),
        Text(5, 2, "text", 9, bold=True, halo=True),
        Photo(6, 6, 12, 9, png(3, 2), "photo"),
    )
    panel = Panel("cut", (10, 20, 80, 60), (0, 0, 10, 10), marks, clip=True)
    dots = tuple(Disc(x, 10**x, 2, Paint("sky")) for x in (1, 2))
    log = Panel("log", (100, 20, 80, 60), (0, 1000, 3, 1), dots, log_y=True)
    return Scene(200, 100, "all of it", "every shape", (panel, log, page_panel(200, 100, (Text(1, 95, "x", 8),))))


class TestScene:
    def test_panels_place_their_marks(self) -> None:
        scene = everything()
        rect, *_ = placed(scene.panel("cut"))
        assert isinstance(rect, Rect)
        assert (rect.x0, rect.y0, rect.x1, rect.y1) == (10, 20, 42, 44)
        first, second = placed(scene.panel("log"))
        assert isinstance(first, Disc)
        assert isinstance(second, Disc)
        assert (first.y, second.y) == (pytest.approx(60), pytest.approx(40))

    def test_upward_panels_keep_rectangles_in_order(self) -> None:
        (rect,) = placed(Panel("up", (0, 0, 10, 10), (0, 10, 10, 0), (Rect(1, 2, 3, 4, Paint("blue")),)))
        assert isinstance(rect, Rect)
        assert (rect.y0, rect.y1) == (6, 8)


class TestMetrics:
    def test_widths_are_those_of_the_font_or_more(self) -> None:
        from matplotlib import get_data_path
        from PIL import ImageFont

        for bold, file in ((False, "DejaVuSans.ttf"), (True, "DejaVuSans-Bold.ttf")):
            font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/{file}", 1000)
            for text in ("conv1 j 4 · r 11", "n = ⌊(5 + 2 − 3) / 2⌋ + 1", "A…×–→⌈⌉", "Größe", "layer1.0.conv2"):
                assert text_width(text, 1000, bold=bold) >= font.getlength(text) * 0.97

    @pytest.mark.parametrize("width", [20, 50, 80, 260])
    def test_shortened_texts_fit(self, width: float) -> None:
        text = shortened("features.denseblock3.denselayer12.conv2", width, 10)
        assert text_width(text, 10) <= width
        assert ("…" in text) == (text != "features.denseblock3.denselayer12.conv2") == (width < 260)

    def test_nothing_is_left_to_shorten(self) -> None:
        assert len(shortened("abcdef", 1, 10)) <= 3
        assert shortened("a\nb", 100, 10) == r"a\nb"

    def test_wrapping_and_fitting(self) -> None:
        lines = wrapped_text("one two three four " + "x" * 90, 60, 10)
        assert all(text_width(line, 10) <= 60 for line in lines)
        assert " ".join(lines[:-1]) == "one two three four"
        assert fitting("abc", 100, 9) == 9
        assert fitting("abc" * 40, 100, 9) == 5.0


class TestSvg:
    @pytest.mark.parametrize("style", STYLES)
    def test_is_xml_with_title_and_description(self, alexnet: eyeshot.Fields, style: str) -> None:
        picture = alexnet.draw(style)
        root = ET.fromstring(picture.to_svg())  # noqa: S314
        assert root.tag == f"{SVG}svg"
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert description is not None
        assert title.text == picture.scene.title
        assert description.text
        assert root.get("aria-labelledby") == "title desc"

    def test_text_is_text(self, alexnet: eyeshot.Fields) -> None:
        picture = alexnet.draw()
        root = ET.fromstring(picture.to_svg())  # noqa: S314
        assert [node.text for node in root.iter(f"{SVG}text")] == list(picture.scene.texts())

    def test_is_the_same_every_time(self, alexnet: eyeshot.Fields) -> None:
        assert alexnet.draw().to_svg() == eyeshot.analyze("alexnet").draw().to_svg() == alexnet.draw()._repr_svg_()

    def test_shapes(self) -> None:
        root = ET.fromstring(Picture(everything(), THEMES["light"]).to_svg())  # noqa: S314
        counts = {tag: len(root.findall(f".//{SVG}{tag}")) for tag in ("rect", "circle", "path", "image", "text")}
        assert counts["circle"] == 3
        assert counts["image"] == 1
        assert counts["text"] == 2
        rect = root.find(f".//{SVG}g/{SVG}rect")
        assert rect is not None
        assert (rect.get("x"), rect.get("width"), rect.get("stroke-dasharray")) == ("10", "32", "2 1")
        ids = {node.get("id") for node in root.iter() if node.get("id")}
        used = {
            node.get(key, "")[5:-1]
            for node in root.iter()
            for key in ("fill", "clip-path")
            if "url" in node.get(key, "")
        }
        assert used <= ids

    def test_names_are_harmless(self) -> None:
        for style in STYLES:
            text = eyeshot.analyze(nasty()).draw(style).to_svg()
            ET.fromstring(text)  # noqa: S314
            assert "<script" not in text
            assert "<img" not in text
            assert "\x1b" not in text
            assert text.encode()

    def test_nothing_is_loaded(self, alexnet: eyeshot.Fields) -> None:
        assert "http" not in alexnet.draw().to_svg().replace("http://www.w3.org/2000/svg", "")


class TestColors:
    def test_categories_differ_in_grey(self) -> None:
        """Neighbouring maps, which are told apart by labels too, never have the same lightness."""
        light = dict(THEMES["light"].colors)
        greys = [
            sum(w * int(light[c][i : i + 2], 16) for w, i in ((0.299, 1), (0.587, 3), (0.114, 5))) for c in CATEGORIES
        ]
        assert all(abs(a - b) > 25 for a, b in itertools.pairwise(greys))

    @pytest.mark.parametrize("theme", THEMES)
    def test_text_can_be_read(self, theme: str) -> None:
        def luminance(color: str) -> float:
            parts = [int(THEMES[theme].color(color)[i : i + 2], 16) / 255 for i in (1, 3, 5)]
            linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
            return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

        for color in ("ink", "soft"):
            dark, bright = sorted((luminance(color), luminance("paper")))
            assert (bright + 0.05) / (dark + 0.05) >= 4.5


class TestMatplotlib:
    @pytest.mark.parametrize("style", ["fixed", "boxes", "growth"])
    def test_pdf_and_png_are_the_same_every_time(self, style: str) -> None:
        picture = eyeshot.analyze("conv k3 s2 p1 | conv k3", input_shape=15).draw(style)
        pdf, image_file = picture.to_pdf(), picture.to_png()
        assert (picture.to_pdf(), picture.to_png()) == (pdf, image_file)
        assert pdf.startswith(b"%PDF")
        image = Image.open(io.BytesIO(image_file))
        assert abs(image.width - picture.scene.width / 72 * 150) <= 1
        assert abs(image.height - picture.scene.height / 72 * 150) <= 1

    def test_every_shape(self) -> None:
        picture = Picture(everything(), THEMES["dark"])
        assert picture.to_png().startswith(b"\x89PNG")
        assert picture.to_pdf().startswith(b"%PDF")

    @pytest.mark.parametrize("style", STYLES)
    def test_names_are_no_formulas(self, style: str) -> None:
        picture = eyeshot.analyze(nasty()).draw(style)
        assert picture.to_png().startswith(b"\x89PNG")
        ax = Figure().subplots()
        picture.onto(ax)
        ax.figure.savefig(io.BytesIO(), format="png")

    def test_boxes_lie_on_what_imshow_shows(self) -> None:
        """matplotlib centres pixel i at i; ours begins there."""
        fields = eyeshot.analyze("conv k3 s2 p1", input_shape=5)
        ax = Figure().subplots()
        ax.imshow(np.zeros((5, 5)))
        fields.draw("boxes", at=(1, 1), layers=["conv1"], ax=ax)
        corners = [
            (path.vertices[:, 0].min(), path.vertices[:, 1].min(), path.vertices[:, 0].max(), path.vertices[:, 1].max())
            for collection in ax.collections
            if isinstance(collection, PathCollection)
            for path in collection.get_paths()
        ]
        (y0, y1), (x0, x1) = fields["conv1"].at(1, 1).box
        assert (x0 - 0.5, y0 - 0.5, x1 - 0.5, y1 - 0.5) in corners
        assert ax.get_ylim()[0] > ax.get_ylim()[1]

    def test_an_image_of_the_users_is_not_covered(self) -> None:
        fields = eyeshot.analyze("conv k3 s2 p1 | conv k3", input_shape=15)
        bare, shown = Figure().subplots(2)
        shown.imshow(np.zeros((15, 15)))
        for ax in (bare, shown):
            fields.draw("boxes", layers=["conv1", "conv2"], at="center", ax=ax)
        scene = fields.draw("boxes", layers=["conv1", "conv2"], at="center").scene
        ground, boxes = (
            sum(isinstance(mark, Rect) for mark in scene.panel(name).marks) for name in ("ground", "image")
        )
        outlines = [
            sum(len(c.get_paths()) for c in ax.collections if isinstance(c, PathCollection) and not c.get_hatch())
            for ax in (bare, shown)
        ]
        assert outlines == [ground + boxes, boxes]

    def test_growth_is_drawn_on_a_logarithmic_axis(self, alexnet: eyeshot.Fields) -> None:
        ax = Figure().subplots()
        alexnet.draw("growth", ax=ax, beside=[eyeshot.analyze("vgg16")])
        assert ax.get_yscale() == "log"
        sizes = sorted(float(y) for c in ax.collections for _, y in np.asarray(c.get_offsets()) if len(c.get_offsets()))
        assert {11.0, 195.0, 355.0} <= set(sizes)
        legend = ax.get_legend()
        assert legend is not None
        assert [text.get_text() for text in legend.get_texts()] == ["alexnet", "vgg16"]
        lines = legend.get_lines()
        assert len({line.get_linestyle() for line in lines}) == len({str(line.get_color()) for line in lines}) == 2

    def test_a_page_of_maps_fills_the_axes(self, alexnet: eyeshot.Fields) -> None:
        ax = Figure().subplots()
        picture = alexnet.draw("fixed", ax=ax)
        assert not ax.axison
        assert ax.get_xlim() == (0, picture.scene.width)
        assert ax.get_ylim() == (picture.scene.height, 0)

    def test_a_page_of_maps_is_as_large_as_the_axes_in_every_part(self, alexnet: eyeshot.Fields) -> None:
        """Texts, lines and discs shrink with the page, so that nothing overlaps that does not in a file."""
        scene = alexnet.draw("pair").scene
        whole, half = (Figure(figsize=(k * scene.width / 72, k * scene.height / 72)) for k in (1, 0.5))
        drawn = []
        for figure in (whole, half):
            ax = figure.add_axes((0, 0, 1, 1))
            alexnet.draw("pair", ax=ax)
            widths = np.concatenate([np.atleast_1d(c.get_linewidth()) for c in ax.collections])
            drawn.append((np.array([text.get_fontsize() for text in ax.texts]), widths))
        texts = [mark.size for panel in scene.panels for mark in panel.marks if isinstance(mark, Text)]
        assert drawn[0][0] == pytest.approx(texts, rel=1e-3)
        for one, other in zip(*drawn, strict=True):
            assert other == pytest.approx(one / 2, rel=1e-3)

    def test_dark_pages_bring_their_paper(self, alexnet: eyeshot.Fields) -> None:
        ax = Figure(figsize=(4, 3)).add_axes((0, 0, 1, 1))
        alexnet.draw("fixed", theme="dark", ax=ax)
        file = io.BytesIO()
        ax.figure.savefig(file, format="png")
        image = Image.open(file).convert("RGB")
        assert image.getpixel((image.width // 2, image.height // 2 - 10)) != (255, 255, 255)
        assert (0x16, 0x18, 0x1C) in {color for _, color in image.getcolors(10**6) or ()}

    def test_settings_of_the_user_stay(self, alexnet: eyeshot.Fields) -> None:
        import matplotlib as mpl

        before = dict(mpl.rcParams)
        alexnet.draw().to_png()
        assert dict(mpl.rcParams) == before


class TestMoving:
    def test_gif(self, moving: Animation) -> None:
        data = moving.to_gif()
        assert data == moving.to_gif()
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.n_frames, image.info["loop"]) == ("GIF", 9, 0)  # type: ignore[attr-defined]
        for number, scene in enumerate(moving.scenes):
            image.seek(number)
            found = np.asarray(image.convert("RGB"), int)
            wanted = np.asarray(raster(scene, moving.theme), int)
            assert np.abs(found - wanted).mean() < 2
            assert tuple(found[0, 0]) == (255, 255, 255)

    def test_webp_is_exact(self, moving: Animation) -> None:
        image = Image.open(io.BytesIO(moving.to_webp()))
        assert (image.format, image.n_frames) == ("WEBP", 9)  # type: ignore[attr-defined]
        image.seek(4)
        assert np.array_equal(np.asarray(image.convert("RGB")), np.asarray(raster(moving.scenes[4], moving.theme)))

    def test_cells_of_pixels_are_where_the_scene_says(self, moving: Animation) -> None:
        """Still and moving pictures agree: the middle of each cell has the colour of its paint."""
        scene = moving.scenes[1]
        image = np.asarray(raster(scene, moving.theme, scale=2))
        panel = scene.panel("output")
        for mark in panel.marks:
            if isinstance(mark, Rect) and mark.name == "written (0, 1)":
                at = (panel.y(mark.y0 + 0.5) * 2, panel.x(mark.x0 + 0.5) * 2)
                assert tuple(image[round(at[0]), round(at[1])]) == (0, 0x9E, 0x73)

    def test_strip_holds_some_frames(self, moving: Animation) -> None:
        strip, frame = moving.strip().scene, moving.scenes[0]
        head, foot = (frame.panel(name).place[3] for name in ("title", "lasting"))
        assert strip.width == 4 * frame.width
        assert strip.height == pytest.approx(3 * (frame.height - head - foot) + head + foot + 8)
        many = eyeshot.analyze("conv k3 p1", input_shape=5)["conv1"].animate()
        assert "12 of 25 frames, evenly spaced" in list(many.strip().scene.texts())
        assert many.strip().to_svg().startswith("<svg")
        assert moving._repr_png_().startswith(b"\x89PNG")

    def test_strip_says_once_what_all_frames_say(self, moving: Animation) -> None:
        texts = list(moving.strip().scene.texts())
        for text in (moving.scenes[0].title, "n = ⌊(5 + 2 − 3) / 2⌋ + 1 = 3"):
            assert texts.count(text) == 1
        assert [texts.count(f"{i} / 9") for i in range(1, 10)] == [1] * 9

    def test_parts_of_a_strip_do_not_overlap(self) -> None:
        for layers, shape, across in (("conv k3 s2 p1", 5, 4), ("conv k3", 20, 2)):
            strip = eyeshot.analyze(layers, input_shape=shape)["conv1"].animate().strip().scene
            assert strip.width <= 1400
            boards = [panel for panel in strip.panels if panel.name.endswith((": input", ": output"))]
            assert len({panel.place[0] for panel in boards if panel.name.endswith(": input")}) == across
            first, last = strip.panel("title").place, strip.panel("lasting").place
            for panel in boards:
                assert panel.place[1] >= first[1] + first[3]
                assert panel.place[1] + panel.place[3] <= last[1]
            for one, other in itertools.combinations([panel.place for panel in boards], 2):
                assert (
                    one[0] + one[2] <= other[0]
                    or other[0] + other[2] <= one[0]
                    or one[1] + one[3] <= other[1]
                    or other[1] + other[3] <= one[1]
                )

    def test_every_shape(self) -> None:
        for theme in THEMES.values():
            image = raster(everything(), theme)
            assert image.size == (300, 150)
            # Beyond the panel that cuts there is paper.
            assert image.getpixel((round(95 * 1.5), round(70 * 1.5))) == Image.new(
                "RGB", (1, 1), theme.color("paper")
            ).getpixel((0, 0))

    def test_folder(self, moving: Animation, tmp_path: Path) -> None:
        moving.save(f"{tmp_path}/frames/")
        names = sorted(file.name for file in (tmp_path / "frames").iterdir())
        assert names == [f"frame-{i}.svg" for i in range(1, 10)]
        ET.parse(tmp_path / "frames" / "frame-1.svg")  # noqa: S314
        moving.save(f"{tmp_path}/more/", frames="png")
        for number in (1, 9):
            with Image.open(tmp_path / "more" / f"frame-{number}.png") as image:
                assert image.size == raster(moving.scenes[0], moving.theme).size
        with pytest.raises(InputError, match="it exists and is not an empty folder; name a new one"):
            moving.save(f"{tmp_path}/frames/")
        (tmp_path / "empty").mkdir()
        moving.save(f"{tmp_path}/empty/")
        assert len(list((tmp_path / "empty").iterdir())) == 9
        with pytest.raises(InputError, match="numbered frames must be svg or png; found 'svgs'; did you mean `svg`"):
            moving.save(f"{tmp_path}/x/", frames="svgs")


class TestFiles:
    @pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png", ".SVG"])
    def test_picture(self, tmp_path: Path, suffix: str) -> None:
        eyeshot.analyze("conv k3", input_shape=5).draw("fixed").save(tmp_path / f"a{suffix}")
        start = {".svg": b"<svg", ".pdf": b"%PDF", ".png": b"\x89PNG"}[suffix.lower()]
        assert (tmp_path / f"a{suffix}").read_bytes().startswith(start)

    @pytest.mark.parametrize("suffix", [".gif", ".webp", ".svg", ".pdf", ".png"])
    def test_animation(self, tmp_path: Path, suffix: str, moving: Animation) -> None:
        moving.save(tmp_path / f"a{suffix}")
        start = {".gif": b"GIF89a", ".webp": b"RIFF", ".svg": b"<svg", ".pdf": b"%PDF", ".png": b"\x89PNG"}[suffix]
        assert (tmp_path / f"a{suffix}").read_bytes().startswith(start)

    def test_unknown_formats_are_listed(self, tmp_path: Path, moving: Animation) -> None:
        picture = moving.strip()
        with pytest.raises(InputError, match=r"of a picture must end in \.svg, \.pdf, \.png; found 'a\.jpg'"):
            picture.save("a.jpg")
        with pytest.raises(
            InputError, match=r"must end in \.gif, \.webp, .*, or in / for a folder of frames; found 'a'"
        ):
            moving.save("a")
        assert list(tmp_path.iterdir()) == []

    def test_place_that_cannot_be_written(self, tmp_path: Path, moving: Animation) -> None:
        picture = moving.strip()
        with pytest.raises(InputError, match="cannot be written: No such file or directory"):
            picture.save(tmp_path / "no" / "a.svg")
        (tmp_path / "a.svg").mkdir()
        with pytest.raises(InputError, match="cannot be written: it is a directory"):
            picture.save(tmp_path / "a.svg")

    def test_file_stays_as_it_was_where_something_fails(self, tmp_path: Path, moving: Animation) -> None:
        (tmp_path / "a.gif").write_bytes(b"old")
        with mock.patch.object(Path, "replace", side_effect=OSError(28, "No space left on device")):
            with pytest.raises(InputError, match="cannot be written: No space left on device"):
                moving.save(tmp_path / "a.gif")
            with pytest.raises(InputError, match="cannot be written: No space left on device"):
                moving.save(f"{tmp_path}/frames/")
        assert (tmp_path / "a.gif").read_bytes() == b"old"
        assert [file.name for file in tmp_path.iterdir()] == ["a.gif"]

    def test_new_folder_has_the_permissions_of_one(self, tmp_path: Path) -> None:
        write_folder(str(tmp_path / "new"), {"a": b"1"})
        (tmp_path / "other").mkdir()
        assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


def without(*libraries: str) -> Callable[..., object]:
    """An import function for which some libraries are not installed."""
    real = builtins.__import__

    def fake(name: str, *more: object, **others: object) -> object:
        if name.split(".", maxsplit=1)[0] in libraries:
            raise ImportError(name)
        return real(name, *more, **others)  # type: ignore[arg-type]

    return fake


class TestMissingLibraries:
    @pytest.mark.parametrize(
        ("suffix", "libraries"),
        [("pdf", ("matplotlib",)), ("png", ("matplotlib",)), ("gif", ("PIL",)), ("gif", ("matplotlib",))],
    )
    def test_the_extra_is_named(
        self, tmp_path: Path, moving: Animation, suffix: str, libraries: tuple[str, ...]
    ) -> None:
        from eyeshot.present.scene.raster import _font

        _font.cache_clear()
        what: Picture | Animation = moving if suffix == "gif" else moving.strip()
        with (
            mock.patch.object(builtins, "__import__", without(*libraries)),
            pytest.raises(InputError, match=r"must be installed for this, and .* not: `pip install 'eyeshot\[draw\]'`"),
        ):
            what.save(tmp_path / f"a.{suffix}")
        assert list(tmp_path.iterdir()) == []

    def test_svg_needs_none(self, tmp_path: Path, moving: Animation) -> None:
        with mock.patch.object(builtins, "__import__", without("matplotlib", "PIL")):
            moving.save(tmp_path / "a.svg")
            moving.save(f"{tmp_path}/frames/")
        assert len(list((tmp_path / "frames").iterdir())) == 9


class TestPhoto:
    def test_photo_of_the_inputs_size_stays(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(png(30, 20, "#123456"))
        found = photo.read_photo(tmp_path / "a.png", 30, 20)
        assert found.note == ""
        assert Image.open(io.BytesIO(found.png)).getpixel((5, 5)) == (0x12, 0x34, 0x56)

    def test_the_middle_is_cut_out(self, tmp_path: Path) -> None:
        image = Image.new("RGB", (300, 100), "#FF0000")
        image.paste("#00FF00", (100, 0, 200, 100))
        image.save(tmp_path / "a.png")
        found = photo.read_photo(tmp_path / "a.png", 50, 50)
        assert found.note == "The photo of 300×100 pixels was cut to the input's form and scaled to 50×50."
        fitted = Image.open(io.BytesIO(found.png))
        assert fitted.size == (50, 50)
        assert fitted.getpixel((25, 25)) == (0, 255, 0)
        assert fitted.getpixel((5, 25)) == (0, 255, 0)

    @pytest.mark.parametrize("size", [(40, 60), (20, 30), (4000, 6000)])
    @pytest.mark.parametrize("orientation", [1, 3, 6, 8])
    def test_a_photo_stands_upright(self, tmp_path: Path, orientation: int, size: tuple[int, int]) -> None:
        """Red above, blue below, as a camera stores it that was turned."""
        seen = Image.new("RGB", size, "#0000FF")
        seen.paste("#FF0000", (0, 0, size[0], size[1] // 2))
        turns = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
        turn = turns[orientation]
        stored = seen if turn is None else seen.transpose(turn)
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored.save(tmp_path / "a.jpg", exif=exif, quality=95)
        fitted = Image.open(io.BytesIO(photo.read_photo(tmp_path / "a.jpg", 40, 60).png))
        assert fitted.size == (40, 60)
        above, below = fitted.getpixel((20, 10)), fitted.getpixel((20, 50))
        assert isinstance(above, tuple)
        assert isinstance(below, tuple)
        assert above[0] - above[2] > 150
        assert below[2] - below[0] > 150

    def test_huge_inputs_are_shown_smaller(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(png(30, 20))
        found = photo.read_photo(tmp_path / "a.png", 100_000, 50_000)
        assert Image.open(io.BytesIO(found.png)).size == (1024, 512)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "must be an image .* but cannot be decoded"),
            (b"no image", "must be an image"),
            (png(40, 40)[:60], "cannot be decoded"),
            (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "must be an image"),
        ],
    )
    def test_no_image(self, tmp_path: Path, data: bytes, message: str) -> None:
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(InputError, match=message):
            photo.read_photo(tmp_path / "a", 5, 5)

    def test_enormous_images_are_not_decoded(self, tmp_path: Path) -> None:
        """A PNG of a few bytes that says that it is 30,000 pixels wide and high."""
        import struct
        import zlib

        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        for side in (12_000, 30_000):
            header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
            with (
                mock.patch.object(Image.Image, "convert", side_effect=AssertionError("decoded")),
                pytest.raises(
                    LimitError, match=r"must have at most \d{3},000,000 pixels, but has .*; make it smaller$"
                ),
            ):
                photo.read_photo(tmp_path / "a.png", 5, 5)
        assert Image.MAX_IMAGE_PIXELS == 89_478_485

    @pytest.mark.parametrize(
        ("form", "mode", "size"),
        [("jpeg", "RGB", (12_500, 8_000)), ("png", "L", (12_500, 8_000)), ("png", "P", (5_000, 4_000))],
    )
    def test_large_photos_are_made_small_first(
        self, tmp_path: Path, form: str, mode: str, size: tuple[int, int]
    ) -> None:
        image = Image.new("RGB", size, "#FF0000").convert(mode)
        image.save(tmp_path / "a", format=form, compress_level=1)
        whole = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
        largest = 0
        plain = Image.Image.convert

        def convert(self: Image.Image, *arguments: object) -> Image.Image:
            nonlocal largest
            largest = max(largest, self.width * self.height)
            return plain(self, *arguments)

        with mock.patch.object(Image.Image, "convert", convert):
            found = photo.read_photo(tmp_path / "a", 227, 227)
        assert found.note.startswith(f"The photo of {size[0]}×{size[1]} pixels was cut")
        fitted = Image.open(io.BytesIO(found.png))
        assert fitted.size == (227, 227)
        assert all(abs(a - b) < 4 for a, b in zip(fitted.getpixel((100, 50)), whole, strict=True))
        if mode != "P":
            assert largest < 4_000_000, "a large image is made small before it is made coloured"

    def test_large_files_are_not_read(self, tmp_path: Path) -> None:
        with (tmp_path / "a.png").open("wb") as file:
            os.truncate(file.fileno(), photos.MOST_BYTES + 1)
        with (
            mock.patch.object(Path, "read_bytes", side_effect=AssertionError("read")),
            pytest.raises(LimitError, match="at most 256,000,000 bytes"),
        ):
            photo.read_photo(tmp_path / "a.png", 5, 5)

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="cannot be read: No such file"):
            photo.read_photo(tmp_path / "a.png", 5, 5)
        with pytest.raises(InputError, match="must be a file"):
            photo.read_photo(tmp_path, 5, 5)
