"""Tiles from and to files as hospitals have them: results are those of the whole, and lie where they are seen."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import torch
from hospital_files import AFFINE, nifti, noise, ome_zarr, pyramid, series
from tile_nets import ROUNDING, Net, image_of
from torch import nn

import eyeshot
from eyeshot.errors import InputError, RunError
from eyeshot.measure.tiles.formats import nifti_target


def seeded(make: Any) -> nn.Module:
    torch.manual_seed(0)
    return make().eval()


def close(found: Any, net: nn.Module, image: Any) -> None:
    with torch.no_grad():
        whole = net(torch.from_numpy(np.ascontiguousarray(image, np.float32))).numpy()
    assert found.shape == whole.shape
    assert np.abs(np.asarray(found) - whole).max() <= ROUNDING * whole.std()


def same() -> nn.Module:
    """As many voxels out as in, though what a voxel sees is not quite around it."""
    return nn.Sequential(nn.Conv3d(1, 2, 3, 2, 1), nn.ReLU(), nn.ConvTranspose3d(2, 1, 2, 2))


def coarse() -> nn.Module:
    return nn.Sequential(nn.Conv3d(1, 2, 3, 2, 1), nn.Conv3d(2, 1, 3, 1, 1))


def valid() -> nn.Module:
    return nn.Sequential(nn.Conv3d(1, 2, 3), nn.Conv3d(2, 1, 3))


def uneven() -> nn.Module:
    return nn.Sequential(nn.Conv3d(1, 1, 2), nn.Conv3d(1, 1, 3, (1, 2, 3), (0, 1, 1)))


def fine() -> nn.Module:
    return nn.Sequential(nn.Conv3d(1, 1, 3, 1, 1), nn.Upsample(scale_factor=2))


# ---------------------------------------------------------------------- NIfTI


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("make", [same, coarse, valid, uneven, fine])
def test_nifti_in_and_out(make: Any, suffix: str, tmp_path: Path) -> None:
    net, volume = seeded(make), noise((24, 26, 30), "int16")
    source = nifti(tmp_path / f"in{suffix}", volume, slope=0.5, inter=-3)
    plan = eyeshot.tile(net, (1, 1, 24, 26, 30), tile=16)
    assert len(plan) > 4
    plan.run(net, tmp_path / f"in{suffix}", out=tmp_path / "out.nii")
    found = nibabel.load(tmp_path / "out.nii")
    close(np.asanyarray(found.dataobj)[None, None], net, (volume * 0.5 - 3)[None, None])
    header, given = found.header, source.header
    assert (header.get_xyzt_units()[0], header["descrip"]) == ("mm", given["descrip"])
    assert (header["sform_code"], header["qform_code"]) == (2, 1)
    if make is same:
        for field in ("srow_x", "srow_y", "srow_z", "pixdim", "quatern_b", "quatern_c", "quatern_d", "qoffset_x"):
            np.testing.assert_array_equal(header[field], given[field], field)
        return
    fields = eyeshot.analyze(net, (1, 1, 24, 26, 30))
    jumps = [float(axis.jump) for axis in fields[-1].axes]
    np.testing.assert_allclose(header.get_zooms()[:3], given.get_zooms()[:3] * np.array(jumps), rtol=1e-6)
    for i, j in ((1, 2), (3, 4)):
        centre = fields[-1].at(i, i, j).center
        # A pixel's number is that of its centre in NIfTI, and of its border in eyeshot.
        place = np.array([float(c) - 0.5 for c in centre])
        if make is fine:
            # Of the features that see the same pixels each stands for its part of them.
            place = (np.array([i, i, j]) + 0.5) / 2 - 0.5
        for affine in (header.get_sform(), header.get_qform()):
            np.testing.assert_allclose(affine @ [i, i, j, 1], [*(AFFINE @ [*place, 1])[:3], 1], atol=2e-4)


def test_channels_are_the_fourth_dimension(tmp_path: Path) -> None:
    net, volume = seeded(lambda: nn.Conv3d(2, 3, 3, padding=1)), noise((12, 14, 16, 2))
    nifti(tmp_path / "in.nii", volume)
    plan = eyeshot.tile(net, (1, 2, 12, 14, 16), tile=10)
    plan.run(net, tmp_path / "in.nii", out=tmp_path / "out.nii")
    found = nibabel.load(tmp_path / "out.nii")
    assert found.shape == (12, 14, 16, 3)
    assert found.header.get_zooms()[3] == 1
    assert found.header.get_xyzt_units() == ("mm", "unknown")
    close(np.moveaxis(np.asanyarray(found.dataobj), 3, 0)[None], net, np.moveaxis(volume, 3, 0)[None])
    np.testing.assert_allclose(found.affine, AFFINE, atol=1e-5)


@pytest.mark.parametrize("shape", [(40, 52), (40, 52, 1), (1, 40, 52)])
def test_slices_of_nifti(shape: tuple[int, ...], tmp_path: Path) -> None:
    net, volume = seeded(lambda: nn.Conv2d(1, 2, 3, 2, 1)), noise(shape)
    nifti(tmp_path / "in.nii", volume)
    plan = eyeshot.tile(net, (1, 1, 40, 52), tile=24)
    plan.run(net, tmp_path / "in.nii", out=tmp_path / "out.nii")
    found = nibabel.load(tmp_path / "out.nii")
    axes = [d for d, n in enumerate(shape) if n > 1]
    assert found.shape == (*(1 if d not in axes else shape[d] // 2 for d in range(3)), 2)
    scale = np.diag([2.0 if d in axes else 1.0 for d in range(3)] + [1.0])
    np.testing.assert_allclose(found.affine, AFFINE @ scale, atol=1e-5)


def test_nifti_of_an_image_that_lies_nowhere(tmp_path: Path) -> None:
    net, volume = seeded(coarse), noise((24, 26, 30))
    plan = eyeshot.tile(net, (1, 1, 24, 26, 30), tile=16)
    plan.run(net, volume, out=tmp_path / "out.nii")
    header = nibabel.load(tmp_path / "out.nii").header
    assert (header["sform_code"], header["qform_code"], header.get_xyzt_units()[0]) == (0, 0, "unknown")
    assert header.get_zooms() == (2, 2, 2)


def test_result_that_is_longer_than_the_first_version_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nifti_target, "_LONGEST", 25)
    net, volume = seeded(same), noise((24, 26, 30))
    nifti(tmp_path / "in.nii", volume)
    plan = eyeshot.tile(net, (1, 1, 24, 26, 30), tile=16)
    plan.run(net, tmp_path / "in.nii", out=tmp_path / "out.nii")
    found = nibabel.load(tmp_path / "out.nii")
    assert isinstance(found, nibabel.Nifti2Image)
    np.testing.assert_allclose(found.affine, AFFINE, atol=1e-5)


class _Stopping(nn.Module):
    """Fails at its third call, once."""

    # Of the class: on the model itself it would be put back.
    left = 3

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        _Stopping.left = 3

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.untyped_storage().device.type != "meta":
            _Stopping.left -= 1
            if self.left == 0:
                raise RuntimeError("stopped")
        return self.net(x)


def test_interrupted_run_goes_on(tmp_path: Path) -> None:
    net, volume = seeded(coarse), noise((24, 26, 30))
    nifti(tmp_path / "in.nii", volume)
    model = _Stopping(net).eval()
    plan = eyeshot.tile(model, (1, 1, 24, 26, 30), tile=16)
    with pytest.raises(RunError, match="stopped"):
        plan.run(model, tmp_path / "in.nii", out=tmp_path / "out.nii")
    assert not (tmp_path / "out.nii").exists()
    seen: list[int] = []
    plan.run(model, tmp_path / "in.nii", out=tmp_path / "out.nii", progress=lambda done, _: seen.append(done))
    assert seen[0] == 2
    found = nibabel.load(tmp_path / "out.nii")
    close(np.asanyarray(found.dataobj)[None, None], net, volume[None, None])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.nii", "out.nii"]


def test_rewritten_series_is_another_image(tmp_path: Path) -> None:
    stored = noise((24, 26, 30), "int16")
    files = series(tmp_path / "ct", stored)
    model = _Stopping(seeded(same)).eval()
    plan = eyeshot.tile(model, (1, 1, 24, 26, 30), tile=16)
    with pytest.raises(RunError, match="stopped"):
        plan.run(model, tmp_path / "ct", out=tmp_path / "out.nii")
    for file in files:
        file.unlink()
    (tmp_path / "ct").rmdir()
    series(tmp_path / "ct", stored + 1)
    with pytest.raises(InputError, match="image"):
        plan.run(model, tmp_path / "ct", out=tmp_path / "out.nii")


def test_targets_that_are_refused(tmp_path: Path) -> None:
    net, volume = seeded(same), noise((24, 26, 30))
    plan = eyeshot.tile(net, (1, 1, 24, 26, 30), tile=16)
    with pytest.raises(InputError, match=r"a compressed file cannot be; name out\.nii, .*gzip out\.nii"):
        plan.run(net, volume, out=tmp_path / "out.nii.gz")
    nifti(tmp_path / "in.nii", volume.transpose(2, 0, 1)[:, None])
    flat = seeded(lambda: nn.Conv2d(30, 1, 3, padding=1))
    tiling = eyeshot.tile(flat, (1, 30, 24, 26), tile=16)
    with pytest.raises(InputError, match=r"must have up to 3 axes of space, but the image's are dimensions 3, 4"):
        tiling.run(flat, tmp_path / "in.nii", out=tmp_path / "out.nii")
    mixed = seeded(Centred)
    tiling = eyeshot.tile(mixed, (1, 1, 24, 26, 30), tile=(16, 16, 30))
    with pytest.raises(InputError, match=r"must say where it stands along x .* but has 15 features for 30 voxels"):
        tiling.run(mixed, volume, out=tmp_path / "out.nii")
    assert [path.name for path in tmp_path.iterdir()] == ["in.nii"]


def test_axis_that_becomes_one_number(tmp_path: Path) -> None:
    net, volume = seeded(lambda: nn.Sequential(nn.Conv3d(1, 1, 3, padding=1), Mean())), noise((24, 26, 30))
    nifti(tmp_path / "in.nii", volume)
    plan = eyeshot.tile(net, (1, 1, 24, 26, 30), tile=(16, 16, 30))
    plan.run(net, tmp_path / "in.nii", out=tmp_path / "out.nii")
    found = nibabel.load(tmp_path / "out.nii")
    close(np.asanyarray(found.dataobj)[None, None], net, volume[None, None])
    np.testing.assert_allclose(found.affine @ [3, 4, 0, 1], AFFINE @ [3, 4, 14.5, 1], atol=1e-4)


class Centred(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.avg_pool3d(x, (3, 3, 2), (1, 1, 2), (1, 1, 0)) - x.mean(-1, keepdim=True)


class Mean(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(-1, keepdim=True)


class _Gives(nn.Module):
    """A convolution whose results are of another type."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.avg_pool2d(x, 3, 1, 1).to(self.dtype)


