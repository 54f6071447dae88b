"""Model references of every form."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eyeshot.errors import EyeshotError, InputError, LayerListError, ModelReferenceError
from eyeshot.frontends.load import load


@pytest.mark.parametrize(
    "reference",
    [
        [[11, 4, 0], [3, 2, 0]],
        ((11, 4, 0), (3, 2, 0)),
        "[[11, 4, 0], [3, 2, 0]]",
        " [[11,4,0],[3,2,0,1]] ",
        "conv k11 s4 name=layer1 | conv k3 s2 name=layer2",
    ],
)
def test_gist_list(reference: Any) -> None:
    graph = load(reference, input_shape=227)
    assert graph.shapes == {"input": (1, 1, 227, 227), "layer1": (1, 1, 55, 55), "layer2": (1, 1, 27, 27)}


def test_graph_stays_as_it_is() -> None:
    graph = load("relu", input_shape=5)
    assert load(graph) is graph
    with pytest.raises(InputError) as caught:
        load(graph, input_shape=5)
    assert str(caught.value) == ("a graph has its input already; input_shape, axes and padding go with a layer list")


def test_built_in_network_with_another_input() -> None:
    assert load("alexnet").shapes["conv1"] == (1, 96, 55, 55)
    assert load(" alexnet ", input_shape=284).shapes["conv1"] == (1, 96, 69, 69)


def test_single_words_are_networks_then_kinds() -> None:
    assert load("relu", input_shape=5).nodes[0].source == "relu"
    assert load("vgg16").name == "vgg16"


def test_text_that_ends_like_a_file_is_text_all_the_same() -> None:
    assert load("relu name=a.json", input_shape=5).nodes[0].name == "a.json"


@pytest.mark.parametrize(
    ("reference", "kind", "message"),
    [
        ("alexnot", ModelReferenceError, "there is no model 'alexnot'; did you mean `alexnet`?"),
        ("qqqqqqqq", ModelReferenceError,
         "there is no model 'qqqqqqqq'; `eyeshot models` lists the built-in ones"),
        ("", LayerListError, "a layer list must have at least one layer, but is empty"),
        (3, ModelReferenceError,
         "a model must be a name, a layer list, a path, a graph or a PyTorch module, but is of type int"),
        (None, ModelReferenceError,
         "a model must be a name, a layer list, a path, a graph or a PyTorch module, but is of type NoneType"),
        (b"alexnet", ModelReferenceError,
         "a model must be a name, a layer list, a path, a graph or a PyTorch module, but is of type bytes"),
        ("m.pth", InputError,
         "'m.pth' is a pickle, which runs code when it is read; eyeshot never loads pickles; name a function that "
         "makes the network and loads its weights, as net.py:make, with "
         "`net.load_state_dict(torch.load('m.pth', weights_only=True))`"),
        (Path("m.pkl"), InputError,
         "'m.pkl' is a pickle, which runs code when it is read; eyeshot never loads pickles"),
        ("m.onnx", InputError, "'m.onnx': reading .onnx files is not yet in this version; give a layer list"),
        ("dir/m.pt2", InputError, "'dir/m.pt2': reading .pt2 files is not yet in this version; give a layer list"),
        (Path("net.txt"), InputError,
         "'net.txt': the name of a layer-list file must end in .toml, .yaml, .yml, .json"),
        ("[[11, 4, 0]", LayerListError, "layer list, line 1: not valid JSON: Expecting ',' delimiter"),
        ("[]", LayerListError, "layers: `layers` must have at least one layer, but is empty"),
        ("[[11, 4]]", LayerListError,
         "layer 1: a layer must be [kernel, stride, padding] or those and a dilation, but is [11, 4]"),
        ("[[11, 4, -1]]", LayerListError, "layer `layer1`: padding must be at least 0, but is -1"),
        ([[11, 4.0, 0]], LayerListError, "layer `layer1`: stride must be an integer or one per axis, but is 4.0"),
        ([11, 4, 0], LayerListError,
         "layer 1: a layer must be a table such as {kind = 'conv', kernel = 3}, but is 11"),
        ([[10**10_000, 1, 0]], LayerListError,
         "layer `layer1`: kernel must be at most 1,000,000,000, but is an integer of 33220 bits"),
        ([[12, 1, 0]], LayerListError,
         "layer `layer1`: the window must fit its padded input, but it spans 12 (kernel 12, dilation 1) of 11 "
         "(input 11, padding 0+0); take a larger input, more padding or a smaller kernel"),
    ],
)  # fmt: skip
def test_message(reference: Any, kind: type[EyeshotError], message: str) -> None:
    with pytest.raises(kind) as caught:
        load(reference, input_shape=11)
    assert str(caught.value) == message


def test_padding_rule_must_be_known() -> None:
    with pytest.raises(InputError) as caught:
        load("conv k3", input_shape=5, padding="smae")
    assert str(caught.value) == (
        "padding must be one of declared, same, same_lower, valid, gist, but is 'smae'; did you mean `same`?"
    )


def test_list_that_contains_itself_is_refused() -> None:
    layers: list[Any] = []
    layers += [layers, layers]
    with pytest.raises(LayerListError, match="at most 100 deep"):
        load(layers, input_shape=5)


def test_existing_file_of_another_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.list").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        load("net.list")
    assert str(caught.value) == "'net.list': the name of a layer-list file must end in .toml, .yaml, .yml, .json"


@pytest.mark.parametrize("module", ["numpy", "yaml", "rich"])
def test_reading_a_built_in_network_imports_little(module: str) -> None:
    program = (
        f"import sys; from eyeshot.frontends.load import load; load('alexnet'); sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    # That the check can fail is shown by the file that does need a library.
    program = "import sys; from eyeshot.frontends.layers.yaml_nodes import read_yaml; read_yaml('a'); "
    assert subprocess.run([sys.executable, "-c", program + "sys.exit('yaml' in sys.modules)"], check=False).returncode
