"""Options that several commands share, and the types of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from eyeshot.errors import InputError, nearest

__all__ = ["Command", "debug_option", "format_of", "model_options", "output_options", "word_option"]

F = TypeVar("F", bound=Callable[..., Any])
Option = Callable[[Any], Any]

_SUFFIXES = {
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
}


def word_option(*names: str, words: Sequence[str], help: str, default: str | None = None) -> Option:  # noqa: A002
    """An option whose value is one of a few words; the nearest is suggested for another."""

    def checked(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        if value is None or value in words:
            return value
        known = ", ".join(words)
        raise click.BadParameter(
            f"must be one of {known}; found {value!r}{nearest(value, words)}", ctx=ctx, param=param
        )

    metavar = f"[{'|'.join(words)}]"
    return click.option(*names, metavar=metavar, callback=checked, help=help, default=default)


def _set_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().obj.debug = True


debug_option: Option = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_set_debug,
    help="Show the traceback of an error.",
)
"""Tells `eyeshot.cli.main`, whose settings are the context's object."""


class Command(click.Command):
    """A command whose arguments may be negative numbers, ``-1,-1``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse arguments; one that begins like a negative number is no option."""
        negative = [f" {arg}" if arg[:1] == "-" and arg[1:2].isdigit() else arg for arg in args]
        return super().parse_args(ctx, negative)


def model_options(function: F) -> F:
    """Options that say how a model is read; passed on as `input_`, `axes` and `padding`."""
    options = [
        click.option(
            "--input",
            "input_",
            metavar="SIZE",
            help="Input size: 224 for all axes, 480x640 for each, 3x224x224 with channels.",
        ),
        click.option(
            "--axes", metavar="LAYOUT", help="Names of the input's axes, such as yx, or its layout, such as NCHW."
        ),
        click.option(
            "--padding",
            metavar="RULE",
            help="Padding of layers that have no rule of their own: declared, same, same_lower, valid or gist.",
        ),
    ]
    return _decorated(function, options)


def output_options(*formats: str) -> Callable[[F], F]:
    """Options that say what comes out: `format_`, `output`, `color`; and ``--debug``."""
    options = [
        word_option("--format", "format_", words=formats, help="Default: text, or what the file's name ends with."),
        click.option(
            "-o", "--output", metavar="FILE", help="Write to a file, whole or not at all, instead of the screen."
        ),
        word_option("--color", words=("auto", "always", "never"), default="auto", help="Whether to use colours."),
        debug_option,
    ]
    return lambda function: _decorated(function, options)


def format_of(format_: str | None, output: str | None, formats: Sequence[str]) -> str:
    """The format asked for, or that which the output file's name ends with, or text."""
    if format_ is not None:
        return format_
    found = _SUFFIXES.get(Path(output).suffix.lower(), "text") if output is not None else "text"
    if found not in formats:
        raise InputError(
            f"`--output`: {output!r} ends like {found}, which this command cannot write; "
            f"name another file, or a `--format` out of {', '.join(formats)}"
        )
    return found


def _decorated(function: F, options: Sequence[Option]) -> F:
    for option in reversed(options):
        function = option(function)
    return function
