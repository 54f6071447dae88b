"""How the engine's time grows: with layers, with pixels, and from a cold start."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from ratios import Report

import eyeshot
from eyeshot.analyses.walk import Extent, forward
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Window


def chain(layers: int, axes: int) -> Graph:
    """A stack of 3-wide convolutions that keep the size."""
    build = GraphBuilder("chain")
    value = build.input("x", (1, 1, *(224,) * axes))
    one = (1,) * axes
    for number in range(layers):
        conv = Window((3,) * axes, one, one, one, one, channels=1)
        value = build.add(conv, value, name=f"conv{number}")
    return build.finish(value)


def bare_arithmetic(layers: int) -> tuple[int, int, int, float]:
    """The four equations in a loop, for one axis: what any answer must at least compute."""
    n, jump, size, start = 224, 1, 1, 0.5
    for _ in range(layers):
        k, s, p = 3, 1, 1
        n_out = math.floor((n - k + 2 * p) / s) + 1
        around = (n_out - 1) * s - n + k
        left = math.floor(around / 2)
        n, size, start, jump = n_out, size + (k - 1) * jump, start + ((k - 1) / 2 - left) * jump, jump * s
    return n, jump, size, start


@pytest.mark.parametrize("axes", [1, 2])
def test_chain_is_linear(report: Report, axes: int) -> None:
    long, short = chain(10_000, axes), chain(100, axes)
    report.compare(
        f"theoretical fields of a {axes}-D chain, per layer: 10,000 layers against 100",
        lambda: forward(long, Extent.ENDLESS),
        lambda: [forward(short, Extent.ENDLESS) for _ in range(100)],
        per=(10_000, 10_000),
        aim=1.3,
    )


@pytest.mark.parametrize("axes", [1, 2])
def test_chain_against_bare_arithmetic(report: Report, axes: int) -> None:
    long = chain(10_000, axes)
    report.compare(
        f"theoretical fields of a 10,000-layer {axes}-D chain against the four equations in a bare loop (one axis)",
        lambda: forward(long, Extent.ENDLESS),
        lambda: bare_arithmetic(10_000),
        aim=20,
    )


def test_chain_from_text(report: Report) -> None:
    text = " | ".join(["conv k3 p1"] * 1000)
    report.compare(
        "reading, checking and analysing 1,000 layers of text, table included, against the bare loop",
        lambda: eyeshot.analyze(text, input_shape=224).table,
        lambda: bare_arithmetic(1000),
        aim=None,
    )


@pytest.mark.parametrize(
    ("model", "layer", "aim"),
    [
        ("resnet50", "layer4", 1.5),
        ("vgg16", "pool5", 1.5),
        ("unet", "output", 1.5),
        # At 224 pixels the windows of Inception v3 all end at the borders and fall together; far inside they do not.
        ("inception_v3", "Mixed_7c", None),
    ],
)
def test_size_of_the_image_costs_nothing(report: Report, model: str, layer: str, aim: float | None) -> None:
    large = eyeshot.analyze(model, input_shape=(100_000, 100_000))[layer]
    small = eyeshot.analyze(model, input_shape=(224, 224))[layer]
    centre, middle = ([n // 2 for _, n in field.extents] for field in (large, small))
    report.compare(
        f"{model} `at` (box and exact support): 100,000² pixels against 224²",
        lambda: large.at(*centre),
        lambda: small.at(*middle),
        aim=aim,
    )
    report.compare(
        f"{model} `reached_by`: 100,000² pixels against 224²",
        lambda: large.reached_by(50_000, 50_000),
        lambda: small.reached_by(112, 112),
        aim=aim,
    )


@pytest.mark.parametrize("model", ["resnet50", "unet"])
def test_whole_analysis(report: Report, model: str) -> None:
    large = eyeshot.load(model, input_shape=(100_000, 100_000))
    small = eyeshot.load(model, input_shape=(224, 224))
    for extent in Extent:
        report.compare(
            f"{model}, {extent.value} fields of every feature of every layer: 100,000² pixels against 224²",
            lambda extent=extent: forward(large, extent),
            lambda extent=extent: forward(small, extent),
            aim=1.5,
        )


def test_cold_start(report: Report) -> None:
    def run(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    report.compare(
        "`eyeshot table alexnet` as a whole process against `import numpy, rich`",
        lambda: run("-m", "eyeshot", "table", "alexnet"),
        lambda: run("-c", "import numpy, rich"),
        rounds=15,
        aim=2.5,
    )
