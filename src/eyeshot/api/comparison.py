"""Two networks side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eyeshot.api.models import analyze
from eyeshot.api.shown import Shown, as_shown
from eyeshot.api.weighted import Size, read_at, rules_of, weighted
from eyeshot.effects.pairs import MOST, Match, compared
from eyeshot.effects.pairs import Comparison as _Comparison
from eyeshot.errors import EyeshotError, InputError

if TYPE_CHECKING:
    from eyeshot.effects.images import Image
    from eyeshot.effects.rules import Rule
    from eyeshot.present.scene.scene import Scene

__all__ = ["Comparison", "compare"]

Arguments = Mapping[str, Any] | Sequence[Mapping[str, Any] | None] | None
_WHICH = ("first", "second")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(_Comparison, Shown):
    """Layers of two networks that see equally much, and what both make of an image.

    Drawn with an image, rows are pairs of layers, and columns of each network the patch, the map and the view of one
    feature; without one, the pairs with their fields to one scale.
    """

    def to_text(self) -> str:
        """The pairs as a table of plain text."""
        from eyeshot.present.pairs_text import pairs_text

        return pairs_text(self)

    def to_json(self) -> str:
        """The pairs as JSON, schema ``eyeshot.comparison/1``."""
        from eyeshot.present.pairs_table import pairs_json

        return pairs_json(self)

    def to_csv(self) -> str:
        """The pairs as CSV: one line for each."""
        from eyeshot.present.pairs_table import pairs_csv

        return pairs_csv(self)

    def to_markdown(self) -> str:
        """The pairs as a table of Markdown."""
        from eyeshot.present.pairs_table import pairs_markdown

        return pairs_markdown(self)

    def _scene(self, **named: Any) -> Scene:
        from eyeshot.present.drawings.comparison import comparison_scene
        from eyeshot.present.drawings.pairs import pairs_scene

        return comparison_scene(self, **named) if self.matches else pairs_scene(self, **named)

    def _arrays(self) -> Mapping[str, Any]:
        from eyeshot.present.pairs_table import pairs_arrays

        return pairs_arrays(self)

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        from eyeshot.present.pairs_table import pairs_rows

        return pairs_rows(self)


def compare(  # noqa: PLR0913 - one for each thing that can be chosen
    first: Any,
    second: Any,
    image: Any = None,
    *,
    layers: Sequence[str] | None = None,
    most: int = MOST,
    rules: Sequence[str] = ("deconvnet",),
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    resize: Size | None = None,
    input_shape: Any = None,
    arguments: Arguments = None,
) -> Comparison:
    """Pair the layers of two networks by what they see, and show what both make of an image.

    Parameters
    ----------
    first, second : as for `eyeshot.analyze`
        The networks; without an image, built-in ones and lists of layers too, which have no weights.
    image, mean, std, resize
        As for `eyeshot.activations`; what is not given comes from each network's own configuration.
    layers : sequence of str, optional
        Layers of the first network that are drawn; by default those whose fields are spread most widely.
    most : int
        How many then.
    rules : sequence of str
        Views that are made of each feature, as for `eyeshot.deconv`; none for patches and maps alone.
    input_shape
        As for `eyeshot.analyze`, for both; with an image it is the image's.
    arguments : mapping, or two of them
        As for `eyeshot.analyze`: for both networks, or for each (None for none).

    Returns
    -------
    Comparison
        Each layer of the first network with the one of the second whose field is most nearly as large; draws and saves
        itself.

    Raises
    ------
    InputError
        If a layer that is named has no match, or the image cannot be shown to one of the networks.

    Examples
    --------
    >>> import eyeshot
    >>> pair = eyeshot.compare("alexnet", "vgg16").pairs[7]
    >>> pair.first.layer, pair.second.layer, round(pair.apart, 3)
    ('pool5', 'conv5_3', 0.005)
    """
    models, each, wanted = (first, second), _each(arguments), rules_of(rules)
    if image is None:
        if mean is not None or std is not None or resize is not None:
            raise InputError("mean, std and resize say what is done to an image, but there is none; give one")
        tables = []
        for which, model, own in zip(_WHICH, models, each, strict=True):
            with _of(which):
                tables.append(analyze(model, input_shape, arguments=own).table)
        return as_shown(Comparison, compared(*tables).choosing(layers, most))
    if input_shape is not None:
        raise InputError("with an image its size is the input's; leave out the input size")
    found = _with_image(models, each, image, (mean, std, resize), (layers, most, wanted))
    return as_shown(Comparison, found)


def _each(arguments: Arguments) -> tuple[Mapping[str, Any] | None, ...]:
    if arguments is None or isinstance(arguments, Mapping):
        return arguments, arguments
    if len(arguments) != 2:
        raise InputError(f"arguments must be one mapping for both networks, or two, but there are {len(arguments)}")
    return tuple(arguments)


def _with_image(
    models: tuple[Any, Any],
    arguments: Sequence[Mapping[str, Any] | None],
    image: Any,
    prepared: tuple[Any, Any, Any],
    chosen: tuple[Sequence[str] | None, int, Sequence[Rule]],
) -> _Comparison:
    from eyeshot.api.fields import Fields
    from eyeshot.effects.matches import sides_of

    layers, most, rules = chosen
    read: list[tuple[Any, Image]] = []
    for which, model, given in zip(_WHICH, models, arguments, strict=True):
        with _of(which):
            read.append(_read(model, given, image, prepared))
    found = compared(*(Fields(subject.graph).table for subject, _ in read))
    unheld = tuple(k for k in found.matched if not _is_held(found.pairs[k], [subject for subject, _ in read]))
    found = replace(found, unheld=unheld).choosing(layers, most)
    if not found.drawn:
        raise InputError(
            f"some layer of `{found.first}` must have a match in `{found.second}` to be drawn, but none has"
        )
    pairs = [found.pairs[k] for k in found.drawn]
    rows = [pair.first for pair in pairs], [pair.second for pair in pairs if pair.second is not None]
    sides = []
    for which, (subject, shown), own in zip(_WHICH, read, rows, strict=True):
        with _of(which):
            sides.append(sides_of(subject, own, shown, rules))
    return replace(found, matches=tuple(map(Match, pairs, *sides)))


def _read(
    model: Any, arguments: Mapping[str, Any] | None, image: Any, prepared: tuple[Any, Any, Any]
) -> tuple[Any, Image]:
    from eyeshot.effects.preprocessing import given

    known = weighted(model, arguments)
    return read_at(known, image, given(*prepared, known.own))


def _is_held(pair: Any, subjects: Sequence[Any]) -> bool:
    return all(subject.holds(row.name) for subject, row in zip(subjects, (pair.first, pair.second), strict=True))


@contextmanager
def _of(which: str) -> Iterator[None]:
    """Say of which network an error is."""
    try:
        yield
    except EyeshotError as error:
        raise type(error)(f"the {which} network: {error}") from error
