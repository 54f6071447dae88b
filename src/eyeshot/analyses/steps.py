"""One layer, output by output: which cells of its operand each output reads, padding and its origin included.

An animation of a layer is a walk over this result. It follows one operand along the axes by which the layer's
features are numbered; a padding that belongs to the same layer is taken together with the window behind it, so a tap
knows the cell from which reflected or wrapped padding takes its value.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from eyeshot.analyses.layout import layout_of
from eyeshot.analyses.walk import Walk
from eyeshot.errors import InputError, LimitError
from eyeshot.graph.access import Access, Link
from eyeshot.graph.core import Graph, Node
from eyeshot.index.maps import IndexMap

__all__ = ["AxisSteps", "Steps", "Tap", "steps_of"]

_MOST_OUTPUTS = 100_000
_MOST_CHANNELS = 16


@dataclass(frozen=True, slots=True)
class Tap:
    """One cell that an output reads along one axis.

    Parameters
    ----------
    at : int
        Where it lies; outside ``[0, n_in)`` in the padding.
    source : int
        The cell inside whose value it has, or −1 where it holds nothing.
    """

    at: int
    source: int


@dataclass(frozen=True, slots=True)
class AxisSteps:
    """A layer along one axis.

    Parameters
    ----------
    axis : str
        Name of the axis.
    n_in, n_out : int
        Cells of the operand, and outputs.
    settings : tuple of (str, int)
        What the op says of this axis: kernel, stride, and what else it has; padding that stands before it in the
        same layer as ``before`` and ``after``.
    taps : tuple of tuple of Tap
        For each output what it reads, in rising order.
    """

    axis: str
    n_in: int
    n_out: int
    settings: tuple[tuple[str, int], ...]
    taps: tuple[tuple[Tap, ...], ...]

    def setting(self, name: str, default: int = 0) -> int:
        """One of the settings, or `default` if the op has none of that name."""
        return dict(self.settings).get(name, default)

    @property
    def has_kernel(self) -> bool:
        """Whether the op has a kernel along the axis."""
        return "kernel" in dict(self.settings)

    @property
    def unread(self) -> tuple[int, ...]:
        """Cells that no output reads."""
        read = {tap.source for taps in self.taps for tap in taps}
        return tuple(i for i in range(self.n_in) if i not in read)


@dataclass(frozen=True, slots=True)
class Steps:
    """How one layer makes its outputs from one operand.

    Parameters
    ----------
    layer : str
        Name of the node.
    op, source : str
        Kind of op in the graph, and what the user's model calls it.
    operand : str
        Name of the value that is read.
    padding : str
        What stands in the padding: ``"constant"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.
    ceil : bool
        Whether the number of outputs is rounded up.
    channels : tuple of int
        Channels of the operand and of the result.
    groups : tuple of tuple of int
        For each channel of the result the channels that it reads, where that is not all of them; listed for 16
        channels at most, else empty.
    axes : tuple of AxisSteps
        One for each axis.
    """

    layer: str
    op: str
    source: str
    operand: str
    padding: str
    ceil: bool
    channels: tuple[int, int]
    groups: tuple[tuple[int, ...], ...]
    axes: tuple[AxisSteps, ...]


def steps_of(graph: Graph, node: Node, walk: Walk) -> Steps:
    """How a layer reads its operand, output by output.

    Parameters
    ----------
    graph : Graph
        The network.
    node : Node
        The layer's last node; ops behind it that move no index, such as an activation, are passed over.
    walk : Walk
        The theoretical walk over the network.

    Raises
    ------
    InputError
        If the layer reads several values, moves no index, or follows no axis of the input by itself.
    LimitError
        If it has more than 100,000 outputs along an axis.
    """
    moving = _moving(graph, node)
    dims = _dims(graph, moving, walk)
    access = _access(graph, moving)
    pad = _padding(graph, moving)
    shape = graph.shapes[moving.inputs[0]]
    axes = tuple(_axis(name, d, moving, access, shape, pad) for name, d in dims)
    rest = [d for d in range(len(shape)) if d not in {d for _, d in dims}]
    channel = rest[1] if len(rest) > 1 else None
    return Steps(
        layer=node.name,
        op=moving.op.kind,
        source=moving.source,
        operand=pad.inputs[0] if pad is not None else moving.inputs[0],
        padding=str(getattr(pad.op, "mode", "constant")) if pad is not None else "constant",
        ceil=bool(getattr(moving.op, "ceil", False)),
        channels=(shape[channel], moving.shape[channel]) if channel is not None else (1, 1),
        groups=_groups(access.links[channel], shape[channel], moving.shape[channel]) if channel is not None else (),
        axes=axes,
    )


def _moving(graph: Graph, node: Node) -> Node:
    """The last op of the layer that reads elsewhere than where it writes."""
    current: Node | None = node
    while current is not None and len(current.inputs) == 1:
        ((operand, reading),) = graph.readings(current)
        if not isinstance(reading, Access) or not _is_still(reading) or _has_kernel(current):
            return current
        before = graph.by_name.get(operand)
        current = before if before is not None and before.layer == node.layer else None
    what = "reads several values at once" if current is not None else "reads each cell where it stands"
    raise InputError(
        f"layer `{node.name}` must read one value through a window to be animated, but {what}; "
        "name a convolution, a pooling or an upsampling"
    )


def _has_kernel(node: Node) -> bool:
    """Whether an op slides a window, be it one cell wide."""
    return any(name == "kernel" for name, _ in _settings(node, len(node.shape) - 1))


def _is_still(access: Access) -> bool:
    """Whether positions stay where they are, whatever happens to channels."""
    return all(link.reading is None and (link.dim in {None, d}) for d, link in enumerate(access.links))


def _dims(graph: Graph, node: Node, walk: Walk) -> list[tuple[str, int]]:
    """Name and dimension of each axis by which the features are numbered."""
    layout = layout_of(graph, node, walk.fields[node.name])
    found = []
    for position, (name, n) in enumerate(zip(layout.names, layout.extents, strict=True)):
        home = [d for d, parts in enumerate(layout.dims) if parts == ((n, position),)]
        found += [(name, d) for d in home[:1]]
    if not found or len(found) < len(layout.names):
        raise InputError(
            f"layer `{node.name}` must have the input's axes as dimensions of its own to be animated, but it has "
            f"shape {node.shape}; name a convolution, a pooling or an upsampling"
        )
    return found


def _access(graph: Graph, node: Node) -> Access:
    ((_, reading),) = graph.readings(node)
    if not isinstance(reading, Access):
        raise InputError(f"layer `{node.name}` must read through a window to be animated, but it reshapes its operand")
    return reading


def _padding(graph: Graph, node: Node) -> Node | None:
    """The padding of the same layer that a node reads, if there is one."""
    before = graph.by_name.get(node.inputs[0])
    if before is None or before.layer != node.layer or len(before.inputs) != 1:
        return None
    ((_, reading),) = graph.readings(before)
    if not isinstance(reading, Access) or _is_still(reading):
        return None
    return before if all(_is_placing(link, d) for d, link in enumerate(reading.links)) else None


def _is_placing(link: Link, d: int) -> bool:
    """Whether a dimension is laid into a longer one as it is."""
    m = link.reading
    return link.dim == d and (m is None or (m.lawful and m.period == m.advance == 1 and len(m.taps[0]) == 1))


def _axis(name: str, d: int, node: Node, access: Access, shape: tuple[int, ...], pad: Node | None) -> AxisSteps:
    link = access.links[d]
    n_out = node.shape[d]
    if link.dim != d:
        raise InputError(f"layer `{node.name}` must read its operand step by step along {name}, but takes all at once")
    if max(n_out, shape[d]) > _MOST_OUTPUTS:
        raise LimitError(f"layer `{node.name}` has {n_out:,} outputs along {name}; choose a smaller input")
    reading = link.reading or IndexMap.identity(n_out)
    inner, settings = _inner(d, shape, pad)
    taps = tuple(tuple(_tap(at, reading, inner) for at in reading.law(o)) for o in range(n_out))
    return AxisSteps(name, inner.n_in, n_out, (*_settings(node, d), *settings), taps)


def _inner(d: int, shape: tuple[int, ...], pad: Node | None) -> tuple[IndexMap, tuple[tuple[str, int], ...]]:
    """How padding of the same layer moves the indices that the window reads."""
    if pad is None:
        return IndexMap.identity(shape[d]), ()
    op = pad.op.accesses(tuple(pad.shape[e] - sum(v for _, v in _settings(pad, e)) for e in range(len(shape))))[0]
    link = op.links[d] if isinstance(op, Access) else None
    reading = link.reading if link is not None else None
    return reading or IndexMap.identity(shape[d]), _settings(pad, d)


def _tap(at: int, reading: IndexMap, inner: IndexMap) -> Tap:
    """A tap of the window as a cell of the operand, through the padding between them."""
    (outside,) = inner.law(at)
    folded = reading.fold(at)
    return Tap(outside, inner.fold(inner.law(folded)[0]) if folded >= 0 else -1)


def _settings(node: Node, d: int) -> tuple[tuple[str, int], ...]:
    """Fields of an op that have a number for each of the last dimensions, as they are along dimension `d`."""
    found = []
    for field in dataclasses.fields(node.op):  # type: ignore[arg-type] # every op is a dataclass
        value = getattr(node.op, field.name)
        if isinstance(value, tuple) and value and all(type(v) is int for v in value):
            place = d - (len(node.shape) - len(value))
            if place >= 0:
                found.append((field.name, value[place]))
    return tuple(found)


def _groups(link: Link, n_in: int, n_out: int) -> tuple[tuple[int, ...], ...]:
    if link.dim is None or max(n_in, n_out) > _MOST_CHANNELS or n_in == n_out == 1:
        return ()
    reading = link.reading or IndexMap.identity(n_out)
    return tuple(reading.reads(o) for o in range(n_out))
