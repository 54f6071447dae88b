"""One browser for all tests of a process, and pages of the explorer in it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from chromium import Watched, launched, watched
from playwright.sync_api import Browser

import eyeshot

Opener = Callable[..., Watched]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens the explorer of a model from a file; each page is watched until the test ends."""
    with ExitStack() as stack:

        def opened(model: Any, *, options: dict[str, Any] | None = None, hash_: str = "", **explored: Any) -> Watched:
            path = tmp_path / "page.html"
            eyeshot.explore(model, **explored).save(path)
            page = stack.enter_context(watched(browser, **(options or {})))
            return page.open(path.as_uri() + hash_)

        yield opened
