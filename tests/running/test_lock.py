"""Locks of targets: who holds one is named, and who is gone holds nothing."""

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eyeshot.errors import InputError, RunError
from eyeshot.running import lock as locking
from eyeshot.running.lock import Lock

_HOLDER = """
import sys
from pathlib import Path
from eyeshot.running.lock import Lock
with Lock(Path(sys.argv[1]), "it"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["locks", "no locks"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """On a file system with locks, and on one without."""
    if request.param == "no locks":

        def none(*_: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        assert locking.fcntl is not None
        monkeypatch.setattr(locking.fcntl, "flock", none)
    return tmp_path / "it.lock"


def held(path: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def end(holder: "subprocess.Popen[str]") -> None:
    for stream in (holder.stdin, holder.stdout):
        assert stream is not None
        stream.close()
    holder.wait()


def taken(path: Path) -> None:
    with Lock(path, "it"):
        assert json.loads(path.read_text())["pid"] == os.getpid()
    assert not list(path.parent.iterdir()), "nothing is left"


def test_is_held_until_its_process_ends(path: Path) -> None:
    taken(path)
    holder = held(path)
    who = f"process {holder.pid} on {socket.gethostname()}"
    with pytest.raises(InputError, match=f"it must be written by one run at a time, but {who} writes it since"):
        taken(path)
    holder.kill()
    end(holder)
    assert path.exists()
    taken(path)


def test_is_held_against_other_threads(path: Path) -> None:
    with Lock(path, "it"), pytest.raises(InputError, match=f"process {os.getpid()} on"), Lock(path, "it"):
        pass
    taken(path)


def change(path: Path, **named: Any) -> None:
    holder = held(path)
    found = {**json.loads(path.read_text()), **named}
    holder.kill()
    end(holder)
    path.write_text(json.dumps(found))


def test_of_another_machine_is_refused_with_the_way_out(path: Path) -> None:
    change(path, host="elsewhere")
    with pytest.raises(InputError, match=rf"process \d+ on elsewhere writes it .*remove the lock: rm '{path}'"):
        taken(path)
    path.unlink()
    taken(path)


def test_number_of_a_process_that_was_given_again(path: Path) -> None:
    change(path, pid=os.getpid())
    taken(path)
    change(path, boot="another start of the machine", pid=os.getpid())
    taken(path)


@pytest.mark.parametrize("contents", ["", "{", "[]", "7"])
def test_half_written(path: Path, contents: str) -> None:
    path.write_text(contents)
    taken(path)


def test_takeover_that_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert locking.fcntl is not None
    monkeypatch.setattr(locking, "fcntl", None)
    path = tmp_path / "it.lock"
    change(path)
    token = json.loads(path.read_text())["token"]
    claim = tmp_path / f"it.lock.{token}.claim"
    claim.touch()
    with pytest.raises(InputError, match=f"just now; if there is none, remove what is left of it: rm '{claim}'"):
        taken(path)
    claim.unlink()
    taken(path)


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="the system refuses it"), Lock(tmp_path / "none" / "it.lock", "it"):
        pass