@pytest.mark.parametrize(
    ("dtype", "name", "message"),
    [
        (torch.bool, "out.nii", "must give what NIfTI can hold.* but gives bool"),
        (torch.float16, "out.nii", "must give what NIfTI can hold.* but gives float16"),
        (torch.bool, "out.tif", "must hold numbers of whole bytes, but .* gives bool"),
    ],
)
def test_types_that_a_format_has_not(dtype: torch.dtype, name: str, message: str, tmp_path: Path) -> None:
    model = _Gives(dtype).eval()
    plan = eyeshot.tile(model, (1, 1, 40, 52), tile=24)
    with pytest.raises(InputError, match=message):
        plan.run(model, noise((40, 52)), out=tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["out.nii", "out.tif", "out.npy", "out.zarr"])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.int64, torch.float64, torch.bfloat16])
def test_types_that_every_format_has(dtype: torch.dtype, name: str, tmp_path: Path) -> None:
    model = _Gives(dtype).eval()
    eyeshot.tile(model, (1, 1, 40, 52), tile=24).run(model, noise((40, 52)), out=tmp_path / name)


# ---------------------------------------------------------------------- arrays of the caller's


@pytest.mark.parametrize("dtype", ["float16", "uint8", "int64", "bool"])
def test_array_that_would_change_the_numbers(dtype: str) -> None:
    net, image = seeded(Net), image_of((1, 3, 60, 84)).numpy()
    plan = eyeshot.tile(net, (1, 3, 60, 84), tile=(32, 40))
    out = np.ones((1, 2, 60, 84), dtype)
    with pytest.raises(InputError, match=rf"the model gives, of type float32, but is of type {dtype}; give"):
        plan.run(net, image, out=out)
    assert (out == 1).all(), "nothing has been written"
    wide = np.zeros((1, 2, 60, 84), np.float64)
    close(plan.run(net, image, out=wide).astype(np.float32), net, image)


