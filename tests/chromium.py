"""Pages in a real browser: Debian's Chromium, driven by Playwright; whatever goes wrong on a page is an error."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "the tests of the explorer need Chromium, but none is installed; on Debian and Ubuntu: apt-get install chromium "
    "(`make test` does that itself where it may)"
)


def chromium() -> str:
    """The browser's program."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser without a window."""
    # As root, as in containers, Chromium runs only without its sandbox; the pages are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


_GO = """at => new Promise(done => {
    const hash = `#${new URLSearchParams({ at })}`;
    if (location.hash === hash) return done();
    addEventListener("hashchange", done, { once: true });
    location.hash = hash;
}).then(() => null)"""
"""Goes to an address, and waits until the page has heard of it."""


@dataclass
class Watched:
    """A page, and what it should not have done."""

    page: Page
    faults: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        own = request.is_navigation_request() or request.url.startswith(("data:", "blob:"))
        if not own:
            self.faults.append(f"request: {request.url}")

    def open(self, address: str | Path) -> "Watched":
        self.page.goto(address.as_uri() if isinstance(address, Path) else address)
        self.page.wait_for_selector(".ey-readout[data-answer]")
        return self

    def answer(self) -> Any:
        """What the page says of the feature or pixel that it shows, as data, once it is drawn."""
        self.settle()
        return json.loads(self.page.get_attribute(".ey-readout", "data-answer") or "null")

    def go(self, layer: str, at: tuple[int, ...]) -> None:
        """To a layer and feature, by the page's address."""
        self.page.evaluate(_GO, f"{layer}@{','.join(map(str, at))}")

    def settle(self) -> None:
        """Wait until what was done is drawn."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    def address(self) -> str:
        """The page's address; it follows what is done once the hand rests."""
        self.page.wait_for_timeout(250)
        return self.page.url

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not fault.startswith(self.expected or ("\0",))]


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A page of its own context, 1400 × 900 unless told otherwise."""
    context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
    try:
        found = Watched(context.new_page())
        yield found
        if found.unexpected():
            pytest.fail("on the page: " + "; ".join(found.unexpected()), pytrace=False)
    finally:
        context.close()
