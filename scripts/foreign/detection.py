"""YOLO networks, by the names of configurations that their own package ships."""

from __future__ import annotations

from typing import Any

from scripts.foreign.table import Foreign, Table

__all__ = ["DETECTION"]


def _graph(name: str) -> Foreign:
    """A network of the smallest scale; nothing of the package stands here but the name."""

    def make() -> Any:
        from ultralytics.nn import tasks

        kinds = {"seg": "SegmentationModel", "pose": "PoseModel", "obb": "OBBModel", "cls": "ClassificationModel"}
        kind = kinds.get(name.rpartition("-")[2], "DetectionModel")
        return getattr(tasks, kind)(f"{name}.yaml", verbose=False).eval()

    return Foreign(make, (1, 3, 64, 64))


DETECTION: Table = {
    name: _graph(name)
    for name in (
        "yolov3-tiny",
        "yolov5n",
        "yolov6n",
        "yolov8n",
        "yolov8n-seg",
        "yolov8n-pose",
        "yolov8n-cls",
        "yolov9t",
        "yolov10n",
        "yolo11n",
        "yolo11n-obb",
        "yolo12n",
        "yolo26n",
    )
}
