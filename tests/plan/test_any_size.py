"""Whatever the size of the image, there is an answer, soon, and it says which sizes are good ones."""

from typing import Any

import pytest
import torch
import torch_support  # noqa: F401 - torchvision needs it
from tile_nets import Net, image_of
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot
from eyeshot.api.sized import SizedModel
from eyeshot.errors import LimitError
from eyeshot.graph.core import Graph
from eyeshot.plan.results import Verdict


class Skips(nn.Module):
    """A U-Net that resamples to the size of its skip connections, whatever that is."""

    def __init__(self, depth: int = 5, stride: int = 2) -> None:
        super().__init__()
        self.downs = nn.ModuleList([nn.Conv2d(4 if i else 1, 4, 3, stride, 1) for i in range(depth)])
        self.ups = nn.ModuleList([nn.Conv2d(8 if i else 5, 4, 3, padding=1) for i in range(depth)])

    def forward(self, x: Tensor) -> Tensor:
        skips = [x]
        for down in self.downs:
            skips.append(down(skips[-1]).relu())
        y = skips.pop()
        for up in reversed(self.ups):
            skip = skips.pop()
            y = up(torch.cat([F.interpolate(y, size=skip.shape[-2:]), skip], 1)).relu()
        return y


@pytest.fixture(name="reads")
def _reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The shapes at which a model is read: each costs about what a forward without numbers does."""
    shapes: list[Any] = []
    own = SizedModel.graph

    def graph(self: SizedModel, shape: Any) -> Graph:
        shapes.append(shape)
        return own(self, shape)

    monkeypatch.setattr(SizedModel, "graph", graph)
    return shapes


FEW = 40
"""Readings of a model within which there is an answer. How long it takes is the benchmarks' matter."""


@pytest.mark.parametrize("tile", [None, 512])
def test_odd_size_names_the_nearest_good_ones(tile: int | None) -> None:
    model = Skips().eval()
    plan = eyeshot.tile(model, (1, 1, 1001, 777), tile=tile)
    assert plan.verdict is Verdict.IMPOSSIBLE
    assert all("interpolate" in source or "upsample" in source for _, source, _ in plan.obstacles)
    note = "Sizes that are multiples of 32 can be tiled: pad the image to 1024×800, or crop it to 992×768."
    assert plan.tiling.notes == (note,)
    assert note in str(plan).replace("\n      ", " ")
    for good in ((1024, 800), (992, 768)):
        assert eyeshot.tile(model, (1, 1, *good), tile=512).verdict is Verdict.ALIGNED, "what the sentence says holds"


@pytest.mark.parametrize(
    ("depth", "stride", "note"),
    [
        (3, 3, "Sizes that are multiples of 27 can be tiled: pad the image to 1026×783, or crop it to 999×756."),
        (2, 5, "Sizes that are multiples of 25 can be tiled: pad the image to 1025×800, or crop it to 1000×775."),
        (1, 2, "Sizes that are multiples of 2 can be tiled: pad the image to 1002×778, or crop it to 1000×776."),
    ],
)
def test_steps_are_those_of_the_strides(depth: int, stride: int, note: str) -> None:
    assert eyeshot.tile(Skips(depth, stride).eval(), (1, 1, 1001, 777)).tiling.notes == (note,)


