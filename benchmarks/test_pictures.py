"""How long pictures take, against empty figures of matplotlib's; frames of a GIF a second."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from ratios import Report, Row, medians

import eyeshot

FRAMES_A_SECOND = 20


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_fixed_drawing_of_152_layers(report: Report, form: str) -> None:
    """Views, scene and file together; the network is analysed already.

    The aim is set against empty axes, as a figure without any holds neither a line nor a letter: as SVG and PDF it is
    a few bytes, and a single text in it takes several times as long. That ratio is written down beside it.
    """
    fields = eyeshot.analyze("resnet152")
    scene = fields.draw("fixed").scene

    def drawn() -> None:
        picture = fields.draw("fixed")
        {"svg": picture.to_svg, "pdf": picture.to_pdf, "png": picture.to_png}[form]()

    what = f"fixed-size drawing of resnet152 as {form.upper()} against"
    size = (scene.width / 72, scene.height / 72)
    of_axes = report.compare(
        f"{what} empty axes of matplotlib's in the same format and size", drawn, _saved(form, size, axes=True), aim=10
    )
    bare = report.compare(
        f"{what} a figure of matplotlib's with nothing in it at all",
        drawn,
        _saved(form, size, axes=False),
        aim=10 if form == "png" else None,
    )
    assert of_axes < 10
    assert bare < 10 or form != "png"


def _saved(form: str, size: tuple[float, float], *, axes: bool) -> Callable[[], None]:
    """A figure that holds empty axes, or nothing."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    def saved() -> None:
        figure = Figure(figsize=size)
        FigureCanvasAgg(figure)
        if axes:
            figure.subplots()
        figure.savefig(io.BytesIO(), format=form, dpi=150)

    return saved


def test_frames_of_a_gif(report: Report) -> None:
    animation = eyeshot.analyze("conv k3", input_shape=12)["conv1"].animate()
    assert len(animation.scenes) == 100
    (taken,) = medians(animation.to_gif, rounds=3)
    rate = len(animation.scenes) / taken
    report.rows.append(Row("frames of a GIF a second, of 100 frames", rate, FRAMES_A_SECOND, None, "frames"))
    assert rate >= FRAMES_A_SECOND
