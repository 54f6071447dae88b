r"""Replay a Markdown page: run its blocks and put down what they print.

A page is right if replaying it changes nothing. These fences are run, from top to bottom:

- `python`: one namespace per page. With `>>>` prompts the output stands below each example, as in a doctest;
  without, what the code prints stands in the `text` fence that follows it directly.
- `console`: each line `$ eyeshot ...` is run as the command would be, 80 columns wide, without colour; what
  it writes stands below it. `$ echo $?` gives its exit status.
- `{code-block}` with a `:caption:`: written to a file of that name, for the commands that follow.
- `sh`: what a reader types to install or to build. Only `pip install` and `make` with an existing target.

A page that says `<!-- files: docs/pair -->` is for readers in that folder of the repository: a copy of it is there.

There is no way to leave a block out.
"""

import ast
import contextlib
import doctest
import io
import json
import os
import re
import shlex
import shutil
import sys
import tomllib
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

from eyeshot.cli.main import main

REPOSITORY = Path(__file__).parents[1]
TERMINAL = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "FORCE_COLOR": ""}

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=indent)(?P=ticks)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_FILES = re.compile(r"^<!-- files: (\S+) -->$", re.MULTILINE)
_CAPTION = re.compile(r"^:caption:[ \t]*(\S+)[ \t]*\n+", re.MULTILINE)


class PageError(Exception):
    """A page holds a block that cannot be run."""


@dataclass(frozen=True)
class Fence:
    """One fenced block of a page; `start` and `end` bound its body in the page's text."""

    info: str
    body: str
    start: int
    end: int
    stop: int


def fences(page: str) -> list[Fence]:
    """List the fenced blocks of a page, in order."""
    return [Fence(m["info"].strip(), m["body"], m.start("body"), m.end("body"), m.end()) for m in _FENCE.finditer(page)]


def replay(page: str, folder: Path) -> str:
    """Return the page with the outputs that its blocks have now.

    Files that the page names are written to `folder`, and its commands run there.
    """
    for named in _FILES.findall(page):
        shutil.copytree(REPOSITORY / named, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    blocks = fences(page)
    player = _Replay(folder)
    edits: list[tuple[Fence, str]] = []
    for block, following in zip_longest(blocks, blocks[1:]):
        shown = _shown_output(page, block, following)
        with contextlib.chdir(folder):
            edits += player.run(block, shown)
    for block, body in reversed(edits):
        page = page[: block.start] + body + page[block.end :]
    return page


def _shown_output(page: str, block: Fence, following: Fence | None) -> Fence | None:
    """Find the `text` fence that stands directly below a block."""
    if following is None or following.info != "text":
        return None
    between = page[block.stop : following.start]
    return following if re.fullmatch(r"\s*`{3,}text\s*\n", between) else None


@dataclass
class _Replay:
    """What the blocks of one page share."""

    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})
    exit_status: int | str | None = None

    def run(self, block: Fence, shown: Fence | None) -> list[tuple[Fence, str]]:
        """Run one block; return which bodies are to become what."""
        if block.info == "python" and ">>>" in block.body:
            return [(block, self._run_examples(block.body))]
        if block.info == "python":
            return self._run_program(block, shown)
        if block.info == "console":
            return [(block, "".join(self._run_commands(block.body)))]
        if block.info == "sh":
            _check_shell(block.body)
        elif block.info.startswith("{code-block}"):
            self._write_file(block)
        else:
            _check_data(block)
        return []

    def _run_program(self, block: Fence, shown: Fence | None) -> list[tuple[Fence, str]]:
        printed = self._printed(lambda: exec(compile(block.body, "<page>", "exec"), self.names))  # noqa: S102
        if shown is not None:
            return [(shown, printed)]
        if printed:
            raise PageError(f"a python block prints, and no text block below it shows what:\n{block.body}")
        return []

    def _run_examples(self, body: str) -> str:
        parts: list[str] = []
        for part in doctest.DocTestParser().parse(body):
            if isinstance(part, str):
                parts.append(part)
                continue
            typed = _with_prompts(part.source)
            parts.append(typed + self._example_output(part.source))
        return "".join(parts)

    def _example_output(self, source: str) -> str:
        def interpret() -> None:
            for statement in ast.parse(source).body:
                code = compile(ast.Interactive([statement]), "<page>", "single")
                exec(code, self.names)  # noqa: S102

        try:
            printed = self._printed(interpret)
        except Exception as error:  # noqa: BLE001 - an example may show any error, as in a doctest
            last_line = traceback.format_exception_only(error)[-1]
            printed = f"Traceback (most recent call last):\n    ...\n{last_line}"
        return re.sub(r"^[ \t]*$\n", "<BLANKLINE>\n", printed, flags=re.MULTILINE)

    @staticmethod
    def _printed(action: Callable[[], object]) -> str:
        out = io.StringIO()
        hook, sys.displayhook = sys.displayhook, sys.__displayhook__
        try:
            with contextlib.redirect_stdout(out):
                action()
        finally:
            sys.displayhook = hook
        return _with_newline(out.getvalue())

    def _run_commands(self, body: str) -> Iterator[str]:
        for command in _commands(body):
            yield f"$ {command}\n"
            if command == "echo $?":
                yield f"{self.exit_status}\n"
                continue
            program, *arguments = shlex.split(command)
            if program != "eyeshot":
                raise PageError(f"a console block may run `eyeshot` and `echo $?` only, found `{command}`")
            yield self._run_eyeshot(arguments)

    def _run_eyeshot(self, arguments: list[str]) -> str:
        """Call what the installed script calls; as on a terminal, both output streams go to one place."""
        screen = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)
        with (
            mock.patch.dict(os.environ, TERMINAL),
            mock.patch.object(sys, "argv", ["eyeshot", *arguments]),
            contextlib.redirect_stdout(screen),
            contextlib.redirect_stderr(screen),
        ):
            try:
                status = main()
            except SystemExit as leaving:
                status = leaving.code
        self.exit_status = 0 if status is None else status
        screen.seek(0)
        return _with_newline(screen.read())

    def _write_file(self, block: Fence) -> None:
        caption = _CAPTION.match(block.body)
        if caption is not None:
            (self.folder / Path(caption[1]).name).write_text(block.body[caption.end() :], encoding="utf-8")


def _with_prompts(source: str) -> str:
    first, *more = source.splitlines()
    return "".join([f">>> {first}\n", *(f"... {line}".rstrip() + "\n" for line in more)])


def _with_newline(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _commands(body: str) -> list[str]:
    return [line[2:] for line in body.splitlines() if line.startswith("$ ")]


def _check_shell(body: str) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for line in body.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["make"] and re.search(rf"^{re.escape(words[1])}:", makefile, re.MULTILINE):
            continue
        if words and words[:2] != ["pip", "install"]:
            raise PageError(f"an sh block may use `pip install` and `make` with a target, found `{line}`")


def _check_data(block: Fence) -> None:
    """A block of data must parse; any other kind is for people, and must be known as such."""
    if block.info == "toml":
        tomllib.loads(block.body)
    elif block.info == "json":
        json.loads(block.body)
    elif block.info == "yaml":
        yaml.safe_load(block.body)
    elif block.info != "text" and not block.info.startswith("{"):
        raise PageError(f"a fence must say what it holds, found {block.info!r}")
