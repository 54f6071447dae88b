"""Saved models are refused with a way out, and the way out leads there."""

import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import eyeshot
from eyeshot.cli.main import main
from eyeshot.errors import InputError
from eyeshot.frontends.load import load

NET = """
import warnings
import torch
from torch import nn

warnings.simplefilter("ignore")


def make():
    net = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.ConvTranspose2d(4, 2, 2, 2))
    {line}
    return net
"""


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.ConvTranspose2d(4, 2, 2, 2)).eval()


def script(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(network()).save(str(path))


@pytest.mark.parametrize("name", ["model.ts", "model.pt", "weights.pt"])
def test_way_out_of_a_refusal(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    if name == "weights.pt":
        torch.save(network().state_dict(), path)
    else:
        script(path)
    kind = "a pickle, which runs code" if name == "weights.pt" else "TorchScript, a program without the modules"
    for model in (str(path), path):
        with pytest.raises(InputError, match=f"is {kind}") as caught:
            eyeshot.tile(model, (3, 64, 80), tile=32)
    assert main(["tile", str(path), "--image", "64x80"]) == 2
    assert capsys.readouterr().err == f"eyeshot: {caught.value}\n"
    # What the sentence says is done, word by word.
    line = str(caught.value).partition("with `")[2].partition("`")[0]
    (tmp_path / "net.py").write_text(NET.format(line=line))
    monkeypatch.chdir(tmp_path)
    image = np.random.default_rng(0).standard_normal((3, 64, 80), np.float32)
    np.save("in.npy", image)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert main(["tile", "net.py:make", "--run", "in.npy", "--tile", "32", "-o", "out.npy"]) == 0
    with torch.no_grad():
        whole = network()(torch.from_numpy(image)[None]).numpy()
    assert np.abs(np.load("out.npy") - whole).max() <= 1e-5 * whole.std()


def test_other_archives_are_pickles(tmp_path: Path) -> None:
    (tmp_path / "old.pkl").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "other.ckpt", "w") as archive:
        archive.writestr("other/code.txt", "")
    for name in ("old.pkl", "other.ckpt", "nothing.pth"):
        with pytest.raises(InputError, match=r"is a pickle, which runs code when it is read"):
            load(tmp_path / name)
    with pytest.raises(InputError, match=r"nothing\.ts' is TorchScript"):
        load(tmp_path / "nothing.ts")
