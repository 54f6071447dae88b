"""The explorer in notebooks: the widget behind anywidget's interface, the page where there is no kernel."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import watched
from playwright.sync_api import Browser

import eyeshot
from eyeshot.errors import InputError
from eyeshot.present.explorer import widget
from eyeshot.present.explorer.page import bundle

HOST = """<!doctype html><html lang="en"><head><title>notebook</title>
<style>dt { float: left; width: 20%% }</style></head><body>
<div id="one"></div><div id="two"></div>
<script type="module">
  const address = URL.createObjectURL(new Blob([%(bundle)s], { type: "text/javascript" }));
  const { default: front } = await import(address);
  const listeners = {};
  const model = (data, listeners) => ({
    get: (key) => data[key],
    set: (key, value) => { data[key] = value; },
    save_changes: () => { window.saved = structuredClone(data.selected); },
    on: (name, call) => { listeners[name] = call; },
    off: (name) => { delete listeners[name]; },
  });
  const data = %(data)s;
  window.other = %(other)s;
  window.stop = front.render({ model: model(data, listeners), el: document.getElementById("one") });
  // marimo shows widgets in a shadow.
  const shadow = document.createElement("div");
  document.getElementById("two").attachShadow({ mode: "open" }).append(shadow);
  front.render({ model: model(structuredClone(data), {}), el: shadow });
  window.show = (document_) => { data.document = document_; listeners["change:document"](); };
  window.listeners = listeners;
</script></body></html>"""


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A page that does with the bundle what anywidget does."""
    explorer = eyeshot.explore("alexnet", layer="conv2", at=(1, 2))
    data = {**explorer.data, "home": "notebook", "photo": None}
    other = eyeshot.explore("conv k3 s2 name=eye", input_shape=(1, 1, 9, 9)).data["document"]

    def script(value: object) -> str:
        return json.dumps(value).replace("<", "\\u003c")

    path = tmp_path / "notebook.html"
    path.write_text(HOST % {"bundle": script(bundle()), "data": script(data), "other": script(other)})
    return path


def test_widget_in_a_host(browser: Browser, host: Path) -> None:
    with watched(browser) as page:
        page.open(host)
        assert (page.answer()["value"], page.answer()["feature"]) == (3, [1, 2])
        page.page.locator("#one .ey-features").focus()
        page.page.keyboard.press("ArrowRight")
        page.page.keyboard.press("Enter")
        page.settle()
        spot = {"layer": "conv2", "at": [1, 3]}
        assert page.page.evaluate("window.saved") == {**spot, "pins": [spot]}
        assert page.page.url == host.as_uri(), "a widget leaves the notebook's address alone"
        assert page.page.locator("#two .ey-readout").is_visible()
        pane = page.page.locator("#two .ey-pane").first
        assert pane.evaluate("pane => getComputedStyle(pane).borderRadius") == "8px"
        assert page.page.locator("#one dt").first.evaluate("dt => getComputedStyle(dt).float") == "none"
        page.page.evaluate("window.show(window.other)")
        page.page.locator("#one .ey-rows", has_text="eye").wait_for()
        page.page.evaluate("window.stop()")
        assert page.page.locator("#one").evaluate("el => el.shadowRoot.innerHTML") == ""
        assert page.page.evaluate("Object.keys(window.listeners)") == []


def test_bundle_for_notebooks_has_widget_and_page() -> None:
    explorer = eyeshot.explore("conv k3", input_shape=8)
    found = explorer._repr_mimebundle_()
    assert set(found) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert found["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.widget.model_id
    assert 'sandbox="allow-scripts allow-downloads"' in found["text/html"]
    assert explorer.widget.document == explorer.data["document"]
    assert explorer._display_() is explorer.widget


def test_without_anywidget_the_page_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widget, "find_spec", lambda _: None)
    explorer = eyeshot.explore("conv k3", input_shape=8)
    assert set(explorer._repr_mimebundle_()) == {"text/plain", "text/html"}
    assert explorer._display_()._repr_html_() == explorer._repr_html_()
    with pytest.raises(InputError, match=r"pip install 'eyeshot\[notebook\]'"):
        _ = explorer.widget


def test_page_in_an_exported_notebook(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "exported.html"
    shown = eyeshot.explore("alexnet")._repr_html_()
    path.write_text(f'<!doctype html><html lang="en"><title>x</title><body>{shown}</body></html>', encoding="utf-8")
    with watched(browser) as page:
        # The frame's own document is no address.
        page.expected = ("request: about:srcdoc",)
        page.page.goto(path.as_uri())
        frame = page.page.frame_locator("iframe")
        told = frame.locator(".ey-readout").get_attribute("data-answer")
        assert told is not None
        assert json.loads(told)["value"] == 7
        frame.locator(".ey-features").focus()
        page.page.keyboard.press("ArrowLeft")
        frame.locator(".ey-features", has_text="(6, 5)").wait_for()


def test_saving_where_it_cannot_be_is_said(tmp_path: Path) -> None:
    explorer = eyeshot.explore("conv k3", input_shape=8)
    with pytest.raises(InputError, match="cannot be written"):
        explorer.save(tmp_path / "no folder" / "x.html")
    explorer.save(tmp_path / "x.html")
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == explorer.html()


Refusal = Callable[[], object]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: eyeshot.explore("conv k3", input_shape=8, at=(1, 1)), "name the `layer` too"),
        (lambda: eyeshot.explore("alexnet", layer="conv9"), "has no layer `conv9`"),
        (lambda: eyeshot.explore("alexnet", layer="conv5", at=(13, 0)), "index 13 was asked for"),
        (lambda: eyeshot.explore(eyeshot.analyze("alexnet"), input_shape=3), "analysed already"),
        (lambda: eyeshot.explore("tcn", image="x.jpg"), "a photo needs an input with two spatial axes"),
        (lambda: eyeshot.explore("alexnet", image="no.jpg"), "cannot be read"),
    ],
)
def test_bad_input_is_one_line(call: Refusal, said: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert said in str(error.value)
    assert "\n" not in str(error.value)
