"""`eyeshot explore` on the command line."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import golden
import pytest

from eyeshot.cli.main import main


def test_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], refresh: bool) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["explore", "--help"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    golden.check(Path(__file__).parent / "golden" / "help.txt", text, refresh=refresh)


def test_page_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    assert main(["explore", "alexnet", "--layer", "conv5", "--at", "first", "-o", str(page)]) == 0
    assert '"start":{"spot":{"layer":"conv5","at":[0,0]}}' in page.read_text(encoding="utf-8")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "takes either `-o page.html` or `--serve`; found neither"),
        (["-o", "x.html", "--serve"], "takes either `-o page.html` or `--serve`; found both"),
        (["-o", "x.html", "--port", "80"], "`--port` goes with `--serve`"),
        (["-o", "x.html", "--at", "1,1"], "name it with `--layer`"),
        (["-o", "x.html", "--layer", "conv99"], "has no layer `conv99`"),
        (["-o", "x.html", "--layer", "conv5", "--at", "13,0"], "index 13 was asked for"),
        (["-o", "x.html", "--image", "none.jpg"], "'none.jpg' cannot be read"),
        (["-o", "no folder/x.html"], "cannot be written"),
        (["--serve", "--port", "70000"], "70000 is not in the range"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "alexnet", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_local_app_is_ended_by_an_interrupt() -> None:
    command = [sys.executable, "-m", "eyeshot", "explore", "alexnet", "--serve"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    # In the background a shell starts programs deaf to interrupts, and so would this one be.
    deaf = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        signal.signal(signal.SIGINT, deaf)
        assert process.stderr is not None
        found = re.match(r"open (http://127\.0\.0\.1:\d+/\?token=\S+)\n", process.stderr.readline())
        assert found is not None
        with urllib.request.urlopen(found[1], timeout=20) as answer:  # noqa: S310 - our own address
            assert b"eyeshot-explorer" in answer.read()
        assert process.stderr.readline() == "Ctrl+C ends it\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "ended\n"
    assert process.returncode == 0
