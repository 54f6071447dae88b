"""Every frame of every animation against index arithmetic in plain loops, which shares no code with it."""

from __future__ import annotations

import itertools
import math
import re
from fractions import Fraction

import pytest

import eyeshot
from eyeshot.errors import InputError, LimitError
from eyeshot.present.arithmetic.numbers import EXAMPLE_KERNEL, EXAMPLE_VALUES
from eyeshot.present.arithmetic.presets import PRESETS, Preset, preset_named
from eyeshot.present.picture import Animation
from eyeshot.present.scene.scene import Rect, Scene

Cell = tuple[int, int]
WINDOWS = [name for name, preset in PRESETS.items() if preset.kind in {"conv", "depthwise", "maxpool", "avgpool"}]
TRANSPOSED = [name for name, preset in PRESETS.items() if preset.kind == "transposed"]


def animation(preset: Preset, **changes: object) -> Animation:
    """The animation of a preset, through the public surface."""
    from eyeshot.cli.animate import _of_kind

    how: dict[str, object] = {
        "way": preset.way or "gather",
        "numbers": preset.shows_values,
        "values": preset.values,
        "weights": preset.weights,
        "grey": preset.grey,
    }
    return _of_kind(preset).animate(**(how | changes))  # type: ignore[arg-type]


def numbers(preset: Preset) -> tuple[int, int, int, int, int, int, int]:
    """Input, kernel, stride, padding before and behind, dilation, output padding."""
    before, _, behind = (preset.pad or "0").partition(":")
    return (
        int(preset.input), int(preset.kernel or 3), int(preset.stride or 1), int(before), int(behind or before),
        int(preset.dilation or 1), int(preset.output_padding or 0),
    )  # fmt: skip


def cells(scene: Scene, panel: str, *states: str) -> set[Cell]:
    """Rows and columns of the cells of a flat board that are in one of some states, from where they are drawn."""
    found = [
        mark
        for mark in scene.panel(panel).marks
        if isinstance(mark, Rect) and re.sub(r" \(.*", "", mark.name) in states
    ]
    assert all(mark.x1 - mark.x0 == mark.y1 - mark.y0 == 1 for mark in found)
    return {(int(mark.y0), int(mark.x0)) for mark in found}


def count(preset: Preset) -> int:
    """Outputs along an axis."""
    n, k, s, before, behind, d, _ = numbers(preset)
    room = n + before + behind - d * (k - 1) - 1
    found = room // s + 1
    # PyTorch's rule: rounded up, unless the last window would begin behind the input and the padding before it.
    return found + 1 if preset.ceil and room % s and found * s < n + before else found


@pytest.mark.parametrize("name", WINDOWS)
def test_every_frame_of_a_window(name: str) -> None:
    preset = PRESETS[name]
    n, k, s, before, _, d, _ = numbers(preset)
    outs = count(preset)
    rows = range(outs) if preset.dims == 2 else range(1)
    groups = {"depthwise": preset.groups, "conv": max(1, preset.groups)}.get(preset.kind, 1)
    per_group = 1 if preset.kind == "depthwise" or groups == 1 else 2
    scenes = animation(preset).scenes
    places = list(itertools.product(range(groups * per_group), rows, range(outs)))
    assert len(scenes) == len(places)
    for scene, (channel, i, j) in zip(scenes, places, strict=True):
        ys = [s * i - before + d * t for t in range(k)] if preset.dims == 2 else [0]
        window = {(y, s * j - before + d * t) for y in ys for t in range(k)}
        inside = {(y, x) for y, x in window if 0 <= y < n and 0 <= x < n}
        many = groups * per_group > 1
        group = channel // per_group
        reading = range(group * per_group, (group + 1) * per_group) if many else [0]
        for c in range(groups * per_group):
            board = f"input {c}" if many else "input"
            assert cells(scene, board, "read") == (inside if c in reading else set())
            assert cells(scene, board, "padding read") == (window - inside if c in reading else set())
            output = f"output {c}" if many else "output"
            assert cells(scene, output, "written") == ({(i, j)} if c == channel else set())


