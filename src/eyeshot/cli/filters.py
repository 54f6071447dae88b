"""`eyeshot filters`: the kernels of a convolution."""

from __future__ import annotations

from typing import Any

import click

from eyeshot.cli.options import Command, word_option
from eyeshot.cli.seen import Seen, random_weights, seen_options

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  eyeshot filters torchvision:alexnet features.0 --arg weights=DEFAULT -o filters.png
  eyeshot filters net.py:make conv1 --order hue -o filters.svg
  eyeshot filters net.py:make layer2.0.conv1 --page 2 -o page2.png
"""


@click.command("filters", cls=Command, epilog=_EXAMPLES)
@click.argument("model", metavar="MODEL")
@click.argument("layer", metavar="LAYER")
@word_option("--order", words=("index", "norm", "hue"), default="index", help="Default: index.")
@word_option("--scale", words=("layer", "tile"), default="layer", help="One scale for all tiles, or each its own.")
@click.option("--page", type=click.IntRange(1), default=1, metavar="N", help="Which page, of a layer with many.")
@click.option("--input", "input_", metavar="SIZE", help="Input size, by which the field in the caption is told.")
@seen_options(has_image=False)
def command(*, model: str, layer: str, order: str, scale: str, page: int, input_: str | None, how: Seen) -> None:
    """Draw the kernels of a convolution.

    Of three channels right on the image each kernel is a small photo; deeper, rows are filters and columns their
    channels, in colours around 0. Kernels along one axis are curves, those of volumes their slices.
    """
    from eyeshot.api.effects import filters

    found = filters(model, layer.strip(), order=order, input_shape=input_, arguments=how.named()["arguments"])
    drawn: dict[str, Any] = {"page": page, "scale": scale}
    found.save(how.output, theme=how.theme, **({} if how.output.lower().endswith(".npz") else drawn))
    click.echo(found.caption)
    note = random_weights(model, how.arguments)
    if note:
        click.echo(note, err=True)
