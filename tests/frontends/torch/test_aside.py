"""What a model says is no result: it prints to standard error, and warnings are given where the model stands."""

import json
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import eyeshot
from eyeshot.frontends.torch.aside import Aside

FILE = """
import sys, warnings
import torch
from torch import nn
print("imported")
class Talks(nn.Module):
    def __init__(self):
        super().__init__()
        print("made")
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        print("runs")
        sys.stdout.write("on\\n")
        warnings.warn("mine")
        return torch.softmax(self.conv(x).T, 1) + nn.functional.softmax(self.conv(x)).sum()
"""


def test_what_a_model_prints_stays_out_of_the_result(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(FILE, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "eyeshot", "table", "net.py:Talks", "--input", "8", "--format", "json"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(found.stdout)["model"] == "Talks"
    for said in ("imported", "made", "runs", "on", "UserWarning: mine", "Implicit dimension choice"):
        assert said in found.stderr
    assert str(Path(eyeshot.__file__).parent) not in found.stderr


def test_in_python_too(capsys: pytest.CaptureFixture[str]) -> None:
    class Prints(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            sys.stdout.write(f"here {sys.stdout.isatty()}\n")
            return functional.relu(x)

    stdout = sys.stdout
    eyeshot.analyze(Prints(), input_shape=(1, 3, 8, 8))
    assert eyeshot.verify(Prints(), input_shape=(1, 3, 8, 8), rows=1, pixels=0).holds
    found = capsys.readouterr()
    assert (found.out, found.err.count("here") >= 3, sys.stdout is stdout) == ("", True, True)


def test_other_threads_print_where_they_print(capsys: pytest.CaptureFixture[str]) -> None:
    def elsewhere() -> None:
        sys.stdout.write("elsewhere\n")
        warnings.warn("of another thread", stacklevel=1)

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with Aside():
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
            sys.stdout.write("here\n")
    assert capsys.readouterr() == ("elsewhere\n", "here\n")
    assert [str(one.message) for one in heard] == ["of another thread"]


def warned(model: nn.Module, action: str = "default") -> list[tuple[str, str]]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter(action)  # type: ignore[arg-type]
        eyeshot.analyze(model, input_shape=(1, 3, 8, 8))
    return [(Path(one.filename).name, str(one.message)[:8]) for one in heard]


class Warns(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return functional.softmax(x)


class WarnsToo(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return functional.softmax(x) * 2


@pytest.mark.parametrize("action", ["default", "once", "always", "module"])
def test_every_model_is_warned_where_it_stands(action: str) -> None:
    for model in (Warns(), WarnsToo()):
        assert warned(model, action) == [("test_aside.py", "Implicit")]


def test_a_model_of_the_frameworks_modules_is_warned_there() -> None:
    assert warned(nn.Sequential(nn.Softmax())) == [("module.py", "Implicit")] or warned(nn.Softmax())


def test_a_warning_that_is_an_error_is_the_models() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(eyeshot.errors.InputError, match=r"`Warns` must run with .* raises UserWarning: Implicit"):
            eyeshot.analyze(Warns(), input_shape=(1, 3, 8, 8))


def test_an_unused_hook_is_gone() -> None:
    before = warnings.showwarning
    with pytest.raises(eyeshot.errors.InputError):
        eyeshot.analyze(nn.Conv2d(3, 4, 3), input_shape=[(1, 5, 8, 8)])
    assert warnings.showwarning is before
    assert torch.is_grad_enabled()
