"""The tables of known values, as rows."""

import csv
import tomllib
from pathlib import Path
from typing import Any

TABLES = Path(__file__).parent / "known_values" / "tables"


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a CSV table, each by column name."""
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def graphs(name: str) -> list[dict[str, Any]]:
    """Graphs of a TOML table, each with its layer list and what is known of it."""
    found: list[dict[str, Any]] = tomllib.loads((TABLES / name).read_text(encoding="utf-8"))["graphs"]
    return found


def sizes(text: str) -> tuple[int, ...]:
    """``"3x224x224"`` as numbers."""
    return tuple(int(part) for part in text.split("x"))