@pytest.mark.parametrize("size", [(1009, 1013), (5003, 4999), (20011, 19997), (199999, 200003), (999983, 999979)])
def test_prime_sizes_are_answered_soon(size: tuple[int, int], reads: list[Any]) -> None:
    plan = eyeshot.tile(Skips().eval(), (1, 1, *size), tile=512)
    assert plan.verdict is Verdict.IMPOSSIBLE
    padded = "×".join(str(-(-n // 32) * 32) for n in size)
    assert [f"multiples of 32 can be tiled: pad the image to {padded}" in note for note in plan.tiling.notes] == [True]
    assert len(reads) <= FEW
    # Walking over periods as long as the image would take minutes.
    assert not plan._planner._subject.walk.fields or max(size) < 20_000


@pytest.mark.parametrize("size", [(1001, 777), (1024, 1024), (6656, 11232), (2**14 + 1, 2**13 - 1), (33, 47)])
def test_a_published_network_is_planned_soon(size: tuple[int, int], reads: list[Any]) -> None:
    import segmentation_models_pytorch as smp

    model = smp.Unet("resnet18", encoder_weights=None).eval()
    plan = eyeshot.tile(model, (1, 3, *size))
    if size == (1001, 777):
        assert "pad the image to 1024×800" in plan.tiling.notes[0]
    assert plan.tiling.is_possible == (size in {(1024, 1024), (6656, 11232), (33, 47)})
    assert len(reads) <= FEW


@pytest.mark.parametrize(
    ("model", "size"), [(Net(), (16, 16)), (Net(), (96, 96)), (Skips(), (101, 77)), (nn.InstanceNorm2d(3), (64, 64))]
)
def test_image_no_larger_than_a_tile_is_one(model: nn.Module, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    channels = 1 if isinstance(model, Skips) else 3
    plan = eyeshot.tile(model.eval(), (1, channels, *size), tile=128)
    assert plan.verdict is Verdict.EXACT
    assert (plan.grid, plan.halo) == ((1, 1), ((0, 0), (0, 0)))
    image = image_of((1, channels, *size))
    with torch.no_grad():
        whole = model(image)
    assert torch.equal(torch.as_tensor(plan.run(model, image.numpy())), whole)
    assert plan.check(model).holds
    assert len(plan.curve(model).points) == 1
    assert not plan.has_few_sizes


def test_smallest_tile_as_large_as_the_image() -> None:
    """Without a size too: nothing smaller than the image gives anything, or would if its size were a good one."""
    assert eyeshot.tile(Net().eval(), (3, 8, 8)).grid == (1, 1)
    assert eyeshot.tile(Skips().eval(), (1, 1, 101, 77)).grid == (1, 1)
    assert eyeshot.tile(Skips().eval(), (1, 1, 101, 77), memory="1GB").grid == (1, 1)


def test_image_that_fits_into_the_memory_is_one_tile() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.InstanceNorm2d(4)).eval()
    assert eyeshot.tile(model, (1, 1, 64, 64), memory="1GB").grid == (1, 1)
    assert eyeshot.tile(model, (1, 1, 64, 64), memory="20kB").verdict is Verdict.IMPOSSIBLE


@pytest.mark.parametrize("named", [{}, {"tile": 64}, {"tile": 10**5}, {"memory": "1GB"}])
def test_image_beyond_all_limits_is_refused_at_once(named: dict[str, Any], reads: list[Any]) -> None:
    with pytest.raises(LimitError, match="choose a smaller input") as caught:
        eyeshot.tile("unet_bilinear", (1, 1, 10**9, 10**6), **named)
    assert "\n" not in str(caught.value)
    assert len(reads) == 1


def test_more_tiles_than_are_listed(reads: list[Any]) -> None:
    with pytest.raises(LimitError, match=r"1,000,000 tiles at most along t, but tiles of 16 pixels are [0-9,]+; take"):
        eyeshot.tile("conv k3 p1", (1, 1, 10**8), tile=16)
    reads.clear()
    assert len(eyeshot.tile("conv k3 p1", (1, 1, 10**8))) <= 10**6
    assert len(reads) <= FEW


def test_kinds_of_tiles_are_few() -> None:
    """Each is a capture of the network: in three dimensions tiles at the border are as large as the others."""
    model = nn.Sequential(*(nn.Conv3d(1, 1, 7, padding=3) for _ in range(12))).eval()
    plan = eyeshot.tile(model, (1, 1, 300, 300, 300), tile=120)
    assert len(plan.tiling.shapes) <= 27
    assert plan.verdict is Verdict.EXACT
