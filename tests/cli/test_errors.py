"""Bad input: exit status 2, nothing on standard output, one clear line on standard error."""

import sys
from pathlib import Path
from unittest import mock

import pytest
from cli.conftest import Runner

from eyeshot.cli import model as cli_model

FORMATS = "text, json, csv, markdown, latex, html"
LINES = {
    ("tabel", "alexnet"): "no such command `tabel`; did you mean `table`?",
    ("xyzzy",): "no such command `xyzzy`; see `eyeshot --help`",
    ("table",): "`MODEL` is missing; see `eyeshot table --help`",
    ("at", "alexnet"): "`LAYER` is missing; see `eyeshot at --help`",
    ("reach", "alexnet"): "`PIXEL` is missing; see `eyeshot reach --help`",
    ("table", "alexnet", "conv1"): "got unexpected extra argument (conv1); see `eyeshot table --help`",
    ("table", "alexnet", "--fromat"): "no such option `--fromat`; did you mean `--format`?",
    ("table", "alexnet", "-x"): "no such option `-x`; see `eyeshot table --help`",
    ("table", "alexnet", "--format", "jsn"): (
        f"invalid value for '--format': must be one of {FORMATS}; found 'jsn'; did you mean `json`?"
    ),
    ("at", "alexnet", "conv1", "--format", "csv"): (
        "invalid value for '--format': must be one of text, json; found 'csv'; see `eyeshot at --help`"
    ),
    ("table", "alexnet", "--color", "x"): (
        "invalid value for '--color': must be one of auto, always, never; found 'x'; see `eyeshot table --help`"
    ),
    ("table", "alexnt"): "there is no model 'alexnt'; did you mean `alexnet`?",
    ("table", "no-such-file.toml"): "there is no file 'no-such-file.toml'",
    ("table", "conv k3"): (
        "the size of the input must be given; add --input 224 (input_shape=224), or `input` in the file"
    ),
    ("table", "alexnet", "--input", "wide"): "the input size must be such as 224 or 3x224x224, but is 'wide'",
    ("at", "alexnet", "conv55"): "`alexnet` has no layer `conv55`; did you mean `conv5`?",
    ("at", "alexnet", "99"): "`alexnet` has 10 rows, but row 99 was asked for",
    ("at", "alexnet", "conv5", "6"): "`conv5` takes a number for each of its axes (y, x); found '6'",
    ("at", "alexnet", "conv5", "1,2,3"): "`conv5` takes a number for each of its axes (y, x); found '1,2,3'",
    ("at", "alexnet", "conv5", "6,x"): (
        "an index must hold numbers, `center`, `first` or `last` with commas between them, as in `5,7`; found 'x'"
    ),
    ("at", "alexnet", "conv5", "0,99"): (
        "layer `conv5` has 13 features along x, 0 … 12, but index 99 was asked for"
    ),
    ("at", "alexnet", "conv5", "0,-14"): (
        "layer `conv5` has 13 features along x, 0 … 12, but index -14 was asked for"
    ),
    ("at", "alexnet", "conv5", "--of", "left"): "`alexnet` has no input `left`; it has ['input']",
    ("reach", "alexnet", "5"): "input `input` takes a number for each of its axes (y, x); found '5'",
    ("at", "alexnet", "conv1", "-o", "x.csv"): (
        "`--output`: 'x.csv' ends like csv, which this command cannot write; "
        "name another file, or a `--format` out of text, json"
    ),
    ("table", "alexnet", "-o", "no-such-folder/x.txt"): (
        "`--output`: 'no-such-folder/x.txt' cannot be written: No such file or directory"
    ),
    ("table", "alexnet", "-o", "."): "`--output`: '.' cannot be written: it is a directory",
    ("table", "alexnet", "-o", "a\0b"): "`--output`: 'a\\x00b' cannot be written: embedded null byte",
}  # fmt: skip


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", LINES, ids=" ".join)
def test_line(run: Runner, arguments: tuple[str, ...], empty_folder: Path) -> None:
    found = run(*arguments)
    assert (found.status, found.out, found.err) == (2, "", f"eyeshot: {LINES[arguments]}\n")
    assert list(empty_folder.iterdir()) == []


def test_hostile_text_in_an_error_is_escaped(run: Runner) -> None:
    found = run("table", "a\x1b[31m\nb")
    assert found.status == 2
    assert found.err.count("\n") == 1
    assert found.err[:-1].isprintable()


@pytest.mark.parametrize("place", ["before", "after"])
def test_debug_shows_the_traceback(run: Runner, place: str) -> None:
    before, after = (["--debug"], []) if place == "before" else ([], ["--debug"])
    found = run(*before, "table", "alexnt", *after)
    assert found.status == 2
    assert found.err.startswith("Traceback (most recent call last):\n")
    assert found.err.endswith("\neyeshot: there is no model 'alexnt'; did you mean `alexnet`?\n")


def test_interrupt(run: Runner) -> None:
    with mock.patch.object(cli_model, "analyze", side_effect=KeyboardInterrupt):
        found = run("table", "alexnet")
    assert found.status == 130
    assert found.err.strip() == "eyeshot: interrupted"


def test_fault_of_our_own_is_told_in_one_line(run: Runner) -> None:
    with mock.patch.object(cli_model, "analyze", side_effect=ZeroDivisionError("by\nzero")):
        found = run("table", "alexnet")
    assert (found.status, found.out) == (70, "")
    assert found.err == (
        "eyeshot: this is a fault of eyeshot's own (ZeroDivisionError: by zero); `--debug` shows where\n"
    )


def test_without_standard_error_there_is_still_a_status(run: Runner) -> None:
    with mock.patch.object(sys, "stderr", None):
        assert run("table", "alexnt").status == 2
