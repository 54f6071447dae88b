import os
import stat
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from cli.conftest import Runner

from eyeshot.cli.main import main
from eyeshot.present import table_text

STARTED = [sys.executable, "-c", "import sys; from eyeshot.cli.main import main; sys.exit(main())"]
on_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("t.txt", "alexnet · input"),
        ("t", "alexnet · input"),
        ("t.json", "{"),
        ("t.csv", "name,op,"),
        ("t.MD", "**alexnet**"),
        ("t.tex", "% needs"),
        ("t.html", "<!DOCTYPE html>"),
    ],
)
def test_format_follows_the_name_of_the_file(run: Runner, tmp_path: Path, name: str, start: str) -> None:
    found = run("table", "alexnet", "-o", str(tmp_path / name))
    assert (found.status, found.out, found.err) == (0, "", "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_format_that_is_named_goes_first(run: Runner, tmp_path: Path) -> None:
    run("table", "alexnet", "-o", str(tmp_path / "t.json"), "--format", "csv")
    assert (tmp_path / "t.json").read_text(encoding="utf-8").startswith("name,op,")


def test_file_is_what_the_screen_shows(run: Runner, tmp_path: Path) -> None:
    for ending in ("text", "json", "csv", "markdown", "latex", "html"):
        run("table", "alexnet", "--format", ending, "-o", str(tmp_path / "t"))
        assert (tmp_path / "t").read_bytes().decode() == run("table", "alexnet", "--format", ending).out


@on_posix
def test_replaced_file_keeps_its_permissions(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    run("table", "alexnet", "-o", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.read_text(encoding="utf-8").startswith("alexnet")


@on_posix
def test_new_file_gets_the_permissions_of_a_new_file(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    run("table", "alexnet", "-o", str(tmp_path / "t.txt"))
    assert (tmp_path / "t.txt").stat().st_mode == (tmp_path / "other").stat().st_mode


@on_posix
def test_link_stays_a_link(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    run("table", "alexnet", "-o", str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8").startswith("alexnet")


@on_posix
def test_device_is_written_directly(run: Runner) -> None:
    assert run("table", "alexnet", "-o", os.devnull).status == 0
    assert not Path(os.devnull).is_file()


def test_file_stays_as_it_was_where_something_fails(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text("old", encoding="utf-8")
    assert run("table", "no such", "-o", str(file)).status == 2
    with mock.patch.object(Path, "replace", side_effect=OSError(28, "No space left on device")):
        found = run("table", "alexnet", "-o", str(file))
    assert found.err.endswith("t.txt' cannot be written: No space left on device\n")
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("is_terminal", "option", "environment", "colored"),
    [
        (True, "auto", {}, True),
        (False, "auto", {}, False),
        (True, "auto", {"NO_COLOR": "1"}, False),
        (True, "auto", {"TERM": "dumb"}, False),
        (False, "auto", {"FORCE_COLOR": "1"}, True),
        (False, "auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (False, "always", {"NO_COLOR": "1"}, True),
        (True, "never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color(run: Runner, is_terminal: bool, option: str, environment: dict[str, str], colored: bool) -> None:
    found = run("table", "alexnet", "--color", option, is_terminal=is_terminal, **environment)
    assert ("\x1b[" in found.out) == colored


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437"])
def test_terminal_without_unicode_gets_ascii(run: Runner, encoding: str) -> None:
    for arguments in (("table", "unet"), ("at", "alexnet", "conv2", "0,0"), ("reach", "alexnet", "first")):
        found = run(*arguments, encoding=encoding)
        assert found.status == 0
        assert found.out.isascii()


@pytest.mark.parametrize("ending", ["json", "csv", "markdown", "latex", "html"])
def test_documents_can_be_written_in_any_encoding(run: Runner, ending: str) -> None:
    assert run("table", "unet", "--format", ending, encoding="ascii").status == 0


def test_width_of_the_terminal(run: Runner) -> None:
    narrow, wide = (run("table", "resnet50", COLUMNS=columns).out for columns in ("45", "200"))
    assert max(map(len, narrow.splitlines())) <= 45 < max(map(len, wide.splitlines()))


def test_nothing_is_shortened_where_there_is_no_terminal(tmp_path: Path) -> None:
    name = "a" * 150
    (tmp_path / "net.json").write_text(f'{{"layers": [{{"name": "{name}", "kind": "conv", "kernel": 3}}]}}')
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"} | {"PYTHONUTF8": "1"}
    done = subprocess.run(
        [*STARTED, "table", str(tmp_path / "net.json"), "--input", "9"],
        env=environment,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert name in done.stdout


def test_without_standard_output_nothing_fails() -> None:
    with mock.patch.object(sys, "stdout", None):
        assert main(["table", "alexnet"]) == 0


@on_posix
def test_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        done = subprocess.run([*STARTED, "table", "alexnet"], stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_told_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*STARTED, "table", "alexnet"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr == b"eyeshot: standard output cannot be written: No space left on device\n"


def test_table_loads_no_library_that_it_does_not_need() -> None:
    code = "import sys; from eyeshot.cli.main import main; main(['table', 'alexnet']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    loaded = set(done.stdout.splitlines()[-1].split())
    unneeded = {"rich.console", "rich.table", "csv", "html", "pandas", "eyeshot.present.table_html"}
    assert table_text.__name__ in loaded
    assert loaded & unneeded == set()
