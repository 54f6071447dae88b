"""A model that runs with its weights, read at the size of an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.errors import EyeshotError, InputError, nearest
from eyeshot.frontends.torch.references import need

if TYPE_CHECKING:
    from eyeshot.effects.images import Form, Image
    from eyeshot.effects.rules import Rule

__all__ = ["Size", "Weighted", "node_of", "read", "read_at", "rules_of", "weighted"]

Size = int | Sequence[int]


@dataclass(frozen=True, slots=True)
class Weighted:
    """A module with its weights, and what is known of its images."""

    module: Any
    name: str
    own: Preprocessing
    default: Any


def weighted(model: Any, arguments: Mapping[str, Any] | None) -> Weighted:
    """A module, or what a reference to Python makes, weights included.

    Raises
    ------
    InputError
        If it is a layer list, which has no weights, or arguments are given for a module that is made already.
    """
    need("torch")
    from eyeshot.effects.preprocessing import carried_by
    from eyeshot.frontends.load import is_python
    from eyeshot.frontends.torch.references import build_reference, is_module

    if is_module(model):
        if arguments:
            raise InputError("arguments go with a reference that makes a model, but the model is made already")
        return Weighted(model, type(model).__name__, carried_by(model), None)
    if not isinstance(model, str) or not is_python(model):
        raise InputError(
            "only a PyTorch model has weights, but this is a list of layers; name a module or a reference such as "
            "torchvision:alexnet"
        )
    built = build_reference(model, arguments=arguments, spared=False)
    weights = None
    library, _, name = model.partition(":")
    if library == "torchvision" and (arguments or {}).get("weights") is not None:
        enum = need("torchvision").models.get_model_weights(name)
        asked = arguments["weights"] if arguments is not None else None
        weights = asked if not isinstance(asked, str) else enum[asked.rpartition(".")[2]]
    return Weighted(built.module, built.name, carried_by(built.module, weights), built.input_shape)


def read(model: Weighted, image: Any, preprocessing: Preprocessing, layer: str) -> tuple[Any, str, Image]:
    """The model read at an image's size, the value that a layer means, and the image."""
    subject, found = read_at(model, image, preprocessing)
    return subject, node_of(subject, layer), found


def read_at(model: Weighted, image: Any, preprocessing: Preprocessing) -> tuple[Any, Image]:
    """The model read at an image's size, and the image."""
    from eyeshot.effects.images import Form, UnfitError, image_of
    from eyeshot.effects.passes import Subject

    try:
        found = image_of(image, Form.of(model.module), preprocessing)
    except UnfitError as unfit:
        # Perhaps the network cuts its image up before the first convolution; whether it runs decides.
        try:
            found = image_of(image, Form(), preprocessing)
        except EyeshotError:
            raise unfit from None
        try:
            return Subject(model.module, (1, *found.numbers.shape), name=model.name), found
        except EyeshotError as error:
            raise (unfit if _takes(model, Form.of(model.module), found) else error) from None
    return Subject(model.module, (1, *found.numbers.shape), name=model.name), found


def _takes(model: Weighted, form: Form, image: Image) -> bool:
    """Whether a network runs on what its first convolution takes: only then that may be asked for."""
    from eyeshot.effects.passes import Subject

    if form.channels is None or image.numbers.ndim - 1 != form.axes:
        # An image of other axes fits no such network, however many channels it makes of them.
        return True
    try:
        Subject(model.module, (1, form.channels, *image.numbers.shape[1:]), name=model.name)
    except EyeshotError:
        return False
    return True


def node_of(subject: Any, layer: str) -> str:
    """The value that a layer's name means, as `Fields` takes it."""
    from eyeshot.api.fields import Fields

    return Fields(subject.graph)[layer].name


def rules_of(named: Sequence[str]) -> list[Rule]:
    """The rules of rectifiers that some words name."""
    from eyeshot.effects.rules import Rule

    known = {rule.value: rule for rule in Rule}
    for name in named:
        if name not in known:
            raise InputError(f"a rule must be one of {', '.join(known)}; found {name!r}{nearest(name, known)}")
    return [known[name] for name in named]
