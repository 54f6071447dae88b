"""The pages of sweeps: each bears the digest of its code, and a notice if that is not the present one."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.code import ROOT, SWEEPS, digest

__all__ = ["as_it_stands", "path_of", "write"]

NOTICE = """
> **Of an earlier state of the code.** What this page tells was measured before eyeshot, or what it was held against,
> changed for the last time; `make sweep` measures it again.
"""
_MARK = re.compile(r"^<!-- code: (\w+) -->\n", re.MULTILINE)


def path_of(name: str) -> Path:
    """Where the page of a sweep lies."""
    return ROOT / "docs" / f"{name}.md"


def write(name: str, text: str) -> None:
    """Write the page of a sweep that was made of the present code."""
    path = path_of(name)
    path.write_text(f"{text}\n<!-- code: {digest(SWEEPS[name])} -->\n", "utf-8")
    print(f"{path} is written")


def as_it_stands(name: str) -> str:
    """The page of a sweep as it has to read now: with the notice where it is of other code, else without."""
    title, _, rest = path_of(name).read_text("utf-8").replace(NOTICE, "").partition("\n")
    made = _MARK.search(rest)
    is_present = made is not None and made[1] == digest(SWEEPS[name])
    return f"{title}\n{'' if is_present else NOTICE}{rest}"
