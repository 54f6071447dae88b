"""The built-in networks: all are there, say where they come from, load at any size and have the published shapes."""

import re
import tomllib
from importlib import resources

import pytest
from known_tables import rows, sizes

import eyeshot

NETWORKS = [
    *("lenet5", "alexnet", "alexnet_v2", "zfnet", "vgg11", "vgg13", "vgg16", "vgg19"),
    *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnet50_v1", "resnet101_v1", "resnet152_v1"),
    *("inception_v1", "inception_v3", "mobilenet_v1", "unet", "unet_bilinear", "unet3d"),
    *("wavenet", "tcn", "dilated_segnet"),
]
OTHER_INPUTS = {
    "lenet5": (1, 37, 45),
    "unet": (1, 240, 400),
    "unet_bilinear": (1, 240, 400),
    "unet3d": (3, 108, 92, 124),
    "wavenet": (256, 3001),
    "tcn": (1, 333),
}
"""Odd and not square, where the network can be run on such an input at all."""


DEAD_ENDS = {"wavenet": {"stack.9.add"}}
"""What a published network computes for nothing: WaveNet's last residual sum."""


def file_of(network: str) -> dict[str, object]:
    text = resources.files("eyeshot.frontends").joinpath("zoo", f"{network}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def test_every_network_is_listed_here() -> None:
    files = resources.files("eyeshot.frontends").joinpath("zoo").iterdir()
    assert sorted(file.name for file in files if file.name.endswith(".toml")) == sorted(f"{n}.toml" for n in NETWORKS)


@pytest.mark.parametrize("network", NETWORKS)
def test_file_says_what_it_is_and_where_it_was_published(network: str) -> None:
    file = file_of(network)
    assert file["name"] == network
    assert re.fullmatch(r"[^\n]{5,72}", str(file["title"]))
    assert re.fullmatch(r"[^:]+: .+, (19|20)\d\d, https://(arxiv\.org/abs|doi\.org)/\S+", str(file["source"]))


@pytest.mark.parametrize("network", NETWORKS)
def test_default_input(network: str) -> None:
    graph = eyeshot.load(network)
    assert graph.name == network
    assert [list(value.shape) for value in graph.inputs] == [[1, *file_of(network)["input"]]]  # type: ignore[misc]
    check_whole(graph)


@pytest.mark.parametrize("network", NETWORKS)
def test_other_input(network: str) -> None:
    shape = (1, *OTHER_INPUTS.get(network, (3, 301, 405)))
    graph = eyeshot.load(network, input_shape=shape)
    assert [value.shape for value in graph.inputs] == [shape]
    check_whole(graph)


def check_whole(graph: eyeshot.Graph) -> None:
    """No layer stands in the air: everything leads to the one output."""
    used = {name for node in graph.nodes for name in node.inputs} | set(graph.outputs)
    assert {node.name for node in graph.nodes} - used == DEAD_ENDS.get(graph.name, set())
    assert len(graph.outputs) == 1
    assert all(len(set(node.inputs)) == len(node.inputs) for node in graph.nodes)


@pytest.mark.parametrize(
    "row", rows("published_shapes.csv"), ids=lambda row: f"{row['network']}-{row['input']}-{row['layer']}"
)
def test_published_shape(row: dict[str, str]) -> None:
    fields = eyeshot.analyze(row["network"], input_shape=(1, *sizes(row["input"])))
    assert fields[row["layer"]].shape == (1, *sizes(row["shape"]))


@pytest.mark.parametrize(("layer", "size"), [("causal", 2), ("stack", 1025), ("post2", 1025)])
def test_wavenet_looks_back_only(layer: str, size: int) -> None:
    field = eyeshot.analyze("wavenet")[layer]
    assert field.at(5000).box == ((5001 - size, 5001),)


def test_tcn_looks_back_only() -> None:
    # 1 + 2 convolutions · (3 − 1) · (1 + 2 + 4 + 8)
    assert eyeshot.analyze("tcn")["network"].at(300).box == ((240, 301),)


def test_context_module_grows_as_published() -> None:
    fields = eyeshot.analyze("dilated_segnet")
    layers = ["ct_conv1_1", "ct_conv1_2", "ct_conv2_1", "ct_conv3_1", "ct_conv4_1", "ct_conv5_1", "ct_fc1", "ct_final"]
    front = fields["fc-final"].axes[0]
    grown = [1 + (fields[layer].axes[0].size - front.size) // 8 for layer in layers]
    # Yu & Koltun 2016, table 1, the basic context module.
    assert grown == [3, 5, 9, 17, 33, 65, 67, 67]
    assert fields["ct_final"].axes[0].jump == front.jump == 8


def test_inception_v1_grows_by_its_5x5_branches() -> None:
    fields = eyeshot.analyze("inception_v1")
    layers = [
        "conv1",
        "pool1",
        "conv2",
        "pool2",
        "inception_3a",
        "inception_3b",
        "pool3",
        "inception_4e",
        "inception_5b",
    ]
    assert [fields[layer].axes[0].size for layer in layers] == [7, 11, 19, 27, 59, 91, 107, 427, 715]


def test_bilinear_unet_sees_more_than_the_transposed_one() -> None:
    sizes_seen = [eyeshot.analyze(name)["output"].axes[0].size for name in ("unet", "unet_bilinear")]
    assert sizes_seen == [204, 236]