@pytest.mark.parametrize("name", TRANSPOSED)
def test_every_frame_of_a_transposed_window(name: str) -> None:
    preset = PRESETS[name]
    n, k, s, p, behind, _, more = numbers(preset)
    outs = (n - 1) * s + k - p - behind + more
    by_output: dict[Cell, set[Cell]] = {cell: set() for cell in itertools.product(range(outs), repeat=2)}
    by_input: dict[Cell, set[Cell]] = {}
    for y, x, a, b in itertools.product(range(n), range(n), range(k), range(k)):
        at = (s * y - p + a, s * x - p + b)
        if at in by_output:
            by_output[at].add((y, x))
            by_input.setdefault((y, x), set()).add(at)
    gathered = animation(preset, way="gather", numbers=False, values=(), weights=()).scenes
    for scene, (at, read) in zip(gathered, by_output.items(), strict=True):
        assert cells(scene, "output", "written") == {at}
        assert cells(scene, "input", "read") == read
    stamped = animation(preset, way="stamp").scenes
    for scene, (at, written) in zip(stamped, sorted(by_input.items()), strict=True):
        assert cells(scene, "input", "read") == {at}
        assert cells(scene, "output", "written") == written
    apart = animation(preset, way="zeros", numbers=False).scenes
    for scene, ((i, j), read) in zip(apart, by_output.items(), strict=True):
        assert cells(scene, "output", "written") == {(i, j)}
        assert cells(scene, "input", "read") == {(s * y, s * x) for y, x in read}
        window = {(i + p - a, j + p - b) for a in range(k) for b in range(k)}
        assert cells(scene, "input", "read", "padding read") == window


def test_upsampling_reads_the_nearest() -> None:
    scenes = animation(PRESETS["upsampling"]).scenes
    for scene, (i, j) in zip(scenes, itertools.product(range(8), repeat=2), strict=True):
        assert cells(scene, "input", "read") == {(i // 2, j // 2)}
        assert cells(scene, "output", "written") == {(i, j)}


def test_outputs_fill_up() -> None:
    scenes = animation(PRESETS["padding_strides"]).scenes
    for number, scene in enumerate(scenes):
        done = set(itertools.islice(itertools.product(range(3), repeat=2), number))
        assert cells(scene, "output", "done") == done


def source(mode: str, i: int, n: int) -> int:
    """Where padding takes its value from, by the definitions of numpy's modes edge, reflect and wrap."""
    if mode == "replicate":
        return min(max(i, 0), n - 1)
    if mode == "reflect":
        return -i if i < 0 else 2 * (n - 1) - i if i >= n else i
    return i % n


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_comes_from_where_arrows_begin(mode: str) -> None:
    scenes = animation(PRESETS[f"{mode}_padding"]).scenes
    seen = 0
    for scene in scenes:
        for mark in scene.panel("input").marks:
            match = re.fullmatch(r"origin \((-?\d+), (-?\d+)\) of \((-?\d+), (-?\d+)\)", getattr(mark, "name", ""))
            if match is None:
                continue
            y, x, at_y, at_x = map(int, match.groups())
            assert (y, x) == (source(mode, at_y, 5), source(mode, at_x, 5))
            # On the line between the middles of both cells, three tenths of a cell away from either.
            ends = [(y + 0.5, x + 0.5), (mark.y0, mark.x0), (mark.y1, mark.x1), (at_y + 0.5, at_x + 0.5)]  # type: ignore[union-attr]
            length = math.dist(ends[0], ends[3])
            steps = [math.dist(a, b) for a, b in itertools.pairwise(ends)]
            assert steps == pytest.approx([0.3, length - 0.6, 0.3])
            seen += 1
    # 15 taps along an axis, of which 13 lie inside.
    assert seen == 15**2 - 13**2


def last_numbers(name: str) -> list[list[str]]:
    """The numbers in the output's cells when all are computed."""
    board = animation(PRESETS[name]).scenes[-1].panel("output")
    texts = {(m.y, m.x): m.text for m in board.marks if hasattr(m, "text")}
    rows = sorted({y for y, _ in texts})
    return [[texts[y, x] for x in sorted(x for at, x in texts if at == y)] for y in rows]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # The figures of arXiv:1603.07285.
        ("numerical_no_padding_no_strides", [["12", "12", "17"], ["10", "17", "19"], ["9", "6", "14"]]),
        ("numerical_padding_strides", [["6", "17", "3"], ["8", "17", "13"], ["6", "4", "4"]]),
        ("numerical_average_pooling", [["1.7", "1.7", "1.7"], ["1", "1.2", "1.8"], ["1.1", "0.8", "1.3"]]),
        ("numerical_max_pooling", [["3", "3", "3"], ["3", "3", "3"], ["3", "2", "3"]]),
        ("grey_image", [["510", "0", "−510"], ["765", "0", "−765"], ["510", "0", "−510"]]),
    ],
)
def test_numbers(name: str, expected: list[list[str]]) -> None:
    assert last_numbers(name) == expected


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_numbers_with_padding_that_holds_something(mode: str) -> None:
    expected = [
        [
            str(
                sum(
                    EXAMPLE_VALUES[source(mode, i + a - 1, 5)][source(mode, j + b - 1, 5)] * EXAMPLE_KERNEL[a][b]
                    for a in range(3)
                    for b in range(3)
                )
            )
            for j in range(5)
        ]
        for i in range(5)
    ]
    assert last_numbers(f"{mode}_padding") == expected


