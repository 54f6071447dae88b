"""Recorded outputs: compared with what comes out, or rewritten by `pytest --refresh`."""

from pathlib import Path


def check(path: Path, text: str, *, refresh: bool) -> None:
    """Assert that a file holds exactly this text; with `refresh` make it so."""
    if refresh:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    assert path.read_bytes().decode("utf-8") == text
