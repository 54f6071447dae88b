"""`eyeshot activations`: the maps of a layer for one image."""

from __future__ import annotations

from typing import Any

import click

from eyeshot.cli.options import Command, word_option
from eyeshot.cli.seen import Seen, index_of, random_weights, seen_options
from eyeshot.counted import counted

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  eyeshot activations net.py:make layer2 --image photo.jpg --resize 256 -o maps.png
  eyeshot activations net.py:make layer3 --image photo.jpg --overlay 17 -o over.png
  eyeshot activations net.py:make conv1 --image sound.wav --overlay 3 -o wave.svg
"""


@click.command("activations", cls=Command, epilog=_EXAMPLES)
@click.argument("model", metavar="MODEL")
@click.argument("layer", metavar="LAYER")
@click.option("--image", metavar="FILE", required=True, help="A photo, a signal (.wav) or an array (.npy).")
@click.option("--overlay", type=int, metavar="CHANNEL", help="Draw a channel over the image, where its features are.")
@click.option("--strongest", is_flag=True, help="The channel with the largest value first.")
@word_option("--scale", words=("layer", "tile"), default="layer", help="One scale for all tiles, or each its own.")
@click.option("--page", type=click.IntRange(1), default=1, metavar="N", help="Which page, of a layer with many.")
@click.option("--slice", "at", metavar="I", help="The slice of a volume that is drawn; the middle by default.")
@seen_options()
def command(  # noqa: PLR0913 - one for each option
    *,
    model: str,
    layer: str,
    image: str,
    overlay: int | None,
    strongest: bool,
    scale: str,
    page: int,
    at: str | None,
    how: Seen,
) -> None:
    """Draw every channel of a layer for one image.

    Channels that are zero everywhere are outlined. With --overlay each value lies where its feature is centred, one
    jump wide: a map that is merely stretched over the image lies beside that.
    """
    from eyeshot.api.effects import activations

    found = activations(model, layer.strip(), image, **how.named())
    drawn: dict[str, Any] = {"at": index_of(at, "--slice") or ()}
    if overlay is None:
        drawn |= {"page": page, "scale": scale, "strongest": strongest}
    else:
        drawn["overlay"] = overlay
    found.save(how.output, theme=how.theme, **({} if how.output.lower().endswith(".npz") else drawn))
    channels = counted(len(found.values), "channel")
    click.echo(f"{channels}, {len(found.dead)} of them zero everywhere; {found.image.prepared}")
    note = random_weights(model, how.arguments)
    if note:
        click.echo(note, err=True)
