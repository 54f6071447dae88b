"""Every kind against shapes worked out by hand."""

import pytest

from eyeshot.errors import EyeshotError
from eyeshot.frontends.layers.kinds.names import KINDS, POINTWISE_WORDS, find_kind
from eyeshot.frontends.layers.kinds.table import BUILDERS
from eyeshot.frontends.load import load

IMAGE = (1, 8, 12, 10)
SIGNAL = (1, 4, 20)
VOLUME = (1, 4, 6, 8, 10)

SHAPES = [
    ("conv", "conv k3", IMAGE, (1, 8, 10, 8)),
    ("conv", "conv k3x5 s2x1 c16", IMAGE, (1, 16, 5, 6)),
    ("conv", "conv k3 d2 p2", IMAGE, (1, 8, 12, 10)),
    ("conv", "conv k3 p1:0x0:2", IMAGE, (1, 8, 11, 10)),
    ("conv", "conv k3 p1:0", IMAGE, (1, 8, 11, 9)),
    ("conv", "conv k3 g4 c4", IMAGE, (1, 4, 10, 8)),
    ("conv", "conv k3 p1 reflect", IMAGE, (1, 8, 12, 10)),
    ("conv", "conv k3 s2 same", IMAGE, (1, 8, 6, 5)),
    ("conv", "Conv1d k4 s3", SIGNAL, (1, 4, 6)),
    ("conv", "conv3d k1x3x3 s1x2x2 p0x1x1", VOLUME, (1, 4, 6, 4, 5)),
    ("depthwise", "depthwise k3 p1 m2", IMAGE, (1, 16, 12, 10)),
    ("depthwise", "dw k3 s2", IMAGE, (1, 8, 5, 4)),
    ("maxpool", "pool k3", IMAGE, (1, 8, 4, 3)),
    ("maxpool", "pool k3 ceil", IMAGE, (1, 8, 4, 4)),
    ("maxpool", "pool k3 s2 ceil", IMAGE, (1, 8, 6, 5)),
    ("maxpool", "maxpool k2 s2 p1 ceil", (1, 1, 5, 5), (1, 1, 3, 3)),
    ("maxpool", "maxpool k1 s2 ceil", (1, 1, 5, 6), (1, 1, 3, 3)),
    ("avgpool", "AvgPool2d k2x5", IMAGE, (1, 8, 6, 2)),
    ("transposed", "deconv k2 s2 c4", IMAGE, (1, 4, 24, 20)),
    ("transposed", "convt k3 s2 p1 op1", IMAGE, (1, 8, 24, 20)),
    ("transposed", "transposed k3 s2 d2", IMAGE, (1, 8, 27, 23)),
    ("transposed", "transposed k3 s2 same", IMAGE, (1, 8, 24, 20)),
    ("transposed", "transposed k1 s2 same", IMAGE, (1, 8, 24, 20)),
    ("transposed", "transposed k4 s2 same_lower", IMAGE, (1, 8, 24, 20)),
    ("transposed", "transposed k4 s2 valid", IMAGE, (1, 8, 26, 22)),
    ("upsample", "upsample scale2", IMAGE, (1, 8, 24, 20)),
    ("upsample", "upsample scale3/2x1.5 bilinear", IMAGE, (1, 8, 18, 15)),
    ("upsample", "upsample scale=1/3 area", IMAGE, (1, 8, 4, 3)),
    ("upsample", "upsample size7x9 cubic align", IMAGE, (1, 8, 7, 9)),
    ("upsample", "resize size=5 nearest_exact", IMAGE, (1, 8, 5, 5)),
    ("pad", "pad p1:2x0:3 replicate", IMAGE, (1, 8, 15, 13)),
    ("crop", "crop p1:2x0:3", IMAGE, (1, 8, 9, 7)),
    ("crop", "crop crop=1", SIGNAL, (1, 4, 18)),
    ("slice", "slice start=1 stop=-1 step=2", IMAGE, (1, 8, 5, 4)),
    ("slice", "slice axis=x start=4", IMAGE, (1, 8, 12, 6)),
    ("slice", "slice step=1x-2", IMAGE, (1, 8, 12, 5)),
    ("adaptive", "AdaptiveAvgPool2d size5x1", IMAGE, (1, 8, 5, 1)),
    ("globalpool", "gap", VOLUME, (1, 4, 1, 1, 1)),
    ("linear", "linear c10", IMAGE, (1, 10)),
    ("linear", "flatten | fc c3", IMAGE, (1, 3)),
    ("attention", "attention heads=2", IMAGE, IMAGE),
    ("attention", "attention c5", SIGNAL, (1, 5, 20)),
    ("shuffle", "shuffle f2", IMAGE, (1, 2, 24, 20)),
    ("shuffle", "shuffle f4x2", IMAGE, (1, 1, 48, 20)),
    ("unshuffle", "unshuffle f2", IMAGE, (1, 32, 6, 5)),
    ("unshuffle", "space_to_depth f3x5", IMAGE, (1, 120, 4, 2)),
    ("flatten", "flatten", IMAGE, (1, 960)),
    ("pointwise", "relu", IMAGE, IMAGE),
    ("pointwise", "linear c3 | relu", IMAGE, (1, 3)),
    ("channelnorm", "softmax", IMAGE, IMAGE),
    ("channelnorm", "linear c3 | softmax", IMAGE, (1, 3)),
    ("instancenorm", "InstanceNorm2d", IMAGE, IMAGE),
    ("groupnorm", "groupnorm g4", IMAGE, IMAGE),
    ("layernorm", "layernorm", IMAGE, IMAGE),
    ("layernorm", "linear c3 | layernorm", IMAGE, (1, 3)),
    ("se", "se reduction=4", IMAGE, IMAGE),
    ("add", "relu name=a | conv k1 | add from=a,conv1,input", IMAGE, IMAGE),
    ("mul", "gap | mul from=input,gap1", IMAGE, IMAGE),
    ("concat", "conv k1 c3 | concat from=conv1,input", IMAGE, (1, 11, 12, 10)),
    ("concat", "slice axis=y stop=2 | concat axis=y from=slice1,input", IMAGE, (1, 8, 14, 10)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "input_shape", "shape"), SHAPES)
