"""The halo is the smallest: what is known of it elsewhere, and what a poisoned pixel reaches."""

import math
from typing import Any

import pytest
import torch
import torch_support  # noqa: F401 - torchvision needs it
from tile_nets import (
    Causal,
    CroppedThenPadded,
    Net,
    PaddedToMultiple,
    Pyramid,
    SuperResolution,
    ValidUNet,
    image_of,
    listed,
)
from torch import nn

import eyeshot
from eyeshot.api.plan import Plan
from eyeshot.errors import EyeshotError, InputError
from eyeshot.measure.tiles.memory import bytes_of_run
from eyeshot.plan.results import Verdict


def monai_unet(norm: str = "batch") -> nn.Module:
    from monai.networks.nets import UNet

    return UNet(2, 1, 2, (4, 8, 16, 32), (2, 2, 2), norm=norm).eval()


def basic_unet(norm: str = "batch") -> nn.Module:
    from monai.networks.nets import BasicUNet

    return BasicUNet(2, 1, 2, (4, 4, 8, 8, 8, 4), norm=norm).eval()


@pytest.mark.parametrize(
    ("make", "size", "halo", "alignment", "recomputation"),
    [
        (monai_unet, 256, (15, 16), 8, 1.27),
        (basic_unet, 768, (94, 94), 16, 1.56),
        (basic_unet, 256, (94, 94), 16, 14.7),
    ],
)
def test_published_halos(make: Any, size: int, halo: tuple[int, int], alignment: int, recomputation: float) -> None:
    plan = eyeshot.tile(make(), (1536, 1536), tile=size)
    assert plan.verdict is Verdict.ALIGNED
    assert plan.halo == (halo, halo)
    assert plan.alignment == (alignment, alignment)
    assert plan.recomputation == pytest.approx(recomputation, rel=0.005)


POISONED: dict[str, tuple[Any, tuple[int, ...], Any]] = {
    "MONAI UNet": (monai_unet, (1, 160, 96), 64),
    "MONAI BasicUNet": (basic_unet, (1, 480, 224), (224, 224)),
    "encoder and decoder": (Net, (3, 96, 64), 32),
    "valid U-Net": (ValidUNet, (1, 108, 108), 44),
    "causal": (lambda: Causal("pad"), (2, 600), 120),
    "causal, joined": (lambda: Causal("cat"), (2, 600), 120),
    "super resolution": (SuperResolution, (3, 48, 40), 20),
    "pyramid": (Pyramid, (3, 96, 96), 48),
    "padded to a multiple": (PaddedToMultiple, (2, 97, 62), 32),
}


@pytest.mark.parametrize("name", POISONED)
def test_halo_is_the_smallest(name: str) -> None:
    make, shape, size = POISONED[name]
    torch.manual_seed(0)
    model = make().eval()
    plan = eyeshot.tile(model, (1, *shape), tile=size)
    cut = plan.axes[0]
    k = next(k for k, (start, stop) in enumerate(cut.reads) if start > 0 and stop < cut.n)
    begin, end = k * cut.core, (k + 1) * cut.core
    before, after = cut.halo
    reached = {
        pixel: _reaches(plan, model, pixel, k)
        for pixel in (begin - before - 1, begin - before, end + after - 1, end + after)
    }
    assert reached == {
        begin - before - 1: False,
        begin - before: True,
        end + after - 1: True,
        end + after: False,
    }, "the outermost pixels of the halo are read, the next ones are not"


def _reaches(plan: Plan, model: nn.Module, pixel: int, k: int) -> bool:
    """Whether NaN in one row of the image turns a feature of a tile to NaN."""
    image = image_of(plan.tiling.image)
    image.select(plan.tiling.dims[0], pixel).fill_(math.nan)
    tile = plan.tiling.tile((k, *(0 for _ in plan.grid[1:])))
    whole = listed(model)(image)
    pieces = zip(plan.outputs, whole, tile.write, strict=True)
    return any(bool(torch.isnan(result[output.where(box)]).any()) for output, result, box in pieces)


