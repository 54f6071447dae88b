"""Tiles without seams: from any model to a plan that knows how to run itself."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eyeshot.analyses.analysis import Analysis
from eyeshot.errors import InputError, ModelReferenceError, nearest
from eyeshot.frontends.torch.references import build_reference, is_module, need
from eyeshot.graph.core import Graph
from eyeshot.plan.cuts import narrowed
from eyeshot.plan.exports import Export
from eyeshot.plan.results import AxisCut, Option, Output, Sizes, Tile, Tiling, Verdict
from eyeshot.plan.sizes import MAX_TRIED
from eyeshot.plan.tiling import Planner
from eyeshot.plan.trial import Check, Curve, CurvePoint, OutputError

if TYPE_CHECKING:
    from eyeshot.present.screen import Screen

__all__ = ["Plan", "tile"]

_ROUNDING = 1e-5
"""Largest difference, in standard deviations of the output, that float32 sums in another order explain."""
_POINTS = 9


def tile(
    model: Any,
    image_shape: Any = None,
    *,
    tile: Any = None,
    memory: int | str | None = None,
    output: str | Sequence[str] | None = None,
    axes: str | None = None,
    padding: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Plan:
    """Plan how to run a model tile by tile so that the result is that of the whole image.

    Parameters
    ----------
    model : torch.nn.Module, str, path, list or dict
        As for `eyeshot.load`, except a graph, which has one size only.
    image_shape : int, str or sequence of int
        The image's size in pixels, ``"20000x20000"``, ``(3, 20000, 20000)``, with channels and batch or without.
    tile : int, str or sequence of int, optional
        Pixels of a tile, its margins included: one number, or one per axis. An axis as long as the tile, or shorter,
        is not cut.
    memory : int or str, optional
        Instead of a size: bytes that the values of one tile may take, ``"8GB"``; the largest such tile is planned.
        Without either, the recommended size is, and `Plan.options` lists others.
    output : str or sequence of str, optional
        Layers, modules or nodes whose values are wanted, instead of the model's outputs.
    axes, padding, arguments
        As for `eyeshot.load`.

    Returns
    -------
    Plan
        Prints as a summary.

    Raises
    ------
    EyeshotError
        One line that says where, what must hold, what was found and what to do.

    Examples
    --------
    >>> import eyeshot
    >>> plan = eyeshot.tile("unet_bilinear", (1, 3, 4096, 4096), tile=1024)
    >>> plan.verdict.value, plan.halo, plan.alignment, plan.grid
    ('exact if aligned', ((110, 110), (110, 110)), (16, 16), (6, 6))
    """
    if tile is not None and memory is not None:
        raise InputError("a plan is made for a tile size or for an amount of memory; give one of them")
    source = _Source(model, axes, padding, arguments)
    whole = source.graph(image_shape)
    dims = tuple(axis.dim for axis in whole.inputs[0].axes)
    shape = whole.inputs[0].shape

    def sized(extents: tuple[int, ...]) -> tuple[int, ...]:
        sizes = list(shape)
        for d, n in zip(dims, extents, strict=True):
            sizes[d] = n
        return tuple(sizes)

    planner = Planner(
        lambda extents: whole if sized(extents) == shape else source.graph(sized(extents)),
        tuple(shape[d] for d in dims),
        wanted=_wanted(whole, output),
        item=source.item,
        constants=lambda extents: source.constants.get(sized(extents), ()),
    )
    budget = None if memory is None else _bytes(memory)
    size = None if tile is None else _size(tile, planner.names)
    return Plan(planner.plan(size, memory=budget), planner)


class _Source:
    """A model that can be read at any size; what a reference means is made once."""

    def __init__(self, model: Any, axes: str | None, padding: str | None, arguments: Mapping[str, Any] | None) -> None:
        from eyeshot.frontends.load import is_python

        if isinstance(model, Graph):
            raise InputError("a plan tries the model at the sizes of its tiles, but a graph has one; give the model")
        self._model, self._axes, self._padding = model, axes, padding
        self._arguments: Mapping[str, Any] | None = arguments
        self._default: Any = None
        self._name: str | None = None
        self.item = 4
        # For each shape what the model made without its input.
        self.constants: dict[tuple[int, ...], tuple[tuple[str, str, str], ...]] = {}
        if isinstance(model, str) and is_python(model):
            if padding is not None:
                raise InputError("padding goes with a layer list; a PyTorch model has its own")
            built = build_reference(model, arguments=arguments)
            self._model, self._default, self._name, self._arguments = built.module, built.input_shape, built.name, None
        if is_module(self._model):
            from eyeshot.measure.tiles.network import check_mode

            check_mode(self._model)
            sizes = [p.element_size() for p in self._model.parameters() if p.is_floating_point()]
            self.item = sizes[0] if sizes else 4

    def graph(self, shape: Any) -> Graph:
        """The model's graph for one shape of its input."""
        from eyeshot.frontends.load import load

        given = self._default if shape is None else shape
        with self._watching() as watch:
            graph = load(
                self._model, input_shape=given, axes=self._axes, padding=self._padding, arguments=self._arguments
            )
        if watch is not None:
            self.constants[graph.inputs[0].shape] = tuple(watch.seen)
        return replace(graph, name=self._name) if self._name is not None else graph

    def _watching(self) -> AbstractContextManager[Any]:
        if not is_module(self._model):
            return nullcontext()
        from eyeshot.measure.tiles.constants import Constants

        return Constants(self._model)


