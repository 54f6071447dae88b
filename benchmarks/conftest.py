"""One report of all benchmarks, written when every one of them ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ratios import PAGE, Report


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    collected = Report()
    asked = {item.path for item in request.session.items}
    is_whole = asked >= set(Path(__file__).parent.glob("test_*.py")) and not request.config.option.keyword
    yield collected
    if is_whole:
        PAGE.write_text(collected.text(), encoding="utf-8")
