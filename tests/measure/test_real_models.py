"""Ten real models of torchvision and timm, with random weights: what is said of them is what they do."""

import pytest
import torch_support  # noqa: F401

import eyeshot
from eyeshot.measure.results import Verdict

MODELS = {
    "torchvision:resnet18": 33,
    "torchvision:squeezenet1_1": 40,
    "torchvision:shufflenet_v2_x0_5": 40,
    "torchvision:mobilenet_v3_small": 33,
    "torchvision:googlenet": 33,
    "timm:test_efficientnet": 48,
    "timm:test_convnext": 48,
    "timm:test_vit": None,
    "timm:test_mambaout": 48,
    "timm:test_resnet": 48,
}
"""Each with the pixels of a side; None for its own size."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("reference", MODELS)
def test_every_value_of_a_real_model_is_proven(reference: str) -> None:
    size = MODELS[reference]
    shape = None if size is None else (1, 3, size, size + 3)
    proof = eyeshot.verify(reference, input_shape=shape, rows=3, pixels=2)
    assert proof.holds, proof.mismatch
    assert proof.counts[Verdict.PROVEN] == len(proof.values) > 20
    assert proof.supports > 20
