"""Models that allow no proof, or not of everything: each is told plainly, and comes back untouched."""

import copy
import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import EyeshotError, InputError
from eyeshot.measure.results import Verdict

SHAPE = (1, 2, 8, 7)


class Fn(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.conv, self.function = nn.Conv2d(2, 2, 3), function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.conv(x))


def proof_of(function: Callable[[Tensor], Tensor], **more: Any) -> Any:
    torch.manual_seed(0)
    return eyeshot.verify(Fn(function).eval(), input_shape=SHAPE, **more)


def test_a_model_that_makes_nan() -> None:
    with pytest.raises(InputError, match=r"`log` must be without NaN for a clean input, but holds 60 of 60"):
        proof_of(lambda x: (-x.abs() - 1).log())


def test_a_model_that_gives_other_numbers_each_time() -> None:
    numbers = itertools.count(1.0)
    with pytest.raises(InputError, match=r"`mul` must hold the same numbers in two runs .*model\.eval\(\)"):
        proof_of(lambda x: x * next(numbers))


def test_a_model_that_draws_from_torch_draws_the_same_in_every_run() -> None:
    proof = eyeshot.verify(nn.Sequential(nn.Conv2d(2, 2, 3), nn.Dropout()), input_shape=SHAPE)
    assert [value.verdict.name for value in proof.values] == ["PROVEN", "BOUNDED"]


def test_a_model_that_takes_too_much_memory() -> None:
    with pytest.raises(InputError, match=r"takes about .* of memory, but only 1 kB may be taken"):
        proof_of(lambda x: x, memory="1kB")


def test_a_model_that_takes_more_than_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eyeshot.measure.verify.bytes_of_machine", lambda: 2000)
    with pytest.raises(InputError, match=r"takes about .* of memory, but this machine has 2 kB"):
        proof_of(lambda x: x)


def test_no_weights_are_copied_for_a_run_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eyeshot.measure.verify.Lent", lambda *_: pytest.fail("copied"))
    with pytest.raises(InputError, match="only 1 kB may be taken"):
        proof_of(lambda x: x, memory="1kB")


