"""The editor on networks with branches: in the browser it says what eyeshot says of the same graph changed."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
import torch_support  # noqa: F401
from chromium import Watched
from revised_graphs import Change, revised

import eyeshot
from eyeshot.api import Field, Fields

Opener = Callable[..., Watched]


def editor(open_page: Opener, model: object, **options: Any) -> Watched:
    page = open_page(model, **options)
    if "hash_" not in options:
        page.page.get_by_role("button", name="Edit layers").click()
    page.page.locator(".ey-graph").wait_for()
    return page


def fill(page: Watched, label: str, text: str) -> None:
    page.page.get_by_label(label, exact=True).fill(text)
    page.settle()


def press(page: Watched, name: str) -> None:
    page.page.get_by_role("button", name=name, exact=True).click()
    page.settle()


def sizes(page: Watched) -> dict[str, str]:
    """The last column of numbers by the names of layers."""
    rows = page.page.locator(".ey-line .ey-edit")
    texts = """rows => rows.map(({ children }) => [
        children[0].querySelector("b").textContent, children[children.length - 2].textContent.replaceAll("\u2009", ""),
    ])"""
    return dict(rows.evaluate_all(texts))


def wanted(fields: Fields) -> dict[str, str]:
    """Sizes as the page writes them, of layers that see a part of the image."""

    def text(field: Field) -> str:
        sides = [str(a.size) if a.size == a.size_min else f"{a.size_min}–{a.size}" for a in field.axes]
        return sides[0] if len(set(sides)) == 1 else "×".join(sides)

    local = [field for field in fields if not any(axis.is_global for axis in field.axes)]
    return {field.name: text(field) for field in local}


def test_changes_follow_through_branches(open_page: Opener) -> None:
    fields = eyeshot.analyze("unet")
    page = editor(open_page, fields)
    assert sizes(page).items() >= wanted(fields).items()
    page.page.get_by_text("nothing changed yet").wait_for()
    fill(page, "Kernel of down1.conv1", "5x3")
    fill(page, "Padding of down1.conv1", "2x1")
    press(page, "Remove bottom.conv1")
    press(page, "Add a layer after pool2")
    change = Change(
        edits={"down1.conv1": "conv k5x3 p2x1 c64"}, out=["bottom.conv1"], added=[("pool2", "conv k3 p1 name=added1")]
    )
    graph, lost = revised(fields.graph, change)
    assert not lost
    after = Fields(graph)
    assert sizes(page) == {**wanted(after), "bottom.conv1": "–"}
    page.go("output", (100, 200))
    told, region = page.answer(), after["output"].at(100, 200)
    assert told["pixels"] == [list(side) for side in region.pixels]
    assert told["box"] == [list(side) for side in region.box]
    assert told["read"] == region.read


def test_layer_that_cannot_be_keeps_its_row_and_what_reads_it_greys_out(open_page: Opener) -> None:
    page = editor(open_page, "unet")
    fill(page, "Padding of down3.conv2", "0")
    assert page.page.locator(".ey-why").inner_text() == (
        "concat4: what is laid together here must have equal sizes, but is 512×63×63 and 512×62×62"
    )
    grey = page.page.locator(".ey-grey b").all_inner_texts()
    assert grey[0] == "dec4.conv1"
    assert grey[-1] == "output"
    assert "up4" not in grey
    assert sizes(page)["up4"] != "–"
    press(page, "Undo")
    assert page.page.locator(".ey-why").count() == 0
    assert sizes(page)["output"] == wanted(eyeshot.analyze("unet"))["output"]


def test_operation_that_cannot_be_computed_anew_is_named(open_page: Opener) -> None:
    page = editor(open_page, "conv k3 p1 | pool k2 | flatten | linear c10", input_shape=(3, 16, 16))
    fill(page, "Stride of conv1", "2")
    why = page.page.locator(".ey-why").inner_text()
    assert why.startswith("flatten1: the page cannot compute this layer anew: it is a reshape of fixed sizes")
    assert page.page.locator(".ey-grey b").all_inner_texts() == ["linear1"]


def test_address_and_undo(open_page: Opener) -> None:
    page = editor(open_page, "resnet18")
    for name in ("layer2.0.conv1", "layer3.0.conv2"):
        fill(page, f"Dilation of {name}", "2")
        fill(page, f"Padding of {name}", "2")
    press(page, "Remove maxpool")
    told = sizes(page)
    hash_ = "#" + page.address().partition("#")[2]
    assert ("out", "maxpool") in parse_qsl(hash_[1:])
    again = editor(open_page, "resnet18", hash_=hash_)
    assert sizes(again) == told
    assert again.answer() == page.answer()
    assert again.page.get_by_text("3 changes").is_visible()
    press(page, "Put maxpool back")
    press(page, "Put layer3.0.conv2 back")
    page.page.keyboard.press("Control+z")
    page.page.keyboard.press("Control+z")
    page.settle()
    assert sizes(page) == told
    press(page, "Undo all")
    assert sizes(page).items() >= wanted(eyeshot.analyze("resnet18")).items()
    press(page, "Undo")
    assert sizes(page) == told


def test_added_layers_change_their_kind_and_go(open_page: Opener) -> None:
    page = editor(open_page, "unet")
    press(page, "Add a layer after pool4")
    press(page, "Add a layer after added1")
    page.page.get_by_label("Kind of added1").select_option("maxpool")
    fill(page, "Stride of added1", "2")
    assert "what is laid together here" in page.page.locator(".ey-why").inner_text()
    press(page, "Remove added1")
    names = list(sizes(page))
    assert names[names.index("pool4") + 1] == "added2"
    page.page.get_by_label("Kind of added2").select_option("upsample")
    page.settle()
    assert "scale2" in page.address()


def test_input_has_another_size(open_page: Opener) -> None:
    page = editor(open_page, "inception_v3")
    box = page.page.get_by_label("input")
    box.fill("331x")
    assert "must be 2 sizes, such as 299x299" in page.page.locator(".ey-revision [role=alert]").inner_text()
    box.fill("331x267")
    page.settle()
    assert page.page.locator("header").inner_text().count("331 × 267") == 1
    told = page.answer()
    fields = eyeshot.analyze("inception_v3", input_shape=(1, 3, 331, 267))
    region = fields[fields.graph.nodes[told["value"] - 1].name].at(*told["feature"])
    assert told["pixels"] == [list(side) for side in region.pixels]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_program_that_was_watched(open_page: Opener) -> None:
    fields = eyeshot.analyze("torchvision:densenet121")
    page = editor(open_page, fields)
    fill(page, "Kernel of features.conv0", "9")
    fill(page, "Padding of features.conv0", "4")
    graph, lost = revised(fields.graph, Change(edits={"features.conv0": "conv k9 s2 p4 c64"}))
    assert not lost
    after, told = Fields(graph), page.answer()
    node = graph.nodes[told["value"] - 1]
    region = after[node.name].at(*told["feature"])
    assert told["pixels"] == [list(side) for side in region.pixels]
    assert told["read"] == region.read
    found = sizes(page)
    both = {name: size for name, size in wanted(after).items() if name in found}
    assert len(both) > 100
    assert found.items() >= both.items()


def exports(page: Watched) -> tuple[str, str, str]:
    press(page, "Export")
    found = []
    for form in ("Layer list", "JSON", "PyTorch"):
        page.page.get_by_role("button", name=form, exact=True).click()
        found.append(page.page.locator(".ey-output").input_value())
    page.page.keyboard.press("Escape")
    return found[0], found[1], found[2]


def windows(fields: Fields) -> list[list[tuple[int, float, int, float]]]:
    nodes = [node for node in fields.graph.nodes if node.op.kind in {"window", "transposed"}]
    return [[(a.n, a.jump, a.size, a.start) for a in fields[node.name].axes] for node in nodes]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["unet", "unet_bilinear", "unet3d", "inception_v3", "torchvision:resnet18", "vgg16"])
def test_exports_of_branches_are_read_back(open_page: Opener, name: str) -> None:
    fields = eyeshot.analyze(name)
    shape = fields.graph.inputs[0].shape
    text, data, code = exports(open_page(fields))
    built: dict[str, Any] = {}
    exec(code, built)  # noqa: S102 - what a person would do with it
    for model in (text, json.loads(data), built["model"]):
        assert windows(eyeshot.analyze(model, input_shape=shape)) == windows(fields)


def test_export_of_what_was_changed(open_page: Opener) -> None:
    page = editor(open_page, "unet")
    fill(page, "Kernel of bottom.conv1", "7")
    fill(page, "Padding of bottom.conv1", "3")
    text, data, _ = exports(page)
    graph, _ = revised(eyeshot.load("unet"), Change(edits={"bottom.conv1": "conv k7 p3 c1024"}))
    for model in (text, json.loads(data)):
        assert windows(eyeshot.analyze(model, input_shape=(1, 1, 512, 512))) == windows(Fields(graph))


def test_what_a_layer_list_has_no_words_for_is_named(open_page: Opener) -> None:
    page = open_page("timm:test_vit")
    assert exports(page)[0] == "patch_embed.permute (permute) is a permute; a layer list has no words for it"