def test_array_that_is_refused_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    net, image = seeded(Net), image_of((1, 3, 60, 84)).numpy()
    plan = eyeshot.tile(net, (1, 3, 60, 84), tile=(32, 40))
    monkeypatch.setattr(Net, "forward", None)
    fixed = np.zeros((1, 2, 60, 84), np.float32)
    fixed.flags.writeable = False
    for out, message in (
        (fixed, "is read-only"),
        (np.zeros((1, 2, 60, 84), complex), "whole or real numbers, but its type is complex128"),
        (torch.zeros(1, 2, 60, 84), r"an array as numpy's, but is Tensor; give `out\.numpy\(\)`"),
    ):
        with pytest.raises(InputError, match=message):
            plan.run(net, image, out=out)


# ---------------------------------------------------------------------- slides, OME-Zarr, DICOM


def test_levels_of_a_slide(tmp_path: Path) -> None:
    net = seeded(Net)
    images = pyramid(tmp_path / "in.tif", noise((128, 160, 3)), compression="zlib")
    plan = eyeshot.tile(net, (3, 64, 80), tile=40)
    for found in (
        plan.run(net, tmp_path / "in.tif", level=1),
        plan.run(net, str(tmp_path / "in.tif" / "1")),
        plan.to_dask(net, tmp_path / "in.tif", level=1).compute(scheduler="sync"),
    ):
        close(found, net, images[1].transpose(2, 0, 1)[None])
    for image, level, message in (
        (tmp_path / "in.tif", 0, "must have the shape that the plan is for"),
        (tmp_path / "in.tif", 3, "must have a level 3, but has only 0"),
        (images[1], 1, "an image that is no path has no levels"),
    ):
        with pytest.raises(InputError, match=message):
            plan.run(net, image, level=level)


