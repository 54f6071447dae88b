"""How long pictures take, against an empty figure of matplotlib's; frames of a GIF a second."""

from __future__ import annotations

import io

import pytest
from ratios import Report, Row, medians

import eyeshot

FRAMES_A_SECOND = 20


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_fixed_drawing_of_152_layers(report: Report, form: str) -> None:
    """Views, scene and file together; the network is analysed already."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    fields = eyeshot.analyze("resnet152")
    scene = fields.draw("fixed").scene

    def drawn() -> None:
        picture = fields.draw("fixed")
        {"svg": picture.to_svg, "pdf": picture.to_pdf, "png": picture.to_png}[form]()

    def empty() -> None:
        figure = Figure(figsize=(scene.width / 72, scene.height / 72))
        FigureCanvasAgg(figure)
        figure.subplots()
        figure.savefig(io.BytesIO(), format=form, dpi=150)

    ratio = report.compare(
        f"fixed-size drawing of resnet152 as {form.upper()} against empty axes of matplotlib's in the same format",
        drawn,
        empty,
        aim=10,
    )
    assert ratio < 10


def test_frames_of_a_gif(report: Report) -> None:
    animation = eyeshot.analyze("conv k3", input_shape=12)["conv1"].animate()
    assert len(animation.scenes) == 100
    (taken,) = medians(animation.to_gif, rounds=3)
    rate = len(animation.scenes) / taken
    report.rows.append(Row("frames of a GIF a second, of 100 frames", rate, FRAMES_A_SECOND, None, "frames"))
    assert rate >= FRAMES_A_SECOND
