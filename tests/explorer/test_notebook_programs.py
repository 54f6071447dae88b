"""The explorer in JupyterLab, in marimo and in an exported notebook: the programs themselves, run and looked at."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from chromium import watched
from playwright.sync_api import Browser, Page

import eyeshot

pytestmark = pytest.mark.sweep

CELLS = ['import eyeshot\nexplorer = eyeshot.explore("alexnet", layer="conv5", at=(6, 6))\nexplorer']
ASK = "print(explorer.widget.selected)"
PATIENCE = 90_000


def notebook(path: Path, cells: list[str]) -> Path:
    sources = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": s} for s in cells
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": [{**cell, "id": f"cell{k}"} for k, cell in enumerate(sources)],
        "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(folder: Path, *command: str, address: str) -> Iterator[None]:
    """A program that serves a notebook to this machine only, with a home of its own."""
    home = {
        name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    more = {"HOME": str(folder), "IPYTHONDIR": str(folder / "ipython"), "XDG_CONFIG_HOME": str(folder / "config")}
    log = (folder / "log.txt").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=folder, env={**os.environ, **home, **more}, stdout=log, stderr=log
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own
                break
            except (URLError, OSError):
                assert process.poll() is None, (folder / "log.txt").read_text(encoding="utf-8")
                time.sleep(0.3)
        else:
            pytest.fail(f"{command[0]} does not answer")
        yield
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def told(page: Page) -> Any:
    return json.loads(page.locator(".ey-readout").get_attribute("data-answer") or "null")


def check_widget(page: Page, shot: Path) -> None:
    """It is drawn, answers the pointer as Python does, and keeps its keys and its looks to itself."""
    page.locator(".ey-readout[data-answer]").wait_for(timeout=PATIENCE)
    assert (told(page)["value"], told(page)["feature"]) == (7, [6, 6])
    stage = page.locator(".ey-stack .ey-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box is not None
    assert box["width"] > 250
    assert box["height"] > 120
    fields = eyeshot.analyze("alexnet")
    seen = set()
    for across in (0.3, 0.5, 0.9):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(200)
        answer = told(page)
        region = fields[answer["value"] - 1].at(*answer["feature"])
        assert answer["pixels"] == [list(side) for side in region.pixels]
        seen.add(answer["value"])
    assert len(seen) > 1, "the pointer must have met several layers"
    assert page.locator(".ey-answer dt").first.evaluate("dt => getComputedStyle(dt).float") == "none"
    page.screenshot(path=shot)
    assert len(set(page.locator(".ey-stack canvas").screenshot())) > 50, "the maps must be drawn"
    page.mouse.move(1, 1)
    page.locator(".ey-features").focus()
    for key in ("ArrowRight", "ArrowDown", "x", "Enter"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert told(page)["feature"] == [7, 7]


def test_jupyterlab(browser: Browser, tmp_path: Path) -> None:
    notebook(tmp_path / "nb.ipynb", [*CELLS, ASK])
    port = free_port()
    options = [f"--port={port}", "--ip=127.0.0.1", "--no-browser", "--allow-root", "--IdentityProvider.token="]
    with running(tmp_path, "jupyterlab", *options, address=f"http://127.0.0.1:{port}/api"):
        page = browser.new_page(viewport={"width": 1500, "height": 1100})
        page.goto(f"http://127.0.0.1:{port}/lab/tree/nb.ipynb")
        page.locator(".jp-CodeCell .cm-content").first.click(timeout=PATIENCE)
        page.locator(".jp-Toolbar-kernelStatus, .jp-Notebook-ExecutionIndicator").first.wait_for(timeout=PATIENCE)
        page.keyboard.press("Shift+Enter")
        check_widget(page, tmp_path / "jupyterlab.png")
        assert page.locator(".jp-CodeCell").count() == 2, "keys in the widget are not the notebook's"
        page.locator(".jp-CodeCell .cm-content").nth(1).click()
        page.keyboard.press("Shift+Enter")
        spot = "{'layer': 'conv5', 'at': [7, 7]"
        page.locator(".jp-OutputArea-output", has_text=spot).wait_for(timeout=PATIENCE)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(2000)
        page.close()
    check_exported(browser, export(tmp_path / "nb.ipynb"))


def test_marimo(browser: Browser, tmp_path: Path) -> None:
    body = CELLS[0].replace("\n", "\n    ")
    app = f"import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    {body}\n    return\n\n\n"
    (tmp_path / "app.py").write_text(app + 'if __name__ == "__main__":\n    app.run()\n', encoding="utf-8")
    port = free_port()
    options = ["run", "app.py", "--headless", "--no-token", "--host=127.0.0.1", f"--port={port}"]
    with running(tmp_path, "marimo", *options, address=f"http://127.0.0.1:{port}/health"):
        page = browser.new_page(viewport={"width": 1500, "height": 1100})
        page.goto(f"http://127.0.0.1:{port}/")
        check_widget(page, tmp_path / "marimo.png")
        page.close()


def check_exported(browser: Browser, path: Path) -> None:
    """The page is in the exported notebook and works there with the network off."""
    with watched(browser, offline=True) as found:
        found.expected = ("request:", "error:", "warning:")
        found.page.goto(path.as_uri())
        frame = found.page.frame_locator("iframe")
        frame.locator(".ey-readout[data-answer]").wait_for(timeout=PATIENCE)
        frame.locator(".ey-features").focus()
        found.page.keyboard.press("ArrowLeft")
        frame.locator(".ey-features", has_text="(6, 5)").wait_for()
        found.page.screenshot(path=path.with_suffix(".png"))


def export(path: Path, *options: str) -> Path:
    home = {"HOME": str(path.parent), "IPYTHONDIR": str(path.parent / "ipython")}
    command = [sys.executable, "-m", "nbconvert", "--to", "html", *options, str(path)]
    subprocess.run(command, check=True, env={**os.environ, **home}, cwd=path.parent, capture_output=True)
    return path.with_suffix(".html")


def test_nbconvert(browser: Browser, tmp_path: Path) -> None:
    path = notebook(tmp_path / "nb.ipynb", CELLS)
    # With the state of widgets an exported notebook asks a public server for their front end.
    check_exported(browser, export(path, "--execute", "--ExecutePreprocessor.store_widget_state=False"))