def test_levels_of_ome_zarr(tmp_path: Path) -> None:
    net = seeded(Net)
    images = ome_zarr(tmp_path / "in.zarr", noise((1, 3, 1, 80, 96)), names=("full", "half"))
    plan = eyeshot.tile(net, (3, 40, 48), tile=32)
    close(plan.run(net, tmp_path / "in.zarr", level=1), net, images[1][:, :, 0])
    close(plan.run(net, tmp_path / "in.zarr" / "half"), net, images[1][:, :, 0])


def test_series_to_nifti(tmp_path: Path) -> None:
    stored = noise((10, 24, 20), "int16")
    series(tmp_path / "ct", stored)
    net = seeded(same)
    plan = eyeshot.tile(net, (1, 1, 10, 24, 20), tile=(10, 12, 12))
    plan.run(net, tmp_path / "ct", out=tmp_path / "out.nii")
    found = nibabel.load(tmp_path / "out.nii")
    meant = stored * 2.0 + (np.arange(10) - 1024.0).reshape(-1, 1, 1)
    close(np.asanyarray(found.dataobj)[None, None], net, meant[None, None])
    np.testing.assert_allclose(found.affine @ [4, 7, 5, 1], [90 - 0.7 * 5, 80 - 0.8 * 7, 10 + 2.5 * 4, 1], atol=1e-4)
    assert found.header.get_xyzt_units()[0] == "mm"


def test_bfloat16_model_and_image() -> None:
    net = seeded(Net).bfloat16()
    image = image_of((1, 3, 60, 84)).bfloat16()
    plan = eyeshot.tile(net, (1, 3, 60, 84), tile=(32, 40))
    found = plan.run(net, image)
    with torch.no_grad():
        whole = net(image).float().numpy()
    assert found.dtype == np.float32
    assert np.abs(found - whole).max() <= 2**-7 * np.abs(whole).max()
