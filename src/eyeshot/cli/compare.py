"""`eyeshot compare`: the layers of two networks by what they see, and what both make of an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from eyeshot.cli.arguments import named_arguments
from eyeshot.cli.options import Command, format_of, output_options, word_option
from eyeshot.cli.output import emit, screen_for
from eyeshot.cli.seen import IMAGE_OPTIONS, prepared, random_weights
from eyeshot.counted import counted
from eyeshot.errors import InputError

if TYPE_CHECKING:
    from eyeshot.api.comparison import Comparison

__all__ = ["command"]

_FORMATS = ("text", "json", "csv", "markdown")
_DRAWN = (".svg", ".pdf", ".png", ".npz")
_EXAMPLES = """\b
Examples:
  eyeshot compare alexnet vgg16
  eyeshot compare alexnet vgg16 -o fields.svg
  eyeshot compare a.py:net b.py:net --image photo.jpg --resize 224x224 -o views.png
  eyeshot compare torchvision:alexnet timm:vgg16 --image photo.jpg -o views.png
          --first-arg weights=DEFAULT --second-arg pretrained=true
"""


def _image_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(IMAGE_OPTIONS):
        function = option(function)
    return function


@click.command("compare", cls=Command, epilog=_EXAMPLES)
@click.argument("first", metavar="MODEL")
@click.argument("second", metavar="MODEL")
@click.option("--image", metavar="FILE", help="A photo, a signal (.wav) or an array (.npy), shown to both.")
@click.option("--layers", metavar="L,L", help="Layers of the first model to draw; those spread most widely by default.")
@click.option("--most", type=click.IntRange(1), default=6, metavar="N", help="Pairs, if none are named. Default: 6.")
@click.option("--rule", metavar="RULE", default="deconvnet", help="deconvnet, guided, gradient, or none for no views.")
@click.option("--page", type=click.IntRange(1), default=1, metavar="N", help="Which page of a drawn table.")
@click.option("--input", "input_", metavar="SIZE", help="Input size of both, without an image.")
@click.option("--arg", "arguments", metavar="NAME=VALUE", multiple=True, help="An argument for what makes the models.")
@click.option("--first-arg", "firsts", metavar="NAME=VALUE", multiple=True, help="One for the first model alone.")
@click.option("--second-arg", "seconds", metavar="NAME=VALUE", multiple=True, help="One for the second model alone.")
@_image_options
@word_option("--theme", words=("light", "dark"), default="light", help="Colours of a picture. Default: light.")
@output_options(*_FORMATS)
def command(  # noqa: PLR0913 - one for each option
    *,
    first: str,
    second: str,
    image: str | None,
    layers: str | None,
    most: int,
    rule: str,
    page: int,
    input_: str | None,
    arguments: tuple[str, ...],
    firsts: tuple[str, ...],
    seconds: tuple[str, ...],
    mean: str | None,
    std: str | None,
    resize: str | None,
    theme: str,
    format_: str | None,
    output: str | None,
    color: str,
) -> None:
    """Pair the layers of two networks by the sizes of their fields, then by their jumps.

    Layers whose fields are more than a quarter apart have no match. A file that ends in .svg, .pdf or .png is a
    picture: with --image the patch, the map and the view of the strongest feature of each layer, for both networks side
    by side; without, which needs no weights, the fields to one scale. One in .npz holds the numbers.
    """
    from eyeshot.api.comparison import compare

    chosen = _chosen(image, format_, output)
    both = named_arguments(arguments)
    each = ({**both, **named_arguments(firsts, "--first-arg")}, {**both, **named_arguments(seconds, "--second-arg")})
    found = compare(
        first,
        second,
        image,
        layers=layers.split(",") if layers is not None else None,
        most=most,
        rules=() if rule == "none" else (rule,),
        input_shape=input_,
        arguments=each,
        **prepared(mean, std, resize),
    )
    if chosen != "picture":
        emit(_text(found, chosen, output, color), output)
        return
    has_pages = image is None and not str(output).lower().endswith(".npz")
    found.save(str(output), theme=theme, **({"page": page} if has_pages else {}))
    click.echo(_told(found))
    for model, own in ((first, firsts), (second, seconds)) if image is not None else ():
        note = random_weights(model, (*arguments, *own))
        if note:
            click.echo(note, err=True)


def _chosen(image: str | None, format_: str | None, output: str | None) -> str:
    """The format, ``picture`` for what `save` writes; asked before any work."""
    if output is not None and format_ is None and output.lower().endswith(_DRAWN):
        from eyeshot.api.shown import check_output

        check_output(output)
        return "picture"
    if image is not None:
        raise InputError(f"`--image` goes with a file that ends in {', '.join(_DRAWN)}; name one by `--output`")
    return format_of(format_, output, _FORMATS)


def _text(found: Comparison, format_: str, output: str | None, color: str) -> str:
    if format_ == "text":
        from eyeshot.present.pairs_text import pairs_text

        return pairs_text(found, screen_for(output, color))
    return {"json": found.to_json, "csv": found.to_csv, "markdown": found.to_markdown}[format_]()


def _told(found: Comparison) -> str:
    layers = counted(len(found.pairs), "layer")
    told = f"{len(found.matched)} of {layers} matched, {len(found.drawn)} drawn"
    if not found.matches:
        return told
    from eyeshot.present.drawings.comparison import prepared_words

    return f"{told}; {prepared_words(found)}"
