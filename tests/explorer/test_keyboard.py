"""A journey without a mouse, and what those who do not see are told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import Watched

import eyeshot

Opener = Callable[..., Watched]
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def test_journey_by_keyboard(open_page: Opener) -> None:
    page = open_page("alexnet")
    keys = page.page.keyboard
    for _ in range(40):
        keys.press("Tab")
        if page.page.evaluate("document.activeElement.classList.contains('ey-features')"):
            break
    else:
        pytest.fail("the features cannot be reached with the Tab key")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        keys.press(key)
    assert page.answer()["feature"] == [5, 8]
    keys.press("Home")
    assert page.answer()["feature"] == [5, 0]
    keys.press("Enter")
    keys.press("End")
    keys.press("Enter")
    page.page.locator(".ey-comparison").wait_for(timeout=5000)
    keys.press("Escape")
    page.page.locator(".ey-comparison").wait_for(state="hidden", timeout=5000)
    keys.press("PageUp")
    assert page.answer()["value"] == 6
    keys.press("PageDown")
    keys.press("PageDown")
    told = page.answer()
    assert told["value"] == 8
    region = eyeshot.analyze("alexnet")["pool5"].at(*told["feature"])
    assert told["pixels"] == [list(side) for side in region.pixels]
    page.page.locator("[role=status]", has_text="pool5 (").wait_for(state="attached", timeout=5000)
    keys.press("?")
    page.page.get_by_role("dialog", name="How to use this page").wait_for(timeout=5000)
    keys.press("Escape")
    page.page.get_by_role("dialog").wait_for(state="detached", timeout=5000)


def test_list_by_keyboard(open_page: Opener) -> None:
    page = open_page("resnet18")
    page.page.locator(".ey-rows").focus()
    for key in ("Home", "ArrowDown", "ArrowDown"):
        page.page.keyboard.press(key)
    page.settle()
    assert page.page.locator(".ey-rows .ey-active").inner_text().startswith("maxpool")
    page.page.keyboard.press("ArrowDown")
    before = page.page.locator(".ey-rows").get_attribute("aria-rowcount")
    page.page.keyboard.press("Enter")
    page.settle()
    assert int(page.page.locator(".ey-rows").get_attribute("aria-rowcount") or 0) < int(before or 0)


def test_keys_faster_than_the_list_is_drawn(open_page: Opener) -> None:
    page = open_page("resnet18")
    page.page.locator(".ey-rows").evaluate(
        "rows => ['Home', 'ArrowDown', 'ArrowDown'].forEach(key =>"
        " rows.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))"
    )
    page.settle()
    assert page.page.locator(".ey-rows .ey-active").inner_text().startswith("maxpool")


def test_filters_of_the_list(open_page: Opener) -> None:
    page = open_page("resnet18")
    rows = page.page.locator(".ey-rows")
    few = int(rows.get_attribute("aria-rowcount") or 0)
    assert "hidden" in page.page.locator(".ey-filters").inner_text()
    page.page.get_by_label("only rows that change").uncheck()
    page.settle()
    assert int(rows.get_attribute("aria-rowcount") or 0) > few
    page.page.get_by_label("first with r").fill("300")
    page.page.keyboard.press("Enter")
    page.settle()
    named = page.page.locator(".ey-formulas h3").inner_text().split()[0]
    sizes = {field.name: field.axes[0].size for field in eyeshot.analyze("resnet18")}
    assert named == next(name for name, size in sizes.items() if size >= 300)
    page.page.get_by_label("first with r").fill("99999")
    page.page.keyboard.press("Enter")
    page.settle()
    assert "No layer of this network has r ≥ 99999" in page.page.locator("[role=alert]").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_axe_finds_nothing(open_page: Opener, scheme: str, width: int) -> None:
    assert AXE.is_file(), "axe-core is missing; run: make web"
    size = {"width": width, "height": 900}
    # Without motion: a colour that is still changing has no contrast of its own.
    options = {"color_scheme": scheme, "viewport": size, "bypass_csp": True, "reduced_motion": "reduce"}
    page = open_page("unet", options=options, hash_="#pin=dec1.conv1@100,100&pin=dec1.conv1@130,100")
    page.page.add_script_tag(path=AXE)
    found = set()
    for state in ("", "Edit layers", "Export", "Help"):
        if state:
            page.page.get_by_role("button", name=state, exact=True).click()
        result = page.page.evaluate("axe.run({ resultTypes: ['violations'] })")
        for violation in result["violations"]:
            found.update(f"{state}: {violation['id']}: {node['html'][:120]}" for node in violation["nodes"])
        if page.page.get_by_role("dialog").count():
            page.page.keyboard.press("Escape")
    assert found == set()


def test_reduced_motion_changes_the_drawing_at_once(open_page: Opener) -> None:
    page = open_page("alexnet", options={"reduced_motion": "reduce"})
    where = "() => document.querySelector('.ey-feature').getAttribute('points')"
    before = page.page.evaluate(where)
    page.page.get_by_role("button", name="Features in place").click()
    page.settle()
    after = page.page.evaluate(where)
    page.page.wait_for_timeout(200)
    assert before != after
    assert page.page.evaluate(where) == after


def test_forced_colours_keep_the_choice_visible(open_page: Opener) -> None:
    page = open_page("alexnet", options={"forced_colors": "active"})
    style = "getComputedStyle(document.querySelector('.ey-row.ey-chosen')).outlineStyle"
    assert page.page.evaluate(style) == "solid"
