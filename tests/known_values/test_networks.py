"""Published numbers of whole networks: known-values §1 to §4."""

from fractions import Fraction

import pytest
from known_tables import rows

import eyeshot


@pytest.mark.parametrize(
    "row", rows("gist_alexnet.csv"), ids=lambda row: f"{row['input']}-{row['rule']}-{row['layer']}"
)
def test_alexnet_of_the_guide(row: dict[str, str]) -> None:
    side = int(row["input"])
    fields = eyeshot.analyze("alexnet", input_shape=(side, side), padding=row["rule"])
    for axis in fields[row["layer"]].axes:
        assert (axis.n, axis.size) == (int(row["n"]), int(row["size"]))
        assert (axis.jump, axis.start) == (Fraction(row["jump"]), Fraction(row["start"]))


GIST = [[11, 4, 0], [3, 2, 0], [5, 1, 2], [3, 2, 0], [3, 1, 1], [3, 1, 1], [3, 1, 1], [3, 2, 0], [6, 1, 0], [1, 1, 0]]


@pytest.mark.parametrize(("side", "rule"), [(227, "declared"), (227, "gist"), (284, "declared"), (284, "gist")])
def test_list_of_the_guide_is_alexnet(side: int, rule: str) -> None:
    listed = eyeshot.analyze(GIST, input_shape=side, padding=rule)
    named = eyeshot.analyze("alexnet", input_shape=side, padding=rule)
    assert [field.axes for field in listed] == [field.axes for field in named]


def test_alexnet_by_default_has_the_declared_padding_and_the_size_of_the_guide() -> None:
    fields = eyeshot.analyze("alexnet")
    assert fields["conv1"].axes[0].start == Fraction("5.5")
    assert fields["conv1"].shape[-2:] == (55, 55)


@pytest.mark.parametrize(("rule", "start"), [("gist", "31.5"), ("declared", "0.5")])
def test_resnet50_trunk_by_both_rules(rule: str, start: str) -> None:
    fields = eyeshot.analyze("resnet50", input_shape=(224, 224), padding=rule)
    assert [axis.start for axis in fields["layer4"].axes] == [Fraction(start)] * 2


@pytest.mark.parametrize("row", rows("distill_2019.csv"), ids=lambda row: row["published_as"])
def test_last_map_as_in_the_distill_article(row: dict[str, str]) -> None:
    check_triple(row)


@pytest.mark.parametrize(
    "row", rows("distill_endpoints.csv"), ids=lambda row: f"{row['network']}-{row['input']}-{row['layer']}"
)
def test_end_points_as_in_the_distill_article(row: dict[str, str]) -> None:
    check_triple(row)


def check_triple(row: dict[str, str]) -> None:
    side = int(row["input"])
    fields = eyeshot.analyze(row["network"], input_shape=(side, side))
    for axis in fields[row["layer"]].axes:
        assert [axis.size, axis.jump, axis.padding] == [int(row["size"]), int(row["jump"]), int(row["padding"])]
        assert [axis.period, axis.misaligned] == [1, 0]
        assert not axis.is_global


@pytest.mark.parametrize("row", rows("torchvision.csv"), ids=lambda row: f"{row['network']}-{row['layer']}")
def test_networks_as_measured_in_torchvision(row: dict[str, str]) -> None:
    fields = eyeshot.analyze(row["network"], input_shape=(224, 224))
    for axis in fields[row["layer"]].axes:
        assert [axis.size, axis.jump, axis.start] == [int(row["size"]), int(row["jump"]), Fraction(row["start"])]


@pytest.mark.parametrize("row", rows("unet_units.csv"), ids=lambda row: row["phase"])
def test_unit_of_the_unet(row: dict[str, str]) -> None:
    output = eyeshot.analyze("unet", input_shape=(512, 512))["output"]
    unit = 256 + int(row["phase"])
    seen = (int(row["first"]), int(row["last"]) + 1)
    assert output.at(unit, 256).box[0] == output.at(256, unit).box[1] == seen
    assert output.at(unit, unit).pixels == (seen, seen)
    assert output.at(unit, unit).size == (int(row["size"]),) * 2


def test_period_and_reach_of_the_unet() -> None:
    output = eyeshot.analyze("unet", input_shape=(512, 512))["output"]
    boxes = [output.at(unit, unit).box[0] for unit in range(256, 272)]
    assert max(unit - lo for unit, (lo, _) in enumerate(boxes, 256)) == 107
    assert max(hi - 1 - unit for unit, (_, hi) in enumerate(boxes, 256)) == 107
    for axis in output.axes:
        assert [axis.period, 16 * axis.jump] == [16, 16]
        assert (axis.size, axis.size_min) == (204, 188)
