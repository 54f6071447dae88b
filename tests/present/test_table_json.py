from fractions import Fraction

import pytest
from present.samples import TABLES

from eyeshot.present.numerals import json_number, numeral, percentage
from eyeshot.present.table_json import table_dict

LAYER_KEYS = ["name", "op", "source", "shape", "status", "axes"]
AXIS_KEYS = [
    "axis", "n", "jump", "size", "size_min", "start", "padding", "period", "global", "reach", "local_size",
    "misaligned",
]  # fmt: skip


def test_schema() -> None:
    found = table_dict(TABLES["alexnet"])
    assert list(found) == ["schema", "model", "status", "inputs", "layers"]
    assert found["schema"] == "eyeshot.table/1"
    assert found["inputs"] == [{"name": "input", "shape": [1, 3, 227, 227], "axes": ["y", "x"]}]
    assert all(list(layer) == LAYER_KEYS for layer in found["layers"])
    assert all(list(axis) == AXIS_KEYS for layer in found["layers"] for axis in layer["axes"])


def test_whole_numbers_are_ints() -> None:
    conv1 = table_dict(TABLES["alexnet"])["layers"][0]["axes"][0]
    assert [(conv1[key], type(conv1[key])) for key in ("jump", "start")] == [(4, int), (5.5, float)]


def test_what_there_is_not_is_null() -> None:
    layers = {layer["name"]: layer for layer in table_dict(TABLES["odd"])["layers"]}
    assert layers["deform"]["axes"][0]["local_size"] is None
    assert layers["buffer"]["axes"] == []


def test_notes_stand_where_there_are_some() -> None:
    assert table_dict(TABLES["odd"])["notes"] == list(TABLES["odd"].notes)


def test_axes_name_their_input_where_there_are_several() -> None:
    axes = table_dict(TABLES["siamese"])["layers"][1]["axes"]
    assert [(axis["input"], axis["axis"]) for axis in axes] == [(n, a) for n in ("left", "right") for a in "yx"]


def test_the_number_of_operations_stands_where_some_have_no_row() -> None:
    assert "operations" not in table_dict(TABLES["alexnet"])
    assert table_dict(TABLES["odd"])["operations"] == 1234


@pytest.mark.parametrize(("value", "expected"), [(Fraction(4), 4), (Fraction(1, 2), 0.5), (0.0, 0), (-2.5, -2.5)])
def test_json_number(value: Fraction | float, expected: float) -> None:
    assert json_number(value) == expected
    assert isinstance(json_number(value), int) == (value == int(value))


@pytest.mark.parametrize(("value", "text"), [(Fraction(1, 3), "0.333"), (Fraction(-1, 2), "-0.5"), (7, "7")])
def test_numeral(value: Fraction | float, text: str) -> None:
    assert numeral(value) == text


@pytest.mark.parametrize(("share", "text"), [(0.0004, "<0.1%"), (0.051, "5.1%"), (1.275, "127.5%"), (0.9999, ">99.9%")])
def test_percentage(share: float, text: str) -> None:
    assert percentage(share) == text
