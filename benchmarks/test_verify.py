"""What a proof costs beside the bare forward passes that it must run."""

from __future__ import annotations

import torch
from models import model
from ratios import Report

import eyeshot


def bare(module: torch.nn.Module, runs: int, batch: int, size: int) -> None:
    """So many inputs through the model and nothing else."""
    x = torch.rand(batch, 3, size, size, dtype=torch.float64)
    with torch.no_grad():
        for start in range(0, runs, batch):
            module(x[: min(batch, runs - start)])


def test_against_the_bare_passes(report: Report) -> None:
    proof = eyeshot.verify("torchvision:resnet18", input_shape="96")
    assert proof.holds
    assert {value.verdict.value for value in proof.values} == {"proven"}
    module = model("resnet18").double()
    ratio = report.compare(
        f"`verify torchvision:resnet18 --input 96` as a whole ({proof.runs} inputs, {len(proof.values)} values) "
        "against the bare forward passes in float64",
        lambda: eyeshot.verify("torchvision:resnet18", input_shape="96"),
        lambda: bare(module, proof.runs, proof.batch, 96),
        rounds=1,
        aim=3,
    )
    assert ratio <= 3