@pytest.mark.parametrize("raises", [lambda: torch.empty(2**55), lambda: bytearray(2**62)])
def test_memory_that_runs_out(raises: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eyeshot.measure.prove.batched", lambda *_: raises())
    with pytest.raises(InputError, match="more memory than there is; nothing is proven"):
        proof_of(lambda x: x)


@pytest.mark.parametrize("memory", ["", "much", "-1GB", "0", "1GBB"])
def test_a_bound_on_memory_that_makes_no_sense(memory: str) -> None:
    with pytest.raises(InputError, match="such as 2GB"):
        proof_of(lambda x: x, memory=memory)


@pytest.mark.parametrize("setting", [{"rows": 0}, {"pixels": -1}, {"seed": -1}])
def test_settings_that_make_no_sense(setting: dict[str, int]) -> None:
    with pytest.raises(InputError, match="must"):
        proof_of(lambda x: x, **setting)


class Fickle(nn.Module):
    """Does something else on numbers than on shapes."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(2, 2, 3), nn.Conv2d(2, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        return self.b(x) if x.untyped_storage().device.type == "meta" else self.b(x.tanh())


def test_a_model_that_does_something_else() -> None:
    proof = eyeshot.verify(Fickle(), input_shape=SHAPE)
    assert [value.verdict for value in proof.values] == [Verdict.PROVEN, Verdict.UNPROVABLE]
    assert proof.values[1].reason == (
        "the model changes its operations: it calls `aten::tanh.default` in `b` where it called "
        "`aten::convolution.default` when it was read"
    )


def test_a_model_that_stops_early() -> None:
    proof = proof_of(lambda x: x.tanh() if x.untyped_storage().device.type == "meta" else x)
    assert proof.values[-1].verdict is Verdict.UNPROVABLE
    assert "it ends where it went on" in proof.values[-1].reason


def test_a_model_that_fails_on_numbers() -> None:
    def fail(x: Tensor) -> Tensor:
        if x.untyped_storage().device.type != "meta":
            raise ValueError("not today")
        return x.tanh()

    proof = proof_of(fail)
    assert [value.verdict for value in proof.values] == [Verdict.PROVEN, Verdict.UNPROVABLE]
    assert "raises ValueError: not today" in proof.values[-1].reason


def test_a_model_that_fails_on_nan() -> None:
    def refuse(x: Tensor) -> Tensor:
        if x.untyped_storage().device.type != "meta" and bool(torch.isnan(x.data.sum())):
            raise ValueError("NaN")
        return x.tanh()

    proof = proof_of(refuse)
    assert proof.values[-1].verdict is Verdict.UNPROVABLE
    assert proof.holds


def test_a_model_that_decides_by_its_data_is_proven_up_to_there() -> None:
    proof = proof_of(lambda x: x.tanh() if x.sum() > 0 else x.sin())
    assert proof.holds
    assert proof.counts[Verdict.PROVEN] >= 1
    assert proof.notes


def test_weights_without_numbers() -> None:
    with pytest.raises(InputError, match="lies on the meta device"):
        eyeshot.verify(nn.Conv2d(2, 2, 3, device="meta"), input_shape=SHAPE)


def test_a_model_that_insists_on_its_own_type() -> None:
    class Insists(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.weight = nn.Conv2d(2, 2, 3), [torch.ones(3, 2, 1, 1)]

        def forward(self, x: Tensor) -> Tensor:
            return torch.nn.functional.conv2d(self.conv(x), self.weight[0])

    torch.manual_seed(0)
    proof = eyeshot.verify(Insists(), input_shape=SHAPE)
    assert proof.number == "float32"
    assert proof.counts[Verdict.PROVEN] == 2


def test_half_precision_is_proven_in_double() -> None:
    assert eyeshot.verify(nn.Conv2d(2, 2, 3).bfloat16(), input_shape=SHAPE).number == "float64"


@pytest.mark.parametrize("training", [True, False])
def test_the_model_comes_back_untouched(training: bool) -> None:
    model = nn.Sequential(nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2), nn.Flatten(2), nn.LSTM(30, 4, batch_first=True))
    model.train(training)
    model[0].register_buffer("count", torch.zeros((), dtype=torch.int64))
    shared = {id(t): t for t in (*model.parameters(), *model.buffers())}
    before = copy.deepcopy(model.state_dict())
    state = torch.get_rng_state()
    attributes = {name: dict(vars(module)) for name, module in model.named_modules()}
    eyeshot.verify(model, input_shape=SHAPE, rows=2, pixels=1)
    assert {id(t) for t in (*model.parameters(), *model.buffers())} == shared.keys()
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert {name: dict(vars(module)) for name, module in model.named_modules()} == attributes
    model(torch.rand(SHAPE))


def test_training_statistics_are_global_and_run_one_at_a_time() -> None:
    model = nn.Sequential(nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2)).train()
    proof = eyeshot.verify(model, input_shape=(2, 2, 8, 7), rows=3, pixels=1)
    assert proof.counts[Verdict.PROVEN] == 2
    assert proof.batch == 1
    assert any("one at a time" in note for note in proof.notes)


def test_a_module_without_a_deep_copy() -> None:
    model = nn.Conv2d(2, 2, 3)
    model.lock = (word for word in ("generators", "cannot", "be", "copied"))
    with pytest.raises(TypeError):
        copy.deepcopy(model)
    assert eyeshot.verify(model, input_shape=SHAPE).holds


def test_interrupted_it_says_how_far_it_came() -> None:
    def stop(done: int, of: int) -> None:
        if done >= of // 2:
            raise KeyboardInterrupt

    proof = proof_of(lambda x: x, progress=stop)
    assert proof.interrupted
    assert proof.holds
    assert 0 < sum(row.checked for row in proof.inputs[0].rows) <= 15
    assert "interrupted" in repr(proof)


def test_a_fault_of_ours_is_not_blamed_on_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise EyeshotError("ours")

    monkeypatch.setattr("eyeshot.measure.judge.poisoned", broken)
    with pytest.raises(EyeshotError, match="ours"):
        proof_of(lambda x: x)
