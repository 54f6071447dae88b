import pytest
from hypothesis import given
from hypothesis import strategies as st
from present.samples import REACHES, REGIONS, TABLES
from present.strategies import names, tables
from rich.cells import cell_len

from eyeshot.analyses.results import Table
from eyeshot.present import columns
from eyeshot.present.columns import Column, fitted, lines_of
from eyeshot.present.models_text import ModelLine, models_text
from eyeshot.present.reach_text import reach_text
from eyeshot.present.region_text import region_text
from eyeshot.present.screen import Screen, line_width, wrapped
from eyeshot.present.table_text import table_text

WIDTHS = (20, 36, 60, 80, 120)


@pytest.mark.parametrize("unicode", [True, False])
@given(table=tables(), width=st.sampled_from(WIDTHS))
def test_no_line_is_longer_than_the_screen(table: Table, width: int, unicode: bool) -> None:
    lines = table_text(table, Screen(width, unicode=unicode)).splitlines()
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", REGIONS)
def test_region_fits(name: str, width: int) -> None:
    assert max(map(cell_len, region_text(REGIONS[name], Screen(width)).splitlines())) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_reach_fits(width: int) -> None:
    for reaches in (REACHES, REACHES[:1], REACHES[1:2]):
        assert max(map(cell_len, reach_text(reaches, Screen(width)).splitlines())) <= width


@given(st.lists(st.builds(ModelLine, names, names, names, st.just((1, 3, 224, 224)), st.integers(1, 999)), min_size=1))
def test_models_fit(models: list[ModelLine]) -> None:
    for width in WIDTHS:
        assert max(map(cell_len, models_text(models, Screen(width)).splitlines())) <= width


@given(names, st.integers(1, 40))
def test_shortened_name_fits(name: str, width: int) -> None:
    shown = Screen().name(name)
    short = Screen().shortened(shown, width)
    assert cell_len(short) <= max(width, 2)
    assert short == shown or "…" in short or width <= 2


@given(st.text(max_size=200), st.integers(20, 60))
def test_wrapped_text_keeps_every_word(text: str, width: int) -> None:
    shown = Screen().name(text)
    lines = [line[0][0] for line in wrapped(shown, Screen(width), first="note: ", indent="      ")]
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).removeprefix("note:").split()) == "".join(shown.split())


def test_names_in_one_column_start_and_end_together() -> None:
    for line in table_text(TABLES["alexnet"]).splitlines()[4:15]:
        assert line[:10].rstrip().isascii()
        assert line[10:12].strip()


def test_decimal_points_stand_below_each_other() -> None:
    cells = ("0.5", "113.5", "16", "-2.25", "0.333", "1×2")
    columns = fitted([Column("start", cells, is_number=True)], Screen())
    assert columns is not None
    texts = ["".join(text for text, _ in line) for line in lines_of(columns, [""] * len(cells))[2:]]
    assert texts == ["  0.5  ", "113.5  ", " 16    ", " -2.25 ", "  0.333", "    1×2"]


def test_optional_columns_go_before_names_become_short() -> None:
    columns = [Column("name", ("a" * 40,), least=16), Column("kind", ("b" * 20,), optional=True)]
    wide = fitted(columns, Screen(60))
    assert wide is not None
    assert [column.head for column in wide] == ["name", "kind"]
    narrow = fitted(columns, Screen(30))
    assert narrow is not None
    assert [column.head for column in narrow] == ["name"]
    assert fitted(columns, Screen(12)) is None


def test_columns_without_a_text_are_left_out() -> None:
    columns = fitted([Column("name", ("a",)), Column("", ("",))], Screen())
    assert columns is not None
    assert [line_width(line) for line in lines_of(columns, [""])] == [4, 4, 4]


def test_a_long_table_measures_each_text_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(text: str) -> int:
        calls.append(text)
        return len(text)

    monkeypatch.setattr(columns, "cell_len", counted)
    cells = tuple(str(number) for number in range(300))
    lines = lines_of([Column("n", cells, is_number=True), Column("m", cells)], [""] * 300)
    assert len(lines) == 302
    assert len(calls) <= 4 * 2 * 301
