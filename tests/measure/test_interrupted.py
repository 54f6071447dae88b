"""A proof that is interrupted says what was tried, and nothing of what was not."""

from typing import Any
from unittest import mock

import pytest
import torch
from torch import nn

import eyeshot
from eyeshot.measure.module_runner import ModuleRunner
from eyeshot.measure.results import Verdict

RUN = ModuleRunner.run


def stopped(after: int, **more: Any) -> Any:
    """A proof that is interrupted in one of its runs, as by Ctrl-C, when the first value has been seen."""
    left = after

    def run(self: ModuleRunner, inputs: dict[str, Any], sees: Any) -> str:
        nonlocal left
        left -= 1

        def sees_one(name: str, tensor: Any) -> None:
            sees(name, tensor)
            if left < 0:
                raise KeyboardInterrupt

        return RUN(self, inputs, sees_one)

    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3))
    with mock.patch.object(ModuleRunner, "run", run):
        return eyeshot.verify(model, input_shape=(1, 1, 20, 24), pixels=3, **more)


def test_what_was_tried_is_told() -> None:
    # Two runs to try it, two and one for several at once, then a batch of rows.
    proof = stopped(8)
    assert proof.interrupted
    (one,) = proof.inputs
    assert [(row.checked, row.planned, row.of) for row in one.rows] == [(20, 20, 20), (0, 24, 24)]
    assert (one.pixels, one.pixels_planned) == (0, 3)
    assert (proof.tried, proof.planned) == (20, 47)
    text = " ".join(proof.to_text().split())
    assert (
        "Interrupted after 20 of 47 rows and pixels: 20 of 20 along y, 0 of 24 along x, 0 of 3 single pixels." in text
    )
    assert "2 of 2 values were judged by then" in text
    assert "Interrupted after 20 of 47" in proof.to_markdown()
    found = proof.to_dict()
    assert found["tried"] == {"probes": 20, "planned": 47}
    assert found["inputs"][0]["rows"][1] == {"axis": "x", "checked": 0, "of": 24, "planned": 24}


def test_rows_are_proven_only_along_axes_that_were_tried_as_a_whole() -> None:
    proof = stopped(8)
    assert proof.rows.proven == 0
    assert proof.values[0].row is not None
    assert "size" in proof.values[0].row.not_shown


@pytest.mark.parametrize("after", [0, 1, 2])
def test_before_the_first_row_nothing_is_said(after: int) -> None:
    proof = stopped(after)
    assert proof.interrupted
    assert proof.tried == 0
    assert {value.verdict for value in proof.values} <= {Verdict.UNPROVABLE}
    assert "0 of" in proof.to_text()


def test_a_batch_that_was_not_ended_does_not_count() -> None:
    proofs = [stopped(after) for after in range(6, 9)]
    assert [proof.runs for proof in proofs] == sorted(proof.runs for proof in proofs)
    assert all(proof.tried % 4 == 0 for proof in proofs)
