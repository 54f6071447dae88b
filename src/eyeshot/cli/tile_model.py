"""The model of `eyeshot tile`: as a reference to plan by, and as a module to run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eyeshot.api.plan import Plan
from eyeshot.api.tiles import tile
from eyeshot.cli.arguments import named_arguments
from eyeshot.cli.options import ModelOptions
from eyeshot.errors import EyeshotError, InputError

__all__ = ["Model", "planned"]


_WEIGHTS = {
    "torchvision": (("weights", "DEFAULT"),),
    "timm": (("pretrained", "true"), ("checkpoint_path", "FILE")),
}
"""Arguments by which a library loads weights; without them it makes random ones."""


class Model:
    """What is named on the command line; it is built with its weights only to be run."""

    def __init__(self, reference: str, how: ModelOptions) -> None:
        if how.inputs:
            raise InputError("`--input`: the size of the image is given by `--image`")
        if how.call:
            raise InputError(
                "`--call`: tiles are run with the image alone; name a factory whose module takes the image and holds "
                "all else"
            )
        self.reference, self._how = reference, how
        self._built: Any = None

    @property
    def named(self) -> dict[str, Any]:
        """How the model is to be read."""
        return {
            "axes": self._how.axes,
            "padding": self._how.padding,
            "arguments": named_arguments(self._how.arguments),
        }

    def check_weights(self, *, for_results: bool) -> None:
        """Refuse a model without weights before anything is planned with it.

        Raises
        ------
        InputError
            If it is a list of layers; or if its results matter, and it would be made with random weights.
        """
        from eyeshot.frontends.load import is_python

        if not is_python(self.reference):
            raise InputError(
                f"`--run`, `--check` and `--curve`: only a PyTorch model has weights, but `{self.reference}` is a list "
                "of layers; name a model such as models/net.py:make, or leave them out for the plan alone"
            )
        library = self.reference.partition(":")[0]
        wanted = _WEIGHTS.get(library, ())
        if for_results and wanted and not any(name in named_arguments(self._how.arguments) for name, _ in wanted):
            advice = " or ".join(f"--arg {name}={value}" for name, value in wanted)
            raise InputError(
                f"`--run` and `--curve`: {library} makes `{self.reference}` with random weights, so results would mean "
                f"nothing; name weights with {advice}, or a factory that loads yours, such as models/net.py:make"
            )

    def module(self) -> Any:
        """The module, with its weights."""
        from eyeshot.frontends.torch.references import build_reference

        if self._built is None:
            arguments = named_arguments(self._how.arguments)
            self._built = build_reference(self.reference, arguments=arguments, spared=False).module
        return self._built


def planned(model: Model, image: str | None, source: str | None, named: dict[str, Any]) -> Plan:
    """The plan for an image of a size, or for the image in a file."""
    if image is not None:
        return tile(model.reference, image, **named, **model.named)
    if source is None:
        raise InputError("the size of the image must be given, such as --image 20000x20000, or a file to --run")
    from eyeshot.measure.tiles.sources import shape_of

    failed: list[tuple[int, EyeshotError]] = []
    for shape in _readings(shape_of(source)):
        try:
            return tile(model.reference, shape, **named, **model.named)
        except EyeshotError as error:
            failed.append((shape[0], error))
    if not failed:
        raise InputError(f"the image {source!r} must have 1 to 5 dimensions")
    # The reading with the fewest channels is the likeliest to be meant.
    raise min(failed, key=lambda one: one[0])[1]


def _readings(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Shapes of the model's input that an array's may mean: as it is, with channels last, without what is of size 1."""
    if len(shape) < 5:
        yield shape
    if len(shape) > 2:
        yield (shape[-1], *shape[:-1])
    if len(shape) == 5:
        yield shape
    long = tuple(n for n in shape if n > 1)
    if len(long) < len(shape):
        yield from _readings(long)
