"""Patches on dask: whatever runs the tasks, and whoever is lost meanwhile, the same as in one process."""

import os
import signal
import time
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
from tile_nets import Slow
from torch import nn

import eyeshot
from eyeshot.effects import spread as spread_module
from eyeshot.effects.images import images_of
from eyeshot.effects.passes import Subject
from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.effects.search import Search
from eyeshot.errors import InputError, RunError

pytest.importorskip("dask")


def net() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 3, 3), nn.ReLU6()).eval()


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Few different numbers: ties within an image and between them.
    for number in range(11):
        np.save(tmp_path / f"{number:02}.npy", np.random.default_rng(number // 2).integers(0, 3, (1, 12, 14)))
    monkeypatch.setattr(spread_module, "CHUNK", 3)
    return tmp_path


def search(folder: Path, model: nn.Module, layer: str = "3", **named: Any) -> Search:
    return Search(Subject(model, (1, 1, 12, 14)), layer, layer, images_of(folder), Preprocessing(), **named)


def same(one: Any, other: Any) -> None:
    for name in ("scores", "images", "places", "ties"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name


@pytest.mark.parametrize("scheduler", ["synchronous", "threads", "processes"])
@pytest.mark.parametrize("only_inside", [False, True])
def test_the_same_as_one_process(folder: Path, scheduler: str, only_inside: bool) -> None:
    model = net()
    whole = search(folder, model, count=7, only_inside=only_inside).run()
    same(spread_module.spread(search(folder, model, count=7, only_inside=only_inside), scheduler), whole)


def test_from_python(folder: Path) -> None:
    found = [eyeshot.patches(net(), "3", folder, count=2, scheduler=how) for how in (None, "threads")]
    assert repr(found[0]) == repr(found[1])
    for mine, theirs in zip(*(one.channels for one in found), strict=True):
        assert [patch.hit for patch in mine.patches] == [patch.hit for patch in theirs.patches]
        assert [patch.name for patch in mine.patches] == [patch.name for patch in theirs.patches]
    with pytest.raises(InputError, match="a search on dask keeps no journal"):
        eyeshot.patches(net(), "3", folder, scheduler="threads", journal=folder / "journal")


def test_the_same_search_makes_the_same_tasks(folder: Path) -> None:
    def tasks(model: nn.Module, **named: Any) -> set[str]:
        made: list[Any] = []
        with mock.patch.object(spread_module, "_computed", side_effect=lambda found, _: made.append(found)):
            spread_module.spread(search(folder, model, **named), "threads")
        return set(map(str, made[0].dask))

    assert tasks(net()) == tasks(net())
    chunks = {key for key in tasks(net()) if key.startswith("patches-")}
    assert len(chunks) == 1 + 4
    assert not {key for key in chunks & tasks(net(), count=2) if not key.startswith("patches-model")}
    other = net()
    with torch.no_grad():
        other[0].bias += 1
    assert not chunks & tasks(other)


def test_what_goes_wrong_is_said(folder: Path) -> None:
    with pytest.raises(InputError, match="dask must know the scheduler, but does not know 'thread'"):
        spread_module.spread(search(folder, net()), "thread")
    with pytest.raises(RunError, match="the search on dask broke off"):
        spread_module.spread(search(folder, net()), lambda *_, **__: 1 / 0)
    np.save(folder / "05.npy", np.full((1, 12, 14), np.nan))
    with pytest.raises(InputError, match=r"05\.npy' must hold numbers"):
        spread_module.spread(search(folder, net()), "threads")
    with (
        mock.patch.dict("sys.modules", {"dask": None}),
        pytest.raises(InputError, match=r"needs dask, which is not installed; run: pip install 'eyeshot\[tiles\]'"),
    ):
        spread_module.spread(search(folder, net()), "threads")


def test_a_cluster_survives_a_worker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)
    distributed = pytest.importorskip("distributed")
    model = Slow(net())
    work = search(folder, model, "net.3")
    whole = search(folder, model, "net.3").run()
    options: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        workers = list(client.run(os.getpid).values())
        assert len(workers) == 2
        plain = spread_module._computed

        def computed(found: Any, scheduler: Any) -> Any:
            future = client.compute(found)
            time.sleep(0.5)
            os.kill(workers[0], signal.SIGKILL)
            result = plain(found, scheduler)
            assert future.result(timeout=120) is not None
            return result

        with mock.patch.object(spread_module, "_computed", computed):
            same(spread_module.spread(work, client), whole)
