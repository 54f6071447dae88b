"""Results as NIfTI, lying in the patient where the image does.

A voxel of the result stands in the middle of what it sees. With a jump of j voxels of the image, feature i of an
aligned tile stands for the voxels ``[i·j, (i+1)·j)`` and reads ``before`` and ``after`` voxels beyond them. NIfTI
numbers the centres of voxels, so the middle of that is at ``(i + 1/2)·j - 1/2 + (after - before)/2`` of the image's own
numbers: one affine step for each axis. A result with as many voxels as the image labels the image's own voxels, and
lies as it does, whatever it sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats.library import library

if TYPE_CHECKING:
    from eyeshot.measure.tiles.sources import Source
    from eyeshot.plan.results import AxisCut, Output, OutputLaw, Tiling

__all__ = ["NiftiTarget", "nifti_target"]

_SPACE = 3
"""The dimensions of NIfTI that are axes of space; the fourth is time, and is used for channels as by other tools."""
_LONGEST = 32_767
"""Most elements along a dimension in the first version of the format."""


@dataclass(frozen=True)
class NiftiTarget:
    """A file of NIfTI for one output.

    Parameters
    ----------
    name : str
        The output, as errors call it.
    header : nibabel header
        All that the file says but for the type of its numbers.
    order : tuple of int
        For each dimension of the output the file's dimension that it is, or −1 if it is of one element and the file has
        none.
    """

    name: str
    header: Any
    order: tuple[int, ...]

    def make(self, path: Path, dtype: Any) -> npt.NDArray[Any]:
        """The output's array, mapped into a new file.

        Raises
        ------
        InputError
            If the format has no such numbers.
        """
        header = self.header.copy()
        try:
            header.set_data_dtype(np.dtype(dtype))
        except library("nibabel.spatialimages").HeaderDataError:
            raise InputError(
                f"`{self.name}` must give what NIfTI can hold, whole numbers, float32 or float64, but gives "
                f"{np.dtype(dtype)}; let the model convert them, or name another kind of target"
            ) from None
        size = int(np.prod(header.get_data_shape(), dtype=object)) * np.dtype(dtype).itemsize
        with path.open("wb") as file:
            header.write_to(file)
            # Up to the offset stands whether there are extensions: four zeros say that there are none.
            file.truncate(header.get_data_offset() + size)
        return self.open(path)

    def open(self, path: Path) -> npt.NDArray[Any]:
        """The output's array, mapped into the file that an interrupted run left."""
        with path.open("rb") as file:
            header = type(self.header).from_fileobj(file)
        stored = np.memmap(
            path, header.get_data_dtype(), "r+", header.get_data_offset(), header.get_data_shape(), order="F"
        )
        used = [d for d in self.order if d >= 0]
        others = tuple(0 if d not in used else slice(None) for d in range(stored.ndim))
        places = sorted(used)
        view = stored[others].transpose([places.index(d) for d in used])
        return view[tuple(None if d < 0 else slice(None) for d in self.order)]


def nifti_target(source: Source, tiling: Tiling, output: Output) -> NiftiTarget:
    """How an output is written as NIfTI.

    Parameters
    ----------
    source : Source
        The image; if it says where it lies, the result lies there too.
    tiling : Tiling
        The plan.
    output : Output
        The output.

    Raises
    ------
    InputError
        If the axes of the image are none of space, or nobody knows where the output stands along them.
    """
    slots = _slots(source, tiling)
    order, shape = _order(output, slots)
    steps = [_step(cut, law, output.name) for cut, law in zip(tiling.axes, output.laws, strict=True)]
    header = _header(source, shape)
    move = np.eye(4)
    for slot, (scale, shift) in zip(slots, steps, strict=True):
        move[slot, slot], move[slot, 3] = scale, shift
    if (move != np.eye(4)).any():
        _move(header, move)
    return NiftiTarget(output.name, header, order)


