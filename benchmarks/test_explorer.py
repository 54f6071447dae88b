"""The explorer in a real browser against what a person notices: its size, its first paint, a hover, an edit."""

from __future__ import annotations

import gzip
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch_support  # noqa: F401
from chromium import Watched, launched, watched
from playwright.sync_api import Browser
from ratios import Report, Row

import eyeshot
from eyeshot.present.explorer.page import bundle

FRAME = 0.016
"""Seconds in which a change must be there to seem immediate."""

HOVERS = """async (pane) => {
  const stage = document.querySelector(`${pane} .ey-stage`), box = stage.getBoundingClientRect();
  for (let k = 0; k < 120; k++) {
    const [u, v] = [(k * 0.618) % 1, 0.25 + 0.5 * ((k * 0.414) % 1)];
    const place = { clientX: box.left + u * box.width, clientY: box.top + v * box.height, bubbles: true };
    stage.dispatchEvent(new PointerEvent("pointermove", place));
    await new Promise(requestAnimationFrame);
  }
}"""

PAINT = """() => new Promise((done) => {
  const tell = (list) => list.getEntries().forEach((entry) => done(entry.startTime));
  new PerformanceObserver(tell).observe({ type: "paint", buffered: true });
})"""

EDITS = """async () => {
  const field = document.querySelector("[aria-label^=Kernel]");
  for (let k = 0; k < 60; k++) {
    field.value = k % 2 ? "3" : "5";
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
  }
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


def work(page: Watched, script: str, times: int, *arguments: str) -> float:
    """Seconds of the main thread for each of the things that a script does: script, layout and paint."""
    session = page.page.context.new_cdp_session(page.page)
    # In time of the processor: a busy machine changes it little.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

    page.page.evaluate(script, *arguments)
    taken = []
    for _ in range(3):
        before = spent()
        page.page.evaluate(script, *arguments)
        taken.append((spent() - before) / times)
    return statistics.median(taken)


def saved(model: object, folder: Path) -> Path:
    path = folder / "page.html"
    eyeshot.explore(model).save(path)
    return path


def test_bundle(report: Report) -> None:
    size = len(gzip.compress(bundle().encode(), 9))
    report.rows.append(Row("the explorer's bundle, compressed, against 60 kB", size / 1000, 60, 1, "kB"))


@pytest.mark.parametrize("name", ["resnet152", "inception_v3", "torchvision:densenet121"])
def test_page(report: Report, name: str) -> None:
    size = len(eyeshot.explore(name).html().encode())
    what = f"the explorer's page of {name}, without a photo, against 250 kB"
    report.rows.append(Row(what, size / 1000, 250, 1, "kB"))


def test_first_paint(report: Report, browser: Browser, tmp_path: Path) -> None:
    path = saved("resnet152", tmp_path)
    times = []
    for _ in range(7):
        with watched(browser) as page:
            page.open(path)
            times.append(float(page.page.evaluate(PAINT)) / 1000)
    report.rows.append(Row("first paint of the explorer of resnet152 against 0.5 s", statistics.median(times), 0.5, 1))


@pytest.mark.parametrize("name", ["alexnet", "resnet152", "inception_v3", "torchvision:densenet121"])
def test_hover(report: Report, browser: Browser, tmp_path: Path, name: str) -> None:
    with watched(browser) as page:
        page.open(saved(name, tmp_path))
        for pane in (".ey-stack", ".ey-image"):
            where = "maps" if pane == ".ey-stack" else "image"
            seconds = work(page, HOVERS, 120, pane)
            report.rows.append(Row(f"a hover over the {where} of {name} against 16 ms", seconds, FRAME, 1))


@pytest.mark.parametrize(
    # Of the largest networks the first layer's change is a change of all 400 others: told, and not held to a frame.
    ("name", "aim"),
    [("vgg16", 1), ("resnet18", 1), ("unet", None), ("inception_v3", None), ("torchvision:densenet121", None)],
)
def test_edit(report: Report, browser: Browser, tmp_path: Path, name: str, aim: int | None) -> None:
    with watched(browser) as page:
        page.open(saved(name, tmp_path))
        page.page.get_by_role("button", name="Edit layers").click()
        seconds = work(page, EDITS, 60)
        report.rows.append(Row(f"an edit of {name} in the explorer against 16 ms", seconds, FRAME, aim))
