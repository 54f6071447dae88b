"""Which code a result belongs to: a digest of what the code says, whatever its comments, docstrings and layout."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

__all__ = ["SWEEPS", "digest"]

ROOT = Path(__file__).parents[1]

FIELDS = (
    "src/eyeshot/errors.py",
    *(f"src/eyeshot/{package}/**/*.py" for package in ("index", "graph", "frontends", "analyses")),
)
"""What reads a network and says what its features see."""
PROOF = (*FIELDS, "src/eyeshot/running/*.py", "src/eyeshot/measure/*.py", "src/eyeshot/api/proof.py")
"""What holds that against the running network."""
TILES = (*FIELDS, "src/eyeshot/running/*.py", "src/eyeshot/plan/*.py", "src/eyeshot/measure/tiles/**/*.py")
"""What plans tiles and runs them."""
SWEEPS = {
    "zoo": FIELDS,
    "proof": (*PROOF, "tests/torch_*.py"),
    "foreign": (*PROOF, "scripts/foreign/*.py"),
    "hostile": (*FIELDS, "tests/hostile/*.py"),
    "tiles-faults": (*TILES, "tests/tile_*.py"),
}
"""What the results of each sweep depend on, by the name of its page."""


def digest(patterns: Iterable[str]) -> str:
    """A short digest of some Python files and of PyTorch's version.

    Parameters
    ----------
    patterns : iterable of str
        Paths from the root of the project, with `*` and `**`.

    Raises
    ------
    FileNotFoundError
        If a pattern has no file.
    """
    found = hashlib.sha256(version("torch").split("+")[0].encode())
    for pattern in patterns:
        files = sorted(ROOT.glob(pattern))
        if not files:
            raise FileNotFoundError(f"there is no {pattern}")
        for file in files:
            found.update(f"{file.relative_to(ROOT).as_posix()}\n{_said(file.read_text('utf-8'))}\n".encode())
    return found.hexdigest()[:16]


def _said(source: str) -> str:
    """What a file says to Python, docstrings apart."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
    return ast.dump(tree)
