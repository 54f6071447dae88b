"""`eyeshot patches`: the strongest features of channels over a set of images."""

from __future__ import annotations

import click

from eyeshot.cli.options import Command
from eyeshot.cli.seen import Seen, numbers_of, random_weights, seen_options

__all__ = ["command"]

_RULES = ("deconvnet", "guided", "gradient")
_EXAMPLES = """\b
Examples:
  eyeshot patches net.py:make layer3 --images photos/ --resize 224x224 -o patches.png
  eyeshot patches net.py:make layer3 --images "photos/*.jpg" --channels 3,17 --rule guided -o patches.png
"""


@click.command("patches", cls=Command, epilog=_EXAMPLES)
@click.argument("model", metavar="MODEL")
@click.argument("layer", metavar="LAYER")
@click.option("--images", metavar="DIR|GLOB", required=True, help="A folder of images, or a pattern in quotes.")
@click.option("--channels", metavar="C,C", help="Channels; those with the strongest features by default.")
@click.option("--count", type=click.IntRange(1), default=9, metavar="K", help="Features of each channel. Default: 9.")
@click.option("--most", type=click.IntRange(1), default=4, metavar="N", help="Channels, if none are named. Default: 4.")
@click.option("--rule", metavar="RULE", default="deconvnet", help="deconvnet, guided, gradient, or none for no views.")
@click.option("--only-inside", is_flag=True, help="Leave out features whose field leaves the image.")
@click.option("--photos", is_flag=True, help="The whole photos beside them, each with the box of its patch.")
@click.option("--journal", metavar="FILE", help="What an interrupted search goes on by; OUTPUT.journal by default.")
@seen_options()
def command(  # noqa: PLR0913 - one for each option
    *,
    model: str,
    layer: str,
    images: str,
    channels: str | None,
    count: int,
    most: int,
    rule: str,
    only_inside: bool,
    photos: bool,
    journal: str | None,
    how: Seen,
) -> None:
    """Show the strongest features of channels, each with the pixels of its exact field.

    Ranked by the value before a rectifier, so that one that saturates hides nothing. The same command goes on where it
    was interrupted.
    """
    from eyeshot.api.effects import patches

    found = patches(
        model,
        layer.strip(),
        images,
        channels=numbers_of(channels, "--channels", whole=True) if channels is not None else None,
        count=count,
        most=most,
        rules=() if rule == "none" else (rule,),
        only_inside=only_inside,
        journal=journal or f"{how.output}.journal",
        progress=True,
        **how.named(),
    )
    found.save(how.output, theme=how.theme, photos=photos)
    for channel in found.channels:
        best = channel.patches[0]
        where = ",".join(map(str, best.hit.feature))
        click.echo(f"channel {channel.number}: {best.hit.score:.4g} at {where} of {best.name}")
    note = random_weights(model, how.arguments)
    if note:
        click.echo(note, err=True)
