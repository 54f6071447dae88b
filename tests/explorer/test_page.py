"""The page in one file: what it needs, what it survives, what it shows first."""

import base64
import gzip
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import Watched
from PIL import Image

import eyeshot
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.ops import Pointwise, Reduce, Window
from eyeshot.present.explorer.page import bundle

Opener = Callable[..., Watched]
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"><!--\u202e\x00&lt;'"


def convolution(channels: int = 1) -> Window:
    one = (1, 1)
    return Window((3, 3), one, one, one, one, channels=channels)


def test_first_view_answers_for_alexnet(open_page: Opener) -> None:
    page = open_page("alexnet")
    region = eyeshot.analyze("alexnet")["conv5"].at(6, 6)
    assert page.answer()["pixels"] == [list(side) for side in region.pixels]
    assert page.page.title() == "alexnet · eyeshot"
    assert page.page.locator(".ey-hint").is_visible()
    assert page.page.locator(".ey-list [role=row][aria-selected=true]").inner_text().startswith("conv5")
    formulas = page.page.locator(".ey-formulas").inner_text()
    assert "131 + (3 − 1) · 16" in formulas
    assert "163" in formulas


def test_start_is_what_was_asked_for(open_page: Opener) -> None:
    page = open_page("alexnet", layer="pool2", at=(0, -1))
    assert page.answer()["feature"] == [0, 12]
    assert page.answer()["box"] == [[-16, 51], [176, 243]]


def test_names_are_shown_as_text(open_page: Opener) -> None:
    build = GraphBuilder(HOSTILE)
    value = build.input(HOSTILE + "in", (1, 1, 20, 20))
    for k in range(3):
        value = build.add(convolution(), value, name=f"{HOSTILE}{k}", source=HOSTILE)
    page = open_page(build.finish(value))
    assert page.page.title().startswith("</script><img")
    assert page.page.locator("img").count() == 0
    shown = page.page.locator(".ey-header h1").inner_text()
    assert "</script><img src=x onerror=" in shown
    assert "\\u202e\\x00" in shown


def test_page_holds_no_address_and_one_script() -> None:
    text = eyeshot.explore("alexnet").html()
    assert "default-src &#x27;none&#x27;" in text
    assert "connect-src" not in text
    without_data = text.replace(bundle(), "")
    assert re.findall(r"(?:src|href)=", without_data) == []
    assert text.count("<script") == 2


@pytest.mark.parametrize("name", ["alexnet", "resnet152", "inception_v3", "unet3d"])
def test_page_without_a_photo_is_small(name: str) -> None:
    assert len(eyeshot.explore(name).html().encode()) < 250_000


def test_bundle_is_small() -> None:
    import gzip

    assert len(gzip.compress(bundle().encode(), 9)) <= 60_000


def test_five_thousand_nodes(open_page: Opener) -> None:
    build = GraphBuilder("long")
    value = start = build.input("x", (1, 1, 64, 64))
    for k in range(2500):
        value = build.add(convolution(), value, name=f"block.{k}.conv")
        value = build.add(Pointwise(), value, start, name=f"block.{k}.add")
    page = open_page(build.finish(value))
    rows = page.page.locator(".ey-rows [role=row]")
    assert 1 < rows.count() < 100
    page.page.get_by_label("Search layers").fill("block.2499")
    page.settle()
    assert rows.count() == 2
    page.page.locator(".ey-rows").get_by_text("block.2499.conv").click()
    assert page.answer()["pixels"] == [[0, 64], [0, 64]]


def photo(folder: Path, size: tuple[int, int]) -> Path:
    path = folder / "photo.jpg"
    Image.new("RGB", size, (200, 40, 40)).save(path, quality=40)
    return path


