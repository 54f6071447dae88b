"""Pairs of layers that see equally much."""

import eyeshot
from eyeshot.effects.pairs import compared
from eyeshot.present.pairs_text import pairs_text
from eyeshot.present.screen import Screen


def test_alexnet_beside_vgg() -> None:
    found = compared(eyeshot.analyze("alexnet").table, eyeshot.analyze("vgg16").table)
    by_layer = {pair.first.layer: pair for pair in found.pairs}
    wanted = {"conv3": "pool4", "conv4": "conv5_1", "conv5": "conv5_2", "pool5": "conv5_3"}
    partners = {name: by_layer[name].second for name in wanted}
    assert {name: row.layer for name, row in partners.items() if row is not None} == wanted
    sizes = [(by_layer[name].first.axes[0].size, row.axes[0].size) for name, row in partners.items() if row is not None]
    assert sizes == [(99, 100), (131, 132), (163, 164), (195, 196)]
    assert all(pair.apart <= 0.25 for pair in found.pairs if pair.second is not None)


def test_what_is_too_far_has_no_match() -> None:
    first = eyeshot.analyze("conv k3 p1 | conv k9 p4", input_shape=40)
    second = eyeshot.analyze("conv k4 | conv k9 d9", input_shape=90)
    found = compared(first.table, second.table)
    assert [pair.second for pair in found.pairs] == [None, None]
    assert [round(pair.apart, 3) for pair in found.pairs] == [0.333, 1.75]
    assert len(found.unmatched) == 2
    assert "0 of 2 layers matched" in repr(found)


def test_of_equal_fields_the_jump_decides() -> None:
    first = eyeshot.analyze("conv k3 s2 p1 | conv k3 p1", input_shape=40)
    second = eyeshot.analyze("conv k7 s1 | conv k1 s2", input_shape=40)
    found = compared(first.table, second.table)
    assert found.pairs[1].first.axes[0].size == 7
    assert found.pairs[1].second is not None
    assert found.pairs[1].second.layer == "conv2"


def test_layers_without_a_map_are_left_out() -> None:
    found = compared(
        eyeshot.analyze("conv k3 | globalpool", input_shape=20).table, eyeshot.analyze("conv k3", 20).table
    )
    assert [pair.first.layer for pair in found.pairs] == ["conv1"]


def test_networks_of_other_axes_have_no_match() -> None:
    found = compared(eyeshot.analyze("alexnet").table, eyeshot.analyze("tcn").table)
    assert all(pair.second is None and pair.apart == float("inf") for pair in found.pairs)
    assert not found.drawn


def test_a_narrow_terminal_gets_lines() -> None:
    found = compared(eyeshot.analyze("alexnet").table, eyeshot.analyze("vgg16").table)
    text = pairs_text(found, Screen(width=24))
    assert "conv5 163: conv5_2 164" in text
    assert "fc6-conv 355: no match" in text
    assert max(map(len, text.splitlines())) <= 24
