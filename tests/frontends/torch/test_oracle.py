"""Every family of operations against the running module: which pixels turn which features into NaN?"""

import numpy as np
import pytest
import torch
from torch_modules import MODULES
from torch_poison import hulls, pixels_of, readings

import eyeshot
from eyeshot.frontends.torch.capture import capture
from eyeshot.graph.access import Status

# Of a spectrum the real part reads what has a cosine other than zero.
BOUNDED = {"grid sample", "sorted", "fourier"}
# Interpolation has taps of weight zero, which are not read; NaN would pass through them.
BY_CHANGE = {"bilinear", "bilinear corners", "bicubic", "linear 1d", "trilinear", "antialias", "antialias cubic"}


def built(name: str) -> tuple[torch.nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    make, shape = MODULES[name]
    model = make().double().eval()
    return model, torch.rand(shape, dtype=torch.float64) + 0.1


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("name", MODULES)
def test_every_module_reads_what_poison_says(name: str) -> None:
    model, x = built(name)
    graph = capture(model, input_shape=tuple(x.shape), strict=True)
    fields = eyeshot.analyze(graph)
    assert fields.status is (Status.BOUNDED if name in BOUNDED else Status.EXACT)
    repr(fields)
    compared = 0
    for axis in graph.inputs[0].axes:
        for label, read in readings(model, x, axis.dim, by_change=name in BY_CHANGE).items():
            if label and label not in fields:
                continue
            node = fields[label].name if label else graph.outputs[0]
            lo, hi = fields[node].actual(axis.name)
            shape = read.shape[:-1]
            assert fields[node].shape == shape, label
            lo, hi = np.broadcast_to(lo, shape), np.broadcast_to(hi, shape)
            true_lo, true_hi = hulls(read)
            if name in BOUNDED:
                some = true_hi > true_lo
                assert (lo[some] <= true_lo[some]).all(), label
                assert (hi[some] >= true_hi[some]).all(), label
            else:
                np.testing.assert_array_equal(lo, true_lo, err_msg=f"{label} {axis.name}")
                np.testing.assert_array_equal(hi, true_hi, err_msg=f"{label} {axis.name}")
            compared += 1
    assert compared


@pytest.mark.parametrize(
    "name", ["conv", "focus", "pixel unshuffle", "u-net", "windows shifted", "aliases", "written phases", "slices"]
)
def test_support_is_what_poison_says(name: str) -> None:
    model, x = built(name)
    fields = eyeshot.analyze(capture(model, input_shape=tuple(x.shape)))
    field = fields[fields.graph.outputs[0]]
    dims = tuple(axis.dim for axis in fields.graph.inputs[0].axes)
    counts = np.zeros(field.shape[-2:], int)
    for _, read in pixels_of(model, x, dims):
        counts += read.any(axis=(0, 1))
    for index in np.ndindex(*counts.shape):
        assert field.at(*index).read == counts[index], index
