"""TOML, YAML and JSON: the same network in each, their limits, and the places that errors name."""

import json
from pathlib import Path

import pytest

from eyeshot.errors import EyeshotError, InputError, LayerListError, ModelReferenceError
from eyeshot.frontends.layers import files
from eyeshot.frontends.load import load

TOML = """\
name = "net"
input = [3, 32, 32]
padding = "valid"

[[layers]]
name = "stem"
kind = "conv"
kernel = [3, 5]
padding = [[1, 1], [2, 2]]
channels = 8

[[layers]]
name = "body"
sequence = [
  { block = "unit", with = { width = 4 } },
  { block = "unit", repeat = 2, with = { width = 2 } },
]

[[layers]]
kind = "add"
from = ["stem", "body"]

[[layers]]
kind = "gap"

[[blocks.unit]]
kind = "conv"
kernel = 1
channels = "$width"

[[blocks.unit]]
kind = "conv"
kernel = 3
padding = "same"
channels = 8
"""

YAML = """\
name: net
input: [3, 32, 32]
padding: valid
layers:
  - {name: stem, kind: conv, kernel: [3, 5], padding: [[1, 1], [2, 2]], channels: 8}
  - name: body
    sequence:
      - {block: unit, with: {width: 4}}
      - block: unit
        repeat: 2
        with: {width: 2}
  - {kind: add, from: [stem, body]}
  - gap
blocks:
  unit:
    - {kind: conv, kernel: 1, channels: $width}
    - conv k3 same c8
"""

JSON = json.dumps(
    {
        "name": "net",
        "input": "3x32x32",
        "padding": "valid",
        "layers": [
            {"name": "stem", "kind": "conv", "kernel": [3, 5], "padding": [[1, 1], [2, 2]], "channels": 8},
            {
                "name": "body",
                "sequence": [
                    {"block": "unit", "with": {"width": 4}},
                    {"block": "unit", "repeat": 2, "with": {"width": 2}},
                ],
            },
            {"kind": "add", "from": ["stem", "body"]},
            {"kind": "gap"},
        ],
        "blocks": {
            "unit": [
                {"kind": "conv", "kernel": 1, "channels": "$width"},
                {"kind": "conv", "kernel": 3, "padding": "same", "channels": 8, "groups": None},
            ]
        },
    },
    indent=1,
)