def test_stamps_add_up_to_what_gathering_finds() -> None:
    preset = PRESETS["stamping"]
    stamped = last_numbers("stamping")
    total: dict[Cell, Fraction] = {}
    for y, x, a, b in itertools.product(range(3), repeat=4):
        at = (2 * y + a, 2 * x + b)
        total[at] = total.get(at, Fraction(0)) + EXAMPLE_VALUES[y][x] * EXAMPLE_KERNEL[a][b]
    assert stamped == [[str(total[i, j]) for j in range(7)] for i in range(7)]
    gathered = animation(preset, way="gather").scenes[-1].panel("output")
    texts = [m.text for m in gathered.marks if hasattr(m, "text")]
    assert texts == [text for row in stamped for text in row]


def test_cells_that_nothing_reads_are_hatched() -> None:
    for scene in animation(PRESETS["unread_pixels"]).scenes:
        hatched = cells(scene, "input", "never read")
        assert hatched == {(i, j) for i in range(8) for j in range(8) if 2 in {i % 3, j % 3}}
        assert all(
            mark.paint.hatch
            for mark in scene.panel("input").marks
            if isinstance(mark, Rect) and mark.name.startswith("never")
        )


def test_the_labels_say_what_is_shown() -> None:
    scene = animation(PRESETS["padding_strides"]).scenes[1]
    texts = list(scene.texts())
    assert scene.title == "convolution · kernel 3×3 · stride 2 · padding 1"
    for text in ("input 5×5, padding 1", "output 3×3", "n = ⌊(5 + 2 − 3) / 2⌋ + 1 = 3", "2 / 9"):
        assert text in texts
    assert "output (0, 1) reads rows −1, 0, 1 and columns 1, 2, 3" in texts


def test_oblique_boards_mark_the_same_cells() -> None:
    flat = animation(PRESETS["padding_strides"]).scenes
    slanted = animation(PRESETS["padding_strides"], view="oblique").scenes
    for one, other in zip(flat, slanted, strict=True):
        for panel in ("input", "output"):
            named = [
                sorted(m.name for m in scene.panel(panel).marks if getattr(m, "name", "")) for scene in (one, other)
            ]
            assert named[0] == named[1]


