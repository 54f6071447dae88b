"""Over an image each value is drawn where `at` says that its feature is centred, whatever lies on the way."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

import eyeshot
from eyeshot.present.scene.scene import Panel, Rect, Scene

Size = tuple[int, ...]


@st.composite
def layers(draw: st.DrawFn) -> tuple[list[nn.Module], Size]:
    """Convolutions and poolings with even and odd kernels, strides, dilation and all rules of padding."""
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    conv, pool = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1], (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[axes - 1]
    found: list[nn.Module] = []
    is_small = True
    for _ in range(draw(st.integers(1, 3))):
        kernel = tuple(draw(st.integers(1, 5)) for _ in range(axes))
        stride = tuple(draw(st.sampled_from([1, 2, 3])) for _ in range(axes))
        dilation = draw(st.sampled_from([1, 1, 2]))
        rule = draw(st.sampled_from(["declared", "same", "one side", "reflect", "circular", "pool", "up"]))
        own = tuple(draw(st.integers(0, k // 2)) for k in kernel)
        match rule:
            case "declared":
                found.append(conv(1, 1, kernel, stride, own, dilation))
            case "same":
                # Of an even kernel one side gets more than the other.
                found.append(conv(1, 1, kernel, 1, "same", dilation))
            case "one side":
                pads = [draw(st.integers(0, 3)) for _ in range(2 * axes)]
                pad = (nn.ConstantPad1d, nn.ConstantPad2d, nn.ConstantPad3d)[axes - 1]
                found += [pad(tuple(pads), 0.0), conv(1, 1, kernel, stride)]
            case "reflect" | "circular":
                found.append(conv(1, 1, kernel, stride, own, padding_mode=rule))
            case "pool":
                found.append(pool(kernel, stride, own, ceil_mode=draw(st.booleans())))
            case _:
                found.append(nn.Upsample(scale_factor=2 if is_small else 1, mode="nearest"))
                is_small = False
    # Channels of the image are those that some convolution takes.
    found, size = [*found, conv(1, 1, 1)], tuple(draw(st.integers(14, 20)) for _ in range(axes))
    try:
        nn.Sequential(*found)(torch.zeros(1, 1, *size))
    except RuntimeError:
        # What comes last may be too large for what is left.
        assume(False)
    return found, size


def cells(scene: Scene) -> dict[str, tuple[Rect, Panel]]:
    panel = scene.panel("image")
    return {mark.name: (mark, panel) for mark in panel.marks if isinstance(mark, Rect)}


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@settings(max_examples=25)
@given(layers())
def test_a_cell_is_centred_where_its_feature_is(drawn: tuple[list[nn.Module], Size]) -> None:
    made, size = drawn
    net = nn.Sequential(*made).eval()
    numbers = np.random.default_rng(0).random((1, *size), np.float32)
    layer = str(len(made) - 1)
    found = eyeshot.activations(net, layer, numbers)
    shown = cells(found.draw(overlay=0).scene)
    field = eyeshot.analyze(net, (1, 1, *size))[layer]
    extents = found.values.shape[1:]
    lead = tuple(n // 2 for n in extents[:-2])
    assert len(shown) <= int(np.prod(extents[-2:]))
    for index in np.ndindex(*extents[-2:]):
        feature = (*lead, *index)
        region = field.at(*feature)
        name = f"{layer} {feature}"
        if not all(hi > lo for lo, hi in region.box):
            assert name not in shown
            continue
        cell, panel = shown[name]
        y, x = (0.5, region.center[-1]) if len(size) == 1 else region.center[-2:]
        assert ((cell.x0 + cell.x1) / 2, (cell.y0 + cell.y1) / 2) == (pytest.approx(x), pytest.approx(y))
        # On the page: pixels of the image, from its corner.
        left, top, width, height = panel.place
        down = 1 if len(size) == 1 else size[-2]
        assert panel.x((cell.x0 + cell.x1) / 2) == pytest.approx(left + float(x) / size[-1] * width)
        assert panel.y((cell.y0 + cell.y1) / 2) == pytest.approx(top + float(y) / down * height)


def test_a_stretched_map_lies_beside_it() -> None:
    """Interpolated to the image's size a value is brightest elsewhere than where its feature is centred."""
    net = nn.Sequential(nn.Conv2d(1, 1, 11, 4), nn.MaxPool2d(3, 2), nn.Conv2d(1, 1, 5, padding=2), nn.MaxPool2d(3, 2))
    with torch.no_grad():
        net[0].weight.fill_(0.01)
        net[2].weight.fill_(0)
        net[2].weight[0, 0, 2, 2] = 1
    image = np.zeros((1, 227, 227), np.float32)
    # What only the field of feature (11, 11) sees, from its centre.
    image[0, 208:219, 208:219] = 1
    found = eyeshot.activations(net, "3", image)
    map_ = found.values[0]
    feature = tuple(int(i) for i in np.unravel_index(int(map_.argmax()), map_.shape))
    stretched = nn.functional.interpolate(torch.from_numpy(map_)[None, None], (227, 227), mode="bilinear")[0, 0]
    brightest = np.flatnonzero(np.isclose(stretched.max(1).values, stretched.max()))
    drawn = cells(found.draw(overlay=0).scene)[f"3 {feature}"][0]
    assert (drawn.y0, drawn.y1) == (found.centers[0][feature] - 8, found.centers[0][feature] + 8)
    assert abs(brightest.mean() + 0.5 - found.centers[0][feature]) > 7
