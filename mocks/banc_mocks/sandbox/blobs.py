"""The folder of large contents: one file each, whole or absent."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

IN_TABLE = 2**20
"""Contents up to this size, in bytes, live in the database; larger ones in the folder."""


class BlobFolder:
    """Contents by name, at ``ab/HASH`` under a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, digest: str) -> Path:
        """Where the content called ``sha256:HASH`` lies."""
        name = digest.removeprefix("sha256:")
        return self._root / name[:2] / name

    def keep(self, digest: str, data: bytes) -> None:
        """Writes a content so that a power cut leaves it whole or absent. Raises ``OSError``."""
        target = self.path(digest)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(f".{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise
        _sync(target.parent)

    def read(self, digest: str) -> bytes | None:
        """The content, or None when the folder does not hold it."""
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError:
            return None


def _sync(folder: Path) -> None:
    """Makes the new name durable; Windows has no such call on folders and does it by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
