from collections.abc import Callable
from pathlib import Path

import golden
import pytest
from present.samples import REACHES, REGIONS, TABLES

from eyeshot.analyses.results import Table
from eyeshot.present.reach_json import reach_json
from eyeshot.present.reach_text import reach_text
from eyeshot.present.region_json import region_json
from eyeshot.present.region_text import region_text
from eyeshot.present.screen import Screen
from eyeshot.present.table_csv import table_csv
from eyeshot.present.table_html import table_html, table_page
from eyeshot.present.table_json import table_json
from eyeshot.present.table_latex import table_latex
from eyeshot.present.table_markdown import table_markdown
from eyeshot.present.table_text import table_text

GOLDEN = Path(__file__).with_name("golden")
WRITERS: dict[str, Callable[[Table], str]] = {
    "txt": table_text,
    "120.txt": lambda table: table_text(table, Screen(120), rest="--all"),
    "50.ascii.txt": lambda table: table_text(table, Screen(50, unicode=False)),
    "color.txt": lambda table: table_text(table, Screen(color=True)),
    "json": table_json,
    "csv": table_csv,
    "md": table_markdown,
    "tex": table_latex,
    "html": table_html,
    "page.html": table_page,
}


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", TABLES)
def test_table(name: str, ending: str, refresh: bool) -> None:
    golden.check(GOLDEN / f"table-{name}.{ending}", WRITERS[ending](TABLES[name]), refresh=refresh)


@pytest.mark.parametrize("name", REGIONS)
def test_region(name: str, refresh: bool) -> None:
    golden.check(GOLDEN / f"region-{name}.txt", region_text(REGIONS[name]), refresh=refresh)


@pytest.mark.parametrize("screen", [Screen(30), Screen(50, unicode=False), Screen(80, color=True)])
def test_region_on_other_screens(screen: Screen, refresh: bool) -> None:
    golden.check(
        GOLDEN / f"region-bounded.{screen.width}.txt", region_text(REGIONS["bounded"], screen), refresh=refresh
    )


def test_region_as_json(refresh: bool) -> None:
    golden.check(GOLDEN / "region-padded.json", region_json(REGIONS["padded"]), refresh=refresh)


def test_reach_of_all_layers(refresh: bool) -> None:
    golden.check(GOLDEN / "reach.txt", reach_text(REACHES), refresh=refresh)


def test_reach_on_a_narrow_screen(refresh: bool) -> None:
    golden.check(GOLDEN / "reach.36.txt", reach_text(REACHES, Screen(36)), refresh=refresh)


@pytest.mark.parametrize("i", range(3))
def test_reach_of_one_layer(i: int, refresh: bool) -> None:
    golden.check(GOLDEN / f"reach-{i}.txt", reach_text([REACHES[i]]), refresh=refresh)


def test_reach_as_json(refresh: bool) -> None:
    golden.check(GOLDEN / "reach.json", reach_json(REACHES), refresh=refresh)
