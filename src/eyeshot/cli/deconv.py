"""`eyeshot deconv`: from one feature down to its pixels."""

from __future__ import annotations

import click

from eyeshot.cli.options import Command
from eyeshot.cli.seen import Seen, index_of, random_weights, seen_options
from eyeshot.counted import counted

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  eyeshot deconv net.py:make layer3 --image photo.jpg --resize 256 -o view.png
  eyeshot deconv net.py:make layer3 --image photo.jpg --channel 12 --at 5,7 -o view.svg
"""


@click.command("deconv", cls=Command, epilog=_EXAMPLES)
@click.argument("model", metavar="MODEL")
@click.argument("layer", metavar="LAYER")
@click.option("--image", metavar="FILE", required=True, help="A photo, a signal (.wav) or an array (.npy).")
@click.option("--channel", type=int, metavar="C", help="The channel; that of the strongest feature by default.")
@click.option("--at", "at", metavar="I,J", help="The feature; the strongest of the channel by default.")
@seen_options()
def command(*, model: str, layer: str, image: str, channel: int | None, at: str | None, how: Seen) -> None:
    """Show what one feature looks for: deconvnet, guided and plain gradient side by side, cropped to its field.

    A deconvnet lets through a rectifier what is positive on the way back, a gradient what was positive on the way
    there, a guided view what is both. Without rectifiers all three are the gradient, which is said.
    """
    from eyeshot.api.effects import deconv

    found = deconv(model, layer.strip(), image, channel=channel, at=index_of(at, "--at"), **how.named())
    found.save(how.output, theme=how.theme)
    where = ",".join(map(str, found.feature))
    met = counted(found.views[0].met, "rectifier")
    click.echo(f"channel {found.channel} at {where}: {found.value:.4g}; {met} met")
    note = random_weights(model, how.arguments)
    if note:
        click.echo(note, err=True)