def _slots(source: Source, tiling: Tiling) -> tuple[int, ...]:
    """For each axis of the image the dimension of NIfTI along which it stands: the one that it has in the image."""
    found = [source.layout[d] for d in tiling.dims]
    free = [d for d in range(_SPACE) if d not in found]
    if source.grid is None:
        found = list(range(len(found)))
    # An axis of one voxel that the image's array does not have stands anywhere.
    slots = tuple(d if d >= 0 else free.pop() for d in found)
    if len(slots) > _SPACE or max(slots) >= _SPACE:
        raise InputError(
            f"a result of NIfTI must have up to {_SPACE} axes of space, but the image's are dimensions "
            f"{', '.join(str(d + 1) for d in slots)} of its array; name another kind of target"
        )
    return slots


def _order(output: Output, slots: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The file's dimension for each of the output's, and the file's shape: space, then what has several elements."""
    shape = [1] * _SPACE
    order = [-1] * len(output.shape)
    for law, slot in zip(output.laws, slots, strict=True):
        if law.dim >= 0:
            order[law.dim], shape[slot] = slot, output.shape[law.dim]
    for dim, n in enumerate(output.shape):
        if order[dim] < 0 and n > 1:
            order[dim] = len(shape)
            shape.append(n)
    return tuple(order), tuple(shape)


def _step(cut: AxisCut, law: OutputLaw, name: str) -> tuple[float, float]:
    """Voxels of the image from one voxel of the output to the next, and where the first stands."""
    is_whole = len(cut.reads) == 1
    if law.jump == 1 and law.n == cut.n:
        return 1.0, 0.0
    if is_whole and (law.dim < 0 or law.n == 1):
        # One number for all of the axis.
        return float(cut.n), (cut.n - 1) / 2
    if is_whole and law.jump == 1 and law.before == law.after == 0:
        # Along an axis that is not cut a law may stand for none.
        raise InputError(
            f"`{name}` must say where it stands along {cut.axis} to be written as NIfTI, but has {law.n} features for "
            f"{cut.n} voxels that are read as a whole; name another kind of target"
        )
    return float(law.jump), float(law.jump - 1) / 2 + (law.after - law.before) / 2


def _header(source: Source, shape: tuple[int, ...]) -> Any:
    """The image's own header for another shape, or one that says what is known."""
    nibabel = library("nibabel")
    given = source.grid.header if source.grid is not None else None
    is_long = max(shape) > _LONGEST
    kind = nibabel.Nifti2Header if is_long or isinstance(given, nibabel.Nifti2Header) else nibabel.Nifti1Header
    header = kind() if given is None else kind.from_header(given).as_byteswapped("<")
    units = header.get_xyzt_units()[0] if given is not None else "unknown"
    header.set_data_shape(shape)
    # Of time, of what the numbers mean and of how bright they are shown the image's header says nothing of the result.
    header.set_xyzt_units(units, "unknown")
    header.set_intent("none")
    header["pixdim"][4:] = 1
    header["cal_min"] = header["cal_max"] = 0
    header.set_slope_inter(1, 0)
    if source.grid is not None and given is None:
        header.set_qform(source.grid.affine, code="scanner")
        header.set_sform(source.grid.affine, code="scanner")
        header.set_xyzt_units("mm", "unknown")
    return header


def _move(header: Any, move: npt.NDArray[np.float64]) -> None:
    """Let both affines of a header and its zooms say where voxels stand that are moved and scaled in the image."""
    (qform, qcode), (sform, scode) = header.get_qform(coded=True), header.get_sform(coded=True)
    spatial = header.get_zooms()[:_SPACE] * np.abs(np.diag(move)[:_SPACE])
    header.set_zooms((*spatial, *header.get_zooms()[_SPACE:]))
    if qcode:
        header.set_qform(qform @ move, int(qcode))
    if scode:
        header.set_sform(sform @ move, int(scode))
