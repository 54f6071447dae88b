"""Sampling at computed places, and other operations that look where data say: bounds."""

from __future__ import annotations

from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Reduce

__all__: list[str] = []


@rule("grid_sampler", "grid_sampler_2d", "grid_sampler_3d", "_grid_sampler_2d_cpu_fallback", "cudnn_grid_sampler")
def grid_sample(call: Call) -> Value:
    """Anywhere in the image; of the grid the entry at the element's own position."""
    image, grid = call.args[:2]
    shape = call.shape
    parts = []
    value = call.value(image)
    if value is not None:
        for d in range(2, len(shape)):
            value = call.anywhere(value, d, shape[d])
        parts.append(value)
    places = call.value(grid)
    if places is not None:
        where = call.add(Reduce((len(places.shape) - 1,)), places)
        parts.append(call.reshape(where, (where.shape[0], 1, *where.shape[1:])))
    return call.join(parts, shape)


@rule("affine_grid_generator")
def affine_grid(call: Call) -> Value:
    """For each coordinate its own row of the matrix."""
    theta = call.solid(call.args[0])
    shape = call.shape
    rows = call.add(Reduce((2,)), theta)
    return call.join([call.reshape(rows, (shape[0], *(1,) * (len(shape) - 2), shape[-1]))], shape)


@rule("torchvision::roi_align", "torchvision::roi_pool", "torchvision::ps_roi_align", "torchvision::ps_roi_pool")
def roi(call: Call) -> object:
    """Anywhere in the map, at the places that the boxes say."""
    out = call.out
    if isinstance(out, list | tuple):
        return [call.opaque(call.operands(), tuple(t.shape), bounded=True) if t.numel() else None for t in out]
    return call.opaque(call.operands(), tuple(out.shape), bounded=True)
