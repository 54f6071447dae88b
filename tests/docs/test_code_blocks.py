"""Every block of README.md and of docs/ runs and prints what the page says."""

from pathlib import Path

import pytest
from replay import REPOSITORY, PageError, replay

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
NAMES = [str(path.relative_to(REPOSITORY)) for path in PAGES if "_build" not in path.parts]
CHANGED = "its outputs differ; `make refresh` puts down the new ones, to be read before they are committed"


@pytest.mark.parametrize("name", NAMES)
def test_page_says_what_comes_out(name: str, tmp_path: Path, refresh: bool) -> None:
    path = REPOSITORY / name
    page = path.read_text(encoding="utf-8")
    replayed = replay(page, tmp_path)
    if refresh:
        path.write_text(replayed, encoding="utf-8")
        return
    assert replayed == page, f"{name}: {CHANGED}"


def test_wrong_output_of_an_example_is_seen(tmp_path: Path) -> None:
    page = "```python\n>>> 1 + 1\n3\n>>> print()\n<BLANKLINE>\n>>> x = 5\n```\n"
    assert replay(page, tmp_path) == page.replace("3\n", "2\n")


def test_error_of_an_example_is_shown_by_its_last_line(tmp_path: Path) -> None:
    page = "```python\n>>> int('a')\n```\n"
    assert replay(page, tmp_path) == (
        "```python\n>>> int('a')\nTraceback (most recent call last):\n    ...\n"
        "ValueError: invalid literal for int() with base 10: 'a'\n```\n"
    )


def test_examples_of_several_lines_keep_their_prompts(tmp_path: Path) -> None:
    page = "```python\n>>> for i in range(2):\n...     print(i)\n0\n1\n\n>>> [i,\n...  i]\n[1, 1]\n```\n"
    assert replay(page, tmp_path) == page


def test_blocks_of_a_page_share_their_names(tmp_path: Path) -> None:
    page = "```python\nx = 5\n```\n\ntext\n\n```python\nprint(x)\n```\n\n```text\n6\n```\n"
    assert replay(page, tmp_path) == page.replace("6", "5")


def test_output_without_a_text_block_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="no text block"):
        replay("```python\nprint(5)\n```\n", tmp_path)


def test_captioned_block_is_a_file(tmp_path: Path) -> None:
    page = (
        "```{code-block} toml\n:caption: a.toml\n\nx = 1\n```\n\n"
        "```python\n>>> from pathlib import Path\n>>> Path('a.toml').read_text()\n'x = 1\\n'\n```\n"
    )
    assert replay(page, tmp_path) == page


def test_page_for_a_folder_finds_its_files(tmp_path: Path) -> None:
    page = "<!-- files: docs/pair -->\n\n```console\n$ eyeshot table pair.py:no_such_net\n$ echo $?\n0\n```\n"
    replayed = replay(page, tmp_path)
    assert "no_such_net" in replayed.partition("table")[2].partition("\n")[2]
    assert (tmp_path / "photos" / "chelsea.jpg").is_file()


def test_console_block_shows_output_and_exit_status(tmp_path: Path) -> None:
    page = "```console\n$ eyeshot --no-such-option\n$ echo $?\n0\n```\n"
    replayed = replay(page, tmp_path)
    assert replayed.startswith("```console\n$ eyeshot --no-such-option\n")
    assert replayed.count("--no-such-option") > 1
    assert replayed.endswith("\n$ echo $?\n2\n```\n")


@pytest.mark.parametrize(
    "block",
    [
        "```console\n$ rm -r x\n```\n",
        "```sh\nrm -r x\n```\n",
        "```sh\nmake nothing\n```\n",
        "```\nwhat is this?\n```\n",
        "```pyhton\n1\n```\n",
    ],
)
def test_block_that_cannot_be_run_is_refused(block: str, tmp_path: Path) -> None:
    with pytest.raises(PageError):
        replay(block, tmp_path)
