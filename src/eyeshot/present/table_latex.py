"""The table as LaTeX, with the rules of booktabs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eyeshot.analyses.results import Table
from eyeshot.present.rows import COLUMNS, TableRow, TableWords, words_of

__all__ = ["latex_escaped", "table_latex"]

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "'": r"\char39{}",
    "`": r"\char96{}",
    "×": r"$\times$",
    "–": "--",
    "∀": r"$\forall$",
    "≤": r"$\leq$",
    "⊣": r"$\dashv$",
    "·": r"\textperiodcentered{}",
    "-": "{}-",
    ",": "{},",
    "[": "{}[",
    "*": "{}*",
}
# Two hyphens would become a dash, two commas a quotation mark; after a row's end, [ and * would belong to it.
_SPECIAL = re.compile(r"[\\&%$#_{}~^<>|\"'`×–∀≤⊣·]|(?<=-)-|(?<=,),|^[*\[]")


def table_latex(table: Table) -> str:
    r"""The table as a LaTeX ``table`` that needs ``\usepackage{booktabs}``.

    Parameters
    ----------
    table : Table
        What to show.

    Returns
    -------
    str
        The environment; marks and notes stand below the table, names are text, never commands.
    """
    words = words_of(table)
    heads = [*COLUMNS, *(["input"] if words.several_inputs else []), ""]
    lines = [
        r"% needs \usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{latex_escaped(_caption(words))}}}",
        rf"  \begin{{tabular}}{{lllrrrrl{'l' if words.several_inputs else ''}}}",
        r"    \toprule",
        rf"    {' & '.join(heads).rstrip()} \\",
        r"    \midrule",
        *(f"    {_row(row, several_inputs=words.several_inputs)}" for row in words.rows),
        r"    \bottomrule",
        r"  \end{tabular}",
        *_below(words.legend, words.notes),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _caption(words: TableWords) -> str:
    shown = f", {words.shown}" if words.shown else ""
    return f"{words.model}: {words.inputs}, {words.status}{shown}"


def latex_escaped(text: str) -> str:
    r"""Text in which nothing is taken for a command.

    Examples
    --------
    >>> print(latex_escaped("layer_1 & 2"))
    layer\_1 \& 2
    """
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)


def _row(row: TableRow, *, several_inputs: bool) -> str:
    texts = [*row.cells, *([row.input] if several_inputs else []), row.marks_text]
    return f"{' & '.join(map(latex_escaped, texts)).rstrip()} \\\\"


def _below(legend: Iterable[tuple[str, str]], notes: Iterable[str]) -> list[str]:
    lines = [f"{latex_escaped(sign)} {latex_escaped(text)}" for sign, text in legend]
    lines += map(latex_escaped, notes)
    if not lines:
        return []
    return [r"  \par\smallskip\footnotesize", *(rf"  {line}\par" for line in lines)]
