"""Several hands at once: threads that share a model, processes that want the same target, a cluster's tasks."""

import copy
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tile_nets import Net, image_of
from torch import nn

import eyeshot

SHAPE = (1, 3, 60, 84)


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return Net().eval()


@pytest.fixture
def image() -> Any:
    return image_of(SHAPE).numpy()


@pytest.fixture
def often() -> Any:
    """Threads take turns as often as they can, so that what they share shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


# ---------------------------------------------------------------------- threads


@pytest.mark.usefixtures("often")
def test_threads_hear_their_own_calls(net: nn.Module, image: Any) -> None:
    plan = eyeshot.tile(net, SHAPE, tile=(32, 40), output="down")
    images = [image + k for k in range(4)]
    expected = [plan.run(net, one) for one in images]
    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda one: plan.run(net, one), images))
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.usefixtures("often")
def test_dask_on_threads(net: nn.Module, image: Any) -> None:
    pytest.importorskip("dask.array")
    plan = eyeshot.tile(net, SHAPE, tile=(32, 40), output="down")
    expected = plan.run(net, image)
    lazy = plan.to_dask(net, image)
    for _ in range(10):
        assert np.array_equal(lazy.compute(scheduler="threads", num_workers=4), expected)


class Keeping(nn.Module):
    """Keeps the size on itself while it runs, as many published transformers do."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.size = x.shape[-2:]
        time.sleep(0.0005)
        y = self.a(x).flatten(2).relu()
        return self.b(y.reshape(*y.shape[:2], *self.size))


@pytest.mark.usefixtures("often")
def test_model_that_keeps_things_on_itself(image: Any) -> None:
    model = Keeping().eval()
    plan = eyeshot.tile(model, SHAPE, tile=(32, 40))
    expected = plan.run(model, image)
    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: plan.run(model, image), range(4)))
        assert all(np.array_equal(one, expected) for one in found)


def test_hook_heard_from_another_thread_does_not_count(net: nn.Module, image: Any) -> None:
    """Somebody else calls the model, past eyeshot, in the middle of a tile."""
    plan = eyeshot.tile(net, SHAPE, tile=(32, 40), output="down")
    expected = plan.run(net, image)

    def beside() -> None:
        with torch.inference_mode():
            net.down(torch.zeros(1, 3, 8, 8))

    def other(_module: Any, _args: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            thread = threading.Thread(target=beside)
            thread.start()
            thread.join()

    handle = net.down.register_forward_pre_hook(other)
    try:
        assert np.array_equal(plan.run(net, image), expected)
    finally:
        handle.remove()


# ---------------------------------------------------------------------- tasks


def test_the_same_work_makes_the_same_tasks(net: nn.Module, image: Any, tmp_path: Path) -> None:
    pytest.importorskip("dask.array")
    plan = eyeshot.tile(net, SHAPE, tile=(32, 40))

    def keys(model: nn.Module, pixels: Any) -> set[Any]:
        return set(dict(plan.to_dask(model, pixels, dtype="float32").dask))

    np.save(tmp_path / "in.npy", image)
    for pixels in (image, tmp_path / "in.npy", eyeshot_dask(image)):
        assert tasks(keys(net, pixels)) == tasks(keys(copy.deepcopy(net), pixels))
    before = keys(net, image), keys(net, tmp_path / "in.npy")
    assert not tasks(before[0]) & tasks(keys(net, image + 1))
    time.sleep(0.01)
    np.save(tmp_path / "in.npy", image + 1)
    assert not tasks(before[1]) & tasks(keys(net, tmp_path / "in.npy")), "a file that was written anew is another image"
    for change in (_other_number, _other_weight, _other_buffer, _other_activation):
        other = copy.deepcopy(net)
        change(other)
        assert not tasks(before[0]) & tasks(keys(other, image)), change.__name__


def tasks(keys: set[Any]) -> set[Any]:
    found = {key for key in keys if str(key).startswith("tile-")}
    assert len(found) == 9
    return found


def eyeshot_dask(image: Any) -> Any:
    import dask.array as da

    return da.from_array(image, chunks=(1, 3, 20, 20))


def _other_number(net: Any) -> None:
    net.down[3].eps *= 2


def _other_weight(net: Any) -> None:
    with torch.no_grad():
        net.down[0].weight[0] += 1


def _other_buffer(net: Any) -> None:
    net.register_buffer("unsaved", torch.ones(3), persistent=False)


def _other_activation(net: Any) -> None:
    net.down[1] = nn.GELU()


@pytest.mark.parametrize("scheduler", ["threads", "synchronous", pytest.param("processes", marks=pytest.mark.sweep)])
def test_every_scheduler_gives_the_same_bits(net: nn.Module, image: Any, tmp_path: Path, scheduler: str) -> None:
    pytest.importorskip("dask.array")
    np.save(tmp_path / "in.npy", image)
    plan = eyeshot.tile(net, SHAPE, tile=(32, 40))
    expected = plan.run(net, image)
    found = plan.to_dask(net, tmp_path / "in.npy").compute(scheduler=scheduler, num_workers=2)
    assert np.array_equal(found, expected)
