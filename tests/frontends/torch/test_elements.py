"""What each single element of a result reads, of every operation: by changing the inputs' elements one by one."""

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from torch_calls import CALLS, Call
from torch_claims import OneOf, claimed
from torch_elements import Bools, changed_by_elements, results
from torch_modules import MODULES

from eyeshot.errors import InputError
from eyeshot.frontends.torch.capture import capture
from eyeshot.frontends.torch.operations import Operation
from eyeshot.frontends.torch.rules import TABLE
from eyeshot.frontends.torch.watch import Watch
from eyeshot.graph.access import Status

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*deprecated.*"),
    pytest.mark.filterwarnings("ignore:An output with one or more elements was resized"),
    pytest.mark.filterwarnings("ignore:index_reduce"),
    pytest.mark.filterwarnings("ignore:Casting complex values to real"),
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
    pytest.mark.filterwarnings("ignore:.*degrees of freedom"),
    pytest.mark.filterwarnings("ignore:Since version 1.3.0, affine_grid"),
]


@pytest.mark.parametrize("name", CALLS)
def test_elements_read_are_those_that_change(name: str) -> None:
    call = CALLS[name]
    seen = Seen(call)
    for result, y in enumerate(results(call.function, call.arguments())):
        if not y.numel():
            continue
        status, found = claimed(call.function, call.arguments(), result, tuple(y.shape))
        assert status is (Status.BOUNDED if call.is_bounded(result) else Status.EXACT)
        for k, claims in enumerate(found):
            narrow = seen.changed[result][k] & ~claims
            assert not narrow.any(), f"result {result}: too narrow at {np.argwhere(narrow)[0]}"
            if status is Status.EXACT and not call.unseen:
                wide = seen.missing(result, k, claims)
                assert not wide.any(), f"result {result}: too wide at {np.argwhere(wide)[0]}"


class Seen:
    """What changes of the results of a call; where a change shows seldom, after more tries."""

    def __init__(self, call: Call) -> None:
        self._call, self._is_patient = call, False
        self.changed, self.poisoned = self._try(tries=3, seed=0)

    def _try(self, tries: int, seed: int) -> tuple[list[list[Bools]], list[list[Bools]]]:
        return changed_by_elements(
            self._call.function, self._call.arguments(), tries=tries, seed=seed, nan=self._call.nan
        )

    def missing(self, result: int, k: int, claims: Bools) -> Bools:
        """Elements that are said to be read, and never show."""
        absent: Bools = claims & ~self.changed[result][k] & ~self.poisoned[result][k]
        if absent.any() and not self._is_patient:
            self._is_patient = True
            more, _ = self._try(tries=30, seed=1)
            self.changed = [
                [a | b for a, b in zip(*both, strict=True)] for both in zip(self.changed, more, strict=True)
            ]
            return self.missing(result, k, claims)
        return absent


def test_every_rule_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: set[Any] = set()
    for way in ("_translate", "_view"):
        spied = getattr(Watch, way)

        def spy(self: Watch, operation: Operation, *args: Any, spied: Any = spied) -> Any:
            reached.add(operation.rule)
            return spied(self, operation, *args)

        monkeypatch.setattr(Watch, way, spy)
    for call in CALLS.values():
        with suppress(InputError):
            # Of some the first result reads nothing.
            capture(OneOf(call.function, 0), input_shape=call.arguments())
    for make, shape in MODULES.values():
        capture(make().eval(), input_shape=shape)
    missing = {rule for _, rule in TABLE.values()} - reached
    names = {f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}" for rule in missing}
    assert {name for name in names - ELSEWHERE if name.partition(".")[0] not in WITH_TESTS} == set()


WITH_TESTS = {"gradients", "quantised"}
"""Families that tests of their own try."""
ELSEWHERE = {
    "attention.flex_attention", "convolution.deformable", "factories.drawn_after", "matmul.grouped_mm",
    "matmul.packed_mm", "pointwise.listed", "recurrent.pack", "recurrent.packed_recurrent", "reductions.drawn",
    "reductions.multinomial", "sampling.roi", "values.either", "values.is_same_size", "values.needs_numbers",
    "values.resized", "values.sampled",
    # The framework takes these apart before anyone sees them, at least on the meta device.
    "copies.repeat_interleave", "indexing.one_hot", "pointwise.rms_norm_without_parts", "reductions.larger",
}  # fmt: skip
"""Rules that tests of their own try, and those of which nothing is read that could change."""