def test_oblique_arrows_point_from_cell_to_cell() -> None:
    scene = animation(PRESETS["reflect_padding"], view="oblique").scenes[0]
    marks = {getattr(mark, "name", ""): mark for mark in scene.panel("input").marks}
    arrow, origin, padding = (
        marks[name] for name in ("origin (1, 0) of (-1, 0)", "read (1, 0)", "padding read (-1, 0)")
    )
    (x0, y0), (x1, y1) = (
        (sum(x for x, _ in cell.points) / 4, sum(y for _, y in cell.points) / 4)  # type: ignore[union-attr]
        for cell in (origin, padding)
    )
    # The cells are two rows apart; the arrow keeps three tenths of a row away from the middle of either.
    assert (arrow.x0, arrow.y0) == pytest.approx((x0 + 0.15 * (x1 - x0), y0 + 0.15 * (y1 - y0)))  # type: ignore[union-attr]
    assert (arrow.x1, arrow.y1) == pytest.approx((x1 - 0.15 * (x1 - x0), y1 - 0.15 * (y1 - y0)))  # type: ignore[union-attr]


@pytest.mark.parametrize("name", [name for name in WINDOWS if PRESETS[name].dims == 2])
def test_all_padding_is_drawn_and_what_no_window_reads_is_hatched(name: str) -> None:
    preset = PRESETS[name]
    n, k, s, before, behind, d, _ = numbers(preset)
    line = {s * o - before + d * t for o in range(count(preset)) for t in range(k)}
    whole = range(min(-before, *line), max(n + behind, max(line) + 1))
    ring = {at for at in itertools.product(whole, repeat=2) if not all(0 <= i < n for i in at)}
    scene = animation(preset).scenes[0]
    board = "input" if any(panel.name == "input" for panel in scene.panels) else "input 0"
    unread = {at for at in ring if not line.issuperset(at)}
    assert cells(scene, board, "padding", "padding read", "padding never read") == ring
    assert cells(scene, board, "padding never read") == unread
    inside = {at for at in itertools.product(range(n), repeat=2) if not line.issuperset(at)}
    assert cells(scene, board, "never read") == inside
    hatched = [mark for mark in scene.panel(board).marks if isinstance(mark, Rect) and mark.paint.hatch]
    assert {(int(mark.y0), int(mark.x0)) for mark in hatched} == unread | inside
    assert ("Hatched: cells that no output reads." in list(scene.texts())) == bool(unread | inside)


def test_padding_that_no_window_reads() -> None:
    """The guide's odd example: the stride does not reach the last row and column of the padding."""
    scene = animation(PRESETS["padding_strides_odd"]).scenes[0]
    assert cells(scene, "input", "padding never read") == {(6, i) for i in range(-1, 7)} | {
        (i, 6) for i in range(-1, 7)
    }


def test_a_layer_of_a_network_says_which() -> None:
    texts = list(eyeshot.analyze("resnet18")["maxpool"].animate().scenes[0].texts())
    assert any(text.startswith("Layer maxpool of resnet18. Drawn: the first") for text in texts)
    assert not any(
        text.startswith("Layer") for text in eyeshot.analyze("conv k3", input_shape=5)[0].animate().scenes[0].texts()
    )


def test_numbers_are_exact_or_say_that_they_are_about() -> None:
    texts = [list(scene.texts()) for scene in animation(PRESETS["numerical_average_pooling"]).scenes]
    assert any("(0 + 1 + 3 + 1 + 2 + 2 + 0 + 0 + 2) / 9 = 11/9 ≈ 1.2" in found for found in texts)
    assert any("(0 + 0 + 1 + 3 + 1 + 2 + 2 + 0 + 0) / 9 = 1" in found for found in texts)


def test_channels_have_names_below_what_is_true_of_all() -> None:
    texts = list(animation(PRESETS["grouped"]).scenes[0].texts())
    for text in ("input 5×5", "output 3×3", "channel 0", "channel 3"):
        assert text in texts


