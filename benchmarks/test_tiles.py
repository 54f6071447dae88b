"""What running in tiles costs: against bare forwards, against MONAI's sliding window, from disk, on a cluster."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ratios import Report, Row
from tile_memory import NETS

import eyeshot

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def unet() -> Any:
    from monai.networks.nets import UNet

    torch.manual_seed(0)
    return UNet(2, 1, 2, (16, 32, 64, 128), (2, 2, 2), norm="batch").eval()


@pytest.fixture(scope="module")
def image() -> Any:
    return np.random.default_rng(0).standard_normal((1, 1, 1536, 1536), np.float32)


_BARE = """
import json, time
import numpy as np, torch
import eyeshot
from monai.networks.nets import UNet

torch.set_num_threads(1)
torch.manual_seed(0)
net = UNet(2, 1, 2, (16, 32, 64, 128), (2, 2, 2), norm="batch").eval()
image = np.random.default_rng(0).standard_normal((1, 1, 1536, 1536), np.float32)
out = np.empty((1, 2, 1536, 1536), np.float32)
plan = eyeshot.tile(net, (1536, 1536), tile=256)
where = [tuple(slice(start, stop) for start, stop in tile.read) for tile in plan.tiles()]
tiles = [torch.from_numpy(image[(..., *at)].copy()) for at in where]

def run():
    plan.run(net, image, out=out)

def bare():
    with torch.inference_mode():
        for tile in tiles:
            net(tile)

times = []
for _ in range(32):
    for call in (run, bare):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
print(json.dumps([times[2::2], times[3::2]]))
"""
_KEEP = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**30), "OMP_NUM_THREADS": "1"}
"""Lets the allocator keep its memory: else up to a third of the time, on either side, goes into getting it again."""


def test_run_against_bare_forwards(report: Report) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BARE], capture_output=True, text=True, check=True, env={**os.environ, **_KEEP}
    )
    mine, bare = map(statistics.median, json.loads(done.stdout))
    what = "`plan.run` of a MONAI UNet on 1536² in 256-pixel tiles against the bare forwards of these tiles, CPU time"
    report.rows.append(Row(what, mine, bare, 1.05))
    assert mine < 1.05 * bare


@pytest.mark.parametrize("overlap", [0.25, 0.5])
def test_against_sliding_window(report: Report, unet: Any, image: Any, overlap: float) -> None:
    from monai.inferers import sliding_window_inference

    plan = eyeshot.tile(unet, (1536, 1536), tile=256)
    pixels = torch.from_numpy(image)
    with torch.inference_mode():
        whole = unet(pixels)

    def sliding() -> Any:
        with torch.inference_mode():
            return sliding_window_inference(pixels, (256, 256), 1, unet, overlap, mode="gaussian")

    mine, theirs = (
        float((torch.as_tensor(y) - whole).abs().max() / whole.std()) for y in (plan.run(unet, image), sliding())
    )
    report.compare(
        f"the same against MONAI's sliding window, Gaussian, overlap {overlap}: largest errors {mine:.1e} σ and "
        f"{theirs:.2f} σ",
        lambda: plan.run(unet, image),
        sliding,
        rounds=3,
        aim=None,
    )
    assert mine < 1e-5 < theirs


_LARGE = """
import json, resource, sys
import numpy as np, torch, zarr
from torch import nn
import eyeshot

torch.set_num_threads(1)
torch.manual_seed(0)
n = int(sys.argv[2])
net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 2, 2)).eval()
source = zarr.create_array(store=sys.argv[1] + "/in.zarr", shape=(1, 1, n, n), chunks=(1, 1, 1024, 1024), dtype="u1")
source[:, :, : n // 2] = 7
plan = eyeshot.tile(net, (1, 1, n, n), tile=1024)
plan.run(net, sys.argv[1] + "/in.zarr", out=sys.argv[1] + "/out.zarr")
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
"""


def test_large_zarr_stays_small(report: Report, tmp_path: Path) -> None:
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _LARGE, str(tmp_path), "16384"], capture_output=True, text=True, check=True
    )
    taken = json.loads(done.stdout)
    report.rows.append(
        Row(
            f"16,384² zarr to zarr in 1024-pixel tiles, peak memory {taken / 1e9:.2f} GB of 2 GB allowed (against 1 s)",
            time.perf_counter() - begin,
            1.0,
            None,
        )
    )
    assert taken < 2e9


@pytest.mark.parametrize("name", NETS)
def test_memory_that_is_said_against_measured(report: Report, name: str) -> None:
    here = Path(__file__).parent
    command = [sys.executable, str(here / "tile_memory.py"), name]
    found = []
    # Where the heap has its holes is chance: from one process to the next the peak differs by up to a third.
    for _ in range(5):
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=here.parent)
        said, measured, _ = done.stdout.splitlines()[-1].split()
        found.append(int(measured))
    middle = statistics.median(found)
    what = f"memory of a tile of {name}, said against measured, the median of five processes"
    report.rows.append(Row(what, int(said) / 1e6, middle / 1e6, 1.3, "MB"))
    assert 1 <= int(said) / middle <= 1.3


def test_two_workers_against_one(report: Report, unet: Any, image: Any, tmp_path: Path) -> None:
    import distributed

    plan = eyeshot.tile(unet, (1536, 1536), tile=400)
    # From a file, as on a cluster: what is in memory would travel with every task.
    np.save(tmp_path / "image.npy", np.asarray(image))
    lazy = plan.to_dask(unet, tmp_path / "image.npy", dtype="float32")

    def on(workers: int) -> float:
        options: dict[str, Any] = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
        with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
            client.run(lambda: __import__("torch").set_num_threads(1))
            client.compute(lazy).result()
            begin = time.perf_counter()
            client.compute(lazy).result()
            return time.perf_counter() - begin

    report.rows.append(Row("the same plan on a dask cluster of two workers against one", on(2), on(1), None))


_SYNCED = """
import json, sys, tempfile, time
from pathlib import Path
import numpy as np, torch
import eyeshot
from eyeshot.running.disk import Disk
from monai.networks.nets import UNet

torch.set_num_threads(1)
torch.manual_seed(0)
net = UNet(2, 1, 2, (16, 32, 64, 128), (2, 2, 2), norm="batch").eval()
image = np.random.default_rng(0).standard_normal((1, 1, 2720, 2720), np.float32)
plan = eyeshot.tile(net, (2720, 2720), tile=1024)

def run():
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:
        begin = time.perf_counter()
        plan.run(net, image, out=Path(folder) / sys.argv[2])
        return time.perf_counter() - begin

own, times = Disk.sync, []
for _ in range(5):
    for sync in (own, lambda *_: None):
        Disk.sync = sync
        times.append(run())
print(json.dumps([min(times[::2]), min(times[1::2]), len(plan)]))
"""


@pytest.mark.parametrize("name", ["out.npy", "out.zarr"])
def test_run_against_the_same_without_syncs(report: Report, tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SYNCED, str(tmp_path), name], capture_output=True, text=True, check=True
    )
    synced, bare, count = json.loads(done.stdout)
    what = (
        f"`plan.run` of a MONAI UNet on 2720² in {count} tiles of 1024 pixels to {name}, against the same without syncs"
    )
    report.rows.append(Row(what, synced, bare, 1.1))
    assert synced < 1.1 * bare
