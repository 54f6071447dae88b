"""`eyeshot draw`: files, and one clear line for what cannot be drawn."""

from __future__ import annotations

import shlex
from pathlib import Path

import golden
import pytest
from cli.conftest import Runner

GOLDEN = Path(__file__).with_name("golden")
README_PICTURE = Path(__file__).parents[2] / "docs" / "images" / "maps-alexnet.svg"


@pytest.mark.parametrize("command", ["draw", "animate"])
def test_help_and_its_examples(
    run: Runner, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refresh: bool
) -> None:
    found = run(command, "--help")
    assert (found.status, found.err) == (0, "")
    assert max(map(len, found.out.splitlines())) <= 80
    golden.check(GOLDEN / f"help-{command}.txt", found.out, refresh=refresh)
    monkeypatch.chdir(tmp_path)
    for number, line in enumerate(found.out.partition("Examples:\n")[2].splitlines(), 1):
        program, *arguments = shlex.split(line)
        done = run(*arguments)
        assert (program, done.status, done.out, done.err) == ("eyeshot", 0, "", "")
        assert len(list(tmp_path.iterdir())) == number


def test_commands_are_listed(run: Runner) -> None:
    text = run("--help").out
    assert "\n  draw " in text
    assert "\n  animate " in text


def test_picture_of_the_readme_is_what_the_command_draws(run: Runner, tmp_path: Path, refresh: bool) -> None:
    run("draw", "alexnet", "-o", str(tmp_path / "maps.svg"))
    golden.check(README_PICTURE, (tmp_path / "maps.svg").read_text(encoding="utf-8"), refresh=refresh)


def test_features_by_word_or_index(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    texts = []
    for at in ("3,3", "center", "Centre", "-3,3"):
        assert run("draw", "alexnet", "--style", "common", "--at", at, "-o", str(file)).status == 0
        texts.append(file.read_text(encoding="utf-8"))
    assert len(set(texts)) == 1
    assert run("draw", "alexnet", "--layer", "conv1", "--at", "last,first", "-o", str(file)).status == 0
    words = [run("draw", "alexnet", "--at", at, "-o", str(tmp_path / f"{at}.svg")) for at in ("0,center", "0,3")]
    assert [found.status for found in words] == [0, 0]
    assert (tmp_path / "0,center.svg").read_bytes() == (tmp_path / "0,3.svg").read_bytes()


def test_layers_are_called_as_they_were_asked_for(run: Runner, tmp_path: Path) -> None:
    """By a name, or by a place in the table."""
    file = tmp_path / "a.svg"
    assert run("draw", "resnet18", "--layer", "layer1", "--layer", "-3", "-o", str(file)).status == 0
    text = file.read_text(encoding="utf-8")
    for name in ("layer1", "layer4.1.add"):
        assert f">{name}</text>" in text
    assert "layer1 (node layer1.1.add)" in text


def test_theme(run: Runner, tmp_path: Path) -> None:
    run("draw", "alexnet", "--theme", "dark", "-o", str(tmp_path / "a.svg"))
    assert 'fill="#16181C"/>' in (tmp_path / "a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["alexnet"], "eyeshot: `output` is missing; see `eyeshot draw --help`\n"),
        (["-o", "a.svg"], "eyeshot: `MODEL...` is missing; see `eyeshot draw --help`\n"),
        (["alexnet", "-o", "a.jpg"], "eyeshot: the file of a picture must end in .svg, .pdf, .png; found 'a.jpg'\n"),
        (["alexnet", "-o", "a.svg/"], "eyeshot: the file of a picture must end in .svg, .pdf, .png; found 'a.svg/'\n"),
        (["alexnet", "-o", "no/a.svg"], "eyeshot: 'no/a.svg' cannot be written: No such file or directory\n"),
        (["alexnet", "alexnet", "-o", "a.svg"],
         "eyeshot: several networks go with the style growth, but the style is pair; draw one at a time\n"),
        (["alexnet", "--style", "box", "-o", "a.svg"],
         "eyeshot: invalid value for '--style': must be one of pair, common, fixed, procedure, boxes, growth; "
         "found 'box'; did you mean `boxes`?\n"),
        (["alexnet", "--style", "boxes", "--image", "no.png", "-o", "a.svg"],
         "eyeshot: the image 'no.png' cannot be read: No such file or directory\n"),
        (["alexnet", "--at", "9", "-o", "a.svg"],
         "eyeshot: a feature takes a number for each of its axes (y, x); found '9'\n"),
        (["alexnet", "--layer", "conv9", "-o", "a.svg"],
         "eyeshot: `alexnet` has no layer `conv9`; did you mean `conv5`?\n"),
        (["alexnet", "--of", "right", "-o", "a.svg"], "eyeshot: `alexnet` has no input `right`; it has ['input']\n"),
    ],
)  # fmt: skip
def test_bad_input(
    run: Runner, arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = run("draw", *arguments)
    assert (found.status, found.out, found.err) == (2, "", message)
    assert list(tmp_path.iterdir()) == []
