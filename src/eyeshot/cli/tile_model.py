"""The model of `eyeshot tile`: as a reference to plan by, and as a module to run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eyeshot.cli.arguments import factory_arguments
from eyeshot.cli.options import ModelOptions
from eyeshot.errors import EyeshotError, InputError
from eyeshot.tiling import Plan, tile

__all__ = ["Model", "planned"]


class Model:
    """What is named on the command line; it is built with its weights only to be run."""

    def __init__(self, reference: str, how: ModelOptions) -> None:
        if how.inputs:
            raise InputError("`--input`: the size of the image is given by `--image`")
        self.reference, self._how = reference, how
        self._built: Any = None

    @property
    def named(self) -> dict[str, Any]:
        """How the model is to be read."""
        return {
            "axes": self._how.axes,
            "padding": self._how.padding,
            "arguments": factory_arguments(self._how.arguments),
        }

    def module(self) -> Any:
        """The module, with its weights."""
        from eyeshot.frontends.load import is_python
        from eyeshot.frontends.torch.references import build_reference

        if self._built is None:
            if not is_python(self.reference):
                raise InputError("only a PyTorch model has weights to run with; name one such as models/net.py:make")
            arguments = factory_arguments(self._how.arguments)
            self._built = build_reference(self.reference, arguments=arguments, spared=False).module
        return self._built


def planned(model: Model, image: str | None, source: str | None, named: dict[str, Any]) -> Plan:
    """The plan for an image of a size, or for the image in a file."""
    if image is not None:
        return tile(model.reference, image, **named, **model.named)
    if source is None:
        raise InputError("the size of the image must be given, such as --image 20000x20000, or a file to --run")
    from eyeshot.measure.tiles.sources import shape_of

    failed: EyeshotError | None = None
    for shape in _readings(shape_of(source)):
        try:
            return tile(model.reference, shape, **named, **model.named)
        except EyeshotError as error:
            failed = failed or error
    raise failed if failed is not None else InputError(f"the image {source!r} must have 1 to 5 dimensions")


def _readings(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Shapes of the model's input that an array's may mean: as it is, then with channels last."""
    if len(shape) < 5:
        yield shape
    if len(shape) > 2:
        yield (shape[-1], *shape[:-1])
    if len(shape) == 5:
        yield shape
