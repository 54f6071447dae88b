"""Several threads analyse at once, the same model and others, while modules run beside them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import eyeshot


class Draws(nn.Module):
    """Draws random numbers, has a recurrent layer, and keeps what it has seen."""

    def __init__(self, kernel: int) -> None:
        super().__init__()
        self.kernel = kernel
        self.add_module(f"conv{kernel}", nn.Conv2d(3, 4, kernel))
        self.norm, self.rnn = nn.BatchNorm2d(4), nn.GRU(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(getattr(self, f"conv{self.kernel}")(x))
        self.seen = y * torch.rand(4)[0]
        return self.rnn(self.seen.flatten(2)[0].T)[0]  # type: ignore[no-any-return]


def nets() -> list[nn.Module]:
    blocks = [
        nn.Sequential(*(nn.Sequential(nn.Conv2d(3, 3, k), nn.ReLU()) for _ in range(3))).eval() for k in (1, 2, 3, 4)
    ]
    return [*blocks, *(Draws(k).eval() for k in (2, 3, 5))]


def seen(model: nn.Module) -> Any:
    fields = eyeshot.analyze(model, input_shape=(1, 3, 20, 20))
    return fields.names, fields.table, tuple(node.name for node in fields.graph.nodes), fields.graph.calls


@pytest.fixture
def training() -> Any:
    """Modules that run in a thread of their own all the while."""
    done = Event()
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Sequential(nn.ReLU(), nn.Conv2d(8, 8, 3)))

    def train() -> None:
        while not done.wait(0.005):
            model(torch.rand(1, 3, 16, 16)).sum().backward()

    thread = Thread(target=train)
    thread.start()
    yield model
    done.set()
    thread.join()


@pytest.mark.parametrize("shared", [False, True])
def test_224_analyses_of_eight_threads_are_right(shared: bool, training: nn.Module) -> None:
    one = nets()
    known = [seen(model) for model in one]
    models = [one if shared else nets() for _ in range(8)]

    def work(thread: int) -> list[Any]:
        order = [(k * 5 + thread) % len(one) for k in range(28)]
        return [(k, seen(models[thread][k])) for k in order]

    with ThreadPoolExecutor(8) as pool:
        found = [pair for pairs in pool.map(work, range(8)) for pair in pairs]
    assert len(found) == 224
    assert sum(answer != known[k] for k, answer in found) == 0
    assert all(not hasattr(model, "seen") for model in one)
    assert all(not w.is_meta for model in one[4:] for w in model.rnn._flat_weights)  # type: ignore[union-attr]
    assert training[0].weight.grad is not None


def test_proofs_and_analyses_of_one_model_take_turns() -> None:
    model = nets()[2]
    known = seen(model)

    def work(k: int) -> bool:
        if k % 3:
            return bool(seen(model) == known)
        return eyeshot.verify(model, input_shape=(1, 3, 20, 20), rows=2, pixels=1).holds

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(18)))
