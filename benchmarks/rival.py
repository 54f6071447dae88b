"""Another tool beside eyeshot, in a process of its own: ``python rival.py TOOL FOLDER`` prints what was measured.

FOLDER has the tool installed, so that two versions of one package can be measured in one run.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

from models import analysed, model, size_of_last_convolution
from ratios import medians

NAME = "resnet152"


def torchscan(module: Any) -> str:
    import torchscan

    found = torchscan.crawl_module(module, (3, 224, 224))
    last = [layer for layer in found["layers"] if layer["type"] == "Conv2d"][-1]
    if "rf" in last:
        return f"{last['rf']:g}"
    metric = last["metrics"]["receptive_field"]
    alone = " (of the layer alone)" if metric["scope"] == "module_call" else ""
    return "none" if metric["value"] is None else f"{metric['value']:g}{alone}"


def torchinfo(module: Any) -> str:
    import torchinfo

    torchinfo.summary(module, (1, 3, 224, 224), verbose=0, device=next(module.parameters()).device)
    return "none"


TOOLS: dict[str, Callable[[Any], str]] = {"torchscan": torchscan, "torchinfo": torchinfo}


def main() -> None:
    tool, folder = sys.argv[1:]
    sys.path.insert(0, folder)
    warnings.simplefilter("ignore")
    run = TOOLS[tool]
    module = model(NAME)
    r = run(module)
    mine = size_of_last_convolution(analysed(module))
    found = {}
    for device in ("cpu", "meta"):
        placed = module.to(device)
        found[device] = medians(lambda placed=placed: run(placed), lambda placed=placed: analysed(placed), rounds=3)
    seconds, eyeshot = min(found.values())
    print(json.dumps({"seconds": seconds, "eyeshot": eyeshot, "r": r, "r_of_eyeshot": mine}))  # noqa: T201


if __name__ == "__main__":
    main()
