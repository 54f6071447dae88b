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

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "eyeshot"
PAGE = ROOT / "web" / "src"

_TYPE_NAME = re.compile(r"^export (?:abstract )?(?:class|interface|type) (\w+)", re.MULTILINE)


def sources() -> dict[str, Path]:
    """Every module of the package by its name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


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
    for path in sources().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name


def imports(*, types: bool) -> dict[str, set[str]]:
    """What each module imports of the package when it is loaded; with what only type checkers see, if asked for."""
    modules = sources()
    return {
        name: {whole for whole in _imported(path, types=types) if whole in modules and whole != name}
        for name, path in modules.items()
    }


def _imported(path: Path, *, types: bool) -> Iterator[str]:
    for statement in _loaded(ast.parse(path.read_text(encoding="utf-8")).body, types=types):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)
        elif isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)


def _loaded(body: list[ast.stmt], *, types: bool) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If) and (types or "TYPE_CHECKING" not in ast.dump(statement.test)):
            yield from _loaded(statement.body, types=types)
        else:
            yield statement


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other, round about."""
    reached = {name: _reached(graph, name) for name in graph}
    groups = {tuple(sorted(other for other in reached[name] if name in reached[other])) for name in graph}
    return [list(group) for group in sorted(groups) if group]


def _reached(graph: dict[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        new = graph[todo.pop()] - found
        found |= new
        todo += new
    return found


def main() -> None:
    """Print the counts."""
    texts = [path.read_text(encoding="utf-8") for path in sources().values()]
    counts = [lines_of(text) for text in texts]
    code, comments = (sum(numbers) for numbers in zip(*counts, strict=True))
    names = Counter(classes())
    page = Counter(name for path in PAGE.rglob("*.ts") for name in _TYPE_NAME.findall(path.read_text(encoding="utf-8")))
    twice = sorted(name for name, count in names.items() if count > 1)
    print(f"files                      {len(texts)}")
    print(f"lines of code              {code:,}")
    print(f"comments                   {comments:,} ({100 * comments / (code + comments):.1f} % of both)")
    print(f"class names that stand twice {len(twice)}: {', '.join(twice)}")
    print(f"with TypeScript            {sum(1 for name, count in (names + page).items() if count > 1)}")
    for what, types in (("circles of imports", False), ("with those of types", True)):
        found = circles(imports(types=types))
        print(f"{what:26} {len(found)}: {'; '.join(', '.join(group) for group in found)}")


if __name__ == "__main__":
    main()
