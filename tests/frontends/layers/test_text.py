"""The grammar of inline layer lists."""

import pytest

from eyeshot.errors import LayerListError
from eyeshot.frontends.layers.text import MAX_TEXT, parse_text
from eyeshot.frontends.load import load


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("conv k3", {"kind": "conv", "kernel": 3}),
        ("conv k=3", {"kind": "conv", "kernel": 3}),
        ("conv kernel_size=3", {"kind": "conv", "kernel": 3}),
        ("conv k3x5 s2", {"kind": "conv", "kernel": [3, 5], "stride": 2}),
        ("conv k3 p1:2", {"kind": "conv", "kernel": 3, "padding": [[1, 2]]}),
        ("conv k3 p1:2x0:0", {"kind": "conv", "kernel": 3, "padding": [[1, 2], [0, 0]]}),
        ("conv k3 p1x0:2", {"kind": "conv", "kernel": 3, "padding": [1, [0, 2]]}),
        ("conv k3 d2 c64 g2", {"kind": "conv", "kernel": 3, "dilation": 2, "channels": 64, "groups": 2}),
        ("conv k3 same_lower reflect", {"kind": "conv", "kernel": 3, "padding": "same_lower", "mode": "reflect"}),
        ("deconv k2 s2 op1", {"kind": "deconv", "kernel": 2, "stride": 2, "output_padding": 1}),
        ("pool k3 ceil", {"kind": "pool", "kernel": 3, "ceil": True}),
        ("pool k3 ceil_mode=false", {"kind": "pool", "kernel": 3, "ceil": False}),
        ("shuffle f2", {"kind": "shuffle", "factor": 2}),
        ("dw k3 m2", {"kind": "dw", "kernel": 3, "multiplier": 2}),
        ("upsample scale2 linear align", {"kind": "upsample", "scale": 2, "method": "linear", "align_corners": True}),
        ("upsample scale3/2x2", {"kind": "upsample", "scale": ["3/2", 2]}),
        ("upsample size7x9", {"kind": "upsample", "size": [7, 9]}),
        ("upsample mode=cubic scale1.5", {"kind": "upsample", "method": "cubic", "scale": "1.5"}),
        ("crop p1", {"kind": "crop", "crop": 1}),
        ("relu name=a", {"kind": "relu", "name": "a"}),
        ("add from=a,b", {"kind": "add", "from": ["a", "b"]}),
        ("relu from=a", {"kind": "relu", "from": "a"}),
        ("conv k3 x3", {"kind": "conv", "kernel": 3, "repeat": 3}),
        ("conv k3 *3", {"kind": "conv", "kernel": 3, "repeat": 3}),
        ("conv k3 repeat=3", {"kind": "conv", "kernel": 3, "repeat": 3}),
        ("slice start=-3 stop=none step=2x-1", {"kind": "slice", "start": -3, "stop": "none", "step": [2, -1]}),
    ],
)
def test_option_means(text: str, entry: dict[str, object]) -> None:
    assert parse_text(text).layers == [entry]


@pytest.mark.parametrize(
    "text", ["conv k3 | pool k2", "conv k3\npool k2\n", "conv k3;pool k2", " conv  k3 ||pool k2 |"]
)
def test_separators(text: str) -> None:
    assert [layer["kind"] for layer in parse_text(text).layers] == ["conv", "pool"]


def test_names_are_kinds_with_numbers() -> None:
    graph = load("conv k3 | pool k2 | conv k3 x2 name=body | conv k1 x2 | relu name=conv2", input_shape=32)
    names = ["conv1", "pool1", "body.0", "body.1", "conv3", "conv4", "conv2"]
    assert [node.name for node in graph.nodes] == names
    assert graph.groups == (("body", "body.1"),)


def test_text_is_the_name_of_its_network() -> None:
    assert load("conv k3 | pool k2", input_shape=9).name == "conv k3 | pool k2"
    long = load(" | ".join(["conv k1"] * 50), input_shape=9).name
    assert len(long) == 60
    assert long.endswith("…")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a layer list must have at least one layer, but is empty"),
        (" | ", "a layer list must have at least one layer, but is empty"),
        ("conv k3 | pol k2", "layer 2: unknown kind `pol`; did you mean `pool`?"),
        ("conv k3 q5", "layer 1: unknown option `q5` of `conv`"),
        ("conv k3 ciel", "layer 1: unknown option `ciel` of `conv`; did you mean `ceil`?"),
        ("conv k3 ceil", "layer 1: `conv` has no `ceil`; it takes `kernel`, `stride`, `dilation`, `padding`, `mode`, "
         "`channels`, `groups`"),
        ("relu k3", "layer 1: `relu` has no `k3`; it takes no options"),
        ("conv k3 strid=2", "layer 1: `conv` has no `strid`; did you mean `stride`?"),
        ("conv k3 k5", "layer 1: `kernel` must be given once, but `k5` gives it again"),
        ("conv k3 same p1", "layer 1: `padding` must be given once, but `p1` gives it again"),
        ("relu name=", "layer 1: a name must be text, but is ''"),
        ("relu name=input", "layer 1: a name must not be `input`: that is what a network, block or sequence reads"),
        ("relu x0", "repeat must be at least 1, but is 0"),
        ("relu x1000000000", "repeat must be at most 100,000, but is 1000000000"),
        ("relu name=a | relu name=a", "layer `a`: names must be unique, but `a` stands twice"),
        ("relu from=b | relu name=b", "layer `relu1`: `from` must name a layer before this one, but `b` stands after "
         "it; a network must have no cycles"),
        ("relu from=relu1",
         "layer `relu1`: `from` must name a layer before this one, but `relu1` is this layer itself"),
        ("conv k1 | relu from=cnv1", "layer `relu1`: `from` must name a layer before this one, but there is no `cnv1`; "
         "did you mean `conv1`?"),
        ("relu from=,", "layer 1: `from` must be the name of a layer or a list of names, but is ['', '']"),
    ],
)  # fmt: skip
def test_message(text: str, message: str) -> None:
    with pytest.raises(LayerListError) as caught:
        load("\n" + text if not text.strip() else text, input_shape=32)
    assert str(caught.value).endswith(message)


def test_text_has_a_limit() -> None:
    with pytest.raises(LayerListError, match="at most 1,000,000 characters, but has 1,000,001"):
        load("c" * (MAX_TEXT + 1))
