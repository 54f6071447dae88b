"""``python -m eyeshot`` is the command."""

import runpy
import sys

import pytest


@pytest.mark.parametrize(("arguments", "status"), [(["table", "lenet5"], 0), (["table", "nosuch"], 2)])
def test_module_is_the_command(arguments: list[str], status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["eyeshot", *arguments])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("eyeshot", run_name="__main__")
    assert (caught.value.code or 0) == status
