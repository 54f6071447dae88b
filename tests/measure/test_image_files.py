"""Images from files as hospitals have them: what is read is what each format's own library reads of the whole."""

import gzip
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hospital_files import AFFINE, nifti, noise, ome_zarr, pyramid, series, slide

from eyeshot.errors import InputError
from eyeshot.measure.tiles.formats import tiff
from eyeshot.measure.tiles.formats.files import at_level, open_image
from eyeshot.measure.tiles.formats.opened import Opened
from eyeshot.measure.tiles.sources import Source, layout_of, open_source, shape_of

BOX = (slice(3, 40), slice(5, 17))


def opened(path: str | Path) -> Opened:
    return open_image(Path(path), f"the image {str(path)!r}")


def boxes_agree(found: Opened, whole: Any, box: tuple[slice, ...] = BOX) -> None:
    assert found.array.shape == whole.shape
    everything = tuple(slice(None) for _ in whole.shape)
    for where in (everything, (*box, *everything)[: whole.ndim]):
        np.testing.assert_array_equal(np.asarray(found.array[where]), whole[where], strict=True)
    found.close()


# ---------------------------------------------------------------------- TIFF


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "jpeg"])
def test_levels_of_a_pyramid(tmp_path: Path, compression: str | None) -> None:
    import tifffile

    path = tmp_path / "slide.tif"
    pyramid(path, noise((300, 260, 3)), compression=compression)
    for level in range(3):
        name = at_level(path, level)
        assert name == (path if level == 0 else f"{path}/{level}")
        whole = tifffile.imread(path, series=0, level=level)
        boxes_agree(opened(name), whole)
        assert shape_of(name) == whole.shape


def test_levels_in_plain_strips_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    images = pyramid(path, noise((64, 96, 3)), tile=None)
    for level, image in enumerate(images):
        assert isinstance(opened(at_level(path, level)).array, np.memmap)
        boxes_agree(opened(at_level(path, level)), image)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="must hold all of its pixels, but is cut off"):
        opened(path / "2")


def test_slide_of_a_scanner(tmp_path: Path) -> None:
    images = slide(tmp_path / "a.svs", noise((400, 320, 3)), compression="zlib")
    for level, image in enumerate(images):
        boxes_agree(opened(at_level(tmp_path / "a.svs", level)), image)


def test_slide_is_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tifffile

    pyramid(tmp_path / "a.tif", noise((512, 512, 3)), levels=1, compression="zlib")
    found, asked = opened(tmp_path / "a.tif"), []
    read = tifffile.FileHandle.read

    def counted(self: Any, size: int = -1) -> Any:
        asked.append(size)
        return read(self, size)

    monkeypatch.setattr(tifffile.FileHandle, "read", counted)
    np.asarray(found.array[0:64, 0:64])
    found.close()
    assert len(asked) == 1
    assert 0 < asked[0] < (tmp_path / "a.tif").stat().st_size // 50


def test_wrong_level(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    pyramid(path, noise((64, 96, 3)), levels=2)
    for level, message in (
        (2, r"must have a level 2, but has only 0 \(64×96×3\), 1 \(32×48×3\)"),
        (-1, "must be 0 or more, but is -1"),
    ):
        with pytest.raises(InputError, match=message):
            at_level(path, level)
    with pytest.raises(InputError, match="must have a level 7, but has only"):
        opened(path / "7")
    with pytest.raises(InputError, match="does not exist"):
        opened(path / "level")
    np.save(tmp_path / "a.npy", noise((4, 4)))
    with pytest.raises(InputError, match=r"has no levels; only TIFF files and groups of OME-Zarr"):
        at_level(tmp_path / "a.npy", 1)
    with pytest.raises(InputError, match=r"a\.npy/0' does not exist"):
        opened(tmp_path / "a.npy" / "0")
    with pytest.raises(InputError, match="does not exist"):
        at_level(tmp_path / "b.tif", 1)
    (tmp_path / "c.tif").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"c\.tif' cannot be read: TiffFileError"):
        at_level(tmp_path / "c.tif", 1)


def test_block_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff, "_MOST_BLOCK", 1000)
    pyramid(tmp_path / "a.tif", noise((64, 96, 3)), levels=1, compression="zlib")
    with pytest.raises(InputError, match=r"a block of 64×64×3 takes 12,288 bytes; write it anew in tiles"):
        opened(tmp_path / "a.tif")