def assert_red_beside_the_middle(page: Watched) -> None:
    picture = Image.open(io.BytesIO(page.page.locator(".ey-image canvas").screenshot()))
    red, green, _ = picture.convert("RGB").getpixel((picture.width // 2 + 30, picture.height // 2 + 20))
    assert red > 150
    assert green < 90


def test_photo_lies_below_the_fields(open_page: Opener, tmp_path: Path) -> None:
    page = open_page("alexnet", image=photo(tmp_path, (320, 200)))
    page.page.wait_for_timeout(100)
    page.settle()
    assert_red_beside_the_middle(page)


def test_dropped_photo_of_a_hundred_megapixels_is_shown(open_page: Opener, tmp_path: Path) -> None:
    page = open_page("alexnet")
    page.page.set_input_files("input[type=file]", photo(tmp_path, (10_000, 10_000)))
    page.page.locator("[role=status]", has_text="photo.jpg is shown").wait_for(state="attached", timeout=60_000)
    page.settle()
    assert_red_beside_the_middle(page)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("broken.jpg", b"no photo", "broken.jpg: this is no photo that the browser can read"),
        ("net.toml", b"layers = []", "net.toml: this page is a file and reads no layer lists"),
    ],
)
def test_wrong_file_is_said_where_it_happened(open_page: Opener, name: str, data: bytes, said: str) -> None:
    page = open_page("alexnet")
    page.page.set_input_files("input[type=file]", {"name": name, "mimeType": "image/jpeg", "buffer": data})
    assert said in page.page.locator("[role=alert]").inner_text()
    assert page.answer()["value"] == 7


def test_two_pages_at_once_know_nothing_of_each_other(open_page: Opener) -> None:
    first, second = open_page("alexnet"), open_page("alexnet")
    first.go("pool1", (0, 0))
    assert first.answer()["value"] == 2
    assert second.answer()["value"] == 7


def test_address_keeps_the_place(open_page: Opener) -> None:
    page = open_page("alexnet", hash_="#at=pool1@3,4&pin=conv1@0,0&pin=conv1@9,9&drawing=fixed")
    assert page.page.locator(".ey-comparison").inner_text().count("121") == 2
    assert page.page.get_by_role("button", name="Features in place").get_attribute("aria-pressed") == "true"
    page.page.keyboard.press("Escape")
    assert (page.answer()["value"], page.answer()["feature"]) == (2, [3, 4])
    assert "pin=" not in page.address()


def test_place_is_gone_to_though_the_old_one_is_written_meanwhile(open_page: Opener) -> None:
    """The page writes its address when the hand rests; that may come between a new address and the word of it."""
    page = open_page("alexnet")
    page.go("conv1", (1, 2))
    page.page.evaluate("""() => new Promise(done => {
        const old = location.hash;
        addEventListener("hashchange", done, { once: true });
        location.hash = "#at=pool1@3,4";
        history.replaceState(null, "", old);
    }).then(() => null)""")
    assert (page.answer()["value"], page.answer()["feature"]) == (2, [3, 4])
    assert "at=pool1" in page.address()


def test_wrong_address_is_passed_over(open_page: Opener) -> None:
    page = open_page("alexnet", hash_="#at=nothing@99&pin=conv1@-1,NaN&drawing=x&list=%00&input=0x0x0x0x0")
    assert page.answer()["value"] == 7


def test_two_pins_are_compared(open_page: Opener) -> None:
    fields = eyeshot.analyze("conv k3 p1 | conv k3 p1", input_shape=(1, 1, 16, 16))
    page = open_page(fields, hash_="#at=conv2@4,4&pin=conv2@4,4&pin=conv2@4,6")
    # 5 × 5 pixels each, three columns of five in common.
    assert "15 are shared: IoU 0.4286" in page.page.locator(".ey-comparison").inner_text()


def test_layers_that_follow_no_axis_are_shown_too(open_page: Opener) -> None:
    build = GraphBuilder("flat")
    value = build.input("x", (1, 1, 8))
    page = open_page(build.finish(build.add(Reduce((2,)), value, name="sum")))
    assert page.answer()["pixels"] == [[0, 8]]
    assert page.page.locator(".ey-formulas").inner_text().startswith("sum")


def test_data_of_the_page_is_the_document() -> None:
    text = eyeshot.explore("conv k3", input_shape=8).html()
    found = re.search(r'type="application/json">(.*?)</script>', text)
    assert found is not None
    data = json.loads(found[1])
    assert data["home"] == "page"
    document = json.loads(gzip.decompress(base64.b64decode(data["packed"])))
    assert document == eyeshot.explore("conv k3", input_shape=8).data["document"]
    assert document["schema"] == "eyeshot.explorer/1"
    assert text == eyeshot.explore("conv k3", input_shape=8).html(), "the same page in every run"