def test_large_layers_show_a_corner_and_say_so() -> None:
    shown = eyeshot.analyze("resnet18")["conv1"].animate()
    assert len(shown.scenes) == 64
    assert any("the first 8×8 of 112×112 outputs" in text for text in shown.scenes[0].texts())
    assert any("One of 3 channels" in text for text in shown.scenes[0].texts())


def test_three_axes_show_the_last_two() -> None:
    field = eyeshot.analyze("conv k3x1x2", input_shape=(1, 1, 4, 4, 4))["conv1"]
    scenes = field.animate().scenes
    assert len(scenes) == 4 * 3
    assert any("along z" in text for text in scenes[0].texts())


def test_an_activation_behind_the_window_is_passed_over() -> None:
    layers = {"dims": 2, "layers": [{"kind": "conv", "kernel": 3}, {"kind": "relu"}]}
    fields = eyeshot.analyze(layers, input_shape=5)
    with pytest.raises(InputError, match="reads each cell where it stands"):
        fields[1].animate()
    assert len(fields[0].animate().scenes) == 9


@pytest.mark.parametrize(
    ("layers", "how", "message"),
    [
        ("conv k3", {"way": "stamp"}, "for transposed convolutions"),
        ("conv k3", {"way": "sideways"}, "a way must be one of gather, stamp, zeros; found 'sideways'"),
        ("conv k3", {"view": "above"}, "a view must be one of flat, oblique; found 'above'"),
        ("conv k3", {"theme": "drak"}, "did you mean `dark`"),
        ("conv k3", {"values": [[1]]}, "the values must be 5×5 numbers, but are 1×1"),
        ("conv k3", {"numbers": True, "weights": [[1, 2]]}, "the kernel must be 3×3 numbers, but are 1×2"),
        ("upsample scale=2", {"numbers": True}, "for a convolution or a pooling, but `upsample1` is of kind upsample"),
        ("flatten", {}, "to be animated"),
        ("conv k3 name=a | conv k3 p1 name=b | add from=a,b", {}, "reads several values at once"),
    ],
)
def test_what_cannot_be_animated(layers: str, how: dict[str, object], message: str) -> None:
    field = eyeshot.analyze(layers, input_shape=(1, 1, 5, 5))[-1]
    with pytest.raises(InputError, match=message):
        field.animate(**how)  # type: ignore[arg-type]


def test_a_global_pooling_is_one_frame() -> None:
    (scene,) = eyeshot.analyze("globalpool", input_shape=(1, 1, 5, 5))[0].animate().scenes
    assert cells(scene, "input", "read") == set(itertools.product(range(5), repeat=2))
    with pytest.raises(LimitError, match="one output of `globalpool1` spans 224×224 cells, and a drawing has room"):
        eyeshot.analyze("globalpool", input_shape=(1, 1, 224, 224))[0].animate()


def test_channels_are_bounded() -> None:
    with pytest.raises(LimitError, match="at most 400 frames"):
        eyeshot.analyze("conv k1 g2", input_shape=(1, 4, 20, 20))[0].animate()
    grouped = eyeshot.analyze("conv k3 g2", input_shape=(1, 4, 5, 5))[0]
    with pytest.raises(InputError, match="oblique view is drawn for one channel"):
        grouped.animate(view="oblique")
    with pytest.raises(InputError, match="numbers can be shown where one channel is drawn, but of `conv1` 4 are"):
        grouped.animate(numbers=True)
    shuffled = eyeshot.analyze("transposed k3 s2 g2", input_shape=(1, 2, 3, 3))[0]
    with pytest.raises(InputError, match="drawn for one channel"):
        shuffled.animate(way="stamp")


def test_presets_are_named() -> None:
    assert preset_named("dilation") is PRESETS["dilation"]
    with pytest.raises(InputError, match="there is no preset 'dilatoin'; did you mean `dilation`"):
        preset_named("dilatoin")
    with pytest.raises(InputError, match="there are no_padding_no_strides, "):
        preset_named("zzz")
