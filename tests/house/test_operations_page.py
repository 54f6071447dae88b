"""The page of supported operations is what the ops' docstrings say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from eyeshot.graph.ops import OPS

SCRIPT = Path(__file__).parents[2] / "scripts" / "operations_page.py"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("operations_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_current(refresh: bool) -> None:
    module = script()
    if refresh:
        module.PAGE.write_text(module.page(), encoding="utf-8")
    assert module.PAGE.read_text(encoding="utf-8") == module.page()


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.kind)
def test_every_op_says_what_it_reads_and_shows_it(op: type) -> None:
    assert op.__doc__ is not None
    assert "What it reads\n" in op.__doc__
    assert ">>> " in op.__doc__
