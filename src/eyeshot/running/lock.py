"""Who is writing a target: a lock that names its holder and dies with its process."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import time
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from eyeshot.errors import InputError
from eyeshot.running.disk import saying

__all__ = ["Lock"]

fcntl: ModuleType | None
try:
    import fcntl
except ModuleNotFoundError:  # pragma: no cover - Windows has none
    fcntl = None

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}


class Lock:
    """Keeps everyone else from some work while it is held, as a context.

    The system's own lock on the file ends with the process that holds it, whatever ends that. Where a file system has
    no such locks, or another machine holds them, the file's contents decide: a process of this machine that is gone
    holds nothing; of another machine nobody can know.

    Parameters
    ----------
    path : Path
        The file of the lock.
    what : str
        What is locked, for messages.

    Raises
    ------
    InputError
        On entering, if somebody else holds it; the holder is named.
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what
        self._handle = -1
        self._mine = {**_me(), "token": secrets.token_hex(8)}

    def __enter__(self) -> Lock:
        with saying(self._path):
            while not self._taken():
                pass
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # While it is held: who waits for the file finds that it has no name any more, and makes a new one.
        try:
            with saying(self._path):
                if self._holder() == self._mine:
                    self._path.unlink(missing_ok=True)
        finally:
            self._close()

    def _taken(self) -> bool:
        """Whether the lock is held now; False if it has to be tried again, because the file was removed meanwhile."""
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            locks = self._locked()
            found = self._holder()
            if locks and not self._is_named():
                return self._close()
            if found is not None:
                self._check_gone(found, locks=locks)
            if locks:
                os.ftruncate(self._handle, 0)
                os.pwrite(self._handle, json.dumps(self._mine).encode(), 0)
                return True
            return self._claimed(found) or self._close()
        except BaseException:
            self._close()
            raise

    def _locked(self) -> bool:
        """Whether the file system has locks; then it is locked."""
        if fcntl is None:  # pragma: no cover - Windows
            return False
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._refuse(self._holder() or {}, "wait until it has ended, or name another target")
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return False
        return True

    def _claimed(self, found: dict[str, Any] | None) -> bool:
        """Take over from `found` without the system's locks.

        Only one process can make the file that is named by the token of the holder that is gone, and it puts its own
        name into the lock before it removes that file: who comes later finds another holder.
        """
        token = "" if found is None else found.get("token", "")
        claim = self._path.with_name(f"{self._path.name}.{token}.claim")
        try:
            os.close(os.open(claim, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            raise InputError(
                f"{self._what} is being taken over by another process just now; if there is none, remove what is left "
                f"of it: rm '{claim}'"
            ) from None
        try:
            if self._holder() != found:
                return False
            mine = self._path.with_name(f"{self._path.name}.{self._mine['token']}")
            mine.write_text(json.dumps(self._mine), encoding="utf-8")
            mine.replace(self._path)
            return True
        finally:
            claim.unlink()

    def _holder(self) -> dict[str, Any] | None:
        """Whom the file names; None if it names nobody, or was being written when its process ended."""
        try:
            found = json.loads(self._path.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _is_named(self) -> bool:
        try:
            named = os.stat(self._path)
        except FileNotFoundError:
            return False
        return os.path.samestat(named, os.fstat(self._handle))

    def _check_gone(self, found: dict[str, Any], *, locks: bool) -> None:
        """Refuse to take over from a holder that runs, or may run."""
        if found.get("host") != self._mine["host"]:
            self._refuse(found, f"if nothing runs there any more, remove the lock: rm '{self._path}'")
        if locks:
            # Of this machine, and the system's lock is ours: whoever it was holds it no more.
            return
        started = _started(int(found.get("pid", 0))) if found.get("boot") == self._mine["boot"] else None
        if started is not None and started == found.get("started"):
            self._refuse(found, "wait until it has ended, or name another target")

    def _refuse(self, found: dict[str, Any], advice: str) -> None:
        who = f"process {found.get('pid', '?')} on {found.get('host', 'this machine')}"
        since = f" since {found['since']}" if "since" in found else ""
        raise InputError(f"{self._what} must be written by one run at a time, but {who} writes it{since}; {advice}")

    def _close(self) -> bool:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        return False


def _me() -> dict[str, Any]:
    """What this process is, so that it is told from any other with the same number."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return {
        "host": socket.gethostname(),
        "boot": boot.read_text().strip() if boot.exists() else "",
        "pid": os.getpid(),
        "started": _started(os.getpid()),
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _started(pid: int) -> str | None:
    """When a process of this machine began, in the system's own words; None if there is none.

    Without ``/proc`` a number that is in use counts as the same process: too careful, never too bold.
    """
    if Path("/proc/self/stat").exists():
        try:
            # The name in brackets may hold spaces and brackets; the start is the 20th word behind it.
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        except (FileNotFoundError, ProcessLookupError):
            return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "running"
