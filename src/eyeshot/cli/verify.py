"""`eyeshot verify`: proof against the running model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from eyeshot.cli.options import Command, ModelOptions, format_of, model_options, output_options
from eyeshot.cli.output import emit, screen_for

__all__ = ["command"]

_FORMATS = ("text", "json", "markdown")
_WRONG = 1
_INTERRUPTED = 130
_EXAMPLES = """\b
Examples:
  eyeshot verify "conv k3 s2 p1 | pool k3 s2" --input 32
  eyeshot verify torchvision:resnet18 --input 96
  eyeshot verify timm:convnext_tiny --input 64 --rows 8 --layer stages.0
  eyeshot verify models/net.py:make --input 3x128x128 --format json -o proof.json
"""


@click.command("verify", cls=Command, epilog=_EXAMPLES)
@click.argument("model")
@model_options
@click.option("--layer", "layers", metavar="LAYER", multiple=True, help="Only this layer; may be given several times.")
@click.option(
    "--rows", metavar="N", type=click.IntRange(1), help="Poison N rows along each axis at most; all by default."
)
@click.option("--pixels", metavar="N", type=click.IntRange(0), default=16, show_default=True, help="Poison N pixels.")
@click.option(
    "--seed", metavar="S", type=click.IntRange(0), default=0, show_default=True, help="For all random choices."
)
@click.option("--memory", metavar="SIZE", default="2GB", show_default=True, help="Take no more memory than about this.")
@output_options(*_FORMATS)
def command(  # noqa: PLR0913 - one for each option
    *,
    model: str,
    how: ModelOptions,
    layers: tuple[str, ...],
    rows: int | None,
    pixels: int,
    seed: int,
    memory: str,
    format_: str | None,
    output: str | None,
    color: str,
) -> int:
    """Prove every number against MODEL, running.

    Rows, columns, planes and single pixels of the input are replaced by NaN, and it is compared which features of
    every layer turn NaN. The exit status is 1 if anything is wrong. Interrupt it at any time: what is proven by then
    is printed.
    """
    from eyeshot.api import verify
    from eyeshot.cli.arguments import input_sizes, named_arguments

    chosen = format_of(format_, output, _FORMATS)
    with _progress() as progress:
        proof = verify(
            model,
            input_shape=input_sizes(how.inputs),
            axes=how.axes,
            padding=how.padding,
            strict=how.strict,
            arguments=named_arguments(how.arguments),
            call=named_arguments(how.call, "--call"),
            layer=layers,
            rows=rows,
            pixels=pixels,
            seed=seed,
            memory=memory,
            progress=progress,
        )
    if chosen == "text":
        emit(proof.to_text(screen_for(output, color)), output)
    else:
        emit(proof.to_json() if chosen == "json" else proof.to_markdown(), output)
    if proof.interrupted:
        return _INTERRUPTED
    return 0 if proof.holds else _WRONG


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar with the time that is left, on standard error if that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("poisoned", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
