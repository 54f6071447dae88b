"""Runs the command in this process, and tells all that it wrote."""

import contextlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from unittest import mock

import pytest

from eyeshot.cli.main import main

TERMINAL = {"COLUMNS": "80", "NO_COLOR": "", "FORCE_COLOR": "", "TERM": "xterm"}


@dataclass(frozen=True)
class Run:
    """Exit status and both outputs."""

    status: int
    out: str
    err: str


class Terminal(io.TextIOWrapper):
    """Text in memory that says whether it is a terminal."""

    def __init__(self, encoding: str, *, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n", write_through=True)
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


Runner = Callable[..., Run]


@pytest.fixture
def run() -> Runner:
    def runs(*arguments: str, encoding: str = "utf-8", is_terminal: bool = False, **environment: str) -> Run:
        out = Terminal(encoding, is_terminal=is_terminal)
        err = io.StringIO()
        with (
            mock.patch.dict(os.environ, TERMINAL | environment),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            status = main(arguments)
        out.seek(0)
        return Run(status, out.read(), err.getvalue())

    return runs
