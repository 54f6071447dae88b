"""The command `eyeshot`: its subcommands, its errors, its exit status.

Exit status 0; 1 where a check or proof fails; 2 for bad input, with one line on standard error. A
subcommand's module is loaded when it is asked for, and loads what it needs when it runs, so the command
starts fast.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

import click

from eyeshot import __version__
from eyeshot.cli.options import debug_option
from eyeshot.cli.output import ClosedPipeError
from eyeshot.errors import EyeshotError, nearest
from eyeshot.present.escape import visible

__all__ = ["main"]

_COMMANDS = (
    "table", "at", "reach", "verify", "draw", "animate", "explore", "tile", "filters", "activations", "deconv",
    "patches", "compare", "models",
)  # fmt: skip
_EXAMPLES = """\b
Examples:
  eyeshot table alexnet
  eyeshot at alexnet conv5 6,6
  eyeshot reach alexnet 113,113
"""
_BAD_INPUT = 2
_OUR_FAULT = 70
_INTERRUPTED = 130
_CLOSED_PIPE = 141


@dataclass
class Settings:
    """What a run of the command knows besides its arguments."""

    debug: bool = False


class Commands(click.Group):
    """A group whose commands are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of the commands, in the order in which help lists them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in _COMMANDS:
            ctx.fail(f"no such command `{cmd_name}`{nearest(cmd_name, _COMMANDS)}")
        command: click.Command = import_module(f"eyeshot.cli.{cmd_name}").command
        return command


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@debug_option
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Say exactly what every feature of a neural network can see.

    A MODEL is the name of a built-in network (eyeshot models), a layer list such as "conv k11 s4 | pool k3
    s2" or [[11,4,0],[3,2,0]], or a .toml, .yaml or .json file that holds one.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments after the command's name; those of this process by default.

    Returns
    -------
    int
        The exit status.
    """
    settings = Settings()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = cli.main(given, prog_name="eyeshot", standalone_mode=False, obj=settings)
    except ClosedPipeError:
        _leave_pipe()
        return _CLOSED_PIPE
    except (KeyboardInterrupt, click.Abort):
        return _told("interrupted", _INTERRUPTED)
    except click.ClickException as error:
        return _told(_usage(error), _BAD_INPUT, debug=settings.debug)
    except EyeshotError as error:
        return _told(str(error), _BAD_INPUT, debug=settings.debug)
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours is told in one line too
        text = f"this is a fault of eyeshot's own ({type(error).__name__}: {error}); `--debug` shows where"
        return _told(text, _OUR_FAULT, debug=settings.debug)
    return status if isinstance(status, int) else 0


def _told(message: str, status: int, *, debug: bool = False) -> int:
    """Write one line to standard error; with `debug` the traceback of the error before it."""
    if sys.stderr is not None:
        if debug:
            traceback.print_exc()
        click.echo(f"eyeshot: {visible(' '.join(message.split()))}", err=True)
    return status


def _usage(error: click.ClickException) -> str:
    """One line about a wrong command line: what is wrong, and where help is."""
    text = error.format_message()
    if isinstance(error, click.NoSuchOption):
        text = f"no such option `{error.option_name}`{nearest(error.option_name, error.possibilities or ())}"
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        text = f"`{error.param.human_readable_name}` is missing"
    text = text[:1].lower() + text[1:].rstrip(".")
    if text.endswith("?"):
        return text
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "eyeshot"
    return f"{text}; see `{command} --help`"


def _leave_pipe() -> None:
    """Let nothing complain that the reader of standard output has gone, when Python flushes at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
