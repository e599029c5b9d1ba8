"""The witness's own database: patients, their letters, and who is signed in. One SQLite file, one world per session."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS patient (world TEXT, local_id TEXT, body TEXT NOT NULL, PRIMARY KEY (world, local_id));
CREATE TABLE IF NOT EXISTS letter (world TEXT, unique_id TEXT, body TEXT NOT NULL, PRIMARY KEY (world, unique_id));
CREATE TABLE IF NOT EXISTS user (world TEXT PRIMARY KEY, body TEXT NOT NULL);
"""


class Records:
    """Documents of JSON by key, per world (the driver's session), safe between threads."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = OFF")  # a power cut ends the run that it plays in, too
        self._connection.executescript(TABLES)

    @contextmanager
    def _cursor(self) -> Iterator[sqlite3.Cursor]:
        with self._lock, self._connection:
            yield self._connection.cursor()

    def close(self) -> None:
        self._connection.close()

    def save_patient(self, world: str, patient: dict[str, Any]) -> None:
        with self._cursor() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO patient VALUES (?, ?, ?)", (world, patient["local_id"], json.dumps(patient))
            )

    def patient(self, world: str, local_id: str) -> dict[str, Any] | None:
        with self._cursor() as cursor:
            row = cursor.execute(
                "SELECT body FROM patient WHERE world = ? AND local_id = ?", (world, local_id)
            ).fetchone()
        return dict(json.loads(row[0])) if row else None

    def patients(self, world: str) -> list[dict[str, Any]]:
        """Everyone of a world, in the order in which they were last written."""
        with self._cursor() as cursor:
            rows = cursor.execute("SELECT body FROM patient WHERE world = ? ORDER BY rowid", (world,)).fetchall()
        return [dict(json.loads(row[0])) for row in rows]

    def first_patient(self, world: str) -> dict[str, Any] | None:
        """The patient whom the world knew first."""
        with self._cursor() as cursor:
            row = cursor.execute("SELECT body FROM patient WHERE world = ? ORDER BY rowid", (world,)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def save_letter(self, world: str, letter: dict[str, Any]) -> None:
        with self._cursor() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO letter VALUES (?, ?, ?)", (world, letter["unique_id"], json.dumps(letter))
            )

    def letters(self, world: str, local_id: str) -> list[dict[str, Any]]:
        """The letters of one patient, oldest first."""
        with self._cursor() as cursor:
            rows = cursor.execute("SELECT body FROM letter WHERE world = ? ORDER BY rowid", (world,)).fetchall()
        letters = [dict(json.loads(row[0])) for row in rows]
        return [letter for letter in letters if letter["local_id"] == local_id]

    def sign_in(self, world: str, user: dict[str, Any]) -> None:
        with self._cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO user VALUES (?, ?)", (world, json.dumps(user)))

    def user(self, world: str) -> dict[str, Any] | None:
        with self._cursor() as cursor:
            row = cursor.execute("SELECT body FROM user WHERE world = ?", (world,)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def sign_out(self, world: str) -> None:
        with self._cursor() as cursor:
            cursor.execute("DELETE FROM user WHERE world = ?", (world,))

    def forget(self, world: str) -> None:
        """Empties one world."""
        with self._cursor() as cursor:
            for table in ("patient", "letter", "user"):
                cursor.execute(f"DELETE FROM {table} WHERE world = ?", (world,))  # noqa: S608 - names from the line above
