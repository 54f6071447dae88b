"""What running tiles does to the model, and what a compiled one does to the run."""

import threading
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.api.plan import Plan
from eyeshot.errors import InputError

SHAPE = (1, 1, 70, 90)
IMAGE = np.random.default_rng(0).standard_normal(SHAPE, np.float32)


class Counting(nn.Module):
    """Counts and keeps, by every means, what it does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3, padding=1)
        self.calls, self.sizes, self.by_call = 0, ["none"], dict[int, Any]()
        self.last: Tensor | None = None
        self.register_buffer("steps", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.sizes.append(str(x.shape))
        self.by_call[self.calls] = x.shape
        self.last = x
        self.get_buffer("steps").add_(1)
        return self.conv(x)


def left(model: Counting) -> tuple[Any, ...]:
    return model.calls, model.sizes, model.by_call, model.last, float(model.get_buffer("steps"))


@pytest.fixture(name="counting")
def _counting() -> Counting:
    model = Counting().eval()
    with torch.no_grad():
        model(torch.zeros(1, 1, 8, 8))
    return model


WORK = {
    "run": lambda plan, model: plan.run(model, IMAGE),
    "batch": lambda plan, model: plan.run(model, IMAGE, batch=3),
    "check": lambda plan, model: plan.check(model),
    "curve": lambda plan, model: plan.curve(model),
    "dask": lambda plan, model: plan.to_dask(model, IMAGE).compute(scheduler="threads"),
    "tile": lambda _, model: eyeshot.tile(model, SHAPE, tile=30),
}


@pytest.mark.parametrize("work", WORK)
def test_what_a_model_counts_comes_back(work: str, counting: Counting) -> None:
    plan = eyeshot.tile(counting, SHAPE, tile=30)
    before = (1, list(counting.sizes), dict(counting.by_call), counting.last, 1.0)
    WORK[work](plan, counting)
    now = left(counting)
    assert now[:3] == before[:3]
    assert now[3] is before[3]
    assert now[4] == before[4]


def test_what_a_model_counts_comes_back_after_a_fault(counting: Counting) -> None:
    plan = eyeshot.tile(counting, SHAPE, tile=30)
    before = counting.calls

    def stop(done: int, _total: int) -> None:
        if done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan.run(counting, IMAGE, progress=stop)
    assert (counting.calls, float(counting.get_buffer("steps"))) == (before, 1.0)


def test_of_several_runs_at_a_time_the_last_puts_back(counting: Counting) -> None:
    plan = eyeshot.tile(counting, SHAPE, tile=30)
    begun, ended = threading.Event(), threading.Event()

    def wait(done: int, _total: int) -> None:
        if done == 2:
            begun.set()
            ended.wait(30)

    other = threading.Thread(target=lambda: plan.run(counting, IMAGE, progress=wait))
    other.start()
    assert begun.wait(30)
    plan.run(counting, IMAGE)
    assert counting.calls > 1
    ended.set()
    other.join()
    assert (counting.calls, float(counting.get_buffer("steps"))) == (1, 1.0)


# ---------------------------------------------------------------------- in training mode


class Dropping(nn.Module):
    """Drops by a function, which is no module that is known to drop."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.dropout(self.conv(x), 0.5, self.training)


def test_a_model_that_is_in_training_mode_when_it_runs() -> None:
    model = Dropping().eval()
    plan = eyeshot.tile(model, SHAPE, tile=30)
    plan.run(model, IMAGE)
    model.train()
    for work in (plan.run, plan.to_dask):
        with pytest.raises(InputError, match=r"works otherwise in training mode.*call model\.eval\(\) first"):
            work(model, IMAGE)
    harmless = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU()).train()
    plan = eyeshot.tile(harmless, SHAPE, tile=30)
    assert np.array_equal(plan.run(harmless, IMAGE), plan.run(harmless.eval(), IMAGE))


# ---------------------------------------------------------------------- compiled


class Backend:
    """A compiler that changes nothing, and counts how often what it made is called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, graph: Any, _inputs: Any) -> Any:
        def run(*args: Any) -> Any:
            self.calls += 1
            return graph(*args)

        return run


class TwoLayers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.last = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.first(x).relu())


def planned(model: nn.Module, **how: Any) -> tuple[Plan, npt.NDArray[Any]]:
    torch.compiler.reset()
    plan = eyeshot.tile(model, SHAPE, tile=30, **how)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return plan, plan.run(model, IMAGE)


def test_a_compiled_model_runs_compiled() -> None:
    model, backend = TwoLayers().eval(), Backend()
    _, wanted = planned(model)
    plan, found = planned(torch.compile(model, backend=backend))
    assert backend.calls == len(plan)
    assert np.array_equal(found, wanted)
    backend.calls = 0
    model.compile(backend=backend)
    plan, found = planned(model)
    assert backend.calls == len(plan)
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize("way", ["around", "itself", "within"])
def test_results_within_a_compiled_model_are_there_and_the_cost_is_told(way: str) -> None:
    model, backend = TwoLayers().eval(), Backend()
    _, wanted = planned(model, output="first")
    compiled: Any = model
    torch.compiler.reset()
    if way == "around":
        compiled = torch.compile(model, backend=backend)
    elif way == "itself":
        model.compile(backend=backend)
    else:
        model.first.compile(backend=backend)
    with torch.no_grad():
        # Hooks that come later are not heard by what is compiled by now.
        compiled(torch.zeros(1, 1, 30, 30))
    plan = eyeshot.tile(compiled, SHAPE, tile=30, output="first")
    backend.calls = 0
    with pytest.warns(UserWarning, match=r"runs operation by operation.*because `first`, which is wanted"):
        found = plan.run(compiled, IMAGE)
    assert np.array_equal(found, wanted)
    assert not backend.calls
