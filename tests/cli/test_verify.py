"""`eyeshot verify`, run in this process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from eyeshot.index.maps import IndexMap

NET = "conv k3 s2 p1 | pool k3 s2"


def test_text(run: Callable[..., Any]) -> None:
    done = run("verify", NET, "--input", "20")
    assert done.status == 0
    assert done.out.startswith(f"{NET} · input 1×1×20×20 · proven\n")
    assert "all 20 along y, all 20 along x; single pixels: 16" in done.out
    assert not done.err


def test_json_into_a_file(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    done = run("verify", NET, "--input", "20", "--rows", "4", "--pixels", "2", "--seed", "5", "-o", str(path))
    assert (done.status, done.out) == (0, "")
    found = json.loads(path.read_text())
    assert found["schema"] == "eyeshot.proof/1"
    assert [row["checked"] for row in found["inputs"][0]["rows"]] == [4, 4]
    assert (found["inputs"][0]["pixels"], found["seed"]) == (2, 5)


def test_markdown_of_one_layer(run: Callable[..., Any]) -> None:
    done = run("verify", NET, "--input", "20", "--layer", "pool1", "--format", "markdown")
    assert done.status == 0
    assert "1 of 1 proven" in done.out


def test_something_wrong_is_status_1(run: Callable[..., Any]) -> None:
    made = IndexMap.window
    with mock.patch.object(IndexMap, "window", lambda *args, **named: made(*args, **named | {"pad": 0})):
        done = run("verify", "conv k3 p1", "--input", "9")
    assert done.status == 1
    assert "the first that is wrong" in done.out
    assert "conv1: eyeshot says that its feature" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "0"], "rows"),
        (["--pixels", "-1"], "pixels"),
        (["--memory", "lots"], "the bound on memory must be such as 2GB or 500MB, but is 'lots'"),
        (["--memory", "1kB"], "takes about"),
        (["--layer", "pol1"], "did you mean `pool1`"),
        (["--format", "csv"], "must be one of text, json, markdown"),
        (["--output", "proof.csv"], "which this command cannot write"),
    ],
)
def test_bad_input_is_one_line_and_status_2(run: Callable[..., Any], arguments: list[str], message: str) -> None:
    done = run("verify", NET, "--input", "20", *arguments)
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert message in done.err


def test_an_interruption_is_status_130_with_what_is_proven(run: Callable[..., Any]) -> None:
    from eyeshot.measure.prove import Prover

    judged = Prover._judge
    calls: list[int] = []

    def interrupted(self: Prover, *args: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        judged(self, *args)

    with mock.patch.object(Prover, "_judge", interrupted):
        done = run("verify", NET, "--input", "20")
    assert done.status == 130
    assert "interrupted" in done.out
    assert "2 of 2 proven" in done.out


def test_a_bar_on_a_terminal(run: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    with mock.patch("sys.stderr.isatty", return_value=True, create=True):
        from eyeshot.cli.verify import _progress

        with _progress() as progress:
            assert progress is not None
            progress(1, 3)
    capsys.readouterr()
    assert run("verify", NET, "--input", "8").status == 0


def test_without_torch_the_extra_is_named(run: Callable[..., Any]) -> None:
    with mock.patch.dict("sys.modules", {"torch": None}):
        done = run("verify", NET, "--input", "8")
    assert done.status == 2
    assert "pip install 'eyeshot[torch]'" in done.err