def test_shape_is_what_the_formula_says(
    kind: str, text: str, input_shape: tuple[int, ...], shape: tuple[int, ...]
) -> None:
    graph = load(text, input_shape=input_shape)
    assert graph.shapes[graph.outputs[0]] == shape
    assert kind in KINDS


def test_every_kind_is_built_and_tested() -> None:
    assert set(BUILDERS) == set(KINDS) == {kind for kind, *_ in SHAPES}


@pytest.mark.parametrize("word", POINTWISE_WORDS)
def test_pointwise_layer_keeps_its_word(word: str) -> None:
    (node,) = load(word, input_shape=5).nodes
    assert (node.op.kind, node.source, node.shape) == ("pointwise", word, (1, 1, 5, 5))


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("MaxPool2d", "maxpool"),
        ("max_pool", "maxpool"),
        ("pool", "maxpool"),
        ("ConvTranspose3d", "transposed"),
        ("LayerNorm", "layernorm"),
        ("LayerNorm2d", "channelnorm"),
        ("BatchNorm1d", "pointwise"),
        ("PixelShuffle", "shuffle"),
        ("depth-to-space", "shuffle"),
        ("squeeze-excite", "se"),
    ],
)
def test_words_of_frameworks_are_understood(word: str, kind: str) -> None:
    found = find_kind(word)
    assert found is not None
    assert found.name == kind


def test_no_word_means_two_kinds() -> None:
    words = [word for kind in KINDS.values() for word in (kind.name, *kind.words)]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("conv k3 p1 circular", ["conv1.pad", "conv1"]),
        ("conv k3 circular", ["conv1"]),
        ("slice step=2", ["slice1.y", "slice1"]),
        ("shuffle f2", ["shuffle1.split", "shuffle1.turn", "shuffle1"]),
        ("unshuffle f2", ["unshuffle1.split", "unshuffle1.turn", "unshuffle1"]),
        ("groupnorm g2", ["groupnorm1.split", "groupnorm1.reduce", "groupnorm1.norm", "groupnorm1"]),
        ("se", ["se1.reduce", "se1.excite", "se1"]),
        ("instancenorm", ["instancenorm1.reduce", "instancenorm1"]),
    ],
)
def test_last_node_of_a_layer_has_its_name(text: str, nodes: list[str]) -> None:
    graph = load(text, input_shape=IMAGE)
    assert [node.name for node in graph.nodes] == nodes
    assert {node.layer for node in graph.nodes} == {nodes[-1]}
    assert {node.source for node in graph.nodes} == {text.split(maxsplit=1)[0]}


def test_helper_nodes_leave_names_of_layers_alone() -> None:
    graph = load("conv k3 p1 reflect | relu name=conv1.pad | relu name=conv1.pad_", input_shape=IMAGE)
    assert [node.name for node in graph.nodes] == ["conv1.pad__", "conv1", "conv1.pad", "conv1.pad_"]


