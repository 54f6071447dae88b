"""A plan of tiles that knows how to run, try and show itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eyeshot.errors import InputError
from eyeshot.frontends.torch.references import need
from eyeshot.plan.cuts import around, cost, narrowed, standing, widths
from eyeshot.plan.exports import Export
from eyeshot.plan.results import AxisCut, Option, Output, Rounding, Sizes, Tile, Tiling, Verdict
from eyeshot.plan.sizes import MAX_TRIED
from eyeshot.plan.tiling import Planner
from eyeshot.plan.trial import Check, Curve, CurvePoint, OutputError, TileError

if TYPE_CHECKING:
    from eyeshot.present.screen import Screen

__all__ = ["Plan"]

_ROUNDING = 1e-5
"""Largest difference, in standard deviations of the output, that float32 sums in another order explain."""


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
        """What a run on the largest tile takes of memory, `bytes_of_weights` not counted; calibrated on the CPU."""
        return self.tiling.bytes

    @property
    def bytes_of_weights(self) -> int:
        """Bytes of the model's parameters and buffers."""
        return self.tiling.weights

    @property
    def roundings(self) -> tuple[Rounding, ...]:
        """Nodes that resample at places which float32 rounds in the whole more than in a tile, and by how much."""
        return self.tiling.roundings

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
        return len(self) > 1 and max(self.alignment) <= MAX_TRIED

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
        level: int = 0,
        out: Any = None,
        device: Any = None,
        batch: int = 1,
        progress: bool | Callable[[int, int], None] = False,
        trust_image: bool = False,
    ) -> Any:
        """Run the model tile by tile.

        Parameters
        ----------
        model : torch.nn.Module
            The model that was planned for, in evaluation mode.
        image : array, zarr or dask array, tensor, str or path
            An array, or the path of a ``.npy``, zarr array, image of OME-Zarr, TIFF, slide of a scanner, NIfTI
            (``.nii``, ``.nii.gz``), or of a folder with a series of DICOM; channels first or last. A series is slices ×
            rows × columns; a volume of NIfTI has the dimensions of its header, as nibabel gives them.
        level : int
            Which level of an image that is stored at several, a pyramid of TIFF or OME-Zarr; 0 is the largest. A path
            may name it too: ``slide.svs/1``, ``image.zarr/1``.
        out : array, str or path, or one for each output; optional
            Where results go: an array of the output's shape, which holds every number that the model gives, or a path
            that does not exist yet (``.npy``, ``.zarr``, ``.tif``, or ``.nii``, which lies in space where the image
            does). An interrupted run with the same path goes on where it stopped. In memory by default.
        device : str or torch.device, optional
            Where to run; where the model is by default.
        batch : int
            Tiles of one shape that are run together.
        progress : bool or callable
            Whether to show a bar with the time that is left, or what is told how many of how many tiles are done.
        trust_image : bool
            An interrupted run goes on only if the image is the same where tiles are done, so these are read again. With
            this they are not, if the file has the same name, size and date.

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
        from eyeshot.measure.tiles.formats.files import at_level
        from eyeshot.measure.tiles.run import run
        from eyeshot.present.progress import progress_bar

        def bars(what: str) -> Any:
            return progress_bar(what, wanted=progress if what == "tiles" or not callable(progress) else False)

        options = {"out": out, "device": device, "batch": batch, "trust_image": trust_image}
        found = run(self.tiling, model, at_level(image, level), bars=bars, **options)
        return found[0] if len(found) == 1 else found

    def to_dask(self, model: Any, image: Any, *, level: int = 0, device: Any = None, dtype: Any = None) -> Any:
        """The result as a lazy dask array, a task for each tile.

        Parameters
        ----------
        model, image, level, device
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
        from eyeshot.measure.tiles.formats.files import at_level
        from eyeshot.measure.tiles.lazy import to_dask

        dtypes = [dtype] if dtype is not None and len(self.outputs) == 1 else dtype
        found = to_dask(self.tiling, model, at_level(image, level), device=device, dtypes=dtypes)
        return found[0] if len(found) == 1 else found

    # ------------------------------------------------------------------ trying

    def check(self, model: Any, image: Any = None, *, device: Any = None, seed: int = 0) -> Check:
        """Compare tiled with whole on a size where both fit, and tiles of the plan's own size with larger crops.

        The tiles are one within the image, one at a side and one in a corner. Each is compared with the same features
        of a crop that has as much again on every side, as far as the image goes. Where the plan has `roundings`, all
        of it runs in float64, on a copy of the model's numbers, so that only what the plan is to blame for is seen.

        Parameters
        ----------
        model : torch.nn.Module
            The model.
        image : array, optional
            Dimensions as those of the model's input. By default random numbers, as few as show everything: an image
            just large enough for a tile that touches no border, whatever the size that the plan is for. Tiles of the
            plan's own size read this image if it has the size that the plan is for, and random numbers otherwise.
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
        from eyeshot.measure.tiles.check import extents_of, precisely, random_image, tile_and_crop, tiled_and_whole

        small = self._planner.small(extents_of(image, self.tiling), whole=len(self) == 1)
        pixels = image if extents_of(image, self.tiling) == self.tiling.extents else seed
        # The grid is the same at both sizes, but it is the large image that has places far from its beginning.
        tried = replace(small, roundings=self.tiling.roundings)
        with precisely(model, tried, device) as network:
            where = network.device
            found = tiled_and_whole(small, model, random_image(small, seed) if image is None else image, where)
            real = []
            for index in standing(self.axes):
                crop = tuple(around(cut, k) for cut, k in zip(self.axes, index, strict=True))
                errors = tile_and_crop(self.tiling, index, crop, model, pixels, where)
                listed = tuple(OutputError(*one) for one in errors)
                real.append(TileError(index, self.tiling.tile(index).read, crop, listed))
        return Check(
            small.extents,
            tuple(cut.size for cut in small.axes),
            len(small),
            tuple(OutputError(*one) for one in found),
            max(_ROUNDING, network.rounding),
            tuple(real),
            network.number,
            is_rounded=bool(self.roundings) and network.number != "float64",
        )

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
        from eyeshot.measure.tiles.check import extents_of, margin_errors, precisely, random_image

        small = self._planner.small(extents_of(image, self.tiling), whole=len(self) == 1)
        margins = widths(small.axes)
        cuts = [[narrowed(cut, side) for cut, side in zip(small.axes, width, strict=True)] for width in margins]
        middle = tuple(len(cut.reads) // 2 for cut in small.axes)
        pixels = random_image(small, seed) if image is None else image
        points = []
        with precisely(model, small, device) as network:
            errors = margin_errors(small, cuts, middle, model, pixels, network.device)
            for width, found in zip(margins, errors, strict=True):
                costs = [cost(cut, side) for cut, side in zip(self.axes, width, strict=True)]
                points.append(CurvePoint(width, math.prod(costs), tuple(OutputError(*one) for one in found)))
        return Curve(tuple(cut.core for cut in small.axes), tuple(points))

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
