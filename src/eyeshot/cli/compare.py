"""`eyeshot compare`: the layers of two networks by what they see."""

from __future__ import annotations

import click

from eyeshot.cli.arguments import named_arguments
from eyeshot.cli.options import Command, output_options
from eyeshot.cli.output import emit, screen_for

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  eyeshot compare torchvision:resnet50 torchvision:vgg16
  eyeshot compare alexnet vgg16
"""


@click.command("compare", cls=Command, epilog=_EXAMPLES)
@click.argument("first", metavar="MODEL")
@click.argument("second", metavar="MODEL")
@click.option("--input", "input_", metavar="SIZE", help="Input size of both.")
@click.option("--arg", "arguments", metavar="NAME=VALUE", multiple=True, help="An argument for what makes the models.")
@output_options("text")
def command(
    *,
    first: str,
    second: str,
    input_: str | None,
    arguments: tuple[str, ...],
    format_: str | None,  # noqa: ARG001 - there is one
    output: str | None,
    color: str,
) -> None:
    """Pair the layers of two networks by the sizes of their fields, then by their jumps.

    Layers whose fields are more than a quarter apart have no match.
    """
    from eyeshot.api.comparison import compare
    from eyeshot.present.pairs_text import pairs_text

    found = compare(first, second, input_shape=input_, arguments=named_arguments(arguments))
    emit(pairs_text(found, screen_for(output, color)), output)