def written(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def complaint(folder: Path, name: str, text: str | bytes) -> str:
    """What is said about a file, without the folder."""
    path = written(folder, name, text)
    with pytest.raises(EyeshotError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(path, name)


def test_formats_say_the_same(tmp_path: Path) -> None:
    first, *others = (
        load(written(tmp_path, f"net.{ending}", text))
        for ending, text in [("toml", TOML), ("yaml", YAML), ("yml", YAML), ("json", JSON)]
    )
    assert all(other == first for other in others)
    assert [node.name for node in first.nodes] == [
        "stem", "body.0.conv1", "body.0.conv2", "body.1.conv1", "body.1.conv2", "body.2.conv1", "body.2.conv2",
        "add1", "gap1",
    ]  # fmt: skip
    assert dict(first.groups) == {
        "body.0": "body.0.conv2",
        "body.1": "body.1.conv2",
        "body.2": "body.2.conv2",
        "body": "body.2.conv2",
    }


def test_plain_data_say_the_same_as_their_file(tmp_path: Path) -> None:
    assert load(json.loads(JSON)) == load(written(tmp_path, "net.json", JSON))
    assert load(tmp_path / "net.json").name == "net"


def test_name_is_that_of_the_file_unless_given(tmp_path: Path) -> None:
    assert load(written(tmp_path, "mine.yaml", "layers: [relu]"), input_shape=5).name == "mine"


def test_file_may_hold_the_list_alone(tmp_path: Path) -> None:
    gist = load(written(tmp_path, "net.json", "[[11, 4, 0], [3, 2, 0]]"), input_shape=227)
    assert gist.shapes == load([[11, 4, 0], [3, 2, 0]], input_shape=227).shapes
    assert load(written(tmp_path, "net.yaml", "- conv k3\n- relu\n"), input_shape=5).nodes[0].shape == (1, 1, 3, 3)


def test_graph_in_json(tmp_path: Path) -> None:
    graph = load("conv k3", input_shape=9)
    assert load(written(tmp_path, "graph.json", graph.to_json())) == graph
    too_large = graph.to_json().replace("[1, 1, 9, 9]", "[1, 1, 9, 9999999999]")
    assert complaint(tmp_path, "large.json", too_large).startswith("large.json: node `input`: a value may have")
    with pytest.raises(InputError, match="a graph has its input already"):
        load(str(tmp_path / "graph.json"), input_shape=5)
    assert complaint(tmp_path, "graph.json", '{"schema": "eyeshot.graph/9"}') == (
        "graph.json: a graph must say its schema 'eyeshot.graph/1', but this text does not"
    )
    assert complaint(tmp_path, "graph.json", graph.to_json().replace("[3, 3]", "[3, 0]")).startswith(
        "graph.json: node `conv1`: kernel must be at least 1"
    )


INLINE_TOML = """\
layers = [
  { kind = "conv", kernel = 3 },  # a comment, with [ and {
  { name = "group", sequence = [
    { kind = "relu" },
    { kind = "pool", kernel = [2, 2], stride = 0 },
  ] },
]
input = 9
"""


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", TOML.replace("kernel = [3, 5]", "kernel = [3, 0]"),
         "a.toml, line 8, layer `stem`: kernel must be at least 1, but is 0"),
        ("a.toml", TOML.replace('kind = "gap"', 'kind = "globlpool"'),
         "a.toml, line 24, layer 4: unknown kind `globlpool`; did you mean `globalpool`?"),
        ("a.toml", TOML.replace('"same"', '"some"'),
         "a.toml, line 34, layer `body.0.conv2`: padding must be numbers or one of `declared`, `same`, `same_lower`, "
         "`valid`, `gist`, but is 'some'; did you mean `same`?"),
        ("a.toml", TOML.replace("width = 2", "wide = 2"),
         "a.toml, line 16, layer `body.1`: block `unit` has no parameter `wide`; did you mean `width`?"),
        ("a.toml", TOML.replace("name", "nmae", 1), "a.toml, line 1: unknown key `nmae`; did you mean `name`?"),
        ("a.toml", TOML + "]", "a.toml, line 36: not valid TOML: Invalid statement"),
        ("a.toml", INLINE_TOML, "a.toml, line 5, layer `group.1`: stride must be at least 1, but is 0"),
        ("a.toml", INLINE_TOML.replace("kernel = 3", "kernel = 30"),
         "a.toml, line 2, layer `conv1`: the window must fit its padded input, but it spans 30 (kernel 30, dilation 1) "
         "of 9 (input 9, padding 0+0); take a larger input, more padding or a smaller kernel"),
        ("a.toml", "input = 0\nlayers = ['relu']", "a.toml, line 1: input sizes must be at least 1, but one is 0"),
        ("a.toml", "", "a.toml: a network must have `layers`, but has none"),
        ("a.toml", b"layers = 1\n\xff", "a.toml, line 2: a layer list must be UTF-8 text, but is not"),
        ("a.toml", "layers = []", "a.toml, line 1, layers: `layers` must have at least one layer, but is empty"),
        ("a.toml", "layers = 3", "a.toml, line 1, layers: `layers` must be a list of layers, but is 3"),
        ("a.yaml", YAML.replace("[3, 5]", "[3, 0]"),
         "a.yaml, line 5, layer `stem`: kernel must be at least 1, but is 0"),
        ("a.yaml", YAML.replace("repeat: 2", "repeat: two"),
         "a.yaml, line 10, layer `body`: repeat must be an integer, but is 'two'"),
        ("a.yaml", YAML.replace("k3 same", "k3 sane"),
         "a.yaml, line 17, block `unit`, entry 2: unknown option `sane` of `conv`; did you mean `same`?"),
        ("a.yaml", YAML + "name: again", "a.yaml, line 18: keys must be unique, but `name` stands twice"),
        ("a.yaml", "layers: [", "a.yaml, line 1: not valid YAML: expected the node content, but found '<stream end>'"),
        ("a.yaml", "layers: !!python/object:os.system [x]",
         "a.yaml, line 1: tags must not be used, but 'tag:yaml.org,2002:python/object:os.system' is"),
        ("a.yaml", "layers:\n- <<: {kind: relu}", "a.yaml, line 2: merge keys (<<) must not be used; use blocks"),
        ("a.yaml", "layers:\n- ? [a]\n  : b", "a.yaml, line 2: a key must be text"),
        ("a.yaml", "a: &a [*a]", "a.yaml, line 1: values must lie at most 100 deep within one another"),
        ("a.yaml", "a: 1\n--- \nb: 1", "a.yaml, line 2: not valid YAML: but found another document"),
        ("a.yaml", "", "a.yaml: a network must be a table with `layers` or a list of layers, but is None"),
        ("a.yaml", "input: 9\nlayers: [{kind: conv, kernel: .inf}]",
         "a.yaml, line 2, layer `conv1`: kernel must be an integer or one per axis, but is inf"),
        ("a.yaml", "input: 9\nlayers: [{kind: conv, kernel: 3, padding: 1:2}]",
         "a.yaml, line 2, layer `conv1`: padding must be numbers or one of `declared`, `same`, `same_lower`, `valid`, "
         "`gist`, but is '1:2'"),
        ("a.json", JSON.replace('"kernel": 1', '"kernel": true'),
         "a.json, line 58, layer `body.0.conv1`: kernel must be an integer or one per axis, but is True"),
        ("a.json", '{"layers": [],\n "layers": []}', "a.json: keys must be unique, but `layers` stands twice"),
        ("a.json", '{"layers": [NaN]}', "a.json: numbers must be finite, but one is NaN"),
        ("a.json", '{"layers":\n [}', "a.json, line 2: not valid JSON: Expecting value"),
        ("a.json", '[[1e999, 1, 0]]',
         "the size of the input must be given; add --input 224 (input_shape=224), or `input` in the file"),
        ("a.json", '{"input": 9, "layers": [[1e999, 1, 0]]}',
         "a.json, line 1, layer `layer1`: kernel must be an integer or one per axis, but is inf"),
        ("a.json", '{"input": 9, "layers": [[3, 1]]}',
         "a.json, line 1, layer 1: a layer must be [kernel, stride, padding] or those and a dilation, but is [3, 1]"),
        ("a.json", '{"input": 9, "layers": [' + "9" * 5000 + "]}",
         "a.json: a number must have at most 4,300 digits, but one has more"),
        ("a.toml", "a = " + "9" * 5000, "a.toml: a number must have at most 4,300 digits, but one has more"),
        ("a.json", "[" * 100_000, "a.json: values must lie at most 100 deep within one another"),
        ("a.json", "[" * 200 + "]" * 200, "a.json: values must lie at most 100 deep within one another"),
        ("a.toml", "a = " + "[" * 100_000, "a.toml: values must lie at most 100 deep within one another"),
        ("a.yaml", "[" * 100_000, "a.yaml: not readable YAML: it is nested too deeply"),
    ],
)  # fmt: skip
def test_message_names_file_and_line(tmp_path: Path, name: str, text: str | bytes, message: str) -> None:
    assert complaint(tmp_path, name, text) == message


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    assert "the file must hold at most 500,000 values, aliases counted, but holds more" in complaint(
        tmp_path, "a.yaml", bomb
    )


def test_alias_is_a_copy(tmp_path: Path) -> None:
    text = "input: 9\nlayers:\n- &c {kind: conv, kernel: 3}\n- *c\n"
    assert load(written(tmp_path, "a.yaml", text)).nodes[-1].shape == (1, 1, 5, 5)


def test_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(files.MAX_BYTES, ".toml", 10)
    assert complaint(tmp_path, "a.toml", "#" * 11) == "a.toml: a layer list must have at most 10 bytes, but has more"


def test_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_MAX_VALUES", 10)
    with pytest.raises(LayerListError, match="there must be at most 10 values, but there are more"):
        load([[1, 1, 0]] * 10, input_shape=5)


def test_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    assert load(written(tmp_path, "a.toml", b"\xef\xbb\xbfinput = 9\nlayers = ['relu']")).name == "a"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelReferenceError, match=r"there is no file '.*none\.toml'"):
        load(tmp_path / "none.toml")
    with pytest.raises(ModelReferenceError, match=r"there is no file"):
        load("nul\0.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(ModelReferenceError, match="there is no file"):
        load(tmp_path / "folder.toml")


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.toml", "")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(InputError, match=r"a\.toml' cannot be read: Permission denied"):
        load(path)
