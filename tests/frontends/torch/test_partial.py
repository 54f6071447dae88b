"""A model that was read up to a step that only data decide is partial, wherever its status is shown."""

import csv
import io
import json
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch_modules import IMAGE, Fn

import eyeshot
from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.trace import trace_of
from eyeshot.cli.main import main
from eyeshot.errors import InputError
from eyeshot.graph.access import Status
from eyeshot.graph.core import Graph
from eyeshot.plan.results import Verdict
from eyeshot.present.explorer.document import explorer_dict


class Branches(nn.Module):
    """Reads its second convolution only if its data say so."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(4, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x)
        if y.mean() > 0:
            y = self.second(y)
        return y


def model() -> Branches:
    """The factory of the command line's reference."""
    return Branches()


REFERENCE = f"{__file__}:model"


@pytest.fixture(scope="module")
def fields() -> eyeshot.Fields:
    return eyeshot.analyze(Branches(), input_shape=IMAGE)


def test_the_network_and_its_last_row_are_partial_and_what_comes_before_keeps_its_status(
    fields: eyeshot.Fields,
) -> None:
    assert fields.status is fields.table.status is Status.PARTIAL
    assert [field.status for field in fields] == [Status.EXACT, Status.EXACT, Status.PARTIAL]
    assert [row.status for row in fields.table.rows] == [Status.EXACT, Status.EXACT, Status.PARTIAL]
    assert fields.graph.ended.startswith("in the model itself at the operation item")


def test_the_last_row_is_the_last_value_that_was_read_and_its_numbers_stay_what_they_are(
    fields: eyeshot.Fields,
) -> None:
    last = fields[-1]
    assert last.name == fields.graph.nodes[-1].name == "gt"
    assert {axis.status for axis in last.axes} == {Status.EXACT}
    assert last.at().status is Status.EXACT


def test_every_view_of_the_rows_ends_with_a_partial_one(fields: eyeshot.Fields) -> None:
    for every, depth in ((True, None), (False, 1), (True, 1)):
        statuses = [row.status for row in fields.table_of(every=every, depth=depth).rows]
        assert statuses[-1] is Status.PARTIAL
        assert Status.PARTIAL not in statuses[:-1]


def test_every_format_says_partial(fields: eyeshot.Fields) -> None:
    found = json.loads(fields.to_json())
    assert (found["status"], [row["status"] for row in found["layers"]]) == ("partial", ["exact", "exact", "partial"])
    assert [axis["status"] for axis in found["layers"][-1]["axes"]] == ["exact", "exact"]
    assert all("status" not in axis for axis in found["layers"][0]["axes"])
    assert [row["status"] for row in csv.DictReader(io.StringIO(fields.to_csv()))] == ["exact", "exact", "partial"]
    for text in (fields.to_text(), fields.to_markdown(), fields.to_latex(), fields.to_html()):
        assert "partial" in text
        assert "partial: the model was read up to here only; what comes after it is not known" in " ".join(text.split())
    assert "∀ ⊣" in fields.to_text()
    assert 'class="eyeshot-status-partial"' in fields.to_html()
    assert r"$\dashv$" in fields.to_latex()


def test_the_explorers_document_says_partial(fields: eyeshot.Fields) -> None:
    found = explorer_dict(trace_of(Analysis(fields.graph)))
    assert (found["status"], [node[9] for node in found["nodes"]]) == ("partial", ["exact", "exact", "partial"])


def test_the_graph_says_where_it_ended_and_keeps_it_in_json(fields: eyeshot.Fields) -> None:
    text = fields.graph.to_json()
    assert Graph.from_json(text) == fields.graph
    assert "ended" not in json.loads(eyeshot.load("conv k3", input_shape=8).to_json())
    old = {key: value for key, value in json.loads(text).items() if key != "ended"}
    assert Graph.from_json(json.dumps(old)).ended == fields.graph.ended, "older graphs say it in a note"


def test_the_table_exits_0_and_strict_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["table", REFERENCE, "--input", "16"]) == 0
    assert " · partial" in capsys.readouterr().out
    assert main(["table", REFERENCE, "--input", "16", "--strict"]) == 2
    assert "decides by the numbers of its data" in capsys.readouterr().err


