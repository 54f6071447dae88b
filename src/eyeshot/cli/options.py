"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from eyeshot.errors import InputError, nearest

__all__ = [
    "Command",
    "ModelOptions",
    "debug_option",
    "format_of",
    "model_options",
    "output_options",
    "row_options",
    "word_option",
]


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What a command line says of how a model is read."""

    inputs: tuple[str, ...]
    axes: str | None
    padding: str | None
    arguments: tuple[str, ...]
    call: tuple[str, ...]
    strict: bool


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
    """Options that say how a model is read; passed on as one `ModelOptions`, the argument `how`."""

    @functools.wraps(function)
    def gathered(
        *,
        input_: tuple[str, ...],
        axes: str | None,
        padding: str | None,
        arguments: tuple[str, ...],
        call: tuple[str, ...],
        strict: bool,
        **others: Any,
    ) -> Any:
        return function(how=ModelOptions(input_, axes, padding, arguments, call, strict), **others)

    options = [
        click.option(
            "--input",
            "input_",
            metavar="SIZE",
            multiple=True,
            help="Input size: 224 for all axes, 480x640 for each, 3x224x224 with channels. Several inputs of a PyTorch "
            "model: one after the other, or by name, as in left=1x3x64x64; 1x128:int64 has a type.",
        ),
        click.option(
            "--axes", metavar="LAYOUT", help="Names of the input's axes, such as yx, or its layout, such as NCHW."
        ),
        click.option(
            "--padding",
            metavar="RULE",
            help="Padding of layers that have no rule of their own: declared, same, same_lower, valid or gist.",
        ),
        click.option(
            "--arg",
            "arguments",
            metavar="NAME=VALUE",
            multiple=True,
            help="An argument for what makes a PyTorch model, as in num_classes=10; may be given several times.",
        ),
        click.option(
            "--call",
            "call",
            metavar="NAME=VALUE",
            multiple=True,
            help="An argument of a PyTorch model's forward that is no input, as in timestep=5; may be given several "
            "times.",
        ),
        click.option("--strict", is_flag=True, help="An operation without a rule is an error."),
    ]
    return cast(F, _decorated(gathered, options))


def row_options(function: F) -> F:
    """Options that choose rows: `every` and `depth`."""
    options = [
        click.option(
            "--all", "every", is_flag=True, help="Every operation, not only the rows that tell something new."
        ),
        click.option(
            "--depth",
            metavar="N",
            type=click.IntRange(1),
            help="Fold rows by module path: 1 shows layer1, 2 shows layer1.0; each with what the module returns.",
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
