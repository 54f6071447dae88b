import csv
import io
import json
from pathlib import Path

import golden
import pytest
from cli.conftest import Runner

from eyeshot.frontends import zoo

GOLDEN = Path(__file__).with_name("golden")
COMMANDS = ("table", "at", "reach", "models")
NET = "conv k3 s2 d2 | pool k2 s2 | conv k3"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(run: Runner, command: str, refresh: bool) -> None:
    found = run(*command.split(), "--help")
    assert (found.status, found.err) == (0, "")
    assert max(map(len, found.out.splitlines())) <= 80
    golden.check(GOLDEN / f"help-{command or 'eyeshot'}.txt", found.out, refresh=refresh)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_that_work(
    run: Runner, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shlex

    monkeypatch.chdir(tmp_path)
    lines = run(command, "--help").out.partition("Examples:\n")[2].splitlines()
    assert lines
    for line in lines:
        program, *arguments = shlex.split(line)
        found = run(*arguments)
        assert (program, found.status, found.err) == ("eyeshot", 0, "")


def test_no_command_is_help(run: Runner) -> None:
    assert run() == run("--help")


def test_version(run: Runner) -> None:
    assert run("--version").out.startswith("eyeshot 0.")


@pytest.mark.parametrize("ending", ["text", "json", "csv", "markdown", "latex", "html"])
def test_table(run: Runner, ending: str, refresh: bool) -> None:
    found = run("table", "alexnet", "--format", ending)
    assert (found.status, found.err) == (0, "")
    golden.check(GOLDEN / f"table-alexnet.{ending}.txt", found.out, refresh=refresh)


@pytest.mark.parametrize("name", zoo.names())
def test_every_built_in_network_fits_80_columns(run: Runner, name: str) -> None:
    found = run("table", name)
    assert found.status == 0
    assert max(map(len, found.out.splitlines())) <= 80


def test_table_of_every_node(run: Runner) -> None:
    some, every = (run("table", "resnet18", "--format", "csv", *more).out.splitlines() for more in ([], ["--all"]))
    assert len(every) >= len(some)
    assert {line.split(",")[0] for line in some} <= {line.split(",")[0] for line in every}


@pytest.mark.parametrize(
    "model", ["[[11,4,0],[3,2,0]]", " [[11, 4, 0], [3, 2, 0]]", "conv k11 s4 | pool k3 s2", "conv k11 s4|pool k3 s2"]
)
def test_inline_lists(run: Runner, model: str) -> None:
    found = run("table", model, "--input", "227", "--format", "json")
    assert [layer["axes"][0]["start"] for layer in json.loads(found.out)["layers"]] == [5.5, 9.5]


def test_padding_rule(run: Runner) -> None:
    model = "[[11,4,0],[3,2,0],[5,1,2]]"
    table = run("table", model, "--input", "284", "--padding", "gist", "--format", "csv").out
    assert [row["y_start"] for row in csv.DictReader(io.StringIO(table))] == ["6.5", "10.5", "10.5"]


def test_axes(run: Runner) -> None:
    found = run("table", "conv k3", "--input", "1x9x12", "--axes", "t", "--format", "json")
    assert [axis["axis"] for axis in json.loads(found.out)["layers"][0]["axes"]] == ["t"]


@pytest.mark.parametrize("arguments", [("alexnet", "conv5", "6,6"), ("alexnet", "fc6-conv"), (NET, "conv2", "1,0")])
def test_at(run: Runner, arguments: tuple[str, ...], refresh: bool) -> None:
    found = run("at", *arguments, *(["--input", "21"] if arguments[0] == NET else []))
    assert (found.status, found.err) == (0, "")
    golden.check(GOLDEN / f"at-{arguments[1]}.txt", found.out, refresh=refresh)


@pytest.mark.parametrize(
    ("index", "feature"),
    [
        ("0,0", [0, 0]),
        ("-1,-1", [12, 12]),
        ("-13,5", [0, 5]),
        (" 3 , 4 ", [3, 4]),
        ("center", [6, 6]),
        ("Centre", [6, 6]),
        ("first", [0, 0]),
        ("last", [12, 12]),
        ("first,last", [0, 12]),
        ("center,-2", [6, 11]),
    ],
)
def test_index(run: Runner, index: str, feature: list[int]) -> None:
    found = run("at", "alexnet", "conv5", index, "--format", "json")
    assert json.loads(found.out)["feature"] == feature


@pytest.mark.parametrize(("layer", "name"), [("0", "conv1"), ("-1", "fc7-conv"), ("pool5", "pool5")])
def test_layer_by_place_or_name(run: Runner, layer: str, name: str) -> None:
    assert json.loads(run("at", "alexnet", layer, "--format", "json").out)["layer"] == name


@pytest.mark.parametrize("more", [("113,113",), ("first", "conv2"), ("-1,-1", "-1")])
def test_reach(run: Runner, more: tuple[str, ...], refresh: bool) -> None:
    found = run("reach", "alexnet", *more)
    assert (found.status, found.err) == (0, "")
    golden.check(GOLDEN / f"reach-{'_'.join(more)}.txt", found.out, refresh=refresh)


def test_reach_as_json(run: Runner) -> None:
    found = json.loads(run("reach", "alexnet", "113,113", "--format", "json").out)
    assert (found["schema"], found["pixel"]) == ("eyeshot.reach/1", [113, 113])
    assert found["layers"][0] == {
        "name": "conv1",
        "status": "exact",
        "axes": [{"axis": axis, "n": 55, "features": [26, 29]} for axis in "yx"],
        "count": 9,
    }


def test_models(run: Runner) -> None:
    lines = run("models").out.splitlines()[2:]
    assert [line.split()[0] for line in lines] == list(zoo.names())
    listed = json.loads(run("models", "--format", "json").out)["models"]
    assert [model["name"] for model in listed] == list(zoo.names())
    assert listed[0]["input"] == [1, 3, 227, 227]