def test_a_proof_says_that_it_holds_as_far_as_read(capsys: pytest.CaptureFixture[str]) -> None:
    proof = eyeshot.verify(Fn(ENDS["an item at the end"][0]), input_shape=IMAGE)
    assert proof.holds
    assert " · proven as far as read\n" in proof.to_text()
    assert "proven as far as read" in proof.to_markdown()
    found = json.loads(proof.to_json())
    assert (found["state"], found["status"], found["ended"][:6]) == ("proven as far as read", "partial", "in the")
    assert main(["verify", REFERENCE, "--input", "8"]) == 0
    assert "proven in part as far as read" in capsys.readouterr().out


def test_a_plan_for_the_models_own_result_is_refused_and_one_for_a_layer_says_partial() -> None:
    model = Branches()
    refused = eyeshot.tile(model, (1, 4, 64, 64), tile=32)
    assert refused.verdict is Verdict.IMPOSSIBLE
    assert [node for node, _, _ in refused.tiling.obstacles] == ["gt"]
    assert "is followed by what only data decide" in refused.to_text()
    plan = eyeshot.tile(model, (1, 4, 64, 64), tile=32, output="first")
    assert plan.verdict is Verdict.EXACT
    assert "· exact · partial\n" in plan.to_text()
    assert plan.tiling.to_dict()["status"] == "partial"
    assert "status" not in eyeshot.tile(model.first, (1, 4, 64, 64), tile=32).tiling.to_dict()


ENDS: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "a guard against nan": (lambda x: x if not x.isnan().any() else -x, "any"),
    "an item at the end": (lambda x: x.mean().item(), "mean"),  # type: ignore[arg-type, return-value]
    "a mask as an index": (lambda x: x[x > 0], "gt"),
    "a value that nothing reads yet": (lambda x: (x[..., ::2], x.mean().item())[0], "mean"),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_ends_a_capture(name: str) -> None:
    function, last = ENDS[name]
    fields = eyeshot.analyze(Fn(function), input_shape=IMAGE)
    assert (fields.status, fields[-1].name, fields[-1].status) == (Status.PARTIAL, last, Status.PARTIAL)
    assert fields["before"].status is Status.EXACT


def test_what_the_stop_left_unread_is_kept() -> None:
    fields = eyeshot.analyze(Fn(ENDS["a value that nothing reads yet"][0]), input_shape=IMAGE)
    assert [axis.jump for axis in fields["slice"].axes] == [1, 2]


def test_an_operation_without_a_rule_is_not_hidden_by_the_end() -> None:
    @torch.library.custom_op("eyeshot_test::partial", mutates_args=())
    def strange(x: Tensor) -> Tensor:
        return x.clone()

    strange.register_fake(torch.empty_like)

    def function(x: Tensor) -> Tensor:
        return x if strange(x).sum() > 0 else -x

    fields = eyeshot.analyze(Fn(function), input_shape=IMAGE)
    assert fields.status is Status.PARTIAL
    assert fields[-1].status is Status.UNSUPPORTED


GUARDS: dict[str, Callable[[Tensor], None]] = {
    "assert_async": lambda x: torch._assert_async((x < 1e9).all()),
    "assert": lambda x: torch._assert((x < 1e9).all(), "too large"),
    "check_tensor_all": lambda x: torch._check_tensor_all(x < 1e9),
    "check": lambda x: torch._check(x.shape[0] == 1),
    "assert_tensor_metadata": lambda x: torch.ops.aten._assert_tensor_metadata(x, dtype=x.dtype),
    "sym_constrain_range": lambda x: torch.ops.aten.sym_constrain_range(x.shape[0], min=1),
}


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_that_returns_nothing_is_passed_over(name: str) -> None:
    def function(x: Tensor) -> Tensor:
        GUARDS[name](x)
        return x * 2

    model = Fn(function)
    fields = eyeshot.analyze(model, input_shape=IMAGE, strict=True)
    assert (fields.status, fields.graph.ended, fields.graph.notes) == (Status.EXACT, "", ())
    proof = eyeshot.verify(model, input_shape=IMAGE)
    assert {value.verdict.name for value in proof.values} == {"PROVEN"}, "NaN passes the guard too"


def test_nothing_before_the_stop_is_an_error_that_names_it() -> None:
    class AtOnce(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * int(x)

    with pytest.raises(InputError, match="no layer comes before that"):
        eyeshot.analyze(AtOnce(), input_shape=(1, 1, 1, 1))
