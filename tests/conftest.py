"""Hypothesis profiles, and the flag that rewrites recorded outputs."""

import os

import pytest
from hypothesis import HealthCheck, settings

_PROFILE_BY_DEFAULT = "ci" if os.environ.get("CI") else "dev"

# No deadline in any of them: a first example pays for imports and caches, and shared machines stall.
settings.register_profile("dev", deadline=None)
# CI judges a change and not the luck of a draw; at a desk and in the sweep every run draws anew.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "sweep",
    deadline=None,
    max_examples=10_000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", _PROFILE_BY_DEFAULT))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refresh",
        action="store_true",
        help="rewrite recorded outputs (blocks of the docs, golden files) with what comes out now",
    )


@pytest.fixture
def refresh(request: pytest.FixtureRequest) -> bool:
    """Whether recorded outputs are to be rewritten instead of compared."""
    return bool(request.config.getoption("--refresh"))
