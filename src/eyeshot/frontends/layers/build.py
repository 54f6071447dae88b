"""From a layer list to a graph: the input, then step by step what each layer reads and the nodes that it becomes."""

from __future__ import annotations

from collections.abc import Sequence

from eyeshot.errors import InputError, LimitError, nearest
from eyeshot.frontends.layers.document import BadValueError, Document, Place
from eyeshot.frontends.layers.expand import Enter, Layer, Leave, Step, expand
from eyeshot.frontends.layers.input_shape import Input, axis_letters, input_of, input_sizes
from eyeshot.frontends.layers.kinds.names import PER_AXIS
from eyeshot.frontends.layers.kinds.site import Site
from eyeshot.frontends.layers.kinds.table import BUILDERS
from eyeshot.frontends.layers.schema import checked
from eyeshot.frontends.layers.settings import Settings, settings_of
from eyeshot.frontends.layers.values import Options
from eyeshot.frontends.layers.wording import cited, shown
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph

__all__ = ["build_graph"]

_UNPADDED = ("same", "same_lower", "valid")


def build_graph(
    document: Document,
    *,
    input_shape: int | str | Sequence[int] | None = None,
    axes: str | None = None,
    padding: str | None = None,
) -> Graph:
    """The graph of a layer list.

    Parameters
    ----------
    document : Document
        The list as read.
    input_shape : int, str, sequence of int or None
        Sizes of the input, before those of the list itself.
    axes : str or None
        Names of the spatial axes, before those of the list itself.
    padding : str or None
        The padding rule of layers that have none of their own, before the one of the list itself.

    Raises
    ------
    LayerListError
        If the list says something that makes no sense.
    InputError
        If there is no usable input size.
    LimitError
        If a layer would have more elements than any machine can hold.
    """
    document = checked(document)
    settings = settings_of(document, padding)
    steps = expand(document)
    source = _input(settings, steps, input_shape, axes)
    builder = GraphBuilder(settings.name)
    _add_input(document, builder, source)
    walk = _Walk(builder, steps, source, settings.padding)
    for step in steps:
        walk.take(step)
    if source.note:
        builder.note(source.note)
    if padding in _UNPADDED and not any(isinstance(s, Layer) and _asks_for_rule(s) for s in steps):
        builder.note(f"The padding rule {padding!r} changes nothing: every layer says its own padding.")
    return builder.finish(*walk.outputs(settings, document.place()))


def _asks_for_rule(layer: Layer) -> bool:
    return layer.kind.name != "pad" and "padding" in layer.kind.keys and layer.options.get("padding") is None


def _input(
    settings: Settings, steps: Sequence[Step], given: int | str | Sequence[int] | None, axes: str | None
) -> Input:
    """The input by what the caller says, what the list says, and what its layers need."""
    dims = settings.dims or _dims_of(steps) or settings.input_dims
    letters = settings.axes
    if axes is not None:
        letters = axis_letters(axes)
        if dims is not None and len(letters) != dims:
            count = "1 letter" if dims == 1 else f"{dims} letters"
            raise InputError(f"axes must be {count} for this network, but are {shown(axes)}")
        dims = len(letters)
    # Sizes in text are an image's, as on the command line: 1x28x28 has one channel.
    return input_of(input_sizes(given), settings.input, letters, dims, guess=not isinstance(given, str))


def _dims_of(steps: Sequence[Step]) -> int | None:
    """The number of axes that some layer gives values for."""
    for step in steps:
        if isinstance(step, Layer):
            for key, value in step.options.items():
                if key in PER_AXIS and isinstance(value, list | tuple) and 1 < len(value) < 4:
                    return len(value)
    return None


def _add_input(document: Document, builder: GraphBuilder, source: Input) -> None:
    try:
        builder.input("input", source.shape, source.layout)
    except LimitError as error:
        text = str(error).removeprefix("node `input`: ")
        raise LimitError(document.place().describe(f"input: {text}")) from None


class _Walk:
    """The state of building: which value each name means, in the group that is open and in those around it."""

    def __init__(self, builder: GraphBuilder, steps: Sequence[Step], source: Input, rule: str) -> None:
        self._builder = builder
        self._names = {step.name for step in steps if not isinstance(step, Leave)}
        self._axes = source.axes
        self._rule = rule
        self._values: dict[str, str] = {}
        self._previous = "input"
        self._scopes = [("", "input")]

    def take(self, step: Step) -> None:
        """Build a layer, open a group or close it."""
        if isinstance(step, Layer):
            self._previous = self._values[step.name] = self._build(step)
        elif isinstance(step, Enter):
            reads = self._reads(step)
            if len(reads) > 1:
                raise step.place.error(f"a group reads one layer, but `from` names {len(reads)}", "from")
            self._previous = reads[0]
            self._scopes.append((f"{step.name}.", reads[0]))
        else:
            self._scopes.pop()
            self._values[step.name] = self._previous
            self._builder.group(step.name, self._previous)

    def outputs(self, settings: Settings, place: Place) -> tuple[str, ...]:
        """Values that the network returns: those it says, or the last."""
        for name in settings.outputs:
            if name not in self._values:
                hint = nearest(name[:100], self._values)
                raise place.error(f"outputs must be layers, but there is no {cited(name)}{hint}", "outputs")
        return tuple(dict.fromkeys(self._values[name] for name in settings.outputs)) or (self._previous,)

    def _build(self, layer: Layer) -> str:
        reads = self._reads(layer)
        if len(reads) > 1 and not layer.kind.merges:
            raise layer.place.error(
                f"{cited(layer.word)} reads one layer, but `from` names {len(reads)}; join them by add",
                "from",
            )
        if layer.kind.merges and len(reads) < 2:
            raise layer.place.error(
                f"{cited(layer.word)} must have `from` with two or more names, but has {len(layer.reads or ())}", "from"
            )
        options = Options(layer.word, layer.options, self._axes)
        site = Site(self._builder, layer.name, layer.word, options, reads, self._rule, self._names)
        try:
            return BUILDERS[layer.kind.name](site)
        except BadValueError as error:
            raise layer.place.error(error, error.key) from None
        except LimitError as error:
            raise LimitError(layer.place.describe(error)) from None

    def _reads(self, step: Layer | Enter) -> tuple[str, ...]:
        if step.reads is None:
            return (self._previous,)
        return tuple(self._find(name, step.place) for name in step.reads)

    def _find(self, name: str, place: Place) -> str:
        """The value of a name as it is meant in the open group: its own names first, then those around it."""
        if name == "input":
            return self._scopes[-1][1]
        for prefix, _ in reversed(self._scopes):
            found = self._values.get(prefix + name)
            if found is not None:
                return found
        raise place.error(self._missing(name, place), "from")

    def _missing(self, name: str, place: Place) -> str:
        text = f"`from` must name a layer before this one, but {cited(name)}"
        for prefix, _ in reversed(self._scopes):
            if prefix + name == place.layer:
                return f"{text} is this layer itself"
            if f"{prefix}{name}." in (scope for scope, _ in self._scopes):
                return f"{text} is a group around it"
            if prefix + name in self._names:
                return f"{text} stands after it; a network must have no cycles"
        hint = nearest(name[:100], self._known())
        return f"`from` must name a layer before this one, but there is no {cited(name)}{hint}"

    def _known(self) -> list[str]:
        """Names to choose the nearest from, as they are written in the open group."""
        prefix = self._scopes[-1][0]
        recent = list(self._values)[-1000:]
        return ["input", *(name.removeprefix(prefix) for name in recent)]
