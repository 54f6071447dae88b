"""Whatever is read, only eyeshot's own errors come out. `make sweep` tries 10,000 inputs of each sort."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eyeshot.errors import EyeshotError
from eyeshot.frontends.layers.files import SUFFIXES
from eyeshot.frontends.layers.kinds.names import KINDS, POINTWISE_WORDS, find_kind
from eyeshot.frontends.layers.padding import RULES
from eyeshot.frontends.load import load
from eyeshot.graph.core import Graph

pytestmark = pytest.mark.usefixtures("effort")


@pytest.fixture(scope="module", params=["usual", pytest.param("long", marks=pytest.mark.sweep)])
def effort(request: pytest.FixtureRequest) -> str:
    """Every property twice: with as many inputs as any other test, and, in a sweep, with many more."""
    return str(request.param)


NUMBERS = st.one_of(st.integers(-3, 9), st.sampled_from([10**6 + 3, 10**9, 10**18, 10**400, -(10**30)]), st.integers())
SCALARS = st.one_of(
    NUMBERS,
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([*RULES, "input", "a", "b", "conv1", "3/2", "1e99", "none", "$x", "$y", "linear", "reflect", "y"]),
)
VALUES = st.one_of(
    NUMBERS,
    SCALARS,
    st.lists(NUMBERS, max_size=4),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)),
)
KEYS = sorted({key for kind in KINDS.values() for key in kind.keys})
KIND_WORDS = [*KINDS, *POINTWISE_WORDS[:3], "pool", "Conv2d"]
NAMES = st.sampled_from(["a", "b", "c.d"])
SMALL = st.one_of(st.integers(1, 4), st.lists(st.integers(1, 4), min_size=2, max_size=2))
SENSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "padding": st.one_of(SMALL, st.sampled_from(RULES), st.just([[1, 2], [0, 1]]), st.just([[1, 0]])),
    "mode": st.sampled_from(["constant", "reflect", "replicate", "circular"]),
    "method": st.sampled_from(["nearest", "linear", "cubic", "area"]),
    "ceil": st.booleans(),
    "align_corners": st.booleans(),
    "axis": st.sampled_from(["y", "x", "channels"]),
    "scale": st.sampled_from([2, 1.5, "3/2", ["1/2", 3]]),
    "name": NAMES,
    "from": st.one_of(NAMES, st.just("input"), st.lists(st.sampled_from(["a", "input"]), min_size=2, max_size=3)),
    "repeat": st.integers(1, 3),
}


@st.composite
def mostly(draw: st.DrawFn, sensible: st.SearchStrategy[Any]) -> Any:
    """What makes sense, but for one time in thirty."""
    return draw(VALUES if draw(st.integers(0, 29)) == 17 else sensible)


@st.composite
def layer(draw: st.DrawFn) -> Any:
    """A layer that says most of what its kind takes."""
    word = draw(st.sampled_from(KIND_WORDS))
    kind = find_kind(word)
    keys = [*(kind.keys if kind else ()), *draw(st.sets(st.sampled_from(["name", "from", "repeat"]), max_size=1))]
    if kind and kind.merges and "from" not in keys:
        keys.append("from")
    left_out = draw(st.sets(st.sampled_from(KEYS), max_size=4)) - {"kernel", "factor"}
    found = {key: draw(mostly(SENSIBLE.get(key, SMALL))) for key in keys if key not in left_out}
    return draw(mostly(st.just({"kind": word, **found})))


@st.composite
def group(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> Any:
    """A sequence, a block use, or a layer with a key too many."""
    parts = draw(st.lists(inner, min_size=1, max_size=3))
    forms = [
        {"sequence": parts},
        {"sequence": parts, "name": draw(NAMES), "repeat": draw(mostly(SENSIBLE["repeat"]))},
        {"block": "x", "with": {"x": draw(mostly(SMALL))}},
        {"block": draw(mostly(st.sampled_from(["x", "y"]))), "with": draw(mostly(st.just({})))},
        {"kind": "relu", draw(st.sampled_from(KEYS)): draw(VALUES)},
    ]
    return forms[draw(st.sampled_from([0, 0, 1, 1, 2, 2, 3, 4]))]


LAYERS = st.one_of(layer(), layer(), layer(), group(layer()), group(group(layer())))


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """The plain data of a file, mostly of one that makes sense."""
    found: dict[str, Any] = {
        "layers": draw(mostly(st.lists(LAYERS, min_size=1, max_size=4))),
        "input": draw(mostly(st.sampled_from([16, [4, 12, 12]]))),
        "blocks": draw(mostly(st.just({"x": [{"kind": "conv", "kernel": "$x"}], "y": [draw(LAYERS), draw(LAYERS)]}))),
    }
    if draw(st.integers(0, 9)) == 7:
        found[draw(st.sampled_from(["padding", "dims", "axes", "outputs", "name", "else"]))] = draw(VALUES)
    return found


WORDS = st.one_of(
    st.sampled_from(["p1:2", "k3x3", "same", "ceil", "x3", "from=a,b", "name=a", "linear", "reflect", "align"]),
    st.builds("{}{}".format, st.sampled_from(["s", "d", "p", "c", "g", "op", "size", "scale", "x"]), NUMBERS),
    st.builds("{}={}".format, st.sampled_from([*KEYS, "name", "from", "repeat"]), SCALARS),
    st.text(max_size=5),
)


@st.composite
def text_lists(draw: st.DrawFn) -> str:
    """One line of text in which most words are known."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        word = draw(st.sampled_from(KIND_WORDS))
        kind = find_kind(word)
        known = [f"{key[0]}2" for key in ("kernel", "factor", "stride", "groups") if kind and key in kind.keys]
        parts.append(" ".join([word, *known, *draw(st.lists(WORDS, max_size=1))]))
    return draw(st.sampled_from([" | ", "\n", ";"])).join(parts)


