"""Image files as hospitals have them, made by code: pyramids, slides, OME-Zarr, NIfTI, series of DICOM."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def noise(shape: Sequence[int], dtype: Any = np.uint8) -> Any:
    return np.random.default_rng(0).integers(0, 200, shape).astype(dtype)


def pyramid(path: Path, image: Any, levels: int = 3, **how: Any) -> list[Any]:
    """A TIFF with smaller images of itself in its sub-directories; all levels as arrays."""
    import tifffile

    images = [image[:: 2**k, :: 2**k] for k in range(levels)]
    how = {"tile": (64, 64), "photometric": "rgb", **how}
    with tifffile.TiffWriter(path, bigtiff=True) as file:
        file.write(images[0], subifds=levels - 1, **how)
        for one in images[1:]:
            file.write(one, subfiletype=1, **how)
    return images


def slide(path: Path, image: Any, **how: Any) -> list[Any]:
    """What a scanner of Aperio writes: the slide, a thumbnail, a smaller slide."""
    import tifffile

    images = [image, image[::4, ::4]]
    how = {"photometric": "rgb", "tile": (64, 64), **how}
    about = "Aperio Image Library v11.2.1\r\n{}x{} [0,0 {}x{}] (64x64)|AppMag = 20|MPP = 0.499"
    with tifffile.TiffWriter(path) as file:
        for one, named in ((images[0], how), (image[::8, ::8], {"photometric": "rgb"}), (images[1], how)):
            h, w = one.shape[:2]
            file.write(one, description=about.format(w, h, w, h), metadata=None, **named)
    return images


def ome_zarr(path: Path, image: Any, *, version: str = "0.5", names: Sequence[str] = ("0", "1")) -> list[Any]:
    """A group with an image (t, c, z, y, x) at two levels."""
    import zarr

    images = [image, image[..., ::2, ::2]]
    group = zarr.open_group(str(path), mode="w", zarr_format=3 if version == "0.5" else 2)
    for name, one in zip(names, images, strict=True):
        array = group.create_array(name, shape=one.shape, chunks=(1, 1, 1, 16, 16), dtype=one.dtype)
        array[:] = one
    levels = {"multiscales": [{"axes": [{"name": name} for name in "tczyx"], "datasets": [{"path": n} for n in names]}]}
    group.attrs.update({"ome": {"version": version, **levels}} if version == "0.5" else levels)
    return images


AFFINE = np.array([[-0.8, 0.1, 0, 90], [0.1, 0.8, 0, -120], [0, 0, 2.5, -70], [0, 0, 0, 1]])


def nifti(path: Path, volume: Any, **header: Any) -> Any:
    """A volume with an affine of its own, in millimetres and seconds."""
    import nibabel

    kind = header.pop("kind", nibabel.Nifti1Image)
    image = kind(volume, AFFINE)
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_slope_inter(header.pop("slope", 1), header.pop("inter", 0))
    image.set_qform(AFFINE, code=1)
    image.set_sform(AFFINE, code=2)
    image.header["descrip"] = b"made by code"
    nibabel.save(image, path)
    return image


def series(folder: Path, stored: Any, *, spacing: float = 2.5, **more: Any) -> list[Path]:
    """A series of CT, a file for each slice of an array, with names in another order than their places."""
    import pydicom
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RLELossless

    syntax = more.pop("syntax", ExplicitVRLittleEndian)
    folder.mkdir()
    files = []
    for number, pixels in enumerate(stored):
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian if syntax == RLELossless else syntax
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"1.2.3.{number + 1}"
        one = pydicom.Dataset()
        one.file_meta = meta
        one.SOPClassUID, one.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        one.SeriesInstanceUID, one.Modality = "1.2.3", "CT"
        one.Rows, one.Columns = pixels.shape
        one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
        one.BitsAllocated = one.BitsStored = 16
        one.HighBit, one.PixelRepresentation = 15, 1
        one.PixelSpacing, one.SliceThickness = [0.8, 0.7], 5
        one.ImageOrientationPatient, one.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [-90, -80, 10 + spacing * number]
        one.RescaleSlope, one.RescaleIntercept = 2, -1024 + number
        for name, value in more.items():
            setattr(one, name, value)
        one.PixelData = pixels.astype(np.int16).tobytes()
        if syntax == RLELossless:
            one.compress(syntax)
        files.append(folder / f"{len(stored) - number:04d}.dcm")
        pydicom.dcmwrite(files[-1], one, enforce_file_format=True)
    return files
