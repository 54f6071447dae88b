"""The state of a file or folder: what changes when somebody writes to it."""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["state_of"]


def state_of(path: Path) -> str:
    """A digest of where a file lies, how large it is and when it was last written; of a folder, of all files in it."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        found = file.stat()
        digest.update(f"{file.resolve()} {found.st_size} {found.st_mtime_ns}\n".encode())
    return f"{path.resolve()} {digest.hexdigest()}"
