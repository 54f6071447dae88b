"""Sweeps keep what belongs to the code as it is, and nothing else."""

import json
from pathlib import Path

import golden
import pytest

from scripts import code, pages
from scripts.sweeping import parser_of, swept


def test_digest_follows_what_code_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "ROOT", tmp_path)
    file = tmp_path / "a.py"

    def said(text: str) -> str:
        file.write_text(text, "utf-8")
        return code.digest(["*.py"])

    plain = said("def f(x):\n    return x + 1\n")
    assert said('"""About."""\n\n\ndef f(x):\n    """More."""\n    return (x\n            + 1)  # and why\n') == plain
    assert said("def f(x):\n    return x + 2\n") != plain
    file.rename(tmp_path / "b.py")
    (tmp_path / "b.py").write_text("def f(x):\n    return x + 1\n", "utf-8")
    assert code.digest(["*.py"]) != plain, "a file has another name"
    with pytest.raises(FileNotFoundError, match="there is no none"):
        code.digest(["none/*.py"])


def test_results_of_other_code_are_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.jsonl"
    own = code.digest(code.SWEEPS["zoo"])
    lines = [{"model": "a", "code": own, "status": "holds"}, {"model": "b", "code": "old", "status": "holds"}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    options = parser_of("Tries.", "x", limit=1).parse_args(["--records", str(file), "--only", "a"])
    records, missing = swept(lambda _: {}, ["a", "b"], str, options, code.SWEEPS["zoo"])
    assert [record["model"] for record in records] == ["a"]
    assert missing == ["b"]
    assert "1 results of other code are dropped" in capsys.readouterr().out
    assert file.read_text("utf-8") == json.dumps(lines[0]) + "\n"


@pytest.mark.parametrize("name", code.SWEEPS)
def test_a_page_of_a_sweep_says_if_it_is_of_other_code(name: str, *, refresh: bool) -> None:
    """A page is right about the code that it was made of; what reads it must not take it for the present one."""
    golden.check(pages.path_of(name), pages.as_it_stands(name), refresh=refresh)


def test_a_page_of_other_code_bears_a_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "path_of", lambda name: tmp_path / f"{name}.md")
    pages.write("zoo", "# The zoo\n\nAll is well.\n")
    fresh = pages.path_of("zoo").read_text("utf-8")
    assert pages.as_it_stands("zoo") == fresh
    pages.path_of("zoo").write_text(fresh.replace("code: ", "code: 0"), "utf-8")
    stale = pages.as_it_stands("zoo")
    assert stale.startswith(f"# The zoo\n{pages.NOTICE}\nAll is well.")
    pages.path_of("zoo").write_text(stale, "utf-8")
    assert pages.as_it_stands("zoo") == stale
    pages.path_of("zoo").write_text(stale.replace("code: 0", "code: "), "utf-8")
    assert pages.as_it_stands("zoo") == fresh