def _wanted(graph: Graph, output: str | Sequence[str] | None) -> list[str]:
    """Nodes that names of layers, modules or nodes mean."""
    if output is None:
        return []
    ends, groups = Analysis(graph).layer_ends, dict(graph.groups)
    found = []
    for name in [output] if isinstance(output, str) else output:
        node = name if name in graph.by_name else groups.get(name) or ends.get(name)
        if node not in graph.by_name:
            raise ModelReferenceError(
                f"`{graph.name}` has no layer `{name}`{nearest(name, (*groups, *ends, *graph.by_name))}"
            )
        found.append(node)
    return found


def _size(given: Any, names: Sequence[str]) -> tuple[int, ...]:
    """Pixels of a tile per axis."""
    listed: list[Any] = re.split(r"[x×,]", given.strip().lower()) if isinstance(given, str) else _several(given)
    try:
        sizes = [int(n) if isinstance(n, str) else operator.index(n) for n in listed]
    except (TypeError, ValueError):
        raise InputError(f"a tile must be whole numbers of pixels such as 1024 or 512x1024, but is {given!r}") from None
    if len(sizes) == 1:
        sizes *= len(names)
    if len(sizes) != len(names):
        raise InputError(
            f"a tile must have one number, or one for each axis ({', '.join(names)}), but has {len(sizes)}: {given!r}"
        )
    if min(sizes) < 1:
        raise InputError(f"a tile must have at least 1 pixel along each axis, but is {given!r}")
    return tuple(sizes)


def _several(given: Any) -> list[Any]:
    return list(given) if isinstance(given, Sequence) else [given]


def _bytes(memory: int | str) -> int:
    from eyeshot.measure.sizes import parse_memory

    return parse_memory(memory)


