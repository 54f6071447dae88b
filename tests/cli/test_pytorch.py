"""PyTorch models on the command line: options, rows, and one clear line for what cannot be read."""

import json
from pathlib import Path

import golden
import pytest
from cli.conftest import Runner

GOLDEN = Path(__file__).with_name("golden")

FILE = """
import torch
from torch import nn
from torch.nn import functional as F

class Own(Exception): pass

class Block(nn.Module):
    def __init__(self, width, stride=1):
        super().__init__()
        self.conv, self.norm, self.act = nn.Conv2d(width, width, 3, stride, 1), nn.BatchNorm2d(width), nn.ReLU()
        self.short = nn.Conv2d(width, width, 1, stride) if stride > 1 else nn.Identity()
    def forward(self, x):
        return self.act(self.norm(self.conv(x)) + self.short(x))

class Net(nn.Module):
    def __init__(self, width=8, classes=10, act="relu"):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, 2, 1)
        self.body = nn.Sequential(Block(width), Block(width, 2))
        self.head = nn.Linear(width, classes)
    def forward(self, x):
        x = self.body(self.stem(x))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))

class Fails(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), Raises())
    def forward(self, x): return self.body(x)

class Raises(nn.Module):
    def forward(self, x): raise Own("no more than 9 rows:\\n  the second line")

class Cuda(nn.Module):
    def forward(self, x):
        if not x.is_cuda: raise RuntimeError("this runs on CUDA only")

class Decides(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        x = self.conv(x)
        return x if x.mean() > 0 else -x

class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, left, right): return self.conv(left) - self.conv(right)

class Talks(nn.Module):
    def __init__(self):
        super().__init__()
        print("made")
    def forward(self, x):
        print("runs")
        return F.relu(x)

class Timed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x, timestep, mode=None):
        assert mode == "fast"
        return self.conv(x)[..., timestep:]

class Leaves(nn.Module):
    def forward(self, x): raise SystemExit(3)

number = 3
def nothing(): return None
def cuda(): raise AssertionError("Torch not compiled with CUDA enabled")
"""

