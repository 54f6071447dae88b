"""Real models of torchvision and timm: all of them are read, and nothing is left without a rule."""

import pytest
import torch_support  # noqa: F401
from torch import nn

import eyeshot
from eyeshot.errors import ModelReferenceError
from eyeshot.graph.access import Status

EXACT = [
    "torchvision:densenet121",
    "torchvision:googlenet",
    "torchvision:shufflenet_v2_x0_5",
    "torchvision:mobilenet_v3_small",
    "torchvision:efficientnet_b0",
    "torchvision:swin_t",
    "torchvision:deeplabv3_mobilenet_v3_large",
    "torchvision:lraspp_mobilenet_v3_large",
    "torchvision:r3d_18",
    "timm:test_vit",
    "timm:test_efficientnet",
    "timm:test_resnet",
    "timm:test_maxvit",
    "timm:test_convnext",
    "timm:ghostnet_050",
    "timm:xcit_nano_12_p16_224",
    "timm:halonet26t",
    "timm:mobilevitv2_050",
    "timm:levit_128s",
    "timm:coat_lite_tiny",
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("reference", EXACT)
def test_every_operation_has_a_rule(reference: str) -> None:
    fields = eyeshot.analyze(reference)
    assert fields.status is Status.EXACT, reference
    assert len(fields.graph.nodes) > 5
    assert all(axis.size > 0 for axis in fields[-1].axes)


@pytest.mark.filterwarnings("ignore")
def test_a_detection_model_is_read_up_to_where_it_needs_numbers() -> None:
    fields = eyeshot.analyze("torchvision:retinanet_resnet50_fpn")
    assert "backbone" in dict(fields.graph.groups) or any(name.startswith("backbone") for name in fields.names)
    assert fields.graph.notes


@pytest.mark.filterwarnings("ignore")
def test_optical_flow_is_bounded() -> None:
    fields = eyeshot.analyze("torchvision:raft_small")
    assert fields.status is Status.BOUNDED


def test_a_number_that_is_no_layer_is_no_call_of_all_of_them() -> None:
    fields = eyeshot.analyze(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3)), (1, 3, 20, 20))
    with pytest.raises(ModelReferenceError, match=r"has no layer `9`$"):
        fields["9"]
