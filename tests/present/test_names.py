"""Whatever a model calls its layers, it is shown as text and does nothing."""

import csv
import io
import json
import re
from html.parser import HTMLParser

from hypothesis import given
from markdown_it import MarkdownIt
from present.strategies import names, tables

from eyeshot.analyses.results import Table
from eyeshot.present.escape import ascii_only, visible
from eyeshot.present.screen import Screen
from eyeshot.present.table_csv import table_csv
from eyeshot.present.table_html import table_html, table_page
from eyeshot.present.table_json import table_dict, table_json
from eyeshot.present.table_latex import latex_escaped, table_latex
from eyeshot.present.table_markdown import markdown_escaped, table_markdown
from eyeshot.present.table_text import table_rich, table_text

TAGS = {"div", "style", "table", "caption", "strong", "thead", "tbody", "tr", "th", "td", "span", "abbr", "dl", "dt"}
TAGS |= {"dd", "p"}
COMMANDS = re.compile(r"\\([a-zA-Z]+|.)")
LATEX_COMMANDS = set("&%$#_{}\\") | {
    "textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar", "char", "times",
    "forall", "leq", "dashv", "textperiodcentered", "usepackage", "begin", "end", "centering", "caption", "toprule",
    "midrule", "bottomrule", "par", "smallskip", "footnotesize",
}  # fmt: skip


class Page(HTMLParser):
    """Tags, attributes and the text of each row's first cell."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.first_cells: list[str] = []
        self._in_first = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in_first = tag == "th" and ("scope", "row") in attrs
        if self._in_first:
            self.first_cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_first = self._in_first and tag != "th"

    def handle_data(self, data: str) -> None:
        if self._in_first:
            self.first_cells[-1] += data


def shown_names(table: Table) -> list[str]:
    """First cells of the table: each input, each layer, and nothing where a layer takes a further row."""
    found = [visible(info.name) for info in table.inputs]
    for row in table.rows:
        several = len({field.input for field in row.axes})
        found += [visible(row.name), *[""] * (several - 1)]
    return found


@given(names)
def test_visible_text_prints(name: str) -> None:
    assert visible(name).isprintable()
    assert ascii_only(visible(name)).isascii()
    assert visible(visible(name)) == visible(name)


@given(tables())
def test_text_has_no_control_characters(table: Table) -> None:
    assert table_text(table).replace("\n", "").isprintable()


@given(tables())
def test_ascii_text_is_ascii(table: Table) -> None:
    assert table_text(table, Screen(unicode=False)).isascii()


@given(tables())
def test_color_changes_no_character(table: Table) -> None:
    colored = table_text(table, Screen(color=True))
    assert re.sub(r"\x1b\[\d+m", "", colored) == table_text(table)


@given(tables())
def test_rich_text_is_the_same_text(table: Table) -> None:
    lines = table_rich(table).plain.splitlines()
    assert [line.rstrip() for line in lines] == table_text(table).splitlines()


@given(tables())
def test_html_holds_names_as_text(table: Table) -> None:
    page = Page(table_html(table))
    assert page.tags <= TAGS
    assert page.attributes <= {"class", "scope", "title", "role", "aria-label", "style"}
    assert page.first_cells == shown_names(table)


@given(tables())
def test_html_page_is_ascii(table: Table) -> None:
    page = table_page(table)
    assert page.isascii()
    assert Page(page).tags <= TAGS | {"html", "head", "meta", "title", "body"}


@given(tables())
def test_csv_can_be_read_back(table: Table) -> None:
    header, *rows = csv.reader(io.StringIO(table_csv(table), newline=""))
    assert header[:5] == ["name", "op", "source", "shape", "status"]
    assert all(len(row) == len(header) for row in rows)
    assert [row[0].removeprefix("'") for row in rows] == [visible(row.name).removeprefix("'") for row in table.rows]


@given(tables())
def test_csv_has_no_formula_in_it(table: Table) -> None:
    cells = [row[0] for row in csv.reader(io.StringIO(table_csv(table), newline=""))]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@given(tables())
def test_json_can_be_read_back(table: Table) -> None:
    assert table_json(table).isascii()
    assert json.loads(table_json(table)) == table_dict(table)


@given(names)
def test_markdown_shows_a_name_as_it_is(name: str) -> None:
    text = visible(name).strip()
    block = MarkdownIt("gfm-like", {"linkify": False}).parse(f"x {markdown_escaped(text)}")[1]
    assert {child.type for child in block.children or ()} <= {"text", "text_special"}
    assert "".join(child.content for child in block.children or ()) == f"x {text}".rstrip()


@given(tables())
def test_markdown_table_keeps_its_columns(table: Table) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(table_markdown(table))
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    assert kinds <= {"paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item"}
    cells = [token.type for token in tokens].count("td_open")
    heads = [token.type for token in tokens].count("th_open")
    assert cells == heads * len(shown_names(table))


@given(tables())
def test_latex_has_no_other_commands(table: Table) -> None:
    text = table_latex(table)
    assert set(COMMANDS.findall(text)) <= LATEX_COMMANDS
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0]
    assert body.count(r" \\" + "\n") == len(shown_names(table))


@given(names)
def test_latex_braces_are_balanced(name: str) -> None:
    text = re.sub(r"\\[{}]", "", latex_escaped(visible(name)))
    assert text.count("{") == text.count("}")
    assert not re.search(r"--|,,|^[\[*]", latex_escaped(visible(name).replace("\u2013", "")))