# ---------------------------------------------------------------------- OME-Zarr


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_levels_of_ome_zarr(tmp_path: Path, version: str) -> None:
    path = tmp_path / "group.zarr"
    images = ome_zarr(path, noise((1, 2, 1, 40, 56)), version=version, names=("full", "half"))
    boxes_agree(opened(path), images[0])
    boxes_agree(opened(at_level(path, 0)), images[0])
    assert at_level(path, 1) == str(path / "half")
    boxes_agree(opened(at_level(path, 1)), images[1])
    boxes_agree(opened(path / "half"), images[1])
    with pytest.raises(InputError, match=r"must have a level 2, but has only 0 \(1×2×1×40×56\), 1"):
        at_level(path, 2)
    with pytest.raises(InputError, match="is one array, which has no levels"):
        at_level(path / "half", 1)


def test_group_that_is_no_image(tmp_path: Path) -> None:
    import zarr

    ome_zarr(tmp_path / "a.zarr" / "0", noise((1, 1, 1, 8, 8)))
    zarr.open_group(str(tmp_path / "a.zarr"), mode="a")
    with pytest.raises(InputError, match=r"but is a group; name what is within it: .*a\.zarr/0$"):
        opened(tmp_path / "a.zarr")
    zarr.open_group(str(tmp_path / "b.zarr"), mode="w")
    with pytest.raises(InputError, match="name what is within it: it is empty"):
        opened(tmp_path / "b.zarr")


# ---------------------------------------------------------------------- NIfTI


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize(
    ("dtype", "named"),
    [
        ("uint8", {}),
        ("int16", {"slope": 0.37, "inter": -12.5}),
        (">i2", {"slope": 2, "inter": 0}),
        ("float32", {"slope": 1.5, "inter": 0.1}),
        ("float64", {}),
    ],
)
def test_nifti_is_what_nibabel_reads(tmp_path: Path, suffix: str, dtype: str, named: dict[str, Any]) -> None:
    import nibabel

    path = tmp_path / f"a{suffix}"
    nifti(path, noise((45, 19, 7), dtype), **named)
    found = opened(path)
    assert found.grid is not None
    np.testing.assert_allclose(found.grid.affine, AFFINE, atol=1e-6)
    boxes_agree(found, np.asanyarray(nibabel.load(path).dataobj))


def test_nifti_2(tmp_path: Path) -> None:
    import nibabel

    nifti(tmp_path / "a.nii", noise((45, 19, 7), "int32"), kind=nibabel.Nifti2Image)
    boxes_agree(opened(tmp_path / "a.nii"), noise((45, 19, 7), "int32"))


def test_file_that_only_looks_like_nifti(tmp_path: Path) -> None:
    from nibabel import cifti2

    model = cifti2.BrainModelAxis.from_mask(np.ones((2, 2, 2), bool), name="thalamus_left", affine=np.eye(4))
    image = cifti2.Cifti2Image(np.zeros((1, 8), np.float32), (cifti2.ScalarAxis(["a"]), model))
    image.to_filename(tmp_path / "a.dscalar.nii")
    with pytest.raises(InputError, match="must be of NIfTI, but is of Cifti2Image"):
        opened(tmp_path / "a.dscalar.nii")


def test_nifti_is_mapped(tmp_path: Path) -> None:
    nifti(tmp_path / "a.nii", noise((45, 19, 7)))
    assert isinstance(opened(tmp_path / "a.nii").array, np.memmap)


def test_damaged_nifti(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nifti(tmp_path / "a.nii", noise((45, 19, 7)))
    whole = (tmp_path / "a.nii").read_bytes()
    packed = gzip.compress(whole)
    for name, data, message in (
        ("b.nii", whole[:-1], r"is cut off: they end at byte 6,337 of 6,336"),
        ("b.nii.gz", packed[:-20], "must be a whole gzip file, but is cut off or damaged"),
        ("c.nii.gz", whole, "cannot be read|whole gzip file"),
        ("d.nii.gz", gzip.compress(whole[:-1]), "is cut off"),
        ("e.nii", b"nothing", "cannot be read"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=message):
            opened(tmp_path / name)
    (tmp_path / "f.nii.gz").write_bytes(packed)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 5}))
    with pytest.raises(InputError, match=r"takes 6,337 bytes unpacked, but .* has 5 left; unpack it elsewhere"):
        opened(tmp_path / "f.nii.gz")


# ---------------------------------------------------------------------- DICOM