def test_margin_that_fields_do_not_show() -> None:
    """The padding behind a crop reads no pixel beyond the tile, and yet is wrong at a cut."""
    plan = eyeshot.tile(CroppedThenPadded(), (1, 1, 200), tile=60)
    (cut,) = plan.axes
    assert cut.halo == (-5, 7)
    assert cut.margin[0] >= 0
    assert cut.margin[1] == 13 or cut.margin[1] >= 7


# ---------------------------------------------------------------------- what cannot be tiled


def blamed(model: nn.Module, shape: tuple[int, ...], tile: int) -> list[str]:
    plan = eyeshot.tile(model.eval(), shape, tile=tile)
    assert plan.verdict is Verdict.IMPOSSIBLE
    assert not plan.axes
    return [node for node, _, _ in plan.obstacles]


def test_instance_norm_is_blamed() -> None:
    nodes = blamed(monai_unet("instance"), (1, 1, 512, 512), 256)
    norms = [name for name, module in monai_unet("instance").named_modules() if isinstance(module, nn.InstanceNorm2d)]
    assert len(nodes) == len(norms) > 4
    assert all(any(node.startswith(name) for node in nodes) for name in norms)


@pytest.mark.parametrize(("depth", "n"), [(1, 6), (3, 20), (3, 25), (3, 31), (5, 100), (5, 127), (6, 250)])
def test_norms_are_blamed_in_an_image_hardly_wider_than_the_grid(depth: int, n: int) -> None:
    """A cut off the grid would blame the first convolution with a stride, for its phase, and no norm behind it."""
    layers = [(nn.Conv2d(3 if i == 0 else 4, 4, 3, 2, 1), nn.GroupNorm(2, 4)) for i in range(depth)]
    nodes = blamed(nn.Sequential(*(layer for both in layers for layer in both)), (1, 3, n, n), n * 3 // 4)
    assert {node.partition(".")[0] for node in nodes} == {str(2 * i + 1) for i in range(depth)}


def test_squeeze_and_excite_is_blamed() -> None:
    import timm

    nodes = blamed(timm.create_model("seresnet18", num_classes=0, global_pool=""), (1, 3, 224, 224), 112)
    assert nodes == [f"layer{i}.{j}.se.mean" for i in range(1, 5) for j in range(2)]


def test_image_pooling_is_blamed() -> None:
    from torchvision.models.segmentation import deeplabv3_resnet50

    model = deeplabv3_resnet50(weights=None, weights_backbone=None)
    assert blamed(model, (1, 3, 2048, 2048), 1536) == ["classifier.0.convs.4.0"]


def test_attention_is_blamed() -> None:
    import timm

    nodes = blamed(timm.create_model("vit_tiny_patch16_224"), (1, 3, 224, 224), 112)
    assert sum("attn" in node for node in nodes) == 12


class Aligned(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


class Fixed(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.interpolate(nn.functional.adaptive_avg_pool2d(x, 8), size=x.shape[-2:])


class Coordinates(nn.Module):
    """Adds where it stands."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.linspace(0, 1, x.shape[-1])


class Scaled(nn.Module):
    """Divides by how many pixels there are."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x / x.shape[-1]


class Smoothed(nn.Module):
    """Half as large, each pixel the mean of a window that is listed."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.interpolate(x, scale_factor=0.5, mode="bilinear", antialias=True)


class Sums(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.cumsum(-1)


class Rolls(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.roll(3, -1)


class Switches(nn.Module):
    """Does other things to large images than to small ones."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        is_large = x.shape[-1] > 60
        if self.what == "relu at the end of small ones":
            return x + 1 if is_large else (x + 1).relu()
        if self.what == "relu in small ones":
            return (x if is_large else x.relu()) + 1
        return (x.relu() if is_large else x) + 1


@pytest.mark.parametrize(
    ("model", "node", "reason"),
    [
        (Aligned(), "upsample_bilinear2d", "steps by"),
        (Fixed(), "adaptive_avg_pool2d", "steps by"),
        (Coordinates(), "add", "uses a constant that depends on the size of the image (48 in a tile, 96 in the whole)"),
        (Scaled(), "", "with numbers that depend on the size"),
        (Switches("relu at the end of small ones"), "add", "is followed by other steps in a tile"),
        (Switches("relu in small ones"), "add", "executed"),
        (Switches("relu in large ones"), "relu", "is not executed at the size of a tile"),
        (Smoothed(), "gather", "picks places by a list"),
        (Sums(), "cumsum", "reads the whole axis"),
        (Rolls(), "roll", ""),
        (nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"), "pad_circular", "wraps around"),
    ],
)
def test_what_depends_on_the_size_is_blamed(model: nn.Module, node: str, reason: str) -> None:
    plan = eyeshot.tile(model.eval(), (1, 1, 96, 96), tile=48)
    assert plan.verdict is Verdict.IMPOSSIBLE, plan
    assert any(node in name and reason in why for name, _, why in plan.obstacles), plan.obstacles


def test_axis_that_is_not_cut_may_be_global() -> None:
    class Rows(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x - x.mean(-1, keepdim=True)

    assert eyeshot.tile(Rows(), (1, 1, 96, 96), tile=48).verdict is Verdict.IMPOSSIBLE
    assert eyeshot.tile(Rows(), (1, 1, 96, 96), tile=(48, 96)).verdict is Verdict.EXACT


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("shape", "named", "message"),
    [
        ((96, 96), {"tile": 4}, r"a tile must have at least \d+ pixels along y"),
        ((8, 8), {"memory": "2kB"}, r"must hold the image \(8×8, [0-9,]+ bytes\), because no tile is smaller"),
        ((96, 96), {"tile": 0}, "at least 1 pixel"),
        ((96, 96), {"tile": "big"}, "whole numbers of pixels"),
        ((96, 96), {"tile": (8, 8, 8)}, "one for each axis"),
        ((96, 96), {"tile": 48, "memory": "1GB"}, "give one of them"),
        ((96, 96), {"memory": "2kB"}, "the smallest tile"),
        ((96, 96), {"memory": "much"}, "2GB or 500MB"),
        ((96, 96), {"tile": 48, "output": "upp"}, "has no layer `upp`; did you mean `up`"),
    ],
)
def test_bad_plan(shape: tuple[int, int], named: dict[str, Any], message: str) -> None:
    with pytest.raises(EyeshotError, match=message) as caught:
        eyeshot.tile(Net().eval(), shape, **named)
    assert "\n" not in str(caught.value)


def test_graph_has_one_size() -> None:
    with pytest.raises(InputError, match="a graph has one"):
        eyeshot.tile(eyeshot.load("unet_bilinear"))


class Two(nn.Module):
    def forward(self, image: torch.Tensor, guide: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        return image + scale * guide


class Many(nn.Module):
    def forward(self, *images: torch.Tensor) -> torch.Tensor:
        return torch.cat(images, 1)


def test_several_inputs_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="must have one input, but `Two` has several: image, guide; give a module"):
        eyeshot.tile(Two(), (1, 1, 96, 96), tile=48)
    with pytest.raises(InputError, match=r"must have one input, but `Many` has several: .*, .*; give a module"):
        eyeshot.tile(Many(), [(1, 1, 96, 96), (1, 1, 96, 96)], tile=48)
    assert eyeshot.tile(Many(), (1, 1, 96, 96), tile=48).tiling.is_possible


def test_image_of_an_invalid_size_says_which_would_do() -> None:
    import segmentation_models_pytorch as smp

    model = smp.Linknet("vgg11_bn", encoder_weights=None).eval()
    with pytest.raises(EyeshotError, match="divisible by 32"):
        eyeshot.tile(model, (3, 1000, 1000), tile=512)
    upsampled = eyeshot.tile(Odd().eval(), (1, 1, 99, 96), tile=48)
    assert upsampled.verdict is Verdict.IMPOSSIBLE
    assert upsampled.tiling.notes == (
        "Sizes that are multiples of 2 can be tiled: pad the image to 100×96, or crop it to 98×96.",
    )


class Odd(nn.Module):
    """Upsamples to the size of its input, which only fits if that is even."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.interpolate(self.conv(x), size=x.shape[-2:], mode="bilinear")


def test_valid_sizes() -> None:
    assert [str(sizes) for sizes in eyeshot.tile(basic_unet(), (512, 512), tile=256).valid_sizes] == ["any from 16"] * 2
    assert str(eyeshot.tile(Odd().eval(), (1, 1, 96, 96), tile=48).valid_sizes[0]) == "multiples of 2 from 2"
    assert str(eyeshot.tile(ValidUNet().eval(), (1, 1, 92, 92), tile=48).valid_sizes[0]).startswith("multiples of 2")


def test_outputs_that_have_other_names_at_other_sizes() -> None:
    """Crops that have nothing to do are not there, so the last one is another node."""
    model = PaddedToMultiple().eval()
    plan = eyeshot.tile(model, (1, 2, 81, 90), tile=(30, 36))
    assert [str(sizes) for sizes in plan.valid_sizes] == ["any from 1"] * 2
    assert plan.check(model).holds
    named = eyeshot.tile(model, (1, 2, 81, 90), tile=(30, 36), output=plan.outputs[0].name)
    with pytest.raises(InputError, match=r"has no node `slice\.2` for an image of"):
        named.check(model, image_of((1, 2, 80, 88)).numpy())


def test_memory_and_options() -> None:
    plan = eyeshot.tile(monai_unet(), (1, 1, 1024, 1024), memory="2MB")
    within, beyond = (bytes_of_run(monai_unet(), (1, 1, *(c.size + more for c in plan.axes))).among for more in (0, 8))
    assert plan.bytes_per_tile < within <= 2_000_000 - plan.bytes_of_weights < beyond
    options = eyeshot.tile(monai_unet(), (1, 1, 1024, 1024)).options
    assert sum(option.recommended for option in options) == 1
    for option in options:
        again = eyeshot.tile(monai_unet(), (1, 1, 1024, 1024), tile=option.size)
        assert (len(again), again.recomputation, again.bytes_per_tile) == (
            option.tiles, option.recomputation, option.bytes
        ), "what the table says of a size is what a plan for it has"  # fmt: skip
    assert [option.recomputation for option in options] == sorted((o.recomputation for o in options), reverse=True)


def test_exports() -> None:
    plan = eyeshot.tile(monai_unet(), (1, 1, 512, 512), tile=128)
    assert plan.to_dask_depth().settings["depth"] == {2: (16, 16), 3: (16, 16)}
    assert plan.to_bioimageio().settings["outputs"] == {"y": {"halo": 16}, "x": {"halo": 16}}
    monai = plan.to_monai()
    assert monai.settings == {"roi_size": (128, 128), "overlap": (0.25, 0.25), "mode": "constant"}
    assert "averages what overlaps" in monai.warnings[0]


def test_dask_depth_is_what_dask_needs() -> None:
    da = pytest.importorskip("dask.array")
    torch.manual_seed(0)
    model = monai_unet()
    plan = eyeshot.tile(model, (1, 1, 192, 128), tile=96)
    image = image_of((1, 1, 192, 128))
    settings = plan.to_dask_depth().settings
    lazy = da.from_array(image.numpy(), chunks=settings["chunks"])

    def work(block: Any) -> Any:
        # One of two channels, because map_overlap keeps the number of dimensions and their sizes.
        return listed(model)(torch.from_numpy(block.copy()))[0][:, :1].numpy()

    found = lazy.map_overlap(work, settings["depth"], settings["boundary"], dtype="f4").compute(scheduler="synchronous")
    whole = listed(model)(image)[0][:, :1].numpy()
    assert abs(found - whole).max() <= 1e-5 * whole.std()
