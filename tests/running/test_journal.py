"""The journal of a long run: every line is believed only as it was written."""

from pathlib import Path

import pytest

from eyeshot.errors import InputError
from eyeshot.running.journal import Journal

HEAD = {"work": "ours"}


def written(path: Path, count: int = 4) -> Journal:
    journal = Journal(path)
    journal.begin(HEAD)
    for k in range(count):
        journal.add({"step": k})
    journal.sync()
    return journal


def steps(path: Path) -> list[int]:
    journal = Journal(path)
    journal.read()
    return [entry["step"] for entry in journal.entries]


def test_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    assert steps(path) == []
    written(path)
    found = Journal(path)
    found.read()
    assert found.head is not None
    assert found.head["work"] == "ours"
    found.add({"step": 4})
    assert steps(path) == [0, 1, 2, 3, 4]
    found.remove()
    assert not list(tmp_path.iterdir())


def test_every_prefix(tmp_path: Path) -> None:
    """Wherever a file ends, whole lines count and no others; what is added then is whole too."""
    path = tmp_path / "journal"
    written(path)
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        journal = Journal(path)
        journal.read()
        count = max(0, whole[:end].count(b"\n") - 1)
        assert len(journal.entries) == count
        assert (journal.head is None) == (end < first)
        if journal.head is not None:
            journal.add({"step": 9})
            assert steps(path) == [*range(count), 9]


def test_every_changed_byte(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path)
    whole = path.read_bytes()
    first = whole.index(b"\n")
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x15]) + whole[at + 1 :])
        journal = Journal(path)
        if at <= first:
            with pytest.raises(InputError, match="damaged, or of another version"):
                journal.read()
            continue
        journal.read()
        lines = sum(whole[i : i + 1] == b"\n" for i in range(first, at)) - 1
        # With its end a line takes the next one along.
        expected = {0, 1, 2, 3} - {lines} - ({lines + 1} if whole[at : at + 1] == b"\n" else set())
        assert {entry["step"] for entry in journal.entries} == expected
        assert set(steps(path)) == expected, "what was damaged is gone"


def test_lines_of_another_run_do_not_count(tmp_path: Path) -> None:
    written(tmp_path / "a")
    written(tmp_path / "b")
    lines = (tmp_path / "b").read_bytes().split(b"\n")
    with (tmp_path / "a").open("ab") as file:
        file.write(lines[2] + b"\n")
    journal = Journal(tmp_path / "a")
    journal.read()
    assert (len(journal.entries), journal.lost) == (4, 1)


def test_only_part_of_a_line_of_zeros(tmp_path: Path) -> None:
    """What some file systems leave of what was not synced."""
    written(tmp_path / "a")
    with (tmp_path / "a").open("ab") as file:
        file.write(bytes(300))
    assert steps(tmp_path / "a") == [0, 1, 2, 3]
