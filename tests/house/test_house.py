"""What holds for the project as a whole."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import eyeshot

REPOSITORY = Path(__file__).parents[2]
PUBLIC = {"analyze", "explore", "load", "tile", "verify", "activations", "compare", "deconv", "filters", "patches"}
PUBLIC |= {"Graph", "GraphBuilder", "Fields", "Field", "Region", "Reach", "Proof", "Plan", "Comparison"}
PUBLIC |= {"Activations", "Deconv", "Filters", "Patches", "Picture", "Animation", "Explorer", "errors"}
OPTIONAL = {"jax", "matplotlib", "onnx", "pandas", "PIL", "scipy", "timm", "torch", "torchvision"}


def loaded_optionals(code: str, folder: Path) -> set[str]:
    """Run `code` where every optional library can be imported, by a stand-in; tell which it did import."""
    for name in OPTIONAL:
        (folder / f"{name}.py").touch()
    report = f"{code}\nimport sys\nprint(*({OPTIONAL!r} & sys.modules.keys()))"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", report], env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def project_files() -> list[Path]:
    """Every file that is in the repository or would be added to it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def test_public_names() -> None:
    assert set(eyeshot.__all__) == PUBLIC
    assert len(eyeshot.__all__) == len(PUBLIC)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_name_exists_and_is_documented(name: str) -> None:
    assert getattr(eyeshot, name).__doc__
    assert name in dir(eyeshot)
    assert f"eyeshot.{name}\n" in (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")


def test_type_checkers_see_every_public_name_where_it_is_found() -> None:
    tree = ast.parse(Path(eyeshot.__file__).read_text(encoding="utf-8"))
    (checked,) = (statement.body for statement in tree.body if isinstance(statement, ast.If))
    seen = {(one.module, alias.asname) for one in checked if isinstance(one, ast.ImportFrom) for alias in one.names}
    assert seen == {(module, name) for module, names in eyeshot._NAMES.items() for name in names}


@pytest.mark.parametrize("call", ["tile", "verify", "explore", "compare", "filters"])
def test_what_a_function_returns_has_a_public_name(call: str) -> None:
    returned = getattr(eyeshot, call).__annotations__["return"]
    assert getattr(returned, "__name__", returned) in PUBLIC


def test_unknown_name_raises_as_python_does() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = eyeshot.no_such_name  # type: ignore[attr-defined, unused-ignore]


def test_import_loads_no_optional_library(tmp_path: Path) -> None:
    assert loaded_optionals("import eyeshot", tmp_path) == set()


def test_use_of_the_public_names_loads_no_optional_library(tmp_path: Path) -> None:
    code = "import eyeshot\ntext = str(eyeshot.analyze('alexnet'))\nfrom eyeshot import *"
    assert loaded_optionals(code, tmp_path) == set()


def test_loaded_library_would_be_seen(tmp_path: Path) -> None:
    assert loaded_optionals("import torch, matplotlib", tmp_path) == {"torch", "matplotlib"}


def test_version_is_one() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)
    assert newest is not None
    assert eyeshot.__version__ == project["version"] == newest[1]


def test_hard_dependencies_are_few() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=\[ ]", line)[0] for line in project["dependencies"]}
    assert names == {"click", "numpy", "pyyaml", "rich"}


def test_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("eyeshot-*.whl")
    source = REPOSITORY / "src"
    wanted = {str(path.relative_to(source)) for path in project_files() if path.is_relative_to(source)}
    assert wanted <= set(zipfile.ZipFile(wheel).namelist())
    assert "eyeshot/py.typed" in wanted


def test_no_file_names_the_machine_it_was_written_on() -> None:
    place = re.compile(rb"(?<![\w.~-])/(?:work|root|home/\w+)(?:/|\b)")
    found = {str(path.relative_to(REPOSITORY)) for path in project_files() if place.search(path.read_bytes())}
    assert found == set()


def test_make_help_lists_every_target() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)) == set(phony.split())
