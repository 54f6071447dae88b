"""References to Python: what they find, and one clear line for what they do not."""

from pathlib import Path

import pytest

import eyeshot
from eyeshot.errors import InputError, ModelReferenceError

FILE = """
from torch import nn
def make(channels=4): return nn.Sequential(nn.Conv2d(3, channels, 3), nn.BatchNorm2d(channels))
number = 3
def broken(): raise KeyError("x")
def nothing(): return 3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_factory_in_a_file_or_module(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    for reference in (f"{file}:make", "net.py:make", "net:make"):
        fields = eyeshot.analyze(reference, input_shape=(3, 16, 16))
        assert (fields["0"].axes[0].size, fields.status.value, fields.graph.notes) == (3, "exact", ())


@pytest.mark.parametrize(
    ("what", "error", "said"),
    [
        ("number", InputError, "must be a function or class that makes a model, but is of type int"),
        ("broken", InputError, "must make a model, but raises KeyError: 'x'"),
        ("nothing", InputError, "must return a torch.nn.Module, but returns int"),
        ("mak", ModelReferenceError, "has no `mak`; did you mean `make`?"),
    ],
)
def test_what_is_no_factory(file: Path, what: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        eyeshot.load(f"{file}:{what}", input_shape=16)
    assert said in str(caught.value)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelReferenceError, match="there is no file"):
        eyeshot.load(f"{tmp_path / 'none.py'}:make")
    with pytest.raises(ModelReferenceError, match="there is no module `no_such_module`"):
        eyeshot.load("no_such_module:make")
    (tmp_path / "bad.py").write_text("1 +", encoding="utf-8")
    with pytest.raises(InputError, match="must work, but raises SyntaxError"):
        eyeshot.load(f"{tmp_path / 'bad.py'}:make")


def test_models_of_torchvision() -> None:
    import torch_support  # noqa: F401

    fields = eyeshot.analyze("torchvision:resnet18")
    assert (fields.graph.name, fields["layer4"].axes[0].size) == ("resnet18", 435)
    with pytest.raises(ModelReferenceError, match="torchvision has no model `resnet5`; did you mean"):
        eyeshot.load("torchvision:resnet5")