@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"]
)
def test_series_is_sorted_and_rescaled(syntax: str, tmp_path: Path) -> None:
    from pydicom.uid import UID

    stored = noise((6, 44, 20), "int16")
    series(tmp_path / "ct", stored, syntax=UID(syntax))
    found = opened(tmp_path / "ct")
    meant = stored * 2.0 + (np.arange(6) - 1024.0).reshape(-1, 1, 1)
    assert found.grid is not None
    # A voxel's place: patient coordinates of DICOM point to the left and to the back, those of NIfTI the other way.
    slice_, row, column = 4, 30, 11
    left, back, up = -90 + 0.7 * column, -80 + 0.8 * row, 10 + 2.5 * slice_
    np.testing.assert_allclose(found.grid.affine @ [slice_, row, column, 1], [-left, -back, up, 1])
    boxes_agree(found, meant, (slice(2, 5), slice(3, 40), slice(1, 8)))


def test_series_without_a_scale_keeps_its_type(tmp_path: Path) -> None:
    stored = noise((3, 12, 10), "int16")
    series(tmp_path / "ct", stored, RescaleSlope=1, RescaleIntercept=0)
    boxes_agree(opened(tmp_path / "ct"), stored, (slice(1, 3),))


def test_series_of_one_slice(tmp_path: Path) -> None:
    series(tmp_path / "ct", noise((1, 12, 10), "int16"))
    found = opened(tmp_path / "ct")
    assert found.array.shape == (1, 12, 10)
    assert found.grid is not None
    np.testing.assert_allclose(np.linalg.norm(found.grid.affine[:3, :3], axis=0), [5, 0.8, 0.7])


def _remove(files: list[Path]) -> None:
    files[2].unlink()


def _change(**tags: Any) -> Callable[[list[Path]], None]:
    def change(files: list[Path]) -> None:
        import pydicom

        one = pydicom.dcmread(files[2])
        for name, value in tags.items():
            if value is None:
                delattr(one, name)
            else:
                setattr(one, name, value)
        one.save_as(files[2])

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_remove, r"between '0004\.dcm' and '0002\.dcm' 1 are missing: they are 5 mm apart, others 2\.5 mm"),
        (_change(ImagePositionPatient=[-90, -80, 10]), "each slice once, but .* stand at the same place"),
        (_change(ImagePositionPatient=[-90, -80, 16]), "at one distance"),
        (_change(ImagePositionPatient=[-88, -80, 15]), r"'0003\.dcm' stands 2 mm beside its place"),
        (_change(ImagePositionPatient=None), r"say where they stand .* '0003\.dcm' does not"),
        (_change(ImageOrientationPatient=[0, 1, 0, 1, 0, 0]), "are turned against each other"),
        (_change(Rows=6, Columns=20), r"differ in rows and columns: \(12, 10\), \(6, 20\)"),
        (_change(PixelRepresentation=0), "differ in bits and sign"),
        (_change(PixelSpacing=[0.8, 0.8]), "differ in spacing of their pixels"),
        (_change(SeriesInstanceUID="1.2.4"), r"must hold one series, but holds 2: 1\.2\.3, 1\.2\.4"),
        (_change(NumberOfFrames=2), "holds several frames"),
        (_change(SamplesPerPixel=3), "is in colour"),
        (_change(Rows=None), "has no pixels"),
        (lambda files: files[2].write_bytes(files[2].read_bytes()[:-1]), r"'0003\.dcm' is cut off within its pixels"),
        (lambda files: files[2].write_bytes(b"nothing"), r"'0003\.dcm' is none; move it away"),
        (lambda files: (files[2].parent / "other").mkdir(), "'other' is a folder"),
    ],
)
def test_series_that_is_refused(tmp_path: Path, change: Callable[[list[Path]], None], message: str) -> None:
    files = series(tmp_path / "ct", noise((5, 12, 10), "int16"))
    change(files)
    with pytest.raises(InputError, match=message):
        opened(tmp_path / "ct")


def test_series_that_does_not_say_how_far_its_pixels_are_apart(tmp_path: Path) -> None:
    for file in series(tmp_path / "ct", noise((2, 12, 10), "int16")):
        _change(PixelSpacing=None)([file, file, file])
    assert opened(tmp_path / "ct").grid is None


def test_folders_and_single_slices(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="is a folder without files; a folder must hold a series of DICOM"):
        opened(tmp_path / "empty")
    files = series(tmp_path / "ct", noise((2, 12, 10), "int16"))
    with pytest.raises(InputError, match="is one slice of DICOM; name the folder that holds its series"):
        opened(files[0])
    (tmp_path / "ct" / "DICOMDIR").write_bytes(b"")
    (tmp_path / "ct" / ".DS_Store").write_bytes(b"")
    assert opened(tmp_path / "ct").array.shape == (2, 12, 10)


def state(path: Path) -> str:
    found = opened(path)
    found.close()
    return found.state


