"""PyTorch models: how long capture and analysis take beside running the model, and beside other tools."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from models import analysed, forward, model
from ratios import Report, Rival, Row

HERE = Path(__file__).parent
MEGABYTE = 1 << 20


def run(script: str, *arguments: str) -> str:
    command = [sys.executable, str(HERE / script), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_against_a_bare_forward_on_the_meta_device(report: Report) -> None:
    report.notes.append(f"PyTorch {torch.__version__}")
    module = model("resnet152", "meta")
    ratio = report.compare(
        "resnet152 at 224²: capture and all fields (theoretical and actual) against a bare forward on the meta device",
        lambda: analysed(module),
        lambda: forward(module, device="meta"),
        rounds=21,
        aim=0.5,
    )
    assert ratio <= 0.5


def test_against_a_real_forward(report: Report) -> None:
    module = model("resnet152")
    report.compare(
        "resnet152 at 224²: the same against a real forward on the CPU",
        lambda: analysed(module),
        lambda: forward(module),
        rounds=5,
        aim=None,
    )


def test_table(report: Report) -> None:
    module = model("resnet152", "meta")
    report.compare(
        "resnet152 at 224²: the same with the numbers of every row of the table, against without",
        lambda: analysed(module).table,
        lambda: analysed(module),
        aim=None,
    )


@pytest.mark.filterwarnings("ignore")  # of torch.export's own
def test_against_export(report: Report) -> None:
    module = model("resnet152")
    image = (torch.zeros(1, 3, 224, 224),)
    ratio = report.compare(
        "resnet152 at 224²: the same against `torch.export.export`",
        lambda: analysed(module),
        lambda: torch.export.export(module, image),
        rounds=3,
        aim=1 / 25,
    )
    assert ratio <= 1 / 25


@pytest.mark.parametrize("name", ["inception_v3", "densenet121"])
def test_size_of_the_image(report: Report, name: str) -> None:
    module = model(name, "meta")
    ratio = report.compare(
        f"{name}: capture and all fields at 4,000² against 300²",
        lambda: analysed(module, 4000),
        lambda: analysed(module, 300),
        aim=1.5,
    )
    assert ratio <= 1.5


def test_memory(report: Report) -> None:
    parameters, nodes, imports, above = map(int, run("memory.py").split())
    assert parameters > 5e9
    assert nodes > 1000
    report.rows.append(
        Row(
            f"peak memory of a ViT of {parameters / 1e9:.2f} billion parameters on the meta device, table included, "
            "above the imports, against the imports; at most 200 MB",
            above / MEGABYTE,
            imports / MEGABYTE,
            None,
            "MB",
        )
    )
    # Less than a megabyte for a thousand layers would mean that the peak was not measured.
    assert MEGABYTE < above < 200 * MEGABYTE


@pytest.mark.parametrize(("tool", "version"), [("torchscan", "0.1.2"), ("torchscan", "0.2.0"), ("torchinfo", "1.8.0")])
def test_beside_other_tools(report: Report, tmp_path: Path, tool: str, version: str) -> None:
    # Two versions of one package cannot be installed side by side.
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--target", str(tmp_path), f"{tool}=={version}"], check=True)
    found = json.loads(run("rival.py", tool, str(tmp_path)))
    said = f"{found['r']}; eyeshot: {found['r_of_eyeshot']}"
    report.rivals.append(Rival("resnet152 at 224²", f"{tool} {version}", found["seconds"], found["eyeshot"], said))
