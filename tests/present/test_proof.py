"""A proof in every form: what it says, and that names in it stay harmless."""

import json
from dataclasses import replace

import pytest

from eyeshot.measure.results import (
    AxisRows,
    InputProof,
    Mismatch,
    Proof,
    RowMismatch,
    RowProof,
    ValueProof,
    Verdict,
)
from eyeshot.present.proof_json import proof_dict, proof_json
from eyeshot.present.proof_markdown import proof_markdown
from eyeshot.present.proof_text import proof_text
from eyeshot.present.proof_words import state
from eyeshot.present.screen import Screen


def value(name: str, verdict: Verdict, reason: str = "") -> ValueProof:
    return ValueProof(name, name, verdict, reason, 64, (1, 4, 8, 8))


PROVEN = Proof(
    model="net",
    inputs=(InputProof("input", (1, 3, 16, 20), (AxisRows("y", 16, 16, 16), AxisRows("x", 5, 20, 8)), 3, 4),),
    values=(value("conv", Verdict.PROVEN), value("resize", Verdict.CHANGED)),
    inner=0,
    number="float64",
    runs=29,
    batch=8,
    seed=7,
    supports=2,
)
MIXED = replace(
    PROVEN,
    values=(
        replace(PROVEN.values[0], row=RowProof(("y", "x"), ("n", "size"), ())),
        replace(PROVEN.values[1], row=RowProof(("y", "x"), ("n",), ("size", "local_size"))),
        value("sample", Verdict.BOUNDED),
        replace(value("mask", Verdict.UNPROVABLE, "NaN does not pass through `where`"), readings=1200, hidden=34),
        value("fill", Verdict.UNPROVABLE, "NaN does not pass through `where`"),
    ),
    inputs=(*PROVEN.inputs, InputProof("ids", (1, 9), (AxisRows("t", 9, 9, 9),), 0, 0)),
    inner=4,
    batch=1,
    notes=("The capture ended early.",),
)
MISMATCH = Mismatch("conv", "conv", (2, 3), ("y", "x"), "input", ("y", "x"), (4, 9), expected=True, seen=False)
WRONG = replace(PROVEN, values=(value("conv", Verdict.WRONG), value("resize", Verdict.WRONG)), mismatch=MISMATCH)
ROW_MISMATCH = RowMismatch("conv", "conv", "input", "y", "jump", "2", "3/2")
WRONG_ROW = replace(PROVEN, values=WRONG.values[:1], row_mismatches=(ROW_MISMATCH,))
HOSTILE = replace(
    MIXED,
    model="a\x1b[31m|b",
    values=(value("<b>\n", Verdict.UNPROVABLE, "in `\x1b[2J<script>|*`"),),
    notes=("\x07 note",),
    mismatch=replace(MISMATCH, name="\u202ereversed", input="<i>\r"),
)


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        (PROVEN, "proven"),
        (MIXED, "proven in part"),
        (WRONG, "wrong"),
        (replace(PROVEN, interrupted=True), "interrupted"),
        (replace(WRONG, interrupted=True), "wrong"),
        (replace(PROVEN, values=MIXED.values[3:]), "not provable"),
    ],
)
def test_the_outcome_in_a_word(proof: Proof, expected: str) -> None:
    assert state(proof) == expected
    assert proof_dict(proof)["state"] == expected
    assert expected in proof_text(proof)
    assert expected in proof_markdown(proof)


def test_counts_leave_out_what_is_not_provable() -> None:
    assert MIXED.counts == {
        Verdict.PROVEN: 1, Verdict.CHANGED: 1, Verdict.BOUNDED: 1, Verdict.UNPROVABLE: 2, Verdict.WRONG: 0,
    }  # fmt: skip
    assert MIXED.features == 3 * 64
    assert MIXED.reasons == (("NaN does not pass through `where`", 2),)
    assert MIXED.holds
    assert not WRONG.holds