TAKEN = "16, taken as (1, 3, 16, 16)"
MUST = f"`{{}}` must run with input {TAKEN}, but {{}} raises {{}}"
LINES = {
    ("net.py:Fails", "--input", "16"): (
        MUST.format("Fails", "`body.1`", "Own: no more than 9 rows") + "; nor with (16,)"
    ),
    ("net.py:Net", "--input", "1x5x16x16"): (
        "`Net` must run with input (1, 5, 16, 16), but `stem` raises RuntimeError: a convolution with weights of size "
        "[8, 3, 3, 3] and 1 groups takes an input with 3 channels and 2 spatial dimensions, but got [1, 5, 16, 16]"
    ),
    ("net.py:Cuda", "--input", "3x16x16"): (
        MUST.format("Cuda", "it", "RuntimeError: this runs on CUDA only").replace(TAKEN, "(3, 16, 16)")
        + "; eyeshot runs it on shapes, without a GPU: make tensors where the input is, as in `x.to(y.device)`"
    ),
    ("net.py:cuda", "--input", "16"): (
        "`net.py:cuda` must make a model, but raises AssertionError: Torch not compiled with CUDA enabled; "
        "eyeshot needs no GPU: leave the model where it is made, or choose a device with --arg"
    ),
    ("net.py:Decides", "--input", "16", "--strict"): (
        "`Decides` decides by the numbers of its data (`_local_scalar_dense`): without `strict` all before that is "
        "analysed"
    ),
    ("net.py:Pair", "--input", "16"): (
        MUST.format("Pair", "it", "TypeError: Pair.forward() missing 1 required positional argument: 'right'")
        + "; nor with (16,)"
    ),
    ("net.py:Leaves", "--input", "1x3x16x16"): (
        MUST.format("Leaves", "it", "SystemExit: 3").replace("16, taken as ", "")
    ),
    ("net.py:number", "--input", "16"): (
        "`net.py:number` must be a function or class that makes a model, but is of type int"
    ),
    ("net.py:nothing", "--input", "16"): "`net.py:nothing` must return a torch.nn.Module, but returns NoneType",
    ("net.py:Net",): "the size of the input must be given; add --input 224 (input_shape=(1, 3, 224, 224))",
    ("net.py:Net", "--input", "16", "--padding", "same"): "padding goes with a layer list; a PyTorch model has its own",
    ("net.py:Net", "--input", "16", "--arg", "size=3"): (
        "`net.py:Net` must make a model, but raises TypeError: Net.__init__() got an unexpected keyword argument "
        "'size'; give what it needs with --arg name=value"
    ),
    ("net.py:Timed", "--input", "16", "--call", "5"): "`--call` must be such as timestep=5, but is '5'",
    ("net.py:Net", "--arg", "width"): "`--arg` must be such as num_classes=10, but is 'width'",
    ("net.py:Net", "--arg", "width=1", "--arg", "width=2"): "`--arg`: `width` must be given once, but is given twice",
    ("net.py:Pair", "--input", "a=16", "--input", "16"): (
        "`--input` must have a name everywhere or nowhere where it is given several times"
    ),
    ("net.py:Pair", "--input", "a=16", "--input", "a=17"): "`--input` must name each input once",
    ("net.py:Net", "--input", "16:int65"): "the type of an input must be such as 'float32' or 'int64', but is 'int65'",
    ("alexnet", "--arg", "width=8"): (
        "arguments (width) go with a reference to what makes a model, such as package.module:factory or timm:NAME"
    ),
    ("conv k3", "--input", "a=8"): "a layer list has one input; several, or named ones, go with a PyTorch model",
    ("alexnet", "--depth", "0"): (
        "invalid value for '--depth': 0 is not in the range x>=1; see `eyeshot table --help`"
    ),
    ("needs.py:make",): "running 'needs.py' must work, but raises ModuleNotFoundError: No module named 'no_such_thing'",
    ("leaves.py:make",): "running 'leaves.py' must work, but raises SystemExit: 0",
    ("no_such_package.net:make",): "there is no module `no_such_package.net` to import; is it on the path?",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(FILE, encoding="utf-8")
    (tmp_path / "needs.py").write_text("import no_such_thing", encoding="utf-8")
    (tmp_path / "leaves.py").write_text("raise SystemExit(0)", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("arguments", LINES, ids=" ".join)
def test_line(run: Runner, arguments: tuple[str, ...]) -> None:
    found = run("table", *arguments)
    assert (found.status, found.out, found.err) == (2, "", f"eyeshot: {LINES[arguments]}\n")


@pytest.mark.parametrize("options", ["", "--all", "--depth 1", "--depth 2", "--depth 2 --all"])
def test_rows(run: Runner, options: str, refresh: bool) -> None:
    found = run("table", "net.py:Net", "--input", "64", *options.split())
    assert (found.status, found.err) == (0, "")
    name = f"pytorch{options.replace(' ', '').replace('--', '-')}.txt"
    golden.check(GOLDEN / name, found.out, refresh=refresh)


def test_data_dependent_control_flow_is_partial_and_said(run: Runner) -> None:
    found = run("table", "net.py:Decides", "--input", "16", "--format", "json")
    data = json.loads(found.out)
    assert [layer["name"] for layer in data["layers"]] == ["conv", "mean", "gt"]
    assert data["notes"] == [
        "The capture ended in the model itself at the operation item (`if`, `while`, int() or .item() on a tensor), "
        "which needs the numbers of real data; everything up to there is analysed."
    ]


def test_arguments_of_the_factory(run: Runner) -> None:
    found = run("table", "net.py:Net", "--input", "16", "--arg", "width=4", "--arg", "act=gelu", "--format", "json")
    assert json.loads(found.out)["layers"][0]["shape"] == [1, 4, 8, 8]


def test_arguments_of_forward(run: Runner) -> None:
    call = ["--input", "16", "--call", "timestep=5", "--call", "mode=fast"]
    found = run("table", "net.py:Timed", *call, "--format", "json")
    assert json.loads(found.out)["layers"][-1]["shape"] == [1, 4, 14, 9]
    assert run("verify", "net.py:Timed", *call).status == 0
    assert run("at", "net.py:Timed", "conv", "0,0", *call).status == 0
    refused = run("tile", "net.py:Timed", "--image", "64x64", *call[2:])
    assert refused.err.startswith("eyeshot: `--call`: tiles are run with the image alone")


@pytest.mark.parametrize("command", ["table", "verify"])
def test_what_a_model_prints_stays_out_of_json(run: Runner, command: str) -> None:
    found = run(command, "net.py:Talks", "--input", "1x3x8x8", "--format", "json")
    assert json.loads(found.out)["model"] == "Talks"
    assert set(found.err.split()) == {"made", "runs"}


def test_several_inputs(run: Runner) -> None:
    for sizes in (["1x3x16x16", "1x3x16x16"], ["right=1x3x16x16", "left=1x3x16x16"]):
        options = [word for size in sizes for word in ("--input", size)]
        found = run("table", "net.py:Pair", *options, "--format", "json")
        assert {info["name"] for info in json.loads(found.out)["inputs"]} in ({"input", "input1"}, {"left", "right"})


def test_a_module_path_names_what_the_module_returns(run: Runner) -> None:
    found = run("at", "net.py:Net", "body.1", "first", "--input", "64", "--format", "json")
    assert json.loads(found.out)["layer"] == "body.1.act"
    found = run("reach", "net.py:Net", "0,0", "body", "--input", "64", "--format", "json")
    assert [layer["name"] for layer in json.loads(found.out)["layers"]] == ["body.1.act"]


def test_reach_folds_too(run: Runner) -> None:
    found = run("reach", "net.py:Net", "0,0", "--input", "64", "--depth", "1", "--format", "json")
    assert [layer["name"] for layer in json.loads(found.out)["layers"]] == [
        "stem",
        "body",
        "mean",
        "head",
    ]
    found = run("reach", "net.py:Net", "0,0", "body", "--input", "64", "--all")
    assert found.err == (
        "eyeshot: `--all` and `--depth` choose among layers, but one is named, `body`; leave one out\n"
    )


def test_blocks_of_a_layer_list_fold_too(run: Runner) -> None:
    found = run("table", "resnet18", "--depth", "1", "--format", "json")
    names = [layer["name"] for layer in json.loads(found.out)["layers"]]
    assert names == ["conv1", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc"]
