"""One report for all benchmarks, written down as a page of the docs at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ratios import PAGE, Report


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    collected = Report()
    yield collected
    PAGE.write_text(collected.text(), encoding="utf-8")
