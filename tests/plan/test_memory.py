"""What a tile takes of memory: told from what lives while the model runs, and measured in a process of its own."""

import itertools
import json
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import InputError
from eyeshot.measure.tiles.memory import _HOLES, _LOOSE, bytes_of_run, bytes_of_weights

SHAPE = (1, 8, 64, 64)
VALUE = 4 * 8 * 64 * 64


class Chain(nn.Module):
    """Adds one again and again; may keep all that it makes until it returns."""

    def __init__(self, *, keeps: bool) -> None:
        super().__init__()
        self.keeps = keeps

    def forward(self, x: Tensor) -> Tensor:
        kept = [x]
        for _ in range(6):
            x = x + 1
            if self.keeps:
                kept.append(x)
        return x


def told(model: nn.Module, shape: tuple[int, ...] = SHAPE) -> float:
    """In small tensors; each counts with the hole beside it, and the input is there once more as it is."""
    return bytes_of_run(model, shape).alone / _LOOSE / VALUE


def test_tensors_count_while_they_live() -> None:
    # The caller's input, the last value and the next one; with the input's copy.
    assert told(Chain(keeps=False)) == pytest.approx(_HOLES * 3 + 1, rel=1e-3)
    assert told(Chain(keeps=True)) == pytest.approx(_HOLES * 7 + 1, rel=1e-3)
    assert told(nn.ReLU(inplace=True)) == pytest.approx(_HOLES * 1 + 1, rel=1e-3), "nothing new is made"
    assert told(nn.Flatten()) == pytest.approx(_HOLES * 1 + 1, rel=1e-3), "a view takes nothing"


def test_large_tensors_leave_no_holes() -> None:
    shape = (1, 8, 2048, 1024)
    value = 4 * 8 * 2048 * 1024
    taken = bytes_of_run(nn.ReLU(), shape)
    assert taken.alone == taken.among == pytest.approx(_LOOSE * 3 * value, rel=1e-3)


def test_convolutions_work_on_copies_in_blocks_of_channels() -> None:
    # Operand and result of 8 channels, both copied to 16.
    assert told(nn.Conv2d(8, 8, 3, padding=1)) == pytest.approx(_HOLES * (2 + 4) + 1, rel=1e-3)
    assert told(nn.ConvTranspose2d(8, 8, 3, padding=1)) == pytest.approx(_HOLES * (2 + 2 + 1) + 1, rel=1e-3)


def test_the_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Conv2d(8, 4, 3), nn.BatchNorm2d(4)).eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    pointers = [tensor.data_ptr() for tensor in model.state_dict().values()]
    bytes_of_run(model, SHAPE)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert [tensor.data_ptr() for tensor in model.state_dict().values()] == pointers


def test_shared_weights_count_once() -> None:
    one = nn.Conv2d(8, 8, 3, bias=False)
    assert bytes_of_weights(nn.Sequential(one, one, nn.BatchNorm2d(8))) == 4 * (8 * 8 * 9 + 4 * 8) + 8


def test_budget_holds_weights_and_tile() -> None:
    model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 1, 3, padding=1)).eval()
    plan = eyeshot.tile(model, (1, 1, 4096, 4096), memory="20MB")
    assert plan.bytes_of_weights == bytes_of_weights(model) == plan.to_dict()["weights"]
    assert 10_000_000 < plan.bytes_per_tile + plan.bytes_of_weights <= 20_000_000
    taken = bytes_of_run(model, (1, 1, *(cut.size for cut in plan.axes)))
    assert taken.alone < taken.among <= 20_000_000 - plan.bytes_of_weights, "tiles at the border have other shapes"
    assert plan.bytes_per_tile == bytes_of_run(model, (1, 1, *(cut.size for cut in plan.axes))).alone
    assert f"{plan.bytes_of_weights / 1000:.3g} kB of weights" in str(plan)
    with pytest.raises(InputError, match=r"must hold the weights \([0-9,]+ bytes\) and a tile, but"):
        eyeshot.tile(model, (1, 1, 4096, 4096), memory=1000)


def test_memory_is_given_back_when_tiles_change_their_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    from eyeshot.measure.tiles import network

    model = nn.Conv2d(1, 1, 3, padding=1).eval()
    plan = eyeshot.tile(model, (1, 1, 40, 70), tile=(40, 20))
    calls: list[int] = []
    monkeypatch.setattr(network, "give_back", lambda: calls.append(1))
    plan.run(model, torch.zeros(1, 1, 40, 70).numpy())
    assert not calls, "tiles are too small for holes to matter"
    monkeypatch.setattr(network, "_WORTH", plan.bytes_per_tile)
    plan.run(model, torch.zeros(1, 1, 40, 70).numpy())
    lengths = [stop - start for start, stop in plan.axes[1].reads]
    assert len(calls) == 1 + sum(a != b for a, b in itertools.pairwise(lengths)) < len(plan)


class Curious(nn.Module):
    """Asks for numbers of its own, which eyeshot knows while it reads the model, and not while it counts."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("times", torch.tensor(2))

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(int(self.times)):
            x = x + 1
        return x


def test_what_cannot_be_told_is_said() -> None:
    plan = eyeshot.tile(Curious().eval(), (1, 1, 256, 256), tile=64)
    assert any("the graph's values alone" in note and "without numbers" in note for note in plan.tiling.notes)
    with pytest.raises(InputError, match=r"without numbers, but `Curious` does not .*; name a size of tiles"):
        eyeshot.tile(Curious().eval(), (1, 1, 256, 256), memory="1MB")


MEASURED = """
import json
from pathlib import Path
import torch
from torch import nn

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

torch.set_num_threads(1)
layers = [nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1)]
net = nn.Sequential(*layers).eval()
with torch.inference_mode():
    net(torch.zeros(1, 1, 32, 32))
    before = peak()
    image = torch.ones(1, 1, 640, 640)
    result = net(image)
print(json.dumps(peak() - before))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the peak is read where Linux tells it")
def test_figure_is_what_a_process_takes() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True)
    layers = [nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1)]
    figure = bytes_of_run(nn.Sequential(*layers).eval(), (1, 1, 640, 640)).alone
    # Processors without the widest vectors take smaller blocks, or another kernel: then it is less.
    assert 0.95 < figure / json.loads(done.stdout) < 2


def test_results_of_a_tile_are_gone_before_the_next_is_run(tmp_path: Path) -> None:
    seen: list[weakref.ref[torch.UntypedStorage]] = []
    alive: list[int] = []

    class Watched(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            alive.append(sum(one() is not None for one in seen))
            out: Tensor = self.conv(x)
            # The array that a run makes of it shares its memory, not the tensor.
            seen.append(weakref.ref(out.untyped_storage()))
            return out

    model = Watched().eval()
    plan = eyeshot.tile(model, (1, 1, 60, 60), tile=20)
    for out in (None, tmp_path / "out.npy"):
        alive.clear()
        seen.clear()
        plan.run(model, torch.zeros(1, 1, 60, 60).numpy(), out=out)
        assert len(alive) >= len(plan) > 9
        assert max(alive) == 0
