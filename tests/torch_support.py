"""torchvision beside a torch that its compiled library does not fit: the schemas that its Python code asks for."""

from typing import Any

import torch

_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "deform_conv2d": (
        "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, "
        "SymInt stride_w, SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, SymInt groups, "
        "SymInt offset_groups, bool use_mask) -> Tensor"
    ),
    "roi_align": (
        "roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, "
        "int sampling_ratio, bool aligned) -> Tensor"
    ),
}


def _has(name: str) -> bool:
    return hasattr(torch.ops.torchvision, name)


LIBRARY = torch.library.Library("torchvision", "FRAGMENT")
"""Kept: the schemas go when it goes."""

for _name, _schema in _SCHEMAS.items():
    if not _has(_name):
        LIBRARY.define(_schema)


@torch.library.register_fake("torchvision::deform_conv2d", lib=LIBRARY)
def _deform_conv2d(x: Any, weight: Any, offset: Any, *_: Any) -> Any:
    return x.new_empty((x.shape[0], weight.shape[0], *offset.shape[2:]))


@torch.library.register_fake("torchvision::roi_align", lib=LIBRARY)
def _roi_align(x: Any, rois: Any, _scale: Any, height: Any, width: Any, *_: Any) -> Any:
    return x.new_empty((rois.shape[0], x.shape[1], height, width))
