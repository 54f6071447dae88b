"""Random hostile modules: sets, reaches and rows are what the running module does. `make sweep` tries 20,000."""

from collections import Counter

import pytest
import torch
from hostile.judge import judged
from hostile.net import Plan, Spec, built, drawn, shrunk
from hostile.step import KINDS

pytestmark = pytest.mark.filterwarnings("ignore:The reduce argument of torch.scatter")

PER_BLOCK = 20
BLOCKS = 5


@pytest.mark.parametrize("block", range(BLOCKS))
def test_nothing_about_a_hostile_module_is_wrong(block: int) -> None:
    torch.set_num_threads(1)
    counts: Counter[str] = Counter()
    for seed in range(block * PER_BLOCK, (block + 1) * PER_BLOCK):
        report = judged(drawn(seed))
        assert not report.faults, f"seed {seed}: {report.faults[0]}\n{built(drawn(seed))}"
        counts.update(report.counts)
    # Nearly every seed makes a network, and most of what is said is exact.
    assert counts["networks"] > 0.8 * PER_BLOCK
    assert counts["exact"] > 0.7 * counts["values"] > 0


def test_every_kind_of_step_is_drawn() -> None:
    drawn_kinds = {step.kind for seed in range(400) for step in _steps(drawn(seed))}
    assert drawn_kinds >= set(KINDS) - {"kernels computed everywhere"}


def _steps(plan: Plan) -> list[torch.nn.Module]:
    net = built(plan)
    return [] if net is None else list(net.every())


def test_a_fault_is_shrunk_to_the_step_that_has_it() -> None:
    plan = next(one for one in map(drawn, range(1000)) if _has(one, "rolled") and len(one.specs) > 3)
    smallest = shrunk(plan, lambda one: _has(one, "rolled"))
    assert [spec.kind for spec in smallest.specs] == ["rolled"]


def _has(plan: Plan, kind: str) -> bool:
    return any(step.kind == kind for step in _steps(plan))


def test_a_claim_that_is_too_narrow_or_too_wide_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from eyeshot.api.field import Field

    plan = Plan((2, 9), (), False, (Spec("causal conv", 5), Spec("smooth", 4)))
    assert not judged(plan).faults
    at = Field.at

    def narrow(self: Field, *index: int, **of: str) -> object:
        region = at(self, *index, **of)
        return replace(region, products=tuple((run[:1],) for (run,) in region.products)[:1])

    def wide(self: Field, *index: int, **of: str) -> object:
        region = at(self, *index, **of)
        return replace(region, products=((((0, 9),),),))

    monkeypatch.setattr(Field, "at", narrow)
    assert "narrow" in {fault.sort for fault in judged(plan).faults}
    monkeypatch.setattr(Field, "at", wide)
    assert "wide" in {fault.sort for fault in judged(plan).faults}
