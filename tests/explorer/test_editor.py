"""The layer editor: each edit is followed at once, and says what eyeshot itself would say."""

import ast
import re
from collections.abc import Callable

import pytest
from chromium import Watched

import eyeshot

Opener = Callable[..., Watched]
LISTED = re.compile(r"[#&]list=([^&]*)")


def edited(open_page: Opener, hash_: str = "") -> Watched:
    page = open_page("alexnet", hash_=hash_)
    if not hash_:
        page.page.get_by_role("button", name="Edit layers").click()
    page.page.locator(".ey-editor").wait_for()
    return page


def written(page: Watched) -> str:
    return page.page.locator("#ey-list-text").input_value()


def sizes(page: Watched) -> list[str]:
    return [row.split("\t")[-1] for row in page.page.locator(".ey-line .ey-number:nth-last-child(2)").all_inner_texts()]


def fill(page: Watched, label: str, text: str) -> None:
    page.page.get_by_label(label, exact=True).fill(text)
    page.settle()


def test_list_is_the_network_that_was_shown(open_page: Opener) -> None:
    page = edited(open_page)
    assert sizes(page) == [str(field.axes[0].size) for field in eyeshot.analyze("alexnet")]
    assert page.answer()["value"] == 7


def test_edit_is_followed_by_table_image_and_address(open_page: Opener) -> None:
    page = edited(open_page)
    fill(page, "Kernel of conv3", "5x3")
    fill(page, "Padding of conv3", "2x1")
    fill(page, "Padding of conv4", "2")
    fill(page, "Dilation of conv4", "2")
    fields = eyeshot.analyze(written(page), input_shape=(1, 3, 227, 227))
    assert [field.axes[0].size for field in fields][4:6] == [131, 195]
    told = page.answer()
    region = fields[told["value"] - 1].at(*told["feature"])
    assert told["pixels"] == [list(side) for side in region.pixels]
    assert told["box"] == [list(side) for side in region.box]
    assert "k5x3" in page.address()


def test_layer_that_cannot_be_says_why_and_later_rows_grey_out(open_page: Opener) -> None:
    page = edited(open_page)
    fill(page, "Kernel of conv5", "99")
    why = page.page.locator(".ey-why").inner_text()
    assert why == (
        "conv5: the window must fit its padded input, but along y it spans 99 of 13 + padding 2 = 15; "
        "take a smaller kernel or more padding"
    )
    assert page.page.locator(".ey-grey").count() == 3
    assert sizes(page)[-3:] == ["–", "–", "–"]
    page.page.get_by_role("button", name="Undo").click()
    page.settle()
    assert page.page.locator(".ey-why").count() == 0
    assert sizes(page)[-1] == "355"


@pytest.mark.parametrize("text", ["", "a", "-1", "1.5", "3x3x3", "99999999"])
def test_wrong_number_is_marked_and_changes_nothing(open_page: Opener, text: str) -> None:
    page = edited(open_page)
    before = written(page)
    fill(page, "Stride of conv1", text)
    assert page.page.get_by_label("Stride of conv1", exact=True).get_attribute("aria-invalid") == "true"
    assert written(page) == before


def test_layers_are_added_moved_removed_and_it_is_undone(open_page: Opener) -> None:
    page = edited(open_page)
    before = written(page)
    for name in ("Add a layer after conv1", "Move pool1 up", "Remove conv5"):
        page.page.get_by_role("button", name=name, exact=True).click()
    after = written(page)
    assert [part.split()[0] for part in after.split(" | ")][:3] == ["conv", "maxpool", "conv"]
    assert "conv5" not in after
    for _ in range(3):
        page.page.keyboard.press("Control+z")
    assert written(page) == before
    for _ in range(3):
        page.page.keyboard.press("Control+Shift+z")
    assert written(page) == after


def test_presets_and_kinds(open_page: Opener) -> None:
    page = edited(open_page)
    page.page.get_by_label("Preset").select_option("Causal, 1-D")
    page.settle()
    fields = eyeshot.analyze(written(page), input_shape=(1, 1, 256))
    assert sizes(page) == [str(field.axes[0].size) for field in fields]
    page.page.get_by_label("Kind of conv1").select_option("upsample")
    page.settle()
    assert written(page).startswith("upsample scale2")
    assert page.page.locator("h1").inner_text() == "Causal, 1-D"


def test_address_brings_the_list_back(open_page: Opener) -> None:
    page = edited(open_page)
    fill(page, "Kernel of conv1", "7")
    hash_ = "#" + page.address().partition("#")[2]
    again = edited(open_page, hash_)
    assert written(again) == written(page)
    assert again.answer() == page.answer()


def test_pasted_list_is_read_or_refused_with_its_place(open_page: Opener) -> None:
    page = edited(open_page)
    box = page.page.locator("#ey-list-text")
    box.fill("conv k3 | nonsense")
    page.page.get_by_role("button", name="Read this list").click()
    assert "layer 2: the editor knows" in page.page.locator(".ey-text [role=alert]").inner_text()
    box.fill("conv k3 | maxpool k2")
    page.page.get_by_role("button", name="Read this list").click()
    page.settle()
    assert sizes(page) == ["3", "4"]


def exported(page: Watched, form: str) -> str:
    page.page.get_by_role("button", name=form, exact=True).click()
    return page.page.locator(".ey-output").input_value()


def test_exports_are_read_by_eyeshot_and_python(open_page: Opener) -> None:
    page = open_page("alexnet")
    wanted = eyeshot.analyze("alexnet").to_dict()["layers"]
    page.page.get_by_role("button", name="Export").click()
    text = exported(page, "Layer list")
    assert eyeshot.analyze(text, input_shape=(1, 3, 227, 227)).to_dict()["layers"] == wanted
    data = exported(page, "JSON")
    assert eyeshot.analyze(ast.literal_eval(data.replace("true", "True"))).to_dict()["layers"] == wanted
    assert "| conv5 | conv | 13 | 16 | 163 | 17.5 |" in exported(page, "Markdown")
    assert r"conv5 & conv & 13 & 16 & 163 & 17.5 \\" in exported(page, "LaTeX")
    assert "conv5" in exported(page, "Plain table")
    code = exported(page, "PyTorch")
    built: dict[str, object] = {}
    exec(code, built)  # noqa: S102 - what a person would do with it
    fields = eyeshot.analyze(built["model"], input_shape=(1, 3, 227, 227))
    assert [f.axes[0].size for f in fields] == [11, 19, 51, 67, 99, 131, 163, 195, 355, 355]


@pytest.mark.parametrize(("button", "start"), [("Maps as SVG", b"<svg"), ("Image as PNG", b"\x89PNG")])
def test_view_is_saved(open_page: Opener, button: str, start: bytes) -> None:
    page = open_page("alexnet")
    page.page.get_by_role("button", name="Export").click()
    with page.page.expect_download() as download:
        page.page.get_by_role("button", name=button).click()
    data = download.value.path().read_bytes()
    assert data.startswith(start)
    assert len(data) > 2000
    assert download.value.suggested_filename.startswith("alexnet-")
