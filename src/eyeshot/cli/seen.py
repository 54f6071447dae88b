"""Options of the commands that show what features look like."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import click

from eyeshot.api.shown import check_output
from eyeshot.cli.arguments import named_arguments
from eyeshot.cli.options import debug_option, word_option
from eyeshot.errors import InputError

__all__ = ["IMAGE_OPTIONS", "Seen", "index_of", "numbers_of", "prepared", "random_weights", "seen_options"]

F = TypeVar("F", bound=Callable[..., Any])

_WEIGHTS = {"torchvision": "--arg weights=DEFAULT", "timm": "--arg pretrained=true"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a command line says of images, colours and files."""

    arguments: tuple[str, ...]
    mean: str | None
    std: str | None
    resize: str | None
    theme: str
    output: str

    def named(self) -> dict[str, Any]:
        """How images are prepared and the model is made."""
        return {"arguments": named_arguments(self.arguments), **prepared(self.mean, self.std, self.resize)}


IMAGE_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--mean", metavar="M,M,M", help="Mean of each channel, of numbers from 0 to 1."),
    click.option("--std", metavar="S,S,S", help="Deviation of each channel."),
    click.option("--resize", metavar="SIZE", help="Shorter side in pixels, 256, or height and width, 224x224."),
)
"""How an image is prepared."""


def prepared(mean: str | None, std: str | None, resize: str | None) -> dict[str, Any]:
    """What these options say, as functions take it."""
    sides = numbers_of(resize.replace("x", ","), "--resize", whole=True) if resize is not None else None
    return {
        "mean": numbers_of(mean, "--mean") if mean is not None else None,
        "std": numbers_of(std, "--std") if std is not None else None,
        "resize": sides[0] if sides is not None and len(sides) == 1 else sides,
    }


def seen_options(*, has_image: bool = True) -> Callable[[F], F]:
    """Options that all of them have; passed on as one `Seen`, the argument `how`."""

    def decorated(function: F) -> F:
        @functools.wraps(function)
        def gathered(
            *,
            arguments: tuple[str, ...],
            theme: str,
            output: str,
            mean: str | None = None,
            std: str | None = None,
            resize: str | None = None,
            **others: Any,
        ) -> Any:
            check_output(output)
            return function(how=Seen(arguments, mean, std, resize, theme, output), **others)

        options = [
            click.option(
                "--arg",
                "arguments",
                metavar="NAME=VALUE",
                multiple=True,
                help="An argument for what makes the model, as in weights=DEFAULT; may be given several times.",
            )
        ]
        if has_image:
            options += IMAGE_OPTIONS
        options += [
            word_option("--theme", words=("light", "dark"), default="light", help="Default: light."),
            click.option(
                "-o", "--output", metavar="FILE", required=True, help="Ends in .svg, .pdf or .png; in .npz for numbers."
            ),
            debug_option,
        ]
        for option in reversed(options):
            gathered = option(gathered)
        return cast(F, gathered)

    return decorated


def numbers_of(text: str, option: str, *, whole: bool = False) -> list[Any]:
    """Numbers with commas between them."""
    try:
        return [int(part) if whole else float(part) for part in text.split(",")]
    except ValueError:
        kind = "whole numbers" if whole else "numbers"
        raise InputError(f"`{option}` must be {kind} with commas between them, but is {text!r}") from None


def index_of(text: str | None, option: str) -> list[int] | None:
    """The index of a feature or of a slice, as it is written."""
    return numbers_of(text, option, whole=True) if text is not None else None


def random_weights(model: str, arguments: tuple[str, ...]) -> str:
    """A sentence for a model of a library that is made with random weights; empty for any other."""
    advice = _WEIGHTS.get(model.partition(":")[0], "")
    named = named_arguments(arguments)
    if not advice or advice.removeprefix("--arg ").partition("=")[0] in named:
        return ""
    return f"note: `{model}` is made with random weights; {advice} takes trained ones"
