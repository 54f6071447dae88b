"""The small networks of the docs see what torchvision's see, and hold trained weights."""

import numpy as np
import pytest
import torch_support  # noqa: F401 - torchvision beside any build of torch
from replay import REPOSITORY

import eyeshot

FOLDER = REPOSITORY / "docs" / "pair"
NETS = ("alexnet", "vgg16")


@pytest.mark.parametrize("name", NETS)
def test_every_feature_sees_what_it_sees_in_torchvisions(name: str) -> None:
    shape = (1, 3, 224, 224)
    small, usual = (eyeshot.analyze(f"{where}:{name}", shape) for where in (FOLDER / "pair.py", "torchvision"))
    layers = [field.name for field in usual if field.name.startswith("features.")]
    assert len(layers) == {"alexnet": 8, "vgg16": 18}[name]  # convolutions and poolings
    for layer in layers:
        for mine, its in zip(small[layer].axes, usual[layer].axes, strict=True):
            assert (mine.n, mine.jump, mine.size, mine.start) == (its.n, its.jump, its.size, its.start), layer


def test_weights_are_small_and_whole() -> None:
    files = [FOLDER / f"{name}.npz" for name in NETS]
    assert sum(file.stat().st_size for file in files) < 500_000
    for file in files:
        with np.load(file) as weights:
            assert all(np.isfinite(weights[key]).all() for key in weights.files)


def test_kernels_are_no_noise() -> None:
    """Neighbouring weights of trained kernels are alike; those of random ones are not."""
    with np.load(FOLDER / "alexnet.npz") as weights:
        kernels = weights["features.0.weight"].astype(float)
    apart = kernels - kernels.mean((2, 3), keepdims=True)
    alike = (apart[..., 1:] * apart[..., :-1]).sum((1, 2, 3)) / (apart**2).sum((1, 2, 3))
    assert np.median(alike) > 0.2
