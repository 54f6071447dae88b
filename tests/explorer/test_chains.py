"""The editor's arithmetic, pinned: `web/test/chains.test.ts` reads the same file."""

import json
from pathlib import Path
from typing import Any

import golden
import pytest

import eyeshot
from eyeshot.errors import EyeshotError

FILE = Path(__file__).parent / "golden" / "chains.json"
LISTS: list[tuple[list[int], str]] = [
    (
        [3, 227, 227],
        "conv k11 s4 c96 | maxpool k3 s2 | conv k5 p2 | maxpool k3 s2 | conv k3 p1 x3 | maxpool k3 s2 | conv k6",
    ),
    ([1, 32, 32], "conv k3 p1 | conv k3 p2 d2 | conv k3 p4 d4"),
    ([1, 33, 20], "conv k5x3 s2x1 p2x0 d1x2 | maxpool k3 s2 | avgpool k2"),
    ([1, 21, 21], "maxpool k3 s2 ceil | maxpool k2 s2 p1 ceil | conv k2 s3"),
    ([2, 16, 16], "deconv k2 s2 | conv k3 p1 | deconv k3 s2 p1 op1 | deconv k4 s3 d2"),
    ([2, 9, 12], "deconv k2 s3 | conv k2 s2 | deconv k1 s2 | conv k3"),
    ([1, 12, 10], "upsample scale2 | conv k3 p1 | upsample scale3 linear | conv k3 s2 p1"),
    ([1, 12, 10], "upsample scale3x2 | upsample scale2 linear | conv k3 s3"),
    ([1, 64], "conv k3 p2:0 | conv k3 p4:0 d2 | conv k3 p8:0 d4"),
    ([1, 64], "conv k1 s2 | conv k3 | deconv k2 s2 | upsample scale2"),
    ([3, 8, 32, 32], "conv k3x7x7 s1x2x2 p1x3x3 | maxpool k1x3x3 s1x2x2 p0x1x1 | conv k3 p1 | deconv k2 s2"),
    ([1, 4, 4], "deconv k2 s2 op2 | conv k2"),
    ([1, 9, 9], "conv k3 p1:0 | conv k2 p0:1x2:0 | maxpool k2"),
]
BROKEN: list[tuple[list[int], str, int]] = [
    ([1, 10, 10], "conv k3 | conv k9 | conv k3", 1),
    ([1, 10, 10], "conv k3 d5 | conv k3", 0),
    ([1, 10, 4], "conv k3 | maxpool k3", 1),
    ([1, 4, 4], "deconv k1 s1 p3", 0),
]


def rows(size: list[int], text: str) -> list[dict[str, Any]]:
    fields = eyeshot.analyze(text, input_shape=(1, *size))
    keys = ("n", "jump", "size", "size_min", "start", "padding", "period")
    layers: list[dict[str, Any]] = fields.to_dict()["layers"]
    return [
        {
            "name": layer["name"],
            "shape": layer["shape"],
            "axes": [[axis[key] for key in keys] for axis in layer["axes"]],
        }
        for layer in layers
    ]


def test_golden_file(refresh: bool) -> None:
    cases = [{"input": size, "list": text, "rows": rows(size, text)} for size, text in LISTS]
    wrong = [{"input": size, "list": text, "broken": index} for size, text, index in BROKEN]
    lines = [json.dumps(case, separators=(",", ":")) for case in (*cases, *wrong)]
    golden.check(FILE, "[\n" + ",\n".join(lines) + "\n]\n", refresh=refresh)


@pytest.mark.parametrize(("size", "text", "index"), BROKEN)
def test_broken_lists_are_broken_for_python_too(size: list[int], text: str, index: int) -> None:
    layers = text.split(" | ")
    if index:
        eyeshot.analyze(" | ".join(layers[:index]), input_shape=(1, *size))
    with pytest.raises(EyeshotError):
        eyeshot.analyze(" | ".join(layers[: index + 1]), input_shape=(1, *size))