MESSAGES = [
    ("conv k13", "the window must fit its padded input, but it spans 13 (kernel 13, dilation 1) of 12 "
     "(input 12, padding 0+0); take a larger input, more padding or a smaller kernel"),
    ("conv", "`conv` must have `kernel`, but has none"),
    ("conv k0", "kernel must be at least 1, but is 0"),
    ("conv k3 s0", "stride must be at least 1, but is 0"),
    ("conv k3 d=-1", "dilation must be at least 1, but is -1"),
    ("conv k3 p=-1", "padding must be at least 0, but is -1"),
    ("conv k=three", "kernel must be an integer or one per axis, but is 'three'"),
    ("conv k2.5", "kernel must be an integer or one per axis, but is '2.5'"),
    ("conv k3x3 s1x1x1", "stride must have one value for each of 2 axes (y, x), but is [1, 1, 1]"),
    ("conv k9999999999", "kernel must be at most 1,000,000,000, but is 9999999999"),
    ("conv k3 c0", "channels must be at least 1, but is 0"),
    ("conv k3 c2000000", "channels must be at most 1,000,000, but is 2000000"),
    ("conv k3 g3", "channels must divide evenly into groups, but 8 → 8 channels meet 3 groups"),
    ("conv k3 padding=smae", "padding must be numbers or one of `declared`, `same`, `same_lower`, `valid`, `gist`, "
     "but is 'smae'; did you mean `same`?"),
    ("conv k3 p1:2:3", "padding must be numbers or one of `declared`, `same`, `same_lower`, `valid`, `gist`, "
     "but is '1:2:3'"),
    ("conv k3 mode=mirror", "mode must be one of `constant`, `zeros`, `zero`, `reflect`, `replicate`, `edge`, "
     "`circular`, `wrap`, but is 'mirror'"),
    ("pool k3 ceil=maybe", "ceil must be true or false, but is 'maybe'"),
    ("pad p12 reflect", "reflect padding must be at most 11 for 12 elements, but is 12+12"),
    ("pad", "`pad` must have `padding`, but has none"),
    ("pad padding=same", "padding must be integers (one, one per axis, or [before, after] per axis), but is 'same'"),
    ("crop p6", "cropping 6+6 of 12 elements leaves nothing"),
    ("deconv k2 s5000", "stride must be at most 4,096, but is 5000"),
    ("deconv k1 p9", "the result would be empty: (-6, -8); take less padding or a larger input"),
    ("upsample", "`upsample` must have either `scale` or `size`, but has none"),
    ("upsample scale2 size3", "`upsample` must have either `scale` or `size`, but has both"),
    ("upsample scale=x", "scale must be a positive number or fraction such as '3/2', but is 'x'"),
    ("upsample scale=-2", "scale must be a positive number or fraction such as '3/2', but is -2"),
    ("upsample scale=1/0", "scale must be a positive number or fraction such as '3/2', but is '1/0'"),
    ("upsample scale=1e9", "scale must be a positive number or fraction such as '3/2', but is '1e9'"),
    ("upsample scale=1/1000001", "scale must be a fraction of numbers up to 1,000,000, but is '1/1000001'"),
    ("upsample scale=1/20", "scale must leave at least one pixel, but 12×10 pixels become none"),
    ("upsample scale2 area align", "align_corners goes with linear and cubic, but the method is 'area'"),
    ("upsample scale2 align", "align_corners goes with linear and cubic, but the method is 'nearest'"),
    ("upsample scale2 method=lanczos", "method must be one of `nearest`, `nearest_exact`, `nearest-exact`, `linear`, "
     "`bilinear`, `trilinear`, `cubic`, `bicubic`, `area`, but is 'lanczos'"),
    ("slice", "`slice` must have `start`, `stop` or `step`, but has none"),
    ("slice step=0", "step must not be 0"),
    ("slice start=10", "the slice 10:None:1 of 10 elements is empty"),
    ("slice axis=z start=1", "axis must be one of `y`, `x`, but is 'z'"),
    ("slice axis=y start=1x2", "start must be one integer where `axis` is given, but is a list"),
    ("slice start=a", "start must be an integer, one per axis, or 'none', but is 'a'"),
    ("adaptive", "`adaptive` must have `size`, but has none"),
    ("shuffle f3", "8 channels must divide evenly by 9 (factor 3×3)"),
    ("unshuffle f5", "12×10 pixels must divide evenly by the factor, but it is 5×5"),
    ("groupnorm", "`groupnorm` must have `groups`, but has none"),
    ("groupnorm g3", "8 channels must divide evenly into groups, but there are 3"),
    ("linear c5 | conv k3", "`conv` works along y, x, but `linear1` has no such axes left (shape 1×5); "
     "take globalpool or conv in place of flatten or linear"),
    ("linear c8 | add from=linear1,input", "operands must all have their spatial axes or all be flat, "
     "but are `linear1` 1×8, `input` 1×8×12×10"),
    ("conv k3 | add from=conv1,input", "operands must have equal shapes (or 1) along every dimension, "
     "but are 1×8×10×8 and 1×8×12×10"),
    ("conv k3 | concat from=conv1,input", "operands must have equal shapes except along channels, "
     "but are `conv1` 1×8×10×8, `input` 1×8×12×10"),
    ("add", "`add` must have `from` with two or more names, but has 0"),
    ("relu | conv k1 from=relu1,input", "`conv` reads one layer, but `from` names 2; join them by add"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MESSAGES)
def test_message_says_what_must_hold(text: str, message: str) -> None:
    with pytest.raises(EyeshotError) as caught:
        load(text, input_shape=IMAGE)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