@dataclass(frozen=True)
class Plan:
    """How to run a model on an image tile by tile; made by `tile`.

    Parameters
    ----------
    tiling : Tiling
        The plan as plain data.

    Examples
    --------
    >>> import eyeshot
    >>> plan = eyeshot.tile("conv k5 p2 | pool k2 s2", (1, 1, 1000), tile=200)
    >>> first = next(plan.tiles())
    >>> first.read, first.write
    (((0, 198),), (((0, 98),),))
    >>> [str(sizes) for sizes in plan.valid_sizes]
    ['any from 2']
    """

    tiling: Tiling
    _planner: Planner = field(repr=False, compare=False)

    # ------------------------------------------------------------------ what is planned

    @property
    def verdict(self) -> Verdict:
        """Whether tiles give what the whole image gives."""
        return self.tiling.verdict

    @property
    def obstacles(self) -> tuple[tuple[str, str, str], ...]:
        """If not: each node to blame, with its operation and why."""
        return self.tiling.obstacles

    @property
    def axes(self) -> tuple[AxisCut, ...]:
        """The cuts along each axis."""
        return self.tiling.axes

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The outputs, with a halo for each."""
        return self.tiling.outputs

    @property
    def halo(self) -> tuple[tuple[int, int], ...]:
        """Pixels that the features of an aligned tile read before and behind it, per axis."""
        return tuple(cut.halo for cut in self.axes)

    @property
    def alignment(self) -> tuple[int, ...]:
        """Tiles begin at multiples of these, per axis."""
        return tuple(cut.alignment for cut in self.axes)

    @property
    def grid(self) -> tuple[int, ...]:
        """Tiles per axis."""
        return self.tiling.grid

    @property
    def recomputation(self) -> float:
        """Pixels that all tiles read together, in images."""
        return self.tiling.recomputation

    @property
    def bytes_per_tile(self) -> int:
        """Estimated peak of the values alive at a time while the largest tile runs."""
        return self.tiling.bytes

    @property
    def options(self) -> tuple[Option, ...]:
        """Sizes of tiles against recomputation and memory, where no size was asked for."""
        return self.tiling.options

    @cached_property
    def valid_sizes(self) -> tuple[Sizes, ...]:
        """Image sizes per axis for which the model runs and tiles give the whole; found by trying them."""
        self._check_possible()
        return self._planner.sizes()

    @property
    def has_few_sizes(self) -> bool:
        """Whether the valid sizes can be found by trying one for each step of the alignment."""
        return self.tiling.is_possible and max(self.alignment) <= MAX_TRIED

    def tiles(self) -> Iterator[Tile]:
        """All tiles with what they read and write."""
        return self.tiling.tiles()

    def __len__(self) -> int:
        return len(self.tiling)

    def _check_possible(self) -> None:
        if not self.tiling.is_possible:
            node, _, reason = self.obstacles[0]
            raise InputError(f"`{self.tiling.model}` cannot be tiled: `{node or 'it'}` {reason}")

    # ------------------------------------------------------------------ running

    def run(
        self,
        model: Any,
        image: Any,
        *,
        out: Any = None,
        device: Any = None,
        batch: int = 1,
        progress: bool | Callable[[int, int], None] = False,
    ) -> Any:
        """Run the model tile by tile.

        Parameters
        ----------
        model : torch.nn.Module
            The model that was planned for, in evaluation mode.
        image : array, zarr or dask array, tensor, str or path
            An array, or the path of a ``.npy``, ``.zarr``, ``.tif`` or ``.tiff``; channels first or last.
        out : array, str or path, or one for each output; optional
            Where results go: an array of the output's shape, or a path that does not exist yet (``.npy``, ``.zarr``,
            ``.tif``). An interrupted run with the same path goes on where it stopped. In memory by default.
        device : str or torch.device, optional
            Where to run; where the model is by default.
        batch : int
            Tiles of one shape that are run together.
        progress : bool or callable
            Whether to show a bar with the time that is left, or what is told how many of how many tiles are done.

        Returns
        -------
        array or path
            For several outputs a list of them.

        Raises
        ------
        InputError
            If something does not fit; before any work is done.
        RunError
            If a tile fails; it is named.
        """
        self._check_possible()
        need("torch")
        from eyeshot.measure.tiles.run import run
        from eyeshot.present.progress import progress_bar

        with progress_bar("tiles", wanted=progress) as told:
            found = run(self.tiling, model, image, out=out, device=device, batch=batch, progress=told)
        return found[0] if len(found) == 1 else found

    def to_dask(self, model: Any, image: Any, *, device: Any = None, dtype: Any = None) -> Any:
        """The result as a lazy dask array, a task for each tile.

        Parameters
        ----------
        model, image, device
            As for `run`. A path is opened by the worker that reads it.
        dtype : dtype or sequence of dtype, optional
            Type of the result, or of each output; by default the smallest tile is run on zeros to find it.

        Returns
        -------
        dask.array.Array
            For several outputs a list of them.
        """
        self._check_possible()
        need("torch")
        from eyeshot.measure.tiles.lazy import to_dask

        dtypes = [dtype] if dtype is not None and len(self.outputs) == 1 else dtype
        found = to_dask(self.tiling, model, image, device=device, dtypes=dtypes)
        return found[0] if len(found) == 1 else found

    # ------------------------------------------------------------------ trying

    def check(self, model: Any, image: Any = None, *, device: Any = None, seed: int = 0) -> Check:
        """Compare tiled with whole on a size where both fit.

        Parameters
        ----------
        model : torch.nn.Module
            The model.
        image : array, optional
            Dimensions as those of the model's input; random numbers by default.
        device : str or torch.device, optional
            Where to run.
        seed : int
            For the random numbers.

        Returns
        -------
        Check
            The errors; ``holds`` says whether they are those of rounding.
        """
        self._check_possible()
        need("torch")
        from eyeshot.measure.tiles.check import random_image, tiled_and_whole

        small = self._small(image)
        found = tiled_and_whole(small, model, random_image(small, seed) if image is None else image, device)
        size = tuple(cut.size for cut in small.axes)
        return Check(small.extents, size, len(small), tuple(OutputError(*one) for one in found), _ROUNDING)

    def curve(self, model: Any, image: Any = None, *, device: Any = None, seed: int = 0) -> Curve:
        """Error against halo with the real weights: what a narrower margin than the exact one costs.

        Parameters
        ----------
        model, image, device, seed
            As for `check`.

        Returns
        -------
        Curve
            From no margin to the exact one.
        """
        self._check_possible()
        need("torch")
        from eyeshot.measure.tiles.check import margin_errors, random_image

        small = self._small(image)
        widths = _widths(small.axes)
        cuts = [[narrowed(cut, side) for cut, side in zip(small.axes, width, strict=True)] for width in widths]
        middle = tuple(len(cut.reads) // 2 for cut in small.axes)
        pixels = random_image(small, seed) if image is None else image
        points = []
        for width, found in zip(widths, margin_errors(small, cuts, middle, model, pixels, device), strict=True):
            costs = [_cost(cut, side) for cut, side in zip(self.axes, width, strict=True)]
            points.append(CurvePoint(width, math.prod(costs), tuple(OutputError(*one) for one in found)))
        return Curve(tuple(cut.core for cut in small.axes), tuple(points))

    def _small(self, image: Any) -> Tiling:
        """A plan of the same kind for an image of which the whole fits into memory too."""
        if image is None:
            return self._planner.small(None)
        shape = tuple(getattr(image, "shape", ()))
        full = (1,) * (len(self.tiling.image) - len(shape)) + shape
        if len(full) != len(self.tiling.image):
            raise InputError(f"the image must have the dimensions of the model's input, but has shape {shape}")
        return self._planner.small(tuple(full[d] for d in self.tiling.dims))

    # ------------------------------------------------------------------ other tools

    def to_dask_depth(self) -> Export:
        """Settings of ``dask.array.map_overlap``."""
        from eyeshot.plan.exports import dask_depth

        return dask_depth(self.tiling)

    def to_bioimageio(self) -> Export:
        """``min``, ``step`` and ``halo`` of a bioimage.io model description."""
        from eyeshot.plan.exports import bioimageio

        return bioimageio(self.tiling, self.valid_sizes)

    def to_monai(self) -> Export:
        """Arguments of MONAI's sliding window that come closest, and what they miss."""
        from eyeshot.plan.exports import monai_sliding_window

        return monai_sliding_window(self.tiling)

    # ------------------------------------------------------------------ presentation

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data in the schema ``eyeshot.tiling/1``."""
        return self.tiling.to_dict()

    def to_json(self) -> str:
        """The plan as JSON text in the schema ``eyeshot.tiling/1``."""
        from eyeshot.present.plan_json import plan_json

        return plan_json(self.tiling)

    def to_text(self, screen: Screen | None = None) -> str:
        """The plan as text for a terminal."""
        from eyeshot.present.plan_text import plan_text
        from eyeshot.present.screen import TERMINAL

        return plan_text(self.tiling, screen or TERMINAL)

    def __repr__(self) -> str:
        return self.to_text().rstrip("\n")


def _widths(cuts: Sequence[AxisCut]) -> list[tuple[tuple[int, int], ...]]:
    """Margins from none to the exact ones, on the grid of the alignment."""
    steps = max(max(cut.margin) // cut.alignment for cut in cuts)
    count = min(_POINTS - 1, steps)
    found = []
    for k in range(count + 1):
        share = k / count if count else 1.0
        found.append(
            tuple(
                (
                    math.ceil(share * cut.margin[0] / cut.alignment) * cut.alignment,
                    math.ceil(share * cut.margin[1] / cut.alignment) * cut.alignment,
                )
                for cut in cuts
            )
        )
    return list(dict.fromkeys(found))


def _cost(cut: AxisCut, margin: tuple[int, int]) -> float:
    """Recomputation along an axis if tiles of the same size had a narrower margin."""
    if len(cut.reads) == 1:
        return 1.0
    core = (cut.core + sum(cut.margin) - sum(margin)) // cut.alignment * cut.alignment
    count = -(-cut.n // core)
    return narrowed(replace(cut, core=core, reads=((0, 0),) * count), margin).recomputation if count > 1 else 1.0
