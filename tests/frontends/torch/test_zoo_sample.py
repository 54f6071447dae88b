"""The quickest model of every model file of timm and of every family of torchvision.

The list is written by the sweep over all models (`make sweep`), which has the rest.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch_support  # noqa: F401
from torch_poison import hulls, readings

import eyeshot
from eyeshot.graph.access import Status

SAMPLE = Path(__file__).with_name("zoo_sample.txt").read_text(encoding="utf-8").split()
DETECTION = ("faster_rcnn", "fcos", "keypoint_rcnn", "mask_rcnn", "retinanet", "ssd", "ssdlite")

pytestmark = pytest.mark.filterwarnings("ignore")


def families() -> Iterator[tuple[str, str, str]]:
    """Library, family and name of every model."""
    import timm
    from timm.models import _registry
    from torchvision import models

    for name in timm.list_models():
        yield "timm", _registry._model_to_module[name], name
    for name in models.list_models():
        family = models.get_model_builder(name).__module__.split(".", 2)[2]
        if not family.startswith("quantization"):
            yield "torchvision", family, name


def test_every_family_is_in_the_sample() -> None:
    found = {(library, family) for library, family, name in families() if f"{library}:{name}" in SAMPLE}
    assert found == {(library, family) for library, family, _ in families()}


@pytest.mark.parametrize("reference", SAMPLE)
def test_model_is_read(reference: str) -> None:
    fields = eyeshot.analyze(reference)
    detection = any(reference.startswith(f"torchvision:{name.replace('_rcnn', 'rcnn')}") for name in DETECTION)
    assert bool(fields.graph.ended) == detection
    assert fields.status in ({Status.PARTIAL} if detection else {Status.EXACT, Status.BOUNDED})
    field = fields[fields.graph.outputs[0]]
    for axis, (_, extent) in zip(field.axes, extents(fields), strict=False):
        assert axis.size > 0
        lo, hi = field.actual(axis.axis, input=axis.input)
        assert (lo >= 0).all()
        assert (hi > lo).all()
        assert (hi <= extent).all()


def extents(fields: eyeshot.Fields) -> list[tuple[str, int]]:
    return [(axis.name, value.shape[axis.dim]) for value in fields.graph.inputs for axis in value.axes]


def small(name: str) -> Any:
    """A model with weights."""
    import timm
    from torchvision import models

    library, model = name.split(":")
    return timm.create_model(model) if library == "timm" else models.get_model(model, weights=None)


@pytest.mark.parametrize(
    ("reference", "size"),
    [
        ("timm:test_resnet", 48),
        ("timm:test_efficientnet", 48),
        ("timm:test_byobnet", 48),
        ("torchvision:squeezenet1_1", 40),
        ("torchvision:shufflenet_v2_x0_5", 40),
    ],
)
def test_poison_agrees(reference: str, size: int) -> None:
    torch.manual_seed(0)
    model = small(reference).double().eval()
    x = torch.rand((1, 3, size, size + 3), dtype=torch.float64)
    fields = eyeshot.analyze(model, input_shape=tuple(x.shape))
    compared = 0
    for axis, dim in (("y", 2), ("x", 3)):
        for label, read in readings(model, x, dim).items():
            if not label or label not in fields:
                continue
            lo, hi = (np.broadcast_to(array, read.shape[:-1]) for array in fields[label].actual(axis))
            true_lo, true_hi = hulls(read)
            np.testing.assert_array_equal(lo, true_lo, err_msg=f"{label} {axis}")
            np.testing.assert_array_equal(hi, true_hi, err_msg=f"{label} {axis}")
            compared += 1
    assert compared > 50
