"""Whole numbers that are looked up in a table are proven by NaN, put where they are looked up."""

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.graph.ops import Window
from eyeshot.measure.results import Verdict


class Reader(nn.Module):
    def __init__(self, seen: Any = lambda ids: ids) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.seen, self.table, self.conv = seen, nn.Embedding(20, 4), nn.Conv1d(4, 4, 3, padding=1)

    def forward(self, ids: Tensor) -> Tensor:
        found = self.table(self.seen(ids))
        return self.conv(found.reshape(1, -1, 4).transpose(1, 2) if found.shape[0] == 1 else found.transpose(1, 2))


def verdicts(model: nn.Module, **more: Any) -> list[Verdict]:
    proof = eyeshot.verify(model.eval(), input_shape="1x12:int64", **more)
    assert proof.holds
    return [value.verdict for value in proof.values]


@pytest.mark.parametrize(
    "seen",
    [
        lambda ids: ids,
        lambda ids: ids[:, 2:9],
        lambda ids: ids.reshape(1, 3, 4).transpose(1, 2),
        lambda ids: ids.to(torch.int32),
        lambda ids: ids[:, ::2].contiguous(),
        lambda ids: ids.unsqueeze(-1).expand(1, 12, 2),
    ],
    ids=["as they are", "a slice", "transposed", "of another type", "every second", "twice"],
)
def test_tokens_that_are_looked_up_are_proven_by_nan(seen: Any) -> None:
    found = verdicts(Reader(seen))
    assert found[-1] is Verdict.PROVEN
    assert found.count(Verdict.PROVEN) >= 2


def test_a_table_that_was_computed_with_is_judged_by_changes() -> None:
    found = verdicts(Reader(lambda ids: (ids + 1) % 20))
    assert found[-1] is Verdict.CHANGED


def test_a_mask_of_tokens_is_judged_by_changes_and_so_is_what_it_touches() -> None:
    class Masked(Reader):
        def forward(self, ids: Tensor) -> Tensor:
            return super().forward(ids) * ids.ne(3).unsqueeze(1)

    found = verdicts(Masked())
    assert found[1] is Verdict.PROVEN
    assert Verdict.PROVEN not in found[-3:]


def test_tokens_that_are_overwritten_are_not_taken_for_the_input() -> None:
    class Begun(Reader):
        def forward(self, ids: Tensor) -> Tensor:
            ids = ids.clone()
            ids[:, 0] = 7
            return super().forward(ids)

    assert verdicts(Begun())[-1] is Verdict.CHANGED


def test_two_inputs_of_tokens_are_told_apart() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right = Reader(), Reader()

        def forward(self, a: Tensor, b: Tensor) -> Tensor:
            return self.left(a) + self.right(b)

    proof = eyeshot.verify(Two().eval(), input_shape={"a": "1x12:int64", "b": "1x12:int64"})
    assert {value.verdict for value in proof.values} == {Verdict.PROVEN}


def test_a_wrong_claim_about_tokens_is_found_and_shown_by_one_of_them() -> None:
    asked = Window.accesses
    wider = mock.patch.object(
        Window,
        "accesses",
        lambda self, *shapes: asked(replace(self, dilation=(2,), pad_before=(2,), pad_after=(2,)), *shapes),
    )
    with wider:
        proof = eyeshot.verify(Reader().eval(), input_shape="1x12:int64")
    assert not proof.holds
    assert proof.mismatch is not None
    assert (proof.mismatch.input, len(proof.mismatch.pixel)) == ("input", 1)
