"""Bytes that one forward takes in a process of its own, and what `plan.bytes_per_tile` says of it. Needs Linux.

The first is the peak of the process less its peak after the model is made and has run on 32 pixels.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch
from memory import peak

from eyeshot.measure.tiles.memory import bytes_of_run


def smp(name: str, encoder: str) -> Any:
    import segmentation_models_pytorch

    return getattr(segmentation_models_pytorch, name)(encoder, encoder_weights=None)


def monai(name: str, *args: Any, **named: Any) -> Any:
    import monai.networks.nets

    return getattr(monai.networks.nets, name)(*args, **named)


def fcn() -> Any:
    from torchvision.models.segmentation import fcn_resnet50

    return fcn_resnet50(weights=None, weights_backbone=None)


NETS: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "MONAI BasicUNet": (lambda: monai("BasicUNet", 2, 1, 2, norm="batch"), (1, 512, 512)),
    "MONAI BasicUNet, 3-D": (lambda: monai("BasicUNet", 3, 1, 2, norm="batch"), (1, 64, 64, 64)),
    "MONAI UNet, residual": (
        lambda: monai("UNet", 2, 1, 2, (16, 32, 64, 128), (2, 2, 2), norm="batch", num_res_units=2),
        (1, 1024, 1024),
    ),
    "MONAI DynUNet, 3-D": (
        lambda: monai("DynUNet", 3, 1, 3, [3] * 5, [1, 2, 2, 2, 2], [2] * 4, norm_name="batch"),
        (1, 64, 64, 64),
    ),
    "smp Unet, resnet34": (lambda: smp("Unet", "resnet34"), (3, 768, 768)),
    "smp Unet, efficientnet-b0": (lambda: smp("Unet", "efficientnet-b0"), (3, 768, 768)),
    "smp UnetPlusPlus, resnet18": (lambda: smp("UnetPlusPlus", "resnet18"), (3, 512, 512)),
    "torchvision FCN": (fcn, (3, 512, 512)),
}


def main(name: str) -> None:
    torch.set_num_threads(1)
    make, shape = NETS[name]
    net = make().eval()
    said = bytes_of_run(net, (1, *shape)).alone
    with torch.inference_mode():
        net(torch.zeros(1, shape[0], *(32 for _ in shape[1:])))
        before = peak()
        image = torch.ones(1, *shape)
        result = net(image)
    print(said, peak() - before, type(result).__name__)  # noqa: T201


if __name__ == "__main__":
    sys.path.insert(0, "tests")
    import torch_support  # noqa: F401 - torchvision needs it

    main(sys.argv[1])
