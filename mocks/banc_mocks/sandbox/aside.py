"""Setting aside what a sandbox stored, so that the next one begins anew and nothing is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from banc_mocks.sandbox.batch import StoreFailed
from banc_mocks.sandbox.database import hold

STORED = ("blobs", "banc.db-wal", "banc.db-shm", "banc.db")
"""Journal, state and contents; the database last, so that a move that stops half-way is begun again."""


def set_aside(folder: Path) -> Path | None:
    """Moves the journal and the state of a data folder into ``old-N`` inside it, a folder that it returns.

    None when there was nothing. Authority, keys and declared clients stay. Raises ``StoreFailed``, also when another
    sandbox uses the folder.
    """
    try:
        release = hold(folder / "banc.lock")
        try:
            found = [folder / name for name in STORED if (folder / name).exists()]
            if folder / "banc.db" not in found:
                return None
            with suppress(sqlite3.Error), closing(sqlite3.connect(folder / "banc.db")) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file alone then says everything
            return _move([path for path in found if path.exists()], folder)
        finally:
            release()
    except OSError as error:
        raise StoreFailed(str(error)) from error


def _move(found: list[Path], folder: Path) -> Path:
    for number in count(1):
        with suppress(FileExistsError):
            aside = folder / f"old-{number}"
            aside.mkdir(mode=0o700)
            break
    for path in found:
        path.rename(aside / path.name)
    return aside
