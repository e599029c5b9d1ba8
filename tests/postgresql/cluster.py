"""A PostgreSQL cluster of our own, in a temporary folder and on a free port; it never asks for the system's."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_S = 60


@dataclass(frozen=True)
class Cluster:
    """A server that runs: where its programs lie, where its files lie, on which port it listens."""

    programs: Path
    folder: Path
    port: int

    def url(self, database: str, schema: str | None = None) -> str:
        """The address of a database, as ``--store`` takes it."""
        inside = f"?options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql://banc@127.0.0.1:{self.port}/{database}{inside}"

    def create(self, database: str) -> str:
        """Makes an empty database; returns its address."""
        self.run("postgres", f'CREATE DATABASE "{database}"')
        return self.url(database)

    def run(self, database: str, statement: str) -> list[tuple[object, ...]]:
        """The rows of a statement, run beside the sandbox."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def restart(self) -> None:
        """Ends every session at once, as a crash of the server does, and starts again."""
        self.control("restart", "-m", "immediate")

    def control(self, *words: str) -> None:
        """Runs ``pg_ctl``. Raises ``CalledProcessError``."""
        files = ("-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-t", str(START_S), "-w")
        _run([str(self.programs / "pg_ctl"), *files, *words], self.folder)


def programs() -> Path | None:
    """The folder of the server's programs, the newest when there are several; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    here = shutil.which("initdb")
    return found[-1].parent if found else Path(here).resolve().parent if here else None


@contextmanager
def cluster(where: Path) -> Iterator[Cluster]:
    """A cluster that trusts whoever connects from this machine, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="banc-pg-"))
    if os.getuid() == 0:
        os.chown(folder, *_unprivileged())
    found = Cluster(where, folder, free_port())
    try:
        make = ("-D", str(folder / "data"), "-U", "banc", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        _run([str(where / "initdb"), *make], folder)
        listen = f"-p {found.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        found.control("-o", listen, "start")
        try:
            yield found
        finally:
            found.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str], folder: Path) -> None:
    who: dict[str, Any] = {}
    if os.getuid() == 0:  # the server refuses to run as root
        user, group = _unprivileged()
        who = {"user": user, "group": group, "extra_groups": []}
    with (folder.parent / f"{folder.name}.log").open("a+b") as told:
        try:
            subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=told, stderr=told, check=True, **who)
        except subprocess.CalledProcessError as error:
            told.seek(0)
            error.add_note(told.read().decode("utf-8", "replace")[-2000:])
            raise
        finally:
            Path(told.name).unlink(missing_ok=True)


def _unprivileged() -> tuple[int, int]:
    import pwd

    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return found.pw_uid, found.pw_gid
    raise LookupError("neither postgres nor nobody")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