VALID = [
    """input = [3, 32, 32]\npadding = "same"\n[[layers]]\nname = "a"\nkind = "conv"\nkernel = [3, 5]\nstride = 2
[[layers]]\nname = "b"\nsequence = [{ block = "unit", repeat = 2, with = { w = 4 } }, { kind = "gap" }]
[[blocks.unit]]\nkind = "conv"\nkernel = 1\nchannels = "$w"\n""",
    """input: [3, 32, 32]\nlayers:\n  - &c {name: a, kind: conv, kernel: [3, 5], padding: [[1, 1], [2, 2]]}
  - name: b\n    sequence:\n      - {block: unit, repeat: 2, with: {w: 4}}\n  - {kind: add, from: [a, b]}
  - gap\nblocks:\n  unit:\n    - {kind: conv, kernel: 1, channels: $w}\n    - conv k3 same c8\n""",
    """{"input": 32, "layers": [{"name": "a", "kind": "conv", "kernel": 3, "padding": "same"}, [3, 1, 0],
{"kind": "upsample", "scale": "3/2", "method": "linear"}, {"kind": "shuffle", "factor": 1}]}""",
    load(
        "conv k3 c4 | groupnorm g2 | upsample scale3/2 linear | slice start=1 | se | deconv k2 s2", input_shape=9
    ).to_json(),
]


def survives(reference: Any, **options: Any) -> None:
    """Load, and let nothing but eyeshot's own errors through, each on one line."""
    message = complaint(reference, **options)
    if message is not None:
        assert message.isprintable()
        assert 0 < len(message) < 2000


def complaint(reference: Any, **options: Any) -> str | None:
    """What `load` says against a reference; None if it takes it."""
    try:
        graph = load(reference, **options)
    except EyeshotError as error:
        return str(error)
    assert isinstance(graph, Graph)
    return None


def survives_file(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"net{suffix}")
        path.write_bytes(content)
        survives(path)
        survives(path, input_shape=20)


@given(text=st.text(), size=VALUES)
def test_any_text(text: str, size: Any) -> None:
    survives(text, input_shape=size)


@given(text=text_lists(), size=st.sampled_from([None, 1, 20, (4, 12, 12), (1, 2, 9)]))
def test_text_of_likely_words(text: str, size: Any) -> None:
    survives(text, input_shape=size)


@given(layers=st.lists(st.one_of(st.lists(st.integers(1, 5), min_size=3, max_size=4), VALUES), max_size=5))
def test_any_list(layers: list[Any]) -> None:
    survives(layers, input_shape=50, padding="gist")
    survives(json.dumps(layers), input_shape=50)


@given(document=documents(), rule=st.sampled_from([None, *RULES]))
def test_any_document(document: dict[str, Any], rule: str | None) -> None:
    survives(document, padding=rule)
    survives(document, padding=rule, input_shape=(4, 12, 12))


@given(document=VALUES, axes=st.one_of(st.sampled_from(["yx", "NCHW"]), VALUES), rule=VALUES)
def test_any_arguments(document: Any, axes: Any, rule: Any) -> None:
    survives(document, axes=axes, padding=rule)
    survives("relu", axes=axes, input_shape=document)
    survives("conv k3", padding=rule, input_shape=9)


@given(content=st.binary(max_size=200), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes(content: bytes, suffix: str) -> None:
    survives_file(content, suffix)


@given(content=st.text(alphabet="{}[]\"'-:,.&*!|>?%@`#~ \n\tabek013=$", max_size=60), suffix=st.sampled_from(SUFFIXES))
def test_any_punctuation(content: str, suffix: str) -> None:
    survives_file(content.encode(), suffix)


@given(
    content=st.sampled_from(VALID),
    suffix=st.sampled_from(SUFFIXES),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_damaged_file(content: str, suffix: str, cuts: list[tuple[float, int, bytes]]) -> None:
    damaged = content.encode()
    for share, length, patch in cuts:
        at = int(share * len(damaged))
        damaged = damaged[:at] + patch + damaged[at + length :]
    survives_file(damaged, suffix)


@given(data=st.data(), value=VALUES)
def test_graph_with_a_wrong_value(data: st.DataObject, value: Any) -> None:
    graph = json.loads(VALID[-1])
    place = graph
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not data.draw(st.integers(0, 3)):
            place[key] = value
            break
        place = place[key]
    survives_file(json.dumps(graph).encode(), ".json")
