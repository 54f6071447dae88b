"""Write docs/reference/operations.md from the docstrings of the ops, so that the page cannot fall behind the code.

Run it without arguments; a test fails while the page is not what this script would write.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from eyeshot.graph.core import Op
from eyeshot.graph.ops import OPS

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "operations.md"

HEAD = """# Supported operations

Every network comes down to these operations. Each answers one question: which elements of its operands does an element
of the result read? What stands here is taken from the code; a test fails where the two differ.

"""

HEADINGS = ("What it reads", "Formula", "Limits", "Source")


def page() -> str:
    """The page's text."""
    chapters = sorted(OPS.values(), key=lambda op: (op.__module__, op.__name__))
    return HEAD + "\n".join(map(_chapter, chapters))


def _chapter(op: type[Op]) -> str:
    doc = inspect.cleandoc(op.__doc__ or "")
    summary = doc.split("\n\n", 1)[0].replace("\n", " ").replace("``", "`")
    lines = [f"## `{op.kind}`", "", f"{summary}", ""]
    lines += [f"**{heading}.** {text}\n" for heading in HEADINGS if (text := _section(doc, heading))]
    return "\n".join(lines)


def _section(doc: str, heading: str) -> str:
    found = re.search(rf"^{heading}\n((?:    .*\n?|\n(?=    ))+)", doc, re.MULTILINE)
    text = re.sub(r"\s+", " ", found.group(1)).strip() if found else ""
    return text.replace("``", "`")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