def test_state_follows_every_file(tmp_path: Path) -> None:
    import zarr

    files = series(tmp_path / "ct", noise((2, 12, 10), "int16"))
    pyramid(tmp_path / "a.tif", noise((64, 96, 3)), levels=2)
    ome_zarr(tmp_path / "a.zarr", noise((1, 1, 1, 32, 32)))
    places = [tmp_path / "ct", tmp_path / "a.tif" / "1", tmp_path / "a.zarr"]
    before = [state(place) for place in places]
    assert [state(place) for place in places] == before
    _change(RescaleIntercept=5)([*files, files[0]])
    pyramid(tmp_path / "a.tif", noise((64, 96, 3)), levels=3)
    zarr.open_array(str(tmp_path / "a.zarr" / "0"), mode="r+")[0, 0, 0, 5] = 7
    assert all(state(place) != old for place, old in zip(places, before, strict=True))


# ---------------------------------------------------------------------- libraries


@pytest.mark.parametrize(
    ("name", "library"), [("a.nii", "nibabel"), ("ct", "pydicom"), ("a.tif", "tifffile"), ("a.zarr", "zarr")]
)
def test_missing_library_is_one_line(tmp_path: Path, name: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / name
    path.mkdir() if name in {"ct", "a.zarr"} else path.write_bytes(b"")
    monkeypatch.setitem(sys.modules, library, None)
    extra = "hospital" if library in {"nibabel", "pydicom"} else "tiles"
    with pytest.raises(InputError, match=rf"this needs {library}, .*; run: pip install 'eyeshot\[{extra}\]'$"):
        opened(path)


def test_missing_codec_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tifffile

    pyramid(tmp_path / "a.tif", noise((64, 96, 3)), levels=1, compression="jpeg")

    def missing(*_: Any, **__: Any) -> Any:
        raise ValueError("<COMPRESSION.JPEG: 7> requires the 'imagecodecs' package")

    monkeypatch.setattr(tifffile.TiffPage, "decode", property(lambda _: missing))
    with pytest.raises(InputError, match=r"in a way that needs imagecodecs, which .* 'eyeshot\[hospital\]'"):
        opened(tmp_path / "a.tif")


# ---------------------------------------------------------------------- shapes and types


@pytest.mark.parametrize(
    ("shape", "image", "dims", "layout"),
    [
        ((1, 3, 1, 40, 56), (1, 3, 40, 56), (2, 3), (-1, 1, 3, 4)),
        ((40, 56, 1), (1, 1, 40, 56), (2, 3), (-1, -1, 0, 1)),
        ((40, 56, 20, 1), (1, 1, 40, 56, 20), (2, 3, 4), (-1, -1, 0, 1, 2)),
        ((40, 56, 1, 3), (1, 3, 40, 56), (2, 3), (-1, 3, 0, 1)),
    ],
)
def test_dimensions_of_one_element_say_nothing(
    shape: tuple[int, ...], image: tuple[int, ...], dims: tuple[int, ...], layout: tuple[int, ...]
) -> None:
    assert layout_of(shape, image, dims, "the image") == layout
    array = noise(shape)
    box = tuple((1, image[d] - 1) for d in dims)
    found = Source(array, layout, image, dims).read(box)
    order = [d for d in layout if d >= 0]
    kept = array.transpose([*order, *(d for d in range(array.ndim) if d not in order)])
    kept = kept.reshape([1 if d < 0 else array.shape[d] for d in layout])
    cut = tuple(slice(*box[dims.index(d)]) if d in dims else slice(None) for d in range(len(image)))
    np.testing.assert_array_equal(found, kept[cut])


class _Plan:
    image, dims = (1, 3, 20, 30), (2, 3)


def test_bfloat16_is_exactly_float32() -> None:
    tensor = torch.randn(1, 3, 20, 30, generator=torch.Generator().manual_seed(0)).bfloat16()
    with open_source(tensor, _Plan()) as source:  # type: ignore[arg-type]
        found = source.read(((2, 9), (0, 30)))
    assert found.dtype == np.float32
    assert (torch.from_numpy(np.array(found)) == tensor[:, :, 2:9].float()).all()


def test_bfloat16_of_another_library() -> None:
    import ml_dtypes

    array = noise((3, 20, 30)).astype(ml_dtypes.bfloat16)
    with open_source(array, _Plan()) as source:  # type: ignore[arg-type]
        assert source.read(((2, 9), (0, 30))).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.longdouble, np.complex64, [("R", "u1"), ("G", "u1")]])
def test_numbers_that_torch_has_not(dtype: Any) -> None:
    with pytest.raises(InputError, match="must hold"):
        open_source(np.zeros((3, 20, 30), dtype), _Plan())  # type: ignore[arg-type]
