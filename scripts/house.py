"""Count the house: files, lines of code, comments, names that stand twice, circles of imports.

python -m scripts.house
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "eyeshot"
PAGE = ROOT / "web" / "src"

_TYPE_NAME = re.compile(r"^export (?:abstract )?(?:class|interface|type) (\w+)", re.MULTILINE)


def sources() -> list[str]:
    """The text of every module of the package."""
    return [path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))]


def lines_of(text: str) -> tuple[int, int]:
    """Lines of code and of comments; docstrings and blank lines are neither."""
    docs: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            for statement in node.body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    docs.update(range(statement.lineno, (statement.end_lineno or 0) + 1))
    code: set[int] = set()
    comments: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments.add(token.start[0])
        elif token.type not in {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - docs), len(comments)


def classes() -> Iterator[str]:
    """The names of all public classes, once for each place where one is defined."""
    for text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name


def circles(*, types: bool) -> list[tuple[str, ...]]:
    """Groups of modules that import each other, within functions too; for type checkers alone too, if asked for."""
    graph = grimp.build_graph("eyeshot", exclude_type_checking_imports=not types, cache_dir=None)
    before = {name: graph.find_upstream_modules(name) for name in graph.modules}
    groups = {tuple(sorted({name, *(one for one in before[name] if name in before[one])})) for name in graph.modules}
    return sorted(group for group in groups if len(group) > 1)


def main() -> None:
    """Print the counts."""
    counts = [lines_of(text) for text in sources()]
    code, comments = (sum(numbers) for numbers in zip(*counts, strict=True))
    names = Counter(classes())
    page = Counter(name for path in PAGE.rglob("*.ts") for name in _TYPE_NAME.findall(path.read_text(encoding="utf-8")))
    twice = sorted(name for name, count in names.items() if count > 1)
    print(f"files                      {len(counts)}")
    print(f"lines of code              {code:,}")
    print(f"comments                   {comments:,} ({100 * comments / (code + comments):.1f} % of both)")
    print(f"class names that stand twice {len(twice)}: {', '.join(twice)}")
    print(f"with TypeScript            {sum(1 for name, count in (names + page).items() if count > 1)}")
    for what, types in (("circles of imports", False), ("with those of types", True)):
        found = circles(types=types)
        print(f"{what:26} {len(found)}: {'; '.join(', '.join(group) for group in found)}")


if __name__ == "__main__":
    main()