def test_text() -> None:
    assert proof_text(MIXED) == (
        "net · input 1×3×16×20, ids 1×9 · proven in part\n"
        "\n"
        "values    1 of 5 proven: NaN reached exactly the features that were said to read\n"
        "          it\n"
        "          1 of 5 proven by changes: NaN tells nothing there, but other numbers\n"
        "          showed every reading, and no other\n"
        "          1 of 5 within their bounds: they look where the data say, and nothing\n"
        "          beyond was read\n"
        "          2 of 5 not provable\n"
        "rows      1 of 2 proven (n, size along y, x); 1 in part; not shown at this size:\n"
        "          size of 1, local_size of 1\n"
        "poisoned  input: rows: all 16 along y, 5 of 20 along x; single pixels: 3\n"
        "poisoned  ids: rows: all 9 along t; single pixels: 0\n"
        "features  192, all of them in every run; 2 of them pixel by pixel\n"
        "inside    4 nodes stand within an operation: no tensor of the model holds their\n"
        "          value\n"
        "runs      29 in float64, one at a time; seed 7\n"
        "\n"
        "not provable\n"
        "     2  NaN does not pass through `where` (34 of 1,200 not shown)\n"
        "\n"
        "note: The capture ended early.\n"
    )


def test_the_first_wrong_feature_is_named() -> None:
    text = " ".join(proof_text(WRONG).split())
    assert (
        "conv: eyeshot says that its feature (2, 3) reads input at y = 4, x = 9, but in the running model it does not"
        in text
    )
    other = replace(WRONG, mismatch=replace(MISMATCH, expected=False, seen=True))
    text = " ".join(proof_text(other).split())
    assert "feature (2, 3) does not read input at y = 4, x = 9, but in the running model it does" in text


def test_the_first_wrong_number_of_a_row_is_named() -> None:
    said = "conv: its row says jump 2 along y of input, but 3/2 was measured in the running model"
    assert said in " ".join(proof_text(WRONG_ROW).split())
    assert said in proof_markdown(WRONG_ROW)
    assert not WRONG_ROW.holds
    assert (WRONG_ROW.rows.wrong, WRONG_ROW.rows.of) == (1, 1)
    assert proof_dict(WRONG_ROW)["row_mismatches"] == [
        {
            "name": "conv", "layer": "conv", "input": "input", "axis": "y", "number": "jump", "said": "2",
            "measured": "3/2",
        },
    ]  # fmt: skip


def test_what_is_wrong_has_a_name_even_without_an_example() -> None:
    proof = replace(WRONG, mismatch=None, interrupted=True)
    assert "conv: the running model contradicts" in proof_text(proof)


def test_an_interruption_says_what_was_tried() -> None:
    said = "Interrupted after 24 of 28 rows and pixels: 16 of 16 along y, 5 of 8 along x, 3 of 4 single pixels."
    for shown in (proof_text, proof_markdown):
        text = " ".join(shown(replace(PROVEN, interrupted=True)).split())
        assert said in text
        assert "2 of 2 values were judged by then, in 29 runs" in text
    found = proof_dict(replace(PROVEN, interrupted=True))
    assert found["tried"] == {"probes": 24, "planned": 28}


def test_json() -> None:
    found = json.loads(proof_json(replace(MIXED, mismatch=MISMATCH)))
    assert found["schema"] == "eyeshot.proof/1"
    assert found["counts"] == {"proven": 1, "changed": 1, "bounded": 1, "unprovable": 2, "wrong": 0}
    assert found["inputs"][0]["rows"][1] == {"axis": "x", "checked": 5, "of": 20, "planned": 8}
    assert found["rows"] == {"of": 2, "proven": 1, "in_part": 1, "wrong": 0, "not_shown": {"size": 1, "local_size": 1}}
    assert found["values"][1]["row"] == {"shown": ["n"], "not_shown": ["size", "local_size"]}
    assert (found["values"][3]["readings"], found["values"][3]["hidden"]) == (1200, 34)
    assert "row" not in found["values"][2]
    assert found["values"][3]["reason"]
    assert "reason" not in found["values"][0]
    assert found["mismatch"] == {
        "name": "conv", "layer": "conv", "feature": [2, 3], "feature_axes": ["y", "x"], "input": "input",
        "axes": ["y", "x"], "pixel": [4, 9], "expected": True, "seen": False,
    }  # fmt: skip
    assert found["notes"] == ["The capture ended early."]
    assert "notes" not in json.loads(proof_json(PROVEN))


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("unicode", [True, False])
def test_names_stay_harmless(width: int, unicode: bool) -> None:
    text = proof_text(HOSTILE, Screen(width, unicode=unicode))
    assert all(line.isprintable() for line in text.split("\n"))
    assert all(len(line) <= width for line in text.split("\n"))
    assert unicode or text.isascii()
    markdown = proof_markdown(HOSTILE)
    assert "<script>" not in markdown
    assert "<b>" not in markdown
    assert all(line.isprintable() for line in markdown.split("\n"))
    assert proof_json(HOSTILE).isascii()
