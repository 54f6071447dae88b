"""`eyeshot tile`: plans, settings for other tools, runs, and what is told in one line."""

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hospital_files import nifti, noise, ome_zarr, pyramid, series

from eyeshot.cli.main import main

NET = "conv k3 s2 p1 | conv k3 p1 | deconv k2 s2"
MODEL = """
import torch
from torch import nn


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 2, 2, 2))


def turned():
    net = nn.Sequential()
    net.add_module("a\u202e", nn.InstanceNorm2d(3))
    return net


def gray():
    torch.manual_seed(0)
    return nn.Conv2d(1, 2, 3, 2, 1)


def volume():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv3d(1, 2, 3, 2, 1), nn.ConvTranspose3d(2, 1, 2, 2))


def normed():
    return nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.InstanceNorm2d(4))
"""


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "net.py").write_text(MODEL)
    return f"{tmp_path / 'net.py'}:net"


def test_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tile", NET, "--image", "1000x600", "--tile", "200x128"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "exact if aligned" in text
    assert "sizes along y: any from 1" in text
    assert "computed" not in text


def test_table_of_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tile", NET, "--image", "1000x600"]) == 0
    assert "→" in capsys.readouterr().out


@pytest.mark.parametrize("format_", ["json", "dask", "bioimageio", "monai"])
def test_formats(format_: str, tmp_path: Path) -> None:
    page = tmp_path / "plan"
    assert main(["tile", NET, "--image", "256x256", "--tile", "64", "--format", format_, "-o", str(page)]) == 0
    text = page.read_text()
    if format_ == "json":
        found = json.loads(text)
        assert found["schema"] == "eyeshot.tiling/1"
        assert found["axes"][0]["reads"][-1][1] == 256
        assert found["outputs"][0]["axes"][0]["writes"][-1][1] == 256
    else:
        assert text.startswith("# ")


def test_impossible_is_status_1(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tile", model.replace(":net", ":normed"), "--image", "256x256", "--tile", "64"]) == 1
    text = capsys.readouterr().out
    assert "impossible" in text
    assert "reads the whole axis" in text


def test_run(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "in.npy", np.random.default_rng(0).integers(0, 255, (90, 70, 3)).astype(np.uint8))
    out = tmp_path / "out.npy"
    arguments = ["tile", model, "--run", str(tmp_path / "in.npy"), "--tile", "40", "-o", str(out)]
    assert main([*arguments, "--check", "--curve", "--batch", "2"]) == 0
    assert np.load(out).shape == (1, 2, 90, 70)
    text = capsys.readouterr().out
    assert "equal up to rounding" in text
    assert "mean error" in text
    assert main(arguments) == 2
    assert "exists; name another" in capsys.readouterr().err


def test_run_of_a_level(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pyramid(tmp_path / "in.svs", noise((180, 140, 3)), compression="zlib")
    arguments = ["tile", model, "--run", str(tmp_path / "in.svs"), "--tile", "40", "-o", str(tmp_path / "out.npy")]
    assert main([*arguments, "--level", "1"]) == 0
    assert np.load(tmp_path / "out.npy").shape == (1, 2, 90, 70)
    assert main([*arguments, "--level", "9"]) == 2
    (tmp_path / "out.npy").unlink()
    assert main([*arguments, "--level", "9"]) == 2
    assert "must have a level 9, but has only 0 (180×140×3), 1" in capsys.readouterr().err


@pytest.mark.parametrize("shape", [(24, 26, 30), (24, 26, 30, 1), (24, 26, 1, 1), (1, 24, 26)])
def test_run_of_nifti(shape: tuple[int, ...], model: str, tmp_path: Path) -> None:
    nifti(tmp_path / "in.nii.gz", noise(shape))
    name = "volume" if min(shape[:3]) > 1 else "gray"
    arguments = ["tile", model.replace(":net", f":{name}"), "--run", str(tmp_path / "in.nii.gz"), "--tile", "16"]
    assert main([*arguments, "-o", str(tmp_path / "out.nii")]) == 0
    expected = (24, 26, 30) if name == "volume" else (*(1 if n == 1 else n // 2 for n in shape[:3]), 2)
    assert nibabel.load(tmp_path / "out.nii").shape == expected


def test_run_of_a_series(model: str, tmp_path: Path) -> None:
    series(tmp_path / "ct", noise((24, 26, 30), "int16"))
    arguments = ["tile", model.replace(":net", ":volume"), "--run", str(tmp_path / "ct"), "--tile", "16"]
    assert main([*arguments, "-o", str(tmp_path / "out.nii")]) == 0
    assert nibabel.load(tmp_path / "out.nii").shape == (24, 26, 30)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_run_of_ome_zarr(version: str, model: str, tmp_path: Path) -> None:
    ome_zarr(tmp_path / "in.zarr", noise((1, 3, 1, 180, 140)), version=version)
    arguments = ["tile", model, "--run", str(tmp_path / "in.zarr"), "--level", "1", "--tile", "40"]
    assert main([*arguments, "-o", str(tmp_path / "out.npy")]) == 0
    assert np.load(tmp_path / "out.npy").shape == (1, 2, 90, 70)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([NET], "the size of the image must be given"),
        ([NET, "--image", "100", "--tile", "4"], "a tile must have at least"),
        ([NET, "--image", "100", "--memory", "lots"], "such as 2GB or 500MB"),
        ([NET, "--image", "100", "--run", "in.npy"], "needs `-o FILE`"),
        ([NET, "--image", "100", "--input", "100"], "given by `--image`"),
        ([NET, "--image", "100", "--output", "cnov1"], "has no layer `cnov1`; did you mean `conv1`"),
        ([NET, "--image", "100", "--tile", "40", "--check"], "only a PyTorch model has weights"),
        (["unet", "--run", "in.npy", "-o", "out.npy"], "only a PyTorch model has weights, but `unet` is a list"),
        (["timm:resnet18", "--run", "in.npy", "-o", "out.npy"], "random weights, so results would mean nothing"),
        (["timm:resnet18", "--run", "in.npy", "-o", "out.npy", "--arg", "pretrained=no"], "does not exist"),
        (["timm:resnet18", "--image", "600", "--curve"], "random weights, so results would mean nothing"),
        (["timm:resnet18", "--run", "in.npy", "-o", "out.png"], "random weights"),
        (["a.py:b", "--run", "in.npy", "-o", "out.png"], "must end in .npy"),
        (["a.py:b", "--run", "in.npy", "-o", "out.nii.gz"], "name out.nii, and compress it when it is whole"),
        ([NET, "--image", "100", "--level", "1"], "`--level` goes with `--run FILE`"),
        (["nothing", "--image", "100"], "there is no model"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tile", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert error.startswith("eyeshot: ")


def test_image_that_does_not_fit_is_told_as_it_is_meant(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "in.npy", np.zeros((90, 70, 4), np.uint8))
    assert main(["tile", model, "--run", str(tmp_path / "in.npy"), "-o", str(tmp_path / "out.npy")]) == 2
    assert "takes an input with 3 channels and 2 spatial dimensions, but got [1, 4, 90, 70]" in capsys.readouterr().err


def test_names_are_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.py").write_text(MODEL)
    assert main(["tile", f"{tmp_path / 'net.py'}:turned", "--image", "3x64x64", "--tile", "32"]) == 1
    text = capsys.readouterr().out
    assert "\u202e" not in text
    assert "\\u202e" in text
